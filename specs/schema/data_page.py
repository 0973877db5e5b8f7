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


class HeaderPlace(Clause):
    """The issuing State and the title of the document."""

    box: Box


class Header(HeaderPlace):
    """document: what the book of the edition is called; every other type has its own title."""

    state: Bilingual
    document: Bilingual


class DataPageField(Clause):
    """scripts: `latin` one value; `both` a Latin value on the left and an Arabic one on the right; `stacked` the Latin
    one above the Arabic one. other_caption: on a document that is called no passport."""

    id: DataPageFieldId
    caption: Bilingual
    other_caption: Bilingual | None = None
    box: Box
    scripts: Literal["latin", "both", "stacked"]
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
    """other_caption: on a document that is called no passport."""

    box: Box
    caption: Bilingual
    other_caption: Bilingual | None = None


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


class Statement(Clause):
    """Words that every document of the form carries."""

    text: Bilingual
    box: Box
    text_size_mm: float = Field(ge=1.2, le=4)


class PageSide(Part):
    """One printed side of a document."""

    id: Literal["front", "back"]
    title: Bilingual
    page: DataPageSize
    header: HeaderPlace | None = None
    fields: list[DataPageField]
    portrait: DataPagePortrait | None = None
    signature: Signature | None = None
    statement: Statement | None = None
    mrz: MrzZone | None = None
    captions: Captions

    def mrz_box(self) -> Box | None:
        """The whole zone: page wide, at the bottom edge; None where the side has none."""
        if self.mrz is None:
            return None
        height = self.mrz.zone_height_mm
        return Box(x_mm=0, y_mm=self.page.height_mm - height, width_mm=self.page.width_mm, height_mm=height)

    def placed(self) -> list[tuple[tuple[str | int, ...], Box]]:
        """Everything above the zone: (path below the side, where it stands)."""
        held = [((name, "box"), getattr(self, name)) for name in ("header", "portrait", "signature", "statement")]
        return [
            *((("fields", i, "box"), field.box) for i, field in enumerate(self.fields)),
            *((path, part.box) for path, part in held if part is not None),
        ]


class OtherPage(Part):
    """The sides of a card or a sheet, in the order they are printed."""

    id: Literal["TD1", "TD2"]
    title: Bilingual
    sides: list[PageSide] = Field(min_length=1, max_length=2)

    @model_validator(mode="after")
    def _whole(self) -> OtherPage:
        present = [field.id for side in self.sides for field in side.fields]
        for known in get_args(DataPageFieldId):
            if present.count(known) != 1 and (known != "national_number" or known in present):
                raise ValueError(f"the field {known!r} stands {present.count(known)} times -> each once, on one side")
        if [side.id for side in self.sides] != ["front", "back"][: len(self.sides)]:
            raise ValueError("the sides are out of order -> front, then back")
        for name in ("header", "portrait", "signature", "mrz"):
            if sum(getattr(side, name) is not None for side in self.sides) != 1:
                raise ValueError(f"{name} has to stand on one side -> once on the document")
        return self


class DataPageSpec(Part):
    """One edition's data page, and the pages of its cards and sheets."""

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
    other_pages: list[OtherPage] = Field(default=[])

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
        """The whole zone of the book: page wide, at the bottom edge."""
        height = self.mrz.zone_height_mm
        return Box(x_mm=0, y_mm=self.page.height_mm - height, width_mm=self.page.width_mm, height_mm=height)

    def sides(self, zone_format: str) -> list[PageSide]:
        """The printed sides of a document with such a zone: the book's one page for TD3. Raises KeyError."""
        if zone_format == "TD3":
            return [self._book_page()]
        for held in self.other_pages:
            if held.id == zone_format:
                return held.sides
        raise KeyError(zone_format)

    def fields_of(self, zone_format: str) -> dict[DataPageFieldId, DataPageField]:
        """Every field of such a document. Raises KeyError."""
        return {field.id: field for side in self.sides(zone_format) for field in side.fields}

    def _book_page(self) -> PageSide:
        return PageSide.model_construct(
            id="front",
            title=self.header.document,
            page=self.page,
            header=self.header,
            fields=self.fields,
            portrait=self.portrait,
            signature=self.signature,
            statement=None,
            mrz=self.mrz,
            captions=self.captions,
        )


def layout_faults(spec: DataPageSpec) -> Iterator[LayoutFault]:
    """Of every page: all inside the margins, nothing over anything else, the MRZ lines inside the page."""
    yield from _side_faults(spec.sides("TD3")[0])
    for i, other in enumerate(spec.other_pages):
        for j, side in enumerate(other.sides):
            for path, wrong, right in _side_faults(side):
                yield ("other_pages", i, "sides", j, *path), wrong, right


def _side_faults(side: PageSide) -> Iterator[LayoutFault]:
    margin, page, zone = side.page.bleed_free_margin_mm, side.page, side.mrz_box()
    placed = side.placed()
    for path, box in placed:
        right, bottom = box.x_mm + box.width_mm, box.y_mm + box.height_mm
        if box.x_mm < margin or box.y_mm < margin or right > page.width_mm - margin or bottom > page.height_mm - margin:
            yield path, f"the box ends at {right:g} x {bottom:g} mm", f"inside the page, {margin:g} mm from its edges"
        if zone is not None and box.overlaps(zone):
            yield path, f"the box reaches {bottom:g} mm", f"above the MRZ, at most {zone.y_mm:g} mm"
    for n, (path, box) in enumerate(placed):
        for other_path, other in placed[:n]:
            if box.overlaps(other):
                name = ".".join(map(str, other_path))
                yield path, f"the box lies over {name}", "boxes that do not overlap"
    if side.mrz is not None and side.mrz.line_width_mm() > page.width_mm - margin:
        yield (
            ("mrz", "pitch_mm"),
            f"an MRZ line ends at {side.mrz.line_width_mm():g} mm",
            f"at most {page.width_mm - margin:g} mm",
        )
