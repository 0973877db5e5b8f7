"""Synthetic pages for readers: people nobody is, valid zones, 33 named degradations in 5 seeds.

Equal arguments give an equal page.

    for page in pages():          # 165 TD3 pages
        reader.read(page.grey)    # against page.lines

Nothing here is tuned to a reader; the 165 pages are for measuring and are never trained on (`tests/training/ocrb.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.bench.pages.degrade import DEGRADATIONS, Sheet
from tests.bench.pages.draw import DOTS_PER_MM, draw
from tests.bench.pages.people import zone

__all__ = ["DEGRADATIONS", "SEEDS", "Page", "page", "pages"]

SEEDS = range(5)


@dataclass(frozen=True, slots=True)
class Page:
    """format: TD1, TD2 or TD3; lines: the zone that was drawn; picture: uint8 (height, width, 3), RGB."""

    format: str
    degradation: str
    seed: int
    lines: tuple[str, ...]
    picture: NDArray[np.uint8]

    @property
    def name(self) -> str:
        return f"{self.format.lower()}_{self.degradation}_{self.seed}"

    @property
    def grey(self) -> NDArray[np.uint8]:
        """uint8 (height, width)."""
        return np.asarray(cv2.cvtColor(self.picture, cv2.COLOR_RGB2GRAY), np.uint8)

    def png(self) -> bytes:
        """The picture as a lossless file."""
        done, data = cv2.imencode(".png", self.picture[:, :, ::-1], [cv2.IMWRITE_PNG_COMPRESSION, 1])
        assert done
        return bytes(data)


def page(degradation: str, seed: int, format_name: str = "TD3") -> Page:
    """The page of that name. KeyError for a degradation or format that is not known."""
    change = DEGRADATIONS[degradation]
    number = sorted(DEGRADATIONS).index(degradation)
    lines = zone(format_name, number * 1000 + seed)
    dice = np.random.default_rng([number, seed, len(lines), len(lines[0])])
    sheet = draw(format_name, lines, dice)
    return Page(format_name, degradation, seed, lines, change(Sheet(sheet, DOTS_PER_MM), dice).picture)


def pages(format_name: str = "TD3") -> Iterator[Page]:
    """Every degradation in every seed, one page at a time."""
    for degradation in DEGRADATIONS:
        for seed in SEEDS:
            yield page(degradation, seed, format_name)
