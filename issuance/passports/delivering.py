"""The book reaches its holder: received at the office of hand-over, handed over after an identity check, then valid.

With the hand-over every earlier book of the type is no longer one to travel on, in the same transaction. A book that
nobody collects (`reminding`) is found uncollected when its time is over, goes back (`returning`) or is destroyed there,
before two people.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Annotated, Literal, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlmodel import col, select

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import digest_of
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.shapes import read_shape
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.passports.facts import PassportView
from issuance.passports.life import held_book, held_with_others, record
from issuance.passports.model import Passport, PassportApplication, PassportEvent
from issuance.passports.request import PassportRequest, read_request
from issuance.passports.views import view_of
from issuance.passports.way import held, move
from issuance.people.public import normal_number
from issuance.service import Service
from issuance.staff.public import require_not_cut_off
from issuance.stock import public as stock
from specs.errors import Conflict, Fault, Invalid, NotAllowed
from specs.schema.passport_office import DocumentState, State

DELIVER = "passports.deliver"
DESTROY = "passports.destroy"
CLAUSE = "specs/passport/office.yaml"


class Identity(BaseModel):
    """How it was made sure that it goes to the right person.

    proof: number of the paper seen: identity document, authorisation of the proxy, receipt of registered post;
    national_number: of the guardian or proxy who stands there.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    receiver: Literal["holder", "guardian", "proxy", "post"]
    method: Literal["fingerprint", "face", "document"]
    proof: str = Field(min_length=1, max_length=200)
    national_number: Annotated[str, Field(max_length=40), AfterValidator(normal_number)] | None = None


def receive(service: Service, actor: Actor, number: str, now: datetime) -> None:
    """The book came to the office of hand-over. Raises `NotFound`, `NotAllowed`, `Conflict`, `Refused` (cut off)."""
    with unit_of_work(service.db, actor, "a book came to its office", now) as tx:
        book = held_book(tx, number, "passed")
        application = _application(tx, book, "sending")
        _require(tx, actor, book, application)
        move(tx, service.spec, application, "ready")


def hand_over(service: Service, actor: Actor, number: str, identity: dict[str, object], now: datetime) -> PassportView:
    """Give the book to its holder: from now on it is valid and no earlier one is.

    Raises `NotFound`, `NotAllowed` (who made it does not hand it over), `Invalid`, `Conflict`, `Refused`
    (an office that is cut off).
    """
    seen = read_shape(Identity, identity, code="passports.deliver", clause=CLAUSE)
    with unit_of_work(service.db, actor, "hand a book over", now) as tx:
        book, others = held_with_others(tx, number, "passed")
        application = _application(tx, book, "ready")
        _require(tx, actor, book, application)
        if wrong := receiver_faults(seen, read_request(application.asked)):
            raise Invalid(*wrong)
        rules = service.spec.passport.office.documents.entries
        for earlier in others:
            if not rules[cast("DocumentState", earlier.state)].travel:
                continue
            record(tx, service.spec, earlier, "superseded", civil_day(now), office=actor.office, other=book.number)
        how = f"{seen.receiver}:{seen.method}"
        said = seen.proof if seen.national_number is None else f"{seen.proof} / {seen.national_number}"
        record(tx, service.spec, book, "active", civil_day(now), office=actor.office, reason=how, words=said)
        _replace_named(tx, service, book, now)
        move(tx, service.spec, application, "handed_over")
        return view_of(book, ())


def receiver_faults(seen: Identity, request: PassportRequest) -> list[Fault]:
    """What keeps this receiver from taking the book. A child's goes to a guardian named, or whom the court named."""
    child = bool(request.guardians) or request.court_order is not None
    found = []
    if seen.receiver in ("proxy", "post") and seen.receiver != request.delivery:
        words = "لم يُطلب التسليم بهذه الطريقة", "it was not asked to be handed over in this way"
        found.append(_fault("delivery", *words, "receiver"))
    if seen.receiver == "holder" and child:
        words = "جواز القاصر يستلمه وليه", "a child's book is handed to a guardian"
        found.append(_fault("child", *words, "receiver"))
    if seen.receiver == "guardian" and not child:
        words = "لا أولياء لبالغ", "an adult has no guardians"
        found.append(_fault("guardian", *words, "receiver"))
    if seen.receiver in ("guardian", "proxy") and seen.national_number is None:
        words = "الرقم الوطني للمستلم مطلوب", "the national number of who takes it is needed"
        found.append(_fault("receiver_number", *words, "national_number"))
    named = {one.national_number for one in request.guardians}
    if seen.receiver == "guardian" and seen.national_number and named and seen.national_number not in named:
        words = "ليس من الأولياء المذكورين في الطلب", "not a guardian that the application names"
        found.append(_fault("guardian_other", *words, "national_number"))
    if seen.receiver in ("proxy", "post") and seen.method != "document":
        words = "تُفحص بصمة صاحب الجواز أو صورته عند حضوره", "finger and face are compared when the holder is there"
        found.append(_fault("method", *words, "method"))
    return found


