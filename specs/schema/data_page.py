"""Where everything stands on the data page (`passport/editions/<edition>/data_page.yaml`), and what must hold between.

Positions are millimetres from the left and the top edge of the page as the reader sees it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from specs.schema.base import Bilingual, Clause, Part, Words
from specs.schema.certificate import BilingualClause

DataPageFieldId = Literal[
    "document_code",
    "issuing_state",
    "number",
    "surname",
    "given_names",
    "nationality",
    "birth_date",
    "sex",
    "birth_place",
    "issued_on",
    "expires_on",
    "national_number",
    "authority",
]
LayoutFault = tuple[tuple[str | int, ...], str, str]
"""(path below the file, what is wrong, what would be right)."""


class Box(Part):
    """A rectangle on the page."""

    x_mm: float = Field(ge=0)
    y_mm: float = Field(ge=0)
    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)

    def overlaps(self, other: Box) -> bool:
        """True when the two share area; touching edges do not count."""
        return (
            self.x_mm < other.x_mm + other.width_mm
            and other.x_mm < self.x_mm + self.width_mm
            and self.y_mm < other.y_mm + other.height_mm
            and other.y_mm < self.y_mm + self.height_mm
        )


class DataPageSize(Clause):
    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)
    bleed_free_margin_mm: float = Field(ge=0, le=10)
    resolution_dpi: int = Field(ge=200, le=600)


class Header(Clause):
    state: Bilingual
    document: Bilingual
    box: Box


class DataPageField(Clause):
    """scripts: `latin` one value; `both` a Latin value on the left and an Arabic one on the right."""

    id: DataPageFieldId
    caption: Bilingual
    box: Box
    scripts: Literal["latin", "both"]
    maximum_characters: int = Field(gt=0, le=200)
    text_size_mm: float = Field(ge=1.5, le=6)


class Switches(Clause):
    national_number_shown: bool


class DataPagePortrait(Clause):
    box: Box
    minimum_width_mm: float = Field(gt=0)
    minimum_height_mm: float = Field(gt=0)
    maximum_width_mm: float = Field(gt=0)
    maximum_height_mm: float = Field(gt=0)
    label: Bilingual

    @model_validator(mode="after")
    def _within(self) -> DataPagePortrait:
        for side, low, got, high in (
            ("wide", self.minimum_width_mm, self.box.width_mm, self.maximum_width_mm),
            ("high", self.minimum_height_mm, self.box.height_mm, self.maximum_height_mm),
        ):
            if not low <= got <= high:
                raise ValueError(f"the portrait is {got} mm {side} -> {low} to {high} mm")
        return self


class Signature(Clause):
    box: Box
    caption: Bilingual


class MrzZone(Clause):
    """Fixed cells: character n of a line is centred at `first_character_left_mm + (n + 0.5) * pitch_mm`."""

    zone_height_mm: float = Field(gt=0)
    zone_height_tolerance_mm: float = Field(ge=0)
    lines: int = Field(ge=1, le=3)
    characters: int = Field(ge=30, le=44)
    pitch_mm: float = Field(gt=0)
    first_character_left_mm: float = Field(gt=0)
    line_centres_from_bottom_mm: list[float]
    character_height_mm: float = Field(gt=0)
    font_size_mm: float = Field(gt=0)

    @model_validator(mode="after")
    def _consistent(self) -> MrzZone:
        centres, half = self.line_centres_from_bottom_mm, self.character_height_mm / 2
        if len(centres) != self.lines:
            raise ValueError(f"{len(centres)} line centres for {self.lines} lines -> one centre a line")
        if centres != sorted(centres, reverse=True) or len(set(centres)) != len(centres):
            raise ValueError(f"line centres {centres} -> from the upper line down")
        if centres[0] + half > self.zone_height_mm or centres[-1] - half < 0:
            raise ValueError(f"a line at {centres} leaves the zone -> inside {self.zone_height_mm} mm")
        return self

    def line_width_mm(self) -> float:
        """From the left edge of the page to the right edge of the last cell."""
        return self.first_character_left_mm + self.characters * self.pitch_mm


class DataPageFonts(Clause):
    """Family names as the font files state them."""

    arabic: Words
    latin: Words
    mrz: Words


class Captions(Clause):
    size_mm: float = Field(ge=1.2, le=4)


class DateStyle(Clause):
    """`format` is made of DD, MM and YYYY; `unknown_part` stands for each digit of a part that is not known."""

    format: Words = Field(pattern=r"^(DD.MM.YYYY|YYYY.MM.DD)$")
    unknown_part: str = Field(pattern=r"^[A-Z]$")


class SexValues(Clause):
    M: Bilingual
    F: Bilingual
    X: Bilingual


class DataPageSpec(Part):
    """One edition's data page."""

    page: DataPageSize
    header: Header
    fields: list[DataPageField]
    switches: Switches
    portrait: DataPagePortrait
    signature: Signature
    mrz: MrzZone
    fonts: DataPageFonts
    captions: Captions
    dates: DateStyle
    sex_values: SexValues
    specimen: BilingualClause

    @field_validator("fields")
    @classmethod
    def _complete(cls, fields: list[DataPageField]) -> list[DataPageField]:
        present = [f.id for f in fields]
        if missing := [w for w in get_args(DataPageFieldId) if w not in present]:
            raise ValueError(f"the field {missing[0]!r} is missing -> every one of {get_args(DataPageFieldId)}")
        if len(set(present)) != len(present):
            raise ValueError("a field stands twice -> each field once")
        return fields

    def mrz_box(self) -> Box:
        """The whole zone: page wide, at the bottom edge."""
        height = self.mrz.zone_height_mm
        return Box(x_mm=0, y_mm=self.page.height_mm - height, width_mm=self.page.width_mm, height_mm=height)


def layout_faults(spec: DataPageSpec) -> Iterator[LayoutFault]:
    """Everything inside the margins, nothing over anything else, the MRZ lines inside the page."""
    margin = spec.page.bleed_free_margin_mm
    placed: list[tuple[tuple[str | int, ...], Box]] = [
        (("header", "box"), spec.header.box),
        *(((("fields", i, "box")), f.box) for i, f in enumerate(spec.fields)),
        (("portrait", "box"), spec.portrait.box),
        (("signature", "box"), spec.signature.box),
    ]
    for path, box in placed:
        right, bottom = box.x_mm + box.width_mm, box.y_mm + box.height_mm
        if (
            box.x_mm < margin
            or box.y_mm < margin
            or right > spec.page.width_mm - margin
            or bottom > spec.page.height_mm - margin
        ):
            yield path, f"the box ends at {right:g} x {bottom:g} mm", f"inside the page, {margin:g} mm from its edges"
        if box.overlaps(spec.mrz_box()):
            yield path, f"the box reaches {bottom:g} mm", f"above the MRZ, at most {spec.mrz_box().y_mm:g} mm"
    for n, (path, box) in enumerate(placed):
        for other_path, other in placed[:n]:
            if box.overlaps(other):
                name = ".".join(map(str, other_path))
                yield path, f"the box lies over {name}", "boxes that do not overlap"
    if spec.mrz.line_width_mm() > spec.page.width_mm - margin:
        yield (
            ("mrz", "pitch_mm"),
            f"an MRZ line ends at {spec.mrz.line_width_mm():g} mm",
            f"at most {spec.page.width_mm - margin:g} mm",
        )
