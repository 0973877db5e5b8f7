"""Who may do what to a case file: the moves the life cycle admits, within the scopes the actor stands in. Pure."""

from __future__ import annotations

from issuance.cases.case_rules import CaseRules
from issuance.cases.file import CaseFile
from issuance.cases.legal import illegal, legal_moves
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.policy import Subject
from specs.errors import Fault, NotFound, Refused
from specs.load import load
from specs.schema.roles import Scope

NOT_FOUND = Fault(
    "cases.not_found", "لا توجد قضية بهذا الرقم", "there is no case of this number", "number", "specs/roles.yaml"
)


def within(actor: Actor, file: CaseFile) -> frozenset[Scope]:
    """How the actor stands to the file."""
    found: set[Scope] = set()
    if actor.office is not None:
        if actor.office == file.holder:
            found.add("own_office")
        if actor.office in file.offices:
            found.add("involved")
        if file.transfer is not None and actor.office == file.transfer.receiver:
            found.add("receiving_office")
    if file.assigned is not None and actor.id == file.assigned:
        found.add("assigned")
    return frozenset(found)


def subject_of(actor: Actor, file: CaseFile, permitted: frozenset[str] | None = None) -> Subject:
    """The file as `policy` judges it."""
    return Subject("case", file.id, file.holder, permitted, within(actor, file))


def moves(actor: Actor, file: CaseFile, rules: CaseRules) -> dict[str, tuple[str, ...]]:
    """Action -> matters: what the life cycle admits now and the actor may do."""
    subject = subject_of(actor, file)
    return {
        name: matters
        for name, matters in legal_moves(file, rules).items()
        if policy.allowed(actor, f"cases.{name}", subject)
    }


def require(actor: Actor, name: str, file: CaseFile, rules: CaseRules) -> None:
    """Raises `NotFound` for who may not know of the file, `NotAllowed`, `Refused` for what is not legal now."""
    subject = subject_of(actor, file)
    if not policy.allowed(actor, "cases.read", subject):
        raise NotFound(NOT_FOUND)
    policy.require(actor, f"cases.{name}", subject)
    if name not in legal_moves(file, rules):
        raise Refused(illegal(file, name, rules))


def acting_role(actor: Actor, name: str) -> str | None:
    """The role in which the actor does this, for the entry."""
    roles = load().roles
    for role in sorted(actor.roles):
        if any(f"cases.{name}" in grant.actions for grant in roles.grants_of(role)):
            return role
    return None
