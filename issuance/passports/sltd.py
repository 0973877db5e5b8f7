"""What INTERPOL's register of stolen and lost documents is told: queued with the event, exported in sequence.

A number stands under one category at most; a change withdraws the old one and adds the new. Rows and audit only.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import func, insert, update
from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.passports.model import SltdExport, SltdRecord
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, NotFound
from specs.schema.passport_office import SltdCategory

TELL = "passports.tell_interpol"
FORMAT = "sltd-export/1"
COLUMNS = ("action", "document_number", "document_type", "issuing_state", "category", "date")
CLAUSE = "specs/passport/office.yaml sltd"
_MANY = 500


@dataclass(frozen=True, slots=True)
class Told:
    """A document as INTERPOL is told of it: MRZ document code and issuing State of the book."""

    number: str
    document_code: str
    issuing_state: str

    @classmethod
    def of_zone(cls, number: str, mrz: str) -> Told:
        """A book by the first characters of its machine readable zone."""
        return cls(number, mrz[:2], mrz[2:5])


def queue(tx: Tx, changes: Mapping[Told, SltdCategory | None], on: date) -> int:
    """Bring what stands for these documents to the category given, None: to nothing; how many records were queued."""
    known = standing(tx.read, [one.number for one in changes])
    rows = []
    for one, category in changes.items():
        before = known.get(one.number)
        if before == category:
            continue
        said: list[tuple[Literal["withdraw", "add"], str]] = []
        if before is not None:
            said.append(("withdraw", before))
        if category is not None:
            said.append(("add", category))
        rows += [
            {
                "action": action,
                "number": one.number,
                "document_code": one.document_code,
                "issuing_state": one.issuing_state,
                "category": told,
                "on": on,
                "at": tx.now,
            }
            for action, told in said
        ]
    for start in range(0, len(rows), _MANY):
        tx.session.execute(insert(SltdRecord), rows[start : start + _MANY])
    return len(rows)


def standing(read: ReadSession, numbers: Sequence[str]) -> dict[str, SltdCategory]:
    """Under which category each of these stands; one that does not stand is absent."""
    found: dict[str, Any] = {}
    for start in range(0, len(numbers), _MANY):
        query = select(SltdRecord.number, SltdRecord.action, SltdRecord.category)
        query = query.where(col(SltdRecord.number).in_(numbers[start : start + _MANY]))
        for number, action, category in read.exec(query.order_by(col(SltdRecord.seq))):
            found[number] = category if action == "add" else None
    return {number: category for number, category in found.items() if category is not None}


@dataclass(frozen=True, slots=True)
class Export:
    """rows: as `COLUMNS`; times: how often it was given out; acknowledged_at None: it is given out again."""

    sequence: int
    made_at: datetime
    times: int
    sha256: str
    acknowledged_at: datetime | None
    reference: str | None
    rows: tuple[tuple[str, ...], ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "sequence": self.sequence,
            "made_at": self.made_at.isoformat(),
            "times": self.times,
            "sha256": self.sha256,
            "acknowledged_at": self.acknowledged_at.isoformat() if self.acknowledged_at else None,
            "reference": self.reference,
            "records": [dict(zip(COLUMNS, row, strict=True)) for row in self.rows],
        }

    def as_csv(self) -> str:
        """The same with a head line, lines ended as RFC 4180 says."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\r\n")
        writer.writerow(("sequence", *COLUMNS))
        writer.writerows((str(self.sequence), *row) for row in self.rows)
        return out.getvalue()


