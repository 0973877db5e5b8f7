"""The status of a certificate: the one source that every channel asks. Reads events; writes nothing.

A certificate that ended stays genuine. What ended it first is not undone; time alone ends it without an event.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, cast

from sqlmodel import col, select

from issuance.certificates.model import Certificate, CertificateEvent
from issuance.core.civil import civil_day
from issuance.db.session import ReadSession
from issuance.people.public import person_of
from specs.errors import Fault, NotFound
from specs.schema.certificate_status import CertificateStatus, LegalisationStep, StatusCode

CLAUSE = "certificate/status.yaml"
ENDING: tuple[StatusCode, ...] = ("withdrawn", "replaced", "superseded")
"""Kinds of events that end a certificate, the gravest first: of several, it tells of the gravest."""
LEGALISED, CORRECTED = "legalised", "corrected"
"""A step of legalisation, and the event that takes one back; `other` of the latter is the `seq` of the former."""


@dataclass(frozen=True, slots=True)
class Legalised:
    """One step of legalisation, and the office that took it. corrected_on: when it was found to be a mistake."""

    step: LegalisationStep
    on: date
    office: str | None
    seq: int
    corrected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Status:
    """since: the first day of this status; reason: of a withdrawal, for officers only; replaced_by: a number.

    legalised: the steps that stand; corrected: those entered by mistake; signature_level: PAdES level of the PDF as it
    is kept now, None: not judged yet.
    """

    number: str
    code: StatusCode
    since: date
    expires_on: date
    reason: str | None
    replaced_by: str | None
    legalised: tuple[Legalised, ...]
    corrected: tuple[Legalised, ...]
    index: int | None
    signature_level: str | None

    @property
    def ended(self) -> bool:
        return self.code in ENDING

    def as_json(self, rules: CertificateStatus) -> dict[str, Any]:
        """For whoever checks: no reason, no name, no other number."""
        kind = rules.kinds.entries[self.code]
        return {
            "number": self.number,
            "code": self.code,
            "title": {"ar": kind.title.ar, "en": kind.title.en},
            "text": {"ar": kind.text.ar, "en": kind.text.en},
            "since": self.since.isoformat(),
            "expires_on": self.expires_on.isoformat(),
            "legalised": [
                {"step": one.step, "on": one.on.isoformat(), "ar": title.ar, "en": title.en}
                for one in self.legalised
                for title in (rules.legalisation.steps[one.step].title,)
            ],
            "corrected": [
                {"step": one.step, "on": one.on.isoformat(), "corrected_on": one.corrected_on.isoformat()}
                for one in self.corrected
                if one.corrected_on is not None
            ],
            "signature_level": self.signature_level,
            "list": {"index": self.index, "value": kind.list_value} if self.index is not None else None,
        }


def status_of(read: ReadSession, number: str, at: datetime) -> Status:
    """The status as it was at the moment `at` (aware). Raises `NotFound`."""
    row = read.get(Certificate, number)
    if row is None:
        raise NotFound(unknown())
    return status_of_row(read, row, at)


def status_of_row(read: ReadSession, row: Certificate, at: datetime) -> Status:
    """The same, of a row that is held."""
    return status_given(row, events_of(read, row.number), at)


def status_given(row: Certificate, events: Sequence[CertificateEvent], at: datetime) -> Status:
    """The same, of a row and all its events, oldest first. Pure."""
    happened = [event for event in events if event.at <= at]
    ending = min(
        (event for event in happened if event.kind in ENDING),
        key=lambda event: (ENDING.index(cast("StatusCode", event.kind)), event.seq),
        default=None,
    )
    taken_back = {event.other: event.on for event in happened if event.kind == CORRECTED}
    steps = [
        Legalised(cast("LegalisationStep", e.reason), e.on, e.office, e.seq, taken_back.get(str(e.seq)))
        for e in happened
        if e.kind == LEGALISED
    ]
    code: StatusCode
    if ending is not None:
        code, since = cast("StatusCode", ending.kind), ending.on
    elif civil_day(at) > row.expires_on:
        code, since = "expired", date.fromordinal(row.expires_on.toordinal() + 1)
    else:
        code, since = "good", row.issued_on
    return Status(
        number=row.number,
        code=code,
        since=since,
        expires_on=row.expires_on,
        reason=ending.reason if ending is not None else None,
        replaced_by=ending.other if ending is not None else None,
        legalised=tuple(one for one in steps if one.corrected_on is None),
        corrected=tuple(one for one in steps if one.corrected_on is not None),
        index=row.status_index,
        signature_level=row.pdf_level,
    )


def status_by_birth_date(read: ReadSession, number: str, birth_date: str, at: datetime) -> Status:
    """For who holds no code, only what is printed. birth_date: as printed. Raises `NotFound`, the same for an unknown
    number and for another date."""
    row = read.get(Certificate, number.strip().upper())
    known = person_of(read, row.person_id).birth_date.iso() if row is not None else ""
    same = hmac.compare_digest(known.encode(), birth_date.strip().encode())
    if row is None or not same:
        raise NotFound(unknown())
    return status_of_row(read, row, at)


def status_by_seal(read: ReadSession, number: str, digest: str, at: datetime) -> Status:
    """For who holds the seal. digest: hex SHA-256 of the seal's text. Raises `NotFound`, as `status_by_birth_date`."""
    row = read.get(Certificate, number)
    known = seal_digest(row.seal) if row is not None else ""
    same = hmac.compare_digest(known.encode(), digest.encode())
    if row is None or not same:
        raise NotFound(unknown())
    return status_of_row(read, row, at)


def seal_digest(address: str) -> str:
    """Hex SHA-256 of the text after `#` in the address of a seal: nobody without the paper can say it."""
    return sha256(address.rpartition("#")[2].encode()).hexdigest()


def events_of(read: ReadSession, number: str) -> Sequence[CertificateEvent]:
    """What happened to the certificate, oldest first."""
    query = select(CertificateEvent).where(CertificateEvent.number == number).order_by(col(CertificateEvent.seq))
    return read.exec(query).all()


def unknown() -> Fault:
    """One answer, whatever does not fit."""
    words = "لا توجد شهادة بهذه البيانات", "there is no certificate of these details"
    return Fault("certificates.status.unknown", *words, field="number", clause=CLAUSE)
