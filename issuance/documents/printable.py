"""What may be printed: text without hidden controls and not too long, pictures small enough to decode. Pure.

Turns no text into another: a value is printed as it is stored, or refused.
"""

from __future__ import annotations

import base64
import io
import re
import unicodedata
from collections.abc import Iterator
from datetime import date

from PIL import Image, ImageOps

from specs.errors import Fault, Invalid

MAX_PICTURE_BYTES = 8 * 1024 * 1024
MAX_PICTURE_PIXELS = 25_000_000
_PICTURE_FORMATS = ("JPEG", "PNG", "JPEG2000", "WEBP", "TIFF")
"""What cameras and scanners give; Pillow would start other programs for some other formats."""
_CLAUSE = "READING, Intake: 8 MiB, 25 megapixels"
_UNSEEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_JOINERS = {"\u200c", "\u200d"}
"""The two format characters that Arabic spelling itself uses."""
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def text_faults(field: str, value: str, maximum_characters: int, *, required: bool = True) -> Iterator[Fault]:
    """Faults of one printed value: empty, too long, or holding characters that are not seen (bidi controls too)."""
    if required and not value.strip():
        yield Fault("documents.text.empty", "القيمة فارغة", "the value is empty", field=field)
    if len(value) > maximum_characters:
        yield Fault(
            "documents.text.too_long",
            f"القيمة أطول من {maximum_characters} حرفاً",
            f"the value is longer than {maximum_characters} characters",
            field=field,
        )
    if any(unicodedata.category(c) in _UNSEEN and c not in _JOINERS for c in value):
        yield Fault(
            "documents.text.hidden_character",
            "في القيمة حرف خفي (تحكم أو اتجاه)",
            "the value holds a character that is not seen (a control or a direction mark)",
            field=field,
        )


def date_faults(field: str, value: str, *, partial: bool = False) -> Iterator[Fault]:
    """Faults of an ISO date text. partial: unknown parts may be `00` (year `0000`)."""
    match = _ISO_DATE.fullmatch(value)
    if match is not None:
        year, month, day = match.groups()
        if partial and "00" in (month, day):
            month, day = ("01" if part == "00" else part for part in (month, day))
        if partial and year == "0000":
            year = "2000"
        try:
            date(int(year), int(month), int(day))
        except ValueError:
            match = None
    if match is None:
        yield Fault("documents.date.form", "ليس تاريخاً صحيحاً", "not a date of the form YYYY-MM-DD", field=field)


def date_parts(value: str, unknown_part: str) -> tuple[str, str, str]:
    """Year, month and day of an ISO date text; each digit of an unknown part as `unknown_part`."""
    year, month, day = value.split("-")
    return tuple(unknown_part * len(p) if int(p) == 0 else p for p in (year, month, day))  # type: ignore[return-value]


def decode_picture(
    picture: bytes,
    field: str,
    at_least: tuple[int, int] | None = None,
    maximum_pixels: int = MAX_PICTURE_PIXELS,
) -> Image.Image:
    """The decoded picture, turned as its EXIF says. Raises `Invalid` before decoding one that is too large.

    at_least: width and height that are enough; a larger JPEG is then decoded at a half, a quarter or an eighth.
    """
    if len(picture) > MAX_PICTURE_BYTES:
        raise Invalid(_picture_fault(field, "too_many_bytes", "ملف الصورة أكبر من 8 ميغابايت", "more than 8 MiB"))
    most = f"{maximum_pixels / 1_000_000:g}"
    too_many = _picture_fault(
        field, "too_many_pixels", f"الصورة أكبر من {most} ميغابكسل", f"more than {most} megapixels"
    )
    try:
        image = Image.open(io.BytesIO(picture), formats=_PICTURE_FORMATS)
        if image.width * image.height > maximum_pixels:
            raise Invalid(too_many)
        if at_least is not None:
            image.draft(None, at_least)
        image.load()
        ImageOps.exif_transpose(image, in_place=True)
        return image
    except Invalid:
        raise
    except Image.DecompressionBombError as error:
        raise Invalid(too_many) from error
    except Exception as error:  # Pillow's decoders raise many kinds on broken files
        raise Invalid(
            _picture_fault(field, "unreadable", "تعذرت قراءة الصورة", "the picture cannot be read")
        ) from error


def framed_picture(picture: bytes, width_mm: float, height_mm: float, dpi: int, field: str) -> str:
    """An SVG of that size holding the picture, cropped to the box about its centre, as JPEG of at least `dpi`
    where the picture has as much.

    Raises `Invalid` when it cannot be decoded.
    """
    wide, high = round(width_mm / 25.4 * dpi), round(height_mm / 25.4 * dpi)
    whole = decode_picture(picture, field, (wide, high)).convert("RGB")
    scale = min(whole.width / wide, whole.height / high)  # of the largest box of this shape in the picture
    left, top = (whole.width - wide * scale) / 2, (whole.height - high * scale) / 2
    box = (round(left), round(top), round(left + wide * scale), round(top + high * scale))
    # Whole pixels are merged, at least `dpi` stay: a filter between pixels would cost ten times as much.
    fitted = whole.crop(box).reduce(max(1, int(scale)))
    out = io.BytesIO()
    fitted.save(out, "JPEG", quality=92)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width_mm}mm" height="{height_mm}mm" '
        f'viewBox="0 0 {width_mm} {height_mm}"><image width="{width_mm}" height="{height_mm}" '
        f'href="data:image/jpeg;base64,{base64.b64encode(out.getvalue()).decode()}"/></svg>'
    )


def _picture_fault(field: str, code: str, ar: str, en: str) -> Fault:
    return Fault(f"documents.picture.{code}", ar, f"{field}: {en}", field=field, clause=_CLAUSE)