def uncollected(service: Service, actor: Actor, now: datetime, limit: int = 1000) -> list[str]:
    """End the wait for books whose time to be collected is over: listed, never to be handed over; their numbers.

    Each by itself: one that was handed over meanwhile is left alone.
    """
    policy.require(actor, DELIVER)
    query = select(PassportApplication.id, PassportApplication.number).where(
        PassportApplication.state == "ready", col(PassportApplication.due_at) <= now
    )
    with service.db.reading() as read:
        late = list(read.exec(query.order_by(col(PassportApplication.due_at)).limit(limit)))
    done = []
    for application_id, number in late:
        with suppress(Conflict), unit_of_work(service.db, actor, "a book was not collected in time", now) as tx:
            row = tx.session.get(PassportApplication, application_id, with_for_update=True, populate_existing=True)
            if row is None or row.state != "ready" or row.number != number or number is None:
                continue
            book = held_book(tx, number, "passed")
            record(tx, service.spec, book, "uncollected", civil_day(now), office=row.office)
            move(tx, service.spec, row, "uncollected")
            done.append(number)
    return done


def ask_destruction(service: Service, actor: Actor, number: str, words: str, now: datetime) -> str:
    """Ask a second person to see a dead book destroyed; the id of the request. Raises `NotFound`, `Conflict`: it can
    still be used, or is waited for."""
    rule = service.spec.passport.office.documents.entries["destroyed"]
    with unit_of_work(service.db, actor, "destroy a book", now) as tx:
        book = held_book(tx, number, *rule.follows)
        policy.require(actor, DESTROY, Subject("passport", book.number, place_of(tx.read, book)))
        if book.state in ("uncollected", "returned"):
            _require_waited(tx, service, book, now)
        return approvals.ask(tx, DESTROY, f"passport:{number}", _digest(book), words, proposal={"number": number})


def approve_destruction(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> str:
    """The second person saw it destroyed; its number. Raises as `core.approvals.approve`."""
    rule = service.spec.passport.office.documents.entries["destroyed"]
    with unit_of_work(service.db, actor, "destroy a book, second person", now) as tx:
        asked = approvals.approval(tx.read, approval_id, DESTROY)
        book = held_book(tx, str(asked.proposal.get("number")), *rule.follows)
        policy.require(actor, DESTROY, Subject("passport", book.number, place_of(tx.read, book)))
        approvals.approve(tx, approval_id, _digest(book), words)
        by = f"{asked.asked_by} + {actor.id}"[:1000]
        if book.blank is not None:
            stock.destroy(tx, book.blank, (asked.asked_by, actor.id), asked.id)
        record(tx, service.spec, book, "destroyed", civil_day(now), office=actor.office, words=by)
        return book.number


def _require_waited(tx: Tx, service: Service, book: Passport, now: datetime) -> None:
    query = select(PassportEvent.at).where(PassportEvent.number == book.number, PassportEvent.kind == "uncollected")
    since = tx.session.exec(query.order_by(col(PassportEvent.seq).desc())).one()
    days = service.spec.passport.office.life.destroy_after_days
    if now < since + timedelta(days=days):
        words = f"لا يتلف قبل {days} يوماً من انقضاء مهلته", f"it is kept for {days} days before it is destroyed"
        raise Conflict(_fault("kept", *words, "number"))


def _replace_named(tx: Tx, service: Service, book: Passport, now: datetime) -> None:
    """The book the application follows, of whatever type, is replaced where it still could be used or brought back."""
    row = tx.session.get(Passport, book.predecessor, with_for_update=True) if book.predecessor else None
    if row is not None and row.person_id == book.person_id and row.state in ("active", "found", "damaged"):
        record(tx, service.spec, row, "superseded", civil_day(now), office=book.office, other=book.number)


def _require(tx: Tx, actor: Actor, book: Passport, application: PassportApplication) -> None:
    policy.require(actor, DELIVER, Subject("passport", book.number, delivery_office(book, application)))
    require_not_cut_off(tx.read, actor.office, book.office, application.office)
    if actor.id == book.issued_by:
        words = "من شخصن الدفتر لا يسلمه", "who personalised the book does not hand it over"
        raise NotAllowed(_fault("same_person", *words, "number"))


def _application(tx: Tx, book: Passport, state: State) -> PassportApplication:
    """The application whose book this is now. Raises `Conflict`: another one was made for it since."""
    row = held(tx, book.application_id or "", state)
    if row.number != book.number:
        words = "أُعد لهذا الطلب دفتر آخر", "another book was made for this application"
        raise Conflict(_fault("another", *words, "number"))
    return row


def delivery_office(book: Passport, application: PassportApplication) -> str:
    """Where it is handed over."""
    return read_request(application.asked).delivery_office or book.office


def place_of(read: ReadSession, book: Passport) -> str:
    """Where a book that ended lies: where its blank was drawn once it was returned there, else at its own office."""
    return maker_of(read, book) if book.state == "returned" else book.office


def maker_of(read: ReadSession, book: Passport) -> str:
    """The office that made it, whose store the blank came from."""
    drawn = stock.fate(read, book.blank).office if book.blank is not None else None
    return drawn or book.office


def _digest(book: Passport) -> str:
    return digest_of({"number": book.number, "state": book.state, "blank": book.blank})


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.deliver.{code}", ar, en, field=field, clause=CLAUSE)
