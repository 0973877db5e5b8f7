"""The form of a correction: what an entry says now, and what of it is put right. The old value stays in the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from issuance.cases.act import Move
from issuance.cases.fields import read_body
from issuance.cases.file import Action
from issuance.cases.fold import corrected_actions
from issuance.cases.values import FIXED, correction_faults
from issuance.web.cases_forms import CLAUSE, Offered, as_sent, day_of, input_of, value_of
from issuance.web.cases_seen import Seen
from issuance.web.cases_shown import correctable
from specs.errors import Fault, Invalid, NotFound

PREFIX = "corrected."
DAY = "happened_on"


def known_values(one: Seen, seq: int) -> dict[str, str]:
    """The form of a correction of entry `seq`, as it begins. Raises `NotFound`."""
    entry = _entry(one, seq)
    values = as_sent({name: entry.body.get(name) for name in _fields(one, entry)}, one.words.rules, PREFIX)
    return values | {"corrects": str(seq), PREFIX + DAY: entry.happened_on.isoformat()}


def correction_of(one: Seen, sent: Mapping[str, str]) -> Move:
    """The correction that was sent: only what differs. Raises `Invalid` with every fault, `NotFound`."""
    entry, rules = _entry(one, _number(sent)), one.words.rules
    corrected: dict[str, Any] = {}
    shown = _fields(one, entry)
    for name in shown:
        value = value_of(name, sent, rules, PREFIX)
        if (value or None) != (entry.body.get(name) or None):
            corrected[name] = value or None
    faults = [*_day_faults(sent, entry, corrected)]
    faults += correction_faults(entry, {} if faults else corrected, rules)
    try:
        held = {name: value for name, value in corrected.items() if name != DAY}
        read_body(entry.name, {**entry.body, **held}, rules)
    except Invalid as error:
        faults += [fault for fault in error.faults if (fault.field or "").partition(".")[0] in shown]
    note = sent.get("note", "").strip()
    if not note:
        faults.append(_fault("note", "missing", "هذا الحقل مطلوب", "this field is required"))
    if not corrected and not faults:
        faults.append(_fault("corrected", "unchanged", "لم يتغير شيء", "nothing was changed"))
    if faults:
        raise Invalid(*faults)
    return Move("correct", {"corrects": entry.seq, "corrected": corrected, "note": note})


def correction_shown(one: Seen, values: Mapping[str, str], offers: Offered) -> dict[str, Any]:
    """The entry that is put right and the fields of its form."""
    entry, rules, t = _entry(one, _number(values)), one.words.rules, one.words.t
    kind = rules.lifecycle.actions[entry.name]
    fields = [
        input_of(name, rules.lifecycle.fields[name], t, rules, offers, required=name in kind.asks)
        for name in _fields(one, entry)
    ]
    return {"seq": entry.seq, "title": one.words.action(entry.name), "fields": fields}


def _entry(one: Seen, seq: int) -> Action:
    """An entry as earlier corrections leave it."""
    entries = corrected_actions(one.view.entries)
    if not 1 <= seq <= len(entries) or not correctable(entries[seq - 1], one.words.rules):
        words = "لا قيد بهذا الرقم يصحح", "there is no entry of this number to correct"
        raise NotFound(Fault("cases.entry", *words, field="corrects", clause=CLAUSE))
    return entries[seq - 1]


def _fields(one: Seen, entry: Action) -> list[str]:
    """What of an entry this reader may put right: not what is withheld from them, not what is kept elsewhere."""
    fields, kind = one.words.rules.lifecycle.fields, one.words.rules.lifecycle.actions[entry.name]
    hidden = not one.view.reporter_shown
    return [
        name
        for name in (*kind.asks, *kind.may)
        if fields[name].kind not in FIXED and not (hidden and fields[name].confidential)
    ]


def _day_faults(sent: Mapping[str, str], entry: Action, corrected: dict[str, Any]) -> list[Fault]:
    """Adds the day to what is corrected when it differs."""
    try:
        day = day_of(sent.get(PREFIX + DAY, ""))
    except ValueError:
        return [_fault(DAY, "form", "التاريخ غير صحيح؛ اكتبه سنة-شهر-يوم", "not a date; write year-month-day")]
    if day is not None and day != entry.happened_on:
        corrected[DAY] = day.isoformat()
    return []


def _number(values: Mapping[str, str]) -> int:
    text = values.get("corrects", "")
    return int(text) if text.isdecimal() else 0


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(f"cases.field.{code}", ar, en, field=field, clause=CLAUSE)
