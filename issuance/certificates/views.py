"""Read issued certificates, within the office scope of the reader. Every read leaves an audit row."""

from __future__ import annotations

from collections.abc import Mapping

from sqlmodel import select

from issuance.certificates.facts import CertificateView
from issuance.certificates.model import Certificate
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.policy import Subject
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from specs.errors import Fault, NotFound


def certificate(service: Service, actor: Actor, number: str) -> CertificateView:
    """Raises `NotFound` also for a number of another office: who may not read it must not learn that it exists."""
    return certificate_and_pdf(service, actor, number)[0]


def certificate_pdf(service: Service, actor: Actor, number: str) -> bytes:
    """The signed PDF, byte for byte as issued. Raises `NotFound`."""
    return certificate_and_pdf(service, actor, number)[1]


def certificate_and_pdf(service: Service, actor: Actor, number: str) -> tuple[CertificateView, bytes]:
    """Both, as one read of the register. Raises `NotFound`."""
    with service.db.reading() as read:
        row = _row(read, actor, number)
    _record(service, actor, f"certificate:{row.number}")
    return view_of(row), row.pdf


def issued_for(service: Service, actor: Actor, request_id: str) -> CertificateView | None:
    """The certificate a repeatable request made already, or None: the answer of that issue, not a read."""
    with service.db.reading() as read:
        number = read.exec(select(Certificate.number).where(Certificate.request_id == request_id)).first()
        return None if number is None else view_of(_row(read, actor, number))


def view_of(row: Certificate) -> CertificateView:
    """The view of one row."""
    return CertificateView(
        number=row.number,
        office=row.office,
        purpose=row.purpose,
        outcome=row.outcome,
        rule_version=row.rule_version,
        issued_on=row.issued_on,
        expires_on=row.expires_on,
        issued_at=row.issued_at,
        data=row.data,
        seal=row.seal,
        signature_level=row.pdf_level,
    )


def _record(service: Service, actor: Actor, subject: str, detail: Mapping[str, int] | None = None) -> None:
    """Nobody sees criminal data unrecorded: when this row cannot be written, the read fails with it."""
    with unit_of_work(service.db, actor, "read certificates", service.clock()) as tx:
        tx.audit("certificates.read", subject, detail)


def _row(read: ReadSession, actor: Actor, number: str) -> Certificate:
    policy.require(actor, "certificates.read")
    row = read.get(Certificate, number)
    if row is None or not policy.allowed(actor, "certificates.read", Subject("certificate", number, row.office)):
        raise NotFound(
            Fault(
                code="certificates.not_found",
                field="number",
                clause="specs/roles.yaml",
                ar="لا توجد شهادة بهذا الرقم",
                en="there is no certificate of this number",
            )
        )
    return row
