"""A history held to the law again, entry by entry: after a correction, and when a file comes from elsewhere. Pure.

A finality that a later entry takes back is not judged again: that it was entered too early is why it was taken back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from issuance.cases.case_rules import CaseRules
from issuance.cases.file import Action, CaseFile
from issuance.cases.legal import faults
from issuance.cases.resolve import final_days
from issuance.cases.values import fault_of
from specs.errors import Fault
from specs.schema.lifecycle import FINALITY


def by_time(step: Action, rules: CaseRules) -> bool:
    """Whether the entry says that a time to challenge is over, so that its days of finality are counted."""
    return rules.lifecycle.actions[step.name].after == "challenge"


def standing_matters(step: Action, later: Sequence[Action], rules: CaseRules) -> tuple[str, ...]:
    """The matters of an entry that stands for them: all of it, or of a finality what no later entry takes back."""
    if not by_time(step, rules):
        return step.matters
    back = {code for one in later if rules.lifecycle.actions[one.name].revokes == FINALITY for code in one.matters}
    return tuple(code for code in step.matters if code not in back)


def days_of(file: CaseFile, step: Action, later: Sequence[Action], rules: CaseRules) -> dict[str, str]:
    """Matter -> its day of finality as the law now gives it; as it was entered where that was taken back."""
    standing = standing_matters(step, later, rules)
    entered = {code: day for code, day in step.resolved["final_on"].items() if code not in standing}
    return {**entered, **final_days(file, standing, rules)}


def step_faults(file: CaseFile, step: Action, later: Sequence[Action], rules: CaseRules) -> Iterator[Fault]:
    """Every reason why the entry is not legal in the file as it was then. later: what the history holds after it."""
    standing = standing_matters(step, later, rules)
    if step.matters and not standing:
        return
    found = list(faults(file, replace(step, matters=standing), rules))
    yield from found
    if found and by_time(step, rules):
        ar = f"القيد {step.seq} جعل الحكم نهائياً؛ يُرجع عن ذلك أولاً (revoke_finality)"
        en = f"entry {step.seq} made the ruling final: take that back first (revoke_finality)"
        yield fault_of("corrects", "made_final", ar, en)
