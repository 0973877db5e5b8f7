"""What a certificate shows: a pure function of (rulings and effects, disclosure rule, date). No I/O, no clock.

Nothing is dropped in silence: every ruling is shown, or left out with a reason an auditor and the person can read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from issuance.cases.facts import RulingFacts
from issuance.people.birth_date import BirthDate
from specs.schema.cases import Disclosure


@dataclass(frozen=True, slots=True)
class LeftOut:
    """reason: a code of `left_out_reasons` in `certificate/disclosure.yaml`."""

    ruling: RulingFacts
    reason: str


@dataclass(frozen=True, slots=True)
class Disclosed:
    """outcome: `entries` when anything is shown, else `clear`."""

    shown: tuple[RulingFacts, ...]
    left_out: tuple[LeftOut, ...]
    rule_version: str

    @property
    def outcome(self) -> str:
        return "entries" if self.shown else "clear"


def disclose(rulings: Sequence[RulingFacts], born: BirthDate, rule: Disclosure, on: date) -> Disclosed:
    """Apply `rule` to the rulings of one person as they stood on `on`."""
    shown: list[RulingFacts] = []
    left_out: list[LeftOut] = []
    for ruling in rulings:
        reason = why_left_out(ruling, born, rule, on)
        if reason is None:
            shown.append(ruling)
        else:
            left_out.append(LeftOut(ruling, reason))
    return Disclosed(tuple(shown), tuple(left_out), rule.rule_version)


def why_left_out(ruling: RulingFacts, born: BirthDate, rule: Disclosure, on: date) -> str | None:
    """The first reason not to show `ruling`, or None when it is shown."""
    if ruling.ruled_on > on:
        return "later"
    if ruling.verdict != "conviction":
        return ruling.verdict
    if rule.final_convictions.only_final and (ruling.final_on is None or ruling.final_on > on):
        return "not_final"
    for effect in ruling.effects:
        if effect.kind in rule.effects_that_remove.kinds and effect.in_force(on):
            return effect.kind
    if ruling.kind not in rule.final_convictions.disclosed_kinds:
        return ruling.kind
    if ruling.foreign_judgment and not rule.foreign_judgments.disclosed:
        return "foreign"
    age = born.age_on(ruling.committed_on)
    if age is not None and age < rule.children.below_age_years and not rule.children.disclosed:
        return "child"
    return None
