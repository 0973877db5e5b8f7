"""What a border post asks of a book by its number, in one look-up: how it stands, whose it is, what was issued.

Reads only. Who may be told what of it is the border's to say; a defect is told as it was entered.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, cast

from sqlalchemy import bindparam, exists
from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.passports.defects import Conditions, carries
from issuance.passports.model import Passport, PassportDefect, PassportEvent
from keys.deviations import DEVIATIONS
from specs.schema.passport_office import DocumentState

_MOST_KNOWN: Final = 256
_OID_OF: Final = {deviation.name: oid for oid, deviation in DEVIATIONS.items()}


@dataclass(frozen=True, slots=True)
class BookAtBorder:
    """since: ISO 8601 day of its last event; zone: the lines of its MRZ; defects: (OID of the deviation, title)."""

    number: str
    state: DocumentState
    since: str
    person_id: str
    zone: tuple[str, ...]
    defects: tuple[tuple[str, str], ...]


def book_at_border(read: ReadSession, number: str) -> BookAtBorder | None:
    """The book of this number, None: the register holds none."""
    rows = read.rows(_OF_NUMBER, {"number": number})
    if not rows:
        return None
    state, person, mrz, issued_on, since, defective = rows[0]
    defects = tuple(_defects(read, number)) if defective else ()
    on = since or issued_on
    return BookAtBorder(number, cast("DocumentState", state), on.isoformat(), person, tuple(mrz.split()), defects)


def _of_number() -> Any:
    """Built once: two hundred inspections a second ask it."""
    since = (
        select(col(PassportEvent.on))
        .where(PassportEvent.number == Passport.number)
        .order_by(col(PassportEvent.seq).desc())
        .limit(1)
        .scalar_subquery()
    )
    defective = exists(select(PassportDefect.id))
    columns: tuple[Any, ...] = (Passport.state, Passport.person_id, Passport.mrz, Passport.issued_on, since, defective)
    return select(*columns).where(Passport.number == bindparam("number"))


_OF_NUMBER: Final = _of_number()


def _defects(read: ReadSession, number: str) -> Iterator[tuple[str, str]]:
    for defect_id in read.exec(select(PassportDefect.id).order_by(col(PassportDefect.at))):
        deviation, title, conditions = _known(read, defect_id)
        if carries(read, conditions, number):
            yield deviation, title


_Entry = tuple[str, str, Conditions]
_KNOWN: OrderedDict[str, _Entry] = OrderedDict()
"""Entries as they were read: none is ever rewritten, and one may name thousands of numbers."""


def _known(read: ReadSession, defect_id: str) -> _Entry:
    if (held := _KNOWN.get(defect_id)) is not None:
        return held
    row = read.exec(select(PassportDefect).where(PassportDefect.id == defect_id)).one()
    entry = _OID_OF.get(row.deviation, row.deviation), row.title, Conditions.model_validate(row.conditions)
    while len(_KNOWN) >= _MOST_KNOWN:
        with suppress(KeyError):  # another thread let go of it
            _KNOWN.popitem(last=False)
    _KNOWN[defect_id] = entry
    return entry
