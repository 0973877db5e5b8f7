"""What the desk of hand-over sees: books on their way to it, one book with its holder's face and chain of books."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime

from PIL import Image
from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.policy import Subject, offices_in_scope
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.mrtd.data_groups.dg2 import read_dg2
from issuance.passports.delivering import DELIVER, delivery_office
from issuance.passports.enrol import portrait_of
from issuance.passports.model import Passport, PassportApplication, PassportFile
from issuance.passports.queues import handed_over_at, nearest
from issuance.passports.reports import REPORT, Standing, standing_of
from issuance.passports.request import PassportRequest, read_request
from issuance.passports.way import ApplicationView, digest_of_code, view_of, views_of
from issuance.people.public import PersonFacts, person_of
from issuance.service import Service
from specs.errors import Fault, NotFound
from specs.schema.passport_office import DocumentState, State

WAITING: tuple[State, ...] = ("sending", "ready")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Link:
    """One book of a person, as the chain shows it."""

    number: str
    state: DocumentState
    document_type: str
    issued_on: date
    expires_on: date
    predecessor: str | None


@dataclass(frozen=True, slots=True)
class AtHand:
    """A book and whose it is. request, application: None for a trial; chain: all books of the person, newest first;
    delivers: the actor may hand it over or receive it."""

    book: Link
    person: PersonFacts
    request: PassportRequest | None
    application: ApplicationView | None
    standing: Standing
    delivers: bool
    chain: tuple[Link, ...]


def waiting(service: Service, actor: Actor, limit: int = 100) -> list[ApplicationView]:
    """Books on their way to the actor's office and those that wait for their holders, the nearest deadline first.

    Raises `NotAllowed`.
    """
    policy.require(actor, DELIVER)
    scope = offices_in_scope(actor, DELIVER)
    within = [] if scope is None else [handed_over_at(scope)]
    with service.db.reading() as read:
        return views_of(read, nearest(read, WAITING, max(1, min(limit, LONGEST)), *within))


def find(service: Service, actor: Actor, entered: str) -> str:
    """The number of the book that a number or a private code leads to. Raises `NotFound`, also out of reach."""
    wanted = entered.strip()[:LONGEST]
    with service.db.reading() as read:
        number: str | None = wanted.upper()
        if read.get(Passport, number) is None:
            query = select(PassportApplication.number)
            number = read.exec(query.where(PassportApplication.tracking == digest_of_code(wanted))).first()
        return _within_reach(read, actor, number or "").number


def at_hand(service: Service, actor: Actor, number: str, now: datetime) -> AtHand:
    """The book, whose it is, and all their books; the look is kept. Raises `NotFound`, also out of reach."""
    with unit_of_work(service.db, actor, "look at a book at hand", now) as tx:
        book = _within_reach(tx.read, actor, number)
        tx.audit("passports.look", f"passport:{book.number}")
        row = tx.read.get(PassportApplication, book.application_id) if book.application_id else None
        chain = select(Passport).where(Passport.person_id == book.person_id).order_by(col(Passport.issued_at).desc())
        return AtHand(
            book=_link(book),
            person=person_of(tx.read, book.person_id),
            request=None if row is None else read_request(row.asked),
            application=None if row is None else view_of(tx.read, row),
            standing=standing_of(tx.read, book.number),
            delivers=_delivers(actor, book, row),
            chain=tuple(_link(one) for one in tx.read.exec(chain.limit(LONGEST))),
        )


def face_of(service: Service, actor: Actor, number: str, now: datetime) -> bytes:
    """Its portrait as a JPEG, to be held against a face; the look is kept. Raises `NotFound`."""
    with unit_of_work(service.db, actor, "look at the portrait of a book", now) as tx:
        book = _within_reach(tx.read, actor, number)
        picture = picture_in(tx.read, book)
        tx.audit("passports.look", f"passport:{book.number}", {"file": "portrait"})
    if picture is None:
        raise NotFound(Fault("passports.book.portrait", "لا توجد صورة", "there is no portrait", field="portrait"))
    return as_jpeg(picture)


def picture_in(read: ReadSession, book: Passport) -> bytes | None:
    """The face on the chip of a book of ours; of a document without a chip, as it was handed in."""
    query = select(PassportFile.content).where(
        PassportFile.passport_number == book.number, PassportFile.name == "DG2.bin"
    )
    if (chip := read.exec(query).first()) is not None:
        return read_dg2(chip)[0].image
    return portrait_of(read, book.application_id) if book.application_id is not None else None


def as_jpeg(picture: bytes) -> bytes:
    """As every browser shows it; JPEG 2000 is shown by few."""
    out = io.BytesIO()
    Image.open(io.BytesIO(picture)).convert("RGB").save(out, "JPEG", quality=90)
    return out.getvalue()


def _within_reach(read: ReadSession, actor: Actor, number: str) -> Passport:
    """For who hands it over, and for who may report what became of any book."""
    if not policy.allowed(actor, REPORT):
        policy.require(actor, DELIVER)
    book = read.get(Passport, number)
    row = read.get(PassportApplication, book.application_id) if book is not None and book.application_id else None
    if book is None or not (policy.allowed(actor, REPORT) or _delivers(actor, book, row)):
        words = "لا يوجد جواز بهذا الرقم أو الرمز", "there is no passport of this number or code"
        raise NotFound(Fault("passports.not_found", *words, field="entered", clause="specs/roles.yaml"))
    return book


def _delivers(actor: Actor, book: Passport, row: PassportApplication | None) -> bool:
    office = book.office if row is None else delivery_office(book, row)
    return policy.allowed(actor, DELIVER, Subject("passport", book.number, office))


def _link(book: Passport) -> Link:
    state: DocumentState = book.state  # type: ignore[assignment]
    return Link(book.number, state, book.document_type, book.issued_on, book.expires_on, book.predecessor)
