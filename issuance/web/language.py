"""The two languages of the pages: which one a request wants, and the words of each.

Words stand in `templates/locale/{ar,en}.json`, flat, keyed by dotted names. Arabic is the source and the default.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from starlette.requests import Request

Code = Literal["ar", "en"]

LOCALES = Path(__file__).parents[2] / "templates" / "locale"
COOKIE = "issuance_lang"
_SEPARATED = re.compile(r"\d+(?:[-./:]\d+)+")


@dataclass(frozen=True, slots=True)
class Language:
    """One language: its code, its direction, its words."""

    code: Code
    direction: Literal["rtl", "ltr"]
    words: Mapping[str, str]

    def __call__(self, key: str, **values: object) -> str:
        """The words for `key` with `{name}` places filled. A key nobody wrote is a bug: KeyError."""
        text = self.words[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether words exist for `key` (field names a domain chose may have none)."""
        return key in self.words

    @property
    def other(self) -> Code:
        """The language the switch leads to."""
        return "en" if self.code == "ar" else "ar"

    def pick(self, value: object, arabic: str = "ar", english: str = "en") -> str:
        """The side of a two-language value (mapping or object) that this language shows.

        Dates and numbers with separators are isolated: after Arabic letters 2026-11-22 would display as 22-11-2026.
        """
        name = arabic if self.code == "ar" else english
        found = value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
        return "" if found is None else _SEPARATED.sub("\u2066\\g<0>\u2069", str(found))


@cache
def language(code: Code) -> Language:
    """The language named `code`, read once."""
    words = json.loads((LOCALES / f"{code}.json").read_text("utf-8"))
    return Language(code, "rtl" if code == "ar" else "ltr", words)


def asked_for(request: Request) -> Language:
    """`?lang=` wins, then the cookie, then Arabic."""
    for wanted in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wanted == "en":
            return language("en")
        if wanted == "ar":
            return language("ar")
    return language("ar")
