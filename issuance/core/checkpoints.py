"""Signed checkpoints of the audit trail, one a line in a second file: what shows that its tail was cut or rewritten.

Each names the last row and the checkpoint before it. A row of the trail records each checkpoint in turn, so that
neither can be shortened alone. Signing comes as a callable: this module touches no key.
"""

from __future__ import annotations

import fcntl
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from sqlmodel import col, select

from issuance.core.actor import Actor
from issuance.core.audit import GENESIS
from issuance.core.canonical import canonical
from issuance.core.policy import require
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from issuance.db.tables import AuditRow
from specs.errors import Fault, Unavailable

KIND = "audit-checkpoint-1"
ACTION = "audit.checkpoint"
LINE_MAXIMUM_BYTES = 64 * 1024

Sign = Callable[[str, bytes], bytes]
"""(reference, payload) -> CMS SignedData with the payload inside, DER (`keys.record.RecordRequest`)."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """number: 1, 2, ...; seq and row_hash: the last audit row then; previous: SHA-256 of the signed bytes before it."""

    number: int
    seq: int
    row_hash: str
    previous: str

    @classmethod
    def from_payload(cls, payload: bytes) -> Checkpoint:
        """Raises `ValueError` for anything that is no checkpoint."""
        held = json.loads(payload)
        if not isinstance(held, dict) or held.get("kind") != KIND:
            raise ValueError("not an audit checkpoint")
        number, seq = held.get("number"), held.get("seq")
        row_hash, previous = held.get("hash"), held.get("previous")
        if type(number) is int and type(seq) is int and isinstance(row_hash, str) and isinstance(previous, str):
            return cls(number, seq, row_hash, previous)
        raise ValueError("an audit checkpoint lacks a field")


def write_checkpoint(db: Database, file: Path, actor: Actor, sign: Sign, now: datetime) -> Checkpoint | None:
    """Sign the present tail and append it to `file`; None when nothing happened since the last one.

    A checkpoint whose own row a crash kept from the trail gets that row first.
    Raises `NotAllowed`, `Unavailable` (the file is as before, or its last checkpoint still lacks its row).
    """
    require(actor, ACTION)
    with _locked(file) as held:
        last = _cut_partial_line(held)
        tail = _tail(db)
        if tail is None or (last is not None and tail.action == ACTION and tail.subject == _subject(last.number)):
            return None
        if last is not None and not _recorded(db, last.number):
            _record(db, actor, last, now)
            tail = _tail(db) or tail
        number, previous = (1, GENESIS) if last is None else (last.number + 1, last.sha256)
        checkpoint = Checkpoint(number, tail.seq, tail.hash, previous)
        artefact = sign(_subject(number), _payload(checkpoint, now))
        _append(held, json.dumps({"number": number, "cms": b64encode(artefact).decode()}).encode() + b"\n")
        _record(db, actor, _Last(number, sha256(artefact).hexdigest()), now)
    return checkpoint


@contextmanager
def no_checkpoint_meanwhile(file: Path) -> Iterator[None]:
    """While the block runs, nobody adds to `file`: what it and the trail say is of one moment. No file: nothing to do.

    Raises `Unavailable` for a file that cannot be read.
    """
    try:
        with file.open("rb") if file.exists() else nullcontext() as held:
            if held is not None:
                fcntl.flock(held, fcntl.LOCK_SH)
            yield
    except OSError as error:
        raise _unavailable() from error


def read_artefacts(file: Path) -> Iterator[bytes | None]:
    """The signed bytes of each whole line, None for a line that is none; a last line cut by a crash is left out."""
    if not file.exists():
        return
    with file.open("rb") as held:
        while line := held.readline(LINE_MAXIMUM_BYTES):
            if not line.endswith(b"\n") and len(line) < LINE_MAXIMUM_BYTES:
                return
            yield _artefact(line)


@dataclass(frozen=True, slots=True)
class _Last:
    number: int
    sha256: str


def _tail(db: Database) -> AuditRow | None:
    with db.reading() as read:
        return read.exec(select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)).first()


def _recorded(db: Database, number: int) -> bool:
    """Whether the newest row that speaks of a checkpoint speaks of this one."""
    newest = select(AuditRow.subject).where(AuditRow.action == ACTION).order_by(col(AuditRow.seq).desc()).limit(1)
    with db.reading() as read:
        return read.exec(newest).first() == _subject(number)


def _record(db: Database, actor: Actor, made: _Last, now: datetime) -> None:
    with unit_of_work(db, actor, "audit checkpoint", now) as tx:
        tx.audit(ACTION, _subject(made.number), {"number": made.number, "sha256": made.sha256})


def _subject(number: int) -> str:
    return f"checkpoint:{number}"


def _payload(checkpoint: Checkpoint, now: datetime) -> bytes:
    at = now.astimezone(UTC).isoformat(timespec="seconds")
    fields: dict[str, Any] = {"kind": KIND, "number": checkpoint.number, "at": at, "seq": checkpoint.seq}
    return canonical(fields | {"hash": checkpoint.row_hash, "previous": checkpoint.previous})


def _artefact(line: bytes) -> bytes | None:
    try:
        return b64decode(json.loads(line)["cms"], validate=True)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


@contextmanager
def _locked(file: Path) -> Iterator[BinaryIO]:
    """One writer at a time, over processes."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with file.open("a+b") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield held
    except OSError as error:
        raise _unavailable() from error


def _cut_partial_line(held: BinaryIO) -> _Last | None:
    """Remove what a crash left of a line nobody was told of; the last whole line."""
    held.seek(0)
    number, last, whole = 0, None, 0
    while (line := held.readline()).endswith(b"\n"):
        number, whole, last = number + 1, held.tell(), line
    if line:
        held.truncate(whole)
    if last is None:
        return None
    return _Last(number, sha256(_artefact(last) or b"").hexdigest())


def _append(held: BinaryIO, line: bytes) -> None:
    size = held.seek(0, os.SEEK_END)
    try:
        held.write(line)
        held.flush()
        os.fsync(held.fileno())
    except OSError as error:
        os.truncate(held.fileno(), size)
        raise _unavailable() from error


def _unavailable() -> Unavailable:
    return Unavailable(
        Fault(
            code="core.checkpoints.unavailable",
            ar="تعذر استعمال ملف نقاط المراجعة المرجعية",
            en="The file of audit checkpoints cannot be read or written",
        )
    )
