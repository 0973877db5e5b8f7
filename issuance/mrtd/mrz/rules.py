"""The machine readable zone's rules, compiled once from the specification so that a check costs microseconds."""

from __future__ import annotations

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from issuance.mrtd.text.tables import LatinTable

if TYPE_CHECKING:
    from specs.schema import Specification
    from specs.schema.text import Mrz, MrzFormat

# The value of a character that may not stand in a zone.
NOT_ALLOWED = 255


@dataclass(frozen=True, slots=True)
class Layout:
    """One format. Every slice and index counts in the lines joined without separator."""

    name: str
    lines: int
    line_characters: int
    document_code: slice
    issuer: slice
    name_field: slice
    document_number: slice
    number_check: int
    nationality: slice
    birth_date: slice
    birth_check: int
    sex: int
    expiry_date: slice
    expiry_check: int
    optional: tuple[slice, ...]
    optional_check: int | None
    composite_covers: tuple[slice, ...]
    composite: int | None
    long_number: bool
    first_letters: str
    codes: frozenset[str]
    clause: str

    def field_at(self, index: int) -> str:
        """The field that the character at `index` belongs to, its check digit included, as reports name it."""
        held: dict[str, tuple[slice | int | None, ...]] = {
            "document_code": (self.document_code,),
            "issuer": (self.issuer,),
            "name": (self.name_field,),
            "document_number": (self.document_number, self.number_check),
            "nationality": (self.nationality,),
            "birth_date": (self.birth_date, self.birth_check),
            "sex": (self.sex,),
            "expiry_date": (self.expiry_date, self.expiry_check),
            "optional": (*self.optional, self.optional_check),
        }
        for name, places in held.items():
            if any(p.start <= index < p.stop if isinstance(p, slice) else p == index for p in places):
                return name
        return "composite"


