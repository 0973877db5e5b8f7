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
