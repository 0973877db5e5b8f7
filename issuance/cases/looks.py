"""Keep and tell who looked at criminal data: a row for each look, with its audit row, and what is odd among them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import ColumnElement, Integer, cast, func, literal, not_, or_, tuple_
from sqlmodel import col, select

from issuance.cases.looks_model import CaseLook
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.place import place_of, place_text
from issuance.core.purpose import Purpose
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.db.types import UtcDateTime
from issuance.service import Service
from issuance.staff.public import AccountName, account_names

Kind = Literal["read", "search", "record", "denied"]
MOST_ROWS = 1000
_TRAIL: dict[Kind, str] = {
    "read": "cases.read",
    "search": "cases.search",
    "record": "cases.read_record",
    "denied": "cases.read_denied",
}


@dataclass(frozen=True, slots=True)
class Look:
    """Before it is kept. purpose: `settled`; what: the case or person, by id; own_part, found: as in `CaseLook`."""

    kind: Kind
    purpose: Purpose
    case_id: str | None = None
    person_id: str | None = None
    own_part: bool = False
    found: int = 1


@dataclass(frozen=True, slots=True)
class LookView:
    """One look, as it was kept."""

    at: datetime
    account: AccountName
    office: str | None
    kind: str
    case_id: str | None
    person_id: str | None
    purpose: str
    words: str
    own_part: bool
    found: int


@dataclass(frozen=True, slots=True)
class Looks:
    """A page of looks, newest first; after: ask for the next page with it, None: this was the last."""

    items: tuple[LookView, ...] = ()
    after: str | None = None


@dataclass(frozen=True, slots=True)
class Watched:
    """An account whose looks in the window are odd by `cases/reading.yaml`. outside: without a part of its office."""

    account: AccountName
    looks: int
    outside: int
    denied: int


def keep(tx: Tx, look: Look) -> None:
    """Add the look and its audit row to the unit of work; ids only go into the trail."""
    row = CaseLook(
        at=tx.now,
        account=tx.actor.id,
        office=tx.actor.office,
        kind=look.kind,
        case_id=look.case_id,
        person_id=look.person_id,
        purpose=look.purpose.code,
        words=look.purpose.words,
        own_part=look.own_part,
        found=look.found,
    )
    tx.session.add(row)
    subject = f"case:{look.case_id}" if look.case_id else f"person:{look.person_id}" if look.person_id else "case:none"
    tx.audit(_TRAIL[look.kind], subject, {"look": row.id, "purpose": look.purpose.code, "found": look.found})


def looks_at(
    service: Service,
    actor: Actor,
    what: ColumnElement[bool],
    subject: str,
    now: datetime,
    *,
    after: str | None = None,
    limit: int = 100,
) -> Looks:
    """A page of at most 1000 looks at `what` (a condition on `CaseLook`), newest first, for `cases.audit`.

    Audited itself. Raises `NotAllowed`, `Invalid` for an `after` that no page gave.
    """
    policy.require(actor, "cases.audit")
    place = tuple_(col(CaseLook.at), col(CaseLook.id))
    query = select(CaseLook).where(what).order_by(col(CaseLook.at).desc(), col(CaseLook.id).desc())
    if after is not None:
        at, id_ = place_of(after, "cases.looks.after")
        query = query.where(place < tuple_(literal(at, UtcDateTime), literal(id_)))
    limit = max(1, min(limit, MOST_ROWS))
    with unit_of_work(service.db, actor, "who looked", now) as tx:
        rows = tx.read.exec(query.limit(limit + 1)).all()
        shown = rows[:limit]
        names = account_names(tx.read, {row.account for row in shown})
        tx.audit("cases.audit", subject, {"found": len(shown)})
    views = tuple(
        LookView(
            row.at,
            names[row.account],
            row.office,
            row.kind,
            row.case_id,
            row.person_id,
            row.purpose,
            row.words,
            row.own_part,
            row.found,
        )
        for row in shown
    )
    return Looks(views, place_text((shown[-1].at, shown[-1].id)) if len(rows) > limit else None)


def watched(service: Service, actor: Actor, now: datetime) -> tuple[Watched, ...]:
    """Accounts with odd looks in the window, most refusals and outside looks first; for `cases.audit`, audited."""
    policy.require(actor, "cases.audit")
    rules = service.spec.cases_reading.watch
    with unit_of_work(service.db, actor, "watch the looks", now) as tx:
        found = _odd(tx.read, now - timedelta(days=rules.window_days), service)
        tx.audit("cases.audit", "case:all", {"found": len(found)})
    return found


def _odd(read: ReadSession, since: datetime, service: Service) -> tuple[Watched, ...]:
    rules = service.spec.cases_reading.watch
    denied = func.sum(cast(col(CaseLook.kind) == "denied", Integer))
    outside = func.sum(cast(not_(col(CaseLook.own_part)), Integer))
    looks = func.count()
    query = (
        select(CaseLook.account, looks, outside, denied)
        .where(col(CaseLook.at) >= since)
        .group_by(CaseLook.account)
        .having(
            or_(
                denied >= rules.denied_looks,
                (looks >= rules.minimum_looks) & (outside * 100 >= looks * rules.outside_percent),
            )
        )
        .order_by(denied.desc(), outside.desc(), CaseLook.account)
    )
    rows = read.exec(query).all()
    names = account_names(read, {account for account, *_ in rows})
    return tuple(Watched(names[account], *counts) for account, *counts in rows)
