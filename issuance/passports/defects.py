"""Which passports carry a defect? It is entered as conditions; one query answers; a deviation list entry follows.

Conditions are those of production: edition, type, signer, blanks, window, office, numbers. Signing the list stays with
`keys deviation-list`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import func
from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.ids import new_id
from issuance.core.shapes import read_shape
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.db.tables import SigningIntent
from issuance.passports.model import Passport, PassportDefect
from issuance.service import Service
from keys.deviations import DEVIATIONS
from specs.errors import Fault, Invalid, NotFound

ACTION = "passports.defects"
CLAUSE = "Doc 9303-12 §10"
_NEVER_OUT = ("produced", "passed", "spoiled")
_Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
_About = Annotated[str, StringConstraints(pattern=r"^[0-9]+(\.[0-9]+)+$", max_length=80)]
_Blank = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9]{6,12}$")]
_Number = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]{6,9}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Conditions(_Strict):
    """Every one given must be met. signer: id of the key that signed the chip; days: first and last."""

    edition: _Words | None = None
    document_type: _Words | None = None
    signer: _Words | None = None
    office: _Words | None = None
    blank_first: _Blank | None = None
    blank_last: _Blank | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    numbers: tuple[_Number, ...] = Field(default=(), max_length=10_000)


class Entry(_Strict):
    """deviation: name (`DGHashWrong`) or dotted OID of Doc 9303-12; about: the data group, MRZ or certificate field
    it is in, or an extension's OID, where the deviation asks for it; words: what is wrong, for the list."""

    title: _Words
    deviation: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    about: Annotated[int, Field(ge=0, le=10_000)] | _About | None = None
    words: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000)]
    conditions: Conditions


@dataclass(frozen=True, slots=True)
class Defect:
    id: str
    title: str
    deviation: str
    about: int | str | None
    words: str
    conditions: Conditions
    at: datetime

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "title": self.title,
            "deviation": self.deviation,
            "about": self.about,
            "words": self.words,
            "conditions": self.conditions.model_dump(mode="json", exclude_defaults=True),
            "at": self.at.isoformat(),
        }


@dataclass(frozen=True, slots=True)
class Carriers:
    """books: how many carry it, handed over or not; numbers: the first of them by number; proposal: what
    `keys deviation-list` takes, None where no book of it left us."""

    defect: Defect
    books: int
    numbers: tuple[str, ...]
    proposal: dict[str, Any] | None

    def as_json(self) -> dict[str, Any]:
        return {
            "defect": self.defect.as_json(),
            "books": self.books,
            "numbers": list(self.numbers),
            "proposal": self.proposal,
        }


def enter(service: Service, actor: Actor, given: Any, now: datetime) -> Defect:
    """Raises `NotAllowed`, `Invalid`: an unknown deviation, no condition at all."""
    policy.require(actor, ACTION)
    entry = read_shape(Entry, given, code="passports.defects", clause=CLAUSE)
    if entry.deviation not in DEVIATIONS and entry.deviation not in {one.name for one in DEVIATIONS.values()}:
        words = "انحراف غير معروف", f"one of {', '.join(one.name for one in DEVIATIONS.values())}, or its OID"
        raise Invalid(_fault("deviation", *words, "deviation"))
    if entry.conditions == Conditions():
        raise Invalid(
            _fault("conditions", "حدد شرطاً", "give a condition: a defect of every book is none", "conditions")
        )
    row = PassportDefect(
        id=new_id(),
        title=entry.title,
        deviation=entry.deviation,
        about=None if entry.about is None else str(entry.about),
        words=entry.words,
        conditions=entry.conditions.model_dump(mode="json", exclude_defaults=True),
        at=now,
        by=actor.id,
    )
    with unit_of_work(service.db, actor, "enter a defect of passports", now) as tx:
        tx.session.add(row)
        tx.audit(ACTION, f"defect:{row.id}")
        return _view(row)


