"""A book is made for an approved application: a blank is drawn, a number taken, everything signed, then kept as one.

First the application is claimed with number and blank, committed; then keys are used; then the book is kept. What a
power cut leaves between is undone by `recover`: the number is void, the blank goes back, the application waits again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.numbered import numbered
from issuance.core.numbers import use
from issuance.core.policy import Subject
from issuance.core.uow import unit_of_work
from issuance.db.tables import NumberAllocation
from issuance.passports import checking, checks
from issuance.passports.commands import booklet, series
from issuance.passports.enrol import judged, portrait_of, readable
from issuance.passports.facts import PassportView
from issuance.passports.life import record
from issuance.passports.line_model import line_in_use
from issuance.passports.lines import require_usable
from issuance.passports.model import Passport, PassportApplication, PassportFile
from issuance.passports.personalise import Booklet, Personalised, chip_key, personalise, try_chip
from issuance.passports.views import view_of
from issuance.passports.way import held, move
from issuance.service import Service
from issuance.staff.public import require_not_cut_off
from issuance.stock import public as stock
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Refused

MAKE = "passports.personalise"
NO_BLANK = "passports.produce.no_blank"
GRACE = timedelta(minutes=5)
"""A claim younger than that may belong to a process that still works."""


def produce(
    service: Service, actor: Actor, application_id: str, now: datetime, *, blank: str | None = None
) -> PassportView:
    """Make the book of an approved application. blank: the one in hand, None: the next of the maker's store.

    Everything is checked again now: the registry record, bans, the office. Raises `NotFound`, `NotAllowed`, `Conflict`
    (moved on), `Refused` (no blank; something stands against it, which is then held), `Unavailable`. What no book can
    be made of any more (its edition or office ended, its day of issue is too old) waits for a decision again.
    """
    with service.db.reading() as read:
        row = readable(read, actor, application_id, MAKE)
        asked, picture = row.asked, portrait_of(read, application_id)
    service.take_editions()
    if checking.stands_against(service, application_id, now):
        words = "ظهر مانع جديد فأوقف الطلب", "something new stands against it: the application is held"
        raise Refused(Fault("passports.produce.held", *words, field="application", clause=checking.CLAUSE))
    try:
        whole = judged(service, asked, picture or b"", now)
        book = booklet(service, whole.asked, whole.edition, whole.portrait, civil_day(now), application_id)
        try_chip(book)  # what cannot stand on the chip costs no number and no blank
    except (Invalid, NotFound, Refused) as error:
        _decide_anew(service, application_id, error.faults, now)
        raise
    store = actor.office or book.office.code
    _require_blank(service, store, book.form.blank)
    with service.db.reading() as read:
        line = line_in_use(read, store)
    if line is not None or (service.settings.production and chip_key(book) is not None):
        require_usable(service, store, line.certificate if line else None, now)
    with numbered(service.db, actor, series(book.form), f"passport:{application_id}", service.clock) as allocation:
        book = replace(book, number=allocation.number)
        drawn = _claim(service, actor, application_id, book, store, blank, now)
        try:
            made = personalise(book, service.keys, now, line.certificate if line else None)
            return _keep(service, actor, application_id, book, drawn, made, line.id if line else None, now)
        except IssuanceError:
            _release(service, actor, application_id, book.number, now)
            raise


def _decide_anew(service: Service, application_id: str, faults: tuple[Fault, ...], now: datetime) -> None:
    """Nothing would ever be made of it: an officer returns or refuses it, and sees why."""
    with unit_of_work(service.db, checks.SERVICE, "no book can be made of an application", now) as tx:
        row = held(tx, application_id, "approved")
        move(tx, service.spec, row, "deciding", reason="changed", faults=faults)


def _require_blank(service: Service, store: str, kind: str) -> None:
    """No number is taken where there is no blank for it. Raises `Refused`."""
    with service.db.reading() as read:
        if not stock.usable(read, store, kind):
            title = service.spec.passport.stock.blanks.entries[kind].title
            words = f"لا {title.ar} في مخزن {store}", f"the store of {store} has no blank to draw: {title.en}"
            raise Refused(Fault(NO_BLANK, *words, field="office", clause=checking.CLAUSE))


def recover(service: Service, actor: Actor, now: datetime, grace: timedelta = GRACE) -> list[str]:
    """Undo what a killed process left: applications claimed for longer than `grace` without a book; their numbers.

    One that cannot be undone (its blank was written off meanwhile) stays and is late. Raises `NotAllowed`.
    """
    policy.require(actor, "signing.sweep")
    return settle_interrupted(service, now, grace, actor)


def settle_interrupted(
    service: Service, now: datetime, grace: timedelta = GRACE, actor: Actor = checks.SERVICE
) -> list[str]:
    """The same, as the service does by itself."""
    query = (
        select(PassportApplication.id, PassportApplication.number)
        .join(NumberAllocation, col(NumberAllocation.number) == col(PassportApplication.number))
        .where(
            PassportApplication.state == "production",
            col(PassportApplication.since) < now - grace,
            NumberAllocation.state != "used",
        )
    )
    with service.db.reading() as read:
        left = list(read.exec(query).all())
    released = []
    for application_id, number in left:
        with suppress(NotFound, Refused):
            _release(service, actor, application_id, number or "", now)
            released.append(number or "")
    return released


def _claim(
    service: Service, actor: Actor, application_id: str, book: Booklet, store: str, blank: str | None, now: datetime
) -> str:
    """The application is this maker's, with a number and a blank. Raises `Conflict`, `Refused`."""
    with unit_of_work(service.db, actor, "make a book", now) as tx:
        row = held(tx, application_id, "approved")
        policy.require(actor, MAKE, Subject("passport_application", row.id, row.office))
        require_not_cut_off(tx.read, row.office, actor.office, store)
        drawn = stock.draw(tx, store, book.number, blank, kind=book.form.blank)
        row.number = book.number
        move(tx, service.spec, row, "production")
        return drawn


