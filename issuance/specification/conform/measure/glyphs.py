"""How each character of the MRZ looks in a font, drawn from the font file: to be laid over the cells of a page."""

from __future__ import annotations

import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from specs.errors import Fault, Unavailable

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
SQUARE: Final = (32, 24)  # rows, columns a glyph is brought to before it is compared
_DRAWN_PX: Final = 160


@lru_cache(maxsize=8)
def shapes(family: str) -> tuple[NDArray[np.float32], tuple[float, ...], float]:
    """Of each character of `ALPHABET`: its ink, cut out and brought to one size, of mean 0 and norm 1 (37 rows);
    width by height of its ink; and the height of its ink in shares of a capital's (the last: of `<`).

    Raises `Unavailable` when the font is not installed.
    """
    font = ImageFont.truetype(str(font_file(family)), _DRAWN_PX)
    rows, aspects, heights = [], [], []
    for character in ALPHABET:
        canvas = Image.new("L", (_DRAWN_PX * 2, _DRAWN_PX * 2), 0)
        ImageDraw.Draw(canvas).text((_DRAWN_PX // 2, _DRAWN_PX // 4), character, 255, font=font)
        left, top, right, bottom = canvas.getbbox() or (0, 0, 1, 1)
        rows.append(normal(np.asarray(canvas.crop((left, top, right, bottom)), np.float32)))
        aspects.append((right - left) / (bottom - top))
        heights.append(bottom - top)
    capital = float(np.median(heights[:26]))
    return np.stack(rows), tuple(aspects), heights[-1] / capital


def normal(ink: NDArray[np.float32]) -> NDArray[np.float32]:
    """A cut-out glyph (ink bright) as one row of mean 0 and norm 1."""
    small = cv2.resize(ink, SQUARE[::-1], interpolation=cv2.INTER_AREA).astype(np.float32).ravel()
    small -= small.mean()
    norm = float(np.linalg.norm(small))
    return small / norm if norm else small


@lru_cache(maxsize=16)
def font_file(family: str) -> Path:
    """The file of a font family's regular cut, as fontconfig knows it. Raises `Unavailable` without one."""
    asked = ["fc-match", "--format=%{family}\n%{file}", f"{family}:style=Regular"]
    try:
        said = subprocess.run(asked, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise Unavailable(Fault("conform.fontconfig", "fontconfig غير مثبت", "fontconfig is not installed")) from error
    families, _, file = said.partition("\n")
    if family not in families.split(","):
        raise Unavailable(Fault("conform.font", f"الخط {family} غير مثبت", f"the font {family} is not installed"))
    return Path(file)
