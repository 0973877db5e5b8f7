"""The visible digital seal of travel documents: what it says, how it is drawn, where it stands (`passport/seal.yaml`).

Shared by all editions: an edition that was signed before documents bore a seal keeps its files as they were signed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Literal

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.data_page import Box
from specs.schema.seal import SealSignature
from specs.schema.text import Mrz

if TYPE_CHECKING:
    from specs.schema import PassportEdition

SealKind = Literal["passport_seal", "etd_seal", "visa_seal"]
SealedFormat = Literal["TD3", "TD2"]
_FILE = "passport/seal.yaml"
_INCH_MM = 25.4
_LEAST_DOTS = 4
_DOTS_SLACK = 0.05


class TravelFeature(Part):
    """encoding: `zone` lines of an MRZ in C40, joined, the last cut after zone_characters; `c40` text; `number` one
    byte; `octets` anything. required: no seal of the kind is without it."""

    id: Words = Field(pattern=r"^[a-z_]+$")
    tag: int = Field(ge=0, le=254)
    encoding: Literal["zone", "c40", "number", "octets"]
    zone_format: Literal["TD1", "TD2", "TD3", "MRVA", "MRVB"] | None = None
    zone_characters: int | None = Field(default=None, ge=60, le=90)
    required: bool

    @model_validator(mode="after")
    def _of_a_zone(self) -> TravelFeature:
        if (self.encoding == "zone") != (self.zone_format is not None and self.zone_characters is not None):
            raise ValueError(
                "a zone needs its format and its length -> `zone_format` and `zone_characters`, for it alone"
            )
        return self


class TravelSealDefinition(Clause):
    """issuer: the only one whose seals these values mean; without one, of every State (odd category: ICAO's)."""

    id: SealKind
    title: Bilingual
    issuer: Words | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    feature_definition_reference: int = Field(ge=0, le=254)
    type_category: int = Field(ge=1, le=254)
    features: list[TravelFeature] = Field(min_length=1)

    @model_validator(mode="after")
    def _apart(self) -> TravelSealDefinition:
        if (self.type_category % 2 == 0) != (self.issuer is not None):
            raise ValueError(f"category {self.type_category} -> even with an `issuer`, odd without one")
        tags = [feature.tag for feature in self.features]
        if len(set(tags)) != len(tags):
            raise ValueError(f"a tag stands twice in {tags} -> each once")
        if not any(feature.encoding == "zone" for feature in self.features):
            raise ValueError("no zone is sealed -> one feature of encoding `zone`")
        return self

    def feature(self, tag: int) -> TravelFeature | None:
        """The feature of that tag, or None."""
        return next((one for one in self.features if one.tag == tag), None)


class MadeSeals(Clause):
    """Which seal a document of that format is made with."""

    TD3: SealKind
    TD2: SealKind


class Symbol(Clause):
    """How a seal is drawn: its octets as they are, in byte mode."""

    symbology: Literal["qr_code"]
    error_correction: Literal["L", "M", "Q", "H"]
    module_mm: float = Field(ge=0.5, le=2)
    quiet_zone_modules: int = Field(ge=4, le=10)


class BookPlace(Clause):
    """On the page of observations, at the left edge of the box of its words (`page_plan.yaml`). side_mm: of the square
    with the code and its quiet zone in the middle; below_top_mm: of that box; gap_mm: to the words at its right."""

    side_mm: float = Field(gt=0, le=60)
    below_top_mm: float = Field(ge=0, le=60)
    gap_mm: float = Field(gt=0, le=20)
    caption: Bilingual
    caption_size_mm: float = Field(ge=1.2, le=5)


class SheetPlace(Clause):
    """On the other side of a single sheet, which says nothing else. box: the code with its quiet zone in the middle."""

    title: Bilingual
    box: Box
    caption: Bilingual
    caption_box: Box
    caption_size_mm: float = Field(ge=1.2, le=5)
    statement: Bilingual
    statement_box: Box
    statement_size_mm: float = Field(ge=1.2, le=5)


class TravelSealSpec(Part):
    """All that is normative about the seals of travel documents."""

    definitions: list[TravelSealDefinition]
    made: MadeSeals
    seal_version: Literal[4]
    signature: SealSignature
    symbol: Symbol
    book: BookPlace
    sheet: SheetPlace

    @model_validator(mode="after")
    def _known(self) -> TravelSealSpec:
        ids = [one.id for one in self.definitions]
        named = {(one.feature_definition_reference, one.type_category) for one in self.definitions}
        if len(set(ids)) != len(ids) or len(named) != len(ids):
            raise ValueError("two definitions are one -> ids, and references with categories, apart")
        for zone_format in ("TD3", "TD2"):
            made = getattr(self.made, zone_format)
            held = next((one for one in self.definitions if one.id == made), None)
            if held is None or [(f.encoding, f.zone_format) for f in held.features] != [("zone", zone_format)]:
                raise ValueError(f"{made!r} does not hold the zone of {zone_format} alone -> a definition that does")
        return self

    def kind_of(self, issuer: str, reference: int, category: int) -> TravelSealDefinition | None:
        """What such a header says the seal is; None: no seal of a travel document."""
        for one in self.definitions:
            if (one.feature_definition_reference, one.type_category) == (reference, category):
                return one if one.issuer in (None, issuer) else None
        return None

    def made_for(self, zone_format: str) -> TravelSealDefinition | None:
        """The seal of a document of this format; None: it bears none."""
        if zone_format not in ("TD3", "TD2"):
            return None
        made = getattr(self.made, zone_format)
        return next(one for one in self.definitions if one.id == made)


def travel_seal_faults(spec: TravelSealSpec, mrz: Mrz, editions: Mapping[str, PassportEdition]) -> CrossCheck:
    """Zones are no longer than their format; the code stands inside the box of words and inside the sheet."""
    for i, definition in enumerate(spec.definitions):
        for j, feature in enumerate(definition.features):
            if feature.zone_format is not None and feature.zone_characters is not None:
                form = mrz.formats[feature.zone_format]
                if not form.line_characters < feature.zone_characters <= form.lines * form.line_characters:
                    path = ("definitions", i, "features", j, "zone_characters")
                    wrong = f"{feature.zone_characters} characters of a {feature.zone_format}"
                    yield CrossFault(_FILE, path, wrong, f"at most {form.lines * form.line_characters}")
    for year, edition in sorted(editions.items()):
        yield from _placed(spec, year, edition)


def _placed(spec: TravelSealSpec, year: str, edition: PassportEdition) -> Iterator[CrossFault]:
    page = edition.page_plan.observation_page
    words, place = page.box, spec.book
    if place.below_top_mm + place.side_mm > words.height_mm or 2 * (place.side_mm + place.gap_mm) > words.width_mm:
        wrong = f"the code has no room beside the observations of edition {year}"
        right = f"inside {words.width_mm:g} x {words.height_mm:g} mm, half the width left for the words"
        yield CrossFault(_FILE, ("book", "side_mm"), wrong, right)
    dots = spec.symbol.module_mm / _INCH_MM * page.resolution_dpi
    if dots < _LEAST_DOTS or abs(dots - round(dots)) > _DOTS_SLACK:
        wrong = f"a module is {dots:.2f} dots at the {page.resolution_dpi} dpi of edition {year}"
        yield CrossFault(_FILE, ("symbol", "module_mm"), wrong, f"a whole number of dots, at least {_LEAST_DOTS}")
    sheet = next((one.sides[0].page for one in edition.data_page.other_pages if one.id == "TD2"), None)
    if sheet is not None:
        margin = sheet.bleed_free_margin_mm
        room = Box(
            x_mm=margin, y_mm=margin, width_mm=sheet.width_mm - 2 * margin, height_mm=sheet.height_mm - 2 * margin
        )
        boxes = {name: getattr(spec.sheet, name) for name in ("box", "caption_box", "statement_box")}
        for n, (name, box) in enumerate(boxes.items()):
            if not _inside(box, room):
                yield CrossFault(
                    _FILE, ("sheet", name), f"leaves the sheet of edition {year}", f"{margin:g} mm inside it"
                )
            if any(box.overlaps(other) for other in list(boxes.values())[:n]):
                yield CrossFault(
                    _FILE, ("sheet", name), "lies over another part of the page", "boxes that do not overlap"
                )


def _inside(inner: Box, outer: Box) -> bool:
    return (
        inner.x_mm >= outer.x_mm
        and inner.y_mm >= outer.y_mm
        and inner.x_mm + inner.width_mm <= outer.x_mm + outer.width_mm
        and inner.y_mm + inner.height_mm <= outer.y_mm + outer.height_mm
    )
