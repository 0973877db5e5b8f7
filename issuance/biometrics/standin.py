"""The embedded stand-in for a national AFIS: compares portraits by `descriptor`, in memory, within a declared room.

For development, demonstrations and offices without the national system. It takes no fingerprints, and what it finds
is the same photograph, not the same person.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import numpy as np
from sqlmodel import col, func, select

from issuance.biometrics.afis import Match, Probe
from issuance.biometrics.descriptor import SIZE, describe, percents
from issuance.biometrics.facts import Capacity
from issuance.biometrics.model import AfisFace
from issuance.core.actor import system
from issuance.core.uow import unit_of_work
from issuance.db.session import Database, ReadSession, lock
from specs.errors import Fault, Unavailable
from specs.schema.afis import AfisRules

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLAUSE = "specs/passport/afis.yaml"
FULL = Fault(
    code="biometrics.afis.full",
    field="afis",
    clause=CLAUSE,
    ar="امتلأت سجلات البحث عن الازدواج؛ يوقف الإصدار حتى توسع أو يعلن العمل عند التعطل",
    en="the search for duplicates is full: issue stops until it has room, or until the outage is declared",
)


class _Gallery:
    """The faces of one database, read once and then only what was added. Rows are added only."""

    def __init__(self) -> None:
        self.last = 0
        self.people: list[str] = []
        self.faces: NDArray[np.int8] = np.empty((0, SIZE), np.int8)
        self.lock = Lock()

    def refreshed(self, read: ReadSession) -> tuple[list[str], NDArray[np.int8]]:
        with self.lock:
            query = select(AfisFace.seq, AfisFace.person_id, AfisFace.face).where(col(AfisFace.seq) > self.last)
            if rows := read.exec(query.order_by(col(AfisFace.seq))).all():
                added = np.frombuffer(b"".join(row[2] for row in rows), np.int8).reshape(-1, SIZE)
                self.people = [*self.people, *(row[1] for row in rows)]
                self.faces = np.concatenate([self.faces, added])
                self.last = int(rows[-1][0] or 0)
            return self.people, self.faces


_galleries: WeakKeyDictionary[Database, _Gallery] = WeakKeyDictionary()


class StandIn:
    """`afis.Afis` over the table `afis_faces`."""

    def __init__(self, db: Database, rules: AfisRules) -> None:
        self._db, self._rules = db, rules
        self._gallery = _galleries.setdefault(db, _Gallery())

    def enrol(self, probe: Probe, now: datetime) -> None:
        """Raises `Unavailable` (`biometrics.afis.full`) when there is no room."""
        with self._db.reading() as read:
            if _held(read, probe):
                return
        face = describe(probe.image, probe.eyes)
        with unit_of_work(self._db, system("afis"), "enrol a face", now) as tx:
            lock(tx.session, "afis_faces")
            if _held(tx.read, probe):
                return
            if _used(tx.read) >= self._rules.capacity.records:
                raise Unavailable(FULL)
            row = AfisFace(reference=probe.reference, digest=probe.digest, person_id=probe.person_id, face=face)
            tx.session.add(row)
            tx.audit("biometrics.enrol", f"application:{probe.reference}", {"person": probe.person_id})

    def search(self, probe: Probe) -> Sequence[Match]:
        with self._db.reading() as read:
            people, faces = self._gallery.refreshed(read)
        alike = percents(describe(probe.image, probe.eyes), faces)
        best: dict[str, int] = {}
        for index in np.flatnonzero(alike >= self._rules.faces.hit_percent).tolist():
            if people[index] != probe.person_id:
                percent = round(float(alike[index]))
                best[people[index]] = max(percent, best.get(people[index], 0))
        ordered = sorted(best.items(), key=lambda one: (-one[1], one[0]))
        return [Match(*one) for one in ordered[: self._rules.faces.most_candidates]]

    def capacity(self) -> Capacity:
        with self._db.reading() as read:
            return Capacity(_used(read), self._rules.capacity.records)


def _held(read: ReadSession, probe: Probe) -> bool:
    query = select(AfisFace.seq).where(AfisFace.reference == probe.reference, AfisFace.digest == probe.digest)
    return read.exec(query).first() is not None


def _used(read: ReadSession) -> int:
    return read.exec(select(func.count()).select_from(AfisFace)).one()
