"""What other domains are told of a person: rulings, their effects, travel bans. Frozen; no table leaves `cases`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class EffectFacts:
    """kind: code of `cases/register.yaml`; in force from `effective_on` until `revoked_on` (exclusive), if any."""

    kind: str
    effective_on: date
    legal_basis: str
    revoked_on: date | None

    def in_force(self, on: date) -> bool:
        return self.effective_on <= on and (self.revoked_on is None or on < self.revoked_on)


@dataclass(frozen=True, slots=True)
class RulingFacts:
    """One ruling with its effects, oldest effect first. penalty_ended_on: the day it was served or pardoned.

    recidivist: the court convicted a recidivist; `public.rehabilitation_days` says what follows from both.
    """

    id: str
    case_number: str
    court_arabic: str
    court_english: str
    kind: str
    presence: str
    verdict: str
    ruled_on: date
    final_on: date | None
    committed_on: date
    offence_arabic: str
    offence_english: str
    penalty_arabic: str
    penalty_english: str
    foreign_judgment: bool
    recidivist: bool
    penalty_ended_on: date | None
    effects: tuple[EffectFacts, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A person on a civil day: the rulings final by then, each with the effects then in force."""

    person_id: str
    as_of: date
    rulings: tuple[RulingFacts, ...]


@dataclass(frozen=True, slots=True)
class TravelBanFacts:
    """A ban from travel. case_number: under which the office that ordered it (its code) knows it; until: its last day,
    None while nobody said. What the case is about is not told."""

    id: str
    case_number: str
    since: date
    until: date | None
    legal_basis: str
    office: str | None
