"""What others inside the service may ask of issued certificates.

Nobody is shown anything from here: what people see comes from the views, which record every read.
"""

from __future__ import annotations

from sqlmodel import col, select

from issuance.certificates.engine import paid
from issuance.certificates.model import Certificate
from issuance.certificates.status import status_of
from issuance.db.session import ReadSession

__all__ = ["newest", "paid", "status_of"]


def newest(read: ReadSession, count: int) -> list[tuple[str, bytes]]:
    """Number and signed PDF of the last `count` certificates, the newest first."""
    query = select(Certificate.number, Certificate.pdf).order_by(col(Certificate.issued_at).desc()).limit(count)
    return [(number, pdf) for number, pdf in read.exec(query)]
