"""One clean data page at 300 dpi: portrait, visual zone, guilloche, and the MRZ in OCR-B at its real pitch and place.

Sizes and the zone's geometry are those of Doc 9303-4, -5 and -6: characters every 2.54 mm, lines every 6.35 mm.
"""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from skimage.data import astronaut

Picture = NDArray[np.uint8]

DOTS_PER_MM = 300 / 25.4
PAGES_MM = {"TD1": (85.6, 53.98), "TD2": (105.0, 74.0), "TD3": (125.0, 88.0)}
PITCH_MM, LINE_MM, LAST_LINE_MM = 2.54, 6.35, 9.4
LAST_LINE_TD1_MM = 4.8  # three lines in the same 23.2 mm
LEFT_MM = {"TD1": 4.7, "TD2": 6.8, "TD3": 6.6}
OCR_B = "/usr/share/fonts/opentype/ocr-b/OCRB.otf"
SANS = "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf"
_FINER = 2  # drawn at 600 dpi, then halved
_SCALE = DOTS_PER_MM * _FINER


@lru_cache(maxsize=32)
def _font(path: str, size_px: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size_px)


def draw(format_name: str, lines: tuple[str, ...], dice: np.random.Generator) -> Picture:
    """The page of `format_name` with `lines` at its foot, RGB."""
    wide_mm, high_mm = PAGES_MM[format_name]
    wide, high = round(wide_mm * _SCALE), round(high_mm * _SCALE)
    paper = _paper(wide, high, dice)
    canvas = Image.fromarray(paper)
    pen = ImageDraw.Draw(canvas)
    last = LAST_LINE_TD1_MM if len(lines) == 3 else LAST_LINE_MM
    zone_top = high_mm - 23.2
    if format_name != "TD1":  # the portrait of a TD1 is on its other side
        _visual_zone(canvas, pen, lines, zone_top)
    else:
        _reverse(pen, wide_mm, zone_top, dice)
    ink = tuple(int(v) for v in dice.integers(5, 45, 3))
    font = _font(OCR_B, round(PITCH_MM * _SCALE / 0.723))
    left = LEFT_MM[format_name] + float(dice.uniform(-0.6, 0.6))
    for n, line in enumerate(lines):
        middle = (high_mm - last - LINE_MM * (len(lines) - 1 - n)) * _SCALE
        for place, character in enumerate(line):
            x = (left + (place + 0.5) * PITCH_MM) * _SCALE
            pen.text((x, middle + 0.36 * font.size), character, font=font, fill=ink, anchor="ms")
    size = round(wide_mm * DOTS_PER_MM), round(high_mm * DOTS_PER_MM)
    return np.asarray(canvas.resize(size, Image.Resampling.BOX), np.uint8)


def _paper(wide: int, high: int, dice: np.random.Generator) -> Picture:
    """A tinted ground with waves and rosettes; paler, but not empty, under the zone."""
    base = dice.integers(225, 252, 3)
    paper: Picture = np.empty((high, wide, 3), np.uint8)
    paper[:] = base
    xs = np.linspace(0, wide, 240)
    rows, turns = int(dice.integers(24, 44)), float(dice.uniform(3, 9))
    tint = [int(v) for v in dice.integers(150, 215, 3)]
    for row in range(-2, rows + 2):
        ys = (row + 0.9 * np.sin(xs / wide * turns * 6.283 + row * 0.21)) * high / rows
        points = np.round(np.stack([xs, ys], 1) * 16).astype(np.int32)
        cv2.polylines(paper, [points], False, tint, _FINER, cv2.LINE_AA, 4)
    centre = np.array([wide * dice.uniform(0.5, 0.75), high * 0.42])
    angles = np.linspace(0, 6.2832, 900)
    for ring in range(12):
        radius = high * (0.16 + 0.10 * np.sin(9 * angles + ring * 0.5) + 0.008 * ring)
        points = np.round((centre + radius[:, None] * np.stack([np.cos(angles), np.sin(angles)], 1)) * 16)
        tone = [int(v) for v in dice.integers(165, 220, 3)]
        cv2.polylines(paper, [points.astype(np.int32)], True, tone, _FINER, cv2.LINE_AA, 4)
    top = high - round(23.2 * _SCALE)
    paper[top:] = cv2.addWeighted(paper[top:], 0.5, np.full_like(paper[top:], 250), 0.5, 0)
    return paper


def _visual_zone(canvas: Image.Image, pen: ImageDraw.ImageDraw, lines: tuple[str, ...], zone_top_mm: float) -> None:
    face = Image.fromarray(astronaut()).crop((90, 0, 350, 330))  # type: ignore[no-untyped-call]
    high = min(45.0, zone_top_mm - 14)
    face = face.resize((round(high * 35 / 45 * _SCALE), round(high * _SCALE)))
    canvas.paste(face, (round(5 * _SCALE), round((zone_top_mm - high - 3) * _SCALE)))
    label, value = _font(SANS, round(2.0 * _SCALE)), _font(SANS, round(3.1 * _SCALE))
    pen.text((5 * _SCALE, 2.5 * _SCALE), "PASSPORT / PASSEPORT", font=value, fill=(40, 70, 60))
    surname, _, given = lines[0][5:].partition("<<")
    shown = {
        "Surname / Nom": surname,
        "Given names / Prénoms": given,
        "Passport No. / No. du passeport": lines[1][:9],
        "Nationality / Nationalité": lines[1][10:13],
        "Date of birth / Date de naissance": f"{lines[1][17:19]}/{lines[1][15:17]}/{lines[1][13:15]}",
        "Sex / Sexe": lines[1][20],
        "Date of expiry / Date d'expiration": f"{lines[1][25:27]}/{lines[1][23:25]}/{lines[1][21:23]}",
        "Authority / Autorité": "PASSPORT OFFICE",
    }
    step = (zone_top_mm - 10) / len(shown)
    for n, (name, text) in enumerate(shown.items()):
        y = (8 + n * step) * _SCALE
        pen.text((46 * _SCALE, y), name, font=label, fill=(90, 90, 110))
        pen.text((46 * _SCALE, y + 2.1 * _SCALE), text.replace("<", " ").strip(), font=value, fill=(20, 20, 25))


def _reverse(pen: ImageDraw.ImageDraw, wide_mm: float, zone_top_mm: float, dice: np.random.Generator) -> None:
    """The back of a card: small print and a bar code."""
    small = _font(SANS, round(2.2 * _SCALE))
    for n, text in enumerate(
        ("IDENTITY CARD / CARTE D'IDENTITE", "If found, hand this card in at any police station.")
    ):
        pen.text((5 * _SCALE, (3 + n * 4) * _SCALE), text, font=small, fill=(50, 50, 60))
    x = 5.0
    while x < wide_mm - 25:
        width = float(dice.choice([0.3, 0.6, 0.9]))
        pen.rectangle((x * _SCALE, 13 * _SCALE, (x + width) * _SCALE, (zone_top_mm - 4) * _SCALE), fill=(30, 30, 30))
        x += width + float(dice.choice([0.3, 0.6, 0.9]))
