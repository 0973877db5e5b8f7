"""What applicants see of their own request by its private code: where it stands, their document, who read their record.

Knows what an applicant must not see: what officers write to each other, names of officers, looks of an investigation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import select

from issuance.cases.public import ToldLook, looks_told_to
from issuance.certificates.grievance import open_until
from issuance.certificates.life import CLAUSE, RequestView, fee_subject, tracking_digest, unknown, view_of
from issuance.certificates.model import Certificate, Request
from issuance.certificates.status import Status, status_of
from issuance.core.actor import PUBLIC
from issuance.core.civil import civil_day
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.fees.public import PaymentView, payment_for
from issuance.service import Service
from issuance.staff.public import OfficeFacts, offices, offices_named
from specs.errors import Conflict, Fault, NotFound
from specs.schema import Specification
from specs.schema.certificate_requests import State

ADDRESSED: frozenset[State] = frozenset({"returned", "refusing", "refused"})
"""States whose added words are written to the applicant; in any other, officers write to each other."""
CANCELLABLE: frozenset[State] = frozenset({"confirming", "paying", "review", "returned"})


@dataclass(frozen=True, slots=True)
class Seen:
    """office: where the request lies; words: what is said to the applicant beside the reason; status: of the
    certificate it ended in, now; payment: its fee, if one was due; grievance_until: the last day for one."""

    view: RequestView
    office: OfficeFacts
    words: str | None
    status: Status | None
    payment: PaymentView | None = None
    grievance_until: date | None = None

    @property
    def proven(self) -> bool:
        """Whether the applicant once proved by the code to be the person."""
        return _code_was_right(self.view)

    def as_json(self, spec: Specification) -> dict[str, Any]:
        """The wire form; nothing of the person, who may be somebody else until the code was right."""
        held = self.view.as_json(spec.certificate_requests)
        for internal in ("id", "level"):
            del held[internal]
        return held | {
            "office": {"code": self.office.code, "ar": self.office.arabic, "en": self.office.english},
            "words": self.words,
            "proven": self.proven,
            "certificate": self.status.as_json(spec.certificate_status) if self.status is not None else None,
            "grievance_until": self.grievance_until.isoformat() if self.grievance_until else None,
            "payment": self.payment.as_json(spec.fees) if self.payment is not None else None,
        }


@dataclass(frozen=True, slots=True)
class Document:
    """The signed PDF of a certificate, as issued."""

    number: str
    pdf: bytes


def seen(service: Service, view: RequestView, now: datetime) -> Seen:
    """What its applicant sees of a request."""
    with service.db.reading() as read:
        office = offices_named(read, {view.office})[view.office]
        status = status_of(read, view.number, now) if view.state == "issued" and view.number else None
        payment = payment_for(read, fee_subject(view.id))
        until = open_until(read, view, now)
    return Seen(view, office, view.words if view.state in ADDRESSED else None, status, payment, until)


def certificate_of(service: Service, tracking: str, now: datetime) -> Document:
    """The certificate the request ended in; the download is kept. Raises `NotFound`, `Conflict` before there is one."""
    with unit_of_work(service.db, PUBLIC, "the applicant downloads the certificate", now) as tx:
        row = _proven(tx, tracking)
        held = tx.session.get(Certificate, row.number) if row.state == "issued" and row.number else None
        if held is None:
            raise Conflict(_fault("no_document", "لم تصدر الشهادة بعد", "the certificate is not issued yet"))
        tx.audit("certificates.read", f"certificate:{held.number}", {"request": row.id})
        return Document(held.number, held.pdf)


def looks(service: Service, tracking: str, now: datetime) -> tuple[ToldLook, ...]:
    """Who read the applicant's record, as far as the law lets them know. Raises `NotFound`, `Conflict` unproven."""
    with unit_of_work(service.db, PUBLIC, "the applicant asks who looked", now) as tx:
        row = _proven(tx, tracking)
        told = looks_told_to(tx.read, row.person_id or "", service.spec.cases_reading.told_to_person, now)
        tx.audit("cases.audit", f"person:{row.person_id}", {"found": len(told), "request": row.id})
    return told


def issuing_offices(service: Service, now: datetime) -> list[OfficeFacts]:
    """The offices that may be asked today, by code."""
    with service.db.reading() as read:
        kinds = service.spec.staff_offices.may_issue.certificates
        return [office for office in offices(read, civil_day(now)) if office.kind in kinds]


def office_names(service: Service, codes: set[str]) -> dict[str, OfficeFacts]:
    """Those of `codes` that the register knows."""
    with service.db.reading() as read:
        return offices_named(read, codes)


def _proven(tx: Tx, tracking: str) -> Request:
    """The applicant's request, once the code was right. Raises `NotFound`, `Conflict`."""
    row = _row(tx.read, tracking)
    if not _code_was_right(view_of(tx.read, row)):
        raise Conflict(_fault("unproven", "أكد طلبك بالرمز أولاً", "confirm the request by its code first"))
    return row


def _code_was_right(view: RequestView) -> bool:
    """The fee is asked for, and the record read, only when the code was right."""
    return any(step.after in ("paying", "compiling") for step in view.steps)


def _row(read: ReadSession, tracking: str) -> Request:
    row = read.exec(select(Request).where(Request.tracking == tracking_digest(tracking))).first()
    if row is None:
        raise NotFound(unknown())
    return row


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"certificates.request.{code}", ar, en, field="request", clause=CLAUSE)
