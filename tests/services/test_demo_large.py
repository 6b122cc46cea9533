"""The large demonstration: written in bulk, but with the records and the audit trail that the services leave.

A small one of its kind is played a second time, event by event, by the services themselves: nothing differs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from salesflow.clock import from_db
from salesflow.db import audit, check
from salesflow.db.transaction import Transaction
from salesflow.enums import ChainRole, Grade, LossReason, Method, Source, Status
from salesflow.services import customers, followups, status
from salesflow.services.contacts import NewContact
from salesflow.services.demo import cast, large, make
from salesflow.services.demo.stage import Event, Stage, acting
from salesflow.services.records import load
from tests.conftest import Office, environment, moment

SIZE = 20
TABLES = (
    "setting", "counter", "staff", "staff_role", "policy_version", "product", "customer", "contact", "tag", "customer_tag",
    "status_change", "grade_change", "followup", "plan_item", "stale_run", "quote", "quote_line", "approval", "approval_step",
    "state_change", "audit_entry",
)  # fmt: skip
OF_THE_KEY = (
    "phone_cipher",
    "phone_index",
    "budget_cipher",
    "trail_key",
    "hash",
)  # differ with the key, the nonce and what follows
NEVER_THE_SAME = ("key_fingerprint", "audit_head")


def company(folder: Path, now: str = "2026-03-05 11:00") -> Office:
    folder.mkdir(exist_ok=True)
    return Office(folder / "salesflow.db", environment(folder), now=now, user="zhang.wei")


def rows(office: Office, sql: str) -> list[dict[str, Any]]:
    (found,) = office.look(sql)
    return found


def value(office: Office, sql: str) -> Any:
    return next(iter(rows(office, sql)[0].values()))


def dump(office: Office, tables: tuple[str, ...] = TABLES) -> dict[str, list[dict[str, Any]]]:
    """All that is in the database, but for what depends on its key."""
    found = {table: rows(office, f"SELECT * FROM {table} ORDER BY rowid") for table in tables}
    for row in (row for table in found.values() for row in table):
        for name in OF_THE_KEY:
            row.pop(name, None)
    found["setting"] = [row for row in found["setting"] if row["name"] not in NEVER_THE_SAME]
    for row in found["audit_entry"]:
        row["after"] = unkeyed(row["after"])
    return found


def unkeyed(after: str | None) -> Any:
    """What an audit entry says, but for values encrypted in it."""
    said = json.loads(after or "null")
    if said is not None:
        said.pop("key_fingerprint", None)
        said["sealed"] = list(said.get("sealed", ()))
    return said


@pytest.fixture(scope="module")
def bulk(tmp_path_factory: pytest.TempPathFactory) -> Office:
    office = company(tmp_path_factory.mktemp("bulk"))
    make.large(office.context(), 7, SIZE)
    return office


def test_each_customer_has_ten_follow_ups(bulk: Office) -> None:
    counts = rows(
        bulk, "SELECT count(f.id) AS n FROM customer c LEFT JOIN followup f ON f.customer_id = c.id GROUP BY c.id"
    )
    assert [row["n"] for row in counts] == [10] * SIZE


def test_the_database_is_sound(bulk: Office) -> None:
    context = bulk.context()
    try:
        assert list(check.problems(context.reader.connection, str(bulk.database))) == []
        found = audit.verify(context.reader.connection)
    finally:
        context.close()
    assert found == (True, value(bulk, "SELECT count(*) FROM audit_entry"), None, None)


def test_its_history_ends_with_yesterday(bulk: Office) -> None:
    assert value(bulk, "SELECT max(at) FROM audit_entry") == "2026-03-04 08:00:00"
    assert value(bulk, "SELECT max(at) FROM followup") < "2026-03-04 16:00:00"
    moments = [row["at"] for row in rows(bulk, "SELECT at FROM audit_entry ORDER BY id")]
    assert moments == sorted(moments)


def test_it_has_something_of_everything(tmp_path: Path) -> None:
    office = company(tmp_path, now="2026-02-18 12:00")  # in the Spring Festival
    make.large(office.context(), 3, 120)
    found = {row["status"] for row in rows(office, "SELECT DISTINCT status FROM customer")}
    assert found == {code.value for code in Status}
    assert {row["grade"] for row in rows(office, "SELECT DISTINCT grade FROM customer")} == {"A", "B", "C"}
    assert value(office, "SELECT count(*) FROM customer WHERE next_follow_up_on < '2026-02-18'") > 0
    assert value(office, "SELECT count(*) FROM customer WHERE next_follow_up_on >= '2026-02-18'") > 60
    assert value(office, "SELECT count(*) FROM approval WHERE state = 'pending'") == 8
    assert value(office, "SELECT sum(late) FROM followup") > 0


def test_it_is_the_same_for_a_seed_and_a_date(bulk: Office, tmp_path: Path) -> None:
    again = company(tmp_path / "again", now="2026-03-05 23:00")
    make.large(again.context(), 7, SIZE)
    assert dump(again) == dump(bulk)
    other = company(tmp_path / "other")
    make.large(other.context(), 8, SIZE)
    assert dump(other)["customer"] != dump(bulk)["customer"]


def test_the_services_leave_the_same(bulk: Office, tmp_path: Path) -> None:
    played = company(tmp_path)
    context = played.context()
    make.prepare(context, 7)
    large._hire(acting(context, "wang.fang", moment("2025-02-08 09:00")), 1)
    stage = Stage(acting(context, "wang.fang"), moment(played.now))
    for at, login, event in Replay(bulk).events():
        stage.plan(at, login, event)
    stage.play()
    said, done = dump(bulk), dump(played)
    made = next(n for n, entry in enumerate(said["audit_entry"]) if entry["action"] == "quote.make")
    said["audit_entry"] = said["audit_entry"][:made]
    for table in ("quote", "quote_line", "approval", "approval_step", "state_change"):
        said[table] = []
    said["state_change"] = [row for row in done["state_change"] if row["subject_kind"] == "price"]
    said["counter"] = [row for row in said["counter"] if row["name"].startswith(("customer/", "price/"))]
    for table in TABLES:
        assert done[table] == said[table], table


class Replay:
    """What happened in a database, to be done once more by the services, with the words that its records keep."""

    def __init__(self, office: Office) -> None:
        self.entries = rows(office, "SELECT * FROM audit_entry ORDER BY id")
        self.customers = {row["code"]: row for row in rows(office, "SELECT * FROM customer")}
        self.contacts = {row["customer_id"]: row for row in rows(office, "SELECT * FROM contact")}
        self.reasons = {
            (what, change["customer_id"], change["at"]): change["reason"]
            for what in ("status", "grade")
            for change in rows(office, f"SELECT * FROM {what}_change")
        }
        self.followups = {row["id"]: row for row in rows(office, "SELECT * FROM followup")}
        context = office.context()
        self.vault = context.vault
        context.close()

    def events(self) -> Iterator[tuple[datetime, str, Event]]:
        """From the first customer to the last event before the quotes; the entries of one follow-up are one event."""
        first = next(n for n, entry in enumerate(self.entries) if entry["action"] == "customer.add")
        before: dict[str, Any] = {}
        for entry in self.entries[first:]:
            said = json.loads(entry["after"])
            what = entry["action"].partition(".")[2]
            if what in ("status", "grade"):
                said["reason"] = self.reasons[what, self.customers[entry["subject_ref"]]["id"], entry["at"]]
            if entry["action"] == "quote.make":
                return
            if entry["action"] == "customer.status" and entry["staff"] != cast.MANAGER:
                before = said  # the follow-up's own entry comes next
                continue
            yield from_db(entry["at"]), entry["staff"], partial(self.play, entry, said, before)
            before = {}

    def play(self, entry: dict[str, Any], said: dict[str, Any], before: dict[str, Any], work: Transaction) -> None:
        if entry["action"] == "customer.add":
            assert customers.add(work, self.typed(entry["subject_ref"])) == entry["subject_ref"]
            return
        customer = load(work, self.customers[said.get("customer", entry["subject_ref"])]["id"])
        if entry["action"] == "customer.grade":
            status.change_grade(work, customer, Grade(said["grade"]), said["reason"])
        elif entry["action"] == "customer.status":
            status.change_status(work, customer, status.NewStatus(Status.WON, said["reason"], override=True))
        else:
            assert customer.id is not None
            followups.log(work, customer.id, self.told(int(entry["subject_ref"]), before))

    def typed(self, code: str) -> customers.NewCustomer:
        row = self.customers[code]
        person = self.contacts[row["id"]]
        phone = self.vault.decrypt(person["phone_cipher"], "contact.phone", person["id"])
        return customers.NewCustomer(
            row["name"],
            row["industry"],
            Source(row["source"]),
            row["need"],
            (NewContact(person["name"], person["title"], phone, role=ChainRole(person["role"])),),
            source_detail=row["source_detail"],
            region=row["region"],
        )

    def told(self, key: int, changed: dict[str, Any]) -> followups.NewFollowup:
        row = self.followups[key]
        return followups.NewFollowup(
            Method(row["method"]),
            row["content"],
            feedback=row["feedback"],
            next=row["next"],
            at=from_db(row["at"]),
            status=Status(changed["status"]) if changed else None,
            reason=changed.get("reason"),
            loss_reason=LossReason(changed["loss_reason"]) if "loss_reason" in changed else None,
            progress=bool(row["progress"]) or None,
        )
