"""Whether the scan of a page shows the page that was ordered: laid over it and compared tile by tile. Pure.

Finds what a reader of text does not: another portrait, a letter where a filler belongs. Says where, not what.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from issuance.documents.printable import decode_picture

Grey = NDArray[np.uint8]
_WIDTH: Final = 1480
"""Pixels both pages are compared at: 300 dpi of a passport's page; the smallest letter has 20 of them."""
_LEAST_WIDTH: Final = 700
_TILE: Final = (40, 30)  # across, down: a cell of the machine readable zone and a little more
_REACH: Final = 6  # pixels a tile may lie off after laying over
_EDGE: Final = 12  # pixels of the page that a scan may cut off
_SMOOTH: Final = 1.6
_INK: Final = 14.0  # grey levels of spread; paper and fine lines have less
_LEAST_FEATURES: Final = 60
_SAME: Final = 0.80  # correlation of a tile with what was ordered: alike 0.93 and more, a K for a filler 0.67
_SCAN_IS_FIT: Final = 0.96  # of the middle tile; below it, the scan is blurred, creased or of something else


@dataclass(frozen=True, slots=True)
class PageComparison:
    """fit False: the scan is too poor to say anything. upright: the page alone, cut out of the scan, PNG; differing:
    where, left and top in thousandths of the page."""

    fit: bool
    upright: bytes = b""
    differing: tuple[tuple[int, int], ...] = ()


def compare_pages(ordered: bytes, scan: bytes) -> PageComparison:
    """Both as PNG or JPEG; the scan may lie askew, on a bed, at another resolution. Raises `Invalid`: no picture."""
    meant, seen = _grey(ordered, "ordered"), _grey(scan, "page")
    if seen.shape[1] < _LEAST_WIDTH:
        return PageComparison(False)
    laid = _laid_over(meant, seen)
    if laid is None:
        return PageComparison(False)
    shares = _tiles(_smooth(meant), _smooth(laid))
    if not shares or float(np.median([share for _, share in shares])) < _SCAN_IS_FIT:
        return PageComparison(False)
    high, wide = meant.shape
    places = ((round(1000 * x / wide), round(1000 * y / high)) for (x, y), share in shares if share < _SAME)
    return PageComparison(True, cv2.imencode(".png", laid)[1].tobytes(), tuple(places))


def _grey(picture: bytes, name: str) -> Grey:
    page = decode_picture(picture, name).convert("L")
    high = round(page.height * _WIDTH / page.width)
    return np.asarray(page.resize((_WIDTH, high)) if page.width > _WIDTH else page, dtype=np.uint8)


def _laid_over(meant: Grey, seen: Grey) -> Grey | None:
    """The scan turned and stretched so that it lies on the page as ordered; None where too little of it agrees."""
    finder = cv2.ORB.create(nfeatures=2000, fastThreshold=12)
    points, marks = finder.detectAndCompute(meant, np.full_like(meant, 255))
    others, other_marks = finder.detectAndCompute(seen, np.full_like(seen, 255))
    if marks is None or other_marks is None:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(other_marks, marks)
    if len(pairs) < _LEAST_FEATURES:
        return None
    source = np.array([others[pair.queryIdx].pt for pair in pairs], np.float32)
    target = np.array([points[pair.trainIdx].pt for pair in pairs], np.float32)
    turn, agreeing = cv2.findHomography(source, target, cv2.RANSAC, 4.0)
    if turn is None or int(np.count_nonzero(agreeing)) < _LEAST_FEATURES:
        return None
    high, wide = meant.shape
    covered: Any = cv2.warpPerspective(np.full_like(seen, 255), turn, (wide, high))
    if float(np.mean(covered[_EDGE:-_EDGE, _EDGE:-_EDGE] > 0)) < 1:
        return None  # part of the page lies outside the picture
    laid: Any = cv2.warpPerspective(seen, turn, (wide, high), flags=cv2.INTER_CUBIC, borderValue=255.0)
    return np.asarray(laid, dtype=np.uint8)


def _smooth(page: Grey) -> Grey:
    smooth: Any = cv2.GaussianBlur(page, (0, 0), _SMOOTH)
    return np.asarray(smooth, dtype=np.uint8)


def _tiles(meant: Grey, laid: Grey) -> list[tuple[tuple[int, int], float]]:
    """Each tile with ink on either page, by its left top corner, and how well the two agree there at best, -1 to 1."""
    wide, high = _TILE
    found = []
    for y in range(_REACH, meant.shape[0] - high - _REACH, high // 2):
        for x in range(_REACH, meant.shape[1] - wide - _REACH, wide // 2):
            tile = meant[y : y + high, x : x + wide]
            around = laid[y - _REACH : y + high + _REACH, x - _REACH : x + wide + _REACH]
            inked, seen = float(tile.std()), float(laid[y : y + high, x : x + wide].std())
            if max(inked, seen) < _INK:
                continue
            if min(inked, seen) < _INK / 3:
                found.append(((x, y), -1.0))
                continue
            found.append(((x, y), float(cv2.matchTemplate(around, tile, cv2.TM_CCOEFF_NORMED).max())))
    return found
