"""What was trusted on which day: an append-only archive of certificates and lists, beside an installation's own files.

A trust directory holds this installation's own `*.cer` and `*.crl`, and under `archive/` what came in over time:
`objects/` (files named by their SHA-256) and `snapshots/` (one JSON document each: what came in, when, from which file,
by whom, and the hash of the snapshot before). Only a snapshot makes an object trusted; it is written last, so an
interrupted import leaves the state before it. Nothing is changed or removed. Judges nothing: `keys.trust_import` does.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, get_args

from keys.crl import read_crl
from keys.der import DerError
from keys.files import alone, sync_directory, write_atomically
from keys.trust import TrustStore
from specs.errors import Fault, Invalid, NotFound, Unavailable

Kind = Literal["authority", "certificate", "crl", "master_list", "deviation_list"]
_KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
_ARCHIVE: Final = "archive"
_VERSION: Final = 1
_START: Final = "0" * 64
_MAX_SNAPSHOT_BYTES: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Item:
    """One object that came in. kind `authority`: somebody vouched that paths may end there. source: index."""

    sha256: str
    kind: Kind
    source: int


@dataclass(frozen=True, slots=True)
class Source:
    """A file things came from. name: without its directory; vouched: why its content is believed, in English."""

    name: str
    sha256: str
    vouched: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One import. number: from 1; sha256: of the document itself, which the next snapshot names as `previous`."""

    number: int
    at: datetime
    by: str
    previous: str
    sources: tuple[Source, ...]
    items: tuple[Item, ...]
    sha256: str = ""


