"""The portrait: taken in safely, found, framed by the ICAO geometry, compressed to size."""

from __future__ import annotations

import contextlib
import io
import re
import struct
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage.data import astronaut

from issuance.mrtd import portrait as portraits
from issuance.mrtd.detect import DetectedFace, detect_faces
from issuance.mrtd.portrait import Assessment, Portrait, assess, compress, frame_face, prepare_portrait
from issuance.mrtd.portrait_intake import take_in
from specs.errors import Invalid
from specs.load import load
from specs.schema.portrait import PortraitRules

pytestmark = pytest.mark.heavy

RULES = load().passport.editions["2026"].portrait
PICTURE = Image.fromarray(astronaut())  # 512 x 512
# Read off the picture by eye, in its pixels.
EYES, CROWN, CHIN = ((203, 101), (246, 103)), 17, 178


def encoded(picture: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG file of that size whose pixels are missing."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = b"IDAT" + zlib.compress(b"")
    chunks = b"".join(struct.pack(">I", len(c) - 4) + c + struct.pack(">I", zlib.crc32(c)) for c in (chunk, body))
    return b"\x89PNG\r\n\x1a\n" + chunks


def refused(data: bytes, rules: PortraitRules = RULES) -> str:
    """The code of the one fault `data` is refused with; each names the field, its clause and both languages."""
    with pytest.raises(Invalid) as error:
        prepare_portrait(data, rules)
    (fault,) = error.value.faults
    assert fault.field == "portrait"
    assert fault.clause and fault.en and re.search("[ء-ي]", fault.ar)
    return fault.code.removeprefix("passports.portrait.")


@cache
def portrait() -> Portrait:
    return prepare_portrait(encoded(PICTURE), RULES)


def changed(part: str, **values: object) -> PortraitRules:
    return RULES.model_copy(update={part: getattr(RULES, part).model_copy(update=values)})


def test_chip_image_is_jpeg_2000_of_the_specified_size() -> None:
    held = portrait()
    assert held.format == "JPEG2000"
    assert 15_000 < len(held.image) <= RULES.chip_image.maximum_bytes
    decoded = cv2.imdecode(np.frombuffer(held.image, np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == (531, 413, 3)


def test_page_image_is_a_jpeg_of_the_specified_size() -> None:
    decoded = cv2.imdecode(np.frombuffer(portrait().page_image, np.uint8), cv2.IMREAD_COLOR)
    assert decoded.shape == (1062, 826, 3)


def test_head_and_eyes_lie_where_the_icao_geometry_asks() -> None:
    (face,) = detect_faces(PICTURE)
    frame = frame_face(face, PICTURE.size, RULES)
    assert frame is not None
    assert frame.width / frame.height == pytest.approx(35 / 45)
    assert 0.70 <= (CHIN - CROWN) / frame.height <= 0.80
    left, right = (frame.place(eye, 413, 531) for eye in EYES)
    assert 0.45 <= (left[0] + right[0]) / 2 / 413 <= 0.55
    assert 0.50 <= 1 - (left[1] + right[1]) / 2 / 531 <= 0.70
    assert frame.place((0, CROWN), 413, 531)[1] > 0
    assert frame.place((0, CHIN), 413, 531)[1] < 531


def test_eyes_are_reported_in_pixels_of_the_chip_image() -> None:
    (face,) = detect_faces(PICTURE)
    frame = frame_face(face, PICTURE.size, RULES)
    assert frame is not None
    for found, read in zip(portrait().eyes, EYES, strict=True):
        assert found == pytest.approx(frame.place(read, 413, 531), abs=12)  # 12 pixels are 1 mm


@pytest.mark.slow
def test_same_bytes_and_rules_give_the_same_portrait_also_in_threads() -> None:
    data = encoded(PICTURE)
    with ThreadPoolExecutor(2) as pool:
        assert set(pool.map(lambda _: assess(data, RULES).portrait, range(3))) == {assess(data, RULES).portrait}


def test_a_picture_judged_last_is_not_judged_again_but_by_other_rules_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[bytes] = []
    judge = portraits.assess

    def counting(data: bytes, rules: PortraitRules) -> Assessment:
        looked.append(data)
        return judge(data, rules)

    monkeypatch.setattr(portraits, "assess", counting)
    data, stricter = encoded(PICTURE.crop((2, 2, *PICTURE.size))), changed("chip_image", width_px=400)
    first = prepare_portrait(data, RULES)
    assert prepare_portrait(bytes(data), RULES) is first
    assert len(looked) == 1
    assert prepare_portrait(data, stricter).width_px == 400
    assert len(looked) == 2


def test_a_coarse_picture_is_taken_with_a_warning() -> None:
    assert [fault.code for fault in portrait().warnings] == ["passports.portrait.coarse"]
    assert portrait().eye_distance_px == pytest.approx(43, abs=3)


def test_the_specification_decides_format_and_size() -> None:
    rules = changed("chip_image", format="JPEG", maximum_bytes=12_000, width_px=350, height_px=450)
    held = prepare_portrait(encoded(PICTURE), rules)
    assert held.format == "JPEG"
    assert held.image.startswith(b"\xff\xd8\xff")
    assert len(held.image) <= 12_000
    assert Image.open(io.BytesIO(held.image)).size == (350, 450)


@pytest.mark.slow
@pytest.mark.parametrize("into", ["JPEG", "JPEG2000"])
def test_an_image_that_cannot_be_that_small_is_refused(into: str) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (531, 413, 3), np.uint8))
    with pytest.raises(Invalid, match=r"portrait\.incompressible"):
        compress(noise, into, 60, RULES)


@pytest.mark.parametrize("maximum", [3_000, 8_000, 20_000])
def test_noise_is_compressed_to_every_size_asked_for(maximum: int) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (531, 413, 3), np.uint8))
    assert 0.8 * maximum < len(compress(noise, "JPEG2000", maximum, RULES)) <= maximum


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_picture_is_set_upright(orientation: int) -> None:
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    upright = PICTURE.crop((0, 0, 450, 512))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = upright if undo is None else upright.transpose(undo)
    assert take_in(encoded(stored, exif=exif), RULES).tobytes() == upright.tobytes()


