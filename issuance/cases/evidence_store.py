"""Evidence as files: each under the SHA-256 of its content, whole or not at all. Knows no table and no case.

    <home>/evidence/3f/3fa9...   the content, read only
    <home>/evidence/.new-...     one that is being taken in

Content is hashed as it streams in, written through to the disk, and only then given its name. A content that comes
twice is one file.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

from specs.errors import Fault, Invalid, NotFound, Unavailable
from specs.schema.evidence import EvidenceRules

CLAUSE: Final = "cases/evidence.yaml"
CHUNK_BYTES: Final = 1024 * 1024
HEAD_BYTES: Final = 128
"""Enough for every signature the specification may name."""
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Stored:
    """sha256: hex, as computed while it came in; media_type: by its first bytes, never by its name."""

    sha256: str
    size_bytes: int
    media_type: str


def store_directory(home: Path) -> Path:
    return home / "evidence"


def path_of(store: Path, digest: str) -> Path:
    """Where the content of this hash stands, or would stand."""
    if not _NAME.fullmatch(digest):
        raise ValueError("a hash is 64 hexadecimal digits")
    return store / digest[:2] / digest


def take_in(store: Path, content: BinaryIO, rules: EvidenceRules) -> Stored:
    """Keep `content`, read to its end. After this the file is on the disk, and no row speaks of it yet.

    Raises `Invalid` (`cases.evidence.empty`, `.too_large`, `.type`), `Unavailable` (`cases.evidence.write`): then
    nothing of it stays.
    """
    try:
        store.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, fresh_name = tempfile.mkstemp(prefix=".new-", dir=store)
        fresh = Path(fresh_name)
        try:
            with os.fdopen(handle, "wb") as file:
                stored = _copied(content, file, rules)
                file.flush()
                os.fchmod(file.fileno(), 0o400)
                os.fsync(file.fileno())
            place = path_of(store, stored.sha256)
            place.parent.mkdir(exist_ok=True, mode=0o700)
            fresh.replace(place)  # over an equal one: should that have been damaged, it is whole again
            for folder in (place.parent, store, store.parent):
                _sync(folder)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        words = "تعذر حفظ الدليل ولم يُترك منه شيء", f"the evidence could not be kept; nothing stayed: {error.strerror}"
        raise Unavailable(_fault("write", *words)) from error
    return stored


def digest_in_place(store: Path, digest: str) -> str | None:
    """The SHA-256 (hex) the file of that name has now, None when there is none. Raises `Unavailable` (`.read`)."""
    try:
        with path_of(store, digest).open("rb") as file:
            found = sha256()
            while chunk := file.read(CHUNK_BYTES):
                found.update(chunk)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unreadable(error) from error
    return found.hexdigest()


def opened(store: Path, digest: str) -> BinaryIO:
    """The content, for reading. Raises `NotFound` (`cases.evidence.missing`), `Unavailable`."""
    try:
        return path_of(store, digest).open("rb")
    except FileNotFoundError as error:
        words = "ملف الدليل غير موجود في المخزن", "the file of this evidence is not in the store"
        raise NotFound(_fault("missing", *words)) from error
    except OSError as error:
        raise _unreadable(error) from error


def folders(store: Path) -> Iterator[Path]:
    """Every folder of the store, in the order of the hashes. Raises `Unavailable` (`.read`) when there is no store."""
    try:
        yield from sorted(path for path in store.iterdir() if path.is_dir())
    except OSError as error:
        raise _unreadable(error) from error


def _copied(content: BinaryIO, file: BinaryIO, rules: EvidenceRules) -> Stored:
    found, size, head = sha256(), 0, b""
    while chunk := content.read(CHUNK_BYTES):
        size += len(chunk)
        if size > rules.file.maximum_bytes:
            limit = rules.file.maximum_bytes // (1024 * 1024)
            words = f"الملف أكبر من {limit} ميغابايت", f"the file is larger than {limit} MiB"
            raise Invalid(_fault("too_large", *words))
        if len(head) < HEAD_BYTES:
            head += chunk[:HEAD_BYTES]
        found.update(chunk)
        file.write(chunk)
    if not size:
        raise Invalid(_fault("empty", "الملف فارغ", "the file is empty"))
    for media_type, kind in rules.types.entries.items():
        if kind.begins(head):
            return Stored(found.hexdigest(), size, media_type)
    titles = [kind.title for kind in rules.types.entries.values()]
    ar, en = "، ".join(title.ar for title in titles), ", ".join(title.en for title in titles)
    raise Invalid(_fault("type", f"نوع الملف غير مقبول؛ المقبول: {ar}", f"no type that is taken in; these are: {en}"))


def _sync(folder: Path) -> None:
    """A name is on the disk only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unreadable(error: OSError) -> Unavailable:
    words = "تعذرت قراءة ملف الدليل", f"the file of this evidence cannot be read: {error.strerror}"
    return Unavailable(_fault("read", *words))


def _fault(kind: str, ar: str, en: str) -> Fault:
    return Fault(code=f"cases.evidence.{kind}", field="file", clause=CLAUSE, ar=ar, en=en)
