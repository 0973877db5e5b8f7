"""Each limit of a portrait: a copy of one good picture that breaks just that limit is named by it, with its number."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageFilter
from skimage.color import rgb2lab
from skimage.data import astronaut

from issuance.mrtd.detect import detect_faces
from issuance.mrtd.portrait import Assessment, assess, prepare_portrait
from issuance.mrtd.portrait_quality import sharpness, to_lab
from specs.errors import Invalid
from specs.load import load

pytestmark = pytest.mark.heavy

RULES = load().passport.editions["2026"].portrait
PICTURE = Image.fromarray(astronaut())
PIXELS = np.asarray(PICTURE, dtype=float)


def seen(picture: Image.Image) -> Assessment:
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=1)
    return assess(out.getvalue(), RULES)


def codes(assessed: Assessment, result: str) -> set[str | None]:
    return {check.code for check in assessed.checks if check.result == result}


def blurred(radius: float) -> Image.Image:
    return PICTURE.filter(ImageFilter.GaussianBlur(radius))


def lit(factor: float) -> Image.Image:
    return ImageEnhance.Brightness(PICTURE).enhance(factor)


def tinted(red: float, green: float, blue: float) -> Image.Image:
    return Image.fromarray((PIXELS * (red, green, blue)).clip(0, 255).astype(np.uint8))


def noisy(deviation: float) -> Image.Image:
    noise = np.random.default_rng(0).normal(0, deviation, PIXELS.shape)
    return Image.fromarray((PIXELS + noise).clip(0, 255).astype(np.uint8))


def test_a_good_picture_keeps_every_limit_and_says_each_number() -> None:
    held = seen(PICTURE)
    assert held.portrait is not None
    assert codes(held, "fail") == set()
    assert codes(held, "warning") == {"coarse"}
    assert [check.id for check in held.checks] == [
        "faces", "eye_distance", "roll", "eyes", "head_height", "eye_line", "centre", "sharpness", "brightness",
        "black_areas", "white_areas", "contrast", "colour", "red_green", "yellow_blue", "background",
        "background_colour", "background_evenness",
    ]  # fmt: skip
    for check in held.checks:
        assert check.measured is not None
        assert check.minimum is not None or check.maximum is not None
        assert check.clause and check.en and re.search("[ء-ي]", check.ar)
        assert re.search(r"\d", check.en) and re.search(r"\d", check.ar)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda: blurred(1.5), "blurred"),
        (lambda: blurred(3), "blurred"),
        (lambda: lit(0.25), "too_dark"),
        (lambda: lit(1.5), "burnt_out"),
        (
            lambda: Image.fromarray(np.where(PIXELS.min(axis=2, keepdims=True) < 150, 0, PIXELS).astype(np.uint8)),
            "black_areas",
        ),
        (lambda: ImageEnhance.Contrast(PICTURE).enhance(0.2), "flat"),
        (lambda: PICTURE.convert("L"), "no_colour"),
        (lambda: PICTURE.rotate(15, Image.Resampling.BICUBIC, center=(225, 110)), "tilted"),
        (lambda: PICTURE.crop((0, 20, 512, 512)).resize((1024, 984)).crop((330, 0, 1024, 984)), "head_at_border"),
    ],
    ids=["blur", "more-blur", "dark", "burnt", "black", "flat", "grey", "tilt", "cropped"],
)
def test_a_picture_beyond_a_limit_is_refused_by_its_name(change: Callable[[], Image.Image], code: str) -> None:
    held = seen(change())
    assert held.portrait is None
    assert code in codes(held, "fail")
    assert f"passports.portrait.{code}" in {fault.code for fault in held.failed}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda: blurred(1), "blurred"),
        (lambda: noisy(25), "grainy"),
        (lambda: tinted(1.3, 0.8, 0.8), "colour_cast"),
        (lambda: tinted(0.7, 0.8, 1.2), "colour_cast"),
        (lambda: tinted(1.15, 1.05, 0.6), "background_coloured"),
        (lambda: lit(0.6), "background_dark"),
        (lambda: noisy(25), "background_uneven"),
    ],
    ids=["blur", "noise", "red", "blue", "yellow-ground", "dark-ground", "uneven-ground"],
)
def test_what_an_officer_may_take_is_a_warning(change: Callable[[], Image.Image], code: str) -> None:
    held = seen(change())
    assert held.portrait is not None
    assert code in codes(held, "warning")
    assert f"passports.portrait.{code}" in {fault.code for fault in held.portrait.warnings}


def test_the_specification_says_whether_a_limit_refuses() -> None:
    tone = RULES.background_tone.model_copy(update={"level": "fail", "minimum_lightness": 90.0})
    out = io.BytesIO()
    PICTURE.save(out, "PNG")
    with pytest.raises(Invalid, match="background_dark"):
        prepare_portrait(out.getvalue(), RULES.model_copy(update={"background_tone": tone}))


def test_every_limit_that_is_not_kept_is_named_at_once() -> None:
    held = seen(ImageEnhance.Brightness(blurred(2).convert("L")).enhance(0.22))
    assert {"blurred", "too_dark", "no_colour"} <= codes(held, "fail")


def test_sharpness_means_the_same_of_a_fine_and_of_a_coarse_camera() -> None:
    face = detect_faces(PICTURE)[0]
    large = PICTURE.resize((1536, 1536), Image.Resampling.LANCZOS)
    same = sharpness(large, detect_faces(large)[0], 40)
    assert same == pytest.approx(sharpness(PICTURE, face, 40), rel=0.1)
    dim = ImageEnhance.Brightness(PICTURE).enhance(0.5)
    assert sharpness(dim, face, 60) == pytest.approx(sharpness(PICTURE, face, 60), rel=0.03)


@settings(max_examples=50, deadline=None)
@given(st.tuples(*[st.integers(0, 255)] * 3))
def test_colours_are_those_of_another_implementation(colour: tuple[int, int, int]) -> None:
    expected = rgb2lab(np.array([[colour]], dtype=np.uint8))[0, 0]
    assert to_lab(np.array(colour, dtype=float)) == pytest.approx(expected, abs=0.05)
