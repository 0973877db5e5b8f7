"""What was trusted on which day: an append-only archive of certificates and lists, beside an installation's own files.

A trust directory holds this installation's own `*.cer` and `*.crl`, and under `archive/` what came in over time:
`objects/` (files named by their SHA-256) and `snapshots/` (one JSON document each: what came in, when, from which file,
by whom, what was withdrawn and why, and the hash of the snapshot before). Only a snapshot makes an object trusted, or
trusted no more; it is written last, so an interruption leaves the state before it. Nothing is changed or removed, so
that the trust of any day can be had again. Judges nothing: `keys.trust_import` and `keys.trust_withdrawal` do.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from keys.crl import read_crl
from keys.der import DerError
from keys.files import alone, sync_directory, write_atomically
from keys.our_country import speaks_for_us
from keys.trust import TrustStore
from keys.trust_snapshots import KINDS, OWN, Item, Kind, Snapshot, Source, damaged, document, read_snapshot
from specs.errors import Fault, NotFound, Unavailable
from specs.load import load
from specs.schema.pki import Names

_ARCHIVE: Final = "archive"
_START: Final = "0" * 64


class TrustArchive:
    """The trust of one directory. Reading needs no lock: what is there never changes."""

    def __init__(self, directory: Path, names: Names | None = None) -> None:
        """names: of our own State; default, the specification in force.

        Raises `NotFound` when there is no such directory, `Invalid` when a snapshot is damaged or missing.
        """
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
        self._names = names
        self._root = directory / _ARCHIVE

    @cached_property
    def names(self) -> Names:
        """Of our own State."""
        return self._names or load().pki_profiles.names

    @cached_property
    def snapshots(self) -> tuple[Snapshot, ...]:
        """Every snapshot, oldest first. Raises `Invalid` when the chain of their hashes is broken."""
        found: list[Snapshot] = []
        previous = _START
        for path in self._snapshot_files():
            snapshot = read_snapshot(path)
            if snapshot.previous != previous or snapshot.number != len(found) + 1:
                raise damaged(path, "it does not follow from the snapshot before it")
            found.append(snapshot)
            previous = snapshot.sha256
        return tuple(found)

    def at(self, moment: datetime) -> TrustStore:
        """What was trusted at that moment: own files, and everything imported up to then and not withdrawn.

        A revocation list issued later was not known then and is left out; so is, at any moment, an imported authority
        of our own State: the own files alone vouch for it. Raises `Invalid` for damaged files.
        """
        own = TrustStore.from_directory(self.directory)
        held: dict[Kind, dict[bytes, None]] = {kind: {} for kind in KINDS}
        for item in self.items(moment):
            if item.kind != "master_list":  # its certificates are items of their own
                held[item.kind][self.read(item.sha256)] = None
        crls = (der for der in {**dict.fromkeys(own.crls), **held["crl"]} if _issued_by(der, moment))
        certificates = {**dict.fromkeys(own.certificates), **held["certificate"]}
        authorities = tuple(der for der in held["authority"] if not self._speaks_for_us(der))
        deviations = tuple(held["deviation_list"])
        return TrustStore(tuple(certificates), tuple(crls), authorities, deviations, own.time_stamps)

    def items(self, moment: datetime | None = None) -> Iterable[Item]:
        """What was imported up to that moment and not withdrawn by then; a thing of two kinds stands twice."""
        held: dict[tuple[str, Kind], Item] = {}
        for snapshot in self._until(moment):
            gone = {*snapshot.withdrawn, *snapshot.with_it}
            held = {key: item for key, item in held.items() if key[0] not in gone} if gone else held
            held |= {(item.sha256, item.kind): item for item in snapshot.items}
        return held.values()

    def withdrawn(self, moment: datetime | None = None) -> set[str]:
        """The objects that somebody withdrew by name up to that moment and that did not come in again since."""
        gone: set[str] = set()
        for snapshot in self._until(moment):
            gone |= set(snapshot.withdrawn)
            gone -= {item.sha256 for item in snapshot.items}
        return gone

    def own(self) -> set[str]:
        """The objects that this installation made itself, now or earlier."""
        held = TrustStore.from_directory(self.directory)
        made = {hashlib.sha256(der).hexdigest() for der in (*held.certificates, *held.crls)}
        for snapshot in self.snapshots:
            made |= {item.sha256 for item in snapshot.items if snapshot.sources[item.source].vouched == OWN}
        return made

    def _speaks_for_us(self, der: bytes) -> bool:
        try:
            return speaks_for_us(der, self.names)
        except DerError:
            return False  # the store will name the file

    def _until(self, moment: datetime | None) -> Iterator[Snapshot]:
        return (snapshot for snapshot in self.snapshots if moment is None or snapshot.at <= moment)

    def read(self, sha256: str) -> bytes:
        """The object of that name. Raises `Invalid` when it is missing or its content is not what its name says."""
        path = self._object(sha256)
        try:
            data = path.read_bytes()
        except OSError as error:
            raise damaged(path, f"it cannot be read: {error.strerror}") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise damaged(path, "its content is not what its name says")
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
            return writer.commit(items, [Source("own", "", OWN)], at, by)

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """Hold the archive for one import or withdrawal. Raises `Unavailable` when the disk refuses."""
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
    """An archive held for one change: objects first, one snapshot last."""

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
        return self._add(Snapshot(0, at, by, "", tuple(sources), tuple(fresh.values())))

    def withdraw(self, names: Iterable[str], with_it: Iterable[str], reason: str, at: datetime, by: str) -> Snapshot:
        """Trust these objects no more from `at` on. Raises `OSError`."""
        return self._add(Snapshot(0, at, by, "", (), (), tuple(names), tuple(with_it), reason))

    def _add(self, change: Snapshot) -> Snapshot:
        """The change as the newest snapshot, with its number and what it follows."""
        before = self.archive.snapshots
        last = before[-1] if before else None
        at = change.at.astimezone(UTC)
        snapshot = replace(
            change,
            number=len(before) + 1,
            at=max(at, last.at) if last else at,  # clocks of two machines may differ
            previous=last.sha256 if last else _START,
        )
        os.sync()  # the objects, all at once: a directory of 30,000 signers would wait for the disk as often
        directory = self.archive._root / "snapshots"
        write_atomically(directory / f"{snapshot.number:08}.json", document(snapshot), mode=0o644)
        sync_directory(directory)
        self.archive.__dict__.pop("snapshots", None)
        return self.archive.snapshots[-1]


def _issued_by(crl: bytes, moment: datetime) -> bool:
    try:
        return read_crl(crl).this_update.at <= moment
    except DerError:
        return True  # the store will name the file
