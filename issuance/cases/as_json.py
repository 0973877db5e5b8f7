"""The register as JSON, one form for the API and the console. Pure: values in, plain values out.

Codes stay codes; beside a code stands its `title` in Arabic and English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from issuance.cases.alarms import Alarms
from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import level
from issuance.cases.deadlines import rehabilitation_due, running_clocks
from issuance.cases.facts import Record
from issuance.cases.file import Action, CaseFile, Matter
from issuance.cases.looks import Looks
from issuance.cases.projection import leading
from issuance.cases.reading import CaseView
from issuance.cases.search import FoundFiles
from issuance.cases.work import AwaitedApproval, Work, WorkItem
from issuance.core.approvals import Approval
from issuance.core.civil import civil_day
from issuance.staff.public import OfficeFacts
from specs.errors import Fault
from specs.schema.base import Bilingual

Json = dict[str, Any]


def case_json(view: CaseView, rules: CaseRules, now: datetime) -> Json:
    """A file as one person may see it. level of a clock: the last of its warnings passed, in per cent, or 0."""
    file, lead = view.file, leading(view.file, rules)
    transfer = file.transfer
    return plain(
        {
            **summary_json(file, rules),
            "opened_at": file.opened_at,
            "opened_on": file.opened_on,
            "updated_at": file.updated_at,
            "offices": file.offices,
            "assigned": file.assigned,
            "classification": _coded(file.classification, rules.vocabularies["classifications"]),
            "sealed": file.sealed,
            "old_number": file.old_number,
            "kind": _coded(file.charges[lead.charge].kind, rules.vocabularies["kinds"]),
            "incident": {
                "summary": file.summary,
                "places": [place for place in (file.place, *file.more_places) if place],
                "region": file.region,
            },
            "reports": [asdict(report) for report in file.reports],
            "reporter_shown": view.reporter_shown,
            "accused": [asdict(one) for one in file.accused.values()],
            "charges": [asdict(one) for one in file.charges.values()],
            "matters": [_matter(file, one, rules) for one in file.matters.values()],
            "transfer": None
            if transfer is None
            else {
                "entry": transfer.action,
                "action": transfer.name,
                "from_office": transfer.sender,
                "to_office": transfer.receiver,
                "at": transfer.at,
            },
            "custody": [asdict(one) for one in file.custody.values()],
            "travel_bans": [asdict(one) for one in file.travel_bans],
            "clocks": list(_clocks(file, rules, now)),
            "evidence": file.evidence,
            "links": [{"kind": link.kind, "number": link.number} for link in file.links],
            "moves": view.moves,
        }
    )


def summary_json(file: CaseFile, rules: CaseRules) -> Json:
    """What an action answers: where the file stands now, and nobody's name."""
    lead = leading(file, rules)
    state = rules.lifecycle.states[lead.state]
    return {
        "number": file.number,
        "version": file.version,
        "state": {"code": lead.state, "title": _title(state.title)},
        "stage": _coded(state.stage, rules.lifecycle.stages.entries),
        "holder": file.holder,
    }


def entry_json(entry: Action, rules: CaseRules) -> Json:
    """One entry of the timeline, as it was written. asked_by: who proposed what another approved."""
    return plain(
        {
            "seq": entry.seq,
            "id": entry.id,
            "action": {"code": entry.name, "title": _title(rules.lifecycle.actions[entry.name].title)},
            "at": entry.at,
            "happened_on": entry.happened_on,
            "actor": entry.actor,
            "role": entry.role,
            "office": entry.office,
            "asked_by": entry.asked_by,
            "matters": entry.matters,
            "basis": entry.basis,
            "evidence": entry.evidence,
            "body": entry.body,
        }
    )


def change_json(entry: Action, rules: CaseRules) -> Json:
    """An entry as a stale screen is told of it: what happened, by whom, and no content."""
    told = entry_json(entry, rules)
    return {name: told[name] for name in ("seq", "action", "at", "happened_on", "actor", "office", "matters")}


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
        "title": _title(action.title),
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
        "title": _title(action.title),
        "fields": [
            field_json(one, rules, _vocabulary(one, rules), required=one in action.asks)
            for one in (*action.asks, *action.may)
        ],
    }


def field_json(name: str, rules: CaseRules, options: Sequence[Json] | None, *, required: bool) -> Json:
    """A field of a form. choices: absent where any value of its kind is taken."""
    held = rules.lifecycle.fields[name]
    out: Json = {"name": name, "title": _title(held.title), "kind": held.kind, "required": required}
    if held.maximum_characters is not None:
        out["maximum_characters"] = held.maximum_characters
    if held.confidential:
        out["confidential"] = True
    if options is not None:
        out["choices"] = options
    return out


def work_json(work: Work, rules: CaseRules) -> Json:
    """A page of the work list."""
    return {
        "cases": [_item(item, rules) for item in work.items],
        "approvals": [awaited_json(one, rules) for one in work.approvals],
        "after": work.after,
    }


def awaited_json(one: AwaitedApproval, rules: CaseRules) -> Json:
    """A request that waits for a second officer."""
    asked = one.request
    name = asked.action.removeprefix("cases.")
    return plain(
        {
            "id": asked.id,
            "case": one.case_number,
            "action": {"code": name, "title": _title(rules.lifecycle.actions[name].title)},
            "asked_by": asked.asked_by,
            "asked_at": asked.asked_at,
            "expires_at": asked.expires_at,
        }
    )


