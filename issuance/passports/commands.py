"""Issue a passport: judge, number, personalise, keep. One function a command."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.numbered import numbered
from issuance.core.numbers import NumberSeries, use
from issuance.core.policy import Subject
from issuance.core.uow import unit_of_work
from issuance.mrtd.portrait import Portrait, prepare_portrait
from issuance.mrtd.text.names import check_names
from issuance.passports import rules
from issuance.passports.application import Application, read_application, unread
from issuance.passports.document_form import DocumentForm, form_of
from issuance.passports.facts import PassportView
from issuance.passports.line_model import line_in_use
from issuance.passports.model import Passport, PassportFile
from issuance.passports.personalise import Booklet, Personalised, personalise, try_chip
from issuance.passports.predecessors import note_for, trial_note
from issuance.passports.views import issued_for, view_of
from issuance.people.public import BirthDate, national_number_faults, require_person
from issuance.service import Service
from issuance.staff.public import require_issuing_office
from specs.errors import Fault, Invalid, Refused
from specs.schema import PassportEdition, PassportSpec


def issue(
    service: Service,
    actor: Actor,
    application: dict[str, Any],
    portrait: bytes | Portrait,
    now: datetime,
    request_id: str | None = None,
) -> PassportView:
    """Issue one passport in one step: a trial, `Refused` in production, where `enrol` to `delivering` is the way.

    Raises `Invalid` with every fault of form, portrait included, `NotAllowed`, `NotFound`, `Refused` where the
    application and the register differ, `Unavailable`.

    portrait: a picture as a camera gives it, or one prepared already by the rules of the edition asked for.
    Nothing is kept when it raises but the number, which is then void with the reason. A second call with one
    `request_id` answers the passport of the first.
    """
    policy.require(actor, "passports.issue")
    if service.settings.production:
        words = (
            "الإصدار بخطوة واحدة للتجربة؛ يُصدر الجواز بطلب وقرار وفحص",
            "one step is for trials: apply, decide, check",
        )
        raise Refused(Fault("passports.issue.trial", *words, field="application", clause="docs/applications.md"))
    if request_id is not None and (made := issued_for(service, actor, request_id)) is not None:
        return made
    service.take_editions()
    today = civil_day(now)
    asked, edition, picture = judge(service.spec.passport, application, portrait, today)
    policy.require(actor, "passports.issue", Subject("passport", "new", asked.office))
    book = booklet(service, asked, edition, picture, today)
    with service.db.reading() as read:
        line = line_in_use(read, book.office.code)
    try_chip(book)  # what cannot stand on the chip costs no number
    with numbered(service.db, actor, series(book.form), f"passport:{new_id()}", service.clock) as allocation:
        book = replace(book, number=allocation.number)
        whole = personalise(book, service.keys, now, line.certificate if line else None)
        return _keep(service, actor, book, whole, line.id if line else None, now, request_id)


def booklet(
    service: Service,
    asked: Application,
    edition: PassportEdition,
    picture: Portrait,
    today: date,
    application_id: str | None = None,
) -> Booklet:
    """What the book is to say, with the note of the one it replaces; its number is still to be taken.

    application_id: None for a trial. Raises `NotFound`, `Refused` where the application and
    the register differ or the office does not issue it."""
    issued_on, form = rules.issue_day(asked, today), form_of(edition, asked.document_type)
    with service.db.reading() as read:
        office = require_issuing_office(read, asked.office, issued_on, "passports", service.spec.staff_offices)
        if wrong := list(rules.office_faults(form, office.kind)):
            raise Refused(*wrong)
        person = require_person(read, asked.national_number)
        office_rules = service.spec.passport.office
        if application_id is None:
            note = trial_note(read, person.id, asked.document_type, today, office_rules)
        else:
            note = note_for(read, application_id, office_rules)
    if differing := list(rules.register_faults(asked, person)):
        raise Refused(*differing)
    return Booklet(
        number=form.number.number(form.number.first_serial),  # stands in for the number while the chip files are tried
        edition=edition,
        application=asked,
        person=person,
        office=office,
        nationality=service.spec.identity_nationalities.name(form.nationality(asked.nationality)),
        portrait=picture,
        issued_on=issued_on,
        expires_on=form.last_day(issued_on, BirthDate.parse(asked.birth_date)),
        synthetic=person.synthetic or not service.settings.production,
        note=note,
        spec=service.spec,
    )


def series(form: DocumentForm) -> NumberSeries:
    """The numbers of documents of this form."""
    return NumberSeries(form.series, form.number.first_serial, form.number.number)


def judge(
    spec: PassportSpec, application: dict[str, Any], portrait: bytes | Portrait, today: date
) -> tuple[Application, PassportEdition, Portrait]:
    """What is asked for, its edition and the prepared portrait. Raises `Invalid` with every fault of every field.

    Judges the application by itself; whether it agrees with the register is `issue`'s to say.
    """
    asked, shape = read_application(application)
    names = asked.names
    found: list[Fault] = []
    edition = rules.edition_for(spec, None, today)
    try:
        edition = rules.edition_for(spec, asked.edition, rules.issue_day(asked, today))
    except Invalid as error:
        found += error.faults
    found += rules.faults(asked, edition, today)
    found += check_names(names.arabic.model_dump(), names.latin.model_dump(), asked.nationality)
    found += national_number_faults(asked.national_number, asked.sex, asked.birth_date, today)
    found = [*shape, *(fault for fault in found if not unread(fault, shape))]
    picture: Portrait | None = None
    try:
        picture = portrait if isinstance(portrait, Portrait) else prepare_portrait(portrait, edition.portrait)
    except Invalid as error:
        found += error.faults
    if found or picture is None:
        raise Invalid(*found)
    return asked, edition, picture


def _keep(
    service: Service,
    actor: Actor,
    book: Booklet,
    made: Personalised,
    line: str | None,
    now: datetime,
    request_id: str | None,
) -> PassportView:
    """The document, its files, the used number and the audit row, in one transaction."""
    row = Passport(
        number=book.number,
        edition=book.edition.edition,
        document_type=book.form.document_type,
        person_id=book.person.id,
        office=book.office.code,
        issued_on=book.issued_on,
        expires_on=book.expires_on,
        mrz="\n".join(made.mrz),
        intent_id=made.intent_id,
        request_id=request_id,
        issued_by=actor.id,
        issued_at=now,
        line=line,
    )
    with unit_of_work(service.db, actor, "passport application", now) as tx:
        tx.session.add(row)
        tx.session.flush()
        tx.session.add_all(
            PassportFile(passport_number=book.number, name=name, content=content)
            for name, content in made.files.items()
        )
        use(tx, book.number)
        tx.audit(
            "passports.issue",
            f"passport:{book.number}",
            {"person": book.person.id, "edition": row.edition, "intent": made.intent_id},
        )
    return view_of(row, tuple(sorted(made.files)))
