"""kill -9 at any moment: afterwards the database is sound and nothing is half done."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import Office, environment
from tests.faults.hardship import count, finish, long, sound, start

KILLS = long(10, 200)
CUSTOMERS = 120

ADDED = {
    "staff": "SELECT count(*) FROM staff",
    "with a role": "SELECT count(DISTINCT staff_id) FROM staff_role",
    "noted": "SELECT count(*) FROM audit_entry WHERE action = 'staff.add'",
}
IMPORTED = {
    "customers": "SELECT count(*) FROM customer",
    "with a contact": "SELECT count(DISTINCT customer_id) FROM contact",
    "with a plan": "SELECT count(DISTINCT customer_id) FROM plan_item",
    "with a status": "SELECT count(DISTINCT customer_id) FROM status_change",
    "noted": "SELECT count(DISTINCT subject_ref) FROM audit_entry WHERE action = 'customer.add'",
}
LOGGED = {
    "follow-ups": "SELECT count(*) FROM followup",
    "noted": "SELECT count(*) FROM audit_entry WHERE action = 'followup.log'",
}
TAKEN_IN = {
    **LOGGED,
    "runs": "SELECT count(*) FROM import_run WHERE record_kind = 'followup'",
    "kept": "SELECT count(*) FROM import_change",
}

ATTACHED = {
    "attachments": "SELECT count(*) FROM attachment",
    "noted": "SELECT count(*) FROM audit_entry WHERE action = 'attachment.add'",
}


def killed_at(office: Office, moment: float, *words: str, user: str) -> int:
    """Kill a command some seconds after its start; gives its exit status (0 where it was quicker)."""
    process = start(office, *words, user=user)
    time.sleep(moment)
    process.kill()
    return finish(process).status


def lasting(office: Office, *words: str, user: str) -> float:
    """How long a command takes that nobody kills."""
    began = time.monotonic()
    done = finish(start(office, *words, user=user))
    assert done.status == 0, done.err
    return time.monotonic() - began


def moments(length: float, kills: int) -> list[float]:
    """An early one, then random moments in the life of a command, most of them while it works and not while it starts."""
    chance = random.Random(20260302)
    return [length / 4, *(length * (1 - chance.random() ** 2 * 0.8) for _ in range(1, kills))]


def test_while_one_record_is_written(office: Office) -> None:
    length = lasting(office, "staff", "add", "s", "--name", "x", user="wang.fang")
    done = 0
    for number, moment in enumerate(moments(length, KILLS)):
        before = count(office.database, **ADDED)["staff"]
        done += killed_at(office, moment, "staff", "add", f"s{number}", "--name", "x", user="wang.fang") == 0
        assert sound(office.database) == []
        after = count(office.database, **ADDED)
        assert after["staff"] in (before, before + 1)
        assert after["noted"] == after["staff"]
        assert after["with a role"] >= after["staff"] - 1, "the first one gave hers away"
    assert done < KILLS, "some were killed"
    office.ok("staff", "add", "last", "--name", "x", user="wang.fang")


@pytest.fixture
def customers(tmp_path: Path) -> Path:
    """A list to import."""
    rows = ["客户名称,所属行业,联系人,联系方式,需求描述"]
    rows += [f"杭州第{n}制造有限公司,制造业,王{n},138{n:08d},终端 {n} 台，6月前上线" for n in range(1, CUSTOMERS + 1)]
    path = tmp_path / "客户.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def test_while_a_list_is_imported(office: Office, customers: Path, template: Path) -> None:
    words = ("customer", "import", str(customers))
    length = lasting(office, *words, user="li.na")
    complete = count(office.database, **IMPORTED)
    assert complete["customers"] == complete["noted"] == CUSTOMERS
    outcomes = set()

    def restore() -> None:
        for suffix in ("", ".key"):
            shutil.copy(f"{template}{suffix}", f"{office.database}{suffix}")
        for suffix in ("-wal", "-shm"):
            Path(f"{office.database}{suffix}").unlink(missing_ok=True)

    for moment in moments(length, KILLS):
        restore()
        killed_at(office, moment, *words, user="li.na")
        assert sound(office.database) == []
        after = count(office.database, **IMPORTED)
        assert after in (complete, dict.fromkeys(IMPORTED, 0))
        outcomes.add(after["customers"])
    assert 0 in outcomes, "some were killed before their end"
    restore()
    killed_at(office, length / 4, *words, user="li.na")
    lasting(office, *words, user="li.na")
    assert count(office.database, **IMPORTED) == complete, "run again, all is there"


def test_while_followups_are_logged(office: Office, customers: Path) -> None:
    office.ok("customer", "import", str(customers))
    words = ("followup", "log", "HZ2026001", "--method", "phone", "--content", "客户要求周五前报价", "--next", "报价")
    length = lasting(office, *words, user="li.na")
    for moment in moments(length, KILLS // 2):
        before = count(office.database, **LOGGED)["follow-ups"]
        killed_at(office, moment, *words, user="li.na")
        assert sound(office.database) == [], "the next follow-up date is what the plan says"
        after = count(office.database, **LOGGED)
        assert after["follow-ups"] in (before, before + 1)
        assert after["noted"] == after["follow-ups"]


def test_while_files_are_attached(office: Office, customers: Path, tmp_path: Path) -> None:
    """Never a row without its file; at most a file without a row, which is tidied away."""
    office.ok("customer", "import", str(customers))
    kinds = ("--kind", "other")

    def large(number: int) -> str:
        path = tmp_path / f"{number}.bin"
        path.write_bytes(bytes([number]) * 8_000_000)
        return str(path)

    length = lasting(office, "customer", "attach", "HZ2026001", large(0), *kinds, user="li.na")
    for number, moment in enumerate(moments(length, KILLS // 2), 1):
        before = count(office.database, **ATTACHED)["attachments"]
        killed_at(office, moment, "customer", "attach", "HZ2026001", large(number), *kinds, user="li.na")
        assert sound(office.database) == [], "the content of every attachment is there"
        after = count(office.database, **ATTACHED)
        assert after["attachments"] in (before, before + 1)
        assert after["noted"] == after["attachments"]
    verified = office.json("attachment", "verify", "--prune")
    assert (verified["ok"], verified["problems"]) == (True, [])


def test_while_a_log_is_imported(office: Office, customers: Path, tmp_path: Path) -> None:
    office.ok("customer", "import", str(customers))
    rows = ["客户名称,跟进时间,跟进方式,跟进内容"]
    rows += [
        f"杭州第{1 + n % CUSTOMERS}制造有限公司,2026-02-2{n % 8},电话,第 {n} 次沟通" for n in range(CUSTOMERS * 20)
    ]
    path = tmp_path / "跟进.csv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    words = ("followup", "import", str(path))
    kept = {suffix: Path(f"{office.database}{suffix}").read_bytes() for suffix in ("", ".key")}

    def restore() -> None:
        for suffix in ("-wal", "-shm"):
            Path(f"{office.database}{suffix}").unlink(missing_ok=True)
        for suffix, content in kept.items():
            Path(f"{office.database}{suffix}").write_bytes(content)

    length = lasting(office, *words, user="li.na")
    complete = count(office.database, **TAKEN_IN)
    assert complete == {"follow-ups": CUSTOMERS * 20, "noted": CUSTOMERS * 20, "runs": 1, "kept": CUSTOMERS}
    outcomes = set()
    for moment in moments(length, KILLS // 2):
        restore()
        killed_at(office, moment, *words, user="li.na")
        assert sound(office.database) == []
        after = count(office.database, **TAKEN_IN)
        assert after in (complete, dict.fromkeys(TAKEN_IN, 0))
        outcomes.add(after["follow-ups"])
    assert 0 in outcomes, "some were killed before their end"
    restore()
    office.ok(*words)
    assert count(office.database, **TAKEN_IN) == complete


def test_while_a_database_is_made(tmp_path: Path) -> None:
    office = Office(tmp_path / "x" / "new.db", environment(tmp_path))
    words = ("init", "--company", "云帆", "--region", "HZ", "--login", "li.na", "--name", "李娜")

    def gone(_office: Office) -> None:
        shutil.rmtree(office.database.parent, ignore_errors=True)

    length = lasting(office, *words, user="li.na")
    gone(office)
    check_each(office, moments(length, KILLS // 2), words, gone)


def check_each(office: Office, when: list[float], words: tuple[str, ...], prepare: Callable[[Office], None]) -> None:
    """Either there is a whole database with its key, or there is none and the next attempt succeeds."""
    for moment in when:
        prepare(office)
        killed_at(office, moment, *words, user="li.na")
        if not office.database.exists():
            Path(f"{office.database}.key").unlink(missing_ok=True)
            assert finish(start(office, *words, user="li.na")).status == 0
        assert sound(office.database) == []
        assert office.run("staff", "list", "--format", "ids").out == "li.na\n"


def test_while_a_backup_is_made(office: Office, tmp_path: Path) -> None:
    length = lasting(office, "db", "backup", str(tmp_path / "first.db"), user="li.na")
    for number, moment in enumerate(moments(length, KILLS // 2)):
        target = tmp_path / f"backup{number}.db"
        killed_at(office, moment, "db", "backup", str(target), user="li.na")
        if target.exists():
            shutil.copy(f"{office.database}.key", f"{target}.key")
            assert sound(target) == []
    assert sound(office.database) == []
