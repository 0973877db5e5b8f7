"""Whether the life cycle admits an action now. Pure: the file, the action and the rules; not who acts (`access`).

What is refused is refused with the moves that are legal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from issuance.cases.case_rules import CaseRules
from issuance.cases.deadlines import challenge_due, challenges_of, state_due
from issuance.cases.file import Action, CaseFile, Matter
from issuance.core.civil import civil_day
from specs.errors import Fault
from specs.schema.lifecycle import CaseAction

CLAUSE = "cases/lifecycle.yaml"


def legal_moves(file: CaseFile, rules: CaseRules) -> Mapping[str, tuple[str, ...]]:
    """Action -> the matters it may be done to, in the order of the life cycle; () where it is done to the file."""
    found = {}
    for name, kind in rules.lifecycle.actions.items():
        if not (kind.opens or kind.internal) and (matters := _admitted(file, name, kind, rules)) is not None:
            found[name] = matters
    return found


def targets(file: CaseFile, name: str, given: tuple[str, ...], rules: CaseRules) -> tuple[str, ...]:
    """The matters an action is done to: those given, or all it must take, or the only one it can."""
    kind = rules.lifecycle.actions[name]
    if given or not on_matters(name, kind):
        return given
    admitted = _admitted(file, name, kind, rules) or ()
    return admitted if kind.whole_file or len(admitted) == 1 else ()


def on_matters(name: str, kind: CaseAction) -> bool:
    """Whether the action is done to matters rather than to the file."""
    return kind.moves or kind.whole_file or bool(kind.records or kind.revokes) or kind.of_register or name == "notify"


def faults(file: CaseFile, action: Action, rules: CaseRules) -> Iterator[Fault]:
    """Every reason why the action is not legal now; none: it is. `action.matters` as `targets` gave them."""
    kind = rules.lifecycle.actions[action.name]
    if _admitted(file, action.name, kind, rules) is None or kind.opens:
        yield illegal(file, action.name, rules)
        return
    if action.happened_on > civil_day(action.at):
        yield _fault("happened_on", "future", "التاريخ في المستقبل", "this day has not come yet")
    elif action.happened_on < file.opened_on:
        yield _fault("happened_on", "early", "قبل فتح الملف", "before the file was opened")
    if on_matters(action.name, kind):
        yield from _matter_faults(file, action, kind, rules)
    yield from _body_faults(file, action, rules)
    receiver = action.resolved.get("to_office")
    if kind.hands_over and receiver is not None:
        if receiver["kind"] not in kind.hands_over:
            kinds = ", ".join(kind.hands_over)
            yield _fault("to_office", "kind", "هذه الجهة لا تستلم هذا الإجراء", f"the receiver must be: {kinds}")
        elif action.body["to_office"] == file.holder:
            yield _fault("to_office", "same", "الملف لدى هذه الجهة", "this office has the file")
    if kind.by_receiver and file.transfer is not None and action.office != file.transfer.receiver:
        yield _fault("office", "receiver", "لا يستلم إلا المحال إليه", "only the receiving office may do this")


def illegal(file: CaseFile, name: str, rules: CaseRules) -> Fault:
    """That the action is not legal now, with those that are."""
    legal = [rules.lifecycle.actions[move].title for move in legal_moves(file, rules)]
    title = rules.lifecycle.actions[name].title
    ar = f"لا يجوز الآن «{title.ar}»؛ الجائز: {'، '.join(one.ar for one in legal)}"
    en = f"'{title.en}' is not legal now; legal are: {', '.join(one.en for one in legal)}"
    return _fault("action", "illegal", ar, en)


def _admitted(file: CaseFile, name: str, kind: CaseAction, rules: CaseRules) -> tuple[str, ...] | None:
    """The matters the state of the file admits the action on, () for the file itself, None when it admits it not."""
    if kind.while_handed_over:
        return () if file.transfer is not None else None
    if file.transfer is not None and name not in _WHILE_WAITING:
        return None
    states = rules.lifecycle.states
    live = tuple(m.code for m in file.matters.values() if not states[m.state].ended)
    if kind.any_state:
        return (live or tuple(file.matters)) if on_matters(name, kind) else ()
    fitting = [m for m in file.matters.values() if m.state in kind.from_states]
    if not on_matters(name, kind):
        return () if fitting else None
    fitting = [m for m in fitting if _fits(m, name, kind, file, rules)]
    if kind.whole_file:
        return live if live and {*live} == {m.code for m in fitting} else None
    return tuple(m.code for m in fitting) or None


# These change nobody's place: they go on while a hand-over waits.
_WHILE_WAITING = frozenset({"release", "lift_travel_ban", "add_evidence", "correct", "identify_accused"})


def _fits(matter: Matter, name: str, kind: CaseAction, file: CaseFile, rules: CaseRules) -> bool:
    if kind.only_kinds and file.charges[matter.charge].kind not in kind.only_kinds:
        return False
    if kind.within_challenge:
        return any(way.action == name for way in challenges_of(matter, rules))
    if kind.after == "challenge":
        return challenge_due(matter, rules) is not None
    if kind.of_register and (matter.standing is None or matter.standing.instance != "register"):
        return False
    if kind.to_previous and matter.previous is None:
        return False
    return not (kind.to_by_verdict and not kind.records and matter.standing is None)


def _matter_faults(file: CaseFile, action: Action, kind: CaseAction, rules: CaseRules) -> Iterator[Fault]:
    admitted = _admitted(file, action.name, kind, rules) or ()
    if not action.matters:
        yield _fault("matters", "missing", f"حدد من بين: {'، '.join(admitted)}", f"name some of {', '.join(admitted)}")
    for code in action.matters:
        matter = file.matters.get(code)
        if matter is None or code not in admitted:
            words = f"لا يجوز هذا الإجراء على {code}", f"not legal on {code}; legal on {', '.join(admitted)}"
            yield _fault("matters", "illegal", *words)
            continue
        if action.happened_on < matter.since:
            words = f"قبل الإجراء السابق على {code}", f"before {code} came to its present state ({matter.since})"
            yield _fault("happened_on", "early", *words)
        yield from _time_faults(matter, action, kind, rules)
        if action.name in _NAMED and file.accused[matter.accused].name is None:
            yield _fault("matters", "unnamed", "المتهم مجهول", f"the accused of {code} is not known yet")
    if kind.whole_file and action.matters and {*action.matters} != {*admitted}:
        yield _fault("matters", "whole_file", "يحال الملف كله؛ افصل ما لا يحال", "the whole file goes: split it first")


_NAMED = frozenset({"refer_summary", "refer_indictment", "penal_order", "rule"})


def _time_faults(matter: Matter, action: Action, kind: CaseAction, rules: CaseRules) -> Iterator[Fault]:
    if kind.after:
        over = state_due(matter, rules) if kind.after == "state_clock" else challenge_due(matter, rules)
        if over is not None and action.happened_on < (ready := civil_day(over.sure)):
            yield _fault("happened_on", "clock", f"لا يجوز قبل {ready}", f"not before {ready} ({over.legal_reference})")
    if not kind.within_challenge:
        return
    over = challenge_due(matter, rules, action.name, action.body.get("challenger"))
    if over is not None and action.happened_on > over.last_day and not action.basis.strip():
        # a judge may admit it; the file then says on what ground
        words = "فات الميعاد؛ اذكر سند قبوله", f"late (until {over.last_day}): say on what basis it is admitted"
        yield _fault("basis", "late", *words)


def _body_faults(file: CaseFile, action: Action, rules: CaseRules) -> Iterator[Fault]:
    body = action.body
    named = [body["accused"]] if "accused" in body else []
    for code in (*named, *body.get("accused_list", ())):
        if code not in file.accused:
            yield _fault("accused", "unknown", f"لا متهم {code}", f"no accused {code}; {', '.join(file.accused)}")
    for code in body.get("charges", ()):
        if code not in file.charges:
            yield _fault("charges", "unknown", f"لا تهمة {code}", f"no charge {code}; {', '.join(file.charges)}")
    if "verdict" in body:
        yield from _verdict_faults(action)
    if "committed_on" in body and body["committed_on"] > action.happened_on.isoformat():
        yield _fault("committed_on", "future", "الواقعة بعد الإجراء", "the act lies after this entry")
    if action.name == "release" and body["accused"] not in file.custody:
        yield _fault("accused", "free", "المتهم ليس محبوساً", "this accused is not in custody")
    banned = {ban.accused for ban in file.travel_bans if ban.lifted_on is None}
    if action.name == "lift_travel_ban" and body["accused"] not in banned:
        yield _fault("accused", "no_ban", "لا منع على المتهم", "there is no ban on this accused")
    if action.name == "identify_accused":
        others = [a.code for a in file.accused.values() if a.person_id == action.resolved.get("person_id")]
        if others and body["accused"] not in others:
            words = f"هذا الشخص هو {others[0]} في هذا الملف", f"this person is {others[0]} of this file"
            yield _fault("national_number", "twice", *words)
    if action.name == "correct" and not 1 <= body["corrects"] <= file.version:
        yield _fault("corrects", "unknown", "لا قيد بهذا الرقم", f"an entry from 1 to {file.version}")
    del rules


def _verdict_faults(action: Action) -> Iterator[Fault]:
    penalties = action.body.get("penalties")
    if action.name == "record_past_ruling":
        return
    if action.body["verdict"] == "conviction" and not penalties:
        yield _fault("penalties", "missing", "الإدانة تستوجب عقوبة", "a conviction has a penalty")
    if action.body["verdict"] != "conviction" and penalties:
        yield _fault("penalties", "acquitted", "البراءة بلا عقوبة", "an acquittal has no penalty")


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(code=f"cases.{code}", field=field, clause=CLAUSE, ar=ar, en=en)