def test_every_pixel_format_becomes_eight_bit_colour() -> None:
    grey = PICTURE.convert("L")
    deep = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    assert take_in(encoded(deep), RULES).tobytes() == grey.convert("RGB").tobytes()
    for other in (grey, PICTURE.convert("P"), PICTURE.convert("RGBA"), grey.convert("LA"), grey.convert("1")):
        assert take_in(encoded(other), RULES).mode == "RGB"
    ink = take_in(encoded(PICTURE.convert("CMYK"), "JPEG", quality=95), RULES)
    assert np.abs(np.asarray(ink).astype(int) - np.asarray(PICTURE)).mean() < 3


def test_transparent_parts_show_the_background_of_the_specification() -> None:
    clear = Image.new("RGBA", (512, 512), (255, 0, 0, 0))
    assert take_in(encoded(clear), RULES).getpixel((0, 0)) == RULES.background.fill_rgb


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize("size", [(10_000, 10_000), (5_001, 5_000), (60_000, 60_000), (2**31 - 1, 2**31 - 1)])
def test_a_pixel_bomb_is_refused_before_decoding(size: tuple[int, int]) -> None:
    started = time.perf_counter()
    assert refused(png_header(*size)) == "too_many_pixels"
    assert time.perf_counter() - started < 0.25


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_a_real_hundred_megapixel_picture_is_refused_before_decoding() -> None:
    bomb = encoded(Image.new("1", (10_000, 10_000)))
    started = time.perf_counter()
    assert refused(bomb) == "too_many_pixels"
    assert time.perf_counter() - started < 0.25


def test_a_file_of_too_many_bytes_is_refused() -> None:
    assert refused(b"\xff\xd8\xff" + bytes(RULES.intake.maximum_bytes)) == "too_many_bytes"


