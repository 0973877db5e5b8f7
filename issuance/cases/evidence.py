"""Evidence of a case: take a file in, look at it, follow who had it. Nothing here is ever rewritten or deleted.

The file is kept first, then its row and the action that names it, both or none: a crash in between leaves a file no
row speaks of, which the integrity check tells. Whose hands it passed through is read from the case's actions, which are
appended and hashed like all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import PurePath
from typing import BinaryIO, Final

from sqlmodel import col, select

from issuance.cases.evidence_model import EvidenceItem
from issuance.cases.evidence_store import Stored, opened, store_directory, take_in
from issuance.cases.file import Action, CaseFile
from issuance.core.civil import civil_day
from issuance.core.uow import Tx
from issuance.db.session import ReadSession
from issuance.service import Service
from specs.errors import Fault, Invalid, NotFound

CLAUSE: Final = "cases/evidence.yaml"
CAPTURED: Final = "cases.capture_evidence"
_LONGEST: Final = {"file_name": 255, "description": 2000, "place": 300}


@dataclass(frozen=True, slots=True)
class Capture:
    """What a person says of the file: its name, what it is, where and on which civil day it was secured."""

    file_name: str
    description: str
    place: str
    captured_on: date


@dataclass(frozen=True, slots=True)
class Evidence:
    """An item as it was taken in. sha256: hex, at capture; recorded_by: account id."""

    id: str
    case_id: str
    sha256: str
    size_bytes: int
    media_type: str
    file_name: str
    description: str
    place: str
    captured_on: date
    recorded_by: str
    office: str | None
    recorded_at: datetime


def store(service: Service, said: Capture, content: BinaryIO, now: datetime) -> Stored:
    """Keep the file itself. Raises `Invalid` with every fault of `said`, or of the file; `Unavailable`."""
    if found := [*_faults(said, civil_day(now))]:
        raise Invalid(*found)
    return take_in(store_directory(service.settings.home), content, service.spec.cases_evidence)


def enter(tx: Tx, case_id: str, said: Capture, stored: Stored) -> Evidence:
    """The row of a file that is kept, in the unit of work of the action that names it. The caller knows who may."""
    row = EvidenceItem(
        case_id=case_id,
        sha256=stored.sha256,
        size_bytes=stored.size_bytes,
        media_type=stored.media_type,
        file_name=PurePath(said.file_name.strip()).name,
        description=said.description.strip(),
        place=said.place.strip(),
        captured_on=said.captured_on,
        recorded_by=tx.actor.id,
        office=tx.actor.office,
        recorded_at=tx.now,
    )
    tx.session.add(row)
    tx.session.flush()
    detail = {"case": case_id, "sha256": stored.sha256, "bytes": stored.size_bytes, "type": stored.media_type}
    tx.audit(CAPTURED, f"evidence:{row.id}", detail)
    return Evidence(**row.model_dump())


def evidence_of(read: ReadSession, item_ids: Iterable[str]) -> Sequence[Evidence]:
    """The items of these ids, oldest first. Raises `NotFound` when one is unknown."""
    wanted = set(item_ids)
    rows = read.exec(select(EvidenceItem).where(col(EvidenceItem.id).in_(wanted)).order_by(col(EvidenceItem.id))).all()
    if len(rows) != len(wanted):
        raise NotFound(_fault("evidence_list", "unknown", "دليل غير معروف", "there is no such evidence"))
    return [Evidence(**row.model_dump()) for row in rows]


def evidence_faults(read: ReadSession, file: CaseFile | None, action: Action) -> Iterator[Fault]:
    """What is wrong with the evidence an action names: each is in the file, or was taken in for it. `add_evidence`
    names only what is not there yet, `hand_evidence` only what is. file: None for the action that opens one."""
    held = set(file.evidence) if file is not None else set()
    new = [item for item in action.evidence if item not in held]
    if action.name == "add_evidence" and len(new) < len(action.evidence):
        yield _fault("evidence_list", "held", "هذا الحرز في الملف من قبل", "the file has this evidence already")
    if not new:
        return
    query = select(EvidenceItem.id).where(col(EvidenceItem.id).in_(new))
    taken_in = set(read.exec(query.where(EvidenceItem.case_id == (file.id if file is not None else ""))))
    if action.name == "hand_evidence" or len(taken_in) < len(new):
        yield _fault("evidence_list", "unknown", "دليل غير معروف في هذا الملف", "the file has no such evidence")


def content_of(service: Service, item: Evidence) -> BinaryIO:
    """The file itself; the caller has recorded who reads it and why. Raises `NotFound`, `Unavailable`."""
    return opened(store_directory(service.settings.home), item.sha256)


def _faults(said: Capture, today: date) -> Iterator[Fault]:
    for field, longest in _LONGEST.items():
        text = getattr(said, field).strip()
        if not text:
            yield _fault(field, "missing", "هذا الحقل مطلوب", "this field is required")
        elif len(text) > longest:
            yield _fault(field, "too_long", f"النص أطول من المسموح ({longest})", f"longer than {longest} characters")
    if said.captured_on > today:
        yield _fault("captured_on", "future", "التاريخ في المستقبل", "this day has not come yet")


def _fault(field: str, kind: str, ar: str, en: str) -> Fault:
    return Fault(code=f"cases.evidence.{kind}", field=field, clause=CLAUSE, ar=ar, en=en)
