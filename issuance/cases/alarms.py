"""Alarms: a running clock that passed a share of its time is told to the role it names, once. Nobody is hindered by it.

Told is an entry of `case_alarms` with its event and its audit row. Of several shares passed since the last look, only
the highest is told. An alarm stands on the lists of its role for as long as its clock runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, func, or_, tuple_, update
from sqlmodel import col, select

from issuance.cases.access import Access
from issuance.cases.access_rows import access_of, allowed_rows, readable_rows, unlocked_rows
from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import due, level, next_warning
from issuance.cases.deadlines import TRAVEL_BAN
from issuance.cases.entries import several
from issuance.cases.fields import is_date
from issuance.cases.model import CaseAlarm, CaseClock, CaseRow, TravelBanRow
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from specs.errors import Fault, Invalid

CLOCKS_AT_ONCE = 200
MOST_ALARMS = 200
_Place = tuple[date, str, str, str]


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm whose clock still runs. target: `A1/C1`, an accused in custody, or `transfer`; due_on: the last day.

    office: that holds the file; readable: whether who asked may also read the file.
    """

    case_number: str
    target: str
    code: str
    percent: int
    due_on: date
    role: str
    office: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Alarms:
    """A page of alarms; after: ask for the next page with it, None: this was the last."""

    items: tuple[Alarm, ...]
    after: str | None


def tell_alarms(service: Service, actor: Actor, now: datetime) -> int:
    """Tell every alarm that is due at `now` and was not told; how many. Raises `NotAllowed`, `Unavailable`.

    Costs what is due, not what runs: each clock says when its next alarm is (`case_clocks.warn_at`).
    """
    policy.require(actor, "cases.watch_clocks")
    told = 0
    while True:
        with service.db.reading() as read:
            clocks = _due(read, now)
        if not clocks:
            return told
        told += _tell_all(service, actor, clocks, now)


def standing_alarms(
    service: Service, actor: Actor, now: datetime, *, after: str | None = None, limit: int = 50
) -> Alarms:
    """A page of at most 200 alarms: those told to the actor's roles, for `cases.audit` those told to anybody.

    Of files the actor may read (with `cases.alarms`, of every open one in its scope), the nearest end first; names a
    file by its number alone: what is in it is read with `cases.read`. Audited. Raises `NotAllowed`, `Invalid` for an
    `after` that no page gave.
    """
    policy.require(actor, "cases.work")
    limit = max(1, min(limit, MOST_ALARMS))
    with unit_of_work(service.db, actor, "see the alarms", now) as tx:
        access = access_of(tx.read, actor, civil_day(now), CaseRules.of(service.spec))
        found = _standing(tx.read, access, civil_day(now), _start(tx.read, after), limit + 1)
        tx.audit("cases.alarms", f"account:{actor.id}", {"found": len(found[:limit])})
    return Alarms(tuple(found[:limit]), _place(found[limit - 1]) if len(found) > limit else None)


def _standing(read: ReadSession, access: Access, today: date, start: _Place | None, limit: int) -> list[Alarm]:
    """Role by role, each from the index of the clocks that were told of; then the nearest of all."""
    place = (col(CaseClock.last_day), col(CaseClock.case_id), col(CaseClock.target), col(CaseClock.code))
    readable = readable_rows(access)
    named = and_(allowed_rows(access, "cases.alarms"), unlocked_rows(access))
    query = (
        select(CaseClock, CaseRow.number, readable.label("readable"))
        .join(CaseRow, col(CaseRow.id) == col(CaseClock.case_id))
        .where(col(CaseClock.told).is_not(None), or_(readable, named), _not_over(today))
        .order_by(*place)
        .limit(limit)
    )
    if start is not None:
        query = query.where(tuple_(*place) > start)
    roles = {clock.alarm_role for clock in access.rules.clocks.clocks.values()}
    if not policy.allowed(access.actor, "cases.audit"):
        roles &= access.actor.roles
    rows = [row for role in sorted(roles) for row in read.exec(query.where(col(CaseClock.alarm_role) == role))]
    rows.sort(key=lambda row: (row[0].last_day, row[0].case_id, row[0].target, row[0].code))
    return [
        Alarm(number, held.target, held.code, held.told or 0, held.last_day, held.alarm_role, held.office, bool(mine))
        for held, number, mine in rows[:limit]
    ]


