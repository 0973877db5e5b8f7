"""Read and judge a machine readable zone: shape, alphabet, codes, dates, names and check digits. Pure, never raises.

Not judged: expiry against today, and whether the document exists.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from issuance.mrtd.mrz.faults import ALPHABET, CODES, DATES, DIGITS, NAMES, SHAPE, STATES, TRUNCATION, as_json, fault
from issuance.mrtd.mrz.rules import NOT_ALLOWED, Layout, Rules, standing_rules
from specs.errors import Fault

_NAME = re.compile(r"[A-Z]+(?:<[A-Z]+)*(?:<<[A-Z]+(?:<[A-Z]+)*)?")
_STATE = re.compile(r"[A-Z]{3}|D<<")
_ZERO = ord("0")

# The lines joined: as text, as ASCII bytes, and as the value each character has in a check digit.
_Zone = tuple[str, bytes, bytes]


class MrzReport(NamedTuple):  # a tuple is made in half the time of a frozen dataclass, and this is the hot path
    """What was read and what is wrong with it. `fields` is empty when the shape or the alphabet is at fault.

    fields: document_code, issuer, name (`ERIKSSON, ANNA MARIA`), surname, given, document_number (whole, if long),
    nationality, birth_date and expiry_date (YYMMDD as printed), sex, optional (fields joined, trailing fillers off),
    composite (empty for visas).
    """

    valid: bool
    format: str | None
    fields: dict[str, str]
    errors: tuple[Fault, ...]
    warnings: tuple[Fault, ...]

    def as_json(self) -> dict[str, Any]:
        """The wire form: `{"valid","format","fields","errors","warnings"}`."""
        return {
            "valid": self.valid,
            "format": self.format,
            "fields": self.fields,
            "errors": [as_json(found) for found in self.errors],
            "warnings": [as_json(found) for found in self.warnings],
        }


def check_digit(text: str, rules: Rules | None = None) -> str:
    """The check digit of `text` (A-Z, 0-9, `<`), weights 7 3 1 (Doc 9303-3 §4.9). ValueError on another character."""
    known = rules or standing_rules()
    values = text.encode("ascii", "replace").translate(known.values)
    if NOT_ALLOWED in values:
        raise ValueError("only A-Z, 0-9 and < carry a check digit")
    return str(known.digit(values))


def check(lines: object, rules: Rules | None = None) -> MrzReport:
    """Judge `lines` (a list of two or three strings). Any value at all gives a report."""
    known = rules or standing_rules()
    if not isinstance(lines, (list, tuple)):
        return _refused(fault("lines", "type", ALPHABET, "a list of strings is needed"))
    try:
        text = "".join(lines)
    except TypeError:
        return _refused(fault("lines", "type", ALPHABET, "a list of strings is needed"))
    shape = known.shapes.get(tuple(map(len, lines)))
    try:
        raw = text.encode("ascii")
        values = raw.translate(known.values)
    except UnicodeEncodeError:
        return _bad_form(lines, known)
    if shape is None or NOT_ALLOWED in values:
        return _bad_form(lines, known)
    return _judge((text, raw, values), shape.layout(text), known)


def judge_as(layout: Layout, text: str, rules: Rules) -> MrzReport:
    """Judge the lines joined, of the length and alphabet of `layout`, as that format whatever their first letter."""
    raw = text.encode("ascii")
    return _judge((text, raw, raw.translate(rules.values)), layout, rules)


def _judge(zone: _Zone, layout: Layout, rules: Rules) -> MrzReport:
    text, raw, values = zone
    errors: list[Fault] = []
    warnings: list[Fault] = []
    # 1. Codes, 2. name, 3. number and optional data, 4. dates and sex, 5. the composite digit.
    code, issuer, nationality = _codes(text, layout, rules, errors, warnings)
    surname, given = _name(text[layout.name_field], errors, warnings)
    number, optional = _number_and_optional(zone, layout, rules, errors)
    birth, sex, expiry = _dates_and_sex(zone, layout, rules, errors)
    if code not in rules.listed_codes and layout.first_letters == "P" and not errors:
        _legacy(code, expiry, rules, warnings)
    composite = ""
    if layout.composite is not None:
        composite = text[layout.composite]
        covered = b"".join([values[part] for part in layout.composite_covers])
        if raw[layout.composite] != _ZERO + rules.digit(covered):
            errors.append(fault("composite", "check_digit", DIGITS, composite))
    fields = {
        "document_code": code.rstrip("<"),
        "issuer": issuer.rstrip("<"),
        "name": f"{surname}, {given}" if given else surname,
        "surname": surname,
        "given": given,
        "document_number": number,
        "nationality": nationality.rstrip("<"),
        "birth_date": birth,
        "sex": sex,
        "expiry_date": expiry,
        "optional": optional,
        "composite": composite,
    }
    return MrzReport(not errors, layout.name, fields, tuple(errors), tuple(warnings))


def _codes(text: str, layout: Layout, rules: Rules, errors: list[Fault], warnings: list[Fault]) -> tuple[str, str, str]:
    code, issuer, nationality = text[layout.document_code], text[layout.issuer], text[layout.nationality]
    if code not in layout.codes:
        errors.append(fault("document_code", "not_allowed", layout.clause, code))
    for field, state in (("issuer", issuer), ("nationality", nationality)):
        if state not in rules.states:
            if _STATE.fullmatch(state):
                warnings.append(fault(field, "unknown_code", STATES, state))
            else:
                errors.append(fault(field, "shape", STATES, state))
    return code, issuer, nationality


def _name(field: str, errors: list[Fault], warnings: list[Fault]) -> tuple[str, str]:
    name = field.rstrip("<")
    if _NAME.fullmatch(name) is None:
        code = "separator" if name else "empty"
        errors.append(fault("name", "digits" if any(c.isdigit() for c in name) else code, NAMES))
    elif name == field:
        warnings.append(fault("name", "possibly_truncated", TRUNCATION))
    surname, _, given = name.partition("<<")
    return surname.replace("<", " ").strip(), given.replace("<", " ").strip()


def _number_and_optional(zone: _Zone, layout: Layout, rules: Rules, errors: list[Fault]) -> tuple[str, str]:
    text, raw, values = zone
    if layout.long_number and text[layout.number_check] == "<":
        return _long_number(text, values, layout, rules, errors)
    if raw[layout.number_check] != _ZERO + rules.digit(values[layout.document_number]):
        errors.append(fault("document_number", "check_digit", DIGITS, text[layout.number_check]))
    number = text[layout.document_number].rstrip("<")
    if not number:
        errors.append(fault("document_number", "empty", layout.clause))
    optional = "".join([text[part] for part in layout.optional]).rstrip("<")
    at = layout.optional_check
    if at is not None:
        expected = chr(_ZERO + rules.digit(values[layout.optional[0]]))
        if text[at] not in ({expected} if optional else rules.empty_optional_checks):
            errors.append(fault("optional", "check_digit", DIGITS, text[at]))
    return number, optional


def _dates_and_sex(zone: _Zone, layout: Layout, rules: Rules, errors: list[Fault]) -> tuple[str, str, str]:
    text, raw, values = zone
    birth, sex, expiry = text[layout.birth_date], text[layout.sex], text[layout.expiry_date]
    if raw[layout.birth_check] != _ZERO + rules.digit(values[layout.birth_date]):
        errors.append(fault("birth_date", "check_digit", DIGITS, text[layout.birth_check]))
    if not _is_date(birth, rules) and not _is_partial_date(birth, rules):
        errors.append(fault("birth_date", "calendar", DATES, birth))
    if sex not in rules.sexes:
        errors.append(fault("sex", "not_allowed", layout.clause, sex))
    if raw[layout.expiry_check] != _ZERO + rules.digit(values[layout.expiry_date]):
        errors.append(fault("expiry_date", "check_digit", DIGITS, text[layout.expiry_check]))
    if not _is_date(expiry, rules):
        errors.append(fault("expiry_date", "calendar", DATES, expiry))
    return birth, sex, expiry


def _long_number(text: str, values: bytes, layout: Layout, rules: Rules, errors: list[Fault]) -> tuple[str, str]:
    """The whole number and what is left of the optional data (Doc 9303-5 and -6, note j)."""
    first, field = text[layout.document_number], layout.optional[0]
    tail, filler, rest = text[field].partition("<")
    others = "".join([text[part] for part in layout.optional[1:]])
    if len(tail) < 2 or not filler or "<" in first:
        code = "check_digit" if not tail else "long_number"
        errors.append(fault("document_number", code, layout.clause, "<"))
        return first.rstrip("<"), (text[field] + others).rstrip("<")
    covered = values[layout.document_number] + values[field.start : field.start + len(tail) - 1]
    if ord(tail[-1]) != _ZERO + rules.digit(covered):
        errors.append(fault("document_number", "check_digit", DIGITS, tail[-1]))
    return first + tail[:-1], (rest + others).rstrip("<")


def _is_date(text: str, rules: Rules) -> bool:
    month_day, year = text[2:], text[:2]
    if month_day not in rules.month_days:
        return month_day == rules.leap_day and year in rules.leap_years
    return year in rules.years


def _is_partial_date(text: str, rules: Rules) -> bool:
    """Unknown parts are whole and stand at the end: day, then month, then year."""
    known = text.rstrip("<")
    if len(known) == 4:
        return known[:2] in rules.years and known[2:] + "01" in rules.month_days
    return known == "" or (len(known) == 2 and known in rules.years)


def _legacy(code: str, expiry: str, rules: Rules, warnings: list[Fault]) -> None:
    """Passport codes from before the harmonised list stay readable, with a word about it (Doc 9303-4 §4.4)."""
    if code[1] != "<":
        warnings.append(fault("document_code", "unlisted_code", CODES, code))
    if rules.expiry_centuries[expiry[:2]] + expiry >= rules.unlisted_expires_before:
        warnings.append(fault("document_code", "outlived_code", CODES, rules.unlisted_expires_before))


def _bad_form(lines: list[str] | tuple[str, ...], rules: Rules) -> MrzReport:
    """Every fault of shape and alphabet; characters by code point, since they may be invisible.

    Lines of a known shape have a format still, and each character its field.
    """
    found = []
    shape = rules.shapes.get(tuple(map(len, lines)))
    layout = shape.layout("".join(lines)) if shape is not None else None
    if layout is None:
        shown = f"{len(lines)} lines of {', '.join(str(len(line)) for line in lines[:4]) or 'nothing'}"
        found.append(fault("lines", "length", SHAPE, shown))
    strange = [
        f"line {row} position {column}: U+{ord(character):04X}"
        + (f" in {layout.field_at((row - 1) * layout.line_characters + column - 1)}" if layout is not None else "")
        for row, line in enumerate(lines[:4], 1)
        for column, character in enumerate(line[:100], 1)
        if ord(character) > 127 or rules.values[ord(character)] == NOT_ALLOWED
    ]
    if strange:
        found.append(fault("lines", "alphabet", ALPHABET, "; ".join(strange[:8])))
    return MrzReport(False, layout.name if layout is not None else None, {}, tuple(found), ())


def _refused(*found: Fault) -> MrzReport:
    return MrzReport(False, None, {}, found, ())
