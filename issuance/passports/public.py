"""What others inside the service may ask of passports: of books issued, of applications whose fee is settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, or_, select

from issuance.db.session import ReadSession
from issuance.passports.checking import paid
from issuance.passports.model import Passport, PassportEvent
from issuance.passports.reports import standing_of
from specs.errors import NotFound
from specs.schema.passport_office import DocumentState

__all__ = ["PassportStatus", "all_states", "contradicts", "events_after", "paid", "status_of"]
_AT_ONCE = 20_000


@dataclass(frozen=True, slots=True)
class PassportStatus:
    """since: ISO 8601 day."""

    number: str
    state: DocumentState
    since: str


def status_of(read: ReadSession, number: str) -> PassportStatus | None:
    """How the book of this number stands in the register, None: it is none of ours."""
    try:
        held = standing_of(read, number.strip().upper().rstrip("<"))
    except NotFound:
        return None
    return PassportStatus(held.number, held.state, held.since.isoformat())


def contradicts(read: ReadSession, person_id: str, number: str) -> bool:
    """Whether a passport number given for a person goes against this register: it is another's passport, or the person
    has passports of ours and this is none of them. Where we issued neither there is nothing to go against."""
    wanted = number.strip().upper()
    query = select(Passport.number, Passport.person_id).where(
        or_(col(Passport.person_id) == person_id, col(Passport.number) == wanted)
    )
    held = dict(read.exec(query).all())
    return bool(held) and held.get(wanted) != person_id


def all_states(read: ReadSession) -> Iterator[tuple[list[str], list[str]]]:
    """Every book, in portions of (numbers, states), in no order; the register is never in memory as a whole."""
    query = select(Passport.number, Passport.state).execution_options(yield_per=_AT_ONCE)
    for rows in read.exec(query).partitions():
        yield [number for number, _ in rows], [state for _, state in rows]


def events_after(read: ReadSession, moment: datetime) -> int:
    """How many events of books are dated after `moment`: they are only ever added."""
    return read.exec(select(func.count()).where(col(PassportEvent.at) > moment)).one()
