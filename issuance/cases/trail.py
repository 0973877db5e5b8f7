"""What the audit trail says of the entries of case files: how many were written, and the digest of the last.

An entry hashes the one before it, so a file can be cut short, written anew or taken away whole and still look sound in
itself. Every entry written leaves (seq, digest) in the trail, which hashes its own rows and is checkpointed elsewhere
(`core.audit_check`): whether the trail itself stands is told by `audit verify`, not here. A file that came whole (an
import, invented files) leaves only its last entry: its digest vouches for those before it. Reads, never writes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlmodel import col, func, select

from issuance.cases.history import broken_links
from issuance.cases.model import CaseAction
from issuance.db.session import ReadSession
from issuance.db.tables import AuditRow

BATCH: Final = 200
_SUBJECT: Final = "case:"
_WRITTEN: Final = '%"digest":"%'
Told = Sequence[tuple[int, str]]


def detail(seq: int, digest: str) -> dict[str, Any]:
    """What a row of the trail says of the entry that was the last when it was written."""
    return {"seq": seq, "digest": digest}


def told_of(read: ReadSession, case_ids: Sequence[str]) -> Mapping[str, Told]:
    """Case id -> (seq, hex digest) of every entry the trail speaks of, at most some hundred files at once."""
    found: dict[str, list[tuple[int, str]]] = {}
    rows = select(AuditRow.subject, AuditRow.detail).where(
        col(AuditRow.subject).in_([_SUBJECT + case_id for case_id in case_ids]), col(AuditRow.detail).like(_WRITTEN)
    )
    for subject, text in read.exec(rows):
        said = json.loads(text)
        if isinstance(said.get("seq"), int) and isinstance(said.get("digest"), str):
            found.setdefault(subject.removeprefix(_SUBJECT), []).append((said["seq"], said["digest"]))
    return found


def is_as_told(rows: Sequence[CaseAction], told: Told) -> bool:
    """Whether these entries, oldest first, are all that was ever written, and nothing but that."""
    digests = dict(enumerate((row.digest for row in rows), 1))
    return max((seq for seq, _ in told), default=0) == len(rows) and all(
        digests.get(seq) == digest for seq, digest in told
    )


def is_sound(case_id: str, rows: Sequence[CaseAction], told: Told) -> bool:
    """The same, and every entry hashes to what it says."""
    try:
        return is_as_told(rows, told) and next(broken_links(case_id, rows), None) is None
    except (ValueError, TypeError, AttributeError):  # a body that is no JSON any more
        return False


def lost(read: ReadSession) -> Iterator[str]:
    """The ids of files that the trail speaks of and no entry is left of."""
    last = ""
    case_id = func.substr(AuditRow.subject, len(_SUBJECT) + 1)
    gone = ~select(CaseAction.id).where(CaseAction.case_id == case_id).exists()
    subjects = (
        select(AuditRow.subject)
        .where(col(AuditRow.subject).like(f"{_SUBJECT}%"), col(AuditRow.detail).like(_WRITTEN), gone)
        .distinct()
        .order_by(AuditRow.subject)
        .limit(BATCH)
    )
    while found := read.exec(subjects.where(AuditRow.subject > last)).all():
        yield from told_of(read, [subject.removeprefix(_SUBJECT) for subject in found])
        last = found[-1]
