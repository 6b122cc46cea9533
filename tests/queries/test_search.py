"""Finding customers: in which places, in which order, and what is not found."""

from __future__ import annotations

from typing import Any

import pytest

from salesflow.context import Asked
from salesflow.enums import Grade, Matched, Method
from salesflow.errors import InvalidValue
from salesflow.queries import search
from salesflow.queries.search import Wanted
from salesflow.services import followups
from salesflow.services.customers import NewContact
from tests import leads
from tests.conftest import Office

NAMES = {
    "HZ2026001": "北京华信科技有限公司",
    "HZ2026002": "华信（杭州）贸易有限公司",
    "HZ2026003": "杭州云帆科技有限公司",
    "HZ2026004": "Acme Trading, Ltd.",
    "HZ2026005": "单县曾氏食品有限公司",
    "HZ2026006": "上海恒通物流有限公司",
}


def customer(name: str, contact: str, **changes: Any) -> Any:
    return leads.new(name, contacts=(NewContact(contact, wechat=f"wx-{name}"),), **changes)


@pytest.fixture
def stock(office: Office) -> Office:
    """Six customers with their contacts, needs and remarks, and three follow-ups."""
    leads.add(
        office,
        customer(NAMES["HZ2026001"], "王建国", need="三坐标测量机 2 台，6 月底前安装"),
        customer(NAMES["HZ2026002"], "单晓燕", need="办公用品年度框架"),
        customer(NAMES["HZ2026003"], "翟天临", need="扫码终端 50 台", remark="华信介绍来的"),
        customer(NAMES["HZ2026004"], "John Smith", need="MES 系统对接，预算待定"),
        customer(NAMES["HZ2026005"], "仇英", need="冷链 5G 网关"),
        customer(NAMES["HZ2026006"], "曾国强", need="货架 300 组", owner="chen.jie", region="HZ"),
    )
    want(office, "HZ2026005")
    say(office, "HZ2026003", "电话确认报价，客户要求周五前答复", next="发送报价单", risk="竞争对手华信也在跟")
    say(office, "HZ2026006", "客户现场看样，合格率 99.5 %", feedback="要求补充检测报告", open_points="付款方式")
    say(office, "HZ2026006", "再次确认报价", scene="展会现场")
    return office


def want(office: Office, code: str) -> None:
    """Two needs, one of them dropped, and answers to the core questions."""
    office.ok("need", "add", code, "视觉检测工位 3 套", "--kind", "rigid", "--priority", "1", "--spec", "节拍 2 秒")
    office.ok("need", "add", code, "注塑模具 2 副", "--kind", "flexible", "--priority", "3")
    office.ok("need", "drop", f"N{leads.rows(office, 'SELECT max(id) AS id FROM v_need')[0]['id']}")
    office.ok("need", "analyse", code, "--pain", "人工目检漏判太多", "--decision-process", "总工程师拍板")


def say(office: Office, code: str, content: str, **texts: Any) -> None:
    key = leads.rows(office, "SELECT id FROM v_customer WHERE code = :code", code=code)[0]["id"]
    with office.context().transaction() as work:
        followups.log(work, key, followups.NewFollowup(method=Method.PHONE, content=content, **texts))


