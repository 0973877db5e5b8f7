"""What was done in a ceremony, line by line on disk: hash-chained as it happens, signed as a whole at the end.

`transcript.jsonl` holds one JSON object a line; each names the SHA-256 of the line before, the first that of the
ceremony's own file. Every line says what it is of (`kind`), and whether people had agreed beforehand. `transcript.p7s`
is the signed record over all lines. People stand in it as role and id, never by name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from keys.files import sync_directory, write_atomically
from keys.record_verify import verify_record
from keys.trust import TrustStore
from keys.verdict import Check, Result, Verdict
from specs.errors import Fault, Invalid, Unavailable
from specs.schema.pki import Pki

LINES: Final = "transcript.jsonl"
RECORD: Final = "transcript.p7s"
KIND: Final = "key ceremony"
MAX_BYTES: Final = 1_000_000
_CLAUSE: Final = "docs/ceremonies.md"


class Transcript:
    """The lines of one run. ceremony_sha256: of the reviewed file. beforehand: nobody is asked at each step.

    Raises `Invalid` when what is there is broken.
    """

    def __init__(self, directory: Path, ceremony_sha256: str, *, beforehand: bool = False) -> None:
        self.directory = directory
        self.beforehand = beforehand
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
        entry |= {"kind": KIND, "beforehand": self.beforehand}
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


def verify_transcript(
    directory: Path, trust: TrustStore, at: datetime, *, pki: Pki | None = None, reviewed: Collection[str] | None = None
) -> Verdict:
    """Whether a finished transcript is the one that was signed, whole and unchanged, and the artefacts those it names.

    reviewed: SHA-256 of the ceremonies' files in force; another is a warning. Facts: ceremony, sha256, lines, outcome.
    """
    try:
        record, lines = (directory / RECORD).read_bytes(), (directory / LINES).read_bytes()
    except OSError:
        return Verdict.of([_check("files", "fail", "lines or signed record are missing", "ملفات المحضر ناقصة")])
    read = verify_record(record, trust, at, pki=pki)
    checks = list(read.verdict.checks)
    if read.payload != lines:
        checks.append(_check("content", "fail", "the lines are not those signed", "سطور المحضر غير الموقعة"))
        return Verdict.of(checks)
    entries = _entries(lines)
    if entries is None:
        checks.append(_check("kind", "fail", "a signed record of something else", "سجل موقع لغير مراسم المفاتيح"))
        return Verdict.of(checks)
    first, last = entries[0], entries[-1]
    if _first_wrong(lines.splitlines(keepends=True), first["previous"]):
        checks.append(_check("chain", "fail", "a line does not follow the one before", "سلسلة السطور منقطعة"))
    else:
        checks.append(_check("chain", "pass", "every line follows the one before", "السطور متسلسلة"))
    checks += _artefacts(directory, entries)
    if reviewed is not None and first["previous"] not in reviewed:
        en = "the ceremony's file is not one of the specification in force, which has moved on"
        checks.append(_check("reviewed", "warning", en, "ملف المراسم ليس من المواصفة السارية، فقد تغيّرت"))
    if last["event"] == "aborted":
        checks.append(_check("outcome", "warning", "the ceremony ended unfinished", "أُنهيت المراسم ناقصة"))
    elif last["event"] != "closed":
        checks.append(_check("outcome", "fail", "the ceremony is not closed", "المراسم غير مختتمة"))
    facts = {"ceremony": first.get("ceremony"), "sha256": first["previous"], "lines": len(entries)}
    return Verdict.of(checks, facts | {"outcome": last["event"]})


def _entries(lines: bytes) -> list[dict[str, Any]] | None:
    """The lines as objects; None when they are no transcript of a ceremony."""
    if len(lines) > MAX_BYTES:
        return None
    try:
        held = [json.loads(line) for line in lines.splitlines()]
    except (ValueError, RecursionError):
        return None
    marked = all(isinstance(e, dict) and e.get("kind") == KIND and {"event", "previous"} <= e.keys() for e in held)
    return held if held and marked else None


def _artefacts(directory: Path, entries: list[dict[str, Any]]) -> list[Check]:
    """Whether each file is there and is the one named last, and whether there is nothing beside them."""
    named: dict[str, str] = {}
    for entry in entries:
        named |= entry.get("made") or {}
    wrong = sorted(name for name, digest in named.items() if _digest_of(directory, name) != digest)
    checks = []
    if wrong:
        en, ar = "these artefacts are missing or not those made", "ملفات ناقصة أو غير التي صُنعت"
        checks.append(_check("artefacts", "fail", f"{en}: {', '.join(wrong)}", f"{ar}: {', '.join(wrong)}"))
    else:
        checks.append(_check("artefacts", "pass", "the artefacts are those made", "الملفات هي التي صُنعت"))
    others = {path.name for path in directory.iterdir()} - {LINES, RECORD, *named}
    if others:
        text = ", ".join(sorted(others))
        checks.append(_check("others", "warning", f"not of this ceremony: {text}", f"ليست من هذه المراسم: {text}"))
    return checks


def _digest_of(directory: Path, name: str) -> str:
    try:
        return _sha256((directory / name).read_bytes()) if Path(name).name == name else ""
    except (OSError, ValueError):
        return ""


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


def _check(name: str, result: Result, en: str, ar: str) -> Check:
    return Check(f"ceremony.{name}", "crypto", result, en, ar, _CLAUSE)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
