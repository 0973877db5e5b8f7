"""Write a machine readable zone from its fields, and judge what was written as `check` does before it leaves. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from issuance.mrtd.mrz.check import judge_as
from issuance.mrtd.mrz.faults import ALPHABET, CODES, NAMES, STATES, TRUNCATION, fault
from issuance.mrtd.mrz.rules import NOT_ALLOWED, Layout, Rules, standing_rules
from issuance.mrtd.mrz.truncate import Style, fit
from issuance.mrtd.text import latin
from specs.errors import Fault, Invalid

FIELDS = (
    *("document_code", "issuer", "name", "surname", "given", "document_number", "nationality"),
    *("birth_date", "sex", "expiry_date", "optional", "composite"),
)
_NEEDED = ("document_code", "issuer", "document_number", "nationality", "birth_date", "expiry_date")
_MAXIMUM_CHARACTERS = 400
_SPECIAL = "-/.\\_"


@dataclass(frozen=True, slots=True)
class Built:
    """lines: two or three; truncated and style: whether and how the name was cut; warnings: as `check` gives them."""

    lines: tuple[str, ...]
    truncated: bool
    style: Style | None
    warnings: tuple[Fault, ...]

    def as_json(self) -> dict[str, Any]:
        """The wire form: `{"lines","truncated"}`."""
        return {"lines": list(self.lines), "truncated": self.truncated}


def build(
    format_name: object, fields: Mapping[str, object], *, issued: date | None = None, rules: Rules | None = None
) -> Built:
    """The zone of `format_name` (TD1, TD2, TD3, MRVA, MRVB) from `fields`, named as `MrzReport.fields` names them.

    Names are written as in the visual zone or as read by `check`; `surname` and `given` come before `name`
    (`ERIKSSON, ANNA MARIA`); dates are YYMMDD; sex X or absent is a filler; `optional` holds all optional data in
    order; `composite` is computed, what is given is ignored. `issued` adds what binds a document issued on that day:
    harmonised codes (Doc 9303-4 §4.4) and no withdrawn State codes. Raises `Invalid` with every fault.
    """
    known = rules or standing_rules()
    layout = known.formats.get(format_name) if isinstance(format_name, str) else None
    if layout is None:
        raise Invalid(fault("format", "unknown_format", ALPHABET, ", ".join(known.formats)))
    return _Writing(layout, known).write(fields, issued)


class _Writing:
    """One zone being written: characters, and the faults met on the way."""

    def __init__(self, layout: Layout, rules: Rules) -> None:
        self.layout, self.rules = layout, rules
        self.characters = [rules.filler] * (layout.lines * layout.line_characters)
        self.faults: list[Fault] = []
        self.long_number = False

    def write(self, fields: Mapping[str, object], issued: date | None) -> Built:
        layout = self.layout
        given = self._texts(fields)
        style = self._name(given)
        self._put("document_code", layout.document_code, given.get("document_code", "").upper())
        self._put("issuer", layout.issuer, given.get("issuer", "").upper())
        self._put("nationality", layout.nationality, given.get("nationality", "").upper())
        self._put("birth_date", layout.birth_date, given.get("birth_date", ""))
        self._put("expiry_date", layout.expiry_date, given.get("expiry_date", ""))
        sex = given.get("sex", "").upper()
        unspecified = sex in ("", self.rules.visual_unspecified_sex)
        self._put("sex", slice(layout.sex, layout.sex + 1), self.rules.filler if unspecified else sex)
        self._number_and_optional(_number(given.get("document_number", "")), _number(given.get("optional", "")))
        if issued is not None:
            self._issued(issued)
        if self.faults:
            raise Invalid(*self.faults)
        self._digits()
        text, size = "".join(self.characters), layout.line_characters
        lines = tuple(text[start : start + size] for start in range(0, len(text), size))
        report = judge_as(layout, text, self.rules)
        if report.errors:
            raise Invalid(*report.errors)
        return Built(lines, style is not None, style, report.warnings)

    def _texts(self, fields: Mapping[str, object]) -> dict[str, str]:
        given: dict[str, str] = {}
        for name, value in fields.items():
            if name not in FIELDS:
                self.faults.append(fault(str(name)[:40], "unknown_field", ALPHABET))
            elif value is not None and not isinstance(value, str):
                self.faults.append(fault(name, "type", ALPHABET, "text is needed"))
            elif value and len(value) > _MAXIMUM_CHARACTERS:
                self.faults.append(fault(name, "too_long", self.layout.clause, f"{len(value)} characters"))
            elif value:
                given[name] = value
        faulty = {found.field for found in self.faults}
        needed = [name for name in _NEEDED if name not in given]
        if not faulty & {"name", "surname", "given"} and not {"name", "surname", "given"} & set(given):
            needed.append("name")
        self.faults += [fault(name, "missing", self.layout.clause) for name in needed if name not in faulty]
        return given

    def _name(self, given: Mapping[str, str]) -> Style | None:
        if "surname" in given or "given" in given:
            parts = [("surname", given.get("surname", "")), ("given", given.get("given", ""))]
        elif "name" in given:
            first, second = latin.split_identifiers(given["name"], self.rules.latin)
            parts = [("name", first), ("name", second)]
        else:
            return None
        identifiers = []
        for field, text in parts:
            try:
                identifiers.append(latin.components(text, field, self.rules.latin))
            except Invalid as refused:
                self.faults += refused.faults
        if len(identifiers) < 2:
            return None
        primary, secondary = identifiers
        if not primary:
            self.faults.append(fault(parts[0][0], "empty", NAMES))
            return None
        width = self.layout.name_field.stop - self.layout.name_field.start
        fitted = fit(primary, secondary, width)
        if fitted is None:
            self.faults.append(fault("name", "cannot_truncate", TRUNCATION))
            return None
        self._put("name", self.layout.name_field, fitted.text)
        return fitted.style

    def _number_and_optional(self, number: str, optional: str) -> None:
        layout, filler = self.layout, self.rules.filler
        field = layout.document_number
        size = field.stop - field.start
        if self._strange("document_number", number):
            return
        rooms = [part.stop - part.start for part in layout.optional]
        head = ""
        if len(number) > size and layout.long_number:
            if len(number) - size > rooms[0] - 2 or filler in number:
                self.faults.append(fault("document_number", "too_long", layout.clause, f"{len(number)} characters"))
                return
            head = number[size:] + self._digit(number) + filler
            number, self.long_number = number[:size], True
        self._put("document_number", field, number)
        if len(optional) > sum(rooms) - len(head):
            self.faults.append(fault("optional", "too_long", layout.clause, f"{len(optional)} characters"))
            return
        data = head + optional
        for part, room in zip(layout.optional, rooms, strict=True):
            self._put("optional", part, data[:room])
            data = data[room:]

    def _issued(self, issued: date) -> None:
        """What binds at issue and not at reading: codes by date, and States that no longer exist."""
        rules, layout = self.rules, self.layout
        for field, at in (("issuer", layout.issuer), ("nationality", layout.nationality)):
            code = "".join(self.characters[at])
            if code in rules.read_only_states:
                self.faults.append(fault(field, "deprecated_code", STATES, code))
        code = "".join(self.characters[layout.document_code])
        if layout.first_letters != "P" or code in rules.listed_codes:
            return
        if issued >= rules.required_from or (issued >= rules.listed_from and code[1] != rules.filler):
            self.faults.append(fault("document_code", "unlisted_code", CODES, code))

    def _digits(self) -> None:
        layout, characters = self.layout, self.characters
        if not self.long_number:
            characters[layout.number_check] = self._digit(characters[layout.document_number])
        characters[layout.birth_check] = self._digit(characters[layout.birth_date])
        characters[layout.expiry_check] = self._digit(characters[layout.expiry_date])
        if layout.optional_check is not None:
            optional = "".join(characters[layout.optional[0]])
            empty = not optional.strip(self.rules.filler)
            characters[layout.optional_check] = self.rules.written_optional_check if empty else self._digit(optional)
        if layout.composite is not None:
            covered = "".join("".join(characters[part]) for part in layout.composite_covers)
            characters[layout.composite] = self._digit(covered)

    def _put(self, field: str, at: slice, text: str) -> None:
        """Write `text` at `at`, filled up; a character that may not stand in any zone is a fault."""
        room = at.stop - at.start
        if self._strange(field, text):
            return
        if len(text) > room:
            self.faults.append(fault(field, "too_long", self.layout.clause, f"{len(text)} characters, {room} fit"))
        else:
            self.characters[at] = list(text.ljust(room, self.rules.filler))

    def _strange(self, field: str, text: str) -> bool:
        strange = [c for c in text if ord(c) > 127 or self.rules.values[ord(c)] == NOT_ALLOWED]
        if strange:
            shown = ", ".join(f"U+{ord(c):04X}" for c in strange[:8])
            self.faults.append(fault(field, "alphabet", ALPHABET, shown))
        return bool(strange)

    def _digit(self, characters: str | list[str]) -> str:
        values = "".join(characters).encode("ascii").translate(self.rules.values)
        return str(self.rules.digit(values))


def _number(text: str) -> str:
    """Special characters and spaces of a number become fillers (Doc 9303-4 §4.2.2.2); fillers at the end go."""
    return "".join("<" if c.isspace() or c in _SPECIAL else c for c in text.upper()).rstrip("<")
