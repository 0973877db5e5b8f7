"""Which clocks of a file run now, and when the time to challenge a ruling is over. Pure; warns, never hinders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import Due, due
from issuance.cases.file import CaseFile, Matter
from issuance.core.civil import TRIPOLI
from specs.schema.lifecycle import Challenge

ACKNOWLEDGEMENT = "transfer_acknowledgement"


@dataclass(frozen=True, slots=True)
class RunningClock:
    """target: `A1/C1` (a matter), `A1` (custody), `transfer`."""

    target: str
    due: Due


def running_clocks(file: CaseFile, rules: CaseRules) -> Iterator[RunningClock]:
    """Every clock of the file: one for each matter that has not ended, for each custody, for a hand-over."""
    for matter in file.matters.values():
        challenge = challenge_due(matter, rules)
        if challenge is not None:
            yield RunningClock(matter.code, challenge)
        elif (code := rules.lifecycle.states[matter.state].clock) is not None:
            yield RunningClock(matter.code, _due(rules, code, matter.since))
    for held in file.custody.values():
        yield RunningClock(held.accused, due(rules.clocks, rules.holidays, held.kind, held.since))
    if file.transfer is not None:
        yield RunningClock("transfer", due(rules.clocks, rules.holidays, ACKNOWLEDGEMENT, file.transfer.at))


def challenge_of(matter: Matter, rules: CaseRules) -> Challenge | None:
    """What may be done against the standing ruling while it is not final, None where nothing may."""
    ruling = matter.standing
    if ruling is None or ruling.final_on is not None or not _challengeable(matter, rules):
        return None
    return rules.lifecycle.open_challenges.get((ruling.instance, ruling.presence))


def challenge_due(matter: Matter, rules: CaseRules) -> Due | None:
    """When that time is over; None when no time runs: nothing is open, none makes it final, or no notice was served."""
    challenge, ruling = challenge_of(matter, rules), matter.standing
    if challenge is None or challenge.clock is None or ruling is None:
        return None
    begins = ruling.ruled_on if challenge.begins == "ruling" else ruling.notified_on
    return None if begins is None else _due(rules, challenge.clock, begins)


def state_due(matter: Matter, rules: CaseRules) -> Due | None:
    """When the clock of the matter's state is over."""
    code = rules.lifecycle.states[matter.state].clock
    return None if code is None else _due(rules, code, matter.since)


def _challengeable(matter: Matter, rules: CaseRules) -> bool:
    return any(
        action.within_challenge and matter.state in action.from_states for action in rules.lifecycle.actions.values()
    )


def _due(rules: CaseRules, code: str, day: date) -> Due:
    return due(rules.clocks, rules.holidays, code, start_of(day))


def start_of(day: date) -> datetime:
    """The first moment of a civil day in Libya."""
    return datetime.combine(day, time(), TRIPOLI)
