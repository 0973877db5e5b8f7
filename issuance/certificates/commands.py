"""Issue a criminal-status certificate: snapshot -> disclosure -> seal -> PDF -> signature -> rows."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from issuance.cases.public import RulingFacts, rulings_of
from issuance.certificates.facts import CertificateView
from issuance.certificates.model import Certificate
from issuance.certificates.request import CertificateRequest, read_request
from issuance.certificates.rules import Disclosed, Question, disclose
from issuance.certificates.views import issued_for, view_of
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.numbered import numbered
from issuance.core.numbers import NumberSeries, use
from issuance.core.policy import Subject
from issuance.core.uow import unit_of_work
from issuance.documents.attachment import attachment_json
from issuance.documents.certificate import (
    BilingualText,
    CertificateData,
    RulingRow,
    disclosed_national_number,
    render_certificate,
)
from issuance.documents.printable import text_faults
from issuance.documents.serial import serial
from issuance.people.public import PersonFacts, require_person
from issuance.service import Service
from issuance.staff.public import OfficeFacts, require_issuing_office
from keys import issue as sign
from keys import prepare
from keys.pdf import PdfRequest
from keys.seal import SealRequest, seal_url
from specs.errors import Fault, Invalid
from specs.schema.certificate import CertificateSpec, FieldId


def issue(
    service: Service, actor: Actor, request: dict[str, Any], now: datetime, request_id: str | None = None
) -> CertificateView:
    """Issue one certificate at `now`. Raises `Invalid`, `NotAllowed`, `NotFound`, `Refused`, `Unavailable`.

    Nothing is kept when it raises but the number, which is then void with the reason. A second call with one
    `request_id` answers the certificate of the first.
    """
    policy.require(actor, "certificates.issue")
    if request_id is not None and (made := issued_for(service, actor, request_id)) is not None:
        return made
    asked = read_request(request)
    with service.db.reading() as read:
        code = asked.office or actor.office or ""
        office = require_issuing_office(read, code, civil_day(now), "certificates", service.spec.staff_offices)
        policy.require(actor, "certificates.issue", Subject("certificate", "new", office.code))
        person = require_person(read, asked.national_number)
        rulings = rulings_of(read, person.id)
    spec = service.spec.certificate_certificate
    on = civil_day(now)
    if found := _faults(asked, person, spec):
        raise Invalid(*found)
    rule = service.spec.certificate_disclosure.on(on)
    disclosed = disclose(rulings, person.birth_date, rule, Question("person", asked.purpose, on))
    series = NumberSeries(
        f"certificate:{on.year}:{office.code}", 1, lambda count: serial(spec.serial, on.year, office.code, count)
    )
    with numbered(service.db, actor, series, f"certificate:{new_id()}", service.clock) as allocation:
        return _make(service, actor, asked, person, office, disclosed, allocation.number, now, request_id)


def _make(
    service: Service,
    actor: Actor,
    asked: CertificateRequest,
    person: PersonFacts,
    office: OfficeFacts,
    disclosed: Disclosed,
    number: str,
    now: datetime,
    request_id: str | None,
) -> CertificateView:
    spec, reference, on = service.spec.certificate_certificate, f"certificate:{number}", civil_day(now)
    data = certificate_data(asked, person, office, disclosed, number, on, service)
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
    )
    signed = sign(prepare(service.keys, PdfRequest(reference, unsigned, spec.title.ar, office.arabic), now), now)
    row = Certificate(
        number=number,
        person_id=person.id,
        office=office.code,
        purpose=asked.purpose,
        outcome=data.outcome,
        rule_version=disclosed.rule_version,
        issued_on=data.issued_on,
        expires_on=data.expires_on,
        data=attachment.decode(),
        seal=address,
        pdf=signed.artefact,
        seal_intent_id=seal.intent_id,
        pdf_intent_id=signed.intent_id,
        request_id=request_id,
        issued_by=actor.id,
        issued_at=now,
    )
    with unit_of_work(service.db, actor, f"certificate for {asked.purpose}", now) as tx:
        tx.session.add(row)
        use(tx, number)
        tx.audit(
            "certificates.issue",
            reference,
            {
                "person": person.id,
                "outcome": data.outcome,
                "rule_version": disclosed.rule_version,
                "shown": [r.id for r in disclosed.shown],
                "left_out": [{"ruling": e.ruling.id, "reason": e.reason} for e in disclosed.left_out],
            },
        )
    return view_of(row)


def certificate_data(
    asked: CertificateRequest,
    person: PersonFacts,
    office: OfficeFacts,
    disclosed: Disclosed,
    number: str,
    on: date,
    service: Service,
) -> CertificateData:
    """What the certificate says, from the register's facts and the request."""
    spec = service.spec.certificate_certificate
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
        office=BilingualText(office.arabic, office.english),
        outcome="entries" if disclosed.outcome == "entries" else "clear",
        rulings=tuple(_row(r) for r in disclosed.shown),
        synthetic=person.synthetic or not service.settings.production,
    )


