"""The machine readable zone, its transliterations, codes of States, and names (`text/*.yaml`)."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from specs.schema.base import Bilingual, Clause, Part, Words

Position = Annotated[str, StringConstraints(pattern=r"^[1-3]:[0-9]{1,2}(-[0-9]{1,2})?$")]
CodePoint = Annotated[str, StringConstraints(pattern=r"^[0-9A-F]{4}$")]
LatinSequence = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,4}$")]
StateCode = Annotated[str, StringConstraints(pattern=r"^([A-Z]{3}|D)$")]

_POSITION = re.compile(r"([1-3]):(\d+)(?:-(\d+))?")


class Alphabet(Clause):
    letters: Words
    digits: Words
    filler: str = Field(min_length=1, max_length=1)


class CheckDigitRule(Clause):
    weights: tuple[int, int, int]
    modulus: int = Field(ge=2, le=10)
    first_letter_value: int = Field(ge=0)
    filler_value: int = Field(ge=0)


class SexCodes(Clause):
    """visual_unspecified: what the visual zone prints where the machine readable zone has a filler."""

    codes: list[str] = Field(min_length=1)
    visual_unspecified: Words


class EmptyOptionalCheck(Clause):
    """What may stand as check digit of an optional field of fillers, and which of them we write."""

    when_empty: list[str] = Field(min_length=1)
    we_write: str

    @model_validator(mode="after")
    def _ours_is_allowed(self) -> EmptyOptionalCheck:
        if self.we_write not in self.when_empty:
            raise ValueError(f"{self.we_write!r} may not stand there -> one of {self.when_empty}")
        return self


class TwoDigitYears(Clause):
    expiry_first_year: int = Field(ge=1900, le=2100)


class MrzFormat(Clause):
    """One format: where each field stands (`line:first-last` from 1), what its document codes may be; further_codes:
    single ones of another first letter."""

    lines: int = Field(ge=2, le=3)
    line_characters: int = Field(gt=0)
    document_code: Position
    issuer: Position
    name: Position
    document_number: Position
    document_number_check: Position
    nationality: Position
    birth_date: Position
    birth_date_check: Position
    sex: Position
    expiry_date: Position
    expiry_date_check: Position
    optional: list[Position] = Field(min_length=1, max_length=2)
    optional_check: Position | None = None
    composite_covers: list[Position]
    composite: Position | None = None
    long_document_number: bool
    first_letters: str = Field(pattern=r"^[A-Z]+$")
    second_characters: str = Field(pattern=r"^[A-Z0-9<]+$")
    forbidden_codes: list[Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9<]$")]]
    further_codes: list[Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9<]$")]] = Field(default=[])

    def span(self, position: str) -> tuple[int, int]:
        """[start, stop) of `position` in the lines joined without separator."""
        match = _POSITION.fullmatch(position)
        assert match is not None  # noqa: S101 - the field type holds the pattern
        line, first, last = int(match[1]), int(match[2]), int(match[3] or match[2])
        offset = (line - 1) * self.line_characters
        return offset + first - 1, offset + last

    def fields(self) -> list[str]:
        """The positions of every field and check digit, each character of the zone once."""
        single = [
            *(self.document_code, self.issuer, self.name, self.document_number, self.document_number_check),
            *(self.nationality, self.birth_date, self.birth_date_check, self.sex),
            *(self.expiry_date, self.expiry_date_check, *self.optional),
        ]
        return single + [p for p in (self.optional_check, self.composite) if p is not None]

    @model_validator(mode="after")
    def _every_character_has_one_field(self) -> MrzFormat:
        total = self.lines * self.line_characters
        owner: dict[int, str] = {}
        for position in self.fields():
            start, stop = self.span(position)
            if not start < stop <= total:
                raise ValueError(f"{position} lies outside the lines -> positions 1 to {self.line_characters}")
            for index in range(start, stop):
                if index in owner:
                    raise ValueError(f"{position} and {owner[index]} overlap -> each character in one field")
                owner[index] = position
        if len(owner) != total:
            raise ValueError(f"{total - len(owner)} characters belong to no field -> each character in one field")
        if bool(self.composite) != bool(self.composite_covers):
            raise ValueError("a composite digit without what it covers, or the reverse -> both or neither")
        return self


class Mrz(Part):
    """Everything Doc 9303 orders about the characters of the machine readable zone."""

    alphabet: Alphabet
    check_digit: CheckDigitRule
    sex: SexCodes
    optional_check_digit: EmptyOptionalCheck
    two_digit_years: TwoDigitYears
    formats: dict[Words, MrzFormat] = Field(min_length=1)


class CodeList(Clause):
    codes: list[StateCode] = Field(min_length=1)


class NamedCodes(Clause):
    codes: dict[StateCode, Words]


class States(Part):
    """Codes for issuing State and nationality; `read_only` are accepted on old documents, never written."""

    iso_3166: CodeList
    extensions: NamedCodes
    read_only: NamedCodes


class ArabicCodes(Clause):
    codes: dict[CodePoint, LatinSequence]


class TehMarbuta(Clause):
    code_point: CodePoint
    within: LatinSequence
    last_in_component: LatinSequence


class Shadda(Clause):
    code_point: CodePoint


class NotEncoded(Clause):
    code_points: list[CodePoint]


class Reverse(Clause):
    """Where two letters share a sequence, the letter read back."""

    preferred: dict[LatinSequence, CodePoint]


class ArabicToMrz(Part):
    letters: ArabicCodes
    teh_marbuta: TehMarbuta
    shadda: Shadda
    not_encoded: NotEncoded
    reverse: Reverse

    @model_validator(mode="after")
    def _readable_back(self) -> ArabicToMrz:
        codes = sorted({*self.letters.codes.values(), self.teh_marbuta.within, self.teh_marbuta.last_in_component})
        for code in codes:
            longer = [other for other in codes if other != code and other.startswith(code)]
            if longer:
                raise ValueError(f"{code} opens {longer[0]} too -> no sequence may begin another")
        shared = {c for c in self.letters.codes.values() if list(self.letters.codes.values()).count(c) > 1}
        if shared != set(self.reverse.preferred):
            raise ValueError(f"{sorted(shared)} stand for two letters -> one entry each under `reverse.preferred`")
        return self


class LatinChoices(Clause):
    choices: dict[CodePoint, Annotated[list[LatinSequence], Field(min_length=1)]]


class Punctuation(Clause):
    omitted_apostrophes: Words
    separating_hyphens: Words
    commas: Words


class LatinToMrz(Part):
    letters: LatinChoices
    punctuation: Punctuation


class ArabicParts(Clause):
    order: list[Words] = Field(min_length=1)
    captions: dict[Words, Bilingual]

    @model_validator(mode="after")
    def _captioned(self) -> ArabicParts:
        if set(self.order) != set(self.captions):
            raise ValueError(f"captions for {sorted(self.captions)} -> one for each of {self.order}")
        return self


class ArabicLengths(Clause):
    part_minimum_letters: int = Field(ge=1)
    part_maximum_letters: int = Field(ge=1)
    full_maximum_bytes: int = Field(ge=1)


class LatinParts(Clause):
    """given_needed_of: nationalities whose people have given names beside the surname; others may have one word."""

    captions: dict[Words, Bilingual]
    surname_maximum_letters: int = Field(ge=1)
    given_maximum_letters: int = Field(ge=1)
    given_needed_of: list[Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,3}$")]]


class PlaceMarks(Clause):
    """What the name of a place may hold beside letters, digits and spaces."""

    place_marks: Words


class Names(Part):
    """What a name must be, in the two scripts."""

    arabic_parts: ArabicParts
    arabic_lengths: ArabicLengths
    latin_parts: LatinParts
    places: PlaceMarks


class Spellings(Clause):
    spellings: dict[Words, Annotated[str, StringConstraints(pattern=r"^[A-Z]+$")]]


class Prefix(Part):
    arabic: Words
    latin: Words


class Sounds(Clause):
    """Letters by sound; `between_consonants` is written where Arabic leaves the short vowel out.

    Waw and yeh are long vowels after a consonant that no vowel follows, else half vowels.
    """

    consonants: dict[Words, Annotated[str, StringConstraints(pattern=r"^[A-Z]+$")]]
    vowels: dict[Words, Annotated[str, StringConstraints(pattern=r"^[A-Z]*$")]]
    between_consonants: Words
    long_vowels: dict[Words, Words]
    half_vowels: dict[Words, Words]
    article: Prefix
    servant_of: Prefix


class LatinSpellings(Part):
    """From which a Latin spelling is suggested, never decided."""

    names: Spellings
    letters: Sounds
