"""The daily reconciliation of blanks against books: an entry each day, an alarm where something does not agree.

`reconciling` compares; here it is kept, told and shown by the offices of whoever asks.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor, system
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.passports.model import Reconciliation
from issuance.passports.reconciling import Compared, compare
from issuance.service import Service
from specs.schema import Specification

READ = "stock.read"
UPKEEP = system("reconciliation")
log = logging.getLogger("issuance.passports")
_COUNTED = ("tied", "books", "claimed", "found")
_LATEST = 31


@dataclass(frozen=True, slots=True)
class Entry:
    """One reconciliation. offices: counts of each that drew a blank; findings: those named; found: all of them.

    Of a reader of some offices it holds theirs alone, and nothing that is of the country as a whole.
    """

    id: str
    on: date
    at: datetime
    offices: tuple[dict[str, Any], ...]
    findings: tuple[dict[str, Any], ...]
    found: int

    def as_json(self, spec: Specification) -> dict[str, Any]:
        """With the words of each kind of finding."""
        words = spec.passport.stock.reconciliation.entries
        named = [one | {"ar": words[one["kind"]].ar, "en": words[one["kind"]].en} for one in self.findings]
        return {
            "id": self.id,
            "on": self.on.isoformat(),
            "at": self.at.isoformat(),
            "agrees": self.found == 0,
            "found": self.found,
            "country": {name: sum(one[name] for one in self.offices) for name in _COUNTED[:-1]},
            "offices": list(self.offices),
            "findings": named,
        }


def reconcile(service: Service, actor: Actor, now: datetime) -> Entry:
    """Compare now, and keep what was found. Raises `NotAllowed`."""
    policy.require(actor, "audit.verify")
    return _kept(service, actor, now)


def reconcile_daily(service: Service, now: datetime) -> Entry | None:
    """The first time each civil day, for upkeep; None: it was done."""
    with service.db.reading() as read:
        if _of_day(read, civil_day(now)):
            return None
    entry = _kept(service, UPKEEP, now)
    if entry.found:
        log.warning("blanks and books do not agree: %d findings of %s", entry.found, entry.on)
    return entry


def entries(service: Service, actor: Actor, limit: int = _LATEST) -> list[Entry]:
    """The latest, the newest first, as far as the actor's offices reach. Raises `NotAllowed`."""
    policy.require(actor, READ)
    scope = policy.offices_in_scope(actor, READ)
    query = select(Reconciliation).order_by(col(Reconciliation.id).desc()).limit(max(1, min(limit, 366)))
    with service.db.reading() as read:
        return [_seen(row, scope) for row in read.exec(query)]


def _kept(service: Service, actor: Actor, now: datetime) -> Entry:
    """The comparison is made over one snapshot before anything is written."""
    with service.db.reading() as read:
        compared = compare(read, service.spec, now)
    most = service.spec.passport.stock.reconciliation.named_at_most
    with unit_of_work(service.db, actor, "blanks are held against books", now) as tx:
        lock(tx.session, "passports:reconciliation")
        row = Reconciliation(
            id=new_id(),
            on=civil_day(now),
            at=now,
            by=actor.id,
            offices=cast("list[object]", _by_office(compared)),
            findings=[one.as_json() for one in compared.findings[:most]],
            found=len(compared.findings),
        )
        tx.session.add(row)
        tx.audit("passports.reconcile", f"reconciliation:{row.id}", {"found": row.found})
        return _seen(row, None)


def _by_office(compared: Compared) -> list[dict[str, Any]]:
    found: dict[str, int] = {}
    for one in compared.findings:
        found[one.office or ""] = found.get(one.office or "", 0) + 1
    offices = sorted((compared.tied.keys() | found.keys()) - {""})
    counts = (compared.tied, compared.books, compared.claimed, found)
    return [
        {"office": office} | {name: held.get(office, 0) for name, held in zip(_COUNTED, counts, strict=True)}
        for office in offices
    ]


def _of_day(read: ReadSession, day: date) -> bool:
    return read.exec(select(Reconciliation.id).where(Reconciliation.on == day).limit(1)).first() is not None


def _seen(row: Reconciliation, scope: Collection[str] | None) -> Entry:
    offices = cast("list[dict[str, Any]]", row.offices)
    findings = cast("list[dict[str, Any]]", row.findings)
    if scope is None:
        return Entry(row.id, row.on, row.at, tuple(offices), tuple(findings), row.found)
    own = tuple(one for one in offices if one["office"] in scope)
    named = tuple(one for one in findings if one["office"] in scope)
    return Entry(row.id, row.on, row.at, own, named, sum(one["found"] for one in own))