@pytest.mark.parametrize("kind", ["GIF", "BMP", "TIFF", "WEBP", "JPEG2000"])
def test_another_format_is_refused_by_content(kind: str) -> None:
    assert refused(encoded(PICTURE, kind)) == "wrong_format"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"%PDF-1.7", "wrong_format"),
        (b"\x00" * 1000, "wrong_format"),
        (b"\xff\xd8\xff", "damaged"),
        (b"\xff\xd8\xff" + b"\xaa" * 1000, "damaged"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (png_header(600, 600), "damaged"),
    ],
)
def test_bytes_that_are_no_picture_are_refused(data: bytes, code: str) -> None:
    assert refused(data) == code


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@pytest.mark.parametrize("kept", [0.05, 0.5, 0.98])
def test_a_truncated_file_is_refused(kind: str, kept: float) -> None:
    data = encoded(PICTURE, kind)
    assert refused(data[: int(len(data) * kept)]) == "damaged"


def test_a_jpeg_of_endless_scans_is_refused_before_decoding() -> None:
    data = encoded(PICTURE, "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    started = time.perf_counter()
    assert refused(data[:last] + data[last:-2] * 40 + data[-2:]) == "damaged"
    assert time.perf_counter() - started < 0.25
    assert take_in(data, RULES).size == PICTURE.size


def test_a_small_picture_is_refused() -> None:
    assert refused(encoded(PICTURE.resize((399, 512)))) == "too_small"
    assert refused(encoded(PICTURE.resize((512, 499)))) == "too_small"


def test_a_picture_without_a_face_is_refused() -> None:
    assert refused(encoded(Image.new("RGB", (600, 700), (200, 200, 200)))) == "no_face"
    assert refused(encoded(PICTURE.rotate(180))) == "no_face"


def test_a_picture_of_two_persons_is_refused() -> None:
    both = Image.new("RGB", (1024, 512))
    both.paste(PICTURE, (0, 0))
    both.paste(PICTURE.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (512, 0))
    assert refused(encoded(both)) == "several_faces"


def test_a_face_of_too_few_pixels_is_refused() -> None:
    ground = Image.new("RGB", (500, 500), (200, 200, 200))
    ground.paste(PICTURE.resize((300, 300)), (100, 100))
    assert refused(encoded(ground)) == "face_too_small"


def test_a_tilted_head_is_refused() -> None:
    assert refused(encoded(PICTURE.rotate(15, Image.Resampling.BICUBIC, center=(225, 110)))) == "tilted"


def test_a_head_at_the_border_is_refused() -> None:
    ground = PICTURE.crop((0, 20, 512, 512)).resize((1024, 984))
    ground = ground.crop((330, 0, 1024, 984))
    assert refused(encoded(ground)) == "head_at_border"


def test_a_frame_moves_within_its_limits_before_it_is_refused() -> None:
    # A face box of 200 is a head of 320 and, at 75 percent, a frame of 426.7 high, eyes at 192 from its top.
    def face(eye_line: float) -> DetectedFace:
        return DetectedFace(400, eye_line - 80, 200, (456, eye_line), (544, eye_line), eyes_found=True)

    free = frame_face(face(500), (1000, 1000), RULES)
    assert free is not None
    assert (free.top, free.height) == (pytest.approx(308), pytest.approx(426.67, abs=0.01))
    moved = frame_face(face(150), (1000, 1000), RULES)  # eye line at 65 percent: within 70
    assert moved is not None
    assert moved.top == 0
    assert frame_face(face(100), (1000, 1000), RULES) is None  # at 77 percent, or 75 with the largest head


@pytest.mark.filterwarnings("ignore::UserWarning")  # what Pillow thinks of broken EXIF blocks
@settings(max_examples=60, deadline=None)
@given(st.sampled_from(["PNG", "JPEG"]), st.data())
def test_mutated_pictures_end_in_a_picture_or_a_typed_error(kind: str, data: st.DataObject) -> None:
    damaged = bytearray(_small_files()[kind])
    for _ in range(data.draw(st.integers(1, 6))):
        damaged[data.draw(st.integers(0, min(len(damaged), 700) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Invalid):
        assert take_in(bytes(damaged), RULES).mode == "RGB"


@cache
def _small_files() -> dict[str, bytes]:
    exif = Image.Exif()
    exif[0x0112] = 6
    small = PICTURE.resize((500, 500))
    return {kind: encoded(small, kind, exif=exif) for kind in ("PNG", "JPEG")}
