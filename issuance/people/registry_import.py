"""Records of the civil registry by the file, JSON Lines or CSV, into our own table; each row has a fate.

An import does by itself what one officer may: what takes a right away from a person held here, or gives it back, is
refused and goes through two officers (`registry_marks`). Fates name lines and our own ids, never a number.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.shapes import read_shape
from issuance.core.uow import Tx, trial, unit_of_work
from issuance.people.entry import PersonRecord, entry_faults
from issuance.people.registry_form import CLAUSE, read_record
from issuance.people.registry_kept import Ground, change, differing, enter, entry_of, held_row, kinds_of
from issuance.people.registry_marks import require_own
from issuance.people.registry_watch import CHANGE
from issuance.service import Service
from specs.errors import Fault, Invalid
from specs.schema.civil_registry import CivilRegistryRules

Form = Literal["jsonl", "csv"]
AT_ONCE: Final = 200
"""Rows in one transaction: writers of an embedded database wait for it."""
_NAMES: Final = ("arabic_first", "arabic_father", "arabic_grandfather", "arabic_family")
_PLAIN: Final = (
    "national_number", "state", "mother_arabic", "sex", "birth_date", "nationality", "registered_on", "family_record",
    "under_review", "father", "mother", "guardian",
)  # fmt: skip
_FLAGS: Final = ("registered_late", "synthetic")
_COLUMNS: Final = (
    *_PLAIN, *_FLAGS, *_NAMES, "latin_surname", "latin_given", "birth_place_arabic", "birth_place_latin", "transfers",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a row. line: where it begins, from 1; person: our id of who was held here before; kinds: of
    change; faults: why it was refused."""

    line: int
    fate: Literal["entered", "changed", "same", "refused"]
    person: str | None = None
    kinds: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "line": self.line,
            "fate": self.fate,
            "person": self.person,
            "kinds": list(self.kinds),
            "faults": [asdict(fault) for fault in self.faults],
        }


def import_records(
    service: Service, actor: Actor, content: bytes, form: Form, now: datetime, *, dry_run: bool = False
) -> list[Fate]:
    """Take in every row that may be; the fate of each, in order. dry_run: the same fates, and nothing is kept.

    Raises `Invalid` for what is wrong with the whole file, `NotAllowed`, `Refused` when the registry is another body's.
    """
    policy.require(actor, CHANGE)
    require_own(service)
    rows = list(_rows(content, form))
    seen: dict[str, int] = {}
    fates: list[Fate] = []
    for start in range(0, len(rows), AT_ONCE):
        work = trial if dry_run else unit_of_work
        with work(service.db, actor, "import of the civil registry", now) as tx:
            part = [_fate(tx, service, line, row, seen) for line, row in rows[start : start + AT_ONCE]]
            counts = {fate: sum(one.fate == fate for one in part) for fate in ("entered", "changed", "same", "refused")}
            tx.audit("people.import_registry", "people", counts)
        fates += part
    return fates


def _fate(tx: Tx, service: Service, line: int, row: Any, seen: dict[str, int]) -> Fate:
    if isinstance(row, Fault):
        return Fate(line, "refused", faults=(row,))
    rules = service.spec.passport.registry
    try:
        record = read_record(row, rules, tx.now)
        if (first := seen.setdefault(record.national_number, line)) != line:
            words = f"هذا الرقم في السطر {first} أيضاً", f"line {first} has this number too"
            raise Invalid(_fault("twice", "national_number", *words))
        person, entry = held_row(tx.session, record.national_number)
        latin = None if person is None else (person.latin_surname, person.latin_given)
        read = read_shape(PersonRecord, entry_of(record, latin), code="people.record", clause=CLAUSE)
        if faults := tuple(entry_faults(read, service.spec, tx.now)):
            raise Invalid(*faults)
        if person is None:
            enter(tx, record, read)
            return Fate(line, "entered")
        if two := _of_two(differing(person, entry, record), rules):
            raise Invalid(*two)
    except Invalid as error:
        return Fate(line, "refused", faults=error.faults)
    kinds = change(tx, person, entry, record, Ground())
    return Fate(line, "changed" if kinds else "same", person.id, kinds)


