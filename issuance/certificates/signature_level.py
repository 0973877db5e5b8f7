"""Give signed PDFs the time stamp they could not have when they were made: B-B becomes B-LT, later B-T.

The stamp goes into the room left for it: nothing that was signed changes, so copies handed out before stay genuine.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select

from issuance.certificates.model import Certificate, CertificateRefusal
from issuance.core.actor import system
from issuance.core.uow import unit_of_work
from issuance.service import Service
from keys.pdf import level_of, upgrade
from keys.signing import Signed
from specs.errors import Invalid, Refused, Unavailable

log = logging.getLogger("issuance.certificates")

_TABLES: tuple[tuple[type[Certificate] | type[CertificateRefusal], str], ...] = (
    (Certificate, "certificate"),
    (CertificateRefusal, "refusal"),
)
_FAILURES = 3
"""After so many the authority is taken to be away; the next turn tries others, so that none holds up the rest."""


def waits(signed: Signed) -> bool:
    """Whether what was just signed is to be raised later."""
    return signed.level == "B-B"


def raise_levels(service: Service, now: datetime, limit: int = 50) -> int:
    """One turn of upkeep, safe to repeat; how many were raised. One look-up when nothing waits."""
    raised = failures = 0
    for table, kind in _TABLES:
        with service.db.reading() as read:
            query = select(table.number).where(col(table.pdf_waits)).order_by(func.random()).limit(limit)
            numbers = list(read.exec(query))
        for number in numbers:
            try:
                raised += _raise(service, table, kind, number, now)
            except Unavailable as error:
                failures += 1
                log.warning("%s %s stays without its time stamp: %s", kind, number, error.faults[0].code)
                if failures == _FAILURES:
                    return raised
    return raised


def _raise(
    service: Service, table: type[Certificate] | type[CertificateRefusal], kind: str, number: str, now: datetime
) -> bool:
    with service.db.reading() as read:
        row: Certificate | CertificateRefusal | None = read.get(table, number)
        if row is None or not row.pdf_waits:
            return False
        before = row.pdf
    try:
        pdf = upgrade(before, service.keys, now, f"{kind}:{number}")
    except (Refused, Invalid) as error:  # its signer ended first: it stays what it is, and nothing more can be done
        log.error("%s %s cannot have a time stamp any more: %s", kind, number, error.faults[0].code)
        pdf = before
    level = level_of(pdf, service.keys, now)
    with unit_of_work(service.db, system("certificates"), "a signature gets its time stamp", now) as tx:
        held = tx.session.get(table, number, with_for_update=True, populate_existing=True)
        assert isinstance(held, (Certificate, CertificateRefusal))  # noqa: S101 - neither is ever deleted
        if held.pdf != before:
            return False  # another process was quicker
        held.pdf, held.pdf_level, held.pdf_waits = pdf, level, False
        tx.session.add(held)
        tx.audit("certificates.signature_level", f"{kind}:{number}", {"level": level})
    return pdf != before
