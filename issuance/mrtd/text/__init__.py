"""Names between scripts: Arabic and Latin to MRZ characters, suggestions, and what a name must be. Pure."""

from __future__ import annotations

import unicodedata

from issuance.mrtd.text import arabic, latin
from issuance.mrtd.text.names import NameRules, Names, check_names, compose
from issuance.mrtd.text.suggest import Suggestion, suggest_latin
from issuance.mrtd.text.tables import Tables, standing_tables

__all__ = [
    "NameRules",
    "Names",
    "Suggestion",
    "Tables",
    "check_names",
    "compose",
    "suggest_latin",
    "transliterate",
]


def transliterate(text: str, field: str = "text", tables: Tables | None = None) -> str:
    """`text` in MRZ characters, by the Arabic table when it holds an Arabic letter, else by the Latin one.

    Raises `Invalid` with every character that no table carries, mixed scripts included.
    """
    known = tables or standing_tables()
    if any(character.isalpha() and unicodedata.name(character, "").startswith("ARABIC") for character in text):
        return arabic.to_mrz(text, field, known.arabic)
    return latin.to_mrz(text, field, known.latin)
