"""The rules of the machine readable zone as the border page's script (`static/mrz.js`) takes them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from issuance.mrtd.mrz import Rules
from issuance.mrtd.mrz.faults import ALPHABET, CODES, DATES, DIGITS, NAMES, SENTENCES, SHAPE, STATES, TRUNCATION
from issuance.mrtd.mrz.rules import NOT_ALLOWED, Layout

_CLAUSES = {
    "names": NAMES,
    "dates": DATES,
    "digits": DIGITS,
    "states": STATES,
    "alphabet": ALPHABET,
    "codes": CODES,
    "shape": SHAPE,
    "truncation": TRUNCATION,
}


def mrz_rules(rules: Rules, language: str) -> Mapping[str, Any]:
    """All that `check` of `mrz.js` asks, and its sentences in `language`; positions count in the lines joined."""
    side = 0 if language == "ar" else 1
    return {
        "values": {chr(code): value for code, value in enumerate(rules.values) if value != NOT_ALLOWED},
        "weights": rules.weights,
        "modulus": rules.modulus,
        "sexes": sorted(rules.sexes),
        "empty_optional_checks": sorted(rules.empty_optional_checks),
        "states": sorted(rules.states),
        "listed_codes": sorted(rules.listed_codes),
        "unlisted_expires_before": rules.unlisted_expires_before,
        "expiry_first_year": min(int(f"{century}{year}") for year, century in rules.expiry_centuries.items()),
        "formats": [_format(layout) for layout in rules.formats.values()],
        "clauses": _CLAUSES,
        "sentences": {code: sentences[side] for code, sentences in SENTENCES.items()},
    }


def _format(layout: Layout) -> dict[str, Any]:
    places = (
        *("document_code", "issuer", "name_field", "document_number", "nationality", "birth_date", "expiry_date"),
        *("optional", "composite_covers"),
    )
    plain = (
        *("name", "lines", "line_characters", "number_check", "birth_check", "sex", "expiry_check", "optional_check"),
        *("composite", "long_number", "first_letters", "clause"),
    )
    return {
        **{name: getattr(layout, name) for name in plain},
        **{name: _place(getattr(layout, name)) for name in places},
        "codes": sorted(layout.codes),
    }


def _place(held: slice | tuple[slice, ...]) -> list[Any]:
    return [held.start, held.stop] if isinstance(held, slice) else [_place(part) for part in held]
