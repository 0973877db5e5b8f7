"""From a picture to the page: grey, upright, in known millimetres. Pure but for decoding the picture.

A scan shows the page on a dark or a coloured bed: its edges give size and skew. A picture that ends where the page ends
is the page itself. Otherwise only skew and resolution are known, and nothing is said of positions.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from issuance.documents.printable import decode_picture
from issuance.documents.raster import page_grey
from specs.errors import Fault, Invalid

Grey = NDArray[np.uint8]
_INCH_MM: Final = 25.4
_DRAWN_DPI: Final = 300
_BED_RING_SHARE: Final = 0.004  # of the shorter side: how much bed around a page makes a scan
_DARKER_THAN_PAPER: Final = 60  # grey levels between the bed and the paper
_ASPECT_SLACK: Final = 0.03
_LARGEST_SKEW: Final = 8.0
_SEEN_SKEW: Final = 0.25  # degrees; marks of different heights feign less


@dataclass(frozen=True, slots=True)
class Sheet:
    """grey: the page upright, rows by columns, 0 black; px_per_mm: its scale; where edges are known, the page's own.

    width_mm, height_mm: of the page, None where its edges are not seen or the picture states no resolution.
    placed: the picture's corner is the page's corner, so that positions mean something.
    """

    grey: Grey
    px_per_mm: float
    dpi: float | None
    width_mm: float | None
    height_mm: float | None
    skew_degrees: float
    placed: bool


def sheet_of(picture: bytes, width_mm: float, height_mm: float) -> Sheet:
    """The page in a PDF (its first page is drawn), PNG or JPEG. width_mm, height_mm: the page's nominal size, for the
    scale of a picture that states no resolution. Raises `Invalid` for what is no picture."""
    if picture.startswith(b"%PDF-"):
        drawn = Image.open(io.BytesIO(page_grey(picture, dpi=_DRAWN_DPI)), formats=("PPM",))
        return _straight(np.asarray(drawn, dtype=np.uint8), float(_DRAWN_DPI), width_mm, height_mm)
    image = decode_picture(picture, "page")
    dpi = _resolution(image.info.get("dpi"))
    flat = image.convert("RGBA") if image.mode in ("RGBA", "LA", "P") else image.convert("RGB")
    grey = np.asarray(_on_white(flat), dtype=np.uint8)
    if min(grey.shape) < 200:
        raise Invalid(Fault("conform.page.small", "الصورة صغيرة جدًا", "the picture is too small to measure", "page"))
    return _straight(grey, dpi, width_mm, height_mm)


def _on_white(image: object) -> NDArray[np.uint8]:
    """Luminance, what is transparent being white paper."""
    held = np.asarray(image)
    if held.shape[2] == 4:
        alpha = held[:, :, 3:].astype(np.float32) / 255
        held = (held[:, :, :3] * alpha + 255 * (1 - alpha)).astype(np.uint8)
    grey: NDArray[np.uint8] = cv2.cvtColor(np.ascontiguousarray(held), cv2.COLOR_RGB2GRAY)  # type: ignore[assignment]
    return grey


def _resolution(stated: object) -> float | None:
    """Dots per inch where both directions agree and a scanner could mean it."""
    if isinstance(stated, tuple) and len(stated) == 2:
        across, down = (float(value) for value in stated)
        if 100 <= across <= 2500 and abs(across - down) <= 0.01 * across:
            return across
    return None


def _straight(grey: Grey, dpi: float | None, width_mm: float, height_mm: float) -> Sheet:
    corners = _on_a_bed(grey)
    if corners is not None:
        return _cut_out(grey, corners, dpi, width_mm)
    high, wide = grey.shape
    skew = _skew(grey)
    aspect = wide / high / (width_mm / height_mm)
    whole = abs(aspect - 1) < _ASPECT_SLACK and abs(skew) < _SEEN_SKEW
    scale = dpi / _INCH_MM if dpi is not None else wide / width_mm
    if not whole or abs(skew) >= _SEEN_SKEW:
        turn = cv2.getRotationMatrix2D((wide / 2, high / 2), skew, 1)
        grey = cv2.warpAffine(grey, turn, (wide, high), flags=cv2.INTER_CUBIC, borderValue=255).astype(np.uint8)
    known = whole and dpi is not None
    size = (wide / scale if known else None, high / scale if known else None)
    return Sheet(grey, scale, dpi, size[0], size[1], 0.0 if whole else skew, whole)


def _on_a_bed(grey: Grey) -> NDArray[np.float32] | None:
    """The four corners of the page (top left first, clockwise) on a scanner's darker bed; None without one."""
    ring = max(2, round(min(grey.shape) * _BED_RING_SHARE))
    border = np.concatenate(
        [grey[:ring].ravel(), grey[-ring:].ravel(), grey[:, :ring].ravel(), grey[:, -ring:].ravel()]
    )
    bed, paper = float(np.median(border)), float(np.percentile(grey, 90))
    if paper - bed < _DARKER_THAN_PAPER:
        return None
    mask = (grey > (bed + paper) / 2).astype(np.uint8)
    size = max(3, round(min(grey.shape) * 0.02)) | 1
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((size, size), np.uint8)).astype(np.uint8)
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return None
    largest = max(outlines, key=cv2.contourArea)
    if cv2.contourArea(largest) < 0.3 * grey.size:
        return None
    return _sides(largest.reshape(-1, 2).astype(np.float32))


