"""Lists of follow-ups: what is written, what the newest row means for its customer, what is refused, that twice is once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesflow.enums import Grade, Method, Status
from salesflow.i18n import LANGUAGES, render
from salesflow.services import customers, followups
from salesflow.services.followup_import import import_followups
from salesflow.services.importing import Job, Report
from tests import leads, sheets
from tests.conftest import Office, copied, environment
from tests.faults.hardship import sound
from tests.services.test_import_customers import reasons
from tests.services.test_reverting import revert, state

GUIDE = (
    "跟进时间",
    "跟进人",
    "跟进方式",
    "跟进内容",
    "客户反馈",
    "下一步行动",
    "当前状态",
    "下次跟进时间",
    "备注",
    "客户名称",
)
NOW = "2026-03-10 09:00"
FIRST, SECOND = leads.NAME, "宁波海川机械有限公司"
ROWS: tuple[tuple[Any, ...], ...] = (
    ("2026-03-03 10:00", "李娜", "电话", "确认预算 20 万", "价格偏高", "周五前报价", "", "", "", FIRST),
    ("2026/3/5", "陈杰", "上门拜访", "演示样机", "认可节拍", "安排试用", "意向", "2026-03-16", "带了样品", "杭州云帆科技"),
    ("2026年3月4日 15:30", "li.na", "微信", "=发了资料", "", "", "", "", "/", SECOND),
)  # fmt: skip


@pytest.fixture
def there(office: Office) -> Office:
    """HZ2026001 and HZ2026002, in the charge of li.na since 2 March; a week later."""
    leads.add(office, leads.new(FIRST, grade=Grade.A), leads.new(SECOND))
    office.now = NOW
    return office


def write(path: Path, *rows: Sequence[Any], titles: Sequence[str] = GUIDE) -> Path:
    guarded = [[cell.replace("=", "'=", 1) if cell.startswith("=") else cell for cell in row] for row in rows]
    return sheets.text(path, [titles, *guarded])


def take(office: Office, path: Path, *, user: str | None = None, now: str | None = None, **how: Any) -> Report:
    context = office.context(user=user, now=now)
    try:
        return import_followups(context, Job(str(path), **how))
    finally:
        context.close()


def listed(office: Office, *columns: str) -> list[tuple[Any, ...]]:
    names = ", ".join(f'"{name}"' for name in columns)
    return [tuple(row.values()) for row in leads.rows(office, f"SELECT {names} FROM v_followup ORDER BY id")]


def customer(office: Office, key: int = 1) -> dict[str, Any]:
    names = "status, last_contact_on, last_progress_on, uncontacted_since, next_follow_up_on"
    return leads.rows(office, f"SELECT {names} FROM customer WHERE id = :id", id=key)[0]


def outcomes(report: Report) -> list[str]:
    return [str(row["outcome"]) for row in report.rows]


def test_the_guides_form(there: Office, tmp_path: Path) -> None:
    report = take(there, write(tmp_path / "log.csv", *ROWS))
    assert (report.number, report.created, report.bad, reasons(report)) == (1, 3, 0, [])
    assert listed(there, "customer_code", "at", "by", "method", "content", "feedback", "next", "late", "import_id") == [
        ("HZ2026001", "2026-03-03 02:00:00", "li.na", "phone", "确认预算 20 万", "价格偏高", "周五前报价", 0, 1),
        (
            "HZ2026001",
            "2026-03-05 10:00:00",
            "chen.jie",
            "visit",
            "演示样机\n备注：带了样品",
            "认可节拍",
            "安排试用",
            0,
            1,
        ),
        ("HZ2026002", "2026-03-04 07:30:00", "li.na", "wechat", "=发了资料", None, None, 0, 1),
    ]
    assert customer(there) == {
        "status": "interested", "last_contact_on": "2026-03-05", "last_progress_on": "2026-03-10", "uncontacted_since": None,
        "next_follow_up_on": "2026-03-16",
    }  # fmt: skip
    assert customer(there, 2)["last_contact_on"] == "2026-03-04"
    changes = leads.rows(there, "SELECT to_status, reason FROM status_change WHERE customer_id = 1 ORDER BY id")
    assert changes[-1] == {"to_status": "interested", "reason": "import of log.csv"}
    assert sound(there.database) == []
    audited = leads.rows(there, "SELECT count(*) AS number FROM v_audit WHERE action = 'followup.log'")
    assert audited == [{"number": 3}]
    assert there.json("audit", "verify")["ok"] is True


def test_twice_is_once(there: Office, tmp_path: Path) -> None:
    path = write(tmp_path / "log.csv", *ROWS, ROWS[0])
    assert outcomes(take(there, path)) == ["created", "created", "created", "unchanged"]
    before = state(there)
    again = take(there, path, now="2026-03-11 20:00")
    assert (outcomes(again), again.skipped) == (["unchanged"] * 4, 4)
    assert state(there) == before


def test_what_was_logged_by_hand_is_known(there: Office, tmp_path: Path) -> None:
    with there.context(now="2026-03-09 11:00").transaction() as work:
        followups.log(work, 1, followups.NewFollowup(Method.PHONE, "未接"))
    rows = [
        ("2026-03-09", "", "电话", "未接"),
        ("2026-03-09 11:00", "", "电话", "未接"),
        ("2026-03-09 12:00", "", "电话", "未接"),
    ]
    path = write(tmp_path / "log.csv", *((*row, FIRST) for row in rows), titles=(*GUIDE[:4], "客户名称"))
    assert outcomes(take(there, path)) == ["unchanged", "unchanged", "created"]


def test_only_the_newest_row_decides(there: Office, tmp_path: Path) -> None:
    newest = ("2026-03-09 09:00", "", "电话", "报价", "", "", "意向", "", "", FIRST)
    older = ("2026-03-06 09:00", "", "电话", "询价", "", "", "无效", "2026-04-01", "", FIRST)
    take(there, write(tmp_path / "log.csv", newest, older))
    found = customer(there)
    assert (found["status"], found["last_contact_on"]) == ("interested", "2026-03-09")
    assert found["next_follow_up_on"] == "2026-03-16", "grade A: every 7 days"
    assert sound(there.database) == []


def test_nothing_older_than_what_is_known_decides(there: Office, tmp_path: Path) -> None:
    with there.context(now="2026-03-09 11:00").transaction() as work:
        followups.log(work, 1, followups.NewFollowup(Method.PHONE, "报价已发"))
    before = customer(there)
    take(
        there,
        write(tmp_path / "log.csv", ("2026-03-06 09:00", "", "电话", "询价", "", "", "无效", "2026-04-01", "", FIRST)),
    )
    assert customer(there) == before
    assert sound(there.database) == []


def test_a_next_day_that_has_passed_is_computed(there: Office, tmp_path: Path) -> None:
    row = ("2026-03-03 10:00", "", "电话", "询价", "", "", "", "2026-03-04", "", FIRST)
    take(there, write(tmp_path / "log.csv", row))
    assert customer(there)["next_follow_up_on"] == "2026-03-10"
    items = leads.rows(there, "SELECT state, due_on, import_id FROM plan_item WHERE customer_id = 1 ORDER BY id")
    assert items == [
        {"state": "done", "due_on": "2026-03-09", "import_id": None},
        {"state": "pending", "due_on": "2026-03-10", "import_id": 1},
    ]


def test_a_status_that_the_rules_refuse_stays_and_is_told(there: Office, tmp_path: Path) -> None:
    row = ("2026-03-09 10:00", "", "电话", "不买了", "", "", "流失", "", "", FIRST)
    done = there.ok("followup", "import", str(write(tmp_path / "log.csv", row)))
    assert "HZ2026001 stays prospect, not lost" in done.err
    assert customer(there)["status"] == "prospect"
    titles = (*GUIDE, "流失原因")
    told = (*row[:3], "真的不买了", *row[4:], "价格")
    assert there.ok("followup", "import", str(write(tmp_path / "lost.csv", told, titles=titles))).err == ""
    assert (customer(there)["status"], customer(there)["next_follow_up_on"]) == ("lost", None)
    assert sound(there.database) == []


def test_all_fields(there: Office, tmp_path: Path) -> None:
    titles = (
        "customer_code",
        "at",
        "by",
        "method",
        "content",
        "contact",
        "scene",
        "resolved",
        "open",
        "risk",
        "progress",
    )
    row = ("hz2026001", "2026-03-03 10:00", "", "demo", "演示", "张伟", "现场", "节拍", "价格", "竞品", "是")
    take(there, write(tmp_path / "log.csv", row, titles=titles))
    assert listed(there, "contact", "scene", "resolved", "open_points", "risk", "progress", "by") == [
        ("张伟", "现场", "节拍", "价格", "竞品", 1, "li.na")
    ]
    assert customer(there)["last_progress_on"] == "2026-03-03"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"客户名称": "没听说过"}, "there is no customer 没听说过: add it first, or make it with --create-missing"),
        ({"客户名称": ""}, "客户编号 is missing"),
        ({"跟进内容": ""}, "跟进内容 is missing"),
        ({"跟进时间": "2026-02-30"}, "is not a date"),
        ({"跟进时间": "2026-03-11 10:00"}, "lies in the future"),
        ({"跟进方式": "托梦"}, "托梦 is not one of the codes"),
        ({"跟进人": "谁"}, "there is no active staff member 谁"),
        ({"当前状态": "很好"}, "很好 is not one of the codes"),
        ({"下次跟进时间": "很快"}, '"很快" is not a date'),
        ({"联系人": "钱八"}, "HZ2026001 has no contact 钱八; its contacts are: 张伟"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_rows_that_are_bad(there: Office, tmp_path: Path, changes: dict[str, str], said: str) -> None:
    titles = (*GUIDE, "联系人")
    row = dict(zip(titles, (*ROWS[0], ""), strict=True)) | changes
    before = state(there)
    report = take(there, write(tmp_path / "log.csv", (*ROWS[1], ""), tuple(row.values()), titles=titles))
    assert report.rejected
    ((number, reason),) = reasons(report)
    assert number == 3
    assert said.replace("客户编号 is", "客户名称 is") in reason
    assert state(there) == before
    left = take(there, tmp_path / "log.csv", skip_errors=True)
    assert (left.created, left.bad) == (1, 1)
    assert (tmp_path / "log.errors.csv").exists()


def test_by_alias_of_a_merged_customer_and_one_who_left(there: Office, tmp_path: Path) -> None:
    leads.execute(there, "UPDATE customer SET merged_into_id = 1, archived_at = '2026-03-05 00:00:00' WHERE id = 2")
    leads.execute(there, "UPDATE staff SET active = 0 WHERE login = 'chen.jie'")
    titles = ("客户编号", *GUIDE)
    rows = [("HZ2026002", *ROWS[2][:9], ""), ("", *ROWS[1][:9], SECOND)]
    assert outcomes(take(there, write(tmp_path / "log.csv", *rows, titles=titles))) == ["created", "created"]
    assert {row[0] for row in listed(there, "customer_code")} == {"HZ2026001"}
    leads.archive(there, "HZ2026001")
    report = take(there, write(tmp_path / "b.csv", (*ROWS[0][:3], "又一次", *ROWS[0][4:]), titles=GUIDE))
    assert len(reasons(report)) == 1
    report = take(there, write(tmp_path / "c.csv", ("HZ2026001", *ROWS[0][:9], ""), titles=titles))
    assert "is archived" in reasons(report)[0][1]


def test_a_name_that_several_have(there: Office, tmp_path: Path) -> None:
    with there.context().transaction() as work:
        customers.add(work, leads.new("杭州云帆科技", phone="13812340001"), allow_duplicate=True)
    exact = take(there, write(tmp_path / "a.csv", ROWS[0]))
    assert outcomes(exact) == ["created"]
    report = take(there, write(tmp_path / "b.csv", (*ROWS[0][:9], "杭州云帆科技有限责任公司")))
    assert "is the name of more than one: give the code: HZ2026001, HZ2026003" in reasons(report)[0][1]


def test_customers_that_are_missing_are_made(there: Office, tmp_path: Path) -> None:
    titles = (*GUIDE, "联系人", "联系方式")
    rows = [
        ("2026-03-03 10:00", "陈杰", *ROWS[0][2:6], "意向", "", "", "苏州新元光电", "徐静", "13812580006 / 微信 xj"),
        (*ROWS[1][:6], "", "", "", "苏州新元光电", "徐静", ""),
    ]
    path = write(tmp_path / "log.csv", *rows, titles=titles)
    how: dict[str, Any] = {"create_missing": True, "defaults": ("industry=制造业", "need=检测 2 套，8 月上线")}
    before = state(there)
    assert take(there, path, dry_run=True, **how).created == 2
    assert state(there) == before
    report = take(there, path, **how)
    assert outcomes(report) == ["created", "created"]
    made = leads.rows(
        there, "SELECT code, owner, import_id, status, first_contact_at, contact FROM v_customer WHERE id = 3"
    )
    assert made == [
        {"code": "SH2026001", "owner": "chen.jie", "import_id": 1, "status": "prospect", "first_contact_at": "2026-03-03 02:00:00",
         "contact": "徐静"}
    ]  # fmt: skip
    assert sound(there.database) == []
    found = revert(there, 1, now=NOW)
    assert (found.removed, found.followups, found.left) == (1, 2, [])
    assert state(there) == before


@pytest.mark.parametrize(
    ("contact", "reach", "lacks"),
    [("徐静", "", "手机 / 邮箱 / 微信"), ("", "13812580006", "联系人"), ("徐静", "138****0006", "手机 / 邮箱 / 微信")],
)
def test_what_a_missing_customer_needs(there: Office, tmp_path: Path, contact: str, reach: str, lacks: str) -> None:
    titles = (*GUIDE, "联系人", "手机")
    path = write(tmp_path / "log.csv", (*ROWS[0][:9], "苏州新元光电", contact, reach), titles=titles)
    report = take(there, path, create_missing=True, defaults=("industry=制造业", "need=检测 2 套，8 月上线"))
    assert reasons(report) == [(2, f"苏州新元光电 is not there, and to make it the row lacks: {lacks}")]


def test_taken_back_everything_is_as_it_was(there: Office, tmp_path: Path) -> None:
    with there.context().transaction() as work:
        plan = followups.NewPlan(date(2026, 3, 20), Method.VISIT, "与张伟确认报价")
        followups.plan(work, 2, plan)
    before = state(there)
    take(there, write(tmp_path / "log.csv", *ROWS))
    assert state(there) != before
    found = revert(there, 1, now="2026-03-11 09:00")
    assert (found.followups, found.restored, found.removed, found.left) == (3, 2, 0, [])
    assert state(there) == before
    assert sound(there.database) == []


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        ("UPDATE followup SET version = 2 WHERE id = 1", "a follow-up was corrected since"),
        (
            "INSERT INTO followup_correction (followup_id, at, by_id, kind, text) VALUES (1, '2026-03-10 03:00:00', 3, 'amendment', '应为 30 万')",
            "a follow-up was corrected since",
        ),
        (
            (
                "INSERT INTO attachment (subject_kind, subject_id, subject_ref, kind, name, size, sha256, at, by_id)"
                " VALUES ('followup', 1, '1', 'other', 'a.txt', 1, 'x', '2026-03-10 03:00:00', 1)"
            ),
            "a file was attached since",
        ),
        ("UPDATE customer SET version = version + 1 WHERE id = 1", "it was edited since"),
    ],
)
def test_what_was_touched_since_stays(there: Office, tmp_path: Path, sql: str, why: str) -> None:
    take(there, write(tmp_path / "log.csv", *ROWS))
    leads.execute(there, sql)
    found = revert(there, 1, now="2026-03-11 09:00")
    assert [(one.code, render(one.reason)) for one in found.left] == [("HZ2026001", why)]
    assert (found.followups, found.restored) == (1, 1)
    assert sound(there.database, without="attachment") == [], "the row of the attachment here has no file"


@pytest.fixture
def other(template: Path, tmp_path: Path) -> Office:
    folder = tmp_path / "other"
    folder.mkdir()
    made = Office(copied(template, folder), environment(folder))
    leads.add(made, leads.new(FIRST, grade=Grade.A), leads.new(SECOND))
    leads.move(made, 1, Status.INTERESTED)
    made.now = NOW
    return made


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_out_and_in_again(there: Office, other: Office, tmp_path: Path, form: str, lang: str) -> None:
    midnight = ("2026-03-05 00:00", "", "电话", "-3 度以下能否使用", "", "'+1", "", "", "", FIRST)
    take(there, write(tmp_path / "log.csv", *ROWS, midnight))
    with there.context().transaction() as work:
        new = followups.NewFollowup(
            Method.DEMO, "演示\n两台", "现场", "认可", "节拍", "价格", "竞品", "周五报价", status=Status.HOT, reason="演示通过",
            progress=True, contact="张伟",
        )  # fmt: skip
        followups.log(work, 1, new)
    path = tmp_path / f"out.{form}"
    there.ok("followup", "export", str(path), lang=lang)
    report = take(other, path)
    assert (report.created, report.bad, reasons(report)) == (5, 0, [])
    for words in ((), ("--format", "json")):
        assert (
            other.ok("followup", "export", *words, lang=lang).out
            == there.ok("followup", "export", *words, lang=lang).out
        )
    before = state(there)
    assert outcomes(take(there, path)) == ["unchanged"] * 5
    assert state(there) == before
    assert sound(other.database) == []


def test_which_are_exported(there: Office, tmp_path: Path) -> None:
    take(there, write(tmp_path / "log.csv", *ROWS))

    def found(*words: str) -> list[str]:
        lines = there.ok("followup", "export", "--format", "json", *words).json
        return [line["customer_code"] + line["at"][:10] for line in lines]

    assert found() == ["HZ20260012026-03-03", "HZ20260022026-03-04", "HZ20260012026-03-05"]
    assert found("--from", "2026-03-04", "--to", "2026-03-04") == ["HZ20260022026-03-04"]
    assert found("--by", "chen.jie") == ["HZ20260012026-03-05"]
    assert found("--customer", "海川") == ["HZ20260022026-03-04"]
    assert found("--owner", "chen.jie") == []


def test_the_keys_of_json(there: Office, tmp_path: Path) -> None:
    take(there, write(tmp_path / "log.csv", *ROWS))
    assert list(there.ok("followup", "export", "--format", "json").json[0]) == [
        "at", "customer_code", "customer_name", "by", "method", "content", "feedback", "next", "status", "next_follow_up_on",
        "contact", "scene", "resolved", "open_points", "risk", "progress",
    ]  # fmt: skip


def test_as_a_program(there: Office, tmp_path: Path) -> None:
    path = str(write(tmp_path / "log.csv", *ROWS))
    done = there.program("followup", "import", path, lang="zh")
    assert (done.status, done.err) == (0, "")
    piped = there.program("followup", "export", lang="zh")
    assert piped.out.splitlines()[0] == "客户编号,客户名称,跟进时间,跟进人,跟进方式,跟进内容,客户反馈,下一步行动,当前状态,下次跟进时间,备注,联系人,跟进场景,已解决问题,待解决问题,风险,有进展"  # fmt: skip
