"""Who may do what to which thing. Pure: answers follow from the actor, the subject and `specs/roles.yaml`.

A domain describes a row by `Subject`: to which office it belongs and what its state permits. Everything else about
permission is decided here, so that pages, API and commands cannot disagree.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from issuance.core.actor import Actor
from specs.errors import Fault, NotAllowed
from specs.load import directory, load
from specs.schema.roles import Roles, Scope

CLAUSE = "specs/roles.yaml"


@dataclass(frozen=True, slots=True)
class Subject:
    """What an action is done to.

    kind: as in `specs/roles.yaml` (`passport`); id: for audit rows; office: code of the office it belongs to, None: to
    no single one; permitted: the actions its present state admits, None: all of its kind; within: the scopes that the
    domain found this actor to stand in (`own_office` follows from `office` too).
    """

    kind: str
    id: str
    office: str | None = None
    permitted: frozenset[str] | None = None
    within: frozenset[Scope] = frozenset()


def available(actor: Actor, subject: Subject | None = None, roles: Roles | None = None) -> tuple[str, ...]:
    """The actions `actor` may do (to `subject`), in the order of the specification."""
    held = roles or _in_force(directory())
    return tuple(name for name in held.actions if _allows(held, actor, name, subject))


def allowed(actor: Actor, action: str, subject: Subject | None = None, roles: Roles | None = None) -> bool:
    """Whether `action` is among `available(actor, subject)`. An action the specification lacks is a bug: `KeyError`."""
    held = roles or _in_force(directory())
    held.actions[action]
    return _allows(held, actor, action, subject)


def require(actor: Actor, action: str, subject: Subject | None = None, roles: Roles | None = None) -> None:
    """Open every command with this. Raises `NotAllowed` (`core.policy.not_allowed`)."""
    held = roles or _in_force(directory())
    if allowed(actor, action, subject, held):
        return
    title = held.actions[action].title
    raise NotAllowed(
        Fault(
            code="core.policy.not_allowed",
            clause=CLAUSE,
            ar=f"ليست لك صلاحية هذا الإجراء: {title.ar}",
            en=f"You may not do this: {title.en}",
        )
    )


def offices_in_scope(actor: Actor, action: str, roles: Roles | None = None) -> frozenset[str] | None:
    """For lists: the offices whose rows `actor` may use `action` on; None means all, an empty set none."""
    held = roles or _in_force(directory())
    held.actions[action]
    granted = _scopes(held, actor, action)
    if "everywhere" in granted:
        return None
    return frozenset({actor.office}) if "own_office" in granted and actor.office is not None else frozenset()


def scopes(actor: Actor, action: str, roles: Roles | None = None) -> frozenset[Scope]:
    """For lists of a domain with scopes of its own: all those in which `actor` may do `action`."""
    held = roles or _in_force(directory())
    held.actions[action]
    return _scopes(held, actor, action)


def acting_role(actor: Actor, action: str, roles: Roles | None = None) -> str | None:
    """The role by which the actor may do `action`, the first by name when several do; for records that name it."""
    held = roles or _in_force(directory())
    granting = (r for r in sorted(actor.roles) if r in held.roles and actor.kind in held.roles[r].held_by)
    return next((role for role in granting if any(action in grant.actions for grant in held.grants_of(role))), None)


@lru_cache(maxsize=4)
def _in_force(specification: Path) -> Roles:
    """Read once a process: a list of two hundred rows asks two hundred times."""
    return load(specification).roles


def _allows(roles: Roles, actor: Actor, action: str, subject: Subject | None) -> bool:
    granted = _scopes(roles, actor, action)
    if not granted:
        return False
    if subject is None:
        return True  # asks "at all": menus and commands that make a new thing
    if roles.actions[action].subject != subject.kind:
        return False
    if subject.permitted is not None and action not in subject.permitted:
        return False
    own = actor.office is not None and actor.office == subject.office
    return "everywhere" in granted or (own and "own_office" in granted) or not granted.isdisjoint(subject.within)


def _scopes(roles: Roles, actor: Actor, action: str) -> frozenset[Scope]:
    return frozenset(
        grant.scope
        for name in actor.roles
        if (role := roles.roles.get(name)) is not None and actor.kind in role.held_by
        for grant in roles.grants_of(name)
        if action in grant.actions
    )
