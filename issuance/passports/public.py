"""What others inside the service may ask of passports: of books issued, of applications whose fee is settled."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, or_, select

from issuance.db.session import ReadSession
from issuance.passports.at_border import BookAtBorder, book_at_border
from issuance.passports.checking import paid
from issuance.passports.model import Passport, PassportEvent

__all__ = ["BookAtBorder", "all_states", "book_at_border", "contradicts", "events_after", "paid"]
_AT_ONCE = 20_000


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