def hits(office: Office, text: str, *places: Matched, limit: int | None = None, **wanted: Any) -> list[tuple[str, str]]:
    """The codes that are found, in order, each with the place."""
    context = office.context()
    context.asked = Asked(limit=limit)
    try:
        found = search.found(context, Wanted(text, places, **wanted))
    finally:
        context.close()
    return [(row["code"][-1], row["matched"]) for row in found.rows]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("华信", [("2", "name"), ("1", "name"), ("3", "remark")]),
        ("北京华信科技有限公司", [("1", "name")]),
        ("北京华信科技", [("1", "name")]),
        ("北京华信科技股份有限公司", [("1", "name")]),
        ("华信科技", [("1", "name")]),
        ("hz2026001", [("1", "code")]),
        ("ＨＺ２０２６００１", [("1", "code")]),
        ("hz2026", [(str(number), "code") for number in range(1, 7)]),
        ("hxkj", [("1", "pinyin")]),
        ("bjhx", [("1", "pinyin")]),
        ("huaxin", [("2", "pinyin"), ("1", "pinyin")]),
        ("HuaXin", [("2", "pinyin"), ("1", "pinyin")]),
        ("shanxian", [("5", "pinyin")]),
        ("zengshi", [("5", "pinyin")]),
        ("acme", [("4", "name")]),
        ("ＡＣＭＥ ｔｒａｄｉｎｇ", [("4", "name")]),
        ("cme", [("4", "name")]),
        ("王建国", [("1", "contact")]),
        ("建国", [("1", "contact")]),
        ("wjg", [("1", "contact")]),
        ("wangjian", [("1", "contact")]),
        ("shanxiaoyan", [("2", "contact")]),
        ("zhaitianlin", [("3", "contact")]),
        ("smith", [("4", "contact")]),
        ("zgq", [("6", "contact")]),
        ("坐标", [("1", "need")]),
        ("三坐标测量机", [("1", "need")]),
        ("mes", [("4", "need")]),
        ("MES 系统", [("4", "need")]),
        ("5g网", []),
        ("5g 网关", [("5", "need")]),
        ("介绍", [("3", "remark")]),
        ("视觉检测", [("5", "need")]),
        ("工位 节拍", [("5", "need")]),
        ("注塑模具", []),
        ("漏判", [("5", "need")]),
        ("目检 总工程师", [("5", "need")]),
        ("检测", [("5", "need"), ("6", "followup")]),
        ("检测报告", [("6", "followup")]),
        ("99.5", [("6", "followup")]),
        ("付款", [("6", "followup")]),
        ("展会现场", [("6", "followup")]),
        ("竞争对手", [("3", "followup")]),
        ("报价单", [("3", "followup")]),
        ("报价 周五", [("3", "followup")]),
        ("报价 检测", []),
        ("价报", []),
        ("报价确认", []),
        ("王", [("1", "contact")]),
        ("信", [("1", "name"), ("2", "name")]),
        ("台", []),
        ("台 坐标", [("1", "need")]),
        ("华信 坐标", [("1", "need")]),
        ("hx 三坐标", [("1", "need")]),
        ("云帆 介绍", [("3", "remark")]),
        ("zzz", []),
        ("%", None),
        ("_x_", []),
        ("华信 ， 坐标", [("1", "need")]),
        ("hz", [("3", "pinyin"), ("2", "pinyin")]),
        ('"华信" OR *', []),
    ],
)
def test_what_a_text_finds(stock: Office, text: str, expected: list[tuple[str, str]] | None) -> None:
    if expected is None:
        with pytest.raises(InvalidValue, match="nothing to look for"):
            hits(stock, text)
    else:
        assert hits(stock, text) == expected


def test_in_one_class_the_better_grade_then_the_later_contact_comes_first(office: Office) -> None:
    leads.add(office, *(leads.new(f"杭州华信第{number}分公司") for number in range(1, 5)))
    leads.regrade(office, 3, Grade.A)
    leads.regrade(office, 2, Grade.C)
    leads.execute(office, "UPDATE customer SET last_contact_on = '2026-03-09' WHERE id = 4")
    assert [code for code, _ in hits(office, "华信")] == ["3", "2", "4", "1"]


@pytest.mark.parametrize(
    ("text", "places", "expected"),
    [
        ("华信", (Matched.REMARK,), [("3", "remark")]),
        ("华信", (Matched.FOLLOWUP,), [("3", "followup")]),
        ("华信", (Matched.REMARK, Matched.FOLLOWUP), [("3", "remark")]),
        ("huaxin", (Matched.NAME,), [("2", "pinyin"), ("1", "pinyin")]),
        ("huaxin", (Matched.NEED,), []),
        ("华信 坐标", (Matched.NEED,), []),
        ("三坐标 安装", (Matched.NEED,), [("1", "need")]),
        ("北京华信科技有限公司", (Matched.NEED,), []),
        ("hz2026001", (Matched.NAME,), []),
        ("hz2026001", (Matched.CODE,), [("1", "code")]),
        ("曾", (Matched.CONTACT,), [("6", "contact")]),
    ],
)
def test_in_chosen_places_alone(
    stock: Office, text: str, places: tuple[Matched, ...], expected: list[tuple[str, str]]
) -> None:
    assert hits(stock, text, *places) == expected


