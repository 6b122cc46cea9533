"""The exported list: what is in it, that the import reads it again with nothing lost, and that it does no harm."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from salesflow.i18n import LANGUAGES, set_language
from salesflow.services.customer_columns import TITLES
from salesflow.text import guarded
from tests import leads, sheets
from tests.conftest import Office, copied, environment
from tests.faults.hardship import sound
from tests.services.test_import_customers import reasons, take

FULL = (
    "客户名称", "客户类型", "所属行业", "企业规模", "地区", "地址", "客户来源", "来源说明", "初次接触时间", "需求描述", "预算", "预算授权",
    "客户等级", "状态", "流失原因", "标签", "负责人", "备注", "联系人", "职务", "手机", "邮箱", "微信", "决策链角色", "关注点",
    "联系人2", "职务2", "手机2", "邮箱2", "角色2", "联系人3", "微信3",
)  # fmt: skip
FORMULA, QUOTED = '=HYPERLINK("http://x","y")', "'=1"
ROWS: tuple[tuple[Any, ...], ...] = (
    ("杭州云帆科技有限公司", "企业", "互联网", "80 人", "HZ", FORMULA, "展会", "2026 年行业展会", "2026-02-27 14:05", "50 台终端\n6 月底前上线", "20 万",
     "2026-02 邮件", "A", "意向", "", "国企,展会", "陈杰", QUOTED, "张伟", "+总监", "13812345678", "z@e.cn", "@zw", "最终决策人", "-价格",
     "王五", "采购经理", "0571-88886666转801", "w@e.cn", "采购部门", "赵六", "zl_1"),
    ("李四", "个人", "教育", "", "HZ", "", "其他", "", "2026-02-20 00:00", "课桌 30 张，8 月到货", "", "", "", "流失", "价格", "", "李娜", "a,b \"c\"; d", "李四", "",
     "+16502530000", "", "", "", "", *[""] * 7),
    ("上海和光机械有限公司", "企业", "机械", "", "SH", "", "转介绍", "老客户", "2026-03-01 08:00:17", "打标机 2 台，5 月交货", "", "", "B", "成交", "", "", "王芳", "", "孙七",
     "", "021-66668888", "", "", "其他", "", *[""] * 7),
)  # fmt: skip


@pytest.fixture
def there(office: Office, tmp_path: Path) -> Office:
    rows = [[guarded(cell) for cell in row] for row in ROWS]
    report = take(office, sheets.customers(tmp_path / "there.csv", *rows, titles=FULL), user="wang.fang")
    assert reasons(report) == []
    office.user = "wang.fang"
    return office


@pytest.fixture
def other(template: Path, tmp_path: Path) -> Office:
    """A second office, as empty as the first was."""
    folder = tmp_path / "other"
    folder.mkdir()
    return Office(copied(template, folder), environment(folder), user="wang.fang")


def exported(office: Office, lang: str, *words: str) -> str:
    return office.ok("customer", "export", *words, lang=lang).out


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_into_an_empty_database_and_out_again(
    there: Office, other: Office, tmp_path: Path, form: str, lang: str
) -> None:
    path = tmp_path / f"all.{form}"
    exported(there, lang, str(path), "--reveal")
    done = other.ok("customer", "import", str(path))
    assert done.out == "import 1: of 3 rows 3 added, 0 changed, 0 left as they are\n"
    assert exported(other, lang, "--reveal") == exported(there, lang, "--reveal")
    assert exported(other, lang, "--reveal", "--format", "json") == exported(
        there, lang, "--reveal", "--format", "json"
    )
    assert sound(other.database) == []


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("reveal", [(), ("--reveal",)], ids=["masked", "whole"])
def test_into_the_same_database_it_changes_nothing(
    there: Office, tmp_path: Path, form: str, lang: str, reveal: tuple[str, ...]
) -> None:
    path = tmp_path / f"all.{form}"
    leads.execute(there, "UPDATE staff SET active = 0 WHERE login = 'chen.jie'")
    exported(there, lang, str(path), *reveal)
    before = leads.rows(there, "SELECT * FROM customer"), leads.rows(there, "SELECT * FROM contact")
    done = there.ok("customer", "import", str(path), "--update")
    assert done.out == "import 2: of 3 rows 0 added, 0 changed, 3 left as they are\n"
    assert (leads.rows(there, "SELECT * FROM customer"), leads.rows(there, "SELECT * FROM contact")) == before


def test_a_masked_value_is_never_a_real_one(there: Office, other: Office, tmp_path: Path) -> None:
    path = tmp_path / "masked.csv"
    exported(there, "zh", str(path))
    assert "13812345678" not in path.read_text(encoding="utf-8-sig")
    done = other.run("customer", "import", str(path))
    assert (done.status, done.err.splitlines()[0]) == (
        2, "row 2: 138****5678 is masked: write the whole value, or export with --reveal"
    )  # fmt: skip
    masked = ("HZ2026001", ROWS[0][0], "张伟", "138****5678", "微信 z***", "90 人")
    report = take(
        there,
        sheets.customers(
            tmp_path / "u.csv", masked, titles=("客户编号", "客户名称", "联系人", "手机", "联系方式", "规模")
        ),
        update=True,
        user="wang.fang",
    )
    assert report.updated == 1
    found = json.loads(exported(there, "en", "--reveal", "--format", "json"))[0]
    assert (found["size"], found["contacts"][0]["phone"]) == ("90 人", "13812345678")


def test_the_workbook_as_another_program_reads_it(there: Office, tmp_path: Path) -> None:
    path = tmp_path / "all.xlsx"
    exported(there, "zh", str(path), "--reveal")
    titles, first, *_ = sheets.read_back(path)
    row = dict(zip(titles, first, strict=True))
    assert titles[:5] == ["客户编号", "客户名称", "客户类型", "所属行业", "企业规模"]
    assert (row["地址"], row["备注"], row["职务"], row["微信"]) == (f"'{FORMULA}", f"'{QUOTED}", "'+总监", "'@zw")
    assert (row["手机"], row["手机2"], row["联系人3"], row["微信3"]) == (
        "13812345678",
        "0571-88886666转801",
        "赵六",
        "zl_1",
    )
    assert str(row["初次接触时间"]) == "2026-02-27 14:05:00"
    assert row["负责人"] == "陈杰"


def test_text_has_a_mark_and_no_formula(there: Office, tmp_path: Path) -> None:
    path = tmp_path / "all.csv"
    exported(there, "en", str(path))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert [cell for cell in cells if cell[:1] in tuple("=@-+\t\r")] == []
    assert "Phone 2" in cells


def test_json(there: Office) -> None:
    found = json.loads(exported(there, "zh", "--format", "json"))
    assert list(found[0]) == [
        "code", "name", "kind", "industry", "size", "region", "address", "source", "source_detail", "first_contact_at", "need",
        "budget", "budget_consent", "grade", "status", "loss_reason", "tags", "owner", "remark", "contacts",
    ]  # fmt: skip
    assert list(found[0]["contacts"][0]) == ["name", "title", "phone", "email", "wechat", "role", "concern"]
    assert (found[0]["budget"], found[0]["tags"], found[0]["owner"]) == (None, ["国企", "展会"], "chen.jie")
    assert (found[1]["status"], found[1]["loss_reason"]) == ("lost", "price")
    assert found[0]["contacts"][0]["phone"] == "138****5678"


def test_only_what_is_revealed_is_noted(there: Office) -> None:
    exported(there, "en")
    exported(there, "en", "--reveal", "--grade", "A")
    noted = leads.rows(there, "SELECT staff, after FROM v_audit WHERE action = 'customer.export'")
    assert noted == [{"staff": "wang.fang", "after": '{"customers":1}'}]


def test_the_options_of_the_list_choose(there: Office) -> None:
    def codes(*words: str) -> list[str]:
        return [one["code"] for one in json.loads(exported(there, "en", "--format", "json", *words))]

    assert codes() == ["HZ2026001", "HZ2026002", "SH2026001"]
    assert codes("--status", "lost") == ["HZ2026002"]
    assert codes("--owner", "chen.jie", "--tag", "国企") == ["HZ2026001"]
    assert codes("--region", "XX") == []
    assert there.ok("customer", "export", "--region", "XX").out.startswith("Code,Name,")


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("list.pdf",), 2, "does not say in which form"),
        (("-", "--format", "xlsx"), 2, "is not written to standard output"),
        (("list.csv", "--format", "pdf"), 2, "does not say"),
        (("there.csv",), 7, "exists already"),
        (("no/such/folder/list.csv",), 7, "cannot be written"),
        (("list.csv", "--owner", "nobody"), 3, "there is no active staff member"),
    ],
)
def test_what_cannot_be_written(
    there: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], status: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = there.run("customer", "export", *words)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert list(tmp_path.glob("list*")) == []


def test_a_file_that_is_there_is_replaced_on_request(there: Office, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("old", encoding="utf-8")
    assert there.ok("customer", "export", str(path), "--force", "--quiet").out == f"{path}\n"
    assert "杭州云帆" in path.read_text(encoding="utf-8-sig")
    assert list(tmp_path.glob("*.part")) == []


def test_an_empty_database(office: Office) -> None:
    assert office.ok("customer", "export", "--format", "json").out == "[]\n"
    assert len(office.ok("customer", "export").out.splitlines()) == 1


def test_as_a_program_in_chinese(there: Office, tmp_path: Path) -> None:
    done = there.program("customer", "export", str(tmp_path / "客户.xlsx"), lang="zh")
    assert (done.status, done.err) == (0, "")
    assert str(tmp_path / "客户.xlsx") in done.out
    piped = there.program("customer", "export", lang="zh")
    assert piped.out.splitlines()[0].startswith("客户编号,客户名称,")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_title_is_known_to_the_import(office: Office, lang: str) -> None:
    from salesflow.services import exporting
    from salesflow.services.customer_import import layout
    from salesflow.services.importing.layout import field_of

    known = layout(office.context()).titles()
    set_language(lang)
    titles = {field: exporting.title(field, TITLES) for field in TITLES}
    set_language("en")
    assert {field: field_of(title, known) for field, title in titles.items()} == {field: field for field in TITLES}