def _sides(outline: NDArray[np.float32]) -> NDArray[np.float32] | None:
    """A line through each side of the outline (its middle part, corners being round), and where they meet."""
    box = cv2.boxPoints(cv2.minAreaRect(outline))
    ordered = box[np.argsort(np.arctan2(*(box - box.mean(0)).T[::-1]))]  # from the top left, clockwise
    start = int(np.argmin(ordered.sum(1)))
    ordered = np.roll(ordered, -start, axis=0)
    lines = []
    for n in range(4):
        a, b = ordered[n], ordered[(n + 1) % 4]
        along = (b - a) / np.linalg.norm(b - a)
        t = (outline - a) @ along / np.linalg.norm(b - a)
        off = np.abs((outline - a) @ np.array([-along[1], along[0]]))
        near = outline[(t > 0.1) & (t < 0.9) & (off < 0.02 * np.linalg.norm(b - a) + 4)]
        if len(near) < 20:
            return None
        vx, vy, x, y = cv2.fitLine(near, cv2.DIST_HUBER, 0, 0.01, 0.01).ravel()
        lines.append((np.array([x, y]), np.array([vx, vy])))
    corners = []
    for n in range(4):
        (p, u), (q, v) = lines[n - 1], lines[n]
        t = np.linalg.solve(np.array([u, -v]).T, q - p)
        corners.append(p + t[0] * u)
    return np.array(corners, np.float32)


def _cut_out(grey: Grey, corners: NDArray[np.float32], dpi: float | None, width_mm: float) -> Sheet:
    """The page alone, upright. Its outline runs through the outermost paper pixels: a pixel less than its size."""
    top, right, bottom, left = (corners[(n + 1) % 4] - corners[n] for n in range(4))
    wide = float((np.linalg.norm(top) + np.linalg.norm(bottom)) / 2) + 1
    high = float((np.linalg.norm(right) + np.linalg.norm(left)) / 2) + 1
    skew = float(np.degrees(np.arctan2(top[1], top[0])))
    scale = dpi / _INCH_MM if dpi is not None else wide / width_mm
    target = np.array([[0, 0], [wide - 1, 0], [wide - 1, high - 1], [0, high - 1]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, target)
    page = cv2.warpPerspective(
        grey, warp, (round(wide), round(high)), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    ).astype(np.uint8)
    if dpi is None:
        return Sheet(page, scale, None, None, None, skew, True)
    return Sheet(page, scale, dpi, wide / scale, high / scale, skew, True)


def _skew(grey: Grey) -> float:
    """Degrees, counter-clockwise positive on screen, by the dark marks of the lower third: the lines of the MRZ."""
    lower = grey[round(grey.shape[0] * 0.6) :]
    ink = cv2.threshold(lower, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    count, _, stats, centres = cv2.connectedComponentsWithStats(ink)
    if count < 10:
        return 0.0
    height = float(np.median(stats[1:, cv2.CC_STAT_HEIGHT]))
    marks = [n for n in range(1, count) if 0.6 * height < stats[n, cv2.CC_STAT_HEIGHT] < 1.6 * height]
    points = centres[marks]
    if len(points) < 10:
        return 0.0
    best = (np.inf, 0.0)
    for angle in np.arange(-_LARGEST_SKEW, _LARGEST_SKEW + 0.01, 0.02):
        rows = points[:, 1] * np.cos(np.radians(angle)) - points[:, 0] * np.sin(np.radians(angle))
        spread = float(np.abs(np.diff(np.sort(rows))).clip(0, height / 2).sum())
        best = min(best, (spread, float(angle)))
    return best[1]