def last_valid_day(issued_on: date, months: int) -> date:
    """`months` after `issued_on`; a day that the month lacks becomes its last (30 November + 3 = 28 February)."""
    year, month = divmod(issued_on.year * 12 + issued_on.month - 1 + months, 12)
    return date(year, month + 1, min(issued_on.day, calendar.monthrange(year, month + 1)[1]))


def _row(ruling: RulingFacts) -> RulingRow:
    return RulingRow(
        court=BilingualText(ruling.court_arabic, ruling.court_english),
        case_number=ruling.case_number,
        ruled_on=ruling.ruled_on,
        offence=BilingualText(ruling.offence_arabic, ruling.offence_english),
        penalty=BilingualText(ruling.penalty_arabic, ruling.penalty_english),
    )


def _portrait(person: PersonFacts) -> bytes:
    assert person.portrait is not None  # noqa: S101 - `_faults` refused a person without one
    return person.portrait


def _faults(asked: CertificateRequest, person: PersonFacts, spec: CertificateSpec) -> list[Fault]:
    found = []
    purposes = {item.id: item for item in spec.purposes.items}
    if asked.purpose not in purposes:
        known = "، ".join(purposes)
        found.append(
            _fault("purpose.unknown", "purpose", f"غرض غير معروف؛ المتاح: {known}", f"one of {', '.join(purposes)}")
        )
    elif purposes[asked.purpose].free_text != (asked.purpose_text is not None):
        ar, en = (
            ("يجب كتابة الغرض", "write the purpose in words")
            if purposes[asked.purpose].free_text
            else ("هذا الغرض له عبارة محددة فلا يكتب غيرها", "this purpose has a fixed wording; leave the text out")
        )
        found.append(_fault("purpose.text", "purpose_text", ar, en))
    found += _text_faults(asked, spec)
    if person.portrait is None:
        found.append(
            _fault(
                "portrait.missing", "national_number", "لا توجد صورة مسجلة لهذا الشخص", "the record holds no portrait"
            )
        )
    return found


def _text_faults(asked: CertificateRequest, spec: CertificateSpec) -> Iterator[Fault]:
    """What cannot be printed, found before a number is taken and the seal is signed."""
    texts: list[tuple[FieldId, str, str | None]] = [
        ("addressee", "addressee.ar", asked.addressee.ar),
        ("addressee", "addressee.en", asked.addressee.en),
        ("passport_number", "passport_number", asked.passport_number),
    ]
    if asked.purpose_text is not None:
        texts.append(("purpose", "purpose_text.ar", asked.purpose_text.ar))
        texts.append(("purpose", "purpose_text.en", asked.purpose_text.en))
    for field, where, text in texts:
        if text is not None:
            clause = spec.field(field)
            for fault in text_faults(where, text, clause.maximum_characters):
                yield replace(fault, clause=clause.source)
            yield from _script_faults(where, text, spec)


def _script_faults(where: str, text: str, spec: CertificateSpec) -> Iterator[Fault]:
    """Arabic texts hold Arabic letters, English ones Latin letters and no Arabic, none a sign of markup."""
    rule = spec.request_texts
    if where == "passport_number":
        if re.fullmatch(rule.passport_number_pattern, text, re.ASCII) is None:
            ar, en = "ليس رقم جواز سفر", f"no passport has this number ({rule.passport_number_pattern})"
            yield _fault("passport_number", where, ar, en)
        return
    if strange := [sign for sign in rule.forbidden_characters if sign in text]:
        ar, en = f"علامات لا تطبع: {' '.join(strange)}", f"signs that are not printed: {' '.join(strange)}"
        yield _fault("text.marks", where, ar, en)
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in text if c.isalpha()}
    if where.endswith(".ar") and "ARABIC" not in scripts:
        yield _fault("text.script", where, "يُكتب بحروف عربية", "write it in Arabic letters")
    if where.endswith(".en") and ("ARABIC" in scripts or "LATIN" not in scripts):
        yield _fault("text.script", where, "يُكتب بحروف لاتينية", "write it in Latin letters")


def _fault(code: str, field: str, ar: str, en: str) -> Fault:
    return Fault(code=f"certificates.{code}", field=field, clause="certificate/certificate.yaml", ar=ar, en=en)
