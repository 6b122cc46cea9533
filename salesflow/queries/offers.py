"""What completion offers for references: what would be typed, and what it means."""

from __future__ import annotations

from collections.abc import Iterator

from salesflow.context import Context

Offer = tuple[str, str]


def staff(context: Context) -> Iterator[Offer]:
    """Logins of active staff, with names."""
    for row in context.reader.stream("SELECT login, name FROM v_staff WHERE active ORDER BY login"):
        yield row["login"], row["name"]


def tags(context: Context, *, retired: bool = False) -> Iterator[Offer]:
    """Tags of the library, with `retired` also those that are."""
    sql = "SELECT name FROM v_tag WHERE retired_at IS NULL OR :retired ORDER BY name"
    for row in context.reader.stream(sql, {"retired": retired}):
        yield row["name"], ""


def products(context: Context, *, retired: bool = False) -> Iterator[Offer]:
    """SKUs of what is sold, with `retired` also of what no longer is, with names."""
    sql = "SELECT sku, name FROM v_product WHERE retired_at IS NULL OR :retired ORDER BY sku"
    for row in context.reader.stream(sql, {"retired": retired}):
        yield row["sku"], row["name"]


def prices(context: Context, *, everything: bool = False) -> Iterator[Offer]:
    """Numbers of prices that wait or do not hold yet, with `everything` of all, the newest first, with SKU and product."""
    sql = (
        "SELECT number, sku, name FROM v_price WHERE :everything OR state = 'pending_approval' "
        "OR (state = 'valid' AND valid_from > :today) ORDER BY id DESC"
    )
    parameters = {"everything": everything, "today": context.clock.today().isoformat()}
    for row in context.reader.stream(sql, parameters):
        yield row["number"], f"{row['sku']} {row['name']}"


def quotes(context: Context) -> Iterator[Offer]:
    """Numbers of quotes, the newest first, with their customers."""
    sql = "SELECT number, customer_name FROM v_quote WHERE state <> 'superseded' ORDER BY id DESC"
    for row in context.reader.stream(sql):
        yield row["number"], row["customer_name"]


def approvals(context: Context) -> Iterator[Offer]:
    """Numbers of open approvals, the newest first, with what they are about."""
    sql = "SELECT number, subject_ref, customer_name FROM v_approval WHERE state = 'pending' ORDER BY id DESC"
    for row in context.reader.stream(sql):
        yield row["number"], f"{row['subject_ref']} {row['customer_name'] or ''}"


def delegations(context: Context) -> Iterator[Offer]:
    """Numbers of delegations that have not ended, the earliest first, with who is away and who decides."""
    sql = (
        "SELECT id, delegator, deputy FROM v_delegation WHERE end_on >= :today AND revoked_at IS NULL "
        "ORDER BY start_on, id"
    )
    for row in context.reader.stream(sql, {"today": context.clock.today().isoformat()}):
        yield str(row["id"]), f"{row['delegator']} -> {row['deputy']}"


def attachments(context: Context) -> Iterator[Offer]:
    """Numbers of attachments, the newest first, with their names and records."""
    for row in context.reader.stream("SELECT id, name, subject_ref FROM v_attachment ORDER BY id DESC"):
        yield str(row["id"]), f"{row['name']} {row['subject_ref']}"


def orders(context: Context) -> Iterator[Offer]:
    """Numbers of orders, the newest first, with their customers."""
    for row in context.reader.stream("SELECT number, customer_name FROM v_order ORDER BY id DESC"):
        yield row["number"], row["customer_name"]


def objections(context: Context) -> Iterator[Offer]:
    """Numbers of objections that are not settled, the newest first, with their customers."""
    sql = "SELECT number, customer_name FROM v_objection WHERE outcome <> 'resolved' ORDER BY id DESC"
    for row in context.reader.stream(sql):
        yield row["number"], row["customer_name"]


def opportunities(context: Context) -> Iterator[Offer]:
    """Numbers of open opportunities, the newest first, with their customers and titles."""
    sql = "SELECT number, customer_name, title FROM v_opportunity WHERE closed_on IS NULL ORDER BY id DESC"
    for row in context.reader.stream(sql):
        yield row["number"], f"{row['customer_name']} {row['title']}"


def contracts(context: Context) -> Iterator[Offer]:
    """Numbers of contracts that have not ended, the newest first, with their customers and titles."""
    sql = "SELECT number, customer_name, title FROM v_contract WHERE ended_on IS NULL ORDER BY id DESC"
    for row in context.reader.stream(sql):
        yield row["number"], f"{row['customer_name']} {row['title']}"


def scripts(context: Context) -> Iterator[Offer]:
    """Numbers of scripts in use, with their titles."""
    for row in context.reader.stream("SELECT id, title FROM v_script WHERE NOT retired ORDER BY id"):
        yield str(row["id"]), row["title"]


def imports(context: Context) -> Iterator[Offer]:
    """Numbers of imports that were not taken back, the newest first, with their files."""
    sql = "SELECT number, file FROM v_import_run WHERE reverted_at IS NULL ORDER BY number DESC"
    for row in context.reader.stream(sql):
        yield str(row["number"]), row["file"]
