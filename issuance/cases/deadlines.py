"""Which clocks of a file run now, and when the time to challenge a ruling is over. Pure; warns, never hinders."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import Due, due
from issuance.cases.file import MOVED, CaseFile, Matter
from issuance.core.civil import TRIPOLI
from specs.schema.clocks import Clocks, Holidays
from specs.schema.lifecycle import Challenge

ACKNOWLEDGEMENT, TRAVEL_BAN = "transfer_acknowledgement", "travel_ban_review"
BY_LAW = "by_law"  # of the kinds of rehabilitation, the one that nobody decides: its time runs


@dataclass(frozen=True, slots=True)
class RunningClock:
    """target: `A1/C1` (a matter), `A1` (custody, a ban that outlived its case), `transfer`."""

    target: str
    due: Due


def running_clocks(file: CaseFile, rules: CaseRules) -> Iterator[RunningClock]:
    """Every clock of the file: of each matter that has not ended or waits for rehabilitation by law, of each custody,
    of a hand-over.

    The times to challenge a ruling take the place of the clock of its state.
    """
    for matter in file.matters.values():
        challenges = [over for way in challenges_of(matter, rules) if (over := _end(way, matter, rules)) is not None]
        yield from (RunningClock(matter.code, over) for over in challenges)
        if not challenges and (over := state_due(matter, rules)) is not None:
            yield RunningClock(matter.code, over)
        if (waiting := rehabilitation_due(file, matter, BY_LAW, rules)) is not None:
            yield RunningClock(matter.code, waiting)
    for held in file.custody.values():
        yield RunningClock(held.accused, due(rules.clocks, rules.holidays, held.kind, held.since))
    yield from _outlived_bans(file, rules)
    if file.transfer is not None:
        yield RunningClock("transfer", due(rules.clocks, rules.holidays, ACKNOWLEDGEMENT, file.transfer.at))


def _outlived_bans(file: CaseFile, rules: CaseRules) -> Iterator[RunningClock]:
    """The review of each ban from travel of somebody on whose charges nothing more is due."""
    ended = {
        code: [m for m in file.matters.values() if m.accused == code and m.state != MOVED] for code in file.present
    }
    for code, matters in ended.items():
        if not all(rules.lifecycle.states[matter.state].ended for matter in matters):
            continue
        over = max(matter.since for matter in matters)
        since = [max(over, ban.since) for ban in file.travel_bans if ban.accused == code and ban.lifted_on is None]
        if any(ban.accused == code and ban.in_force(day) for day in since for ban in file.travel_bans):
            yield RunningClock(code, _due(rules, TRAVEL_BAN, min(since)))


def challenges_of(matter: Matter, rules: CaseRules) -> tuple[Challenge, ...]:
    """What may be done against the standing ruling while it is not final."""
    ruling = matter.standing
    if ruling is None or ruling.final_on is not None or matter.state not in rules.lifecycle.challenged:
        return ()
    ways = rules.lifecycle.open_challenges.get((ruling.instance, ruling.presence), ())
    return tuple(way for way in ways if way.verdict in (None, ruling.verdict))


def challenge_due(
    matter: Matter, rules: CaseRules, action: str | None = None, challenger: str | None = None
) -> Due | None:
    """When the last time to challenge the ruling is over, or to do so by `action`, or as `challenger`.

    None when one of them does not run: nothing is open, no time makes it final, or no notice was served.
    """
    ends = [
        _end(way, matter, rules)
        for way in challenges_of(matter, rules)
        if action in (None, way.action) and (challenger is None or not way.by or challenger in way.by)
    ]
    known = [end for end in ends if end is not None]
    return max(known, key=lambda end: end.sure) if known and len(known) == len(ends) else None


def order_due(matter: Matter, rules: CaseRules, action: str, challenger: str | None) -> Due | None:
    """When the time to appeal an order of the investigation by `action` is over for `challenger`, if there is one."""
    for way in rules.lifecycle.order_appeals:
        if (way.action, way.state) == (action, matter.state) and challenger in way.by:
            return _due(rules, way.clock, matter.since)
    return None


def _end(way: Challenge, matter: Matter, rules: CaseRules) -> Due | None:
    """When the time of one challenge is over; None when it does not run."""
    ruling = matter.standing
    if way.clock is None or ruling is None:
        return None
    if way.begins == "objection_over":
        objection = challenge_due(matter, rules, "object")
        begins = None if objection is None else objection.last_day
    else:
        begins = ruling.ruled_on if way.begins == "ruling" else ruling.notified_on
    return None if begins is None else _due(rules, way.clock, begins)


def state_due(matter: Matter, rules: CaseRules) -> Due | None:
    """When the clock of the matter's state is over."""
    state, day = rules.lifecycle.states[matter.state], matter.since
    if state.clock_begins == "final" and matter.standing is not None and matter.standing.final_on is not None:
        day = matter.standing.final_on
    return None if state.clock is None else _due(rules, state.clock, day)


def rehabilitation_due(file: CaseFile, matter: Matter, kind: str, rules: CaseRules) -> Due | None:
    """When the waiting for this kind of rehabilitation is over; None: it does not run."""
    ruling = matter.standing
    if ruling is None or matter.state not in rules.lifecycle.rehabilitable:
        return None
    offence = file.charges[matter.charge].kind
    return waiting_due(kind, offence, ruling.penalty_ended_on, rules, recidivist=ruling.recidivist)


def waiting_due(kind: str, offence: str, ended_on: date | None, rules: CaseRules, *, recidivist: bool) -> Due | None:
    """When who was convicted of such an offence has waited long enough; None before the penalty ended (`ended_on`), and
    where nobody waits."""
    code = rules.clocks.waiting.get((kind, offence, recidivist))
    return None if ended_on is None or code is None else _due(rules, code, ended_on)


def _due(rules: CaseRules, code: str, day: date) -> Due:
    return _remembered(rules.clocks, rules.holidays, code, day)


@lru_cache(maxsize=1 << 16)
def _remembered(clocks: Clocks, holidays: Holidays, code: str, day: date) -> Due:
    """Remembered, as in `clocks`: many files have a period from the same day."""
    return due(clocks, holidays, code, start_of(day))


def start_of(day: date) -> datetime:
    """The first moment of a civil day in Libya."""
    return datetime.combine(day, time(), TRIPOLI)