def _release(service: Service, actor: Actor, application_id: str, number: str, now: datetime) -> None:
    """Nothing was kept: the blank goes back and the application waits for personalisation again."""
    with unit_of_work(service.db, actor, "a book was not made", now) as tx:
        row = held(tx, application_id)
        if row.state == "production" and row.number == number and tx.session.get(Passport, number) is None:
            stock.give_back(tx, number)
            row.number = None
            move(tx, service.spec, row, "approved")


def _keep(
    service: Service,
    actor: Actor,
    application_id: str,
    book: Booklet,
    blank: str,
    made: Personalised,
    line: str | None,
    now: datetime,
) -> PassportView:
    """The book, its files, the used number and the audit row, in one transaction."""
    with unit_of_work(service.db, actor, "a book was made", now) as tx:
        row = held(tx, application_id, "production")
        if row.number != book.number:  # a slow process: `recover` gave the application to another book
            words = "أُعيد الطلب إلى الانتظار أثناء الإعداد", "the application was released while the book was made"
            raise Conflict(Fault("passports.produce.released", *words, field="application", clause=checking.CLAUSE))
        kept = Passport(
            number=book.number,
            edition=book.edition.edition,
            document_type=row.document_type,
            person_id=book.person.id,
            office=book.office.code,
            issued_on=book.issued_on,
            expires_on=book.expires_on,
            mrz="\n".join(made.mrz),
            intent_id=made.intent_id,
            issued_by=actor.id,
            issued_at=now,
            application_id=row.id,
            blank=blank,
            line=line,
            predecessor=book.note.number if book.note is not None else None,
            state="produced",
        )
        tx.session.add(kept)
        tx.session.flush()
        tx.session.add_all(
            PassportFile(passport_number=book.number, name=name, content=content)
            for name, content in made.files.items()
        )
        record(tx, service.spec, kept, "produced", book.issued_on, office=actor.office)
        use(tx, book.number)
        tx.audit(MAKE, f"passport:{book.number}", {"application": row.id, "intent": made.intent_id})
        return view_of(kept, tuple(sorted(made.files)))
