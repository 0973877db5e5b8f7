"""What waits for a person: the files of their offices, theirs alone, those on their way to them, by deadline.

Every source gives its nearest files from an index of its own and a page goes on by key, so that a page costs the same
in a register of a million files. Names nobody: what is in a file is read for a purpose (`cases.reading`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, literal, tuple_, union_all
from sqlmodel import col, select

from issuance.cases.access import Access
from issuance.cases.access_rows import access_of, allowed_rows, readable_rows
from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import due, level
from issuance.cases.model import CaseClock, CaseRow
from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.civil import civil_day
from issuance.core.place import Place, place_of, place_text
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.db.types import UtcDateTime
from issuance.service import Service

ACTION = "cases.work"
MOST_ROWS = 200
MOST_SOURCES = 50  # one index each; a larger territory is read along the deadlines of all files


@dataclass(frozen=True, slots=True)
class NearestClock:
    """The clock of a file that ends first. target: `A1/C1`, `A1`, `transfer`; level: the last warning passed."""

    target: str
    code: str
    due_at: datetime
    last_day: date
    level: int


@dataclass(frozen=True, slots=True)
class WorkItem:
    """A file as a list shows it. awaiting: the office that is to receive it; mine: it is assigned to the reader."""

    number: str
    version: int
    stage: str
    state: str
    kind: str
    offence: str | None
    opened_on: date
    holder: str
    awaiting: str | None
    to_receive: bool
    mine: bool
    clock: NearestClock | None


@dataclass(frozen=True, slots=True)
class AwaitedApproval:
    """A request of another officer on a file that the reader may approve it for."""

    case_number: str
    request: Approval


@dataclass(frozen=True, slots=True)
class Work:
    """A page of files, nearest deadline first; after: ask for the next page with it, None: this was the last."""

    items: tuple[WorkItem, ...]
    after: str | None
    approvals: tuple[AwaitedApproval, ...]


def my_work(
    service: Service, actor: Actor, now: datetime, *, after: str | None = None, limit: int = 50, mine: bool = False
) -> Work:
    """A page of work of at most 200 files; approvals come with the first one. mine: only what is assigned to the actor.

    Raises `NotAllowed`, `Invalid` for an `after` that no page gave.
    """
    policy.require(actor, ACTION)
    rules, start = CaseRules.of(service.spec), None if after is None else place_of(after, "cases.work.after")
    limit = max(1, min(limit, MOST_ROWS))
    with unit_of_work(service.db, actor, "see the work list", now) as tx:
        access = access_of(tx.read, actor, civil_day(now), rules)
        keys = _nearest(tx.read, access, start, limit + 1, mine=mine)
        items = _items(tx.read, keys[:limit], access, now)
        asked = _approvals(tx.read, access, now) if start is None else ()
        tx.audit(ACTION, f"account:{actor.id}", {"found": len(items), "approvals": len(asked)})
    return Work(items, place_text(keys[limit - 1]) if len(keys) > limit else None, asked)


def _sources(access: Access, *, mine: bool) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """Conditions that each follow one index; together they are the work of the person."""
    live = col(CaseRow.ended).is_(False)
    yield col(CaseRow.assigned) == access.actor.id, live
    if mine:
        return
    scopes = policy.scopes(access.actor, ACTION, access.rules.roles)
    offices = access.reach.territory if "territory" in scopes else access.reach.own
    if "everywhere" in scopes:
        yield (live,)
    elif len(offices) > MOST_SOURCES:
        yield live, col(CaseRow.holder).in_(sorted(offices))
    else:
        for office in sorted(offices):
            yield col(CaseRow.holder) == office, live
    for office in sorted(access.reach.own):
        yield (col(CaseRow.awaiting) == office,)


def _nearest(read: ReadSession, access: Access, start: Place | None, limit: int, *, mine: bool) -> list[Place]:
    """The first `limit` keys after `start` over all sources."""
    key = tuple_(col(CaseRow.next_due), col(CaseRow.id))
    more = [col(CaseRow.next_due).is_not(None), readable_rows(access)]
    if start is not None:
        more.append(key > tuple_(literal(start[0], UtcDateTime), literal(start[1])))
    parts = []
    for source in _sources(access, mine=mine):
        query = select(CaseRow.next_due, CaseRow.id).where(*source, *more)
        part = query.order_by(col(CaseRow.next_due), col(CaseRow.id)).limit(limit).subquery()
        parts.append(select(part.c.next_due, part.c.id))
    found = {(row[0], row[1]) for row in read.exec(union_all(*parts))}  # type: ignore[call-overload]
    return sorted(found)[:limit]


def _items(read: ReadSession, keys: Sequence[Place], access: Access, now: datetime) -> tuple[WorkItem, ...]:
    ids = [case_id for _, case_id in keys]
    rows = {row.id: row for row in read.exec(select(CaseRow).where(col(CaseRow.id).in_(ids)))}
    clocks: dict[str, CaseClock] = {}
    for clock in read.exec(select(CaseClock).where(col(CaseClock.case_id).in_(ids))):
        held = clocks.get(clock.case_id)
        if held is None or (clock.due_at, clock.target) < (held.due_at, held.target):
            clocks[clock.case_id] = clock
    return tuple(_item(rows[case_id], clocks.get(case_id), access, now) for case_id in ids)


def _item(row: CaseRow, clock: CaseClock | None, access: Access, now: datetime) -> WorkItem:
    nearest = None
    if clock is not None:
        running = due(access.rules.clocks, access.rules.holidays, clock.code, clock.started_at)
        nearest = NearestClock(clock.target, clock.code, clock.due_at, clock.last_day, level(running, now))
    return WorkItem(
        row.number,
        row.version,
        row.stage,
        row.state,
        row.kind,
        row.offence,
        row.opened_on,
        row.holder,
        row.awaiting,
        row.awaiting in access.reach.own,
        row.assigned == access.actor.id,
        nearest,
    )


def _approvals(read: ReadSession, access: Access, now: datetime) -> tuple[AwaitedApproval, ...]:
    """What the person may approve, on files the person may read."""
    scopes = policy.scopes(access.actor, "cases.approve", access.rules.roles)
    if not scopes or access.actor.kind != "staff":
        return ()
    offices = None
    if "everywhere" not in scopes:
        offices = access.reach.territory if "territory" in scopes else access.reach.own
    actions = [f"cases.{name}" for name, kind in access.rules.lifecycle.actions.items() if kind.four_eyes]
    waiting = approvals.awaiting(read, access.actor.id, now, actions=actions, offices=offices)
    numbers = _readable(read, access, {one.subject.removeprefix("case:") for one in waiting})
    return tuple(
        AwaitedApproval(number, one)
        for one in waiting
        if (number := numbers.get(one.subject.removeprefix("case:"))) is not None
    )


def _readable(read: ReadSession, access: Access, ids: Iterable[str]) -> dict[str, str]:
    """Id -> number of those of the files that the person may read and approve for."""
    mine = (readable_rows(access), allowed_rows(access, "cases.approve"))
    return dict(read.exec(select(CaseRow.id, CaseRow.number).where(col(CaseRow.id).in_(list(ids)), *mine)).all())
