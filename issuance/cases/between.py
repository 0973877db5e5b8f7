"""Entries that reach into other files: split, join, and corrections, which follow what was carried away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from issuance.cases import carried
from issuance.cases.case_rules import CaseRules
from issuance.cases.entries import (
    Move,
    access_in,
    append,
    entry,
    held,
    keep,
    last_digest,
    next_number,
)
from issuance.cases.fields import read_body
from issuance.cases.file import MOVED, Action, CaseFile
from issuance.cases.fold import CORRECTIONS, begin, corrected_actions
from issuance.cases.fold import apply as applied
from issuance.cases.history import GENESIS, actions_of, file_of
from issuance.cases.legal import faults, targets
from issuance.cases.replay import by_time, days_of, step_faults
from issuance.cases.resolve import resolved
from issuance.cases.values import correction_faults, fault_of, opening_faults
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import Tx
from issuance.db.session import lock
from specs.errors import Invalid, Refused


def correction(tx: Tx, before: CaseFile, action: Action, rules: CaseRules) -> Action:
    """The correction with the values in the form they are kept, and what they mean now."""
    history = actions_of(tx.read, before.id)
    target, values = history[action.body["corrects"] - 1], action.body["corrected"]
    if found := list(correction_faults(target, values, rules)):
        raise Invalid(*found)
    named = {name: value for name, value in values.items() if name != "happened_on"}
    kind, day = rules.lifecycle.actions[target.name], values.get("happened_on")
    standing = corrected_actions(history)[action.body["corrects"] - 1].body
    body = read_body(target.name, {**standing, **named}, rules)
    kept = {name: body.get(name) for name in named} | ({"happened_on": day} if day else {})
    given = {name: value for name, value in kept.items() if value}
    looked_up = resolved(tx.read, None, kind, given, (), target.happened_on, rules, target.office)
    action = replace(action, body={**action.body, "corrected": kept})
    return replace(action, resolved={"of_corrected": looked_up})


def put_right(tx: Tx, before: CaseFile, history: Sequence[Action], action: Action, rules: CaseRules) -> CaseFile:
    """The history with the correction in place must be one the law admits, from its first entry to its last.

    Days of finality are counted anew; other files take what they received of this one as it now is.
    """
    corrected = corrected_actions([*history, action])
    if found := list(opening_faults(corrected[0], action.at)):
        raise Refused(*found)
    file = begin(before.id, before.number, corrected[0], rules)
    later: dict[str, Any] = {}
    sent: list[tuple[Action, dict[str, Any]]] = []
    for place, written in enumerate(corrected[1:], 2):
        step, ahead = written, corrected[place:]
        if step.name not in CORRECTIONS:
            if by_time(step, rules):
                days = {"final_on": days_of(file, step, ahead, rules)}
                later |= {str(step.seq): days} if days["final_on"] != step.resolved["final_on"] else {}
                step = replace(step, resolved={**step.resolved, **days})
            if found := list(step_faults(file, step, ahead, rules)):
                raise Refused(*found)
        if step.name in ("split", "give_to_join"):
            sent.append((step, carried.carried(file, step.matters)))
        file = applied(file, step, rules)
    action = replace(action, resolved={**action.resolved, **({"of_later": later} if later else {})})
    keep(tx, before, file, action, last_digest(tx, before.id), rules)
    for step, goods in sent:
        _pass_on(tx, file, step, goods, rules)
    return file_of(tx.read, before.number, rules) if sent else file  # what comes back of it is an entry here too


def _pass_on(tx: Tx, file: CaseFile, step: Action, goods: Mapping[str, Any], rules: CaseRules) -> None:
    """The file that received matters by `step` takes them as they are now, if that is different."""
    other, place = step.resolved["other"], 0
    lock(tx.session, f"case:{other['number']}")
    history = actions_of(tx.read, other["case_id"])
    if step.name == "give_to_join":
        joined = [one.seq for one in history if one.name == "join" and one.resolved["other"]["case_id"] == file.id]
        given = [
            one.seq for one in actions_of(tx.read, file.id) if one.name == step.name and one.resolved["other"] == other
        ]
        place = joined[given.index(step.seq)] - 1
    if corrected_actions(history)[place].resolved["carried"] == goods:
        return
    before = file_of(tx.read, other["number"], rules)
    access_in(tx, rules).require("cases.approve", before)  # another office may hold it now
    body = {"corrects": place + 1, "corrected": {}, "other_case": file.number}
    taking = Move("take_correction", body)
    action = entry(tx, taking, before.version + 1, body, {}, civil_day(tx.now), (), None)
    put_right(tx, before, history, replace(action, resolved={"of_corrected": {"carried": goods}}), rules)


def split(tx: Tx, before: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    """The matters go on in a new file of the same office; the new file is told of in `links`."""
    staying = [m for m in before.matters.values() if m.code not in action.matters and m.state != MOVED]
    if not staying:
        raise Refused(fault_of("matters", "whole_file", "لا يبقى في الملف شيء", "nothing would stay in this file"))
    number = next_number(tx, before.holder, action.happened_on.year)
    goods = {"carried": carried.carried(before, action.matters), "number": number}
    opening = Move("open_by_split", {"origin": {"case_id": before.id, "number": before.number}})
    first = entry(tx, opening, 1, dict(opening.body), goods, action.happened_on, (), None)
    first = replace(first, office=before.holder)
    fresh = begin(new_id(), number, first, rules)
    other = {"case_id": fresh.id, "number": fresh.number}
    after = append(tx, before, replace(action, resolved={**action.resolved, "other": other}), rules)
    keep(tx, None, fresh, first, GENESIS, rules)
    return after


def joined(tx: Tx, before: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    """The other file's matters come here; that file ends with where they went. Both belong to one office."""
    other = held(tx, action.body["other_case"], rules, action.name)
    if other.id == before.id or other.holder != before.holder:
        words = "يضم ملف آخر لدى الجهة نفسها", "another file, held by the same office, is joined"
        raise Refused(fault_of("other_case", "holder", *words))
    back = Move("give_to_join", {"other_case": before.number, "note": action.body["note"]})
    codes = targets(other, "give_to_join", (), rules)
    here = {"other": {"case_id": before.id, "number": before.number}}
    giving = entry(tx, back, other.version + 1, dict(back.body), here, action.happened_on, codes, None)
    if found := list(faults(other, giving, rules)):
        raise Refused(*found)
    goods = {"carried": carried.carried(other, codes), "other": {"case_id": other.id, "number": other.number}}
    append(tx, other, giving, rules)
    return append(tx, before, replace(action, resolved=goods), rules)
