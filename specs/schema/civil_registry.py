"""The civil registry as this service asks it (`passport/registry.yaml`): states, holds, marks, the line to it."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from specs.schema.base import Bilingual, Clause, Part, Words

RegistryState = Literal["live", "deceased", "nationality_withdrawn", "number_withdrawn", "unregistered"]
HoldKind = Literal["recent_transfer", "late_registration", "under_review", "watched_family_record"]
MarkKind = Literal["deceased", "under_review", "nationality_withdrawn", "number_withdrawn", "cleared", "restored"]


class States(Clause):
    """How each state of a record is told to who asks."""

    entries: dict[RegistryState, Bilingual]


class Hold(Bilingual):
    """effect: `second_officer` lets another person decide; `blocks` until the registry says otherwise."""

    effect: Literal["second_officer", "blocks"]


class Holds(Clause):
    entries: dict[HoldKind, Hold]


class Mark(Bilingual):
    """two_people: one officer asks for it and another approves."""

    two_people: bool


class Marks(Clause):
    entries: dict[MarkKind, Mark]

    @model_validator(mode="after")
    def _what_takes_or_gives_back_takes_two(self) -> Marks:
        one = [kind for kind, mark in self.entries.items() if not mark.two_people]
        if wrong := set(one) - {"deceased", "under_review"}:
            raise ValueError(f"{', '.join(sorted(wrong))} by one person -> two_people: true")
        return self


class Period(Clause):
    """For how many days after the event an application is held; valid_from, valid_to: the first and last day of the
    application by which this row counts, both included; no last day: it stands."""

    days: int = Field(ge=1)
    valid_from: date
    valid_to: date | None


class References(Clause):
    """Regular expressions: of the file of another body, of a family record."""

    pattern: Words
    family_record_pattern: Words


class Line(Clause):
    """An exchange takes no longer, an answer is no longer and no older; clock_skew_seconds: how far ahead of ours the
    registry's clock may be."""

    exchange_seconds: int = Field(ge=1, le=60)
    answer_bytes: int = Field(ge=4096)
    oldest_answer_minutes: int = Field(ge=1)
    clock_skew_seconds: int = Field(ge=0)


class CivilRegistryRules(Part):
    """What a passport asks of the civil registry."""

    states: States
    holds: Holds
    recent_transfer: list[Period] = Field(min_length=1)
    late_registration: list[Period] = Field(min_length=1)
    marks: Marks
    references: References
    line: Line

    @field_validator("recent_transfer", "late_registration")
    @classmethod
    def _one_period_a_day(cls, rows: list[Period]) -> list[Period]:
        for before, after in pairwise(rows):
            if before.valid_to is None or (after.valid_from - before.valid_to).days != 1:
                raise ValueError("a gap or an overlap between periods -> each begins the day after the one before ends")
        if rows[-1].valid_to is not None:
            raise ValueError("nothing counts after the last period -> valid_to: null")
        return rows

    @model_validator(mode="after")
    def _every_kind_is_worded(self) -> CivilRegistryRules:
        for held, kinds in ((self.states.entries, RegistryState), (self.holds.entries, HoldKind)):
            if missing := set(get_args(kinds)) - set(held):
                raise ValueError(f"no words for {', '.join(sorted(missing))} -> an entry each")
        if missing := set(get_args(MarkKind)) - set(self.marks.entries):
            raise ValueError(f"no words for {', '.join(sorted(missing))} -> an entry each")
        return self
