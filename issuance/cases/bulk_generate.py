"""Fill a register with invented files, for measurements, training and demonstrations; never in production.

Histories come from `bulk_walk`; here they get numbers and rows, a batch a transaction. Ids are UUIDs of version 8 that
hold place and seed: what is invented can be told from the id alone, and a run that was cut short goes on where it was.
Nobody else is told: no events are written, and one audit row a file, which vouches for all its entries.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import insert

from issuance.cases import trail
from issuance.cases.bulk_walk import Cast, Walk
from issuance.cases.case_rules import CaseRules
from issuance.cases.entries import several
from issuance.cases.file import Action, CaseFile
from issuance.cases.history import GENESIS, values_of
from issuance.cases.model import CaseAction, CaseCounter
from issuance.cases.projection import write_many
from issuance.cases.resolve import resolved
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.service import Service
from specs.errors import Fault, Invalid, Refused
from specs.schema.lifecycle import CaseAction as Kind

BATCH: Final = 2_000
FIRST_DAY: Final = datetime(2019, 1, 1, 6, tzinfo=UTC)
_PLACES: Final = 1 << 48
Progress = Callable[[int, int], None]


def generate(
    service: Service,
    actor: Actor,
    people: Sequence[str],
    names: Sequence[str],
    offices: Mapping[str, Sequence[str]],
    count: int,
    seed: int,
    now: datetime,
    progress: Progress,
) -> int:
    """See to it that the register holds the first `count` invented files of `seed`; how many were made now.

    people: national numbers of invented people who are entered; names: of accused nobody identifies; offices: codes of
    invented offices by kind. Raises `NotAllowed`, `Refused` in production, `Invalid`.
    """
    admit(service, actor)
    if not 0 < count < _PLACES or not 0 <= seed < _PLACES:
        words = "العدد أو البذرة خارج المدى", "from 1 to 2^48 files, and a seed from 0"
        raise Invalid(Fault("cases.generate.range", *words, field="count", clause="docs/cases.md"))
    register = _Register(CaseRules.of(service.spec), people, names, offices, seed, count, now)
    with service.db.reading() as read:
        first = _made_already(read, seed, count)
    for start in range(first, count, BATCH):
        progress(start, count)
        with unit_of_work(service.db, actor, "invented cases", now) as tx:
            batch = range(start, min(start + BATCH, count))
            register.write(tx, batch)
            tx.audit("cases.generate", "cases", {"first": batch.start, "count": len(batch), "seed": seed})
    progress(count, count)
    return count - first


def admit(service: Service, actor: Actor) -> None:
    """Raises `NotAllowed`, and `Refused` in production."""
    policy.require(actor, "cases.generate")
    if service.settings.production:
        words = "لا تُخترع قضايا في سجل حقيقي", "no case is invented in a register that is in use"
        raise Refused(Fault("cases.generate.production", *words, field="ISSUANCE_PRODUCTION", clause="docs/cases.md"))


@dataclass(slots=True)
class _Register:
    """What is invented from what, and what was looked up so far."""

    rules: CaseRules
    people: Sequence[str]
    names: Sequence[str]
    offices: Mapping[str, Sequence[str]]
    seed: int
    count: int
    now: datetime
    known: dict[tuple[object, ...], dict[str, Any]] = field(default_factory=dict)

    def write(self, tx: Tx, places: range) -> None:
        """The files of these places with all their rows and numbers."""
        numbers, files, entries = _Numbers(tx), [], []
        cast = Cast(self.people, self.names, self.offices, self._looking_up(tx.read))
        offences = tuple(self.rules.offences.entries)
        stations = self.offices["station"]
        for place in places:
            dice = random.Random(self.seed << 48 | place)  # noqa: S311 - invented cases, not secrets
            office = stations[int(dice.random() ** 2 * len(stations))]  # some stations have more to do than others
            at = FIRST_DAY + (self.now - FIRST_DAY) * ((place + 0.5) / self.count)
            walk = Walk(dice, cast, self.rules, partial(invented_id, self.seed, place), self.now, offences)
            case_id = invented_id(self.seed, place, 0)
            file, actions = walk.history(case_id, numbers.next(office, civil_day(at).year), office, at)
            files.append(file)
            rows = _chained(case_id, actions)
            tx.audit("cases.generate", f"case:{case_id}", trail.detail(len(rows), rows[-1]["digest"]))
            entries += rows
        tx.session.connection().execute(insert(CaseAction), entries)
        write_many(tx.session, files, self.rules)
        numbers.keep()

    def _looking_up(self, read: ReadSession) -> Callable[..., dict[str, Any]]:
        def look_up(
            file: CaseFile | None,
            kind: Kind,
            body: Mapping[str, Any],
            matters: tuple[str, ...],
            day: date,
            office: str,
        ) -> dict[str, Any]:
            """Invented people and offices stay as they are: what was once looked up holds for every day."""
            if kind.after is not None:
                return resolved(read, file, kind, body, matters, day, self.rules, office)
            court = file.holder if file is not None and kind.records == "ruling" else None
            key = (court, kind.while_handed_over and office, body.get("national_number"), body.get("to_office"))
            found = self.known.get(key)
            if found is None:
                found = self.known[key] = resolved(read, file, kind, body, matters, day, self.rules, office)
            return found

        return look_up


class _Numbers:
    """The next numbers of offices, kept from others until the transaction ends."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._held: dict[tuple[str, int], CaseCounter] = {}

    def next(self, office: str, year: int) -> str:
        row = self._held.get((office, year))
        if row is None:
            several(self._tx)
            lock(self._tx.session, f"case counter {office} {year}")
            row = self._tx.session.get(CaseCounter, (office, year)) or CaseCounter(office=office, year=year, last=0)
            self._held[office, year] = row
        row.last += 1
        return f"{office}-{year}-{row.last:06d}"

    def keep(self) -> None:
        self._tx.session.add_all(self._held.values())


def invented_id(seed: int, place: int, seq: int) -> str:
    """A UUIDv8 (RFC 9562 §5.8): place of the file, seq of the entry (0: the file itself), seed. Sorts by place."""
    head = f"{place:012x}"
    return f"{head[:8]}-{head[8:]}-8{seq:03x}-8000-{seed:012x}"


def _chained(case_id: str, actions: Sequence[Action]) -> list[dict[str, Any]]:
    rows, before = [], GENESIS
    for action in actions:
        rows.append(values_of(case_id, action, before))
        before = rows[-1]["digest"]
    return rows


def _made_already(read: ReadSession, seed: int, count: int) -> int:
    """How many of the files are there: batches are written in order, so they are the first ones."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if read.get(CaseAction, invented_id(seed, middle, 1)) is None:
            high = middle
        else:
            low = middle + 1
    return low
