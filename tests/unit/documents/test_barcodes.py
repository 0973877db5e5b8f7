from __future__ import annotations

import io
import struct
import zlib

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from issuance.documents import barcodes
from issuance.documents.barcodes import qr_svg, read_barcodes, read_with_zbar
from issuance.documents.raster import page_png
from issuance.documents.readback import read_mrz_text
from specs.errors import Invalid


def picture_of(code: zxingcpp.Barcode) -> bytes:
    out = io.BytesIO()
    Image.fromarray(code.to_image(scale=4)).save(out, "PNG")
    return out.getvalue()


def bomb(width: int, height: int) -> bytes:
    """A PNG that only claims to be large."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def test_binary_content_comes_back_as_bytes() -> None:
    content = bytes([0xDC, 0x03, 0xD9, 0xC5, 0x00, 0xFF, 0x80])
    code = zxingcpp.create_barcode(content, zxingcpp.BarcodeFormat.QRCode)
    assert read_barcodes(picture_of(code)) == [content]


def test_the_quiet_zone_is_outside_the_ordered_size() -> None:
    # version 1 has 21 modules (ISO/IEC 18004): 42 mm give 2 mm a module, 4 modules on each side 58 mm in all
    svg = qr_svg("A", error_correction="Q", size_mm=42, quiet_zone_modules=4)
    assert 'width="58.0000mm"' in svg
    assert 'viewBox="-4 -4 29 29"' in svg


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("side", [10_000, 60_000])
@pytest.mark.parametrize("reader", [read_barcodes, read_with_zbar, read_mrz_text])
def test_a_hundred_megapixels_are_refused_before_decoding(reader: object, side: int) -> None:
    with pytest.raises(Invalid) as caught:
        reader(bomb(side, side))  # type: ignore[operator]
    assert caught.value.faults[0].code == "documents.picture.too_many_pixels"


def test_nine_mebibytes_are_refused() -> None:
    with pytest.raises(Invalid):
        read_barcodes(b"\0" * (9 * 1024 * 1024))


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_end_in_a_typed_error(content: bytes) -> None:
    with pytest.raises(Invalid):
        read_barcodes(content)


def test_a_child_that_dies_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(barcodes, "CHILD_MEMORY_BYTES", 10_000_000)  # Python itself cannot start in this
    code = zxingcpp.create_barcode("text", zxingcpp.BarcodeFormat.QRCode)
    assert read_with_zbar(picture_of(code)) == []


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7\n", b"x" * 100])
def test_a_broken_pdf_has_no_page(content: bytes) -> None:
    with pytest.raises(Invalid):
        page_png(content)
