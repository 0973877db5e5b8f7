"""How a blank book becomes a person's passport (`.../editions/<edition>/personalisation.yaml`)."""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Bilingual, Clause, Part


class Engraving(Clause):
    technique: Bilingual
    engraving_dpi: int = Field(ge=300, le=2400)
    grey_levels: int = Field(ge=16, le=256)
    depth: Bilingual
    placement_tolerance_mm: float = Field(gt=0, le=2)


class Premises(Clause):
    place: Bilingual
    protection: Bilingual
    operators: int = Field(ge=1)
    network: Bilingual


class Sequence(Clause):
    steps_in_order: list[Bilingual] = Field(min_length=3)
    books_per_hour: int = Field(gt=0)


class ChipWriting(Clause):
    written_seconds: float = Field(gt=0)
    rule_of_order: Bilingual
    keys_kept: Bilingual


class ReadBack(Clause):
    """Every finished book is scanned and read; all must equal what was intended."""

    share_of_books_percent: float = Field(gt=0, le=100)
    page_check: Bilingual
    chip_check: Bilingual
    on_difference: Bilingual


class SpoiledBooks(Clause):
    persons: int = Field(ge=2)
    procedure: Bilingual
    kept_days: int = Field(gt=0)


class TraceOfBook(Clause):
    recorded: Bilingual
    kept_years: int = Field(gt=0)


class Personalisation(Part):
    """Everything that happens between the blank and the hand-over."""

    premises: Premises
    engraving: Engraving
    sequence: Sequence
    chip_writing: ChipWriting
    read_back: ReadBack
    spoiled_books: SpoiledBooks
    trace_of_book: TraceOfBook
