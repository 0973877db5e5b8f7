"""What was done in a ceremony, line by line on disk: hash-chained as it happens, signed as a whole at the end.

`transcript.jsonl` holds one JSON object a line; each names the SHA-256 of the line before, the first that of the
ceremony's own file. `transcript.p7s` is the signed record over all lines. People stand in it as role and id, never by
name.
"""

from __future__ import annotations

import hashlib
import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from keys.files import sync_directory, write_atomically
from keys.record_verify import verify_record
from keys.trust import TrustStore
from keys.verdict import Check, Verdict
from specs.errors import Fault, Invalid, Unavailable
from specs.schema.pki import Pki

LINES: Final = "transcript.jsonl"
RECORD: Final = "transcript.p7s"
MAX_BYTES: Final = 1_000_000
_CLAUSE: Final = "docs/ceremonies.md"


class Transcript:
    """The lines of one run. ceremony_sha256: of the reviewed file. Raises `Invalid` when what is there is broken."""

    def __init__(self, directory: Path, ceremony_sha256: str) -> None:
        self.directory = directory
        self.ceremony_sha256 = ceremony_sha256
        self.lines = read_lines(directory, ceremony_sha256)

    @property
    def payload(self) -> bytes:
        return b"".join(self.lines)

    @property
    def signed(self) -> bool:
        return (self.directory / RECORD).exists()

    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines]

    def append(self, at: datetime, event: str, **facts: Any) -> None:
        """Add a line; it is on disk before this returns. Raises `Unavailable`."""
        previous = _sha256(self.lines[-1]) if self.lines else self.ceremony_sha256
        entry = {"line": len(self.lines), "at": at.isoformat(), "event": event, **facts, "previous": previous}
        line = json.dumps(entry, ensure_ascii=False, sort_keys=True).encode() + b"\n"
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            with (self.directory / LINES).open("ab") as file:
                file.write(line)
                file.flush()
                os.fsync(file.fileno())
            sync_directory(self.directory)
        except OSError as error:
            raise not_written(error) from error
        self.lines.append(line)

    def keep(self, name: str, data: bytes) -> None:
        """Write a public artefact, or the signed record, beside the lines. Raises `Unavailable`."""
        try:
            write_atomically(self.directory / name, data, mode=0o644)
        except OSError as error:
            raise not_written(error) from error


def read_lines(directory: Path, ceremony_sha256: str) -> list[bytes]:
    """The whole lines written so far, their chain checked; a last line cut off by a power failure is dropped.

    Raises `Invalid` when a line was changed, left out, or belongs to another ceremony.
    """
    path = directory / LINES
    if not path.exists():
        return []
    data = path.read_bytes()
    if len(data) > MAX_BYTES:
        raise Invalid(_broken(len(data)))
    lines = data.splitlines(keepends=True)
    if lines and not lines[-1].endswith(b"\n"):
        lines.pop()
        write_atomically(path, b"".join(lines), mode=0o644)
    if wrong := _first_wrong(lines, ceremony_sha256):
        raise Invalid(_broken(wrong))
    return lines


def verify_transcript(directory: Path, trust: TrustStore, at: datetime, *, pki: Pki | None = None) -> Verdict:
    """Whether a finished transcript is the one that was signed, whole and unchanged. Facts: ceremony, sha256, lines."""
    try:
        record, lines = (directory / RECORD).read_bytes(), (directory / LINES).read_bytes()
    except OSError:
        return Verdict.of([_check("files", "fail", "lines or signed record are missing", "ملفات المحضر ناقصة")])
    read = verify_record(record, trust, at, pki=pki)
    checks = list(read.verdict.checks)
    if read.payload != lines:
        checks.append(_check("content", "fail", "the lines are not those signed", "سطور المحضر غير الموقعة"))
        return Verdict.of(checks)
    held = lines.splitlines(keepends=True)
    first = json.loads(held[0])
    if _first_wrong(held, first["previous"]):
        checks.append(_check("chain", "fail", "a line does not follow the one before", "سلسلة السطور منقطعة"))
    else:
        checks.append(_check("chain", "pass", "every line follows the one before", "السطور متسلسلة"))
    return Verdict.of(checks, {"ceremony": first["ceremony"], "sha256": first["previous"], "lines": len(held)})


def _first_wrong(lines: list[bytes], ceremony_sha256: str) -> int:
    """The number from 1 of the first line that does not follow the one before; 0: none."""
    previous = ceremony_sha256
    for number, line in enumerate(lines, 1):
        try:
            held = json.loads(line)["previous"]
        except (ValueError, KeyError, TypeError):
            return number
        if held != previous:
            return number
        previous = _sha256(line)
    return 0


def not_written(error: OSError) -> Unavailable:
    """The disk refused the transcript."""
    words = "تعذّرت كتابة محضر المراسم", f"the transcript could not be written: {error.strerror}"
    return Unavailable(Fault("keys.ceremony.write", *words, field=LINES, clause=_CLAUSE))


def _broken(line: int) -> Fault:
    words = f"محضر المراسم تالف عند السطر {line}", f"the transcript is broken, or of another ceremony, at line {line}"
    return Fault("keys.ceremony.transcript", *words, field=LINES, clause=_CLAUSE)


def _check(name: str, result: str, en: str, ar: str) -> Check:
    return Check(f"ceremony.{name}", "crypto", "pass" if result == "pass" else "fail", en, ar, _CLAUSE)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
