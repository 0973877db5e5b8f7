"""Write QR codes; read barcodes from untrusted pictures, twice: zxing-cpp here, zbar in a child that may die.

Says nothing about what a code means. Every picture is bounded before it is decoded.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import zxingcpp

from issuance.documents.children import texts_read_by
from issuance.documents.printable import MAX_PICTURE_PIXELS, decode_picture
from specs.errors import Fault, Invalid

CHILD_SECONDS = 10
CHILD_MEMORY_BYTES = 1536 * 1024 * 1024


def qr_svg(
    text: str,
    *,
    error_correction: Literal["L", "M", "Q", "H"],
    size_mm: float,
    quiet_zone_modules: int,
) -> str:
    """An SVG of a QR code. size_mm: the code without its quiet zone, which is drawn around it.

    Raises `Invalid` when the text does not fit a QR code at this level.
    """
    try:
        # zxing-cpp writes in 3 ms what segno writes in 60; the tests read it back by zbar, which shares no code with it
        code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=error_correction)
    except ValueError as error:
        raise Invalid(
            Fault(
                "documents.qr.too_long",
                "النص أطول من سعة الرمز",
                "the text does not fit the code",
                clause="ISO/IEC 18004",
            )
        ) from error
    dark = np.array(code.to_image(scale=1, add_quiet_zones=False)) == 0
    modules = len(dark)
    whole_mm = size_mm / modules * (modules + 2 * quiet_zone_modules)
    edges = np.argwhere(
        np.diff(dark.astype(np.int8), axis=1, prepend=0, append=0)
    )  # in each row: begin, end, begin, ...
    runs = [f"M{x} {y}h{end - x}v1h-{end - x}z" for (y, x), (_, end) in edges.reshape(-1, 2, 2).tolist()]
    side = modules + 2 * quiet_zone_modules
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole_mm:.4f}mm" height="{whole_mm:.4f}mm" '
        f'viewBox="-{quiet_zone_modules} -{quiet_zone_modules} {side} {side}" shape-rendering="crispEdges">'
        f'<rect x="-{quiet_zone_modules}" y="-{quiet_zone_modules}" width="{side}" height="{side}" fill="#fff"/>'
        f'<path d="{"".join(runs)}" fill="#000"/></svg>'
    )


def read_barcodes(image: bytes, maximum_pixels: int = MAX_PICTURE_PIXELS) -> list[str | bytes]:
    """The content of every code either reader finds, each once: text, or bytes where the content is no text.

    Raises `Invalid` for a picture that is too large (8 MiB, `maximum_pixels`) or cannot be decoded.
    """
    found = read_with_zxing(image, maximum_pixels)
    if not found:
        found = list(_in_a_child(image))
    return found


def read_with_zxing(image: bytes, maximum_pixels: int = MAX_PICTURE_PIXELS) -> list[str | bytes]:
    """What zxing-cpp reads (QR, DataMatrix and others; binary content too)."""
    grey = decode_picture(image, "image", maximum_pixels=maximum_pixels).convert("L")
    found: list[str | bytes] = []
    for code in zxingcpp.read_barcodes(grey):
        if code.valid:
            binary = code.content_type == zxingcpp.ContentType.Binary
            content: str | bytes = bytes(code.bytes) if binary else code.text
            if content not in found:
                found.append(content)
    return found


def read_with_zbar(image: bytes) -> list[str]:
    """What zbar reads, as a citizen's phone would: text QR only; [] when it aborts or takes too long."""
    decode_picture(image, "image")  # the same bounds and errors here, before a child is started
    return _in_a_child(image)


def _in_a_child(image: bytes) -> list[str]:
    return texts_read_by("issuance.documents.zbar_child", image, seconds=CHILD_SECONDS, memory_bytes=CHILD_MEMORY_BYTES)
