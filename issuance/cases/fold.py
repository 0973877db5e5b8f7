"""Actions -> case file. Pure: the same `apply` serves the live command, the rebuild and the generator.

Whether an action was allowed is `issuance.cases.legal`'s business; here it happened, and this is what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from issuance.cases import carried
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import (
    LAPSED,
    LAST_INSTANCE,
    REGISTER,
    Accused,
    Action,
    CaseFile,
    Charge,
    Effect,
    Link,
    Matter,
    Penalty,
    Report,
    Ruling,
    Transfer,
)
from issuance.cases.happenings import (
    SPECIAL,
    charge_of,
    day_in,
    reporter,
    required_day_in,
    sealed,
    with_ruling,
)
from issuance.cases.penalties import penalty_words
from specs.schema.lifecycle import COMPLETION, FINALITY, CaseAction

OBJECTION = "objection"
CORRECTIONS = frozenset({"correct", "take_correction"})


def fold(case_id: str, number: str, actions: Sequence[Action], rules: CaseRules) -> CaseFile:
    """The file as its actions leave it; corrections apply where the corrected entry stands. At least one action."""
    corrected = corrected_actions(actions)
    file = begin(case_id, number, corrected[0], rules)
    for action in corrected[1:]:
        file = apply(file, action, rules)
    return file


def corrected_actions(actions: Iterable[Action]) -> list[Action]:
    """The history with every correction in place. The entries as first written stay in the table."""
    held = list(actions)
    for action in held:
        if action.name in CORRECTIONS:
            _correct(held, action)
    return held


def _correct(held: list[Action], correction: Action) -> None:
    """A value corrected to None is taken away. of_later: what entries between the two follow from the corrected one."""
    index = int(correction.body["corrects"]) - 1
    before, values = held[index], dict(correction.body["corrected"])
    day = values.pop("happened_on", None)
    body = {name: value for name, value in {**before.body, **values}.items() if value is not None}
    resolved = {**before.resolved, **correction.resolved.get("of_corrected", {})}
    happened_on = date.fromisoformat(day) if day else before.happened_on
    held[index] = replace(before, body=body, resolved=resolved, happened_on=happened_on)
    for seq, found in correction.resolved.get("of_later", {}).items():
        later = held[int(seq) - 1]
        held[int(seq) - 1] = replace(later, resolved={**later.resolved, **found})


def begin(case_id: str, number: str, action: Action, rules: CaseRules) -> CaseFile:
    """The file that an opening action makes."""
    body, office = action.body, action.office or ""
    file = CaseFile(
        id=case_id,
        number=number,
        version=action.seq,
        opened_at=action.at,
        opened_on=action.happened_on,
        updated_at=action.at,
        holder=office,
        offices=(office,),
        summary=body.get("summary", ""),
        place=body.get("place", ""),
        region=body.get("region"),
    )
    if action.name == "record_past_ruling":
        return sealed(_past_ruling(file, action), rules)
    if action.name == "open_by_split":
        origin = body["origin"]
        file = replace(file, links=(Link("split_from", origin["case_id"], origin["number"]),))
        return sealed(carried.received(file, action.resolved["carried"]), rules)
    report = (Report(action.seq, body.get("report_kind", "victim"), file.summary, *reporter(body)),)
    accused = Accused(
        "A1", body.get("accused_name"), day_in(body, "accused_birth_date"), body.get("accused_description")
    )
    charge = charge_of("C1", body, rules)
    state = rules.lifecycle.actions[action.name].to_state or rules.lifecycle.initial_state
    matter = Matter("A1/C1", "A1", "C1", state, action.happened_on)
    file = replace(file, reports=report, accused={"A1": accused}, charges={"C1": charge}, matters={matter.code: matter})
    return sealed(file, rules)


def apply(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    """The file after one more action."""
    kind = rules.lifecycle.actions[action.name]
    before = file
    if special := SPECIAL.get(action.name):
        file = special(file, action, rules)
    changed: dict[str, Any] = {"version": action.seq, "updated_at": action.at}
    if kind.records or kind.revokes or kind.moves:
        changed["matters"] = {**file.matters, **_moved(file, action, kind, rules)}
    if kind.hands_over:
        moved = tuple(before.matters[code] for code in action.matters)
        sender, receiver = file.holder, action.body["to_office"]
        waiting = Transfer(action.id, action.name, sender, receiver, action.at, action.happened_on, moved)
        changed["transfer"] = waiting
    if action.evidence:
        changed["evidence"] = (*file.evidence, *(e for e in action.evidence if e not in file.evidence))
    return replace(file, **changed)


def _moved(file: CaseFile, action: Action, kind: CaseAction, rules: CaseRules) -> dict[str, Matter]:
    """The matters of the action, with what it records on their rulings and the state it takes them to."""
    moved = {}
    for code in action.matters:
        matter = file.matters[code]
        if kind.records == "ruling":
            matter = replace(
                matter,
                rulings=(*matter.rulings, _ruling(matter, file.charges[matter.charge].kind, action, kind, rules)),
            )
        standing = matter.standing
        if standing is not None and kind.records == "effect" and kind.effect:
            basis = action.body["legal_basis"]
            effect = Effect(f"{action.id}:{code}", kind.effect, action.happened_on, basis, action.at)
            matter = with_ruling(matter, replace(standing, effects=(*standing.effects, effect)))
        if standing is not None and kind.revokes:
            matter = with_ruling(matter, _taken_back(standing, kind.revokes, action, rules))
        if kind.ends_penalty and matter.standing is not None:
            matter = with_ruling(matter, replace(matter.standing, penalty_ended_on=action.happened_on))
        if kind.moves:
            matter = _in_state(matter, action, kind, rules)
        moved[code] = matter
    return moved


def _in_state(matter: Matter, action: Action, kind: CaseAction, rules: CaseRules) -> Matter:
    standing, state = matter.standing, kind.to_state
    if kind.to_previous:
        *before, state = matter.previous
        return replace(matter, state=state, since=action.happened_on, previous=tuple(before))
    if kind.to_by_verdict and standing is not None:
        state = kind.to_by_verdict[standing.verdict]
        matter = _final(matter, standing, action, kind)
        if kind.of_register:
            return replace(matter, state=state, since=required_day_in(action.body, "final_on"))
    previous = (*matter.previous, matter.state) if state in rules.lifecycle.revocable else ()
    # never final, it stands where its ruling left it: what was done against it in time can be entered with its day
    since = standing.ruled_on if standing is not None and kind.revokes == FINALITY else action.happened_on
    return replace(matter, state=state or matter.state, since=since, previous=previous)


def _final(matter: Matter, ruling: Ruling, action: Action, kind: CaseAction) -> Matter:
    """Final on the day after the time to challenge it lapsed, as an earlier register says, or by the last instance."""
    if kind.of_register:
        return with_ruling(matter, replace(ruling, final_on=day_in(action.body, "final_on"), final_by=REGISTER))
    day = action.resolved.get("final_on", {}).get(matter.code)
    final_on = date.fromisoformat(day) if day else action.happened_on
    return with_ruling(matter, replace(ruling, final_on=final_on, final_by=LAPSED if kind.after else LAST_INSTANCE))


def _taken_back(ruling: Ruling, what: str, action: Action, rules: CaseRules) -> Ruling:
    if what == FINALITY:
        return _not_final(ruling, action)
    return replace(ruling, penalty_ended_on=None) if what == COMPLETION else _revoked(ruling, what, action, rules)


def _not_final(ruling: Ruling, action: Action) -> Ruling:
    """The ruling without its finality, and without what had begun with it: a suspension, and its being kept."""
    ended = {"revoked_on": action.happened_on, "revoked_basis": action.body["legal_basis"]}
    effects = tuple(effect if effect.revoked_on is not None else replace(effect, **ended) for effect in ruling.effects)
    ruling = replace(ruling, final_on=None, final_by=None, penalty_ended_on=None)
    return replace(ruling, finality_revoked_on=action.happened_on, effects=effects)


def _revoked(ruling: Ruling, kind: str, action: Action, rules: CaseRules) -> Ruling:
    """The last effect of the kind, ended on the day of the action; the penalty runs again where that had ended it."""
    effects = list(ruling.effects)
    for index in reversed(range(len(effects))):
        if effects[index].kind == kind and effects[index].revoked_on is None:
            basis = action.body["legal_basis"]
            effects[index] = replace(effects[index], revoked_on=action.happened_on, revoked_basis=basis)
            break
    ended_on = None if kind in rules.lifecycle.penalty_ending else ruling.penalty_ended_on
    return replace(ruling, effects=tuple(effects), penalty_ended_on=ended_on)


def _ruling(matter: Matter, offence_kind: str, action: Action, kind: CaseAction, rules: CaseRules) -> Ruling:
    body = action.body
    if "fine_dinars" in body:  # a penal order is a fine, given in the accused's presence or not
        parts: tuple[Penalty, ...] = (Penalty("fine", body["fine_dinars"], "dinars"),)
        presence, verdict = "in_presence", "conviction"
    else:
        parts = tuple(Penalty(**part) for part in body.get("penalties", ()))
        presence, verdict = body["presence"], body["verdict"]
    court = action.resolved["court"]
    return Ruling(
        f"{action.id}:{matter.code}",
        instance_of(matter, offence_kind, kind, rules),
        court["code"],
        court["arabic"],
        court["english"],
        presence,
        verdict,
        action.happened_on,
        parts,
        *penalty_words(parts, rules.register),
        recorded_at=action.at,
        recidivist=bool(body.get("recidivist")),
    )


def instance_of(matter: Matter, offence_kind: str, kind: CaseAction, rules: CaseRules) -> str:
    """Which instance rules: by the state; in an objection and after a quashing, by the ruling that is objected to.

    Where that was of no court that rules again (the Supreme Court, a penal order, an earlier register): the one before
    it, or the first by the kind of offence.
    """
    if kind.instance:
        return kind.instance
    held = rules.lifecycle
    if (named := held.instances.get(matter.state)) is not None:
        return named
    tried = [r.instance for r in matter.rulings if kind.to_state in held.challenged_in.get(r.instance, ())]
    last = tried[-1] if tried else held.retrials[offence_kind]
    return held.objections.get(last, last) if matter.state == OBJECTION else last


def _past_ruling(file: CaseFile, action: Action) -> CaseFile:
    """A ruling of an earlier register, with the matter where it left it."""
    body, resolved = action.body, action.resolved
    accused = Accused("A1", resolved.get("name"), None, None, resolved["person_id"], body["confirmation"])
    charge = Charge(
        "C1", None, body["kind"], body["offence_arabic"], body["offence_english"], required_day_in(body, "committed_on")
    )
    final_on = day_in(body, "final_on")
    ruling = Ruling(
        action.id,
        REGISTER,
        None,
        body["court_arabic"],
        body["court_english"],
        body["presence"],
        body["verdict"],
        action.happened_on,
        (),
        body["penalty_arabic"],
        body["penalty_english"],
        action.at,
        bool(body.get("foreign_judgment")),
        final_on=final_on,
        final_by=REGISTER if final_on else None,
        recidivist=bool(body.get("recidivist")),
    )
    state = "ruled"
    if final_on is not None:
        state = "final_convicted" if ruling.verdict == "conviction" else "final_acquitted"
    matter = Matter("A1/C1", "A1", "C1", state, final_on or action.happened_on, rulings=(ruling,))
    return replace(
        file,
        accused={"A1": accused},
        charges={"C1": charge},
        matters={matter.code: matter},
        place=body["court_arabic"],
        old_number=body.get("old_number"),
    )
