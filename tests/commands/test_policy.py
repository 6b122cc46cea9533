"""salesflow policy: showing, checking and applying it, in both languages."""

from __future__ import annotations

from pathlib import Path

import pytest

from salesflow.commands.policy import LONGEST
from salesflow.rules.policy import PRESETS
from salesflow.text import width
from tests import deals
from tests.conftest import Office

OURS = 'extends = "tracker"\n\n[cadence]\na_days = 5\n\n[discount-authority]\nrep = 8\n'
MOVED = ("cadence.a_days: 7 -> 5", "cadence.prospect_days: 0 -> 7", "cadence.interested_days: 0 -> 4", "discount-authority.rep: 10 -> 8")  # fmt: skip


@pytest.fixture
def ours(tmp_path: Path) -> str:
    return written(tmp_path, OURS)


def written(folder: Path, document: str | bytes) -> str:
    """A policy file."""
    file = folder / "our-policy.toml"
    file.write_bytes(document.encode() if isinstance(document, str) else document)
    return str(file)


def apply(office: Office, source: str, **settings: str) -> str:
    return office.ok("policy", "apply", source, "--reason", "试行", **{"user": "zhang.wei", **settings}).out


# --- show


def test_every_key_is_shown(office: Office) -> None:
    found = office.json("policy", "show")
    assert list(found[0]) == ["id", "table", "key", "meaning", "unit", "value", "default", "rule"]
    assert found[0] == {
        "id": "business.close",
        "table": "business",
        "key": "close",
        "meaning": "when business closes: a deadline of N working days ends then",
        "unit": None,
        "value": "18:00",
        "default": "18:00",
        "rule": None,
    }
    by_id = {row["id"]: row for row in found}
    assert by_id["cadence.a_days"]["meaning"] == "longest gap between follow-ups of an A customer (days)"
    assert (by_id["cadence.a_days"]["rule"], by_id["cadence.a_days"]["unit"]) == ("cadence", "days")
    assert len(by_id) == len(found) > 50
    assert office.ok("policy", "show", "--format", "ids").out.splitlines() == list(by_id)


def test_what_differs_from_the_default_shows(office: Office, ours: str) -> None:
    apply(office, ours)
    changed = {
        row["id"]: (row["value"], row["default"])
        for row in office.json("policy", "show")
        if row["value"] != row["default"]
    }
    assert changed == {
        "cadence.a_days": ("5", "7"),
        "cadence.prospect_days": ("7", "0"),
        "cadence.interested_days": ("4", "0"),
        "discount-authority.rep": ("8", "10"),
    }


def test_showing_for_people(office: Office) -> None:
    heading, *lines = office.ok("policy", "show").out.splitlines()
    assert heading.split() == ["Table", "Key", "Unit", "Value"]
    assert lines[0].split() == ["business", "close", "18:00"]
    assert ["cadence", "a_days", "days", "7"] in [line.split() for line in lines]
    explained = office.ok("policy", "show", "--explain").out.splitlines()
    assert explained[0].split() == ["Parameter", "Meaning", "Value"]
    assert explained[6].split("  ")[0] == "corrections.hours"
    assert "a lead is recorded within so many hours of its first contact (hours)" in explained[15]
    table = office.ok("policy", "show", "--format", "table").out.splitlines()
    assert table[:3] == ["business", "  close              18:00", "limits"] or table[0] == "business"


def test_showing_in_chinese(office: Office) -> None:
    heading, *lines = office.ok("policy", "show", "--explain", lang="zh").out.splitlines()
    assert heading.split() == ["参数", "含义", "内容"]
    assert ["cadence.a_days", "A", "级客户的最长跟进间隔（天）", "7"] in [line.split() for line in lines]


