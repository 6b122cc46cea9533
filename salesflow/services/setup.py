"""Making a database ready for its first user: key, settings, the first staff member, the default policy."""

from __future__ import annotations

from dataclasses import dataclass

from salesflow.context import Actor, Context
from salesflow.db.transaction import Transaction, transaction
from salesflow.db.upgrade import new_database
from salesflow.db.vault import KEY_SETTING, create_key, key_file
from salesflow.enums import Role
from salesflow.i18n import msg
from salesflow.models.staff import Staff, StaffRole
from salesflow.models.system import PolicyVersion, Setting
from salesflow.rules.policy import Policy
from salesflow.services.regions import checked_region
from salesflow.services.staff import checked_login, checked_name

DEFAULT_PRESET = "balanced"


@dataclass(frozen=True, slots=True)
class NewDatabase:
    """What `init` takes. `settings` are further facts to write down, such as that this is a demonstration."""

    company: str
    region: str
    login: str
    name: str
    preset: str = DEFAULT_PRESET
    use_keyring: bool = True
    settings: tuple[tuple[str, str], ...] = ()


def create(context: Context, new: NewDatabase) -> str:
    """Make the database at the context's path; gives where its key is kept. Nothing is left behind where it fails."""
    limit = Policy().limits.name
    login, region = checked_login(new.login), checked_region(new.region)
    company, name = checked_name(new.company, limit, msg("company")), checked_name(new.name, limit, msg("name"))
    with new_database(context.database) as draft:
        fingerprint, place = create_key(draft, use_keyring=new.use_keyring)
        facts = {"company": company, "region": region, KEY_SETTING: fingerprint, **dict(new.settings)}
        founder = Actor(1, login, name, region, frozenset(Role))
        with transaction(draft, context, founder) as work:
            _write(work, new.preset, facts)
    return key_file(context.database) if place == key_file(draft) else place


def _write(work: Transaction, preset: str, facts: dict[str, str]) -> None:
    founder = work.actor
    work.insert(Setting, [{"name": name, "value": value} for name, value in facts.items()])
    work.add(Staff(id=founder.id, login=founder.login, name=founder.name, region=founder.region, created_at=work.now))
    work.insert(StaffRole, [{"staff_id": founder.id, "role": role.value, "by_default": True} for role in Role])
    work.add(
        PolicyVersion(
            name=preset,
            document=f'extends = "{preset}"\n',
            resolved=_policy(preset).to_json(),
            reason="init",
            applied_by=founder.id,
            applied_at=work.now,
        )
    )
    work.audit("init", "database", facts["company"], after=facts)
    work.audit(
        "staff.add", "staff", founder.login, after={"name": founder.name, "region": founder.region, "roles": [*Role]}
    )
    work.audit("policy.apply", "policy", "1", after={"name": preset})


def _policy(preset: str) -> Policy:
    """A preset's policy; the defaults are the preset "balanced"."""
    if preset == DEFAULT_PRESET:
        return Policy()
    from salesflow.rules.policy_toml import load_preset

    return load_preset(preset)