def defects(service: Service, actor: Actor) -> list[Defect]:
    """The newest first. Raises `NotAllowed`."""
    policy.require(actor, ACTION)
    with service.db.reading() as read:
        return [_view(row) for row in read.exec(select(PassportDefect).order_by(col(PassportDefect.at).desc()))]


def carriers(service: Service, actor: Actor, defect_id: str, most: int = 1000) -> Carriers:
    """The books that carry it now, and the deviation list entry it makes. Raises `NotAllowed`, `NotFound`."""
    policy.require(actor, ACTION)
    with service.db.reading() as read:
        row = read.get(PassportDefect, defect_id)
        if row is None:
            raise NotFound(_fault("unknown", "لا يوجد عيب بهذا المعرف", "there is no such defect", "defect"))
        defect = _view(row)
        query = _query(defect.conditions)
        books = read.exec(select(func.count()).select_from(query.subquery())).one()
        numbers = tuple(read.exec(query.order_by(col(Passport.number)).limit(most)))
        return Carriers(defect, books, numbers, _proposal(service, read, defect))


def carries(read: ReadSession, which: Conditions, number: str) -> bool:
    """Whether the book of this number meets the conditions."""
    if which.numbers and number not in which.numbers:
        return False
    query = _query(which.model_copy(update={"numbers": ()})).where(Passport.number == number)
    return read.exec(query).first() is not None


def _query(which: Conditions) -> Any:
    query = select(Passport.number)
    same = {"edition": Passport.edition, "document_type": Passport.document_type, "office": Passport.office}
    for name, column in same.items():
        if (value := getattr(which, name)) is not None:
            query = query.where(col(column) == value)
    if which.signer is not None:
        signed = select(SigningIntent.id).where(SigningIntent.key_id == which.signer)
        query = query.where(col(Passport.intent_id).in_(signed))
    bounds: tuple[tuple[Any, Any, bool], ...] = (
        (which.blank_first, Passport.blank, True),
        (which.blank_last, Passport.blank, False),
        (which.issued_from, Passport.issued_on, True),
        (which.issued_to, Passport.issued_on, False),
    )
    for value, column, least in bounds:
        if value is not None:
            query = query.where(col(column) >= value if least else col(column) <= value)
    return query.where(col(Passport.number).in_(which.numbers)) if which.numbers else query


def _proposal(service: Service, read: ReadSession, defect: Defect) -> dict[str, Any] | None:
    """Named by conditions a list can hold where these say it all (signer, window), else by every number that left us.

    Raises `Invalid`: more numbers than a list may hold.
    """
    which = defect.conditions
    description = {"deviation": defect.deviation, "text": defect.words, "about": defect.about}
    if not which.model_dump(exclude_defaults=True).keys() - {"signer", "issued_from", "issued_to"} and which.signer:
        documents: dict[str, Any] = {"signer": which.signer}
        if which.issued_from and which.issued_to:
            documents["issued"] = [which.issued_from.isoformat(), which.issued_to.isoformat()]
        return {"deviations": [{"documents": documents, "descriptions": [description]}]}
    most = service.spec.pki_profiles.deviation_list.maximum_document_numbers
    query = _query(which).where(col(Passport.state).not_in(_NEVER_OUT))
    numbers = list(read.exec(query.order_by(col(Passport.number)).limit(most + 1)))
    if len(numbers) > most:
        words = "أكثر مما تحمله القائمة؛ ضيّق الشروط", f"more than the {most} numbers a list may hold: narrow it"
        raise Invalid(_fault("too_many", *words, "conditions"))
    if not numbers:
        return None
    return {"deviations": [{"documents": {"numbers": numbers}, "descriptions": [description]}]}


def _view(row: PassportDefect) -> Defect:
    about = int(row.about) if row.about is not None and row.about.isdigit() else row.about
    return Defect(row.id, row.title, row.deviation, about, row.words, Conditions.model_validate(row.conditions), row.at)


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.defects.{code}", ar, en, field=field, clause=CLAUSE)
