"""From the bytes a clerk hands in to an upright 8-bit RGB picture, or the sentence that says why not.

Bytes are counted before parsing and pixels before decoding, so that a bomb costs milliseconds.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from specs.errors import Fault, Invalid
from specs.schema.base import Clause
from specs.schema.portrait import PortraitRules

FIELD = "portrait"
_SIGNATURES = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG"}
_ORIENTATION = 0x0112
# Every scan of a progressive JPEG visits all its pixels, so thousands of empty ones would stall the decoder. Cameras
# write one, encoders about ten; the marker cannot occur inside compressed data.
_SCAN, _MAXIMUM_SCANS = b"\xff\xda", 32
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def portrait_fault(code: str, en: str, ar: str, clause: Clause) -> Fault:
    """A fault of the portrait; the clause is the source of the rule it breaks."""
    return Fault(code=f"passports.portrait.{code}", ar=ar, en=en, field=FIELD, clause=clause.source)


def take_in(data: bytes, rules: PortraitRules) -> Image.Image:
    """The picture upright, in 8-bit RGB. Raises Invalid."""
    limits = rules.intake
    if not data:
        raise Invalid(portrait_fault("empty", "no picture was handed in", "لم تُقدَّم صورة", limits))
    if len(data) > limits.maximum_bytes:
        raise Invalid(
            portrait_fault(
                "too_many_bytes",
                f"the picture file has {len(data)} bytes, at most {limits.maximum_bytes}",
                f"حجم ملف الصورة {len(data)} بايت والحد {limits.maximum_bytes}",
                limits,
            )
        )
    picture = _opened(data, rules)
    if picture.width * picture.height > limits.maximum_pixels:
        raise Invalid(_too_many_pixels(rules))
    try:
        picture.load()
    except Exception as error:  # decoders of damaged pictures raise whatever they stumble over
        raise _damaged(rules) from error
    upright = _rgb(picture, rules.background.fill_rgb)
    if (turn := _TURNS.get(_orientation(picture))) is not None:
        upright = upright.transpose(turn)
    _check_size(upright.size, rules)
    return upright


def _opened(data: bytes, rules: PortraitRules) -> Image.Image:
    allowed = rules.intake.formats
    kind = next((name for magic, name in _SIGNATURES.items() if data.startswith(magic)), None)
    if kind not in allowed:
        raise Invalid(
            portrait_fault(
                "wrong_format",
                f"the picture is not in an allowed format ({', '.join(allowed)})",
                f"صيغة الصورة غير مسموحة، المسموح: {'، '.join(allowed)}",
                rules.intake,
            )
        )
    if kind == "JPEG" and data.count(_SCAN) > _MAXIMUM_SCANS:
        raise _damaged(rules)
    try:
        return Image.open(io.BytesIO(data), formats=[kind])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Invalid(_too_many_pixels(rules)) from error
    except Exception as error:  # header parsers raise whatever they stumble over
        raise _damaged(rules) from error


def _check_size(size: tuple[int, int], rules: PortraitRules) -> None:
    limits, (width, height) = rules.intake, size
    if width < limits.minimum_width_px or height < limits.minimum_height_px:
        raise Invalid(
            portrait_fault(
                "too_small",
                f"the picture has {width} x {height} pixels, at least {limits.minimum_width_px} x "
                f"{limits.minimum_height_px} are needed",
                f"أبعاد الصورة {width} × {height} بكسل، والحد الأدنى "
                f"{limits.minimum_width_px} × {limits.minimum_height_px}",
                limits,
            )
        )


def _orientation(picture: Image.Image) -> int:
    """The EXIF orientation, 1 when there is none or it cannot be read."""
    try:
        value = picture.getexif().get(_ORIENTATION, 1)
    except Exception:  # a broken EXIF block does not make the picture unreadable
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _rgb(picture: Image.Image, fill: tuple[int, int, int]) -> Image.Image:
    if picture.mode.startswith("I"):  # 16-bit grey: Pillow would clip it instead of scaling
        values = np.asarray(picture).astype(np.int64).clip(0, 65535)
        return Image.fromarray((values >> 8).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        layer = picture.convert("RGBA")
        ground = Image.new("RGBA", picture.size, (*fill, 255))
        return Image.alpha_composite(ground, layer).convert("RGB")
    return picture.convert("RGB")


def _too_many_pixels(rules: PortraitRules) -> Fault:
    most = rules.intake.maximum_pixels
    return portrait_fault(
        "too_many_pixels", f"the picture has over {most} pixels", f"عدد بكسلات الصورة يتجاوز {most}", rules.intake
    )


def _damaged(rules: PortraitRules) -> Invalid:
    return Invalid(
        portrait_fault("damaged", "the picture file is damaged or cut short", "ملف الصورة تالف أو مقطوع", rules.intake)
    )
