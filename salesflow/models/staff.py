"""Staff and the roles they hold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from salesflow.enums import Role
from salesflow.models.base import Base, instant, key, not_blank, one_of, reference


class Staff(Base, table=True):
    __table_args__ = (UniqueConstraint("login"), not_blank("login"))

    id: int | None = key()
    login: str
    name: str
    region: str | None = None
    manager_id: int | None = reference("staff.id", nullable=True)
    active: bool = True
    created_at: datetime = instant()
    version: int = 1
    email: str | None = None


class StaffRole(Base, table=True):
    """A role that somebody holds. `by_default`: the first staff member has it until somebody is added who holds it."""

    __tablename__ = "staff_role"
    __table_args__ = (one_of("role", Role),)

    staff_id: int = reference("staff.id", primary_key=True)
    role: str = Field(primary_key=True)
    by_default: bool = False