def proposal_json(number: str, asked: Approval, rules: CaseRules, now: datetime) -> Json:
    """A request with all that will be done when it is approved."""
    said = {name: asked.proposal[name] for name in ("body", "matters", "happened_on", "basis", "evidence")}
    told = awaited_json(AwaitedApproval(number, asked), rules)
    return {**told, "state": asked.state(now), "reason": asked.reason, "proposal": said}


def record_json(record: Record, national_number: str, rules: CaseRules) -> Json:
    """A person's record on a day."""
    return plain(
        {
            "national_number": national_number,
            "as_of": record.as_of,
            "rulings": [
                {
                    **asdict(ruling),
                    "kind": _coded(ruling.kind, rules.vocabularies["kinds"]),
                    "presence": _coded(ruling.presence, rules.vocabularies["presence"]),
                    "verdict": _coded(ruling.verdict, rules.vocabularies["verdicts"]),
                    "effects": [
                        {**asdict(effect), "kind": _coded(effect.kind, rules.vocabularies["effects"])}
                        for effect in ruling.effects
                    ],
                }
                for ruling in record.rulings
            ],
        }
    )


def found_json(found: FoundFiles, rules: CaseRules) -> Json:
    """What a search found. note: said when there is more than is shown."""
    files = []
    for file in found.files:
        told = asdict(file)
        told["state"] = {"code": file.state, "title": _title(rules.lifecycle.states[file.state].title)}
        told["stage"] = _coded(file.stage, rules.lifecycle.stages.entries)
        told["kind"] = _coded(file.kind, rules.vocabularies["kinds"])
        files.append(told)
    return plain({"cases": files, "note": None if found.narrow is None else _note(found.narrow)})


def looks_json(looks: Looks) -> Json:
    """A page of who looked, newest first."""
    return plain({"looks": [asdict(look) for look in looks.items], "after": looks.after})


def plain(values: Mapping[str, Any]) -> Json:
    """JSON values in place of days, moments, tuples and mappings."""
    return {name: _plain(held) for name, held in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return plain(value)
    return [_plain(held) for held in value] if isinstance(value, tuple | list) else value


def alarms_json(alarms: Alarms, rules: CaseRules) -> Json:
    """A page of the alarms that stand."""
    clocks, roles = rules.clocks.clocks, rules.roles.roles
    told = [
        {**asdict(one), "title": _title(clocks[one.code].title), "role_title": _title(roles[one.role].title)}
        for one in alarms.items
    ]
    return {"alarms": [plain(one) for one in told], "after": alarms.after}


def _matter(file: CaseFile, matter: Matter, rules: CaseRules) -> Json:
    state = rules.lifecycle.states[matter.state]
    return {
        "code": matter.code,
        "accused": matter.accused,
        "charge": matter.charge,
        "state": {"code": matter.state, "title": _title(state.title)},
        "stage": _coded(state.stage, rules.lifecycle.stages.entries),
        "since": matter.since,
        "rulings": [asdict(ruling) for ruling in matter.rulings],
        "rehabilitation": list(_rehabilitation(file, matter, rules)),
    }


def _rehabilitation(file: CaseFile, matter: Matter, rules: CaseRules) -> Iterator[Json]:
    kinds = rules.vocabularies["rehabilitation_kinds"]
    for kind in kinds:
        if (end := rehabilitation_due(file, matter, kind, rules)) is not None:
            reference = _title(end.legal_reference)
            yield {"kind": _coded(kind, kinds), "not_before": civil_day(end.sure), "legal_reference": reference}


def _clocks(file: CaseFile, rules: CaseRules, now: datetime) -> Iterator[Json]:
    for clock in running_clocks(file, rules):
        due = clock.due
        yield {
            "target": clock.target,
            "clock": {"code": due.code, "title": _title(rules.clocks.clocks[due.code].title)},
            "started_at": due.started,
            "due_at": due.at,
            "last_day": due.last_day,
            "level": level(due, now),
            "legal_reference": _title(due.legal_reference),
        }


def _item(item: WorkItem, rules: CaseRules) -> Json:
    told = asdict(item)
    told["state"] = {"code": item.state, "title": _title(rules.lifecycle.states[item.state].title)}
    told["stage"] = _coded(item.stage, rules.lifecycle.stages.entries)
    told["kind"] = _coded(item.kind, rules.vocabularies["kinds"])
    told["offence"] = None if item.offence is None else _coded(item.offence, rules.vocabularies["offences"])
    if item.clock is not None:
        told["clock"]["title"] = _title(rules.clocks.clocks[item.clock.code].title)
    return plain(told)


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
        return [{"code": code, "title": _title(t), "units": list(measured[code])} for code, t in kinds.items()]
    if held.kind != "choice":
        return None
    words = rules.vocabularies[held.vocabulary or ""]
    return [_coded(code, words) for code in words]


def _coded(code: str, words: Mapping[str, Bilingual]) -> Json:
    return {"code": code, "title": _title(words[code]) if code in words else None}


def _title(words: Bilingual) -> Json:
    return {"ar": words.ar, "en": words.en}


def _note(fault: Fault) -> Json:
    return {"code": fault.code, "ar": fault.ar, "en": fault.en}
