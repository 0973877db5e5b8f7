"""Every approved application made into a book, one after the other, until none waits or no blank is left.

There is no list of its own to resume: what waits is what is `approved`, and making a book begins with a claim. Run it
again after an interruption, or twice at once: no application gets two books. Memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import func
from sqlmodel import and_, col, or_, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.passports.model import PassportApplication
from issuance.passports.producing import MAKE, NO_BLANK, produce, settle_interrupted
from issuance.service import Service
from specs.errors import Conflict, IssuanceError, Refused, Unavailable

_AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class BookFate:
    """What became of one application. number: of the book made; fault: code of the first reason why none was made."""

    application: str
    fate: Literal["made", "taken", "refused"]
    number: str | None = None
    fault: str | None = None

    def as_json(self) -> dict[str, Any]:
        return {"application": self.application, "fate": self.fate, "number": self.number, "fault": self.fault}


def to_make(service: Service, actor: Actor, office: str | None = None) -> int:
    """How many applications wait to be made into books. Raises `NotAllowed`."""
    policy.require(actor, MAKE)
    query = select(func.count()).select_from(PassportApplication).where(PassportApplication.state == "approved")
    if office is not None:
        query = query.where(PassportApplication.office == office)
    with service.db.reading() as read:
        return read.exec(query).one()


def batch(service: Service, actor: Actor, *, office: str | None = None, limit: int | None = None) -> Iterator[BookFate]:
    """Make books, the nearest deadline first; the fate of each application as it is known. office: of the applications.

    One that is refused (held, edition out of force) is told and passed over; `taken`: another maker was quicker.
    Raises `NotAllowed`, `Refused` when no blank is left, `Unavailable`; what was made stays made.
    """
    policy.require(actor, MAKE)
    settle_interrupted(service, service.clock())
    last: tuple[datetime, str] | None = None
    tried = 0
    while limit is None or tried < limit:
        rows = _next(service, office, last)
        if not rows:
            return
        for application_id, due in rows:
            if limit is not None and tried >= limit:
                return
            tried, last = tried + 1, (due, application_id)
            yield _made(service, actor, application_id)


def _made(service: Service, actor: Actor, application_id: str) -> BookFate:
    try:
        view = produce(service, actor, application_id, service.clock())
    except Unavailable:
        raise
    except IssuanceError as error:
        code = error.faults[0].code
        if isinstance(error, Refused) and code == NO_BLANK:
            raise
        return BookFate(application_id, "taken" if isinstance(error, Conflict) else "refused", fault=code)
    return BookFate(application_id, "made", view.number)


def _next(service: Service, office: str | None, last: tuple[datetime, str] | None) -> list[tuple[str, datetime]]:
    due, id_ = col(PassportApplication.due_at), col(PassportApplication.id)
    query = select(PassportApplication.id, PassportApplication.due_at).where(
        PassportApplication.state == "approved", due.is_not(None)
    )
    if office is not None:
        query = query.where(PassportApplication.office == office)
    if last is not None:
        query = query.where(or_(due > last[0], and_(due == last[0], id_ > last[1])))
    with service.db.reading() as read:
        rows = read.exec(query.order_by(due, id_).limit(_AT_A_TIME)).all()
    return [(row_id, at) for row_id, at in rows if at is not None]
