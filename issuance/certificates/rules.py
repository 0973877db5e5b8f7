"""What a certificate shows: a pure function of (rulings and effects, rule version, level, purpose, date). No I/O.

Nothing is dropped in silence: every ruling is shown, or left out with a reason an auditor and the person can read.
What a program must not decide alone is a doubt; an officer looks before anything is printed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from issuance.cases.facts import RulingFacts
from issuance.people.birth_date import BirthDate
from specs.schema.disclosure import DisclosureVersion, Level


@dataclass(frozen=True, slots=True)
class Question:
    """For whom and for what the record is asked, on which civil day. purpose: an id of `certificate.yaml`."""

    level: Level
    purpose: str
    on: date


@dataclass(frozen=True, slots=True)
class LeftOut:
    """reason: a code of `left_out_reasons` in `certificate/disclosure.yaml`."""

    ruling: RulingFacts
    reason: str


@dataclass(frozen=True, slots=True)
class Disclosed:
    """outcome: `entries` when the level may know of any conviction, else `clear`; doubts: codes of the same file."""

    outcome: str
    shown: tuple[RulingFacts, ...]
    left_out: tuple[LeftOut, ...]
    doubts: tuple[str, ...]
    rule_version: str


def disclose(rulings: Sequence[RulingFacts], born: BirthDate, rule: DisclosureVersion, asked: Question) -> Disclosed:
    """Apply `rule` to the rulings of one person as they stood on the day asked for."""
    shown: list[RulingFacts] = []
    left_out: list[LeftOut] = []
    for ruling in rulings:
        reason = why_left_out(ruling, born, rule, asked)
        if reason is None:
            shown.append(ruling)
        else:
            left_out.append(LeftOut(ruling, reason))
    outcome = "entries" if shown else "clear"
    if rule.levels[asked.level].shows == "outcome":
        left_out += (LeftOut(ruling, "level") for ruling in shown)
        shown = []
    return Disclosed(outcome, tuple(shown), tuple(left_out), tuple(_doubts(rulings, rule, asked)), rule.rule_version)


def why_left_out(ruling: RulingFacts, born: BirthDate, rule: DisclosureVersion, asked: Question) -> str | None:
    """The first reason not to show `ruling`, or None when this level sees it."""
    level, on = rule.levels[asked.level], asked.on
    if ruling.ruled_on > on:
        return "later"
    if ruling.verdict != "conviction":
        return ruling.verdict
    if ruling.final_on is None or ruling.final_on > on:
        return "not_final"
    removing = set(level.removed_by) - set(level.despite.get(asked.purpose, ()))
    for effect in ruling.effects:
        if effect.kind in removing and effect.in_force(on):
            return effect.kind
    if ruling.kind not in level.kinds:
        return ruling.kind
    if ruling.foreign_judgment and not level.foreign:
        return "foreign"
    age = born.age_on(ruling.committed_on)
    if age is not None and age < rule.children.below_age_years and not level.children:
        return "child"
    return None


def _doubts(rulings: Sequence[RulingFacts], rule: DisclosureVersion, asked: Question) -> Iterator[str]:
    """`matched`: there is any ruling by that day; `amnesty_revocable`: a later offence may undo an amnesty in force."""
    known = [ruling for ruling in rulings if ruling.ruled_on <= asked.on]
    if known:
        yield "matched"
    amnesties = [e.effective_on for r in known for e in r.effects if e.kind == "amnesty" and e.in_force(asked.on)]
    convicted = [r.committed_on for r in known if r.verdict == "conviction" and r.final_on and r.final_on <= asked.on]
    years = rule.amnesty.revocable_years
    if any(day <= committed < _years_after(day, years) for day in amnesties for committed in convicted):
        yield "amnesty_revocable"


def _years_after(day: date, years: int) -> date:
    """29 February + 5 years = 1 March: the window holds its whole last day."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
