"""All tables together, for migrations and checks. Commands import only the aggregates they write."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import MetaData
from sqlmodel import SQLModel

AGGREGATES = (
    "system",
    "staff",
    "customer",
    "contact",
    "tag",
    "change",
    "run",
    "followup",
    "product",
    "price",
    "need",
    "opportunity",
    "quote",
    "state",
    "approval",
    "contract",
    "order",
    "objection",
    "attachment",
    "outbox",
    "audit",
)


def metadata() -> MetaData:
    for name in AGGREGATES:
        import_module(f"salesflow.models.{name}")
    return SQLModel.metadata
