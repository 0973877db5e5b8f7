"""Certificate serials with a check character (ISO/IEC 7064 MOD 37,36). Pure; where the counts come from is not here.

`CS2026-TRP-000123-X`: series and year, office, count, check character over the letters and digits before it.
"""

from __future__ import annotations

import re

from specs.errors import Fault, Invalid
from specs.schema.certificate import SerialRule

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CLAUSE = "certificate/certificate.yaml serial"


def serial(rule: SerialRule, year: int, office: str, count: int) -> str:
    """The serial of the `count`-th certificate of `office` in `year`. Raises `Invalid` naming each wrong part."""
    faults = []
    if not 2000 <= year <= 9999:
        faults.append(_fault("year", "السنة خارج المدى", f"the year {year} is not between 2000 and 9999"))
    if re.fullmatch(rule.office_pattern, office) is None or not set(office) <= set(_ALPHABET):
        faults.append(
            _fault("office", "رمز المكتب لا يوافق النمط", f"the office code must match {rule.office_pattern}")
        )
    if not 1 <= count < 10**rule.count_digits:
        faults.append(_fault("count", "العدد خارج المدى", f"the count must have at most {rule.count_digits} digits"))
    if faults:
        raise Invalid(*faults)
    body = rule.separator.join((f"{rule.series}{year}", office, f"{count:0{rule.count_digits}d}"))
    return body + rule.separator + check_character(body.replace(rule.separator, ""))


def check(rule: SerialRule, text: str) -> bool:
    """True when `text` has the shape of a serial of this rule and its check character is right. Any text is allowed."""
    parts = text.split(rule.separator) if len(text) <= 40 else []
    if len(parts) != 4 or not set("".join(parts)) <= set(_ALPHABET):
        return False
    head, office, count, character = parts
    return (
        re.fullmatch(re.escape(rule.series) + r"[0-9]{4}", head) is not None
        and re.fullmatch(rule.office_pattern, office) is not None
        and re.fullmatch(rf"[0-9]{{{rule.count_digits}}}", count) is not None
        and character == check_character(head + office + count)
    )


def check_character(text: str) -> str:
    """The check character of `text` (digits and capital letters) by the hybrid system MOD 37,36 of ISO/IEC 7064."""
    product = 36
    for character in text:
        total = (product + _ALPHABET.index(character)) % 36 or 36
        product = total * 2 % 37
    return _ALPHABET[(37 - product) % 36]


def _fault(field: str, ar: str, en: str) -> Fault:
    return Fault(code=f"documents.serial.{field}", ar=ar, en=en, field=field, clause=_CLAUSE)
