"""The portrait: what may come in, how it is cut and compressed (`.../editions/<edition>/portrait.yaml`)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, Part


class PortraitIntake(Clause):
    """Limits held before a pixel is decoded."""

    formats: list[Literal["JPEG", "PNG"]] = Field(min_length=1)
    maximum_bytes: int = Field(gt=0)
    maximum_pixels: int = Field(gt=0)
    minimum_width_px: int = Field(gt=0)
    minimum_height_px: int = Field(gt=0)


class PortraitFrame(Clause):
    """The printed size; the crop has this aspect."""

    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)


class Band(Clause):
    """A share of the frame's height or width, with the limits it may move within."""

    minimum_share: float = Field(gt=0, lt=1)
    target_share: float = Field(gt=0, lt=1)
    maximum_share: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _ordered(self) -> Band:
        if not self.minimum_share <= self.target_share <= self.maximum_share:
            raise ValueError("the target is outside its limits -> minimum <= target <= maximum")
        return self


class Pose(Clause):
    maximum_roll_degrees: float = Field(gt=0, le=45)


class FaceResolution(Clause):
    """Pixels between the eyes in the picture handed in. Below `minimum` refused, below `recommended` a warning."""

    minimum_eye_distance_px: int = Field(gt=0)
    recommended_eye_distance_px: int = Field(gt=0)


class OnePerson(Clause):
    """Another face at least this share of the largest one's width makes the picture one of several persons."""

    second_face_share: float = Field(gt=0, le=1)


class ChipImage(Clause):
    """The image of DG2, compressed to at most `maximum_bytes`."""

    format: Literal["JPEG2000", "JPEG"]
    width_px: int = Field(gt=0, le=65535)
    height_px: int = Field(gt=0, le=65535)
    maximum_bytes: int = Field(gt=0)


class PageImage(Clause):
    """The image printed on the data page."""

    width_px: int = Field(gt=0)
    height_px: int = Field(gt=0)
    jpeg_quality: int = Field(ge=50, le=100)


class Background(Clause):
    """fill_rgb: what shows through a transparent picture, red, green, blue from 0 to 255."""

    description: Bilingual
    fill_rgb: tuple[int, int, int]


Level = Literal["fail", "warning"]
"""What a limit that is not kept does: no portrait is made, or an officer must see it and say so."""


class BackgroundTone(Clause):
    """The ground beside and above the head: light, grey, even. Strips: shares of the frame's width and height.

    minimum_lightness: CIELAB L*, 0 to 100; maximum_chroma: distance from grey in CIELAB; minimum_even_share: of the
    strips, what must be within even_within_delta_e of their median colour.
    """

    level: Level
    side_strip_share: float = Field(gt=0, lt=0.5)
    top_strip_share: float = Field(gt=0, lt=0.5)
    minimum_lightness: float = Field(ge=0, le=100)
    maximum_chroma: float = Field(gt=0)
    even_within_delta_e: float = Field(gt=0)
    minimum_even_share: float = Field(gt=0, le=1)


class Sharpness(Clause):
    """Deviation of the Laplacian over that of luminance on the face, at `measured_at_eye_distance_px` or coarser.

    Below `minimum_ratio` as `level` says, below `recommended_ratio` a warning; above `grain_ratio` it is noise: a
    warning.
    """

    level: Level
    measured_at_eye_distance_px: int = Field(gt=0)
    minimum_ratio: float = Field(gt=0)
    recommended_ratio: float = Field(gt=0)
    grain_ratio: float = Field(gt=0)

    @model_validator(mode="after")
    def _ordered(self) -> Sharpness:
        if not self.minimum_ratio <= self.recommended_ratio < self.grain_ratio:
            raise ValueError("the limits of sharpness are out of order -> minimum <= recommended < grain")
        return self


class Exposure(Clause):
    """Luminance of the face, levels from 0 to 255: its mean, and how much of it is black or white without detail."""

    level: Level
    minimum_mean_level: float = Field(ge=0, le=255)
    maximum_mean_level: float = Field(ge=0, le=255)
    black_level: int = Field(ge=0, le=255)
    maximum_black_share: float = Field(gt=0, lt=1)
    white_level: int = Field(ge=0, le=255)
    maximum_white_share: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _ordered(self) -> Exposure:
        if self.minimum_mean_level >= self.maximum_mean_level or self.black_level >= self.white_level:
            raise ValueError("the levels of exposure are out of order -> dark below bright")
        return self


class Contrast(Clause):
    """Levels between the 5th and the 95th percentile of the face's luminance. Below `recommended` a warning."""

    level: Level
    minimum_spread_levels: float = Field(gt=0, le=255)
    recommended_spread_levels: float = Field(gt=0, le=255)


class SkinColour(Clause):
    """The face in CIELAB: below `minimum_chroma` the picture has no colour, which does what `level` says.

    Mean a* (red) and b* (yellow) outside their bands are a cast, which is a warning.
    """

    level: Level
    minimum_chroma: float = Field(gt=0)
    red_band: tuple[float, float]
    yellow_band: tuple[float, float]


class EyesVisible(Clause):
    """Both eyes must be found by the detector; whether they are open is for the officer to see."""

    level: Level


class PortraitAge(Clause):
    maximum_months: int = Field(gt=0)


class PortraitRules(Part):
    """Every rule a portrait is taken in, cut and compressed by.

    head_size: crown to chin, share of the frame's height; eye_line: height of the eyes above the lower edge, share of
    the frame's height; centre: middle between the eyes from the left edge, share of the frame's width.
    """

    intake: PortraitIntake
    frame: PortraitFrame
    head_size: Band
    eye_line: Band
    centre: Band
    pose: Pose
    face_resolution: FaceResolution
    one_person: OnePerson
    chip_image: ChipImage
    page_image: PageImage
    background: Background
    background_tone: BackgroundTone
    eyes_visible: EyesVisible
    sharpness: Sharpness
    exposure: Exposure
    contrast: Contrast
    skin_colour: SkinColour
    age: PortraitAge

    @model_validator(mode="after")
    def _images_have_the_aspect_of_the_frame(self) -> PortraitRules:
        aspect = self.frame.width_mm / self.frame.height_mm
        for name, width, height in (
            ("chip_image", self.chip_image.width_px, self.chip_image.height_px),
            ("page_image", self.page_image.width_px, self.page_image.height_px),
        ):
            if abs(width - height * aspect) > 1:
                raise ValueError(
                    f"{name} {width} x {height} distorts the face -> a width of {round(height * aspect)} pixels"
                )
        return self
