"""Our own OCR-B reader: small, exact on clean pages of every format in every turn, and at ease with any picture."""

from __future__ import annotations

import time

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from issuance.border.reading.ocrb import MODEL, OcrbReader
from issuance.border.reading.strip import ALPHABET
from tests.bench.pages import page
from tests.bench.pages.draw import draw
from tests.training import lines as training

pytestmark = pytest.mark.heavy

WHOLE_ALPHABET = ("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<<<<<<<<", "0O1I2Z5S8B6G<9Q7TDCLJKXVYUWMNHAERFP34<<<<<<<")


@pytest.fixture(scope="module")
def reader() -> OcrbReader:
    return OcrbReader()


def test_model_stays_under_a_megabyte() -> None:
    assert MODEL.stat().st_size < 1_000_000


@pytest.mark.parametrize("format_name", ["TD1", "TD2", "TD3"])
@pytest.mark.parametrize("quarters", range(4))
def test_clean_page_of_each_format_is_read_exactly_in_each_turn(
    reader: OcrbReader, format_name: str, quarters: int
) -> None:
    drawn = page("clean_200", quarters, format_name)
    assert reader.read(np.rot90(drawn.grey, quarters))[0] == drawn.lines


def test_every_character_of_the_alphabet_is_told_from_every_other(reader: OcrbReader) -> None:
    """Lines no zone has, so that neither habit nor format can help."""
    drawn = draw("TD3", WHOLE_ALPHABET, np.random.default_rng(5))
    assert reader.read(cv2.cvtColor(drawn, cv2.COLOR_RGB2GRAY)) == [WHOLE_ALPHABET]
    assert set("".join(WHOLE_ALPHABET)) == set(ALPHABET)


@pytest.mark.parametrize(
    "name", ["blur_light", "jpeg_30", "tilted", "perspective_top", "uneven_light", "desk", "noise", "cropped"]
)
def test_what_offices_and_telephones_do_to_a_page_is_read_through(reader: OcrbReader, name: str) -> None:
    drawn = page(name, 0)
    assert reader.read(drawn.grey)[0] == drawn.lines


def test_model_belongs_to_the_strips_it_is_trained_on(reader: OcrbReader) -> None:
    """Windows the training would draw next: the classes of their places, by the model that is shipped."""
    drawn = [training.sample(np.random.default_rng([424_242, n])) for n in range(40)]
    scores = reader._session.run(None, {"strips": np.stack([strip for strip, _ in drawn])[:, None]})[0]
    truth = np.stack([classes for _, classes in drawn])
    assert float((scores.argmax(1) == truth)[truth >= 0].mean()) > 0.9
    assert training.strip.ALPHABET == ALPHABET


@settings(max_examples=40, deadline=None)
@given(arrays(np.uint8, st.tuples(st.integers(0, 130), st.integers(0, 130))))
def test_any_small_array_is_answered(reader: OcrbReader, grey: np.ndarray) -> None:
    assert isinstance(reader.read(grey), list)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32), st.integers(24, 900), st.integers(24, 900), st.sampled_from(["noise", "bars", "blocks"]))
def test_any_texture_is_answered_in_the_alphabet_of_zones(
    reader: OcrbReader, seed: int, high: int, wide: int, kind: str
) -> None:
    dice = np.random.default_rng(seed)
    grey = dice.integers(0, 256, (high, wide), np.uint8)
    if kind == "bars":
        grey = np.repeat(grey[:1], high, 0)
    if kind == "blocks":
        grey = cv2.resize(grey[: high // 12 + 1, : wide // 12 + 1], (wide, high), interpolation=cv2.INTER_NEAREST)
    for lines in reader.read(grey):
        assert len(lines) in (2, 3)
        assert set("".join(lines)) <= set(ALPHABET)


def test_a_zone_on_a_quarter_of_a_large_photograph_is_found(reader: OcrbReader) -> None:
    drawn = page("clean_300", 1)
    photograph = np.full((3600, 4800), 90, np.uint8)
    photograph[1500 : 1500 + drawn.grey.shape[0], 2000 : 2000 + drawn.grey.shape[1]] = drawn.grey
    assert reader.read(photograph)[0] == drawn.lines


@pytest.mark.parametrize("content", ["blank", "noise", "stripes"])
def test_the_largest_page_allowed_takes_a_second_or_two(reader: OcrbReader, content: str) -> None:
    """25 megapixels; the bound is loose, since other work shares the core."""
    grey = np.full((5000, 5000), 255, np.uint8)
    if content == "noise":
        grey = np.random.default_rng(1).integers(0, 256, grey.shape, np.uint8)
    if content == "stripes":
        grey[:, ::20] = grey[::50] = 0
    began = time.process_time()
    assert isinstance(reader.read(grey), list)
    assert time.process_time() - began < 3


def test_opencv_keeps_its_threads_for_others(reader: OcrbReader) -> None:
    before = cv2.getNumThreads()
    reader.read(page("clean_100", 0).grey)
    assert cv2.getNumThreads() == before
