"""Read a case file for a stated purpose, and tell who looked. Every look leaves a row, also one that was refused."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from issuance.cases.access import NOT_FOUND, Access
from issuance.cases.access_rows import access_of
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import Action, CaseFile
from issuance.cases.fold import fold
from issuance.cases.history import actions_of
from issuance.cases.looks import Look, Looks, keep, looks_at
from issuance.cases.looks_model import CaseLook
from issuance.cases.model import CaseAccused, CaseRow
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.purpose import Purpose, settled
from issuance.core.uow import Tx, unit_of_work
from issuance.people.public import require_person
from issuance.service import Service
from specs.errors import NotFound


@dataclass(frozen=True, slots=True)
class CaseView:
    """A file as one person may see it. entries: its timeline; moves: action -> matters open to this person now.

    Where reporter_shown is False, who reported is None in the file and in its entries.
    """

    file: CaseFile
    entries: tuple[Action, ...]
    moves: dict[str, tuple[str, ...]]
    reporter_shown: bool


def look(service: Service, actor: Actor, number: str, purpose: Purpose, now: datetime) -> CaseView:
    """What `actor` may see of a case. Raises `Invalid` without a purpose, `NotFound` for who may not know of it."""
    purpose = settled(purpose, service.spec.purposes)
    rules = CaseRules.of(service.spec)
    with unit_of_work(service.db, actor, "read a case file", now) as tx:
        view = _view(tx, number, purpose, rules)
    if view is None:  # after the look was kept
        raise NotFound(NOT_FOUND)
    return view


def shown(file: CaseFile, entries: Collection[Action], access: Access) -> CaseView:
    """A readable file with what this person may not see taken out of it. Pure."""
    moves = access.moves(file)
    if access.shows_reporter(file):
        return CaseView(file, tuple(entries), moves, True)
    reports = tuple(replace(report, reporter_name=None, reporter_contact=None) for report in file.reports)
    hidden = tuple(
        replace(
            entry,
            body=without_confidential(entry.body, access.rules),
            resolved=without_confidential(entry.resolved, access.rules),
        )
        for entry in entries
    )
    return CaseView(replace(file, reports=reports), hidden, moves, False)


def who_looked_at_case(
    service: Service, actor: Actor, number: str, now: datetime, *, after: str | None = None, limit: int = 100
) -> Looks:
    """A page of the looks at one file, newest first, for `cases.audit`. Raises as `looks_at`, and `NotFound`."""
    policy.require(actor, "cases.audit")
    with service.db.reading() as read:
        case_id = read.exec(select(CaseRow.id).where(CaseRow.number == number)).first()
    if case_id is None:
        raise NotFound(NOT_FOUND)
    return looks_at(service, actor, col(CaseLook.case_id) == case_id, f"case:{case_id}", now, after=after, limit=limit)


def who_looked_at_person(
    service: Service, actor: Actor, national_number: str, now: datetime, *, after: str | None = None, limit: int = 100
) -> Looks:
    """A page of the looks at a person's record and at the files in which the person is accused. Raises as above."""
    policy.require(actor, "cases.audit")
    with service.db.reading() as read:
        person = require_person(read, national_number)
    files = select(CaseAccused.case_id).where(CaseAccused.person_id == person.id)
    what = or_(col(CaseLook.person_id) == person.id, col(CaseLook.case_id).in_(files))
    return looks_at(service, actor, what, f"person:{person.id}", now, after=after, limit=limit)


def _view(tx: Tx, number: str, purpose: Purpose, rules: CaseRules) -> CaseView | None:
    case_id = tx.read.exec(select(CaseRow.id).where(CaseRow.number == number)).first()
    if case_id is None:
        keep(tx, Look("denied", purpose, found=0))
        return None
    entries = actions_of(tx.read, case_id)
    file = fold(case_id, number, entries, rules)
    access = access_of(tx.read, tx.actor, civil_day(tx.now), rules)
    own_part = bool(access.within(file) - {"territory"})
    if not access.readable(file):
        keep(tx, Look("denied", purpose, case_id, own_part=own_part, found=0))
        return None
    keep(tx, Look("read", purpose, case_id, own_part=own_part))
    return shown(file, entries, access)


def without_confidential(values: Mapping[str, Any], rules: CaseRules) -> dict[str, Any]:
    """JSON with None in place of every value that `lifecycle.yaml` calls confidential."""
    return dict(_without(dict(values), {name for name, held in rules.lifecycle.fields.items() if held.confidential}))


def _without(value: Any, secret: set[str]) -> Any:
    """JSON with None in place of every value under a secret name, at any depth (corrections hold values of others)."""
    if isinstance(value, dict):
        return {name: None if name in secret else _without(held, secret) for name, held in value.items()}
    return [_without(held, secret) for held in value] if isinstance(value, list) else value
