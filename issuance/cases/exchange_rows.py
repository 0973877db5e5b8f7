"""Rows of an import file, JSON Lines or CSV, from bytes of unknown making to typed rows. Pure but for the stream.

Never more than one row is in memory, and none longer than `LONGEST_ROW`. What cannot be read is a row with faults.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO, Final, Literal

from issuance.cases.act import Move
from issuance.cases.case_rules import CaseRules
from specs.errors import Fault, Invalid

CLAUSE: Final = "docs/cases-import.md"
LONGEST_ROW: Final = 262_144
MOST_STEPS: Final = 50
FILE_FORM: Final = "ly.issuance.case/1"
_LONGEST_NAME: Final = 100
_STEP: Final = ("action", "office", "happened_on", "matters", "basis", "body")
_ROW: Final = ("row", "case", "opened_by", "then", *_STEP)
Form = Literal["jsonl", "csv"]


@dataclass(frozen=True, slots=True)
class Step:
    """One action of a row. office: who acts."""

    move: Move
    office: str | None


@dataclass(frozen=True, slots=True)
class ImportRow:
    """line: where it begins in the file, from 1. row: the sender's own id of it; case: number of a file here;
    opened_by: the row that opened the file; steps: all of them or none; file: a whole exported file in their place;
    faults: why it cannot be read."""

    line: int
    row: str | None = None
    case: str | None = None
    opened_by: str | None = None
    steps: tuple[Step, ...] = ()
    file: Mapping[str, Any] | None = None
    faults: tuple[Fault, ...] = field(default=())


def rows_in(stream: BinaryIO, form: Form, rules: CaseRules) -> Iterator[ImportRow]:
    """Every row in order. Raises `Invalid` for what is wrong with the whole file (its encoding, its columns)."""
    lines = _lines(stream)
    return _csv_rows(lines, rules) if form == "csv" else _json_rows(lines)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes | None]]:
    """(number, line without its end); None for a line that is too long."""
    number = 0
    while chunk := stream.readline(LONGEST_ROW):
        number += 1
        if not chunk.endswith(b"\n") and len(chunk) == LONGEST_ROW:
            while (more := stream.readline(LONGEST_ROW)) and not more.endswith(b"\n"):
                pass  # the rest of it is nobody's row
            yield number, None
            continue
        if number == 1:
            if chunk.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in chunk[:4]:
                words = "الملف ليس بترميز UTF-8", "the file is not UTF-8 (it looks like UTF-16)"
                raise Invalid(_fault("file", "encoding", *words))
            chunk = chunk.removeprefix(b"\xef\xbb\xbf")
        yield number, chunk.rstrip(b"\r\n")


def _json_rows(lines: Iterator[tuple[int, bytes | None]]) -> Iterator[ImportRow]:
    for number, line in lines:
        if line is None:
            yield ImportRow(number, faults=(_TOO_LONG,))
        elif line.strip():
            yield _json_row(number, line)


def _json_row(number: int, line: bytes) -> ImportRow:
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_no_number)
        json.dumps(value, ensure_ascii=False).encode("utf-8")  # half a surrogate pair is no text
    except UnicodeError:
        return ImportRow(number, faults=(_NOT_UTF_8,))
    except (ValueError, RecursionError):
        words = "ليس سطر JSON سليماً", "not a well-formed line of JSON"
        return ImportRow(number, faults=(_fault("row", "json", *words),))
    if not isinstance(value, dict):
        words = "السطر ليس كائناً", "the line is not an object"
        return ImportRow(number, faults=(_fault("row", "form", *words),))
    if value.get("form") == FILE_FORM:
        return ImportRow(number, _text_or_none(value.get("id")), file=value)
    return _row(number, value)


def _csv_rows(lines: Iterator[tuple[int, bytes | None]], rules: CaseRules) -> Iterator[ImportRow]:
    records = _records(lines)
    head = next(records, None)
    columns = head[1] if head is not None else None
    if columns is None:
        raise Invalid(_fault("file", "columns", "لا أعمدة في الملف", "the file has no line of columns"))
    known = {*_ROW[:3], *_STEP[:5]} | rules.lifecycle.fields.keys()
    unknown = [name for name in columns if name not in known]
    if unknown or "row" not in columns or "action" not in columns or len({*columns}) < len(columns):
        bad = ", ".join(unknown[:20]) or "row, action"
        words = f"أعمدة غير معروفة أو ناقصة: {bad}", f"unknown, doubled or missing columns: {bad}"
        raise Invalid(_fault("file", "columns", *words))
    for number, cells, faults in records:
        if faults:
            yield ImportRow(number, faults=faults)
        elif cells and any(cells):
            yield _csv_row(number, columns, cells, rules)


def _records(lines: Iterator[tuple[int, bytes | None]]) -> Iterator[tuple[int, list[str] | None, tuple[Fault, ...]]]:
    """(line it begins on, cells, faults). A quoted cell may hold line ends."""
    for number, line in lines:
        held = line
        while held is not None and held.count(b'"') % 2:
            _, more = next(lines, (0, None))
            held = held + b"\n" + more if more is not None and len(held) + len(more) < LONGEST_ROW else None
        if held is None:
            yield number, None, (_TOO_LONG,)
            continue
        try:
            yield number, next(csv.reader([held.decode("utf-8")], strict=True), []), ()
        except UnicodeError:
            yield number, None, (_NOT_UTF_8,)
        except csv.Error:
            yield number, None, (_fault("row", "csv", "ليس سطر CSV سليماً", "not a well-formed line of CSV"),)


def _csv_row(number: int, columns: list[str], cells: list[str], rules: CaseRules) -> ImportRow:
    if len(cells) != len(columns):
        words = f"عدد الخلايا {len(cells)} لا {len(columns)}", f"{len(cells)} cells for {len(columns)} columns"
        return ImportRow(number, faults=(_fault("row", "cells", *words),))
    value: dict[str, Any] = {"body": {}}
    faults = []
    for name, cell in zip(columns, cells, strict=True):
        if not cell.strip():
            continue
        if name in _ROW:
            value[name] = cell.split() if name == "matters" else cell.strip()
        else:
            try:
                value["body"][name] = _of_cell(cell.strip(), rules.lifecycle.fields[name].kind)
            except (ValueError, RecursionError):
                faults.append(_fault(name, "cell", "الخلية غير مقروءة", "the cell cannot be read"))
    read = _row(number, value)
    return ImportRow(number, read.row, faults=(*read.faults, *faults)) if faults else read


def _of_cell(cell: str, kind: str) -> Any:
    if kind == "flag":
        return {"true": True, "false": False}.get(cell.lower(), cell)
    if kind in ("dinars", "sequence"):
        return int(cell)
    if kind in ("accused_list", "charges", "evidence_list"):
        return cell.split()
    return json.loads(cell, parse_constant=_no_number) if kind in ("penalties", "object") else cell


def _row(number: int, value: Mapping[str, Any]) -> ImportRow:
    faults = [_fault(str(key)[:_LONGEST_NAME], "unknown", *_UNKNOWN) for key in value if key not in _ROW]
    names = {name: _text_or_none(value.get(name)) for name in ("row", "case", "opened_by")}
    for name, held in names.items():
        if (held is None) != (value.get(name) is None) or (name == "row" and held is None):
            faults.append(_fault(name, "form", *_NAME))
    if names["case"] is not None and names["opened_by"] is not None:
        words = (
            "رقم القضية أو السطر الذي فتحها، لا كلاهما",
            "the number of the case or the row that opened it, not both",
        )
        faults.append(_fault("case", "both", *words))
    later = value.get("then", [])
    if not isinstance(later, list) or len(later) > MOST_STEPS or not all(isinstance(one, dict) for one in later):
        words = f"قائمة إجراءات لا تزيد على {MOST_STEPS}", f"a list of at most {MOST_STEPS} actions"
        faults.append(_fault("then", "form", *words))
        later = []
    steps = [_step(value, "", faults)]
    for place, one in enumerate(later):
        faults += [_fault(f"then.{place}.{key!s:.60}", "unknown", *_UNKNOWN) for key in one if key not in _STEP]
        steps.append(_step({"office": value.get("office"), **one}, f"then.{place}.", faults))
    if faults:
        return ImportRow(number, names["row"], faults=tuple(faults))
    return ImportRow(number, names["row"], names["case"], names["opened_by"], tuple(steps))


def _step(value: Mapping[str, Any], place: str, faults: list[Fault]) -> Step:
    action, office, day = (value.get(name) for name in ("action", "office", "happened_on"))
    matters, basis, body = value.get("matters") or [], value.get("basis") or "", value.get("body", {})
    happened_on: date | None = None
    if not isinstance(action, str):
        faults.append(_fault(f"{place}action", "form", "الإجراء مطلوب", "an action is required"))
    if office is not None and _text_or_none(office) is None:
        faults.append(_fault(f"{place}office", "form", *_NAME))
    try:
        happened_on = date.fromisoformat(day) if day is not None else None
    except (TypeError, ValueError):
        faults.append(_fault(f"{place}happened_on", "form", "تاريخ مثل 2026-01-31", "a day such as 2026-01-31"))
    if not isinstance(matters, list) or not all(isinstance(code, str) for code in matters):
        faults.append(_fault(f"{place}matters", "form", "قائمة مثل A1/C1", "a list such as A1/C1"))
        matters = []
    if not isinstance(basis, str) or len(basis) > 2_000:
        faults.append(_fault(f"{place}basis", "form", "نص قصير", "a short text"))
        basis = ""
    if not isinstance(body, dict):
        faults.append(_fault(f"{place}body", "form", "القيم كائن", "the values are an object"))
        body = {}
    return Step(Move(str(action), body, tuple(matters), happened_on, basis), _text_or_none(office))


def _text_or_none(value: Any) -> str | None:
    return value if isinstance(value, str) and 0 < len(value) <= _LONGEST_NAME and "\x00" not in value else None


def _no_number(name: str) -> Any:
    raise ValueError(name)


def _fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(f"cases.import.{code}", ar, en, field=field, clause=CLAUSE)


_UNKNOWN = ("هذا الحقل غير معروف", "this field is not known")
_NAME = (f"نص من 1 إلى {_LONGEST_NAME} حرف", f"a text of 1 to {_LONGEST_NAME} characters")
_TOO_LONG = _fault("row", "too_long", f"أطول من {LONGEST_ROW} بايت", f"longer than {LONGEST_ROW} bytes")
_NOT_UTF_8 = _fault("row", "encoding", "ليس نصاً بترميز UTF-8", "not text in UTF-8")
