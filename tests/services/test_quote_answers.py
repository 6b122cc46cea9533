"""What happens to a quote outside: sent, accepted with evidence, declined with a reason, expired by its date."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from salesflow.db.check import problems
from salesflow.db.transaction import connect
from salesflow.enums import LossReason
from salesflow.errors import Conflict, FileProblem, InvalidValue, NotFound, Refused, RuleRefused
from salesflow.services import quote_versions, quotes
from salesflow.services.quote_versions import Revision
from tests import deals
from tests.conftest import Office

Q = "Q2026-0001"
LATER = "2026-03-05 10:00"


@pytest.fixture
def shop(office: Office) -> Office:
    deals.furnish(office)
    return office


def send(office: Office, edition: int = 2, *, now: str | None = None, version: int | None = None) -> None:
    with office.context(now=now).transaction() as work:
        quotes.sent(work, Q, edition, version=version)


def accept(office: Office, on: str = "2026-03-02", *, now: str | None = None, **how: Any) -> None:
    with office.context(now=now).transaction() as work:
        quotes.accept(work, Q, date.fromisoformat(on), **how)


def decline(office: Office, reason: str = "比恒通贵 8%", *, now: str | None = None, **how: Any) -> None:
    with office.context(now=now).transaction() as work:
        quotes.decline(work, Q, reason, **how)


def quote(office: Office) -> dict[str, Any]:
    return deals.rows(office, "SELECT * FROM v_quote ORDER BY version DESC")[0]


def sound(office: Office) -> bool:
    connection = connect(str(office.database))
    try:
        return not [found for found in problems(connection, str(office.database)) if found.kind == "copy"]
    finally:
        connection.close()


def test_sending_is_written_down_and_is_progress(shop: Office) -> None:
    deals.quote(shop)
    send(shop, now=LATER)
    found = quote(shop)
    assert (found["state"], found["sent_at"], found["edition"]) == ("sent", "2026-03-05 02:00:00", 3)
    assert deals.value(shop, "SELECT last_progress_on FROM v_customer") == "2026-03-05"
    assert sound(shop)


def test_it_is_sent_again(shop: Office) -> None:
    deals.quote(shop)
    send(shop)
    send(shop, 3, now=LATER)
    found = quote(shop)
    assert (found["state"], found["sent_at"], found["edition"]) == ("sent", "2026-03-05 02:00:00", 3)
    (entry,) = deals.rows(shop, "SELECT before, after FROM v_audit WHERE action = 'quote.send'")
    assert json.loads(entry["before"]) == {"sent_at": "2026-03-02 01:00:00"}
    assert json.loads(entry["after"]) == {"sent_at": "2026-03-05 02:00:00", "version": 1}
    assert sound(shop)


def test_what_was_sent_is_accepted(shop: Office) -> None:
    deals.quote(shop)
    send(shop)
    accept(shop, "2026-03-04", now=LATER)
    assert quote(shop)["state"] == "accepted"


def test_what_changed_since_the_document_was_made_is_not_sent(shop: Office) -> None:
    deals.quote(shop)
    with shop.context().transaction() as work:
        quote_versions.revise(work, Q, Revision(discount=500))
    before = deals.written(shop)
    for edition, version, said in ((3, None, "was changed while its document was made"), (2, 1, "is 2, not 1")):
        with pytest.raises(Conflict, match=said):
            send(shop, edition, version=version)
    assert deals.written(shop) == before


@pytest.mark.parametrize(
    ("change", "error", "said"),
    [
        ("UPDATE quote SET state = 'draft'", Refused, "is a draft"),
        ("UPDATE quote SET state = 'pending_approval'", Refused, "waits for the approval"),
        ("UPDATE quote SET state = 'accepted'", Refused, "is accepted; it cannot become sent"),
        ("UPDATE quote SET state = 'declined'", Refused, "is declined; it cannot become sent"),
        ("UPDATE quote SET valid_until = '2026-03-01'", RuleRefused, "the quote expired on 2026-03-01"),
        ("UPDATE customer SET status = 'lost'", Refused, "is lost"),
        ("UPDATE customer SET archived_at = '2026-03-01 00:00:00'", Refused, "is archived"),
    ],
)
def test_what_is_not_sent(shop: Office, change: str, error: type[Refused], said: str) -> None:
    deals.quote(shop)
    deals.execute(shop, change)
    before = deals.written(shop)
    with pytest.raises(error, match=said):
        send(shop)
    assert deals.written(shop) == before


def test_the_evidence_is_attached_to_the_quote(shop: Office, tmp_path: Path) -> None:
    mail = tmp_path / "确认.eml"
    mail.write_text("同意", encoding="utf-8")
    deals.quote(shop)
    accept(shop, evidence=[str(mail)])
    (kept,) = shop.json("attachment", "list", Q)
    assert (kept["name"], kept["kind"], kept["customer_code"]) == ("确认.eml", "other", "HZ2026001")


@pytest.mark.parametrize("make", ["missing", "folder", "empty"])
def test_evidence_that_cannot_be_kept_is_refused_before_anything_is_written(
    shop: Office, tmp_path: Path, make: str
) -> None:
    path = tmp_path / "确认.eml"
    if make == "folder":
        path.mkdir()
    if make == "empty":
        path.touch()
    good = tmp_path / "good.txt"
    good.write_text("同意", encoding="utf-8")
    deals.quote(shop)
    before = deals.written(shop)
    with pytest.raises(FileProblem):
        accept(shop, evidence=[str(good), str(path)])
    assert (deals.written(shop), deals.value(shop, "SELECT count(*) FROM v_attachment")) == (before, 0)
    assert shop.json("attachment", "verify")["problems"] == []


def test_version_and_time_go_to_the_customer_file(shop: Office) -> None:
    deals.quote(shop)
    with shop.context().transaction() as work:
        quote_versions.revise(work, Q, Revision(discount=500))
    accept(shop, "2026-03-04", now=LATER)
    (agreed,) = shop.json("customer", "show", "HZ2026001")["accepted_quotes"]
    assert agreed == {
        "number": Q,
        "version": 2,
        "accepted_on": "2026-03-04",
        "noted_at": "2026-03-05T10:00:00+08:00",
        "noted_by": "li.na",
        "total": "9500.00",
    }
    texts = [row["text"] for row in shop.json("customer", "timeline", "HZ2026001")["entries"] if row["kind"] == "quote"]
    assert texts[0] == "version 2: approved -> accepted, on 2026-03-04"
    assert "version 2: made over 9,500.00: draft" in texts
    assert "made over 10,000.00: draft" in texts


def test_declining_keeps_the_reason(shop: Office) -> None:
    deals.quote(shop)
    decline(shop, loss_reason=LossReason.PRICE)
    shown = shop.json("quote", "show", Q)
    assert (shown["state"], shown["loss_reason"], shown["declined_because"]) == ("declined", "price", "比恒通贵 8%")
    (entry,) = deals.rows(shop, "SELECT after FROM v_audit WHERE action = 'quote.declined'")
    said = json.loads(entry["after"])
    assert (said["state"], said["loss_reason"], said["version"]) == ("declined", "price", 1)
    assert "比恒通贵" not in entry["after"]


def test_declining_ends_the_approval_that_it_waits_for(shop: Office) -> None:
    deals.quote(shop, discount=deals.ABOVE)
    decline(shop)
    assert deals.value(shop, "SELECT state FROM v_approval") == "void"
    assert shop.json("approval", "list", user="zhang.wei") == []


def test_an_expired_quote_can_be_declined(shop: Office) -> None:
    deals.quote(shop)
    decline(shop, now="2026-05-01 09:00")
    assert quote(shop)["state"] == "declined"


@pytest.mark.parametrize("reason", ["", " \n"])
def test_nothing_is_declined_without_a_reason(shop: Office, reason: str) -> None:
    deals.quote(shop)
    before = deals.written(shop)
    with pytest.raises(InvalidValue, match="the reason is empty"):
        decline(shop, reason)
    assert deals.written(shop) == before


def test_the_reason_is_forgotten_with_the_customer(shop: Office) -> None:
    deals.quote(shop)
    decline(shop, "王工说太贵")
    shop.ok("customer", "forget", "HZ2026001", "--reason", "本人要求", "--yes", user="zhang.wei")
    assert deals.value(shop, "SELECT count(*) FROM v_state_change WHERE reason LIKE '%王工%'") == 0


def test_a_quote_that_is_not_there(shop: Office) -> None:
    for attempt in (send, accept, decline):
        with pytest.raises(NotFound, match="there is no quote Q2026-0001"):
            attempt(shop)


@pytest.mark.parametrize(("now", "state"), [("2026-04-01 23:59", "approved"), ("2026-04-02 00:00", "expired")])
def test_it_expires_by_its_date_alone(shop: Office, now: str, state: str) -> None:
    deals.quote(shop)
    assert shop.json("quote", "show", Q, now=now)["state"] == state
    assert deals.value(shop, "SELECT state FROM v_quote") == "approved"
