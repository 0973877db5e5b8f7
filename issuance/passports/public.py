"""What others inside the service may ask of passports: of books issued, of applications whose fee is settled."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import col, or_, select

from issuance.db.session import ReadSession
from issuance.passports.checking import paid
from issuance.passports.model import Passport
from issuance.passports.reports import standing_of
from specs.errors import NotFound
from specs.schema.passport_office import DocumentState

__all__ = ["PassportStatus", "contradicts", "paid", "status_of"]


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