def test_of_one_owner(stock: Office) -> None:
    chen = leads.rows(stock, "SELECT id FROM v_staff WHERE login = 'chen.jie'")[0]["id"]
    assert hits(stock, "确认报价") == [("3", "followup"), ("6", "followup")]
    assert hits(stock, "确认报价", owner_id=chen) == [("6", "followup")]
    assert hits(stock, "公司", owner_id=chen) == [("6", "name")]
    assert hits(stock, "zgq", owner_id=chen) == [("6", "contact")]
    assert hits(stock, "hz2026001", owner_id=chen) == []
    want(stock, "HZ2026006")
    assert hits(stock, "视觉检测") == [("5", "need"), ("6", "need")]
    assert hits(stock, "视觉检测", owner_id=chen) == hits(stock, "漏判", owner_id=chen) == [("6", "need")]


def test_the_archived_ones_instead(stock: Office) -> None:
    leads.archive(stock, "HZ2026001")
    assert hits(stock, "华信") == [("2", "name"), ("3", "remark")]
    assert hits(stock, "hz2026001") == []
    for text, place in (("华信", "name"), ("hz2026001", "code"), ("hxkj", "pinyin"), ("王建国", "contact")):
        assert hits(stock, text, archived=True) == [("1", place)]


def test_a_merged_customers_code_stands_for_the_one_it_became(stock: Office) -> None:
    leads.execute(
        stock, "UPDATE customer SET merged_into_id = 2, archived_at = '2026-03-01 00:00:00' WHERE code = 'HZ2026001'"
    )
    assert hits(stock, "hz2026001") == [("2", "code")]


def test_removed_contacts_are_not_found(stock: Office) -> None:
    leads.execute(stock, "UPDATE contact SET removed_at = '2026-03-01 00:00:00' WHERE customer_id = 1")
    assert hits(stock, "王建国") == []


def test_a_limit_and_what_lies_beyond_it(stock: Office) -> None:
    assert hits(stock, "公司", limit=2) == [("1", "name"), ("2", "name")]
    assert len(hits(stock, "公司", limit=0)) == 5
    context = stock.context()
    context.asked = Asked(limit=2, sort="name", reverse=True)
    found = search.found(context, Wanted("公司"))
    assert [row["code"][-1] for row in found.rows] == ["2", "1"]
    assert found.more
    context.close()


def test_passages(stock: Office) -> None:
    context = stock.context()

    def passage(text: str) -> str:
        return str(search.found(context, Wanted(text)).rows[0]["snippet"])

    assert passage("hz2026001") == "HZ2026001"
    assert passage("坐标") == "三坐标测量机 2 台，6 月底前安装"
    assert passage("wjg") == "王建国"
    assert passage("hxkj") == "bjhxkjyxgs"
    assert passage("周五 报价") == "…，客户要求周五前答复"
    context.close()
    say(stock, "HZ2026001", "开头的话很多很多很多很多很多很多\n然后说到蘑菇，" + "后面还有很多话" * 10)
    context = stock.context()
    found = passage("蘑菇")
    assert found.startswith("…") and found.endswith("…") and "蘑菇" in found and "\n" not in found
    assert len(found) == 5 + 2 + 30 + 2
    context.close()


def test_every_customer_of_very_many_is_found_by_its_name_however_frequent_its_words(
    stock: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bounds on frequent words do not touch exact matches, nor names that begin so."""
    monkeypatch.setattr(search, "_CANDIDATES", 1)
    leads.add(stock, *(leads.new(f"宁波华信第{number}有限公司") for number in range(30)))
    assert hits(stock, "华信", limit=1) == [("2", "name")]
    assert hits(stock, "北京华信科技有限公司", limit=1) == [("1", "name")]
    assert hits(stock, "北京", limit=1) == [("1", "name")]
    assert len(hits(stock, "华信", limit=0)) == 33


def test_an_empty_database(office: Office) -> None:
    for text in ("华信", "hxkj", "hz2026001", "报价 周五", "王"):
        assert hits(office, text) == []
