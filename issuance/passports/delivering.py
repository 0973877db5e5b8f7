"""The book reaches its holder: received at the office of hand-over, handed over after an identity check, then valid.

With the hand-over the earlier book is no longer one to travel on, in the same transaction.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.shapes import read_shape
from issuance.core.uow import Tx, unit_of_work
from issuance.passports.facts import PassportView
from issuance.passports.life import held_book, record
from issuance.passports.model import Passport
from issuance.passports.request import read_request
from issuance.passports.views import view_of
from issuance.passports.way import held, move
from issuance.service import Service
from specs.errors import Fault, Invalid, NotAllowed

DELIVER = "passports.deliver"
CLAUSE = "specs/passport/office.yaml"


class Identity(BaseModel):
    """How it was made sure that it goes to the right person. proof: number of the paper seen (identity document,
    authorisation of the proxy, receipt of registered post)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    receiver: Literal["holder", "guardian", "proxy", "post"]
    method: Literal["fingerprint", "face", "document"]
    proof: str = Field(min_length=1, max_length=200)


def receive(service: Service, actor: Actor, number: str, now: datetime) -> None:
    """The book came to the office of hand-over. Raises `NotFound`, `NotAllowed`, `Conflict`."""
    with unit_of_work(service.db, actor, "a book came to its office", now) as tx:
        book = held_book(tx, number, "passed")
        application = held(tx, book.application_id or "", "sending")
        _require(actor, book)
        move(tx, service.spec, application, "ready")


def hand_over(service: Service, actor: Actor, number: str, identity: dict[str, object], now: datetime) -> PassportView:
    """Give the book to its holder: from now on it is valid and the earlier one is not.

    Raises `NotFound`, `NotAllowed` (who made or checked it does not hand it over), `Invalid`, `Conflict`.
    """
    seen = read_shape(Identity, identity, code="passports.deliver", clause=CLAUSE)
    with unit_of_work(service.db, actor, "hand a book over", now) as tx:
        book = held_book(tx, number, "passed")
        application = held(tx, book.application_id or "", "ready")
        _require(actor, book)
        wanted = read_request(application.asked).delivery
        if seen.receiver in ("proxy", "post") and seen.receiver != wanted:
            words = "لم يُطلب التسليم بهذه الطريقة", "it was not asked to be handed over in this way"
            raise Invalid(_fault("delivery", *words, "receiver"))
        how = f"{seen.receiver}:{seen.method}"
        today = civil_day(now)
        record(tx, service.spec, book, "active", today, office=actor.office, reason=how, words=seen.proof)
        supersede(tx, service, book, now)
        move(tx, service.spec, application, "handed_over")
        return view_of(book, ())


def supersede(tx: Tx, service: Service, book: Passport, now: datetime) -> None:
    """The earlier book it follows is replaced, where it is ours and can still be."""
    earlier = tx.session.get(Passport, book.predecessor, with_for_update=True) if book.predecessor else None
    follows = service.spec.passport.office.documents.entries["superseded"].follows
    if earlier is not None and earlier.state in follows:
        record(tx, service.spec, earlier, "superseded", civil_day(now), office=book.office, other=book.number)


def _require(actor: Actor, book: Passport) -> None:
    policy.require(actor, DELIVER, Subject("passport", book.number, book.office))
    if actor.id == book.issued_by:
        words = "من شخصن الدفتر لا يسلمه", "who personalised the book does not hand it over"
        raise NotAllowed(_fault("same_person", *words, "number"))


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.deliver.{code}", ar, en, field=field, clause=CLAUSE)