class TrustArchive:
    """The trust of one directory. Reading needs no lock: what is there never changes."""

    def __init__(self, directory: Path) -> None:
        """Raises `NotFound` when there is no such directory, `Invalid` when a snapshot is damaged or missing."""
        if not directory.is_dir():
            raise NotFound(
                Fault(
                    "keys.trust.missing",
                    "مجلد شهادات الثقة غير موجود",
                    "there is no directory of trusted certificates at this path",
                    field=str(directory),
                )
            )
        self.directory = directory
        self._root = directory / _ARCHIVE

    @cached_property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Every snapshot, oldest first. Raises `Invalid` when the chain of their hashes is broken."""
        found: list[Snapshot] = []
        previous = _START
        for path in self._snapshot_files():
            snapshot = _read_snapshot(path)
            if snapshot.previous != previous or snapshot.number != len(found) + 1:
                raise _damaged(path, "it does not follow from the snapshot before it")
            found.append(snapshot)
            previous = snapshot.sha256
        return tuple(found)

    def at(self, moment: datetime) -> TrustStore:
        """What was trusted at that moment: own files, and everything imported up to then.

        A revocation list issued later was not known then and is left out. Raises `Invalid` for damaged files.
        """
        own = TrustStore.from_directory(self.directory)
        held: dict[Kind, dict[bytes, None]] = {kind: {} for kind in _KINDS}
        for item in self.items(moment):
            if item.kind in ("authority", "certificate", "crl"):
                held[item.kind][self.read(item.sha256)] = None
        crls = (der for der in {**dict.fromkeys(own.crls), **held["crl"]} if _issued_by(der, moment))
        certificates = {**dict.fromkeys(own.certificates), **held["certificate"]}
        return TrustStore(tuple(certificates), tuple(crls), tuple(held["authority"]))

    def items(self, moment: datetime | None = None) -> Iterator[Item]:
        """Everything imported up to that moment; a thing that came twice under two kinds stands twice."""
        for snapshot in self.snapshots:
            if moment is None or snapshot.at <= moment:
                yield from snapshot.items

    def read(self, sha256: str) -> bytes:
        """The object of that name. Raises `Invalid` when it is missing or its content is not what its name says."""
        path = self._object(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise _damaged(path, f"it cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _damaged(path, "its content is not what its name says")
        return data

    @property
    def head(self) -> str:
        """What tells whether something came in since: the name of the newest snapshot, empty before the first."""
        files = self._snapshot_files()
        return files[-1].name if files else ""

    def keep_own(self, own: TrustStore, at: datetime, by: str) -> Snapshot | None:
        """Remember an installation's own certificates and lists by day, for its files hold only the newest lists."""
        held: list[tuple[bytes, Kind]] = [(der, "certificate") for der in own.certificates]
        held += [(der, "crl") for der in own.crls]
        known = {(item.sha256, item.kind) for item in self.items()}
        if all((hashlib.sha256(der).hexdigest(), kind) in known for der, kind in held):
            return None
        with self.writing() as writer:
            items = [Item(writer.keep(der), kind, 0) for der, kind in held]
            return writer.commit(items, [Source("own", "", "made by this installation")], at, by)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Hold the archive for one import. Raises `Unavailable` when the disk refuses."""
        try:
            for part in (self._root / "objects", self._root / "snapshots"):
                part.mkdir(parents=True, exist_ok=True)
            with alone(self._root):
                self.__dict__.pop("snapshots", None)  # another process may have written since
                yield Writer(self)
        except OSError as error:
            raise Unavailable(
                Fault(
                    "keys.trust.write",
                    "تعذّرت كتابة أرشيف الثقة، وبقيت الحالة السابقة",
                    f"the archive of trust could not be written; the state before stands: {error.strerror}",
                    field=str(self._root),
                )
            ) from error

    def _snapshot_files(self) -> list[Path]:
        directory = self._root / "snapshots"
        return sorted(directory.glob("[0-9]*.json")) if directory.is_dir() else []

    def _object(self, sha256: str) -> Path:
        return self._root / "objects" / sha256[:2] / sha256


class Writer:
    """An archive held for one import: objects first, one snapshot last."""

    def __init__(self, archive: TrustArchive) -> None:
        self.archive = archive
        self._known = {(item.sha256, item.kind) for item in archive.items()}

    def keep(self, data: bytes) -> str:
        """Store an object; its SHA-256. Trusted only once a snapshot names it. Raises `OSError`."""
        name = hashlib.sha256(data).hexdigest()
        path = self.archive._object(name)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            temporary = path.with_name(f".{name}")  # whoever holds the lock is alone
            temporary.write_bytes(data)
            temporary.chmod(0o644)
            temporary.replace(path)
        return name

    def knows(self, sha256: str, kind: Kind) -> bool:
        return (sha256, kind) in self._known

    def commit(self, items: Iterable[Item], sources: Iterable[Source], at: datetime, by: str) -> Snapshot | None:
        """Make what is new in `items` trusted from `at` on, at once; None when nothing is new. Raises `OSError`."""
        fresh: dict[tuple[str, Kind], Item] = {}
        for item in items:
            if not self.knows(item.sha256, item.kind):
                fresh.setdefault((item.sha256, item.kind), item)
        if not fresh:
            return None
        before = self.archive.snapshots
        last = before[-1] if before else None
        snapshot = Snapshot(
            number=len(before) + 1,
            at=max(at.astimezone(UTC), last.at) if last else at.astimezone(UTC),  # clocks of two machines may differ
            by=by,
            previous=last.sha256 if last else _START,
            sources=tuple(sources),
            items=tuple(fresh.values()),
        )
        os.sync()  # the objects, all at once: a directory of 30,000 signers would wait for the disk as often
        document = _document(snapshot)
        directory = self.archive._root / "snapshots"
        write_atomically(directory / f"{snapshot.number:08}.json", document, mode=0o644)
        sync_directory(directory)
        self.archive.__dict__.pop("snapshots", None)
        return self.archive.snapshots[-1]


def _document(snapshot: Snapshot) -> bytes:
    held = asdict(snapshot) | {"version": _VERSION, "at": snapshot.at.isoformat()}
    del held["sha256"]
    return json.dumps(held, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def _read_snapshot(path: Path) -> Snapshot:
    try:
        if path.stat().st_size > _MAX_SNAPSHOT_BYTES:
            raise ValueError("too large")
        document = path.read_bytes()
        held = json.loads(document)
        if held["version"] != _VERSION:
            raise ValueError(f"version {held['version']}")
        return Snapshot(
            number=held["number"],
            at=datetime.fromisoformat(held["at"]),
            by=held["by"],
            previous=held["previous"],
            sources=tuple(Source(**source) for source in held["sources"]),
            items=tuple(_item(item) for item in held["items"]),
            sha256=hashlib.sha256(document).hexdigest(),
        )
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _damaged(path, f"it is no snapshot: {error}") from error


def _item(held: dict[str, object]) -> Item:
    name, source = held["sha256"], held["source"]
    if not isinstance(name, str) or len(name) != 64 or not set(name) <= set("0123456789abcdef"):
        raise ValueError("an object without a proper name")
    kind = next((kind for kind in _KINDS if kind == held["kind"]), None)
    if kind is None or not isinstance(source, int):
        raise ValueError(f"an object of kind {held['kind']!r}")
    return Item(name, kind, source)


def _issued_by(crl: bytes, moment: datetime) -> bool:
    try:
        return read_crl(crl).this_update.at <= moment
    except DerError:
        return True  # the store will name the file


def _damaged(path: Path, reason: str) -> Invalid:
    return Invalid(
        Fault(
            "keys.trust.damaged",
            "أرشيف الثقة تالف؛ أعده من النسخة الاحتياطية",
            f"the archive of trust is damaged, restore it from the backup: {reason}",
            field=str(path),
        )
    )