@dataclass(frozen=True, slots=True)
class Shape:
    """The formats that share one shape of lines; the first letter tells them apart, or the code (PU on 2 x 36)."""

    by_letter: dict[str, Layout]
    by_code: dict[str, Layout]
    with_composite: Layout
    without_composite: Layout

    def layout(self, text: str) -> Layout:
        """The format of the lines joined; where no format has the letter, a digit at the end speaks for a composite."""
        return (
            self.by_letter.get(text[0])
            or self.by_code.get(text[:2])
            or (self.with_composite if text[-1] in "0123456789" else self.without_composite)
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything `check` and `build` need. Get one with `rules_of(spec)`."""

    filler: str
    letters: frozenset[str]
    values: bytes
    weights: tuple[int, int, int]
    modulus: int
    sexes: frozenset[str]
    visual_unspecified_sex: str
    empty_optional_checks: frozenset[str]
    written_optional_check: str
    month_days: frozenset[str]
    leap_day: str
    years: frozenset[str]
    leap_years: frozenset[str]
    states: frozenset[str]
    read_only_states: frozenset[str]
    formats: dict[str, Layout]
    shapes: dict[tuple[int, ...], Shape]
    listed_codes: frozenset[str]
    listed_from: date
    required_from: date
    unlisted_expires_before: str  # CCYYMMDD
    expiry_centuries: dict[str, str]  # of each two-digit year
    latin: LatinTable

    @classmethod
    def of(cls, spec: Specification) -> Rules:
        """The rules of `spec`."""
        mrz, legacy, states = spec.text_mrz, spec.passport.document_codes.legacy, spec.text_states
        filler, first_year = mrz.alphabet.filler, mrz.two_digit_years.expiry_first_year
        layouts = {name: _layout(name, part) for name, part in mrz.formats.items()}
        common_year = ((m, calendar.monthrange(2001, m)[1]) for m in range(1, 13))
        days = {f"{month:02d}{day:02d}" for month, last in common_year for day in range(1, last + 1)}
        read_only = frozenset(code.ljust(3, filler) for code in states.read_only.codes)
        known = {code.ljust(3, filler) for code in (*states.iso_3166.codes, *states.extensions.codes)}
        return cls(
            filler=filler,
            letters=frozenset(mrz.alphabet.letters),
            values=_values(mrz),
            weights=mrz.check_digit.weights,
            modulus=mrz.check_digit.modulus,
            sexes=frozenset(mrz.sex.codes),
            visual_unspecified_sex=mrz.sex.visual_unspecified,
            empty_optional_checks=frozenset(mrz.optional_check_digit.when_empty),
            written_optional_check=mrz.optional_check_digit.we_write,
            month_days=frozenset(days),
            leap_day="0229",
            years=frozenset(f"{year:02d}" for year in range(100)),
            # 00 is 2000 in any living or readable document, so every fourth two-digit year is a leap year
            leap_years=frozenset(f"{year:02d}" for year in range(0, 100, 4)),
            states=frozenset(known) | read_only,
            read_only_states=read_only,
            formats=layouts,
            shapes=dict(_shapes(layouts)),
            listed_codes=frozenset(spec.passport.document_codes.codes.entries),
            listed_from=legacy.second_letter_listed_from,
            required_from=legacy.second_letter_required_from,
            unlisted_expires_before=legacy.expires_before.strftime("%Y%m%d"),
            expiry_centuries={f"{year % 100:02d}": f"{year // 100}" for year in range(first_year, first_year + 100)},
            latin=LatinTable.of(spec.text_latin_to_mrz),
        )

    def digit(self, values: bytes) -> int:
        """The check digit of character values (not characters)."""
        one, two, three = self.weights
        return (one * sum(values[::3]) + two * sum(values[1::3]) + three * sum(values[2::3])) % self.modulus


@lru_cache(maxsize=1)
def standing_rules() -> Rules:
    """The rules of the specification in force when first asked; pass `rules_of(spec)` to use another."""
    from specs.load import load

    return rules_of(load())


def rules_of(spec: Specification) -> Rules:
    """`Rules.of(spec)`, compiled once for each specification object."""
    return _compiled(_Same(spec))


class _Same:
    """A specification told apart by identity: comparing its values would cost more than compiling them."""

    __slots__ = ("spec",)

    def __init__(self, spec: Specification) -> None:
        self.spec = spec

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.spec is self.spec

    def __hash__(self) -> int:
        return id(self.spec)


@lru_cache(maxsize=8)
def _compiled(same: _Same) -> Rules:
    return Rules.of(same.spec)


def _values(mrz: Mrz) -> bytes:
    table = bytearray([NOT_ALLOWED] * 256)
    for digit in mrz.alphabet.digits:
        table[ord(digit)] = int(digit)
    for index, letter in enumerate(mrz.alphabet.letters):
        table[ord(letter)] = mrz.check_digit.first_letter_value + index
    table[ord(mrz.alphabet.filler)] = mrz.check_digit.filler_value
    return bytes(table)


def _layout(name: str, part: MrzFormat) -> Layout:
    def at(position: str) -> slice:
        return slice(*part.span(position))

    def index(position: str) -> int:
        return part.span(position)[0]

    codes = {first + second for first in part.first_letters for second in part.second_characters}
    return Layout(
        name=name,
        lines=part.lines,
        line_characters=part.line_characters,
        document_code=at(part.document_code),
        issuer=at(part.issuer),
        name_field=at(part.name),
        document_number=at(part.document_number),
        number_check=index(part.document_number_check),
        nationality=at(part.nationality),
        birth_date=at(part.birth_date),
        birth_check=index(part.birth_date_check),
        sex=index(part.sex),
        expiry_date=at(part.expiry_date),
        expiry_check=index(part.expiry_date_check),
        optional=tuple(map(at, part.optional)),
        optional_check=index(part.optional_check) if part.optional_check else None,
        composite_covers=tuple(map(at, part.composite_covers)),
        composite=index(part.composite) if part.composite else None,
        long_number=part.long_document_number,
        first_letters=part.first_letters,
        codes=frozenset(codes.difference(part.forbidden_codes).union(part.further_codes)),
        clause=part.source,
    )


def _shapes(layouts: dict[str, Layout]) -> Iterator[tuple[tuple[int, ...], Shape]]:
    grouped: dict[tuple[int, ...], list[Layout]] = {}
    for layout in layouts.values():
        grouped.setdefault((layout.line_characters,) * layout.lines, []).append(layout)
    for lengths, held in grouped.items():
        letters = {letter: layout for layout in held for letter in layout.first_letters}
        with_composite = [layout for layout in held if layout.composite is not None]
        without = [layout for layout in held if layout.composite is None]
        codes = {code: layout for layout in held for code in layout.codes if code[0] not in letters}
        yield lengths, Shape(letters, codes, (with_composite or held)[0], (without or held)[0])