def export(service: Service, actor: Actor, now: datetime) -> Export | None:
    """The export that is not acknowledged yet, else the next one with what waits; None: nothing waits.

    The same records leave under one sequence number alone. Raises `NotAllowed`.
    """
    policy.require(actor, TELL)
    with unit_of_work(service.db, actor, "records for INTERPOL", now) as tx:
        query = select(SltdExport).where(col(SltdExport.acknowledged_at).is_(None)).with_for_update()
        held = tx.session.exec(query).first()
        if held is not None:
            held.times, held.sent_at = held.times + 1, now
            tx.session.add(held)
            tx.audit("passports.sltd_resend", f"sltd:{held.sequence}", {"times": held.times})
            return _view(held, _rows(tx.read, held.sequence))
        most = service.spec.passport.office.sltd.export_maximum
        waiting = select(SltdRecord.seq).where(col(SltdRecord.export).is_(None)).order_by(col(SltdRecord.seq))
        chosen = [seq for seq in tx.session.exec(waiting.limit(most)) if seq is not None]
        if not chosen:
            return None
        sequence = (tx.session.exec(select(func.max(SltdExport.sequence))).one() or 0) + 1
        tx.session.execute(
            update(SltdRecord)
            .where(
                col(SltdRecord.export).is_(None),
                col(SltdRecord.seq) >= chosen[0],
                col(SltdRecord.seq) <= chosen[-1],
            )
            .values(export=sequence)
            .execution_options(synchronize_session=False)
        )
        rows = _rows(tx.read, sequence)
        row = SltdExport(
            sequence=sequence, records=len(rows), sha256=_digest(rows), made_at=now, made_by=actor.id, sent_at=now
        )
        tx.session.add(row)
        tx.session.flush()
        tx.audit("passports.sltd_export", f"sltd:{sequence}", {"records": len(rows)})
        return _view(row, rows)


def acknowledge(service: Service, actor: Actor, sequence: int, digest: str, reference: str, now: datetime) -> None:
    """INTERPOL's side has it. digest: SHA-256 of the records, as the export says. Raises `NotFound`, `Conflict`."""
    policy.require(actor, TELL)
    with unit_of_work(service.db, actor, "records for INTERPOL are acknowledged", now) as tx:
        row = tx.session.get(SltdExport, sequence, with_for_update=True)
        if row is None:
            words = "لا تصدير بهذا الرقم", "there is no export of this sequence number"
            raise NotFound(_fault("unknown", *words, "sequence"))
        if digest != row.sha256:
            words = "البصمة تخالف التصدير", "the digest is not that of the export: it arrived changed"
            raise Conflict(_fault("digest", *words, "sha256"))
        if row.acknowledged_at is not None:
            words = "أُقر باستلامه من قبل", "it was acknowledged already"
            raise Conflict(_fault("acknowledged", *words, "sequence"))
        if not (said := reference.strip()) or len(said) > 120:
            words = "مرجع الإقرار مطلوب", "the reference of the acknowledgement is needed, 120 characters at most"
            raise Invalid(_fault("reference", *words, "reference"))
        row.acknowledged_at, row.acknowledged_by, row.reference = now, actor.id, said
        tx.session.add(row)
        tx.audit("passports.sltd_acknowledge", f"sltd:{sequence}")


def exports(service: Service, actor: Actor, limit: int = 50) -> tuple[int, list[Export]]:
    """(records that wait, the latest exports without their records). Raises `NotAllowed`."""
    policy.require(actor, TELL)
    with service.db.reading() as read:
        waits = read.exec(select(func.count()).where(col(SltdRecord.export).is_(None))).one()
        rows = read.exec(select(SltdExport).order_by(col(SltdExport.sequence).desc()).limit(limit))
        return waits, [_view(row) for row in rows]


def _view(row: SltdExport, rows: tuple[tuple[str, ...], ...] = ()) -> Export:
    return Export(row.sequence, row.made_at, row.times, row.sha256, row.acknowledged_at, row.reference, rows)


def _rows(read: ReadSession, sequence: int) -> tuple[tuple[str, ...], ...]:
    r = SltdRecord
    query = select(r.action, r.number, r.document_code, r.issuing_state, r.category, r.on).where(r.export == sequence)  # type: ignore[call-overload]
    return tuple(
        (action, number, code.replace("<", ""), state, category, on.isoformat())
        for action, number, code, state, category, on in read.exec(query.order_by(col(r.seq)))
    )


def _digest(rows: tuple[tuple[str, ...], ...]) -> str:
    text = json.dumps([list(row) for row in rows], ensure_ascii=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.sltd.{code}", ar, en, field=field, clause=CLAUSE)
