"""What the book is made of, and what is pressed on its cover (`.../editions/<edition>/{materials,cover}.yaml`).

All of it is physical: a laboratory or an inspector sees it, this program never does. Cover positions are millimetres
from the left and the top edge of the closed front cover, held upright.
"""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.data_page import Box
from specs.schema.passport import Booklet


class CoverMaterial(Clause):
    material: Bilingual
    thickness_mm: float = Field(gt=0, le=2)
    thickness_tolerance_mm: float = Field(gt=0)
    behaviour: Bilingual


class SecurityPaper(Clause):
    composition: Bilingual
    grammage_gsm: float = Field(ge=60, le=200)
    grammage_tolerance_gsm: float = Field(gt=0)
    brightener: Bilingual
    watermark: Bilingual
    reagents: Bilingual


class EndPapers(Clause):
    composition: Bilingual
    grammage_gsm: float = Field(ge=80, le=250)
    grammage_tolerance_gsm: float = Field(gt=0)
    bond: Bilingual


class DataPageMaterial(Clause):
    """A card of fused layers on a hinge; `least_layers` counts the sheets before fusing."""

    construction: Bilingual
    thickness_um: float = Field(gt=0)
    thickness_tolerance_um: float = Field(gt=0)
    least_layers: int = Field(ge=3, le=20)
    hinge: Bilingual
    protection: Bilingual


class Binding(Clause):
    sewing: Bilingual
    thread: Bilingual
    stitch_mm: float = Field(gt=0, le=20)
    stitch_tolerance_mm: float = Field(gt=0)
    back_stitches: int = Field(ge=1)
    fluorescence_nm: int = Field(ge=200, le=400)
    centring_tolerance_mm: float = Field(gt=0)


class Flatness(Clause):
    maximum_gap_mm: float = Field(gt=0)
    rest_hours: float = Field(gt=0)


class Materials(Part):
    """Every material of one edition's book."""

    cover_material: CoverMaterial
    inner_paper: SecurityPaper
    end_papers: EndPapers
    data_page_material: DataPageMaterial
    binding: Binding
    flatness: Flatness


class CoverColour(Clause):
    """CIELAB under D65 and 10 degrees; the difference is CIEDE2000."""

    description: Bilingual
    lightness: float = Field(ge=0, le=100)
    green_to_red: float = Field(ge=-128, le=128)
    blue_to_yellow: float = Field(ge=-128, le=128)
    greatest_difference: float = Field(gt=0)


class Foil(Clause):
    material: Bilingual
    adhesion: Bilingual


class CoverElement(Clause):
    """One thing stamped on the front cover. text: the words where it has any."""

    id: Words = Field(pattern=r"^[a-z_]+$")
    title: Bilingual
    text: Bilingual | None = None
    box: Box
    position_tolerance_mm: float = Field(gt=0, le=5)


class CoverDesign(Part):
    """What one sees of the closed book."""

    colour_value: CoverColour
    foil: Foil
    cover_elements: list[CoverElement] = Field(min_length=3)


def cover_faults(file: str, cover: CoverDesign, booklet: Booklet) -> CrossCheck:
    """Everything inside the closed cover (upright: as wide as the data page is high), nothing over anything else."""
    width, height = booklet.closed_size.height_mm, booklet.closed_size.width_mm
    for i, one in enumerate(cover.cover_elements):
        path, box = ("cover_elements", i, "box"), one.box
        if box.x_mm + box.width_mm > width or box.y_mm + box.height_mm > height:
            wrong = f"the box ends at {box.x_mm + box.width_mm:g} x {box.y_mm + box.height_mm:g} mm"
            yield CrossFault(file, path, wrong, f"inside the closed cover, {width:g} x {height:g} mm")
        for other in cover.cover_elements[:i]:
            if box.overlaps(other.box):
                yield CrossFault(file, path, f"the box lies over {other.id}", "boxes that do not overlap")
