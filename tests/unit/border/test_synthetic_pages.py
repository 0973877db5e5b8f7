"""The generated pages are what the measurements say they are: valid zones, real pitch, the same every time."""

from __future__ import annotations

import numpy as np
import pytest

from issuance.mrtd.mrz import check
from tests.bench.pages import DEGRADATIONS, SEEDS, page
from tests.bench.pages.people import zone

pytestmark = pytest.mark.heavy


def test_there_are_33_degradations_in_5_seeds() -> None:
    assert (len(DEGRADATIONS), len(SEEDS)) == (33, 5)


@pytest.mark.parametrize("format_name", ["TD1", "TD2", "TD3"])
def test_every_zone_drawn_is_valid_by_the_validator(format_name: str) -> None:
    zones = [zone(format_name, seed) for seed in range(300)]
    assert [lines for lines in zones if not check(list(lines)).valid] == []
    assert len(set(zones)) == 300


def test_the_same_page_is_drawn_again_to_the_last_pixel() -> None:
    for name in ("noise", "desk"):
        first, second = page(name, 3), page(name, 3)
        assert first.lines == second.lines
        assert np.array_equal(first.picture, second.picture)
        assert page(name, 4).lines != first.lines


def test_characters_stand_ten_to_the_inch_in_lines_six_and_a_third_millimetres_apart() -> None:
    """Doc 9303-3 §4.4 and 9303-4 §4.2: 2.54 mm are 30 pixels and 6.35 mm are 75 at 300 dpi."""
    ink = page("clean_300", 0).grey[-round(21 * 300 / 25.4) :] < 110
    rows = np.nonzero(np.diff(ink.any(1).astype(int)) == -1)[0]  # where each line ends
    assert np.diff(rows) == pytest.approx([75], abs=1)  # digits reach a little lower than letters
    tail = ink[: rows[0] + 1, -round(55 * 300 / 25.4) :].sum(0).astype(float)  # fillers alone
    tail -= tail.mean()
    assert max(range(15, 60), key=lambda lag: float((tail[lag:] * tail[:-lag]).sum())) == 30
