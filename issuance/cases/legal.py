"""Whether the life cycle admits an action now. Pure: the file, the action and the rules; not who acts (`access`).

What is refused is refused with the moves that are legal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import Due
from issuance.cases.deadlines import BY_LAW, challenge_due, challenges_of, order_due, rehabilitation_due, state_due
from issuance.cases.file import LAPSED, LAST_INSTANCE, REGISTER, Action, CaseFile, Matter
from issuance.cases.happenings import was_child
from issuance.cases.values import body_faults, fault_of
from issuance.core.civil import civil_day
from specs.errors import Fault
from specs.schema.lifecycle import COMPLETION, FINALITY, CaseAction


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
        return tuple(dict.fromkeys(given))
    admitted = _admitted(file, name, kind, rules) or ()
    together = kind.whole_file or (kind.whole_accused and len({file.matters[code].accused for code in admitted}) == 1)
    return admitted if together or len(admitted) == 1 else ()


def on_matters(name: str, kind: CaseAction) -> bool:
    """Whether the action is done to matters rather than to the file."""
    return kind.moves or kind.whole_file or bool(kind.records or kind.revokes) or kind.of_register or name == "notify"


def faults(file: CaseFile, action: Action, rules: CaseRules) -> Iterator[Fault]:
    """Every reason why the action is not legal now; none: it is. `action.matters` as `targets` gave them."""
    kind = rules.lifecycle.actions[action.name]
    admitted = _admitted(file, action.name, kind, rules)
    if admitted is None or kind.opens:
        yield illegal(file, action.name, rules)
        return
    yield from _day_faults(file, action, kind)
    if action.matters and not on_matters(action.name, kind):
        yield fault_of("matters", "file", "هذا الإجراء على الملف كله", "this is done to the file, not to matters of it")
    if on_matters(action.name, kind):
        yield from _matter_faults(file, action, kind, admitted, rules)
    yield from body_faults(file, action)
    receiver = action.resolved.get("to_office")
    if kind.hands_over and receiver is not None:
        if receiver["kind"] not in kind.hands_over:
            kinds = ", ".join(kind.hands_over)
            yield fault_of("to_office", "kind", "هذه الجهة لا تستلم هذا الإجراء", f"the receiver must be: {kinds}")
        elif action.body["to_office"] == file.holder:
            yield fault_of("to_office", "same", "الملف لدى هذه الجهة", "this office has the file")
    if kind.while_handed_over and (waiting := file.transfer) is not None:
        answers_for = {action.office, *action.resolved.get("answers_for", ())}
        if kind.by_receiver and waiting.receiver not in answers_for:
            yield fault_of("office", "receiver", "لا يستلم إلا المحال إليه", "only the receiving office may do this")
        if not kind.by_receiver and waiting.sender not in answers_for:
            yield fault_of("office", "sender", "لا يسحب الإحالة إلا المحيل", "only the sending office may do this")
        if action.happened_on < waiting.on:
            yield fault_of("happened_on", "early", "قبل الإحالة", f"before it was handed over ({waiting.on})")


def _day_faults(file: CaseFile, action: Action, kind: CaseAction) -> Iterator[Fault]:
    if action.happened_on > civil_day(action.at):
        yield fault_of("happened_on", "future", "التاريخ في المستقبل", "this day has not come yet")
    elif action.happened_on < file.opened_on:
        yield fault_of("happened_on", "early", "قبل فتح الملف", "before the file was opened")
    received = file.received_on
    if kind.records == "ruling" and received is not None and action.happened_on < received:
        words = "قبل وصول الملف إلى المحكمة", f"before the holder received the file ({received})"
        yield fault_of("happened_on", "early", *words)


def illegal(file: CaseFile, name: str, rules: CaseRules) -> Fault:
    """That the action is not legal now: why, where one thing stands against it, or else with those that are legal."""
    kind = rules.lifecycle.actions[name]
    standing = [matter for matter in file.matters.values() if matter.state in kind.from_states]
    if standing and not _of_kind(standing, kind, file):
        kinds = [rules.register.kinds.entries[one] for one in kind.among_kinds]
        ar, en = "، ".join(one.ar for one in kinds), ", ".join(one.en for one in kinds)
        return fault_of("matters", "no_such_kind", f"ليس بين التهم {ar}", f"no charge of the file is a {en.lower()}")
    for matter in standing:
        if (reason := _barred(matter, kind, rules)) is not None:
            return reason
    legal = [rules.lifecycle.actions[move].title for move in legal_moves(file, rules)]
    title = rules.lifecycle.actions[name].title
    ar = f"لا يجوز الآن «{title.ar}»؛ الجائز: {'، '.join(one.ar for one in legal)}"
    en = f"'{title.en}' is not legal now; legal are: {', '.join(one.en for one in legal)}"
    return fault_of("action", "illegal", ar, en)


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
    codes = tuple(m.code for m in fitting)
    if kind.whole_file and (not _of_kind(fitting, kind, file) or not {*live} <= {*codes}):
        return None
    return codes or None


def _of_kind(matters: Sequence[Matter], kind: CaseAction, file: CaseFile) -> bool:
    return not kind.among_kinds or any(file.charges[matter.charge].kind in kind.among_kinds for matter in matters)


# These change nobody's place: they go on while a hand-over waits.
_WHILE_WAITING = frozenset(
    {"release", "lift_travel_ban", "add_evidence", "correct", "identify_accused", "unidentify_accused"}
)


def _fits(matter: Matter, name: str, kind: CaseAction, file: CaseFile, rules: CaseRules) -> bool:
    if kind.only_kinds and file.charges[matter.charge].kind not in kind.only_kinds:
        return False
    if kind.within_challenge:
        return any(way.action == name for way in challenges_of(matter, rules))
    if kind.after == "challenge":
        return challenge_due(matter, rules) is not None
    if kind.of_register and (matter.standing is None or matter.standing.instance != REGISTER):
        return False
    if kind.unless_suspended and matter.standing is not None and matter.standing.wholly_suspended:
        return False
    if kind.by_ruling and not _suspends(matter):
        return False
    if kind.to_previous and not matter.previous:
        return False
    if kind.revokes and not kind.to_previous and not _to_revoke(matter, kind, rules):
        return False
    if name == "notify" and (matter.standing is None or matter.standing.notified_on is not None):
        return False  # the first notice begins the time; a wrong one is corrected
    return not (kind.to_by_verdict and not kind.records and matter.standing is None)


def _suspends(matter: Matter) -> bool:
    """Whether the court that ruled suspended a penalty."""
    return matter.standing is not None and any(part.suspended for part in matter.standing.penalties)


def _to_revoke(matter: Matter, kind: CaseAction, rules: CaseRules) -> bool:
    """Whether the ruling has what the action revokes: the effect, or finality by a time that lapsed."""
    ruling = matter.standing
    if ruling is None or kind.revokes is None:
        return False
    if kind.revokes == COMPLETION:
        return ruling.penalty_ended_on is not None
    if kind.revokes != FINALITY:
        return ruling.in_force(kind.revokes)
    return ruling.final_by == LAPSED and kind.to_state in rules.lifecycle.challenged_in.get(ruling.instance, ())


def _barred(matter: Matter, kind: CaseAction, rules: CaseRules) -> Fault | None:
    """What alone stands against the action on this matter, and what to do instead."""
    ruling, titles = matter.standing, rules.lifecycle.actions
    if kind.by_ruling and not _suspends(matter):
        words = "لم توقف المحكمة في حكمها تنفيذ عقوبة", "the court suspended no penalty in its ruling"
        return fault_of("matters", "not_suspended", *words)
    if kind.revokes != FINALITY or ruling is None:
        return None
    if ruling.final_by == REGISTER:
        correct = titles["correct"].title
        words = f"يومه كما في سجل سابق: «{correct.ar}»", f"as an earlier register says: '{correct.en}' (correct)"
        return fault_of("matters", "register", *words)
    if ruling.final_by != LAST_INSTANCE:
        return None
    ar, en = "نهائي من آخر درجة لا بفوات ميعاد", "final by the last instance, not by a time that lapsed"
    if matter.state in titles["quash"].from_states:
        quash = titles["quash"].title
        ar, en = f"{ar}: «{quash.ar}» بإعادة النظر", f"{en}: on review, '{quash.en}' (quash)"
    return fault_of("matters", "last_instance", ar, en)


def _matter_faults(
    file: CaseFile, action: Action, kind: CaseAction, admitted: tuple[str, ...], rules: CaseRules
) -> Iterator[Fault]:
    if not action.matters:
        yield fault_of(
            "matters", "missing", f"حدد من بين: {'، '.join(admitted)}", f"name some of {', '.join(admitted)}"
        )
    for code in action.matters:
        matter = file.matters.get(code)
        if matter is None or code not in admitted:
            words = f"لا يجوز هذا الإجراء على {code}", f"not legal on {code}; legal on {', '.join(admitted)}"
            reason = _barred(matter, kind, rules) if matter is not None and matter.state in kind.from_states else None
            yield reason or fault_of("matters", "illegal", *words)
            continue
        if action.happened_on < matter.since:
            words = f"قبل الإجراء السابق على {code}", f"before {code} came to its present state ({matter.since})"
            yield fault_of("happened_on", "early", *words)
        yield from _time_faults(file, matter, action, kind, rules)
        if action.body.get("recidivist") and was_child(file, matter, rules):
            words = "لا تسري أحكام العود على الأحداث (عقوبات 98)", "no child is a recidivist (Penal Code Art 98)"
            yield fault_of("recidivist", "child", *words)
        if action.name in _NAMED and file.accused[matter.accused].name is None:
            yield fault_of("matters", "unnamed", "المتهم مجهول", f"the accused of {code} is not known yet")
    if kind.whole_file and action.matters and {*action.matters} != {*admitted}:
        yield fault_of(
            "matters", "whole_file", "يحال الملف كله؛ افصل ما لا يحال", "the whole file goes: split it first"
        )
    if kind.whole_accused:
        dead = {file.matters[code].accused for code in action.matters if code in file.matters}
        left = [code for code in admitted if file.matters[code].accused in dead and code not in action.matters]
        if left:
            codes = ", ".join(left)
            yield fault_of(
                "matters", "whole_accused", f"أضف {codes}: كل تهم المتهم", f"add {codes}: all of that accused"
            )


_NAMED = frozenset({"refer_summary", "refer_indictment", "penal_order", "rule"})


def _too_early(ready: date, over: Due) -> Fault:
    ar = f"لا يجوز قبل {ready} ({over.legal_reference.ar})"
    return fault_of("happened_on", "clock", ar, f"not before {ready} ({over.legal_reference.en})")


def _waiting_faults(file: CaseFile, matter: Matter, action: Action, rules: CaseRules) -> Iterator[Fault]:
    """A court may rehabilitate earlier: its ruling is then the basis. By law it comes when the time has run and not
    before, and not to who was convicted again meanwhile."""
    kind = action.body.get("rehabilitation_kind")
    over = rehabilitation_due(file, matter, kind, rules) if kind else None
    stated = bool(action.basis.strip())
    if over is not None and action.happened_on < (ready := civil_day(over.sure)) and (kind == BY_LAW or not stated):
        yield _too_early(ready, over)
    if kind == BY_LAW and matter.code in action.resolved.get("convicted_again", ()) and not stated:
        ar = "حكم عليه نهائياً من جديد في المدة؛ اذكر السند (basis)"
        en = "finally convicted again meanwhile: say on what basis it is recorded"
        yield fault_of("basis", "convicted_again", ar, en)


def _time_faults(file: CaseFile, matter: Matter, action: Action, kind: CaseAction, rules: CaseRules) -> Iterator[Fault]:
    if kind.after == "waiting":
        yield from _waiting_faults(file, matter, action, rules)
    elif kind.after:
        over = state_due(matter, rules) if kind.after == "state_clock" else challenge_due(matter, rules)
        if over is not None and action.happened_on < (ready := civil_day(over.sure)):
            yield _too_early(ready, over)
    if (over := order_due(matter, rules, action.name, action.body.get("challenger"))) is not None:
        yield from _late(over, action)
    if not kind.within_challenge:
        return
    over = challenge_due(matter, rules, action.name, action.body.get("challenger"))
    if over is None and kind.whole_file and not action.basis.strip():
        # a co-accused who was never served would lose his objection with an appeal that is not his
        ar = f"لم يبدأ ميعاد هذا الطعن في {matter.code}؛ افصله (split) أو اذكر سند القبول"
        en = f"its time does not run for {matter.code}: split it off, or say on what basis it is admitted"
        yield fault_of("matters", "not_running", ar, en)
    if over is not None:
        yield from _late(over, action)


def _late(over: Due, action: Action) -> Iterator[Fault]:
    if action.happened_on > over.last_day and not action.basis.strip():
        # a judge may admit it; the file then says on what ground
        words = "فات الميعاد؛ اذكر سند قبوله", f"late (until {over.last_day}): say on what basis it is admitted"
        yield fault_of("basis", "late", *words)
