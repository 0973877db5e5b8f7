"""A file and a record as JSON, one form for the API and the console (`lists_as_json`: lists). Pure: plain values out.

Codes stay codes; beside a code stands its `title` in Arabic and English.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import level
from issuance.cases.deadlines import rehabilitation_due, running_clocks
from issuance.cases.facts import Record
from issuance.cases.file import Action, CaseFile, Matter
from issuance.cases.projection import leading
from issuance.cases.reading import CaseView
from issuance.core.civil import civil_day
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
            "classification": coded(file.classification, rules.vocabularies["classifications"]),
            "sealed": file.sealed,
            "old_number": file.old_number,
            "kind": coded(file.charges[lead.charge].kind, rules.vocabularies["kinds"]),
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
        "state": {"code": lead.state, "title": title(state.title)},
        "stage": coded(state.stage, rules.lifecycle.stages.entries),
        "holder": file.holder,
    }


def entry_json(entry: Action, rules: CaseRules) -> Json:
    """One entry of the timeline, as it was written. asked_by: who proposed what another approved."""
    return plain(
        {
            "seq": entry.seq,
            "id": entry.id,
            "action": {"code": entry.name, "title": title(rules.lifecycle.actions[entry.name].title)},
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


def record_json(record: Record, national_number: str, rules: CaseRules) -> Json:
    """A person's record on a day."""
    return plain(
        {
            "national_number": national_number,
            "as_of": record.as_of,
            "rulings": [
                {
                    **asdict(ruling),
                    "kind": coded(ruling.kind, rules.vocabularies["kinds"]),
                    "presence": coded(ruling.presence, rules.vocabularies["presence"]),
                    "verdict": coded(ruling.verdict, rules.vocabularies["verdicts"]),
                    "effects": [
                        {**asdict(effect), "kind": coded(effect.kind, rules.vocabularies["effects"])}
                        for effect in ruling.effects
                    ],
                }
                for ruling in record.rulings
            ],
        }
    )


def plain(values: Mapping[str, Any]) -> Json:
    """JSON values in place of days, moments, tuples and mappings."""
    return {name: _plain(held) for name, held in values.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return plain(value)
    return [_plain(held) for held in value] if isinstance(value, tuple | list) else value


def _matter(file: CaseFile, matter: Matter, rules: CaseRules) -> Json:
    state = rules.lifecycle.states[matter.state]
    return {
        "code": matter.code,
        "accused": matter.accused,
        "charge": matter.charge,
        "state": {"code": matter.state, "title": title(state.title)},
        "stage": coded(state.stage, rules.lifecycle.stages.entries),
        "since": matter.since,
        "rulings": [asdict(ruling) for ruling in matter.rulings],
        "rehabilitation": list(_rehabilitation(file, matter, rules)),
    }


def _rehabilitation(file: CaseFile, matter: Matter, rules: CaseRules) -> Iterator[Json]:
    kinds = rules.vocabularies["rehabilitation_kinds"]
    for kind in kinds:
        if (end := rehabilitation_due(file, matter, kind, rules)) is not None:
            reference = title(end.legal_reference)
            yield {"kind": coded(kind, kinds), "not_before": civil_day(end.sure), "legal_reference": reference}


def _clocks(file: CaseFile, rules: CaseRules, now: datetime) -> Iterator[Json]:
    for clock in running_clocks(file, rules):
        due = clock.due
        yield {
            "target": clock.target,
            "clock": {"code": due.code, "title": title(rules.clocks.clocks[due.code].title)},
            "started_at": due.started,
            "due_at": due.at,
            "last_day": due.last_day,
            "level": level(due, now),
            "legal_reference": title(due.legal_reference),
        }


def coded(code: str, words: Mapping[str, Bilingual]) -> Json:
    """A code beside its title."""
    return {"code": code, "title": title(words[code]) if code in words else None}


def title(words: Bilingual) -> Json:
    """Words in both languages."""
    return {"ar": words.ar, "en": words.en}
