"""The transliteration tables of the specification, compiled once for lookup. Holds no rule of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from specs.schema import Specification
    from specs.schema.text import ArabicToMrz, LatinToMrz

FILLER = "<"


@dataclass(frozen=True, slots=True)
class LatinTable:
    """letters: national letter (both cases) -> A-Z sequence; the rest: punctuation, one character each."""

    letters: dict[str, str]
    omitted: frozenset[str]
    separating: frozenset[str]
    commas: frozenset[str]

    @classmethod
    def of(cls, part: LatinToMrz) -> LatinTable:
        """Compile `text/latin_to_mrz`; the first choice of each letter is the one written."""
        letters: dict[str, str] = {}
        for code_point, choices in part.letters.choices.items():
            capital = chr(int(code_point, 16))
            letters[capital] = choices[0]
            if len(small := capital.lower()) == 1:
                letters.setdefault(small, choices[0])
        for plain in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
            letters[plain] = letters[plain.lower()] = plain
        marks = part.punctuation
        return cls(
            letters,
            frozenset(marks.omitted_apostrophes),
            frozenset(marks.separating_hyphens + marks.commas + FILLER),
            frozenset(marks.commas),
        )


@dataclass(frozen=True, slots=True)
class ArabicTable:
    """letters: Arabic letter -> sequence; silent: not encoded; back: sequence -> Arabic letter."""

    letters: dict[str, str]
    silent: frozenset[str]
    marks: frozenset[str]
    shadda: str
    teh_marbuta: str
    teh_within: str
    teh_last: str
    back: dict[str, str]

    @classmethod
    def of(cls, part: ArabicToMrz) -> ArabicTable:
        """Compile `text/arabic_to_mrz`."""
        letters = {_char(point): code for point, code in part.letters.codes.items()}
        teh, shadda = _char(part.teh_marbuta.code_point), _char(part.shadda.code_point)
        within, last = part.teh_marbuta.within, part.teh_marbuta.last_in_component
        silent = frozenset(map(_char, part.not_encoded.code_points))
        back = {code: letter for letter, code in letters.items()}
        back.update({code: _char(point) for code, point in part.reverse.preferred.items()})
        back[within] = back[last] = teh
        marks = frozenset(c for c in silent if not c.isalpha() or c == "\u0640")
        return cls(letters, silent, marks, shadda, teh, within, last, back)


@dataclass(frozen=True, slots=True)
class Tables:
    """Both tables of one specification."""

    arabic: ArabicTable
    latin: LatinTable

    @classmethod
    def of(cls, spec: Specification) -> Tables:
        """The tables of `spec`."""
        return cls(ArabicTable.of(spec.text_arabic_to_mrz), LatinTable.of(spec.text_latin_to_mrz))


@lru_cache(maxsize=1)
def standing_tables() -> Tables:
    """The tables of the specification in force when first asked; pass `Tables.of(spec)` to use another."""
    from specs.load import load

    return Tables.of(load())


def _char(code_point: str) -> str:
    return chr(int(code_point, 16))
