"""Write QR codes; read barcodes from untrusted pictures, twice: zxing-cpp here, zbar in a child that may die.

Says nothing about what a code means. Every picture is bounded before it is decoded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import zxingcpp
from numpy.typing import NDArray

from issuance.documents.children import texts_read_by
from issuance.documents.printable import MAX_PICTURE_PIXELS, decode_picture
from keys.vds import MAGIC
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
    modules = _modules(text, error_correction)
    return _svg(modules, size_mm / len(modules), quiet_zone_modules)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A code as a picture. side_mm: of its square, the quiet zone within."""

    svg: str
    side_mm: float


def octets_qr(
    octets: bytes, *, error_correction: Literal["L", "M", "Q", "H"], module_mm: float, quiet_zone_modules: int
) -> Drawn:
    """A QR code of octets as they are, with modules of this size. Raises `Invalid` as `qr_svg`."""
    modules = _modules(octets, error_correction)
    side_mm = (len(modules) + 2 * quiet_zone_modules) * module_mm
    return Drawn(_svg(modules, module_mm, quiet_zone_modules), side_mm)


def _modules(content: str | bytes, error_correction: Literal["L", "M", "Q", "H"]) -> NDArray[np.bool_]:
    """Dark modules, rows by columns."""
    try:
        # zxing-cpp writes in 3 ms what segno writes in 60; the tests read it back by zbar, which shares no code with it
        code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode, ec_level=error_correction)
    except ValueError as error:
        raise Invalid(
            Fault(
                "documents.qr.too_long",
                "النص أطول من سعة الرمز",
                "the text does not fit the code",
                clause="ISO/IEC 18004",
            )
        ) from error
    dark: NDArray[np.bool_] = np.array(code.to_image(scale=1, add_quiet_zones=False)) == 0
    return dark


def _svg(dark: NDArray[np.bool_], module_mm: float, quiet_zone_modules: int) -> str:
    side = len(dark) + 2 * quiet_zone_modules
    whole_mm = module_mm * side
    edges = np.argwhere(
        np.diff(dark.astype(np.int8), axis=1, prepend=0, append=0)
    )  # in each row: begin, end, begin, ...
    runs = [f"M{x} {y}h{end - x}v1h-{end - x}z" for (y, x), (_, end) in edges.reshape(-1, 2, 2).tolist()]
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
        found = _in_a_child(image)
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


def read_with_zbar(image: bytes) -> list[str | bytes]:
    """What zbar reads, as a citizen's phone would: QR only; [] when it aborts or takes too long."""
    decode_picture(image, "image")  # the same bounds and errors here, before a child is started
    return _in_a_child(image)


def _in_a_child(image: bytes) -> list[str | bytes]:
    module = "issuance.documents.zbar_child"
    return [
        _octets(text) for text in texts_read_by(module, image, seconds=CHILD_SECONDS, memory_bytes=CHILD_MEMORY_BYTES)
    ]


def _octets(text: str) -> str | bytes:
    """zbar gives everything as text: octets that are no UTF-8 as Latin-1, among them every digital seal."""
    if not text.startswith(chr(MAGIC)):
        return text
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return text
