"""The signed, reasoned refusal of a request: number -> PDF -> signature -> row, all or nothing; and who may read it.

What it says follows from the request and the decision of two officers; nothing is decided here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import col, select

from issuance.certificates.life import RequestView, tracking_digest, unknown
from issuance.certificates.model import CertificateRefusal, Request
from issuance.certificates.request import CertificateRequest
from issuance.certificates.signature_level import waits
from issuance.core import policy
from issuance.core.actor import PUBLIC, Actor
from issuance.core.civil import civil_day
from issuance.core.numbered import numbered
from issuance.core.numbers import NumberSeries, use
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.documents.certificate import BilingualText, disclosed_national_number
from issuance.documents.refusal import RefusalData, refusal_json, render_refusal
from issuance.documents.serial import serial
from issuance.people.public import PersonFacts
from issuance.service import Service
from issuance.staff.public import OfficeFacts
from keys import issue as sign
from keys import prepare
from keys.pdf import PdfRequest
from specs.errors import NotFound
from specs.schema.base import Bilingual


@dataclass(frozen=True, slots=True)
class Decided:
    """A request to be refused. view: it, with reason and words of the decision; settle: done as its row is kept;
    upholds: the number of the refusal that is upheld after a grievance."""

    view: RequestView
    asked: CertificateRequest
    person: PersonFacts
    office: OfficeFacts
    settle: Callable[[Tx, str], None]
    upholds: str | None = None


def make(service: Service, actor: Actor, decided: Decided, now: datetime) -> str:
    """The number. Raises `Refused` (no number left), `Invalid`, `Unavailable`; the number is then void with why."""
    on, code, rule = civil_day(now), decided.office.code, service.spec.certificate_requests.refusal
    shape = service.spec.certificate_certificate.serial.model_copy(update={"series": rule.series})
    series = NumberSeries(f"refusal:{on.year}:{code}", 1, lambda count: serial(shape, on.year, code, count))
    reference = f"certificate_request:{decided.view.id}"
    times = sum(step.after == "refusing" for step in decided.view.steps)  # once more after a grievance
    purpose = f"refusal:{decided.view.id}" + (f":{times}" if times > 1 else "")
    with numbered(service.db, actor, series, purpose, service.clock) as allocation:
        number = allocation.number
        data = refusal_data(service, decided, number, on)
        attachment = refusal_json(data)
        letter = service.spec.certificate_certificate
        stamp = now.replace(microsecond=0)
        unsigned = render_refusal(data, letter, rule, attachment=attachment, timestamp=stamp)
        title = rule.title if decided.upholds is None else rule.upheld.title
        asked = PdfRequest(f"refusal:{number}", unsigned, title.ar, decided.office.arabic)
        signed = sign(prepare(service.keys, asked, now), now)
        row = CertificateRefusal(
            number=number,
            request_id=decided.view.id,
            upholds=decided.upholds,
            person_id=decided.person.id,
            office=code,
            reason=decided.view.reason or "",
            decided_on=on,
            appeal_until=data.appeal_until,
            data=attachment.decode(),
            pdf=signed.artefact,
            pdf_level=signed.level,
            pdf_waits=waits(signed),
            pdf_intent_id=signed.intent_id,
            refused_at=now,
        )
        with unit_of_work(service.db, actor, "a request for a certificate is refused", now) as tx:
            tx.session.add(row)
            use(tx, number)
            decided.settle(tx, number)
            tx.audit("certificates.refuse", reference, {"number": number, "reason": row.reason})
        return number


def refusal_data(service: Service, decided: Decided, number: str, on: date) -> RefusalData:
    """What the refusal says. Names the office that decided, never the officers."""
    view, person, asked = decided.view, decided.person, decided.asked
    letter, rules = service.spec.certificate_certificate, service.spec.certificate_requests
    purpose = next(item for item in letter.purposes.items if item.id == asked.purpose)
    reason, rule = view.reason or "", rules.refusal
    appeal = rule if decided.upholds is None else rule.upheld
    return RefusalData(
        number=number,
        name=BilingualText(person.arabic.full, person.latin.full),
        national_number=disclosed_national_number(person.national_number, letter),
        birth_date=person.birth_date.iso(),
        purpose=BilingualText(asked.purpose_text.ar, asked.purpose_text.en)
        if asked.purpose_text
        else _both(purpose.name),
        addressee=BilingualText(asked.addressee.ar, asked.addressee.en),
        requested_on=civil_day(view.requested_at),
        request=view.id,
        reason=_both(rules.reasons.entries[reason]),
        words=view.words or "",
        legal_basis=_both(rule.legal_basis[reason]),
        office=BilingualText(decided.office.arabic, decided.office.english)
        if decided.upholds is None
        else _both(rule.upheld.decided_by),
        decided_on=on,
        appeal_to=_both(appeal.appeal_to),
        appeal_until=on + timedelta(days=appeal.appeal_days),
        synthetic=person.synthetic or not service.settings.production,
        upholds=decided.upholds,
    )


def refusal_pdf(service: Service, actor: Actor, number: str, now: datetime) -> bytes:
    """The signed PDF for officers of the reach; the read is kept. Raises `NotFound`, `NotAllowed`."""
    policy.require(actor, "certificates.read")
    with unit_of_work(service.db, actor, "read a refusal", now) as tx:
        row = tx.session.get(CertificateRefusal, number)
        if row is None or not policy.allowed(actor, "certificates.read", Subject("certificate", number, row.office)):
            raise NotFound(unknown())
        tx.audit("certificates.read", f"refusal:{number}")
        return row.pdf


def own_refusal_pdf(service: Service, tracking: str, now: datetime) -> tuple[str, bytes]:
    """Number and signed PDF of the last refusal, by the private code; the read is kept. Raises `NotFound`."""
    with unit_of_work(service.db, PUBLIC, "the applicant reads a refusal", now) as tx:
        query = (
            select(CertificateRefusal)
            .join(Request, Request.id == CertificateRefusal.request_id)  # type: ignore[arg-type]
            .order_by(col(CertificateRefusal.refused_at).desc(), col(CertificateRefusal.number).desc())
            .where(Request.tracking == tracking_digest(tracking))
        )
        row = tx.session.exec(query).first()
        if row is None:
            raise NotFound(unknown())
        tx.audit("certificates.read", f"refusal:{row.number}")
        return row.number, row.pdf


def _both(words: Bilingual) -> BilingualText:
    return BilingualText(words.ar, words.en)
