"""The face block of ISO/IEC 39794-5:2019 (ICAO application profile) read into plain values.

The ASN.1 module is written down as a table of context tags (`iso39794_fields`), as deep as the reading goes.
Extensions the module leaves room for are noted by their tag and passed over. Never writes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from issuance.mrtd.face.iso39794_fields import FACE_BLOCK, REPRESENTATION, Block, broken
from issuance.mrtd.tlv import Noted, elements, odd, only
from specs.schema.chip import FaceFormat, ImageFormat

CLAUSE = "ISO/IEC 39794-5:2019 §8"
MAXIMUM_FACES = 64
_FACE_BLOCK = 0x65


@dataclass(frozen=True, slots=True)
class FaceRepresentation:
    """One representation. width_px, height_px: as declared, None when not; said: every field by name, plain values."""

    image: bytes
    width_px: int | None
    height_px: int | None
    said: Mapping[str, Any] = field(default_factory=dict)

    record_format: ClassVar[FaceFormat] = "ISO/IEC 39794-5:2019"

    @property
    def declared_format(self) -> ImageFormat | None:
        """The format of the image as the block states it, which need not be its own."""
        stated = str(self.said.get("information", {}).get("format")).partition(" ")[0]
        return "JPEG" if stated == "JPEG" else "JPEG2000" if stated == "JPEG2000" else None

    def details(self) -> dict[str, Any]:
        """What the block says beside the image, as plain values."""
        return dict(self.said)


def read_face_block(data: bytes, noted: Noted = None) -> tuple[FaceRepresentation, ...]:
    """Every representation of the FaceImageDataBlock `data`. Raises LdsInvalid.

    Odd but readable: unknown fields, more than one representation, one that stands without its list.
    """
    block = FACE_BLOCK(only(data, _FACE_BLOCK, "DG2", noted), noted)
    version, held = block.get("version"), block.get("representations")
    if version is None or held is None:
        raise broken("face.block", "version or representations are missing", "الإصدار أو التمثيلات ناقصة")
    return tuple(_face(one, version, noted) for one in _representations(held, noted))


def _representations(data: bytes, noted: Noted) -> list[bytes]:
    """The values of the SEQUENCEs in the list; a representation standing in its place is taken for its only one."""
    held = elements(data, noted)
    if held and all(element.tag == 0x30 for element in held):
        if len(held) > MAXIMUM_FACES:
            raise broken("face.count", "more representations than are read", "عدد التمثيلات أكبر من الحد")
        if len(held) > 1:
            odd(
                noted,
                "face.count",
                f"{len(held)} representations, the profile allows one",
                f"عدد التمثيلات {len(held)} والنمط يسمح بواحد",
                field="DG2",
                clause=CLAUSE,
            )
        return [element.value for element in held]
    if held and held[0].tag == 0x80:
        odd(noted, "face.list", "the list of representations is missing", "قائمة التمثيلات ناقصة", field="DG2")
        return [data]
    raise broken("face.block", "no representation", "لا يوجد تمثيل")


def _face(data: bytes, version: Block, noted: Noted) -> FaceRepresentation:
    said = REPRESENTATION(data, noted)
    picture: Block = said.pop("image_representation", {}).get("base", {}).get("two_dimensional", {})
    image, information = picture.pop("image", b""), picture.get("information", {})
    if not image or "format" not in information:
        raise broken("face.block", "no image with its format", "لا توجد صورة مع صيغتها")
    size = information.get("size", {})
    return FaceRepresentation(
        image=image,
        width_px=size.get("width_px"),
        height_px=size.get("height_px"),
        said={"version": version, **said, **picture},
    )
