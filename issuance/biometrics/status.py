"""How the search for duplicates stands: room, outage, searches to make up for; and what a person must see to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select

from issuance.biometrics.afis import Afis
from issuance.biometrics.degraded import degraded_now
from issuance.biometrics.facts import Capacity, Degraded
from issuance.biometrics.model import BiometricSearch
from issuance.biometrics.search import afis_of
from issuance.biometrics.standin import CLAUSE
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.service import Service
from specs.errors import Fault, Unavailable


@dataclass(frozen=True, slots=True)
class Status:
    """capacity: None when the system does not answer; unanswered: searches to make up for; overdue: of those, what
    went on without a search and whose day has passed; hits: suspected duplicates nobody decided on; found_late: of
    those, found after the case went on."""

    capacity: Capacity | None
    alarm: bool
    degraded: Degraded | None
    unanswered: int
    overdue: int
    hits: int
    found_late: int

    def as_json(self) -> dict[str, Any]:
        room = self.capacity
        return {
            "answers": room is not None,
            "used": None if room is None else room.used,
            "records": None if room is None else room.records,
            "share": None if room is None else round(room.share, 4),
            "alarm": self.alarm,
            "degraded": None if self.degraded is None else self.degraded.as_json(),
            "unanswered": self.unanswered,
            "overdue": self.overdue,
            "hits": self.hits,
            "found_late": self.found_late,
        }


@dataclass(frozen=True, slots=True)
class Recheck:
    """A search that is made up for after an outage. case: why the application went on; answered: None: not yet."""

    search: str
    application: str
    case: str
    at: datetime
    due: datetime
    answered: datetime | None
    state: str


def status(service: Service, actor: Actor, now: datetime, afis: Afis | None = None) -> Status:
    """Counts over the whole service; names nobody. Raises `NotAllowed`, `Unavailable` (our own database)."""
    policy.require(actor, "biometrics.read")
    return _status(service, now, afis)


def rechecks(service: Service, actor: Actor, limit: int = 100) -> list[Recheck]:
    """Applications that went on without a search, of the actor's offices: those still to be made up for first.

    Raises `NotAllowed`.
    """
    policy.require(actor, "biometrics.read")
    row = BiometricSearch
    query = select(row).where(col(row.recheck_due).is_not(None))
    if (offices := policy.offices_in_scope(actor, "biometrics.read")) is not None:
        query = query.where(col(row.office).in_(offices))
    ordered = query.order_by(col(row.answered_at).is_not(None), col(row.recheck_due), col(row.id)).limit(limit)
    with service.db.reading() as read:
        return [
            Recheck(
                one.id, one.application_id, one.humanitarian or "", one.at, one.recheck_due, one.answered_at, one.state
            )
            for one in read.exec(ordered)
            if one.recheck_due is not None
        ]


def alarms(service: Service, now: datetime, afis: Afis | None = None) -> list[Fault]:
    """What a person must see to, for the log of the serving process and the tile of whoever runs it."""
    held = _status(service, now, afis)
    return list(_alarms(held, service.spec.passport.afis.capacity.alarm_share))


def _status(service: Service, now: datetime, afis: Afis | None) -> Status:
    try:
        room = (afis or afis_of(service)).capacity()
    except Unavailable:
        room = None
    share = service.spec.passport.afis.capacity.alarm_share
    unanswered = col(BiometricSearch.probe).is_not(None)
    undecided = (col(BiometricSearch.state) == "hits", col(BiometricSearch.outcome).is_(None))
    with service.db.reading() as read:

        def count(*conditions: Any) -> int:
            return read.exec(select(func.count()).select_from(BiometricSearch).where(*conditions)).one()

        return Status(
            capacity=room,
            alarm=room is not None and room.share >= share,
            degraded=degraded_now(read, now),
            unanswered=count(unanswered),
            overdue=count(unanswered, col(BiometricSearch.recheck_due) < now),
            hits=count(*undecided),
            found_late=count(*undecided, col(BiometricSearch.recheck_due).is_not(None)),
        )


def _alarms(held: Status, share: float) -> Iterator[Fault]:
    if held.capacity is None:
        yield _fault("away", "البحث عن الازدواج لا يجيب", "the search for duplicates does not answer")
    elif held.alarm:
        used, limit = round(held.capacity.share * 100), round(share * 100)
        words = (
            f"امتلأ {used}% من سجلات البحث عن الازدواج (حد الإنذار {limit}%)",
            f"the search for duplicates is {used} percent full (alarm at {limit})",
        )
        yield _fault("capacity", *words)
    if held.degraded is not None:
        yield _fault("degraded", "يعمل المكتب دون بحث عن ازدواج", "work goes on without the search for duplicates")
    if held.overdue:
        words = (f"لم يُعد البحث في {held.overdue} حالة فات موعدها", f"{held.overdue} searches are overdue")
        yield _fault("overdue", *words)
    if held.found_late:
        words = (
            f"ظهر اشتباه ازدواج في {held.found_late} حالة مضت دون بحث",
            f"{held.found_late} cases that went on without the search have suspected duplicates",
        )
        yield _fault("found_late", *words)


def _fault(kind: str, ar: str, en: str) -> Fault:
    return Fault(code=f"biometrics.afis.{kind}", field="afis", clause=CLAUSE, ar=ar, en=en)
