"""salesflow import: the list of imports and taking one back, from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import leads, sheets
from tests.conftest import Office

KEYS = [
    "number", "record", "file", "at", "by", "reverted_at", "read", "created", "updated", "skipped", "reverted_by",
]  # fmt: skip


@pytest.fixture
def there(office: Office, tmp_path: Path) -> Office:
    office.ok("customer", "import", str(sheets.customers(tmp_path / "list.xlsx")))
    office.now = "2026-03-03 09:00"
    return office


def test_the_list(there: Office, tmp_path: Path) -> None:
    path = sheets.text(tmp_path / "p.csv", [("产品编号", "产品名称", "单价"), ("YF-1", "终端", "10")])
    there.ok("product", "import", str(path), user="zhang.wei")
    found = there.json("import", "list")
    assert [list(one) for one in found] == [KEYS, KEYS]
    assert [(one["number"], one["record"], one["by"]) for one in found] == [
        (2, "product", "zhang.wei"),
        (1, "customer", "li.na"),
    ]
    assert found[1] | {"at": "", "number": 0} == {
        "number": 0, "record": "customer", "file": "list.xlsx", "at": "", "by": "li.na", "read": 2, "created": 2, "updated": 0,
        "skipped": 0, "reverted_at": None, "reverted_by": None,
    }  # fmt: skip
    assert [one["number"] for one in there.json("import", "list", "--kind", "customer")] == [1]
    assert there.ok("import", "list", "--format", "ids").out == "2\n1\n"


def test_an_empty_list(office: Office) -> None:
    assert office.json("import", "list") == []


def test_taking_one_back(there: Office) -> None:
    dry = there.ok("import", "revert", "1", "--dry-run")
    assert dry.out == (
        "of import 1 2 customers and 0 follow-ups would be removed, 0 customers restored, 0 left as they are\n"
    )
    done = there.json("import", "revert", "1")
    assert done == {
        "number": 1, "record": "customer", "file": "list.xlsx", "dry_run": False, "removed": 2, "followups_removed": 0,
        "restored": 0, "left_count": 0, "left": [],
    }  # fmt: skip
    assert there.json("customer", "list") == []
    assert there.json("import", "list")[0]["reverted_by"] == "li.na"
    again = there.run("import", "revert", "1")
    assert (again.status, again.out) == (4, "")
    assert "was taken back already on 2026-03-03 09:00" in again.err


def test_what_is_left_is_named(there: Office) -> None:
    there.ok("contact", "add", "HZ2026001", "--name", "赵六", "--wechat", "zhaoliu")
    done = there.ok("import", "revert", "1", lang="zh")
    assert done.out.splitlines()[1].startswith("HZ2026001 杭州云帆科技有限公司")
    assert len(there.json("customer", "list")) == 1


def test_where_all_was_touched_the_import_stands(there: Office) -> None:
    leads.execute(there, "UPDATE customer SET version = 2")
    before = leads.written(there)
    done = there.run("import", "revert", "1")
    assert (done.status, done.out) == (4, "")
    assert done.err.splitlines()[0] == "HZ2026001 杭州云帆科技有限公司: it was edited since"
    assert "nothing of import 1 can be taken back" in done.err
    assert leads.written(there) == before
    assert there.json("import", "list")[0]["reverted_at"] is None
    leads.execute(there, "UPDATE customer SET version = 1")
    assert there.ok("import", "revert", "1", "--quiet").out == "1\n"


@pytest.mark.parametrize(
    ("words", "user", "status"),
    [(("9",), "li.na", 3), (("x",), "li.na", 2), (("0",), "li.na", 2), ((), "li.na", 2), (("1",), "chen.jie", 5)],
)
def test_what_cannot_be_taken_back(there: Office, words: tuple[str, ...], user: str, status: int) -> None:
    done = there.run("import", "revert", *words, user=user)
    assert (done.status, done.out) == (status, "")
    assert len(done.err.splitlines()) == 1


def test_as_a_program(there: Office) -> None:
    assert there.program("import", "list", lang="zh").status == 0
    done = there.program("import", "revert", "1", lang="zh")
    assert (done.status, done.err) == (0, "")


def test_completion_offers_what_can_be_taken_back(there: Office) -> None:
    from salesflow.queries import offers

    context = there.context()
    assert list(offers.imports(context)) == [("1", "list.xlsx")]
    context.close()
