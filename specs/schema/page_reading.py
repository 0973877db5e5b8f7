"""Limits and look-alikes of reading a document's page from its picture (`border/reading.yaml`)."""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Clause, Part, Words


class PageIntake(Clause):
    """What is taken as a page. longest_side_pixels: to which a larger picture is reduced before it is read."""

    maximum_bytes: int = Field(gt=0)
    maximum_pixels: int = Field(gt=0)
    longest_side_pixels: int = Field(gt=0)
    pdf_pages: int = Field(gt=0)
    pdf_seconds: int = Field(gt=0)


class PageWorkers(Clause):
    """The processes that read, one a core: what each may use, and how many pages may wait for them.

    page_processor_seconds: what a page may compute; page_seconds: how long it may take by the clock.
    """

    niceness: int = Field(ge=0, le=19)
    page_processor_seconds: float = Field(gt=0)
    page_seconds: float = Field(gt=0)
    memory_bytes: int = Field(gt=0)
    pages_each: int = Field(gt=0)
    waiting: int = Field(ge=0)
    wait_seconds: float = Field(gt=0)


class Lookalikes(Clause):
    """What readers take for each other. missing_characters: how far the longest line may be from its format."""

    fillers: Words
    only_digits: dict[Words, Words]
    only_letters: dict[Words, Words]
    guesses: list[Words]
    missing_characters: int = Field(ge=0)


class PageBarcodes(Clause):
    """How many codes of a page are reported, and how much of one whose meaning is unknown."""

    most: int = Field(gt=0)
    shown_characters: int = Field(gt=0)


class PageReadingRules(Part):
    """All that is normative about reading a page."""

    intake: PageIntake
    workers: PageWorkers
    lookalikes: Lookalikes
    barcodes: PageBarcodes
