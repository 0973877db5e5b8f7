"""Is the history of a file from elsewhere one that could have come about here? Pure: entries, rules and the moment.

Digests say that a file is as somebody wrote it; this says that the law let it be written. Rules of today judge it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from issuance.cases.case_rules import CaseRules
from issuance.cases.exchange_rows import CLAUSE
from issuance.cases.fields import read_body
from issuance.cases.file import Action
from issuance.cases.fold import CORRECTIONS, apply, begin, corrected_actions
from issuance.cases.replay import by_time, days_of, step_faults
from issuance.cases.values import correction_faults, opening_faults
from issuance.core.civil import civil_day
from specs.errors import Fault, Invalid

SERVICE: Final = "system"
"""The role in which the console of a service enters what it takes over."""


def history_faults(
    case_id: str, number: str, actions: Sequence[Action], rules: CaseRules, now: datetime
) -> list[Fault]:
    """What no entry may hold, or else the first step that the law does not admit. None: it could have come about.

    Raises `LookupError`, `TypeError`, `ValueError` for entries that are none.
    """
    found = [fault for action in actions for fault in _entry_faults(actions, action, rules, now)]
    return found or list(_step_faults(case_id, number, actions, rules))


def _entry_faults(actions: Sequence[Action], action: Action, rules: CaseRules, now: datetime) -> Iterator[Fault]:
    place = f"entries.{action.seq}"
    kind = rules.lifecycle.actions.get(action.name)
    if kind is None or kind.opens != (action.seq == 1):
        yield _fault(place, "action", "إجراء غير معروف أو في غير موضعه", "no such action, or not in this place")
        return
    if action.at > now:
        yield _fault(place, "future", "لحظة القيد في المستقبل", "the moment of this entry has not come yet")
    alone = action.asked_by in (None, "", action.actor)
    ours = action.role == SERVICE  # what the service itself took from an earlier register needed no two
    for_two = (kind.four_eyes and not (kind.as_history and ours)) or (
        not ours and any(action.body.get(field) is not None for field in kind.by_two)
    )
    if alone and for_two:
        words = "يلزم ضابطان: طالب ومعتمد", "two officers are needed: one who asked and another who approved"
        yield _fault(place, "four_eyes", *words)
    approver = kind.approved_by
    if approver is not None and approver.holds(civil_day(action.at)) and action.role not in approver.roles:
        yield _fault(place, "approver", "اعتمده غير المختص", f"approved by none of: {', '.join(approver.roles)}")
    if not kind.internal:
        try:
            read_body(action.name, action.body, rules)
        except Invalid as error:
            yield from error.faults
    if action.name in CORRECTIONS:
        corrects = int(action.body["corrects"])
        if not 1 <= corrects < action.seq:
            yield _fault(place, "corrects", "يصحح قيداً سابقاً", "a correction is of an earlier entry")
        elif action.name == "correct":
            yield from correction_faults(actions[corrects - 1], action.body["corrected"], rules)


def _step_faults(case_id: str, number: str, actions: Sequence[Action], rules: CaseRules) -> Iterator[Fault]:
    """As after a correction (`between.put_right`): the history with every correction in place is held to the law."""
    corrected = corrected_actions(actions)
    said_at = max(one.at for one in actions if one.seq == 1 or (one.name in CORRECTIONS and one.body["corrects"] == 1))
    if found := list(opening_faults(corrected[0], said_at)):
        yield from found
        return
    file = begin(case_id, number, corrected[0], rules)
    for place, step in enumerate(corrected[1:], 2):
        if step.name not in CORRECTIONS:
            ahead = corrected[place:]
            found = list(step_faults(file, step, ahead, rules))
            if not found and by_time(step, rules) and step.resolved["final_on"] != days_of(file, step, ahead, rules):
                words = "يوم النهائية ليس ما يحسبه القانون", "the day of finality is not the one the law gives"
                found = [_fault(f"entries.{step.seq}", "final_on", *words)]
            if found:
                yield from found
                return
        file = apply(file, step, rules)


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(f"cases.import.{code}", ar, en, field=field, clause=CLAUSE)
