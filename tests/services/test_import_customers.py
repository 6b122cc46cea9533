"""Lists of customers: what is written, what is refused, and that it is all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesflow.errors import FileProblem, SalesflowError, UsageError
from salesflow.i18n import set_language
from salesflow.services.customer_import import import_customers
from salesflow.services.importing import Job, Report
from tests import leads, sheets
from tests.conftest import Office

TITLES = sheets.TITLES
GOOD, OTHER = sheets.ROWS


def take(office: Office, path: Path, *, user: str | None = None, now: str | None = None, **how: Any) -> Report:
    context = office.context(user=user, now=now)
    try:
        return import_customers(context, Job(str(path), **how))
    finally:
        context.close()


def problem(office: Office, path: Path, **how: Any) -> SalesflowError:
    before = leads.written(office)
    with pytest.raises(SalesflowError) as caught:
        take(office, path, **how)
    assert leads.written(office) == before
    return caught.value


def reasons(report: Report) -> list[tuple[int, str]]:
    return [(number, str(reason)) for number, reason in report.rows.problems()]


def listed(office: Office, *fields: str) -> list[tuple[Any, ...]]:
    columns = ", ".join(fields or ("code", "name"))
    return [tuple(row.values()) for row in leads.rows(office, f"SELECT {columns} FROM v_customer ORDER BY id")]


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_a_list_is_taken_in(office: Office, tmp_path: Path, name: str) -> None:
    report = take(office, sheets.customers(tmp_path / name))
    assert (report.number, report.read, report.created, report.updated, report.skipped) == (1, 2, 2, 0, 0)
    assert [dict(row) for row in report.rows] == [
        {"row": 2, "code": "HZ2026001", "outcome": "created", "reason": None},
        {"row": 3, "code": "HZ2026002", "outcome": "created", "reason": None},
    ]
    assert listed(
        office, "code", "name", "industry", "kind", "source", "status", "grade", "owner", "region", "need"
    ) == [
        ("HZ2026001", GOOD[0], "internet", "company", "other", "prospect", None, "li.na", "HZ", GOOD[4]),
        ("HZ2026002", OTHER[0], "manufacturing", "company", "other", "prospect", None, "li.na", "HZ", OTHER[4]),
    ]
    assert leads.rows(office, "SELECT name, phone_masked, [primary] FROM v_contact ORDER BY id") == [
        {"name": "张伟", "phone_masked": "138****5678", "primary": 1},
        {"name": "陈波", "phone_masked": "138****5679", "primary": 1},
    ]


def test_the_import_is_written_down(office: Office, tmp_path: Path) -> None:
    take(office, sheets.customers(tmp_path / "list.csv"))
    assert leads.rows(
        office, "SELECT id, record_kind, file, read, created, updated, skipped, [by] FROM v_import_run"
    ) == [
        {
            "id": 1,
            "record_kind": "customer",
            "file": "list.csv",
            "read": 2,
            "created": 2,
            "updated": 0,
            "skipped": 0,
            "by": "li.na",
        }
    ]
    assert listed(office, "import_id") == [(1,), (1,)]
    actions = [row["action"] for row in leads.rows(office, "SELECT action FROM v_audit ORDER BY id")]
    assert actions[-3:] == ["customer.add", "customer.add", "customer.import"]
    assert office.json("audit", "verify")["ok"] is True
    assert office.json("db", "check")["ok"] is True


def test_every_field(office: Office, tmp_path: Path) -> None:
    titles = (
        "客户名称", "客户类型", "所属行业", "企业规模", "地区", "地址", "客户来源", "来源说明", "初次接触时间", "需求描述", "预算（万元）", "预算授权",
        "客户等级", "客户状态", "标签", "负责人", "备注", "联系人", "职务", "电话", "邮箱", "微信", "决策链角色", "关注点", "客户编号",
    )  # fmt: skip
    row = (
        "张女士", "个人", "教育", 12, "杭州", "滨江区江南大道 1 号", "展会", "2026 年行业展会", date(2026, 2, 27), "教室 3 间，8 月开学前装好", 5, "2026-02-27 电话",
        "A", "意向", "国企、决策链复杂", "陈杰", "周末联系", None, "校长", 13812345678, "z@a.cn", "zhang88", "决策人", "价格", "K-007",
    )  # fmt: skip
    report = take(office, sheets.customers(tmp_path / "list.xlsx", row, titles=titles))
    assert reasons(report) == []
    fields = (
        "kind",
        "industry",
        "size",
        "region",
        "address",
        "source",
        "source_detail",
        "grade",
        "status",
        "owner",
        "remark",
        "has_budget",
    )
    assert listed(office, *fields) == [
        ("person", "education", "12", "SH", "杭州 滨江区江南大道 1 号", "exhibition", "2026 年行业展会", "A", "interested", "chen.jie", "周末联系\nformer code K-007", 1)
    ]  # fmt: skip
    assert listed(office, "first_contact_at", "entry_late", "last_contact_on", "next_follow_up_on") == [
        ("2026-02-27 01:00:00", 1, "2026-02-27", "2026-03-06")
    ]
    assert sorted(listed(office, "tags")[0][0].split(",")) == ["决策链复杂", "国企"]
    contact = office.json("contact", "list", "SH2026001")[0]
    assert (contact["name"], contact["title"], contact["role"], contact["wechat_masked"]) == (
        "张女士",
        "校长",
        "decision_maker",
        "zh***8",
    )
    assert leads.rows(office, "SELECT from_status, to_status, reason FROM v_status_change") == [
        {"from_status": None, "to_status": "interested", "reason": "import of list.xlsx"}
    ]


def test_bad_rows_reject_the_whole_file(office: Office, tmp_path: Path) -> None:
    bad = ("", "制造页", "王五", "123", "打标机 2 台")
    before = leads.written(office)
    report = take(office, sheets.customers(tmp_path / "list.xlsx", GOOD, [], bad, OTHER))
    assert (report.rejected, report.number, report.created, report.skipped, report.bad) == (True, None, 0, 3, 1)
    ((number, reason),) = reasons(report)
    assert number == 4
    assert reason.split("; ") == [
        '所属行业: "制造页" is not a known industry (did you mean 制造业? Or add it with: salesflow config set industries.extra "制造页")',
        '手机: "123" is not a phone number (write 13812345678, 0571-88886666, 0571-88886666转801 or +1 650 253 0000)',
        "客户名称 is missing",
    ]
    assert [row["outcome"] for row in report.rows] == ["skipped", "error", "skipped"]
    assert [row["code"] for row in report.rows] == [None, None, None]
    assert leads.written(office) == before


def test_the_numbers_of_a_rejected_list_are_given_again(office: Office, tmp_path: Path) -> None:
    take(office, sheets.customers(tmp_path / "a.csv", GOOD, ("", "", "", "", "x")))
    assert listed(office) == []
    report = take(office, sheets.customers(tmp_path / "b.csv", GOOD))
    assert (report.number, report.rows[0]["code"]) == (1, "HZ2026001")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"所属行业": ""}, "所属行业 is missing"),
        ({"需求描述": " "}, "需求描述 is missing"),
        ({"客户名称": ""}, "客户名称 is missing"),
        ({"联系人": ""}, "the contact's name is missing"),
        ({"手机": ""}, "张伟 has neither phone, e-mail nor WeChat"),
        ({"客户名称": "a\x1b[31mb"}, "客户名称: the text has the control character U+001B at position 2 (remove it"),
        ({"客户名称": "=HYPERLINK(1)"}, "客户名称: the cell has the formula =HYPERLINK(1): put its value there"),
        ({"客户名称": "长" * 201}, "客户名称: the text has 201 characters, 200 are allowed"),
        ({"需求描述": "长" * 20_001}, "需求描述: the text has 20001 characters, 20000 are allowed"),
    ],
)
def test_rows_that_cannot_be(office: Office, tmp_path: Path, changes: dict[str, str], said: str) -> None:
    row = [changes.get(title, cell) for title, cell in zip(TITLES, GOOD, strict=True)]
    report = take(office, sheets.customers(tmp_path / "list.csv", row))
    assert report.rejected
    assert reasons(report)[0][1].startswith(said)


def test_required_columns_that_the_file_lacks(office: Office, tmp_path: Path) -> None:
    path = sheets.customers(tmp_path / "list.csv", (GOOD[0], GOOD[2], GOOD[3]), titles=("客户名称", "联系人", "手机"))
    assert reasons(take(office, path)) == [(2, "所属行业 (industry) is missing; 需求标签 (need) is missing")]
    report = take(office, path, defaults=("industry=制造业", "需求=打标机 1 台，尽快"))
    assert (report.created, listed(office, "industry", "need")) == (1, [("manufacturing", "打标机 1 台，尽快")])


@pytest.mark.parametrize(
    ("default", "said"),
    [
        ("industry", "--default industry is not of the form FIELD=VALUE"),
        ("industry=", "--default industry= is not of the form FIELD=VALUE"),
        ("industrie=x", 'there is no field "industrie"'),
        ("grade=D", "--default grade: D is not one of the codes"),
    ],
)
def test_defaults_that_are_none(office: Office, tmp_path: Path, default: str, said: str) -> None:
    error = problem(office, sheets.customers(tmp_path / "list.csv"), defaults=(default,))
    assert isinstance(error, UsageError)
    assert str(error) == said


def test_duplicates_name_the_row_or_the_customer(office: Office, tmp_path: Path) -> None:
    take(office, sheets.customers(tmp_path / "a.csv", OTHER))
    rows = (
        GOOD,
        ("杭州云帆科技（有限公司）", *GOOD[1:3], "13900000001", GOOD[4]),
        ("另一家公司", *GOOD[1:]),
        ("宁波海川机械", *OTHER[1:3], "13900000002", OTHER[4]),
        ("再一家公司", *OTHER[1:]),
    )
    report = take(office, sheets.customers(tmp_path / "b.csv", *rows))
    assert reasons(report) == [
        (3, "客户名称 (name) is the same as in row 2"),
        (4, "手机 (phone) is the same as in row 2"),
        (5, "宁波海川机械 is there already: HZ2026001 宁波海川机械有限公司"),
        (6, "the phone number 138****5679 is known already: 陈波 of HZ2026001 宁波海川机械有限公司"),
    ]
    report = take(office, tmp_path / "b.csv", allow_duplicate=True)
    assert report.created == 5


def test_good_rows_alone(office: Office, tmp_path: Path) -> None:
    bad = ("丙公司", "制造业", "王五", "123", "打标机 2 台")
    path = sheets.customers(tmp_path / "list.xlsx", GOOD, bad, OTHER, ("甲", *GOOD[1:]))
    report = take(office, path, skip_errors=True)
    assert (report.number, report.created, report.skipped, report.bad) == (1, 2, 2, 2)
    assert report.errors_file == str(tmp_path / "list.errors.xlsx")
    back = sheets.read_back(tmp_path / "list.errors.xlsx")
    assert back[0] == ["Reason", "Row", *TITLES]
    assert back[1][1:] == [3, *bad]
    assert back[2] == ["手机 (phone) is the same as in row 2", 5, "甲", *GOOD[1:]]
    back[1][5] = 13900000003
    back[2][5] = 13900000004
    again = take(office, sheets.workbook(tmp_path / "corrected.xlsx", back))
    assert (again.number, again.created, again.ignored) == (2, 2, ())
    assert [code for code, _ in listed(office)] == ["HZ2026001", "HZ2026002", "HZ2026003", "HZ2026004"]


def test_bad_rows_of_a_text_file(office: Office, tmp_path: Path) -> None:
    path = sheets.text(
        tmp_path / "list.csv", [TITLES, ("丙", "制造业", "王五", "=1", "-需求")], encoding="gb18030", delimiter=";"
    )
    set_language("zh")
    report = take(office, path, skip_errors=True, errors_to=str(tmp_path / "bad.csv"))
    assert (report.created, report.errors_file) == (0, str(tmp_path / "bad.csv"))
    lines = (tmp_path / "bad.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].endswith(";客户名称;所属行业;联系人;手机;需求描述")
    assert lines[1].endswith(";2;丙;制造业;王五;'=1;'-需求")


def test_where_bad_rows_go(office: Office, tmp_path: Path) -> None:
    path = sheets.customers(tmp_path / "list.csv")
    assert isinstance(problem(office, path, errors_to=str(tmp_path / "bad.csv")), UsageError)
    assert problem(office, path, skip_errors=True, errors_to=str(path)).code == "exists"
    assert problem(office, path, skip_errors=True, errors_to=str(tmp_path / "bad.pdf")).code == "not-a-list"


def test_nothing_is_kept_where_the_bad_rows_cannot_be(office: Office, tmp_path: Path) -> None:
    path = sheets.customers(tmp_path / "list.csv", GOOD, ("", *GOOD[1:]))
    error = problem(office, path, skip_errors=True, errors_to=str(tmp_path / "no" / "bad.csv"))
    assert isinstance(error, FileProblem)


def test_a_dry_run_writes_nothing(office: Office, tmp_path: Path) -> None:
    before = leads.written(office)
    report = take(office, sheets.customers(tmp_path / "list.csv"), dry_run=True)
    assert (report.number, report.created, report.rejected) == (None, 2, False)
    assert [row["code"] for row in report.rows] == ["HZ2026001", "HZ2026002"]
    bad = sheets.customers(tmp_path / "bad.csv", GOOD, ("", *GOOD[1:]))
    assert take(office, bad, dry_run=True).rejected
    report = take(office, bad, dry_run=True, skip_errors=True)
    assert (report.created, report.bad, report.errors_file) == (1, 1, None)
    assert not list(tmp_path.glob("*errors*"))
    assert leads.written(office) == before


def test_a_budget_needs_consent(office: Office, tmp_path: Path) -> None:
    titles = (*TITLES, "预算", "预算授权")
    report = take(office, sheets.customers(tmp_path / "a.csv", (*GOOD, "50000", ""), titles=titles))
    assert reasons(report) == [(2, "a budget is kept only with the customer's consent")]
    take(office, sheets.customers(tmp_path / "b.csv", (*GOOD, "50000", "2026-03-01 电话"), titles=titles))
    assert listed(office, "has_budget", "budget_consent") == [(1, "2026-03-01 电话")]
    assert b"50000.00" not in office.database.read_bytes()


def test_statuses_follow_the_rules(office: Office, tmp_path: Path) -> None:
    titles = (*TITLES, "状态", "流失原因")
    rows = ((*GOOD, "成交", ""), (*OTHER, "流失", ""))
    path = sheets.customers(tmp_path / "a.csv", *rows, titles=titles)
    assert reasons(take(office, path)) == [
        (2, "won needs evidence; missing: a signed contract, a first payment"),
        (3, "a lost customer needs a category of loss"),
    ]
    assert reasons(take(office, path, user="zhang.wei")) == [(3, "a lost customer needs a category of loss")]
    report = take(office, path, user="zhang.wei", defaults=("loss_reason=价格",))
    assert report.created == 2
    assert listed(office, "status", "next_follow_up_on") == [("won", "2026-06-01"), ("lost", None)]
    assert leads.rows(office, "SELECT to_status, loss_reason FROM v_status_change ORDER BY id") == [
        {"to_status": "won", "loss_reason": None},
        {"to_status": "lost", "loss_reason": "price"},
    ]


def test_hints_for_single_rows_are_not_shown(office: Office, tmp_path: Path) -> None:
    context = office.context()
    import_customers(context, Job(str(sheets.customers(tmp_path / "list.csv", (*GOOD[:4], "便宜点")))))
    assert context.notes == []
    context.close()


def test_texts_of_several_columns_are_put_together(office: Office, tmp_path: Path) -> None:
    titles = (*TITLES, "需求标签", "备注", "传真", "标签", "客户标签")
    row = (*GOOD, "追溯", "周末联系", "0571-1", "国企", "竞品客户")
    take(office, sheets.customers(tmp_path / "list.csv", row, titles=titles), mapping=("传真=remark",))
    assert listed(office, "need", "remark") == [
        (f"需求描述：{GOOD[4]}\n需求标签：追溯", "备注：周末联系\n传真：0571-1")
    ]
    assert sorted(listed(office, "tags")[0][0].split(",")) == ["国企", "竞品客户"]


def test_columns_that_are_left_out_are_named(office: Office, tmp_path: Path) -> None:
    path = sheets.customers(tmp_path / "list.csv", (*GOOD, "0571-1"), titles=(*TITLES, "传真"))
    assert take(office, path, dry_run=True).ignored == ("传真",)
    assert take(office, path, mapping=("传真=-",)).ignored == ()


def test_a_code_that_is_there_is_not_added_again(office: Office, tmp_path: Path) -> None:
    take(office, sheets.customers(tmp_path / "a.csv", GOOD))
    path = sheets.customers(tmp_path / "b.csv", ("hz2026001", *OTHER), titles=("客户编号", *TITLES))
    assert reasons(take(office, path)) == [(2, f"HZ2026001 is there already: {GOOD[0]}")]


def test_titles_printed_again_and_blank_rows_are_no_rows(office: Office, tmp_path: Path) -> None:
    rows: Sequence[Sequence[Any]] = [["客户信息登记表"], [], TITLES, GOOD, ["", " ", None], TITLES, OTHER, []]
    report = take(office, sheets.workbook(tmp_path / "list.xlsx", rows))
    assert [(row["row"], row["outcome"]) for row in report.rows] == [(4, "created"), (7, "created")]


def test_the_sheet_with_the_list_is_found(office: Office, tmp_path: Path) -> None:
    path = sheets.workbook(
        tmp_path / "list.xlsx", [["填写说明"], ["一行一户", "必填项加星号"]], name="说明", 客户=[TITLES, GOOD], 空=[]
    )
    report = take(office, path)
    assert (report.sheet, report.created) == ("客户", 1)
    two = sheets.workbook(tmp_path / "two.xlsx", [TITLES, GOOD], name="华东", 华南=[TITLES, OTHER])
    error = problem(office, two)
    assert (error.code, str(error)) == ("two-sheets", "the sheets 华东 and 华南 both have such a list")
    assert take(office, two, sheet="华南").rows[0]["code"] == "HZ2026002"


@pytest.mark.parametrize(
    ("rows", "code", "status"),
    [
        ([], "no-rows", 2),
        ([[" "], []], "no-rows", 2),
        ([TITLES], "no-rows", 2),
        ([["公司", "手机"], ["甲", "1"]], None, 2),
        ([["企业简称", "手机"], ["甲", "1"]], "no-name-column", 2),
        ([TITLES, GOOD, ("手机", "客户名称")], "two-headers", 2),
        ([(*TITLES, "电话"), (*GOOD, "1")], "column-twice", 2),
    ],
)
@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_files_that_hold_no_list(
    office: Office, tmp_path: Path, name: str, rows: list[Any], code: str | None, status: int
) -> None:
    path = (sheets.workbook if name.endswith("xlsx") else sheets.text)(tmp_path / name, rows)
    if code is None:
        assert take(office, path).rejected, "the titles are known, the rows lack the rest"
        return
    error = problem(office, path)
    assert (error.code, error.exit_status) == (code, status)
    assert "\n" not in str(error)


def test_a_thousand_rows_in_several_batches(office: Office, tmp_path: Path) -> None:
    rows = [(f"第{n}家公司", "制造业", f"王{n}", 13800000000 + n, "打标机 2 台") for n in range(2_300)]
    steps: list[tuple[str, int, int]] = []
    before = office.json("audit", "verify")["entries"]
    context = office.context()
    path = sheets.customers(tmp_path / "list.csv", *rows, ("第7家", *rows[7][1:]))
    report = import_customers(
        context, Job(str(path), skip_errors=True), lambda what, done, total: steps.append((str(what), done, total))
    )
    context.close()
    assert (report.created, reasons(report)) == (2_300, [(2302, "客户名称 (name) is the same as in row 9")])
    assert listed(office)[-1] == ("HZ20262300", "第2299家公司")
    assert [what for what, _, _ in steps] == ["reading"] * 4 + ["writing"] * 4
    assert all(0 < done <= total for _, done, total in steps)
    trail = office.json("audit", "verify")
    assert (trail["ok"], trail["entries"]) == (True, before + 2_301)
    assert office.json("db", "check")["ok"] is True


def test_cells_and_rows_that_say_nothing(office: Office, tmp_path: Path) -> None:
    titles = ("序号", *TITLES, "邮箱", "备注")
    rows = [
        ("1", *GOOD, "无", "-"),
        ("2", "", "", "", "", "", "", ""),
        ("3", *[""] * 5, "/", "暂无"),
        ("制表人：李娜",),
        ("4", *OTHER, "N/A", ""),
    ]
    report = take(office, sheets.customers(tmp_path / "list.csv", *rows, titles=titles))
    assert [(row["row"], row["outcome"]) for row in report.rows] == [(2, "created"), (6, "created")]
    assert listed(office, "remark") == [(None,), (None,)]
    report = take(
        office,
        sheets.customers(
            tmp_path / "b.csv", ("1", "丙公司", "制造业", "王五", "13800000001", "无", "", ""), titles=titles
        ),
    )
    assert reasons(report) == [(2, "需求描述 is missing")]