def _of_two(changes: dict[str, list[Any]], rules: CivilRegistryRules) -> list[Fault]:
    """The kinds of change that one officer does not make, each a fault; nor is a withdrawn record made dead by one."""
    found = []
    for kind, part in kinds_of(changes).items():
        mark = rules.marks.entries.get(kind)  # type: ignore[call-overload]
        from_other = kind in ("deceased", "unregistered") and part["state"][0] != "live"
        if (mark is not None and mark.two_people) or from_other:
            title = mark or rules.states.entries["unregistered"]
            words = (
                f"يلزم ضابطان لهذا التغيير: {title.ar}",
                f"two officers are needed for this change ({title.en}): one asks for it and another approves",
            )
            found.append(_fault("two_people", "under_review" if "under_review" in part else "state", *words))
    return found


def _rows(content: bytes, form: Form) -> Iterator[tuple[int, Any]]:
    """(line, decoded row or the fault of it). Raises `Invalid` for what is wrong with the whole file."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeError as error:
        words = "الملف ليس نصاً بترميز UTF-8", "the file is not text in UTF-8"
        raise Invalid(_fault("encoding", "file", *words)) from error
    return _csv_rows(text) if form == "csv" else _json_rows(text)


def _json_rows(text: str) -> Iterator[tuple[int, Any]]:
    for line, held in enumerate(text.split("\n"), start=1):
        if held.strip():
            try:
                yield line, json.loads(held)
            except (ValueError, RecursionError):
                yield line, _fault("json", "row", "ليس سطر JSON سليماً", "not a well-formed line of JSON")


def _csv_rows(text: str) -> Iterator[tuple[int, Any]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        columns = [name.strip() for name in next(reader, [])]
        strange = [f"{name:.40}" for name in columns if name not in _COLUMNS]
        if strange or "national_number" not in columns or len({*columns}) < len(columns):
            bad = ", ".join(strange[:20]) or "national_number"
            words = f"أعمدة غير معروفة أو ناقصة أو مكررة: {bad}", f"unknown, missing or doubled columns: {bad}"
            raise Invalid(_fault("columns", "file", *words))
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, _of_cells(columns, cells)
            line = reader.line_num + 1
    except csv.Error as error:
        words = f"السطر {reader.line_num} ليس CSV سليماً", f"line {reader.line_num} is not well-formed CSV"
        raise Invalid(_fault("csv", "file", *words)) from error


def _of_cells(columns: Sequence[str], cells: Sequence[str]) -> Any:
    """The row in the form of JSON; an empty cell is an absent member."""
    if len(cells) != len(columns):
        words = f"عدد الخلايا {len(cells)} لا {len(columns)}", f"{len(cells)} cells for {len(columns)} columns"
        return _fault("cells", "row", *words)
    held = {name: cell.strip() for name, cell in zip(columns, cells, strict=True) if cell.strip()}
    row: dict[str, Any] = {name: held[name] for name in _PLAIN if name in held}
    row |= {name: {"yes": True, "no": False}.get(held[name], held[name]) for name in _FLAGS if name in held}
    latin = {part: held.get(f"latin_{part}", "") for part in ("surname", "given")}
    arabic = {name.removeprefix("arabic_"): held.get(name, "") for name in _NAMES}
    row["names"] = {"arabic": arabic, "latin": latin if any(latin.values()) else None}
    row["place_of_birth"] = {part: held.get(f"birth_place_{part}", "") for part in ("arabic", "latin")}
    row["transfers"] = [_transfer(one) for one in held.get("transfers", "").split(";") if one.strip()]
    return row


def _transfer(text: str) -> dict[str, str]:
    """`Ubari>Hun@2013-05-01`; what is missing is an empty member, for the form to name."""
    offices, _, on = text.strip().rpartition("@")
    before, _, after = offices.partition(">")
    return {"from_office": before.strip(), "to_office": after.strip(), "on": on.strip()}


def _fault(kind: str, field: str, ar: str, en: str) -> Fault:
    return Fault(f"people.registry.{kind}", ar, en, field=field, clause=CLAUSE)
