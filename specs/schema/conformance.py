"""How closely a finished document is held to the specification (`passport/conformance.yaml`): what measuring allows.

Deviations that a measurement from a picture cannot tell from its own error, and the limits of what is taken in.
"""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Clause, Part


class PageTolerances(Clause):
    """Of a data page measured from its picture; all plus or minus."""

    page_size_tolerance_mm: float = Field(gt=0, le=2)
    placement_tolerance_mm: float = Field(gt=0, le=2)
    ink_beyond_box_mm: float = Field(ge=0, le=2)
    portrait_edge_tolerance_mm: float = Field(gt=0, le=2)
    text_size_tolerance_mm: float = Field(gt=0, le=1)
    caption_size_tolerance_mm: float = Field(gt=0, le=1)
    resolution_tolerance_dpi: float = Field(gt=0, le=50)
    full_line_blank_mm: float = Field(gt=0, le=5)


class ZoneTolerances(Clause):
    """Of the machine readable zone measured from its picture; all plus or minus."""

    line_position_tolerance_mm: float = Field(gt=0, le=2)
    first_character_tolerance_mm: float = Field(gt=0, le=2)
    pitch_tolerance_mm: float = Field(gt=0, le=0.3)
    character_height_tolerance_mm: float = Field(gt=0, le=0.5)


class Glyphs(Clause):
    """least_correlation: of a cell's ink with its character's shape; matching_percent: of the cells that reach it."""

    least_correlation: float = Field(gt=0, lt=1)
    matching_percent: float = Field(gt=0, le=100)


class Intake(Clause):
    """maximum_documents: of one batch; examples: broken documents a batch's report names for each clause."""

    maximum_documents: int = Field(gt=0)
    examples: int = Field(gt=0, le=1000)


class Conformance(Part):
    """What conformity is measured by."""

    page: PageTolerances
    zone: ZoneTolerances
    glyphs: Glyphs
    batch: Intake
