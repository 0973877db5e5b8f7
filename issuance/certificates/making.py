"""Make one certificate from compiled facts: number -> seal -> PDF -> signature -> rows, all or nothing."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func
from sqlmodel import select

from issuance.cases.public import RulingFacts
from issuance.certificates.compile import Compiled
from issuance.certificates.model import Certificate
from issuance.certificates.request import CertificateRequest
from issuance.certificates.rules import Disclosed
from issuance.certificates.signature_level import waits
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.numbered import numbered_together
from issuance.core.numbers import NumberSeries, use_together, void
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
from keys import issue_together as sign_together
from keys import prepare_together
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
    """What a certificate is made of."""

    compiled: Compiled
    request_id: str


Settle = Callable[[Tx, Mapping[str, str]], Collection[str]]
"""Done in the transaction that keeps the papers: (tx, number by id of request) -> the requests that still want one."""


def make(service: Service, actor: Actor, order: Order, settle: Settle, now: datetime) -> None:
    """Raises `Refused` (no number left), `Invalid`, `Unavailable`; the number is then void with the reason."""
    make_together(service, actor, [order], settle, now)


def make_together(service: Service, actor: Actor, orders: Sequence[Order], settle: Settle, now: datetime) -> None:
    """The papers of several requests of one office: all are made, or none and no number is used. Raises as `make`."""
    on, code = civil_day(now), orders[0].office.code
    spec = service.spec.certificate_certificate
    series = NumberSeries(f"certificate:{on.year}:{code}", 1, lambda count: serial(spec.serial, on.year, code, count))
    references = [f"certificate:{order.request_id}" for order in orders]
    with numbered_together(service.db, actor, series, references, service.clock) as taken:
        numbers = [allocation.number for allocation in taken]
        _keep(service, actor, orders, _papers(service, actor, orders, numbers, now), settle, now)


def _papers(
    service: Service, actor: Actor, orders: Sequence[Order], numbers: Sequence[str], now: datetime
) -> list[Certificate]:
    """Sealed, set and signed, in the order given; without a place in the status list."""
    spec, on = service.spec.certificate_certificate, civil_day(now)
    data = [certificate_data(order, number, on, service) for order, number in zip(orders, numbers, strict=True)]
    both = list(zip(orders, data, strict=True))
    seals = sign_together(prepare_together(service.keys, [_seal(service, *one) for one in both], now), now)
    addresses = [seal_url(service.settings.base_url, seal.artefact, service.spec.certificate_seal) for seal in seals]
    attachments = [attachment_json(one) for one in data]
    unsigned = [
        PdfRequest(
            f"certificate:{said.number}",
            render_certificate(
                said,
                spec,
                portrait=_portrait(order.person),
                seal_url=address,
                attachment=attachment,
                timestamp=now.replace(microsecond=0),
                level=_level(order, service),
            ),
            spec.title.ar,
            order.office.arabic,
        )
        for (order, said), address, attachment in zip(both, addresses, attachments, strict=True)
    ]
    signed = sign_together(prepare_together(service.keys, unsigned, now), now)
    return [
        Certificate(
            number=said.number,
            person_id=order.person.id,
            office=order.office.code,
            purpose=order.asked.purpose,
            level=order.asked.level,
            outcome=said.outcome,
            rule_version=order.disclosed.rule_version,
            issued_on=said.issued_on,
            expires_on=said.expires_on,
            data=attachment.decode(),
            compiled=order.compiled.text(),
            seal=address,
            pdf=paper.artefact,
            pdf_level=paper.level,
            pdf_waits=waits(paper),
            seal_intent_id=seal.intent_id,
            pdf_intent_id=paper.intent_id,
            request_id=order.request_id,
            issued_by=actor.id,
            issued_at=now,
        )
        for (order, said), seal, address, attachment, paper in zip(
            both, seals, addresses, attachments, signed, strict=True
        )
    ]


def _keep(
    service: Service, actor: Actor, orders: Sequence[Order], rows: Sequence[Certificate], settle: Settle, now: datetime
) -> None:
    """In one transaction. A number whose request another turn was quicker to issue is void."""
    with unit_of_work(service.db, actor, f"certificate for {orders[0].asked.purpose}", now) as tx:
        wanted = settle(tx, {order.request_id: row.number for order, row in zip(orders, rows, strict=True)})
        index, kept = _next_index(tx), list[str]()
        for order, row in zip(orders, rows, strict=True):
            if order.request_id not in wanted:
                void(tx, row.number, "certificates.request.moved_on")
                continue
            row.status_index, index = index, index + 1
            tx.session.add(row)
            kept.append(row.number)
            tx.audit(
                "certificates.issue",
                f"certificate:{row.number}",
                {
                    "person": order.person.id,
                    "outcome": row.outcome,
                    "level": order.asked.level,
                    "rule_version": order.disclosed.rule_version,
                    "shown": [r.id for r in order.disclosed.shown],
                    "left_out": [{"ruling": e.ruling.id, "reason": e.reason} for e in order.disclosed.left_out],
                },
            )
        use_together(tx, kept)


def _seal(service: Service, order: Order, data: CertificateData) -> SealRequest:
    return SealRequest(
        reference=f"certificate:{data.number}",
        number=data.number,
        name_arabic=order.person.arabic.full,
        name_latin=data.latin_name,
        birth_date=data.birth_date,
        national_number=order.person.national_number,
        issued_on=data.issued_on,
        expires_on=data.expires_on,
        outcome=data.outcome,
        verifier=service.settings.base_url,
        spec=service.spec.certificate_seal,
    )


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
        latin_name=person.latin.full,
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
