"""customer add, list, show, status: what is printed, what scripts get, what is refused and how."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from salesflow.enums import Status
from tests import leads
from tests.conftest import Office, outside
from tests.terminal import sit_down

LIST_KEYS = [
    "code", "name", "kind", "industry", "region", "source", "grade", "status", "owner", "tags", "first_contact_at", "recorded_at",
    "next_follow_up_on", "days_overdue", "last_contact_on", "last_progress_on",
]  # fmt: skip
SHOW_KEYS = [
    *LIST_KEYS, "size", "address", "source_detail", "need", "has_budget", "budget_consent", "remark", "entry_late", "archived_at",
    "former_codes", "contacts", "plan", "followups", "quotes", "status_changes", "grade_changes",
    "version", "attachments", "corrections", "objections", "gradings", "owner_changes", "stall_analyses", "needs", "opportunities",
    "contracts", "accepted_quotes",
]  # fmt: skip
WHY = "no grade, so as grade C: every 30 days from the first contact on 2026-03-02; 2026-04-01 is a working day"


def add(office: Office, *more: str, **changes: str | None) -> Any:
    return office.json("customer", "add", *leads.words(**changes), *more)


def test_adding_says_what_was_done_and_why_the_next_date(office: Office) -> None:
    done = office.ok("customer", "add", *leads.words())
    assert done.out == f"added HZ2026001 杭州云帆科技有限公司, owner li.na\nnext follow-up 2026-04-01 ({WHY})\n"
    assert done.err == ""


def test_adding_in_chinese(office: Office) -> None:
    done = office.ok("customer", "add", *leads.words(industry="教育", source="转介绍"), lang="zh")
    first, second = done.out.splitlines()
    assert first == "已登记 HZ2026001 杭州云帆科技有限公司，负责人 li.na"
    assert "2026-04-01" in second
    row = office.json("customer", "show", "HZ2026001", lang="zh")
    assert (row["industry"], row["source"], row["status"]) == ("education", "referral", "prospect")


def test_the_reference_alone(office: Office) -> None:
    assert office.ok("customer", "add", *leads.words(), "--quiet").out == "HZ2026001\n"


def test_adding_with_everything(office: Office) -> None:
    options = {
        "kind": "person", "name": "张女士", "contact": None, "size": "1", "region": "nb", "address": "江南大道 100 号",
        "source_detail": "2026 年行业展会", "first_contact": "yesterday 16:00", "budget": "5万",
        "budget_consent": "2026-03-01 电话同意", "owner": "zhao.lei", "remark": "备注", "title": "店主",
        "email": "zhang@example.com", "wechat": "zhangnvshi", "role": "decision-maker", "concern": "售后",
    }  # fmt: skip
    row = add(office, "--tag", "国企", "--tag", "竞品客户", **options)
    assert list(row) == SHOW_KEYS
    assert {key: row[key] for key in LIST_KEYS} == {
        "code": "NB2026001", "name": "张女士", "kind": "person", "industry": "internet", "region": "NB", "source": "exhibition",
        "grade": None, "status": "prospect", "owner": "zhao.lei", "tags": ["国企", "竞品客户"],
        "first_contact_at": "2026-03-01T16:00:00+08:00", "recorded_at": "2026-03-02T09:00:00+08:00",
        "last_contact_on": "2026-03-01", "last_progress_on": None, "next_follow_up_on": "2026-03-31", "days_overdue": 0,
    }  # fmt: skip
    assert (row["has_budget"], row["budget_consent"], row["entry_late"]) == (True, "2026-03-01 电话同意", False)
    assert row["contacts"] == [
        {
            "name": "张女士", "title": "店主", "phone_masked": "138****5678", "email_masked": "z***@example.com",
            "wechat_masked": "zh***i", "role": "decision_maker", "primary": True, "concern": "售后",
                "version": 1,
        }
    ]  # fmt: skip
    assert "50000" not in json.dumps(row)


@pytest.mark.parametrize(
    ("first_contact", "at", "late"),
    [
        ("yesterday", "2026-03-01T18:00:00+08:00", False),
        ("today", "2026-03-02T09:00:00+08:00", False),
        ("2026-02-28", "2026-02-28T18:00:00+08:00", True),
        ("昨天下午3点", "2026-03-01T15:00:00+08:00", False),
        ("2026-03-01 08:59", "2026-03-01T08:59:00+08:00", True),
        ("2024-02-29", "2024-02-29T18:00:00+08:00", True),
    ],
)
def test_the_first_contact_as_one_types_it(office: Office, first_contact: str, at: str, late: bool) -> None:
    done = office.ok("customer", "add", *leads.words(first_contact=first_contact), "--json")
    assert (done.json["first_contact_at"], done.json["entry_late"]) == (at, late)
    assert ("note [entry-deadline]" in done.err) is late


def test_a_vague_need_is_hinted_at_and_written(office: Office) -> None:
    done = office.ok("customer", "add", *leads.words(need="便宜一点就好，越便宜越好"))
    assert done.out.startswith("added HZ2026001 ")
    assert done.err.startswith('hint [need-specific]: "便宜一点" in the need is vague')


@pytest.mark.parametrize(
    ("changes", "status", "error"),
    [
        ({"name": None}, 2, "error [missing-value]: --name is missing: see: salesflow customer add --help\n"),
        ({"industry": None}, 2, "error [missing-value]: --industry is missing: see: salesflow customer add --help\n"),
        ({"source": None}, 2, "error [missing-value]: --source is missing: see: salesflow customer add --help\n"),
        ({"need": None}, 2, "error [missing-value]: --need is missing: see: salesflow customer add --help\n"),
        ({"contact": None}, 2, "error [missing-value]: --contact is missing: see: salesflow customer add --help\n"),
        (
            {"phone": None},
            2,
            (
                "error [missing-value]: 张伟 has neither phone, e-mail nor WeChat: "
                "give one of them at least: --phone, --email or --wechat\n"
            ),
        ),
        (
            {"name": "云\x1b[31m帆"},
            2,
            (
                "error [invalid-value]: the customer's name has the control character U+001B at position 2: "
                "remove it: only newline and tab are allowed beside visible characters\n"
            ),
        ),
        (
            {"need": "要" * 100_000},
            2,
            "error [invalid-value]: the need has 100000 characters, 20000 are allowed: shorten it to 20000 characters\n",
        ),
        (
            {"industry": "手工业"},
            2,
            (
                'error [unknown-industry]: --industry: "手工业" is not a known industry: did you mean 工业? Or add it with: '
                'salesflow config set industries.extra "手工业"\n'
            ),
        ),
        (
            {"source": "展览"},
            2,
            (
                "error [invalid-value]: --source: 展览 is not one of the codes: use one of: exhibition, referral, "
                "website, inbound, campaign, cold-call, existing-customer, other\n"
            ),
        ),
        (
            {"first_contact": "2026-03-02 09:01"},
            2,
            "error [future]: the first contact 2026-03-02 09:01 lies in the future: give when it was; it is 2026-03-02 09:00 now\n",
        ),
        (
            {"first_contact": "tomorrow"},
            2,
            "error [future]: the first contact 2026-03-03 18:00 lies in the future: give when it was; it is 2026-03-02 09:00 now\n",
        ),
        (
            {"first_contact": "2026-02-29"},
            2,
            (
                'error [invalid-value]: --first-contact: "2026-02-29" is not a point in time: write 2026-03-05 14:30, 14:30, '
                "yesterday 16:00, 昨天 16:00, 下午3点半 or a date alone\n"
            ),
        ),
        (
            {"budget": "-5", "budget_consent": "x"},
            2,
            (
                'error [invalid-value]: --budget: the amount "-5" must not be negative: '
                "write 50000, 50,000.00, 5万, 1.2万 or ￥300, with two decimals at most\n"
            ),
        ),
        (
            {"budget": "1.234", "budget_consent": "x"},
            2,
            (
                'error [invalid-value]: --budget: "1.234" has more than two decimals: '
                "write 50000, 50,000.00, 5万, 1.2万 or ￥300, with two decimals at most\n"
            ),
        ),
        (
            {"budget": "5万"},
            4,
            (
                "error [budget-consent]: a budget is kept only with the customer's consent: "
                'say when and how it was given: --budget-consent "2026-03-05 by phone"\n'
            ),
        ),
        (
            {"owner": "li.si"},
            3,
            "error [unknown-staff]: there is no active staff member li.si: see: salesflow staff list\n",
        ),
        (
            {"region": "HZ1"},
            2,
            "error [invalid-value]: HZ1 cannot be a region code: use 2 to 6 letters A-Z, such as: HZ\n",
        ),
        (
            {"phone": "12345"},
            2,
            (
                'error [invalid-value]: "12345" is not a phone number: '
                "write 13812345678, 0571-88886666, 0571-88886666转801 or +1 650 253 0000\n"
            ),
        ),
    ],
)
def test_what_is_refused_gets_one_line_and_writes_nothing(
    office: Office, changes: dict[str, str], status: int, error: str
) -> None:
    before = leads.written(office)
    done = office.run("customer", "add", *leads.words(**changes))
    assert (done.status, done.out, done.err) == (status, "", error)
    assert leads.written(office) == before


def test_a_twin_is_refused_by_name_and_by_contact(office: Office) -> None:
    office.ok("customer", "add", *leads.words())
    before = leads.written(office)
    done = office.run("customer", "add", *leads.words(name="杭州云帆科技", phone="13900000000"))
    assert (done.status, done.err) == (
        6,
        (
            "error [duplicate]: 杭州云帆科技 is there already: HZ2026001 杭州云帆科技有限公司: "
            "see: salesflow customer show HZ2026001; add it all the same with --allow-duplicate\n"
        ),
    )
    done = office.run("customer", "add", *leads.words(name="别的公司"), lang="zh")
    assert done.status == 6
    assert "电话号码 138****5678 已登记过：HZ2026001 杭州云帆科技有限公司 的联系人 张伟" in done.err
    assert leads.written(office) == before
    assert add(office, "--allow-duplicate")["code"] == "HZ2026002"


def test_an_error_as_json(office: Office) -> None:
    office.ok("customer", "add", *leads.words())
    done = office.run("customer", "add", *leads.words(), "--json")
    assert done.out == ""
    error = json.loads(done.err)["error"]
    assert (error["code"], error["details"]["twin"]) == ("duplicate", "HZ2026001")


def test_at_a_terminal_what_is_missing_is_asked_for(office: Office) -> None:
    seen = sit_down(
        [sys.executable, "-m", "salesflow", "customer", "add", "--source", "referral", "--quiet"],
        outside(office.environ()),
        [
            ("full legal name", "杭州云帆科技有限公司\n"),
            ("The industry", "制造业\n"),
            ("What they need", "50 台终端，6 月底前\n"),
            ("contact's name", "张伟\n"),
            ("Phone number", "13812345678\n"),
        ],
    )
    assert seen.status == 0, seen.screen
    assert seen.screen.splitlines()[-1] == "HZ2026001"
    row = office.json("customer", "show", "HZ2026001")
    assert (row["industry"], row["source"], row["contacts"][0]["phone_masked"]) == (
        "manufacturing",
        "referral",
        "138****5678",
    )


def test_a_person_is_not_asked_for_a_contact(office: Office) -> None:
    row = add(office, name="张女士", kind="person", contact=None)
    assert row["contacts"][0]["name"] == "张女士"


def test_own_industries_come_from_the_configuration(office: Office) -> None:
    office.ok("config", "set", "industries.extra", "低空经济, 航天")
    assert add(office, industry="航天")["industry"] == "航天"
    assert [row["code"] for row in office.json("customer", "list", "--industry", "航天行业")] == ["HZ2026001"]
    assert "航天" in office.ok("customer", "list", "--fields", "code,industry").out


@pytest.fixture
def stock(office: Office) -> Office:
    leads.add(office, leads.new("杭州云帆科技有限公司", phone="13812345678", tags=("国企",)), now="2026-01-05 09:00")
    leads.add(office, leads.new("上海云帆贸易有限公司", phone="13912345678"), user="chen.jie", now="2026-03-01 10:00")
    return office


def test_a_list_for_people(stock: Office) -> None:
    assert stock.ok("customer", "list").out == (
        "Code       Customer name         Grade  Status    Owner     Next follow-up  Late by  Last contact\n"
        "HZ2026001  杭州云帆科技有限公司         prospect  li.na     2026-02-04           26  2026-01-05\n"
        "SH2026001  上海云帆贸易有限公司         prospect  chen.jie  2026-03-31            0  2026-03-01\n"
    )


def test_a_list_for_scripts(stock: Office) -> None:
    rows = stock.json("customer", "list")
    assert [list(row) for row in rows] == [LIST_KEYS, LIST_KEYS]
    assert [(row["code"], row["tags"], row["days_overdue"]) for row in rows] == [
        ("HZ2026001", ["国企"], 26),
        ("SH2026001", [], 0),
    ]
    assert stock.ok("customer", "list", "--format", "ids").out == "HZ2026001\nSH2026001\n"


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        ("--owner chen.jie", "SH2026001"),
        ("--status prospect --tag 国企", "HZ2026001"),
        ("--status hot", ""),
        ("--grade A --grade B", ""),
        ("--region sh", "SH2026001"),
        ("--industry internet --source 展会", "HZ2026001 SH2026001"),
        ("--stale", "HZ2026001"),
        ("--created 2026-01", "HZ2026001"),
        ("--created 2026-W09", "SH2026001"),
        ("--created 2026-01-06..", "SH2026001"),
        ("--created ..2026-01-05", "HZ2026001"),
        ("--created 2026-01-05..2026-03-01", "HZ2026001 SH2026001"),
        ("--created yesterday", "SH2026001"),
        ("--due ..today", "HZ2026001"),
        ("--due today..+30d", "SH2026001"),
        ("--archived", ""),
        ("--sort next_follow_up_on --reverse", "SH2026001 HZ2026001"),
        ("--limit 1", "HZ2026001"),
    ],
)
def test_filters(stock: Office, words: str, codes: str) -> None:
    done = stock.ok("customer", "list", *words.split(), "--format", "ids")
    assert done.out.split() == codes.split()


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (
            ("--due", "2026-03-05..2026-03-04"),
            2,
            "--due: 2026-03-05 is after 2026-03-04: write FROM..TO, the earlier date first",
        ),
        (("--created", "2026-02-30"), 2, '--created: there is no day "2026-02-30": write 2026-03-05, '),
        (("--created", "2026-13"), 2, '--created: there is no day "2026-13-01": write 2026-03-05, '),
        (("--created", "2026-W54"), 2, '--created: "2026-W54" is not an ISO week: write 2026-W12'),
        (
            ("--owner", "li.ma"),
            3,
            "there is no active staff member li.ma: did you mean li.na? See: salesflow staff list",
        ),
        (("--tag", "国"), 3, "there is no tag 国: did you mean 国企?"),
        (("--grade", "D"), 2, "--grade: D is not one of the codes: use one of: A, B, C"),
        (("--sort", "nam"), 2, "nam is not a field to sort by: did you mean name? Sort by one of: code, name, "),
    ],
)
def test_wrong_filters(stock: Office, words: tuple[str, ...], status: int, error: str) -> None:
    done = stock.run("customer", "list", *words)
    assert (done.status, done.out) == (status, "")
    assert error in done.err


def test_at_a_terminal_a_long_list_ends_after_a_screenful(office: Office) -> None:
    leads.add(office, *(leads.new(f"公司{number}号") for number in range(51)))
    program = [sys.executable, "-m", "salesflow", "customer", "list"]
    seen = sit_down(program, outside(office.environ()))
    assert "公司49号" in seen.screen
    assert "公司50号" not in seen.screen
    assert "there are more than these 50: raise --limit to see them" in seen.screen
    assert "公司50号" in sit_down([*program, "--limit", "0"], outside(office.environ())).screen
    assert len(office.ok("customer", "list").out.splitlines()) == 52


def test_a_file_for_people(stock: Office) -> None:
    out = stock.ok("customer", "show", "杭州").out
    assert out.startswith("Code:           HZ2026001\nCustomer name:  杭州云帆科技有限公司\n")
    assert (
        "Contacts:\n  Name  Job title  Phone        E-mail  WeChat  Role   Primary\n  张伟             138****5678"
        in out
    )
    assert "13812345678" not in out


def test_a_file_for_scripts(stock: Office) -> None:
    row = stock.json("customer", "show", "HZ2026001")
    assert list(row) == SHOW_KEYS
    assert {key: list(row[key][0]) for key in ("contacts", "plan", "status_changes")} == {
        "contacts": [
            "name",
            "title",
            "phone_masked",
            "email_masked",
            "wechat_masked",
            "role",
            "primary",
            "concern",
            "version",
        ],
        "plan": ["due_on", "method", "focus", "goal", "rule", "beyond_cadence"],
        "status_changes": [
            "at",
            "from_status",
            "to_status",
            "reason",
            "loss_reason",
            "competitor",
            "rule",
            "by",
            "customer_code",
        ],
    }


@pytest.mark.parametrize("verb", [("show",), ("status", "hot", "--reason", "x")])
def test_a_reference_that_fits_nobody_or_several(stock: Office, verb: tuple[str, ...]) -> None:
    before = leads.written(stock)
    done = stock.run("customer", verb[0], "宁波", *verb[1:])
    assert (done.status, done.out, done.err) == (
        3,
        "",
        (
            "error [unknown-customer]: there is no customer 宁波: "
            "give a code, the exact name or a part of it; see: salesflow customer list\n"
        ),
    )
    done = stock.run("customer", verb[0], "云帆", *verb[1:], lang="zh")
    assert done.status == 3
    assert done.err == (
        "错误 [ambiguous]：云帆 对应不止一个客户：请写明其中一个的编号："
        "SH2026001 上海云帆贸易有限公司、HZ2026001 杭州云帆科技有限公司\n"
    )
    assert leads.written(stock) == before


def test_a_status_moves_the_plan_and_counts_as_progress(stock: Office) -> None:
    done = stock.ok("customer", "status", "杭州", "interested", "--reason", "要了产品手册")
    assert done.out.splitlines()[0] == "HZ2026001 杭州云帆科技有限公司: prospect -> interested"
    row = stock.json("customer", "status", "HZ2026001", "高意向", "--reason", "试用中")
    assert (row["status"], row["last_progress_on"], row["next_follow_up_on"]) == ("hot", "2026-03-02", "2026-01-07")
    assert [change["to_status"] for change in row["status_changes"]] == ["hot", "interested", "prospect"]
    assert row["status_changes"][0]["reason"] == "试用中"


def test_lost_with_its_category_and_competitor(stock: Office) -> None:
    row = stock.json(
        "customer",
        "status",
        "杭州",
        "lost",
        "--reason",
        "价格高出 15%",
        "--loss-reason",
        "price",
        "--competitor",
        "恒通",
    )
    change = row["status_changes"][0]
    assert (change["loss_reason"], change["competitor"], change["by"]) == ("price", "恒通", "li.na")
    assert (row["next_follow_up_on"], row["plan"]) == (None, [])


def test_anybody_may_change_the_status_of_anybodys_customer_and_is_named(stock: Office) -> None:
    row = stock.json("customer", "status", "上海", "interested", "--reason", "代接电话", user="li.na")
    assert (row["owner"], row["status_changes"][0]["by"]) == ("chen.jie", "li.na")
    (entry,) = leads.rows(stock, "SELECT staff, before, after FROM v_audit WHERE action = 'customer.status'")
    assert entry == {
        "staff": "li.na", "before": '{"status":"prospect"}', "after": '{"status":"interested"}',
    }  # fmt: skip


@pytest.mark.parametrize(
    ("words", "status", "error"),
    [
        (("interested",), 4, "error [status-reason]: a change of status needs a reason: say why: --reason TEXT\n"),
        (
            ("interested", "--reason", "  "),
            4,
            "error [status-reason]: a change of status needs a reason: say why: --reason TEXT\n",
        ),
        (
            ("hot", "--reason", "x"),
            4,
            "error [status-transition]: prospect cannot become hot: from prospect it can become: interested, lost, invalid\n",
        ),
        (
            ("prospect", "--reason", "x"),
            4,
            "error [status-transition]: the status is prospect already: from prospect it can become: interested, lost, invalid\n",
        ),
        (
            ("lost", "--reason", "x"),
            4,
            (
                "error [loss-reason]: a lost customer needs a category of loss: give one of: price, need-mismatch, competitor, "
                "timing, budget-cut, no-contact, other\n"
            ),
        ),
        (
            ("maybe", "--reason", "x"),
            2,
            (
                "error [invalid-value]: STATUS: maybe is not one of the codes: use one of: prospect, "
                "interested, hot, won, lost, invalid\n"
            ),
        ),
        (
            ("interested", "--reason", "\x1b]0;x\x07"),
            2,
            (
                "error [invalid-value]: the reason has the control character U+001B at position 1: "
                "remove it: only newline and tab are allowed beside visible characters\n"
            ),
        ),
        (
            ("interested", "--reason", "长" * 100_000),
            2,
            "error [invalid-value]: the reason has 100000 characters, 20000 are allowed",
        ),
        (
            ("lost", "--reason", "x", "--loss-reason", "x"),
            2,
            "error [invalid-value]: --loss-reason: x is not one of the codes",
        ),
    ],
)
def test_a_change_that_is_refused(stock: Office, words: tuple[str, ...], status: int, error: str) -> None:
    before = leads.written(stock)
    done = stock.run("customer", "status", "杭州", *words)
    assert (done.status, done.out) == (status, "")
    assert done.err.startswith(error)
    assert leads.written(stock) == before


def test_won_needs_evidence_or_a_managers_word(stock: Office) -> None:
    leads.move(stock, 1, Status.INTERESTED, Status.HOT)
    before = leads.written(stock)
    for user, words, said in (
        ("li.na", (), "won needs evidence; missing: a signed contract, a first payment"),
        ("li.na", ("--override",), "only a manager can override this"),
        ("zhang.wei", (), "wait for the evidence"),
    ):
        done = stock.run("customer", "status", "杭州", "won", "--reason", "合同在途", *words, user=user)
        assert (done.status, done.out) == (4, "")
        assert said in done.err
    assert leads.written(stock) == before
    done = stock.ok("customer", "status", "杭州", "won", "--reason", "合同在途", "--override", user="zhang.wei")
    assert done.out.startswith("HZ2026001 杭州云帆科技有限公司: hot -> won\n")
    assert (
        "note [won-evidence]: won without a signed contract, a first payment, decided by a manager: 合同在途"
        in done.err
    )


def test_an_archived_customer_is_shown_and_not_changed(stock: Office) -> None:
    leads.archive(stock, "HZ2026001")
    assert stock.json("customer", "show", "HZ2026001")["archived_at"] == "2026-03-01T08:00:00+08:00"
    done = stock.run("customer", "status", "HZ2026001", "interested", "--reason", "x")
    assert (done.status, done.err) == (
        4,
        f"error [archived]: HZ2026001 {leads.NAME} is archived: bring it back first: salesflow customer remove HZ2026001 --undo\n",
    )


def test_a_customer_in_a_program_of_its_own(office: Office) -> None:
    done = office.program("customer", "add", *leads.words(), "--json")
    assert (done.status, done.err) == (0, "")
    assert done.json["code"] == "HZ2026001"
    assert (
        office.program("customer", "list", "--format", "csv")
        .out.splitlines()[1]
        .startswith("HZ2026001,杭州云帆科技有限公司,")
    )
