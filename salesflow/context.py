"""The world of one command: who acts, what time it is, which policy, which database. Made once, loaded as it is needed."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

from salesflow import config
from salesflow.clock import CHINA, Clock, fixed_clock, system_clock
from salesflow.enums import Role
from salesflow.errors import DatabaseProblem, NotFound, NotPermitted, UsageError
from salesflow.i18n import label, msg
from salesflow.struct import Struct

if TYPE_CHECKING:
    from datetime import datetime

    from salesflow.db.reader import Reader
    from salesflow.db.transaction import Transaction
    from salesflow.db.vault import Vault
    from salesflow.rules.decision import Decision
    from salesflow.rules.policy import Policy
    from salesflow.workdays import Calendar

END_OF_DAY = time(23, 59, 59)


class Actor(Struct):
    """The staff member on whose behalf the command runs."""

    id: int
    login: str
    name: str
    region: str | None
    roles: frozenset[Role]

    def require(self, *roles: Role) -> None:
        """Refuse (exit 5) unless the actor holds one of the roles."""
        if self.roles.isdisjoint(roles):
            raise NotPermitted(
                msg(
                    "{login} may not do this: it needs the role {roles}",
                    login=self.login,
                    roles=[label("role", role) for role in roles],
                ),
                msg("ask one who holds it; see: salesflow staff list"),
            )


class Asked:
    """What the command line asks of the output: set by the options that all commands share, read by the renderer and lists."""

    __slots__ = ("fields", "format", "limit", "quiet", "reverse", "sort")

    def __init__(
        self,
        format: str | None = None,  # noqa: A002 - the option's own word
        fields: tuple[str, ...] = (),
        quiet: bool = False,
        limit: int | None = None,
        sort: str | None = None,
        reverse: bool = False,
    ) -> None:
        self.format, self.fields, self.quiet = format, fields, quiet
        self.limit, self.sort, self.reverse = limit, sort, reverse


class Context:
    """Everything that a command needs of the world. Services and queries get it; nothing reads the environment behind it."""

    def __init__(
        self,
        environ: Mapping[str, str],
        database: str,
        settings: config.Settings,
        clock: Clock,
        user: str | None = None,
        color: str = "auto",
        verbose: bool = False,
        as_of: datetime | None = None,
    ) -> None:
        self.environ = environ
        self.database = database
        self.settings = settings
        self.clock = clock
        self.user = user
        self.color = color
        self.verbose = verbose
        self.as_of = as_of
        self.asked = Asked()
        self.notes: list[Decision[Any]] = []

    @cached_property
    def reader(self) -> Reader:
        """The read side: one snapshot of the database, until the command writes."""
        from salesflow.db.reader import open_reader

        return open_reader(self.database)

    @cached_property
    def os_user(self) -> str:
        import getpass

        try:
            return getpass.getuser()
        except (OSError, KeyError, ImportError):  # no such account, as in some containers
            return "unknown"

    @cached_property
    def actor(self) -> Actor:
        """Who acts: `--user`, else the configuration, else the operating system's login; must be an active staff login."""
        login = self.user or self.settings.text("user") or self.os_user
        row = self.reader.one(
            "SELECT id, login, name, region, roles, active FROM v_staff WHERE login = :login", {"login": login}
        )
        if row is None:
            raise NotPermitted(
                msg("{login} is not a staff login", login=login),
                msg("say who you are with --user LOGIN, or once with: salesflow config set user LOGIN"),
                code="unknown-user",
            )
        if not row["active"]:
            raise NotPermitted(
                msg("{login} is no longer active", login=login), msg("ask a manager; see: salesflow staff list")
            )
        try:
            roles = frozenset(Role(role) for role in (row["roles"] or "").split(",") if role)
        except ValueError as error:
            raise _damaged(self.database, error) from error
        return Actor(row["id"], row["login"], row["name"], row["region"], roles)

    @cached_property
    def _policy_row(self) -> dict[str, Any]:
        row = self.reader.one("SELECT id, resolved FROM v_policy ORDER BY id DESC LIMIT 1")
        if row is None:
            raise NotFound(
                msg("the database has no policy"), msg("apply one with: salesflow policy apply balanced --reason …")
            )
        return row

    @cached_property
    def policy(self) -> Policy:
        """The policy in force: the version applied last."""
        from salesflow.rules.policy import Policy

        try:
            return Policy.from_json(self._policy_row["resolved"])
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise _damaged(self.database, error) from error

    @property
    def policy_id(self) -> int:
        """The number of the policy's version: records keep it."""
        return int(self._policy_row["id"])

    @cached_property
    def calendar(self) -> Calendar:
        from salesflow.workdays import Calendar

        return Calendar()

    @cached_property
    def vault(self) -> Vault:
        """Reads and writes contact values; raises DatabaseProblem where the key is not there."""
        from salesflow.db.vault import KEY_SETTING, Vault, load_key

        return Vault(load_key(self.database, str(self.setting(KEY_SETTING))))

    def setting(self, name: str) -> str | None:
        """A fact about this database, such as its company or region."""
        value = self.reader.value("SELECT value FROM setting WHERE name = :name", {"name": name})
        return None if value is None else str(value)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction that writes. What was read before is forgotten, so that what follows sees the change."""
        from salesflow.db.transaction import transaction

        if self.as_of is not None and self.setting("demo") is None:
            raise UsageError(
                msg("--as-of is for commands that only read"),
                msg("leave it out; records are always written at the present time"),
            )
        actor = self.actor
        self.refresh()
        try:
            with transaction(self.database, self, actor) as work:
                yield work
                self.close()  # so that the writer closes last, and tidies the write-ahead log away
        finally:
            self.close()

    def refresh(self) -> None:
        """Let go of the snapshot; the next read sees the database as it is then."""
        self._forget()
        if "reader" in self.__dict__:
            self.reader.renew()

    def close(self) -> None:
        """Let go of the database; the next read opens it again."""
        self._forget()
        reader = self.__dict__.pop("reader", None)
        if reader is not None:
            reader.close()

    def _forget(self) -> None:
        for derived in ("policy", "_policy_row"):
            self.__dict__.pop(derived, None)


def make(
    environ: Mapping[str, str],
    *,
    database: str | None = None,
    user: str | None = None,
    as_of: str | None = None,
    color: str = "auto",
    verbose: bool = False,
) -> Context:
    """The context for a command line. Raises InvalidValue for a bad moment, zone or configuration."""
    settings = config.load(config.config_path(environ))
    zone = settings.text("timezone") or CHINA
    clock, moment = system_clock(zone), None
    if as_of is not None:
        from salesflow.dates import parse_instant
        from salesflow.workdays import Calendar

        moment = parse_instant(as_of, clock.local(clock.now()), Calendar().is_workday, default_time=END_OF_DAY)
        clock = fixed_clock(moment, zone)
    path = _file_path(database or settings.text("db") or config.default_database())
    return Context(environ, path, settings, clock, user, color, verbose, moment)


def _damaged(path: str, error: Exception) -> DatabaseProblem:
    """What the database's own constraints never let happen was read all the same."""
    return DatabaseProblem(
        msg("{path} is damaged: {reason}", path=path, reason=str(error)),
        msg("restore the last backup; see: salesflow db check"),
        code="damaged",
    )


def _file_path(database: str) -> str:
    """The file that `--db PATH|URL` names. Only SQLite's URLs are known."""
    if "://" not in database:
        return os.path.expanduser(database)
    scheme, _, rest = database.partition("://")
    if scheme != "sqlite" or not rest.startswith("/"):
        raise UsageError(
            msg("{url} is not the address of an SQLite file", url=database), msg("give a path, or sqlite:///path")
        )
    return rest[1:]
