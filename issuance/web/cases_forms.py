"""The form of a case action, as `lifecycle.yaml` describes it: its inputs, and what was sent as a command takes it.

Pure. What a value must be is judged by the command alone; here only its shape changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from issuance.cases.act import Move
from issuance.cases.case_rules import CaseRules
from issuance.cases.fields import read_body
from issuance.core.civil import TRIPOLI
from issuance.web.language import Language
from specs.errors import Fault, Invalid
from specs.schema.lifecycle import CaseAction, CaseField

CLAUSE = "cases/lifecycle.yaml"
LONG_TEXT_CHARACTERS = 500
PENALTY_ROWS = 2
_ROW = re.compile(r"penalties\.(\d{1,3})\.(kind|amount|unit|suspended)")
_MANY = frozenset({"accused_list", "charges", "evidence_list"})
Options = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Offered:
    """What a form may offer to choose from besides the vocabularies: (code, words) of this file and register."""

    offices: Options = ()
    accounts: Options = ()
    accused: Options = ()
    charges: Options = ()
    evidence: Options = ()


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form. kind: as in `lifecycle.yaml`, text in one line or `long`; options: of a choice."""

    name: str
    label: str
    kind: str
    required: bool
    options: Options = ()
    maximum: int | None = None


def inputs(kind: CaseAction, offered: Offered, t: Language, rules: CaseRules) -> list[Input]:
    """The fields an action asks for, in its order, then those it may have."""
    fields = rules.lifecycle.fields
    return [
        input_of(name, fields[name], t, rules, offered, required=name in kind.asks)
        for name in (*kind.asks, *kind.may)
        if name not in kind.by_two
    ]


def input_of(name: str, field: CaseField, t: Language, rules: CaseRules, offered: Offered, *, required: bool) -> Input:
    """One field by its kind."""
    given: dict[str, Options] = {
        "office": offered.offices,
        "account": offered.accounts,
        "accused": offered.accused,
        "accused_list": offered.accused,
        "charges": offered.charges,
        "evidence_list": offered.evidence,
    }
    options = given.get(field.kind, ())
    if field.kind == "choice":
        words = rules.vocabularies[field.vocabulary or ""]
        options = tuple((code, t.pick(title)) for code, title in words.items())
    kind = field.kind
    if kind == "text" and (field.maximum_characters or 0) >= LONG_TEXT_CHARACTERS:
        kind = "long"  # type: ignore[assignment]
    return Input(name, t.pick(field.title), kind, required, options, field.maximum_characters)


def penalty_rows(values: Mapping[str, str]) -> int:
    """How many rows the part of a form for penalties has."""
    held = {int(found[1]) for name in values if (found := _ROW.fullmatch(name))}
    return max(PENALTY_ROWS, *(index + 1 for index in held)) if held else PENALTY_ROWS


def compacted(sent: Mapping[str, str]) -> dict[str, str]:
    """The same values with empty rows of penalties closed up, so that a fault names the row it stands beside."""
    rows: dict[int, dict[str, str]] = {}
    out = {}
    for name, value in sent.items():
        if found := _ROW.fullmatch(name):
            if value.strip():
                rows.setdefault(int(found[1]), {})[found[2]] = value.strip()
        else:
            out[name] = value
    for index, number in enumerate(sorted(rows)):
        out |= {f"penalties.{index}.{part}": value for part, value in rows[number].items()}
    return out


def move_of(name: str, sent: Mapping[str, str], rules: CaseRules) -> Move:
    """What was sent, as the command takes it. Raises `Invalid`: a day that is none, with what else is wrong."""
    kind = rules.lifecycle.actions[name]
    body = {field: value_of(field, sent, rules) for field in (*kind.asks, *kind.may)}
    body = {field: value for field, value in body.items() if value not in (None, "", [])}
    try:
        happened_on = day_of(sent.get("happened_on", ""))
    except ValueError as error:
        raise Invalid(_no_day(), *_faults_of(name, body, rules)) from error
    return Move(name, body, chosen("matter", sent), happened_on, sent.get("basis", "").strip())


def value_of(field: str, sent: Mapping[str, str], rules: CaseRules, prefix: str = "") -> Any:
    """The value of one field; None or empty when nothing was given."""
    kind = rules.lifecycle.fields[field].kind
    if kind in _MANY:
        return list(chosen(prefix + field, sent))
    if kind == "penalties":
        return _penalties(sent)
    text = sent.get(prefix + field, "").strip()
    return _READ.get(kind, str)(text) if text else None


def chosen(name: str, sent: Mapping[str, str]) -> tuple[str, ...]:
    """The codes whose boxes `name.CODE` were ticked, in the order of the form."""
    return tuple(key.removeprefix(f"{name}.") for key, value in sent.items() if key.startswith(f"{name}.") and value)


def day_of(text: str) -> date | None:
    """None when nothing was given. Raises `ValueError`."""
    return date.fromisoformat(text.strip()) if text.strip() else None


def as_sent(body: Mapping[str, Any], rules: CaseRules, prefix: str = "") -> dict[str, str]:
    """The inverse of `value_of`, for a form that begins with known values."""
    out: dict[str, str] = {}
    for field, value in body.items():
        held = rules.lifecycle.fields.get(field)
        if held is None or value is None:
            continue
        if held.kind in _MANY:
            out |= {f"{prefix}{field}.{code}": "yes" for code in value}
        elif held.kind == "penalties":
            out |= _penalties_sent(value)
        elif held.kind == "moment":
            out[prefix + field] = datetime.fromisoformat(value).astimezone(TRIPOLI).strftime("%Y-%m-%d %H:%M")
        elif held.kind == "flag":
            out[prefix + field] = "yes" if value else ""
        elif held.kind != "object":
            out[prefix + field] = str(value)
    return out


def _penalties(sent: Mapping[str, str]) -> list[dict[str, Any]]:
    rows: dict[int, dict[str, Any]] = {}
    for name, value in compacted(sent).items():
        if found := _ROW.fullmatch(name):
            part = found[2]
            held = _number(value) if part == "amount" else True if part == "suspended" else value
            rows.setdefault(int(found[1]), {})[part] = held
    return [rows[index] for index in sorted(rows)]


def _penalties_sent(parts: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    out: dict[str, str] = {}
    for index, part in enumerate(parts):
        held = {name: part.get(name) for name in ("kind", "amount", "unit")}
        out |= {f"penalties.{index}.{name}": str(value) for name, value in held.items() if value is not None}
        if part.get("suspended"):
            out[f"penalties.{index}.suspended"] = "yes"
    return out


def _number(text: str) -> int | str:
    return int(text) if text.isdecimal() else text


def _moment(text: str) -> str:
    """A local time of Libya as an aware moment; what is none goes on as it is, and the command says so."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=TRIPOLI)).isoformat()


_READ: dict[str, Callable[[str], Any]] = {
    "flag": bool,
    "dinars": _number,
    "sequence": _number,
    "moment": _moment,
}


def _faults_of(name: str, body: Mapping[str, Any], rules: CaseRules) -> tuple[Fault, ...]:
    try:
        read_body(name, body, rules)
    except Invalid as error:
        return error.faults
    return ()


def _no_day() -> Fault:
    words = "التاريخ غير صحيح؛ اكتبه سنة-شهر-يوم", "not a date; write year-month-day"
    return Fault("cases.field.form", *words, field="happened_on", clause=CLAUSE)
