"""What others inside the service may ask of issued passports. Nobody is shown anything from here."""

from __future__ import annotations

from sqlmodel import col, or_, select

from issuance.db.session import ReadSession
from issuance.passports.model import Passport

__all__ = ["contradicts"]


def contradicts(read: ReadSession, person_id: str, number: str) -> bool:
    """Whether a passport number given for a person goes against this register: it is another's passport, or the person
    has passports of ours and this is none of them. Where we issued neither there is nothing to go against."""
    wanted = number.strip().upper()
    query = select(Passport.number, Passport.person_id).where(
        or_(col(Passport.person_id) == person_id, col(Passport.number) == wanted)
    )
    held = dict(read.exec(query).all())
    return bool(held) and held.get(wanted) != person_id
