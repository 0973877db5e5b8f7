"""A case file as a value: what the appended actions of one file come to. Frozen; no table, no clock, no I/O."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from specs.schema.base import Bilingual

MOVED = "moved"
LAPSED, LAST_INSTANCE, REGISTER = "lapsed", "last_instance", "register"  # what made a ruling final
REGISTER_OFFICE = "REGISTER"  # holds what the service itself enters at its console; no office of the staff register
REGISTER_TITLE = Bilingual(ar="سجل المنظومة", en="Register of the service")


@dataclass(frozen=True, slots=True)
class Action:
    """One appended entry. seq: 1.. within the file; at: recorded (aware); happened_on: the civil day it took effect.

    body: what was asked for (`lifecycle.yaml`); resolved: what the service looked up then (person, court, receiver), so
    that a fold needs nothing else; matters: codes `A1/C1`; asked_by: who proposed it where two officers are needed.
    """

    id: str
    seq: int
    name: str
    at: datetime
    happened_on: date
    actor: str
    role: str | None
    office: str | None
    body: Mapping[str, Any]
    resolved: Mapping[str, Any] = field(default_factory=dict)
    matters: tuple[str, ...] = ()
    basis: str = ""
    evidence: tuple[str, ...] = ()
    asked_by: str | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """kind: `report_kinds`; the reporter's identity is confidential (Decree 273) and None when anonymous."""

    seq: int
    kind: str
    summary: str
    reporter_name: str | None
    reporter_contact: str | None


@dataclass(frozen=True, slots=True)
class Accused:
    """code: `A1`...; name None: offender unknown; person_id: the identity as confirmed, None until it is.

    told_name, told_birth_date: what was said before the register's came in their place.
    """

    code: str
    name: str | None
    birth_date: date | None
    description: str | None
    person_id: str | None = None
    confirmation: str | None = None
    told_name: str | None = None
    told_birth_date: date | None = None


@dataclass(frozen=True, slots=True)
class Charge:
    """code: `C1`...; offence: code of `offences.yaml`, None for what an earlier register says in words."""

    code: str
    offence: str | None
    kind: str
    arabic: str
    english: str
    committed_on: date


@dataclass(frozen=True, slots=True)
class Penalty:
    """One part of a sentence. amount in `unit` (days, months, years, dinars), None where the kind has no measure."""

    kind: str
    amount: int | None = None
    unit: str | None = None
    suspended: bool = False


@dataclass(frozen=True, slots=True)
class Effect:
    """In force from effective_on until revoked_on (exclusive), if any. id: of the action that recorded it."""

    id: str
    kind: str
    effective_on: date
    legal_basis: str
    recorded_at: datetime
    revoked_on: date | None = None
    revoked_basis: str | None = None


@dataclass(frozen=True, slots=True)
class Ruling:
    """One ruling on one matter. final_by: `last_instance`, `lapsed`, or `register` for an earlier register's word.

    finality_revoked_on: when two officers took back that a time had made it final, whether or not it is final again.
    recidivist: the court convicted a recidivist; penalty_ended_on: the day it was served or pardoned.
    """

    id: str
    instance: str
    court: str | None
    court_arabic: str
    court_english: str
    presence: str
    verdict: str
    ruled_on: date
    penalties: tuple[Penalty, ...]
    penalty_arabic: str
    penalty_english: str
    recorded_at: datetime
    foreign: bool = False
    notified_on: date | None = None
    final_on: date | None = None
    final_by: str | None = None
    recidivist: bool = False
    penalty_ended_on: date | None = None
    effects: tuple[Effect, ...] = ()
    finality_revoked_on: date | None = None

    @property
    def wholly_suspended(self) -> bool:
        """Whether the court suspended every penalty: while no suspension began and was revoked, nothing is executed."""
        return bool(self.penalties) and all(part.suspended for part in self.penalties)

    def in_force(self, kind: str) -> bool:
        """Whether an effect of the kind stands on it that nobody revoked."""
        return any(effect.kind == kind and effect.revoked_on is None for effect in self.effects)


@dataclass(frozen=True, slots=True)
class Matter:
    """One accused on one charge: what has a state. previous: the states that revocations lead back to."""

    code: str
    accused: str
    charge: str
    state: str
    since: date
    previous: tuple[str, ...] = ()
    rulings: tuple[Ruling, ...] = ()

    @property
    def standing(self) -> Ruling | None:
        """The ruling that counts: the last one."""
        return self.rulings[-1] if self.rulings else None


@dataclass(frozen=True, slots=True)
class Transfer:
    """A hand-over that nobody received yet. on: its civil day; before: the matters as they were, for a refusal."""

    action: str
    name: str
    sender: str
    receiver: str
    at: datetime
    on: date
    before: tuple[Matter, ...]


@dataclass(frozen=True, slots=True)
class Custody:
    """kind: of `custody_kinds`, which names its clock; since: aware."""

    accused: str
    kind: str
    since: datetime
    legal_basis: str


@dataclass(frozen=True, slots=True)
class TravelBan:
    """until: last day, None while nobody said; lifted_on: the first day without it."""

    id: str
    accused: str
    since: date
    until: date | None
    legal_basis: str
    office: str | None
    lifted_on: date | None = None

    def in_force(self, on: date) -> bool:
        return self.since <= on and self.lifted_on is None and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class Link:
    """kind: joined (the other came here), joined_into, split_into, split_from."""

    kind: str
    case_id: str
    number: str


@dataclass(frozen=True, slots=True)
class CaseFile:
    """version: seq of the last action. holder: the office that acts; offices: all that held it, in order.

    received_on: the civil day the holder received it, None for who opened it; place: of the incident, the first;
    more_places: others; old_number: of the earlier register it was taken from.
    """

    id: str
    number: str
    version: int
    opened_at: datetime
    opened_on: date
    updated_at: datetime
    holder: str
    offices: tuple[str, ...]
    summary: str
    place: str
    region: str | None
    received_on: date | None = None
    old_number: str | None = None
    assigned: str | None = None
    classification: str = "public"
    sealed: bool = False
    more_places: tuple[str, ...] = ()
    reports: tuple[Report, ...] = ()
    accused: Mapping[str, Accused] = field(default_factory=dict)
    charges: Mapping[str, Charge] = field(default_factory=dict)
    matters: Mapping[str, Matter] = field(default_factory=dict)
    transfer: Transfer | None = None
    custody: Mapping[str, Custody] = field(default_factory=dict)
    travel_bans: tuple[TravelBan, ...] = ()
    evidence: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()

    @property
    def present(self) -> frozenset[str]:
        """The accused whom the file still concerns: those not joined or split off to another with all their charges."""
        return frozenset(matter.accused for matter in self.matters.values() if matter.state != MOVED)
