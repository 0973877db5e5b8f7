"""What became of every row of an authority's file, as JSON and CSV; and the papers it ended in, for the sender.

A report says that an officer looks at a request, never why: that would be told of a record before anybody decided.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, cast

from sqlmodel import col, select

from issuance.certificates.bulk import BulkView, as_json, require_bulk, view_of_bulk
from issuance.certificates.bulk_model import CertificateBulkRow
from issuance.certificates.bulk_rows import CLAUSE, BulkRow
from issuance.certificates.model import Certificate, CertificateRefusal, Request
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.service import Service
from specs.errors import Fault, NotFound
from specs.schema.certificate_requests import State

FateCode = Literal["waiting", "fee_due", "issued", "under_review", "refused", "ended", "already_there"]
FATES: Final[dict[FateCode, tuple[str, str]]] = {
    "waiting": ("في الانتظار", "not yet dealt with"),
    "fee_due": ("بانتظار الرسم", "its fee is due"),
    "issued": ("صدرت الشهادة", "issued"),
    "under_review": ("يراجعه ضابط", "an officer looks first"),
    "refused": ("رُفض", "refused"),
    "ended": ("انتهى بلا شهادة", "ended without a certificate"),
    "already_there": ("موجود من قبل", "already there"),
}
_OF_STATE: Final[dict[State, FateCode]] = {
    "confirming": "waiting",
    "paying": "fee_due",
    "compiling": "waiting",
    "issuing": "waiting",
    "refusing": "under_review",
    "grievance": "under_review",
    "review": "under_review",
    "approval": "under_review",
    "returned": "under_review",
    "issued": "issued",
    "refused": "refused",
    "cancelled": "ended",
    "expired": "ended",
}
COLUMNS: Final = ("line", "reference", "fate", "fate_ar", "request", "number", "faults_ar", "faults_en", "codes")


@dataclass(frozen=True, slots=True)
class Fate:
    """request: our id of what the row became; number: of the certificate, or of the refusal; faults: as JSON."""

    line: int
    reference: str | None
    fate: FateCode
    request: str | None = None
    number: str | None = None
    faults: tuple[dict[str, Any], ...] = ()

    def as_json(self) -> dict[str, Any]:
        ar, en = FATES[self.fate]
        return {
            "line": self.line,
            "reference": self.reference,
            "fate": {"code": self.fate, "ar": ar, "en": en},
            "request": self.request,
            "number": self.number,
            "faults": list(self.faults),
        }


@dataclass(frozen=True, slots=True)
class Report:
    """A file and the fate of each of its rows, in their order."""

    bulk: BulkView
    rows: tuple[Fate, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "bulk": self.bulk.as_json(),
            "counts": dict(Counter(row.fate for row in self.rows)),
            "rows": [row.as_json() for row in self.rows],
        }

    def as_csv(self) -> str:
        """With a mark that tells spreadsheets of UTF-8."""
        return fates_csv(self.rows)


def report(service: Service, actor: Actor, bulk_id: str, now: datetime) -> Report:
    """As it stands now; the look is kept. Raises `NotAllowed`, `NotFound`."""
    with service.db.reading() as read:
        view = view_of_bulk(read, require_bulk(read, actor, bulk_id))
        query = (
            select(CertificateBulkRow, Request.state, Request.number)
            .join(Request, col(Request.id) == col(CertificateBulkRow.request_id), isouter=True)
            .where(CertificateBulkRow.bulk_id == bulk_id)
        )
        rows = tuple(
            _fate(row, cast("State | None", state), number)
            for row, state, number in read.exec(query.order_by(col(CertificateBulkRow.line)))
        )
    with unit_of_work(service.db, actor, "the report of a file of requests", now) as tx:
        tx.audit("certificates.read", f"certificate_bulk:{bulk_id}")
    return Report(view, rows)


def foretold(rows: list[BulkRow]) -> Iterator[Fate]:
    """The fates of a dry run: refused with its faults, or not yet dealt with."""
    for row in rows:
        faults = tuple(as_json(fault) for fault in row.faults)
        yield Fate(row.line, row.reference, "refused" if faults else "waiting", faults=faults)


def fates_csv(rows: tuple[Fate, ...]) -> str:
    """One line a row; `COLUMNS` first."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for row in rows:
        said = [" · ".join(str(fault[name]) for fault in row.faults) for name in ("ar", "en", "code")]
        ar, _ = FATES[row.fate]
        writer.writerow([row.line, row.reference or "", row.fate, ar, row.request or "", row.number or "", *said])
    return out.getvalue()


def paper(service: Service, actor: Actor, bulk_id: str, number: str, now: datetime) -> bytes:
    """The signed PDF, certificate or refusal, that a row of the file ended in; the read is kept. Raises `NotFound`."""
    with unit_of_work(service.db, actor, "a paper of a file of requests", now) as tx:
        require_bulk(tx.read, actor, bulk_id)
        query = (
            select(Request.state)
            .join(CertificateBulkRow, col(CertificateBulkRow.request_id) == col(Request.id))
            .where(CertificateBulkRow.bulk_id == bulk_id, Request.number == number)
        )
        state = tx.read.exec(query).first()
        kept: Certificate | CertificateRefusal | None = None
        if state is not None:
            kept = tx.read.get(Certificate, number) or tx.read.get(CertificateRefusal, number)
        if kept is None:
            words = "ليست هذه الوثيقة لسطر في هذا الملف", "no row of this file ended in this document"
            raise NotFound(Fault("certificates.bulk.paper", *words, field="number", clause=CLAUSE))
        kind = "certificate" if isinstance(kept, Certificate) else "refusal"
        tx.audit("certificates.read", f"{kind}:{number}", {"bulk": bulk_id})
        return kept.pdf


def _fate(row: CertificateBulkRow, state: State | None, number: str | None) -> Fate:
    faults = tuple(row.faults or ())
    if row.outcome is None or state is None:
        return Fate(row.line, row.reference, "refused" if row.outcome == "refused" else "waiting", faults=faults)
    fate: FateCode = "already_there" if row.outcome == "already_there" else _OF_STATE[state]
    return Fate(row.line, row.reference, fate, row.request_id, number)
