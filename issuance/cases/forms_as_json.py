"""Moves and the fields of their forms as JSON, one form for the API and the console. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from issuance.cases.as_json import Json, coded, title
from issuance.cases.case_rules import CaseRules
from issuance.cases.reading import CaseView
from issuance.staff.public import OfficeFacts


@dataclass(frozen=True, slots=True)
class Choices:
    """What a field may be filled with besides the vocabularies: code -> words."""

    offices: Sequence[OfficeFacts] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)


def move_json(name: str, matters: Sequence[str], view: CaseView, rules: CaseRules, choices: Choices) -> Json:
    """One move open to the reader, with all that a form for it needs."""
    action = rules.lifecycle.actions[name]
    return {
        "name": name,
        "title": title(action.title),
        "matters": list(matters),
        "whole_file": action.whole_file,
        "four_eyes": action.four_eyes,
        "hands_over": list(action.hands_over),
        "fields": [
            field_json(one, rules, _options(one, action.hands_over, view, rules, choices), required=one in action.asks)
            for one in (*action.asks, *action.may)
        ],
    }


def opening_json(name: str, rules: CaseRules) -> Json:
    """An action that opens a file, with its fields."""
    action = rules.lifecycle.actions[name]
    return {
        "name": name,
        "title": title(action.title),
        "fields": [
            field_json(one, rules, _vocabulary(one, rules), required=one in action.asks)
            for one in (*action.asks, *action.may)
            if one not in action.by_two
        ],
    }


def field_json(name: str, rules: CaseRules, options: Sequence[Json] | None, *, required: bool) -> Json:
    """A field of a form. choices: absent where any value of its kind is taken."""
    held = rules.lifecycle.fields[name]
    out: Json = {"name": name, "title": title(held.title), "kind": held.kind, "required": required}
    if held.maximum_characters is not None:
        out["maximum_characters"] = held.maximum_characters
    if held.confidential:
        out["confidential"] = True
    if options is not None:
        out["choices"] = options
    return out


def _options(
    name: str, kinds: Sequence[str], view: CaseView, rules: CaseRules, choices: Choices
) -> Sequence[Json] | None:
    file = view.file
    match rules.lifecycle.fields[name].kind:
        case "office":
            open_to = [office for office in choices.offices if office.kind in kinds and office.code != file.holder]
            return [{"code": o.code, "title": {"ar": o.arabic, "en": o.english}} for o in open_to]
        case "accused" | "accused_list":
            return [{"code": code, "name": one.name} for code, one in file.accused.items()]
        case "charges":
            return [{"code": code, "title": {"ar": c.arabic, "en": c.english}} for code, c in file.charges.items()]
        case "evidence_list":
            return [{"code": code, "name": name} for code, name in choices.evidence.items()]
        case _:
            return _vocabulary(name, rules)


def _vocabulary(name: str, rules: CaseRules) -> Sequence[Json] | None:
    held = rules.lifecycle.fields[name]
    if held.kind == "penalties":
        measured = rules.register.penalty_units.measured_in
        kinds = rules.register.penalties.entries
        return [{"code": code, "title": title(t), "units": list(measured[code])} for code, t in kinds.items()]
    if held.kind != "choice":
        return None
    words = rules.vocabularies[held.vocabulary or ""]
    return [coded(code, words) for code in words]
