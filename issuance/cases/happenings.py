"""What single actions do to a file, beyond moving a matter: people, charges, custody, bans, links. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from issuance.cases import carried
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import (
    Accused,
    Action,
    CaseFile,
    Charge,
    Custody,
    Effect,
    Link,
    Matter,
    Report,
    Ruling,
    TravelBan,
)


def _add_report(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del rules
    body = action.body
    report = Report(action.seq, body["report_kind"], body["summary"], *reporter(body))
    return replace(file, reports=(*file.reports, report))


def _add_place(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del rules
    return replace(file, more_places=(*file.more_places, action.body["place"]))


def _add_accused(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    body = action.body
    code = f"A{len(file.accused) + 1}"
    accused = Accused(code, body["accused_name"], day_in(body, "accused_birth_date"), body.get("accused_description"))
    matters = [Matter(f"{code}/{charge}", code, charge, _joins_at(file, rules), action.happened_on)
               for charge in body["charges"]]  # fmt: skip
    added = {matter.code: matter for matter in matters}
    return sealed(replace(file, accused={**file.accused, code: accused}, matters={**file.matters, **added}), rules)


def _add_charge(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    code = f"C{len(file.charges) + 1}"
    charges = {**file.charges, code: charge_of(code, action.body, rules)}
    added = {
        f"{accused}/{code}": Matter(f"{accused}/{code}", accused, code, _joins_at(file, rules), action.happened_on)
        for accused in action.body["accused_list"]
    }
    return sealed(replace(file, charges=charges, matters={**file.matters, **added}), rules)


def _describe(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    body, held = action.body, file.accused[action.body["accused"]]
    named = replace(
        held,
        name=body["accused_name"],
        birth_date=day_in(body, "accused_birth_date") or held.birth_date,
        description=body.get("accused_description") or held.description,
    )
    return sealed(replace(file, accused={**file.accused, held.code: named}), rules)


def _identify(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    held = file.accused[action.body["accused"]]
    born = day_in(action.resolved, "birth_date") or held.birth_date
    if held.person_id is None:
        held = replace(held, told_name=held.name, told_birth_date=held.birth_date)
    known = replace(
        held,
        person_id=action.resolved["person_id"],
        name=action.resolved.get("name") or held.name,
        birth_date=born,
        confirmation=action.body["confirmation"],
    )
    return sealed(replace(file, accused={**file.accused, held.code: known}), rules)


def _unidentify(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    """The accused is nobody known again: the identity goes, and what it brought from the civil register."""
    held = file.accused[action.body["accused"]]
    told = Accused(held.code, held.told_name, held.told_birth_date, held.description)
    return sealed(replace(file, accused={**file.accused, held.code: told}), rules)


def _acknowledge(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del rules
    if file.transfer is None:
        return file
    receiver = action.office or file.transfer.receiver  # the successor receives for an office that was closed
    offices = file.offices if receiver in file.offices else (*file.offices, receiver)
    day = action.happened_on
    return replace(file, holder=receiver, received_on=day, offices=offices, transfer=None, assigned=None)


def _send_back(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del action, rules
    if file.transfer is None:
        return file
    return replace(file, transfer=None, matters={**file.matters, **{m.code: m for m in file.transfer.before}})


def _notify(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del rules
    matters = {}
    for code in action.matters:
        matter = file.matters[code]
        if matter.standing is not None:
            matters[code] = with_ruling(matter, replace(matter.standing, notified_on=action.happened_on))
    return replace(file, matters={**file.matters, **matters})


def _detain(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    body = action.body
    held = Custody(body["accused"], body["custody_kind"], datetime.fromisoformat(body["moment"]), body["legal_basis"])
    before = file.custody.get(held.accused)
    if before is not None and before.kind == held.kind and not rules.clocks.clocks[held.kind].each_order:
        held = replace(held, since=before.since)  # ordering the same again gives no new time to hold somebody
    return replace(file, custody={**file.custody, held.accused: held})


def _release(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del rules
    return replace(file, custody={code: held for code, held in file.custody.items() if code != action.body["accused"]})


def _died(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del rules
    dead = {file.matters[code].accused for code in action.matters}
    return replace(file, custody={code: held for code, held in file.custody.items() if code not in dead})


def _ban(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del rules
    body = action.body
    ban = TravelBan(
        action.id, body["accused"], action.happened_on, day_in(body, "until"), body["legal_basis"], action.office
    )
    return replace(file, travel_bans=(*file.travel_bans, ban))


def _lift(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del rules
    bans = tuple(
        replace(ban, lifted_on=action.happened_on)
        if ban.accused == action.body["accused"] and ban.in_force(action.happened_on)
        else ban
        for ban in file.travel_bans
    )
    return replace(file, travel_bans=bans)


def _assign(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del rules
    return replace(file, assigned=action.body["account"])


def _classify(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    del rules
    return replace(file, classification=action.body["classification"])


def _join(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    other = action.resolved["other"]
    file = replace(file, links=(*file.links, Link("joined", other["case_id"], other["number"])))
    return sealed(carried.received(file, action.resolved["carried"]), rules)


def _past_effect(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
    """An effect that an earlier register holds, with the days it says; one in force moves the matter too."""
    body, matters = action.body, {}
    kind, revoked_on = body["effect_kind"], day_in(body, "revoked_on")
    leads_to = next(a.to_state for a in rules.lifecycle.actions.values() if a.effect == kind)
    for code in action.matters:
        matter = file.matters[code]
        if (ruling := matter.standing) is None:
            continue
        day = required_day_in(body, "effective_on")
        effect = Effect(f"{action.id}:{code}", kind, day, body["legal_basis"], action.at, revoked_on)
        ended_on = ruling.penalty_ended_on
        if revoked_on is None and kind in rules.lifecycle.penalty_ending:
            ended_on = day
        matter = with_ruling(matter, replace(ruling, effects=(*ruling.effects, effect), penalty_ended_on=ended_on))
        if revoked_on is None and leads_to is not None and ruling.final_on is not None:
            matter = replace(
                matter, state=leads_to, previous=(*matter.previous, matter.state), since=max(day, matter.since)
            )
        matters[code] = matter
    return replace(file, matters={**file.matters, **matters})


def _goes(kind: str) -> Special:
    def linked(file: CaseFile, action: Action, rules: CaseRules) -> CaseFile:
        """Custody goes with who leaves; their bans stay told of here, and are in force there."""
        del rules
        other, gone = action.resolved["other"], carried.leaving(file, action.matters)
        custody = {code: held for code, held in file.custody.items() if code not in gone}
        return replace(file, custody=custody, links=(*file.links, Link(kind, other["case_id"], other["number"])))

    return linked


def _joins_at(file: CaseFile, rules: CaseRules) -> str:
    """A new matter stands where the file stands: at its least advanced matter that has not ended."""
    live = [matter.state for matter in file.matters.values() if not rules.lifecycle.states[matter.state].ended]
    return min(live, key=rules.lifecycle.order.__getitem__, default=rules.lifecycle.initial_state)


def sealed(file: CaseFile, rules: CaseRules) -> CaseFile:
    """Sealed by itself when an accused was a child on the day of the act (Penal Code Arts 80-81)."""
    child = any(was_child(file, matter, rules) for matter in file.matters.values())
    return file if child == file.sealed else replace(file, sealed=child)


def was_child(file: CaseFile, matter: Matter, rules: CaseRules) -> bool:
    """Whether the accused is known to have been a child on the day of the act."""
    born, committed_on = file.accused[matter.accused].birth_date, file.charges[matter.charge].committed_on
    return born is not None and _age(born, committed_on) < rules.lifecycle.child.below_age_years


def _age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def charge_of(code: str, body: Mapping[str, Any], rules: CaseRules) -> Charge:
    offence = rules.offences.entries[body["offence"]]
    committed_on = required_day_in(body, "committed_on")
    return Charge(code, body["offence"], offence.kind, offence.title.ar, offence.title.en, committed_on)


def reporter(body: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return body.get("reporter_name"), body.get("reporter_contact")


def day_in(body: Mapping[str, Any], name: str) -> date | None:
    return date.fromisoformat(body[name]) if body.get(name) else None


def required_day_in(body: Mapping[str, Any], name: str) -> date:
    return date.fromisoformat(body[name])


def with_ruling(matter: Matter, ruling: Ruling) -> Matter:
    return replace(matter, rulings=(*matter.rulings[:-1], ruling))


Special = Callable[[CaseFile, Action, CaseRules], CaseFile]
SPECIAL: dict[str, Special] = {
    "add_report": _add_report,
    "add_place": _add_place,
    "add_accused": _add_accused,
    "add_charge": _add_charge,
    "describe_accused": _describe,
    "identify_accused": _identify,
    "unidentify_accused": _unidentify,
    "acknowledge": _acknowledge,
    "refuse_transfer": _send_back,
    "recall": _send_back,
    "notify": _notify,
    "detain": _detain,
    "release": _release,
    "ban_travel": _ban,
    "lift_travel_ban": _lift,
    "assign": _assign,
    "classify": _classify,
    "join": _join,
    "give_to_join": _goes("joined_into"),
    "split": _goes("split_into"),
    "record_death": _died,
    "record_past_effect": _past_effect,
}
