"""Make one certificate from compiled facts: number -> seal -> PDF -> signature -> rows, all or nothing."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import select

from issuance.cases.public import RulingFacts
from issuance.certificates.compile import Compiled
from issuance.certificates.facts import CertificateView
from issuance.certificates.model import Certificate
from issuance.certificates.request import CertificateRequest
from issuance.certificates.rules import Disclosed
from issuance.certificates.signature_level import waits
from issuance.certificates.views import view_of
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.numbered import numbered
from issuance.core.numbers import NumberSeries, use
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import lock
from issuance.documents.attachment import attachment_json
from issuance.documents.certificate import (
    BilingualText,
    CertificateData,
    RulingRow,
    disclosed_national_number,
    render_certificate,
    render_preview,
)
from issuance.documents.serial import serial
from issuance.people.public import PersonFacts
from issuance.service import Service
from issuance.staff.public import OfficeFacts
from keys import issue as sign
from keys import prepare
from keys.pdf import PdfRequest
from keys.seal import SealRequest, seal_url


@dataclass(frozen=True, slots=True)
class Contents:
    """What a certificate says, but for its number."""

    asked: CertificateRequest
    person: PersonFacts
    office: OfficeFacts
    disclosed: Disclosed


@dataclass(frozen=True, slots=True)
class Order(Contents):
    """What a certificate is made of. settle: done in the transaction that keeps it, with its number."""

    compiled: Compiled
    request_id: str
    settle: Callable[[Tx, str], None]


def make(service: Service, actor: Actor, order: Order, now: datetime) -> CertificateView:
    """Raises `Refused` (no number left), `Invalid`, `Unavailable`; the number is then void with the reason."""
    on, code = civil_day(now), order.office.code
    spec = service.spec.certificate_certificate
    series = NumberSeries(f"certificate:{on.year}:{code}", 1, lambda count: serial(spec.serial, on.year, code, count))
    with numbered(service.db, actor, series, f"certificate:{order.request_id}", service.clock) as allocation:
        return _make(service, actor, order, allocation.number, now)


def _make(service: Service, actor: Actor, order: Order, number: str, now: datetime) -> CertificateView:
    spec, reference, on, person = (
        service.spec.certificate_certificate,
        f"certificate:{number}",
        civil_day(now),
        order.person,
    )
    data = certificate_data(order, number, on, service)
    seal = sign(
        prepare(
            service.keys,
            SealRequest(
                reference=reference,
                number=number,
                name_arabic=person.arabic.full,
                name_latin=data.latin_name,
                birth_date=data.birth_date,
                national_number=person.national_number,
                issued_on=data.issued_on,
                expires_on=data.expires_on,
                outcome=data.outcome,
                verifier=service.settings.base_url,
                spec=service.spec.certificate_seal,
            ),
            now,
        ),
        now,
    )
    address = seal_url(service.settings.base_url, seal.artefact, service.spec.certificate_seal)
    attachment = attachment_json(data)
    unsigned = render_certificate(
        data,
        spec,
        portrait=_portrait(person),
        seal_url=address,
        attachment=attachment,
        timestamp=now.replace(microsecond=0),
        level=_level(order, service),
    )
    signed = sign(prepare(service.keys, PdfRequest(reference, unsigned, spec.title.ar, order.office.arabic), now), now)
    row = Certificate(
        number=number,
        person_id=person.id,
        office=order.office.code,
        purpose=order.asked.purpose,
        level=order.asked.level,
        outcome=data.outcome,
        rule_version=order.disclosed.rule_version,
        issued_on=data.issued_on,
        expires_on=data.expires_on,
        data=attachment.decode(),
        compiled=order.compiled.text(),
        seal=address,
        pdf=signed.artefact,
        pdf_level=signed.level,
        pdf_waits=waits(signed),
        seal_intent_id=seal.intent_id,
        pdf_intent_id=signed.intent_id,
        request_id=order.request_id,
        issued_by=actor.id,
        issued_at=now,
    )
    with unit_of_work(service.db, actor, f"certificate for {order.asked.purpose}", now) as tx:
        row.status_index = _next_index(tx)
        tx.session.add(row)
        use(tx, number)
        order.settle(tx, number)
        tx.audit(
            "certificates.issue",
            reference,
            {
                "person": person.id,
                "outcome": data.outcome,
                "level": order.asked.level,
                "rule_version": order.disclosed.rule_version,
                "shown": [r.id for r in order.disclosed.shown],
                "left_out": [{"ruling": e.ruling.id, "reason": e.reason} for e in order.disclosed.left_out],
            },
        )
        return view_of(row)


def preview(contents: Contents, now: datetime, service: Service) -> bytes:
    """A PDF of what would be printed now: no number, seal or signature, marked across. Nothing is kept."""
    spec = service.spec.certificate_certificate
    data = certificate_data(contents, "", civil_day(now), service)
    stamp, level = now.replace(microsecond=0), _level(contents, service)
    return render_preview(data, spec, portrait=_portrait(contents.person), timestamp=stamp, level=level)


def _level(contents: Contents, service: Service) -> BilingualText:
    """To whom the record is disclosed, as the rule of this certificate names it."""
    rule = service.spec.certificate_disclosure.version(contents.disclosed.rule_version)
    title = rule.levels[contents.asked.level].title
    return BilingualText(title.ar, title.en)


def certificate_data(order: Contents, number: str, on: date, service: Service) -> CertificateData:
    """What the certificate says, from the register's facts and the request."""
    spec, person, asked = service.spec.certificate_certificate, order.person, order.asked
    purpose = next(item for item in spec.purposes.items if item.id == asked.purpose)
    nationality = service.spec.identity_nationalities.name(person.nationality)
    return CertificateData(
        number=number,
        issued_on=on,
        expires_on=last_valid_day(on, spec.validity.months),
        arabic_name=(person.arabic.first, person.arabic.father, person.arabic.grandfather, person.arabic.family),
        latin_name=f"{person.latin.given} {person.latin.surname}",
        sex="F" if person.sex == "F" else "M",
        birth_date=person.birth_date.iso(),
        birth_place=BilingualText(person.birth_place_arabic, person.birth_place_latin),
        nationality=BilingualText(nationality.ar, nationality.en),
        national_number=disclosed_national_number(person.national_number, spec),
        passport_number=asked.passport_number,
        purpose=BilingualText(asked.purpose_text.ar, asked.purpose_text.en)
        if asked.purpose_text
        else BilingualText(purpose.name.ar, purpose.name.en),
        addressee=BilingualText(asked.addressee.ar, asked.addressee.en),
        office=BilingualText(order.office.arabic, order.office.english),
        outcome="entries" if order.disclosed.outcome == "entries" else "clear",
        rulings=tuple(ruling_row(r) for r in order.disclosed.shown),
        synthetic=person.synthetic or not service.settings.production,
    )


def last_valid_day(issued_on: date, months: int) -> date:
    """`months` after `issued_on`; a day that the month lacks becomes its last (30 November + 3 = 28 February)."""
    year, month = divmod(issued_on.year * 12 + issued_on.month - 1 + months, 12)
    return date(year, month + 1, min(issued_on.day, calendar.monthrange(year, month + 1)[1]))


def ruling_row(ruling: RulingFacts) -> RulingRow:
    """A ruling as it is printed."""
    return RulingRow(
        court=BilingualText(ruling.court_arabic, ruling.court_english),
        case_number=ruling.case_number,
        ruled_on=ruling.ruled_on,
        offence=BilingualText(ruling.offence_arabic, ruling.offence_english),
        penalty=BilingualText(ruling.penalty_arabic, ruling.penalty_english),
    )


def _portrait(person: PersonFacts) -> bytes:
    assert person.portrait is not None  # noqa: S101 - nobody without one comes this far
    return person.portrait


def _next_index(tx: Tx) -> int:
    """The next place in the status list; places are given one after the other and never again."""
    lock(tx.session, "certificates:status")
    last = tx.session.exec(select(func.max(Certificate.status_index))).one()
    return 0 if last is None else last + 1