def test_the_list_options_work(office: Office) -> None:
    done = office.ok("policy", "show", "--sort", "key", "--reverse", "--limit", "2", "--format", "ids")
    assert done.out == "entry-deadline.workdays\ngrading-deadline.workdays\n"
    assert "there are more than these 2" in done.err
    assert office.run("policy", "show", "--sort", "meaning").status == 2
    assert office.json("policy", "show", "--fields", "id,value", "--limit", "1") == [
        {"id": "business.close", "value": "18:00"}
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("words", [("show",), ("show", "--explain"), ("presets",), ("--help",), ("apply", "--help")])
def test_everything_fits_eighty_columns(office: Office, words: tuple[str, ...], lang: str) -> None:
    office.environment["COLUMNS"] = "80"
    table = () if "--help" in words else ("--format", "table")
    done = office.ok("policy", *words, *table, lang=lang)
    assert max(width(line) for line in done.out.splitlines()) <= 80
    assert "--fields" not in done.err  # no column had to go


# --- as a file


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_file_is_read_back(office: Office, tmp_path: Path, ours: str, lang: str) -> None:
    for source in (None, ours, "order-toolkit"):
        if source is not None:
            apply(office, source)
        file = written(tmp_path / "..", office.ok("policy", "show", "--toml", lang=lang).out)
        said = office.ok("policy", "check", file).out
        assert said == f"{file} is sound; it changes 0 keys\n"
        assert apply(office, file) == f"{file} is in force already: nothing was changed\n"


def test_the_file_says_what_each_key_means(office: Office) -> None:
    lines = office.ok("policy", "show", "--toml").out.splitlines()
    at = lines.index("[cadence]")
    assert lines[at + 1 : at + 3] == ["# longest gap between follow-ups of an A customer (days)", "a_days = 7"]
    assert "# A 级客户的最长跟进间隔 (天)" in office.ok("policy", "show", "--toml", lang="zh").out.splitlines()


# --- presets


def test_the_presets(office: Office) -> None:
    found = office.json("policy", "presets")
    assert list(found[0]) == ["name", "in_force", "differences", "summary"]
    assert [row["name"] for row in found] == list(PRESETS)
    assert [row["in_force"] for row in found] == [True, False, False, False, False]
    assert found[0]["differences"] == []
    assert found[1]["differences"] == [
        {"id": "cadence.hot_days", "table": "cadence", "key": "hot_days", "value": "0", "default": "2", "unit": "days"}
    ]
    assert found[4]["summary"] == "cadence.prospect_days = 7, cadence.interested_days = 4"


def test_the_preset_in_force_is_marked(office: Office) -> None:
    apply(office, "tracker")
    lines = office.ok("policy", "presets").out.splitlines()
    assert [line.split()[0] for line in lines if " yes " in line] == ["tracker"]
    zh = office.ok("policy", "presets", lang="zh").out.splitlines()
    assert [line.split()[:2] for line in zh[-1:]] == [["tracker", "是"]]
    assert zh[-1].endswith("cadence.prospect_days = 7、cadence.interested_days = 4")


# --- check


def test_checking_says_what_would_change(office: Office, ours: str) -> None:
    assert office.ok("policy", "check", ours).out.splitlines() == [f"{ours} is sound; it changes 4 keys", *MOVED]
    assert office.json("policy", "check", ours)[-1] == {
        "id": "discount-authority.rep",
        "table": "discount-authority",
        "key": "rep",
        "before": "10",
        "after": "8",
        "unit": "%",
    }
    assert len(deals.rows(office, "SELECT id FROM v_policy")) == 1


def test_checking_in_chinese(office: Office, ours: str) -> None:
    out = office.ok("policy", "check", ours, lang="zh").out.splitlines()
    assert out[1] == "cadence.a_days：7 -> 5"
    assert "4" in out[0]
    assert "sound" not in out[0]


def test_one_key_is_one_key(office: Office, tmp_path: Path) -> None:
    file = written(tmp_path, "[cadence]\na_days = 6\n")
    assert office.ok("policy", "check", file).out == f"{file} is sound; it changes 1 key\ncadence.a_days: 7 -> 6\n"


def test_a_byte_order_mark_and_windows_lines_do_no_harm(office: Office, tmp_path: Path) -> None:
    file = written(tmp_path, b"\xef\xbb\xbf[cadence]\r\na_days = 6\r\n")
    assert "it changes 1 key" in office.ok("policy", "check", file).out


@pytest.mark.parametrize(
    ("document", "says"),
    [
        (
            "[cadense]\na_days = 5\n",
            'line 1: there is no table or rule "cadense" with parameters: did you mean cadence?',
        ),
        ("[cadence]\n\na_dais = 5\n", 'line 3: [cadence] has no key "a_dais": did you mean a_days?'),
        (
            '[cadence]\na_days = "five"\n',
            (
                "line 2: [cadence] a_days: it must be a whole number from 1 to 3650: "
                "longest gap between follow-ups of an A customer"
            ),
        ),
        ("[cadence]\na_days = 0\n", "line 2: [cadence] a_days: it must be a whole number from 1 to 3650"),
        ("[cadence]\na_days = true\n", "line 2: [cadence] a_days: it must be a whole number"),
        ("[grade-score]\na_from = 2\n", "line 2: [grade-score] the cut-off of A, 2, is below that of B, 2.5"),
        ('extends = "trackr"\n', 'line 1: there is no preset "trackr": did you mean tracker?'),
        ("extends = ['tracker']\n", "line 1: there is no preset \"['tracker']\""),
        ("[cadence\n", "line 1: this is not TOML"),
        ("[cadence]\na_days = \n", "line 2: this is not TOML"),
        ("[discount-authority]\nrep = 30\n", "line 2: [discount-authority]"),
        ("cadence = 5\n", "line 1: cadence is a table: write [cadence]"),
        (f"a = {'[' * 50_000}", "this is not a policy: a number is too long or brackets are too deep"),
        (f"[cadence]\na_days = {'9' * 5_000}\n", "this is not a policy: a number is too long"),
        ("[order-approval]\ndirector_above = 1e9999999999999999999\n", "this is not a policy: a number is too long"),
        ("\x00", "line 1: this is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(office: Office, tmp_path: Path, document: str, says: str) -> None:
    file = written(tmp_path, document)
    for words in (("check", file), ("apply", file, "--reason", "试行")):
        done = office.run("policy", *words, user="zhang.wei")
        assert (done.status, done.out, done.err.count("\n")) == (2, "", 1), done.err
        assert says in done.err
    assert len(deals.rows(office, "SELECT id FROM v_policy")) == 1


def test_the_place_of_a_mistake_as_json(office: Office, tmp_path: Path) -> None:
    import json

    done = office.run("policy", "check", written(tmp_path, "\n[cadence]\na_dais = 5\n"), "--json")
    said = json.loads(done.err)["error"]
    assert said["details"] == {"line": 3, "table": "cadence", "key": "a_dais"}
    assert (said["code"], said["hint"]) == ("invalid-value", "did you mean a_days?")


def test_a_mistake_in_chinese(office: Office, tmp_path: Path) -> None:
    done = office.run("policy", "check", written(tmp_path, "[cadence]\na_dais = 5\n"), lang="zh")
    assert done.err.startswith("错误 [invalid-value]：第 2 行：")
    assert "a_days" in done.err


def missing(_: Path) -> None:
    """No file at all."""


def folder(file: Path) -> None:
    file.mkdir()


def foreign(file: Path) -> None:
    file.write_bytes("[cadence]\n# 每周\n".encode("gb18030"))


def huge(file: Path) -> None:
    file.write_text(f"# {'x' * LONGEST}\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (
            missing,
            "cannot be read: No such file or directory: give a policy file, or one of the presets: balanced, template-guide",
        ),
        (folder, "cannot be read: Is a directory"),
        (foreign, "is not UTF-8 text: save the policy as UTF-8"),
        (huge, "has more than 1000000 characters: a policy states only its differences from a preset"),
    ],
)
def test_files_that_are_none(office: Office, tmp_path: Path, prepare: object, says: str) -> None:
    file = tmp_path / "p.toml"
    prepare(file)  # type: ignore[operator]  # one of the functions above
    for words in (("check", str(file)), ("apply", str(file), "--reason", "试行")):
        done = office.run("policy", *words, user="zhang.wei")
        assert (done.status, done.out, done.err.count("\n")) == (7, "", 1)
        assert f"error [file]: {file} {says}" in done.err


# --- apply


def test_applying_says_what_moves(office: Office, ours: str) -> None:
    assert apply(office, ours).splitlines() == [f"policy version 2 is in force: {ours}", *MOVED]
    assert apply(office, "balanced", lang="zh").splitlines()[:2] == [
        "策略第 3 版已生效：balanced",
        "cadence.a_days：5 -> 7",
    ]
    assert office.ok("policy", "apply", ours, "--reason", "x", "--quiet", user="wang.fang").out == "4\n"


def test_applying_gives_the_version_as_json(office: Office, ours: str) -> None:
    found = office.json("policy", "apply", ours, "--reason", "试行", user="zhang.wei")
    changes = found.pop("changes")
    assert found == {
        "version": 2,
        "name": "our-policy.toml",
        "reason": "试行",
        "applied_by": "zhang.wei",
        "applied_at": "2026-03-02T09:00:00+08:00",
    }
    assert changes == office.json("policy", "apply", ours, "--reason", "again", user="zhang.wei")["changes"]
    assert [change["id"] for change in changes] == [line.partition(":")[0] for line in MOVED]


def test_the_next_command_goes_by_it(office: Office, ours: str) -> None:
    deals.furnish(office)
    quote = ("quote", "make", "明远", "--item", "YF-100:1", "--discount", "9%")
    assert office.json(*quote)["state"] == "approved"
    apply(office, ours)
    made = office.json(*quote)
    assert (made["state"], made["policy_id"]) == ("pending_approval", 2)
    assert made["approval"]["steps"][0]["why"] == "9 % on line 1 is above 8 %"
    assert office.json("quote", "show", "Q2026-0001")["policy_id"] == 1


def test_who_may_not_is_told_so(office: Office, ours: str) -> None:
    done = office.run("policy", "apply", ours, "--reason", "试行")
    assert (done.status, done.out) == (5, "")
    assert done.err == (
        "error [not-permitted]: li.na may not do this: it needs the role manager, director: "
        "ask one who holds it; see: salesflow staff list\n"
    )


@pytest.mark.parametrize(
    ("words", "status", "says"),
    [
        (("--reason", ""), 4, "error [reason]: a change of policy needs a reason: say why: --reason TEXT\n"),
        (("--reason", " "), 4, "error [reason]: a change of policy needs a reason"),
        ((), 2, "--reason is missing"),
        (("--reason", "x\x1b[2J"), 2, "the reason has the control character U+001B"),
    ],
)
def test_a_reason_is_needed(office: Office, ours: str, words: tuple[str, ...], status: int, says: str) -> None:
    done = office.run("policy", "apply", ours, *words, user="zhang.wei")
    assert (done.status, done.out, done.err.count("\n")) == (status, "", 1)
    assert says in done.err
    assert len(deals.rows(office, "SELECT id FROM v_policy")) == 1


def test_a_file_goes_before_a_preset_of_its_name(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tracker").mkdir()
    assert apply(office, "tracker").startswith("policy version 2 is in force: tracker\n")
    (tmp_path / "balanced").write_text("[cadence]\na_days = 6\n", encoding="utf-8")
    apply(office, "balanced")
    assert {row["id"]: row["value"] for row in office.json("policy", "show")}["cadence.a_days"] == "6"


def test_as_a_program_of_its_own(office: Office, ours: str) -> None:
    done = office.program("policy", "check", ours, lang="zh")
    assert (done.status, done.err, done.out.count("\n")) == (0, "", 5)
