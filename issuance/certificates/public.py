"""What others inside the service may ask of issued certificates.

Nobody is shown anything from here: what people see comes from the views, which record every read.
"""

from __future__ import annotations

from datetime import date
from typing import cast

from sqlalchemy import func
from sqlmodel import col, select

from issuance.certificates.engine import paid
from issuance.certificates.model import Certificate, CertificateEvent
from issuance.certificates.status import ENDING, status_of
from issuance.db.session import ReadSession
from specs.schema.certificate_status import StatusCode

__all__ = ["ended", "endings", "newest", "paid", "status_of"]


def newest(read: ReadSession, count: int) -> list[tuple[str, bytes]]:
    """Number and signed PDF of the last `count` certificates, the newest first."""
    query = select(Certificate.number, Certificate.pdf).order_by(col(Certificate.issued_at).desc()).limit(count)
    return [(number, pdf) for number, pdf in read.exec(query)]


def ended(read: ReadSession, on: date) -> dict[str, StatusCode]:
    """As what each certificate ended whose own time was not over on this day; of several endings the gravest."""
    query = (
        select(Certificate.number, CertificateEvent.kind)
        .join(CertificateEvent, col(CertificateEvent.number) == col(Certificate.number))
        .where(col(CertificateEvent.kind).in_(ENDING), col(Certificate.expires_on) >= on)
    )
    found: dict[str, StatusCode] = {}
    for number, kind in read.exec(query):
        code = cast("StatusCode", kind)
        if number not in found or ENDING.index(code) < ENDING.index(found[number]):
            found[number] = code
    return found


def endings(read: ReadSession) -> int:
    """How many endings of certificates were recorded: they are only ever added."""
    return read.exec(select(func.count()).where(col(CertificateEvent.kind).in_(ENDING))).one()
