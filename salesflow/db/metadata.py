"""All tables together, for migrations and checks. Commands import only the aggregates they write."""

from __future__ import annotations

from importlib import import_module

from sqlalchemy import MetaData
from sqlmodel import SQLModel

AGGREGATES = ("system", "staff", "customer", "followup", "product", "quote", "approval", "order")


def metadata() -> MetaData:
    for name in AGGREGATES:
        import_module(f"salesflow.models.{name}")
    return SQLModel.metadata