def _place(alarm: Alarm) -> str:
    return "~".join((alarm.due_on.isoformat(), alarm.case_number, alarm.target, alarm.code))


def _start(read: ReadSession, after: str | None) -> _Place | None:
    if after is None:
        return None
    day, *rest = after.split("~")
    if is_date(day) and len(rest) == 3 and "\x00" not in after:
        case_id = read.exec(select(CaseRow.id).where(CaseRow.number == rest[0])).first()
        if case_id is not None:
            return date.fromisoformat(day), case_id, rest[1], rest[2]
    words = "ليست هذه صفحة من قائمة التنبيهات", "no page of the alarms was told to go on from here"
    raise Invalid(Fault("cases.alarms.after", *words, field="after", clause="openapi"))


def _due(read: ReadSession, now: datetime) -> Sequence[CaseClock]:
    place = (col(CaseClock.warn_at), col(CaseClock.case_id), col(CaseClock.target), col(CaseClock.code))
    return read.exec(
        select(CaseClock).where(col(CaseClock.warn_at) <= now).order_by(*place).limit(CLOCKS_AT_ONCE)
    ).all()


def _tell_all(service: Service, actor: Actor, clocks: Sequence[CaseClock], now: datetime) -> int:
    """Tell of those clocks that still run and that nobody else told meanwhile; how many. None is due afterwards."""
    told, rules = 0, CaseRules.of(service.spec)
    with unit_of_work(service.db, actor, "alarms of case clocks", now) as tx:
        several(tx)
        for seen in clocks:
            same = [getattr(CaseClock, key) == getattr(seen, key) for key in _CLOCK]
            query = select(CaseClock, CaseRow).join(CaseRow, col(CaseRow.id) == col(CaseClock.case_id))
            row = tx.read.exec(query.where(*same)).first()
            if row is None:
                continue
            clock, file = row
            before = clock.told or 0
            running = due(rules.clocks, rules.holidays, clock.code, clock.started_at)
            if (percent := level(running, now)) > before:
                _tell(tx, clock, file, percent)
                told += 1
            following = next_warning(running, max(percent, before))
            now_told = max(percent, before) or None
            tx.session.execute(update(CaseClock).where(*same).values(told=now_told, warn_at=following))
    return told


def _tell(tx: Tx, clock: CaseClock, file: CaseRow, percent: int) -> None:
    alarm = CaseAlarm(
        case_id=file.id,
        target=clock.target,
        code=clock.code,
        started_at=clock.started_at,
        percent=percent,
        due_on=clock.last_day,
        role=clock.alarm_role,
        office=clock.office,
        told_at=tx.now,
    )
    tx.session.add(alarm)
    said = {"percent": percent, "due_on": clock.last_day, "role": clock.alarm_role, "office": clock.office}
    matter = clock.target if "/" in clock.target else None
    body = {**said, "case_number": file.number, "clock": clock.code, "matter": matter}
    tx.emit(
        "clock.alarm",
        f"case:{file.id}",
        body,
        office=clock.office,
        closed=file.sealed or file.classification != "public",
    )
    tx.audit("cases.alarm", f"case:{file.id}", {**said, "due_on": clock.last_day.isoformat(), "clock": clock.code})


def _not_over(today: date) -> ColumnElement[bool]:
    """A ban that outlived its case is reviewed no more once its own last day is over."""
    ban = and_(col(TravelBanRow.case_id) == CaseClock.case_id, col(TravelBanRow.accused) == CaseClock.target)
    stands = and_(col(TravelBanRow.lifted_on).is_(None), func.coalesce(TravelBanRow.until_on, today) >= today)
    return or_(col(CaseClock.code) != TRAVEL_BAN, exists().where(ban, stands))


_CLOCK = ("case_id", "target", "code", "started_at")
