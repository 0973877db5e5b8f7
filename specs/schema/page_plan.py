"""Which page of the book is what (`.../editions/<edition>/page_plan.yaml`). Physical: an inspector turns the pages."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part
from specs.schema.passport import Booklet

PageUse = Literal["title_page", "data_page", "observations", "visa_pages", "emergency_contact", "notes"]


class PageFormat(Clause):
    """The trimmed inner page, which stands back from the cover's edge by nothing: cover and pages are cut together."""

    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)
    width_tolerance_mm: float = Field(gt=0)
    height_tolerance_mm: float = Field(gt=0)


class PageNumbering(Clause):
    digits_shown: Bilingual
    position: Bilingual
    digit_height_mm: float = Field(gt=0, le=10)
    digit_height_tolerance_mm: float = Field(gt=0)


class PageRange(Clause):
    """Pages `from_page` to `to_page`, both included, counted from 1."""

    id: PageUse
    title: Bilingual
    from_page: int = Field(ge=1)
    to_page: int = Field(ge=1)
    content: Bilingual
    printing: Bilingual

    @model_validator(mode="after")
    def _ordered(self) -> PageRange:
        if self.to_page < self.from_page:
            raise ValueError("the range ends before it begins -> `to_page` at or after `from_page`")
        return self


class PagePlan(Part):
    """The inside of the book, page by page."""

    page_format: PageFormat
    page_numbering: PageNumbering
    page_ranges: list[PageRange] = Field(min_length=4)

    def pages_of(self, use: PageUse) -> range:
        """The numbers of the pages of that use; empty when there is none."""
        for held in self.page_ranges:
            if held.id == use:
                return range(held.from_page, held.to_page + 1)
        return range(0)


def page_plan_faults(file: str, plan: PagePlan, booklet: Booklet) -> CrossCheck:
    """Every page once and in order, as many as the book has; the data page is one page of the size of the book."""
    due = 1
    for i, held in enumerate(plan.page_ranges):
        if held.from_page != due:
            wrong = f"page {held.from_page} follows page {due - 1}"
            yield CrossFault(file, ("page_ranges", i, "from_page"), wrong, f"each page once, in order: {due}")
        due = held.to_page + 1
    if due - 1 != booklet.pages.count:
        path, right = ("page_ranges", len(plan.page_ranges) - 1, "to_page"), f"{booklet.pages.count} (booklet.yaml)"
        yield CrossFault(file, path, f"the plan ends at page {due - 1}", right)
    if len(plan.pages_of("data_page")) != 1:
        yield CrossFault(file, ("page_ranges",), "the data page is not one page", "one page of use data_page")
    size, page = booklet.closed_size, plan.page_format
    if (page.width_mm, page.height_mm) != (size.width_mm, size.height_mm):
        right = f"the size of the book, {size.width_mm:g} x {size.height_mm:g} mm"
        yield CrossFault(file, ("page_format",), f"the page is {page.width_mm:g} x {page.height_mm:g} mm", right)
