"""What a user gives with an action, held against what the life cycle asks for. Pure; every fault at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeGuard

from issuance.cases.case_rules import CaseRules
from issuance.core.canonical import canonical
from specs.errors import Fault, Invalid
from specs.schema.lifecycle import CaseField

CLAUSE = "cases/lifecycle.yaml"
_MAXIMUM_ITEMS = 100
_MAXIMUM_AMOUNT = 1_000_000_000
_MAXIMUM_TEXT = 2000
_MAXIMUM_CODE = 80
_MAXIMUM_OBJECT = 20_000
_EARLIEST, _LATEST = date(1900, 1, 1), date(2200, 1, 1)
# Lone surrogates and controls no store can hold or no reader sees; embeddings and overrides show a text in another
# order than it is read in. Line ends, tabs and the single marks U+200E, U+200F, U+061C stay as they were typed.
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")


def read_body(name: str, given: Any, rules: CaseRules) -> dict[str, Any]:
    """The values of action `name`, in the form they are kept. Empty optional values are left out. Raises `Invalid`."""
    action = rules.lifecycle.actions[name]
    if not isinstance(given, Mapping):
        raise Invalid(_fault("body", "type", "القيم غير مقروءة", "the values must be an object"))
    known = (*action.asks, *action.may)
    found = [
        _fault(_shown(key), "unknown", "هذا الحقل غير معروف في هذا الإجراء", "this action does not ask for this")
        for key in islice((key for key in given if key not in known), _MAXIMUM_ITEMS)
    ]
    body: dict[str, Any] = {}
    for field in known:
        value = given.get(field)
        if isinstance(value, str):
            value = " ".join(value.split()) if rules.lifecycle.fields[field].kind != "text" else value.strip()
        if value in (None, "", [], {}):
            if field in action.asks:
                found.append(_fault(field, "missing", "هذا الحقل مطلوب", "this field is required"))
            continue
        faults = [*_faults(field, value, rules)]
        found += faults
        if not faults:
            body[field] = value
    if found:
        raise Invalid(*found)
    return body


def _faults(name: str, value: Any, rules: CaseRules) -> Iterator[Fault]:
    field = rules.lifecycle.fields[name]
    if not _FORMS[field.kind](value):
        ar, en = f"القيمة غير صحيحة لحقل «{field.title.ar}»", f"not a value for '{field.title.en}'"
        yield _fault(name, "form", ar, en)
    elif field.kind == "choice":
        codes = rules.vocabularies[field.vocabulary or ""]
        if value not in codes:
            yield _fault(name, "choice", f"رمز غير معروف؛ المتاح: {'، '.join(codes)}", f"one of {', '.join(codes)}")
    elif isinstance(value, str) and len(value) > (limit := _longest(field)):
        yield _fault(name, "too_long", f"النص أطول من المسموح ({limit})", f"longer than {limit} characters")
    elif field.kind == "penalties":
        yield from _penalty_faults(name, value, rules)


def _penalty_faults(name: str, parts: list[Any], rules: CaseRules) -> Iterator[Fault]:
    kinds, units = rules.register.penalties.entries, rules.register.penalty_units.units
    for index, part in enumerate(parts):
        place = f"{name}.{index}"
        if not isinstance(part, Mapping) or not {*part} <= {"kind", "amount", "unit", "suspended"}:
            yield _fault(place, "form", "جزء العقوبة غير مقروء", "a part has kind, amount, unit and suspended")
            continue
        if not isinstance(part.get("kind"), str) or part["kind"] not in kinds:
            yield _fault(f"{place}.kind", "choice", "نوع عقوبة غير معروف", f"one of {', '.join(kinds)}")
            continue
        measured = rules.register.penalty_units.measured_in[part["kind"]]
        amount, unit = part.get("amount"), part.get("unit")
        if measured and (unit not in measured or unit not in units or not _amount(amount)):
            yield _fault(place, "amount", "مقدار العقوبة أو وحدتها ناقصة", f"an amount in {', '.join(measured)}")
        if not measured and (amount is not None or unit is not None):
            yield _fault(place, "amount", "هذه العقوبة بلا مقدار", "this penalty has no amount")
        if not isinstance(part.get("suspended", False), bool):
            yield _fault(f"{place}.suspended", "form", "نعم أو لا", "true or false")


def _longest(field: CaseField) -> int:
    return field.maximum_characters or _MAXIMUM_TEXT


def is_text(value: object, longest: int) -> TypeGuard[str]:
    """Whether it is text of at most so many characters that may be kept and shown."""
    return isinstance(value, str) and len(value) <= longest and _FORBIDDEN.search(value) is None


def is_date(value: Any) -> bool:
    """Whether it is a civil day `YYYY-MM-DD` of the times a register may speak of."""
    try:
        return (
            isinstance(value, str) and _EARLIEST <= (day := date.fromisoformat(value)) < _LATEST and str(day) == value
        )
    except ValueError:
        return False


def is_day(value: Any) -> bool:
    """The same of a `date`."""
    return isinstance(value, date) and not isinstance(value, datetime) and _EARLIEST <= value < _LATEST


def _text(value: Any) -> bool:
    return isinstance(value, str) and _FORBIDDEN.search(value) is None


def _code(value: Any) -> bool:
    return is_text(value, _MAXIMUM_CODE)


def _moment(value: Any) -> bool:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
    except ValueError:
        return False
    return moment is not None and moment.tzinfo is not None and is_day(moment.date())


def _object(value: Any) -> bool:
    """An object of plain JSON that may be kept: its numbers whole, its texts as every text, of a bounded size."""
    try:
        return isinstance(value, dict) and is_text(canonical(value).decode(), _MAXIMUM_OBJECT)
    except (TypeError, ValueError, RecursionError):
        return False


def _shown(key: object) -> str:
    return key if is_text(key, _MAXIMUM_CODE) and key.strip() else "?"


def _amount(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MAXIMUM_AMOUNT


def _codes(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= _MAXIMUM_ITEMS and all(map(_code, value))


def _parts(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= _MAXIMUM_ITEMS


_FORMS: dict[str, Callable[[Any], bool]] = {
    "text": _text,
    "date": is_date,
    "moment": _moment,
    "choice": _code,
    "flag": lambda value: isinstance(value, bool),
    "dinars": _amount,
    "office": _code,
    "account": _code,
    "person": _code,
    "case": _code,
    "sequence": _amount,
    "object": _object,
    "accused": _code,
    "accused_list": _codes,
    "charges": _codes,
    "evidence_list": _codes,
    "penalties": _parts,
}


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(code=f"cases.field.{code}", field=field, clause=CLAUSE, ar=ar, en=en)
