"""Verify the audit trail: edited, deleted, inserted and reordered rows, and a tail that was cut or rewritten.

1. Every row stands at its place: serials 1, 2, 3, ... without a gap.
2. Every row hashes to what it says.
3. Every row names the hash of the row before it.
4. Every signed checkpoint is genuine and names the checkpoint before it.
5. Every checkpoint names a row that is there, with that hash: the tail was not cut or rewritten behind it.
6. Every checkpoint the rows speak of is in the file: the file was not shortened.
7. Every checkpoint in the file has its row: the row that stood last was not deleted. The newest may lack it after a
   crash, until the next one is written; that cannot be told from a deletion, so the answer is then `unknown`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from sqlmodel import col, func, select

from issuance.core.audit import GENESIS, row_hash
from issuance.core.checkpoints import ACTION, Checkpoint, no_checkpoint_meanwhile, read_artefacts
from issuance.db.session import Database
from issuance.db.tables import AuditRow
from keys.verdict import Check, Level, Verdict

CLAUSE = "issue 2 §7"
BATCH_ROWS = 1000
NAMED_AT_MOST = 10

Open = Callable[[bytes], tuple[Verdict, bytes]]
"""Signed bytes -> (verdict on the signature and its chain, the payload inside; empty when there is none)."""


def verify_audit(db: Database, file: Path, open_signed: Open) -> Verdict:
    """The verdict on the whole trail and the checkpoints in `file`. Memory does not grow with the trail.

    `indeterminate` when rows exist and no checkpoint does: nothing then shows whether the tail was cut.
    Raises `Unavailable` when the database does not answer.
    """
    with no_checkpoint_meanwhile(file):
        lines, last_row = list(read_artefacts(file)), _last_row(db)
    checkpoints, signature_checks = _open_checkpoints(lines, open_signed)
    wanted = {held.seq: held.row_hash for held in checkpoints}
    rows = _read_rows(db, wanted, last_row)
    held_hashes = {sha256(artefact).hexdigest() for artefact in lines if artefact is not None}
    unmatched = sorted(seq for seq in wanted if seq not in rows.matched)
    forgotten = [number for number, digest in rows.recorded if digest not in held_hashes]
    checks = [
        _check("sequence", "crypto", rows.misplaced, "لا صفوف محذوفة أو مضافة", "no row is missing or out of place"),
        _check("content", "crypto", rows.edited, "لم يُعدل أي صف", "no row was edited"),
        _check("chain", "crypto", rows.unlinked, "كل صف يتبع الذي قبله", "every row follows the one before it"),
        *signature_checks,
        _check("tail", "crypto", unmatched, "لم يُقطع آخر السجل", "the rows of all checkpoints are there unchanged"),
        _check("checkpoint_file", "policy", forgotten, "ملف النقاط كامل", "the checkpoint file is complete"),
        *_unrecorded(lines, {digest for _, digest in rows.recorded}),
    ]
    if rows.count and not checkpoints:
        words = "لا توجد نقطة مرجعية موقعة", "there is no signed checkpoint: a cut tail could not be seen"
        checks.append(Check("audit.checkpointed", "policy", "unknown", words[1], words[0], CLAUSE))
    last = max(wanted, default=0)
    facts = {"kind": "audit", "rows": rows.count, "checkpoints": len(checkpoints), "rows_after_checkpoint": 0}
    facts["rows_after_checkpoint"] = max(rows.last - last, 0)
    return Verdict.of(checks, facts)


class _Rows:
    """What one pass over the trail found."""

    def __init__(self) -> None:
        self.count = self.last = 0
        self.misplaced: list[int] = []
        self.edited: list[int] = []
        self.unlinked: list[int] = []
        self.matched: set[int] = set()
        self.recorded: list[tuple[int, str]] = []  # checkpoints the rows speak of: number, SHA-256 of the signed bytes


def _last_row(db: Database) -> int:
    with db.reading() as read:
        return read.exec(select(func.max(AuditRow.seq))).one() or 0


def _read_rows(db: Database, wanted: dict[int, str], last_row: int) -> _Rows:
    found, previous, after = _Rows(), GENESIS, None
    with db.reading() as read:
        while True:
            query = select(AuditRow).where(col(AuditRow.seq) <= last_row).order_by(col(AuditRow.seq)).limit(BATCH_ROWS)
            batch = read.exec(query if after is None else query.where(col(AuditRow.seq) > after)).all()
            if not batch:
                return found
            for row in batch:
                found.count += 1
                _judge(row, previous, found, wanted)
                previous, after, found.last = row.hash, row.seq, row.seq
            read.forget()


def _judge(row: AuditRow, previous: str, found: _Rows, wanted: dict[int, str]) -> None:
    if row.seq != found.last + 1:
        found.misplaced.append(row.seq)
    computed = row_hash(row)
    if computed != row.hash:
        found.edited.append(row.seq)
    if row.previous_hash != previous:
        found.unlinked.append(row.seq)
    if wanted.get(row.seq) == computed:
        found.matched.add(row.seq)
    if row.action == ACTION:
        try:
            detail = json.loads(row.detail)
            found.recorded.append((int(detail["number"]), str(detail["sha256"])))
        except (ValueError, KeyError, TypeError, RecursionError):
            found.edited.append(row.seq)


def _unrecorded(lines: Sequence[bytes | None], recorded: set[str]) -> list[Check]:
    """Whether each checkpoint of the file has its row in the trail."""
    if not lines:
        return []
    digests = [sha256(line or b"").hexdigest() for line in lines]
    lacking = [number for number, digest in enumerate(digests, start=1) if digest not in recorded]
    if lacking == [len(lines)]:
        en = "the newest checkpoint has no row: a crash, mended by the next checkpoint, or the last row was deleted"
        ar = "النقطة الأخيرة بلا صف: توقف تصلحه النقطة التالية، أو حُذف آخر صف"
        return [Check("audit.checkpoints.recorded", "policy", "unknown", en, ar, CLAUSE)]
    return [_check("checkpoints.recorded", "policy", lacking, "لكل نقطة صف", "every checkpoint has its row")]


def _open_checkpoints(lines: Sequence[bytes | None], open_signed: Open) -> tuple[list[Checkpoint], list[Check]]:
    good: list[Checkpoint] = []
    forged: list[int] = []
    unproven: list[int] = []
    unlinked: list[int] = []
    previous = GENESIS
    for number, artefact in enumerate(lines, start=1):
        if artefact is None:
            forged.append(number)
            continue
        verdict, payload = open_signed(artefact)
        try:
            checkpoint = Checkpoint.from_payload(payload)
        except (ValueError, RecursionError):
            forged.append(number)
            continue
        if verdict.status == "invalid":
            forged.append(number)
        else:
            good.append(checkpoint)
            if verdict.status == "indeterminate":
                unproven.append(number)
        if checkpoint.number != number or checkpoint.previous != previous:
            unlinked.append(number)
        previous = sha256(artefact).hexdigest()
    checks = [
        _check("checkpoints.signature", "crypto", forged, "النقاط المرجعية أصيلة", "every checkpoint is genuine"),
        _check("checkpoints.chain", "crypto", unlinked, "تتابع النقاط سليم", "every checkpoint follows the one before"),
    ]
    if unproven:
        words = f"not proven: {_named(unproven)}", f"لم تثبت: {_named(unproven)}"
        checks.append(Check("audit.checkpoints.trust", "policy", "unknown", *words, CLAUSE))
    return good, checks if lines else []


def _check(name: str, level: Level, bad: Sequence[int], ar: str, en: str) -> Check:
    if not bad:
        return Check(f"audit.{name}", level, "pass", en, ar, CLAUSE)
    words = f"does not hold at: {_named(bad)}", f"لا يصح عند: {_named(bad)}"
    return Check(f"audit.{name}", level, "fail", *words, CLAUSE)


def _named(numbers: Sequence[int]) -> str:
    more = f" (+{len(numbers) - NAMED_AT_MOST})" if len(numbers) > NAMED_AT_MOST else ""
    return ", ".join(map(str, numbers[:NAMED_AT_MOST])) + more
