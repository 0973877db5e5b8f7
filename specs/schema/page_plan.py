"""Which page of the book is what (`.../editions/<edition>/page_plan.yaml`). Physical: an inspector turns the pages."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part
from specs.schema.data_page import Box
from specs.schema.passport import Booklet

PageUse = Literal["title_page", "data_page", "observations", "visa_pages", "emergency_contact", "notes"]


class PageFormat(Clause):
    """The trimmed inner page: cover and pages are cut together."""

    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)
    width_tolerance_mm: float = Field(gt=0)
    height_tolerance_mm: float = Field(gt=0)


class PageNumbering(Clause):
    digits_shown: Bilingual
    position: Bilingual
    digit_height_mm: float = Field(gt=0, le=10)
    digit_height_tolerance_mm: float = Field(gt=0)


class ObservationPage(Clause):
    """What the line prints on the first page of observations: the note of replacement, or that there is none. heading,
    nothing: in both languages; box: where it stands on the page, from its upper left corner; sizes of the letters."""

    heading: Bilingual
    nothing: Bilingual
    box: Box
    heading_size_mm: float = Field(gt=0, le=10)
    arabic_size_mm: float = Field(gt=0, le=10)
    latin_size_mm: float = Field(gt=0, le=10)
    resolution_dpi: int = Field(ge=200, le=1200)


class PageRange(Clause):
    """Pages of one use, in the order of the book. Without `pages_taken` they are all that the others leave."""

    id: PageUse
    title: Bilingual
    pages_taken: int | None = Field(default=None, ge=1)
    content: Bilingual
    printing: Bilingual


class PagePlan(Part):
    """The inside of the book, page by page."""

    page_format: PageFormat
    page_numbering: PageNumbering
    observation_page: ObservationPage
    page_ranges: list[PageRange] = Field(min_length=4)

    @model_validator(mode="after")
    def _one_takes_the_rest(self) -> PagePlan:
        uses = [held.id for held in self.page_ranges]
        if len(set(uses)) != len(uses):
            raise ValueError(f"pages of one use stand twice in {uses} -> each use once")
        if [held.pages_taken for held in self.page_ranges].count(None) != 1:
            raise ValueError("not one use takes the rest of the pages -> one without `pages_taken`, as the visa pages")
        return self

    def page_of(self, use: PageUse, count: int) -> int:
        """The first page of this use in a book of `count` pages. Raises `LookupError` where the book has none."""
        return next(first for held, first, _ in self.of_book(count) if held.id == use)

    def of_book(self, count: int) -> tuple[tuple[PageRange, int, int], ...]:
        """(use, first page, last page) of a book of `count` pages, in order; the last page may lie before the first."""
        rest = count - sum(held.pages_taken or 0 for held in self.page_ranges)
        out, due = [], 1
        for held in self.page_ranges:
            last = due + (held.pages_taken or rest) - 1
            out.append((held, due, last))
            due = last + 1
        return tuple(out)


def page_plan_faults(file: str, plan: PagePlan, booklet: Booklet) -> CrossCheck:
    """Every count the book may have leaves visa pages; the data page is one page; pages have the size of the book."""
    taken = sum(held.pages_taken or 0 for held in plan.page_ranges)
    if taken >= (least := min(booklet.pages.allowed_counts)):
        right = f"fewer than {least}, the smallest book allowed (booklet.yaml)"
        yield CrossFault(file, ("page_ranges",), f"{taken} pages are taken before the visa pages", right)
    for i, held in enumerate(plan.page_ranges):
        if held.id == "data_page" and held.pages_taken != 1:
            path = ("page_ranges", i, "pages_taken")
            yield CrossFault(file, path, f"{held.pages_taken or 'many'} data pages", "1: the data page is one page")
    if "data_page" not in [held.id for held in plan.page_ranges]:
        yield CrossFault(file, ("page_ranges",), "the book has no data page", "one page of use data_page")
    if "observations" not in [held.id for held in plan.page_ranges]:
        yield CrossFault(file, ("page_ranges",), "the book has no page of observations", "one of use observations")
    box = plan.observation_page.box
    if box.x_mm + box.width_mm > plan.page_format.width_mm or box.y_mm + box.height_mm > plan.page_format.height_mm:
        yield CrossFault(file, ("observation_page", "box"), "the box leaves the page", "inside the page format")
    size, page = booklet.closed_size, plan.page_format
    if (page.width_mm, page.height_mm) != (size.width_mm, size.height_mm):
        right = f"the size of the book, {size.width_mm:g} x {size.height_mm:g} mm"
        yield CrossFault(file, ("page_format",), f"the page is {page.width_mm:g} x {page.height_mm:g} mm", right)
