"""How names are looked for (`text/name_search.yaml`): tables only."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from specs.schema.base import Bilingual, Clause, Part

ArabicText = Annotated[str, StringConstraints(pattern=r"^[\u0621-\u06d3]*$")]
ArabicWord = Annotated[str, StringConstraints(pattern=r"^[\u0621-\u06d3]+$")]
LatinWord = Annotated[str, StringConstraints(pattern=r"^[A-Z]+$")]
Signs = Annotated[list[ArabicText], Field(min_length=1)]


class SpellingFolds(Clause):
    """written_as: a letter -> the one all its variants are kept as; empty: left out."""

    written_as: dict[ArabicWord, ArabicText]

    @model_validator(mode="after")
    def _once(self) -> SpellingFolds:
        if again := sorted(set(self.written_as) & set(self.written_as.values())):
            raise ValueError(f"{again} are folded and folded to -> one step leads to the kept letter")
        return self


class ArabicSounds(Clause):
    """signs: letter or letters -> what it may sound like; at_the_end: instead of that, at the end of a name.

    asked_too: what a letter of a query is looked for as besides (letters confused in speech); never kept.
    """

    signs: dict[ArabicWord, Signs]
    at_the_end: dict[ArabicWord, Signs]
    asked_too: dict[ArabicWord, Signs]


class LatinSounds(Clause):
    """signs: Latin letters -> every Arabic sound they may stand for, the likeliest first."""

    signs: dict[LatinWord, Signs]
    at_the_end: dict[LatinWord, Signs]

    @model_validator(mode="after")
    def _every_letter(self) -> LatinSounds:
        if missing := [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if letter not in self.signs]:
            raise ValueError(f"no sound for {missing} -> one entry for each letter A-Z")
        return self


class ArabicWords(Clause):
    """In folded spelling. joined_to_the_next: a word that opens a compound name -> the form it is kept in."""

    article: ArabicWord
    letters_after_article: int = Field(ge=2)
    joined_to_the_next: dict[ArabicWord, ArabicWord]
    joined_to_the_last: list[ArabicWord]
    left_out: list[ArabicWord]


class LatinWords(Clause):
    """letters_after_article: fewer, and the letters belong to the name itself (ALI)."""

    articles: list[LatinWord]
    letters_after_article: int = Field(ge=2)
    joined_to_the_next: list[LatinWord]
    joined_to_the_last: list[LatinWord]
    left_out: list[LatinWord]


class Weight(Part):
    """What one kind of likeness is called, and how much of a name's weight it carries."""

    title: Bilingual
    least_percent: int = Field(ge=0, le=100)
    most_percent: int = Field(ge=0, le=100)


class Likeness(Clause):
    """How proposals are ordered. out_of_order_percent: taken off when the names stand in another order."""

    out_of_order_percent: int = Field(ge=0, le=100)
    weights: dict[Literal["same", "spelling", "latin", "sound"], Weight] = Field(min_length=4)


class NameSearch(Part):
    """Tables of the name search."""

    spelling: SpellingFolds
    arabic_sounds: ArabicSounds
    latin_sounds: LatinSounds
    arabic_words: ArabicWords
    latin_words: LatinWords
    how: Likeness

    @model_validator(mode="after")
    def _every_kept_letter_sounds(self) -> NameSearch:
        kept = {letter for letter in self.spelling.written_as.values() if letter}
        if silent := sorted(kept - set(self.arabic_sounds.signs)):
            raise ValueError(f"no sound for {silent} -> one entry for each letter that others are written as")
        return self
