"""Lines of a zone as a reader sees them, drawn and spoilt on the fly, with the place of every character known.

Shares no drawing and no degradation with the pages that readers are measured on (`tests/bench/pages`). A drawn sample
is a window of a line: what the model sees has no more context than a few characters anyhow.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont


def _strip_module() -> ModuleType:
    """`issuance.border.reading.strip`, without its packages: the training environment lacks the service's libraries."""
    path = Path(__file__).parents[2] / "issuance/border/reading/strip.py"
    spec = importlib.util.spec_from_file_location("ocrb_strip", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


strip = _strip_module()
Dice = np.random.Generator
Floats = NDArray[np.float32]

WINDOW_PX = 384
CELL = 24  # pixels of pitch while drawing
ROW = CELL * 5 // 2  # 6.35 mm
SLOTS = 30  # characters drawn; the window sees about 24
HIGH, WIDE = 3 * ROW, SLOTS * CELL
FONTS = (
    *(("/usr/share/fonts/opentype/ocr-b/OCRB.otf", 0.70), ("/usr/share/fonts/opentype/ocr-b/OCRBS.otf", 0.16)),
    *(("/usr/share/fonts/opentype/ocr-b/OCRBL.otf", 0.04),),
    *(("/usr/share/fonts/truetype/liberation/LiberationMono-Regular.ttf", 0.06),),
    *(("/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf", 0.04),),
)
LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
POOLS = (
    *(strip.ALPHABET, strip.ALPHABET + "<" * 12, LETTERS + "<<<", DIGITS + "<"),
    *("0O", "0O0O0OQDCU6G8B<", "0O" + strip.ALPHABET, "1ILJT7Z2S5KX<", "5S2Z8B6G4A", "MNHWVYKX<"),  # easily confused
)
VOWELS, CONSONANTS = "AEIOUY", "BCDFGHJKLMNPQRSTVWXZ"


# Texts ---------------------------------------------------------------------------------------------------------------


def _word(dice: Dice) -> str:
    return "".join(dice.choice(list(VOWELS if n % 2 else CONSONANTS)) for n in range(dice.integers(2, 10)))


def _pick(dice: Dice, pool: str, count: int) -> str:
    return "".join(dice.choice(list(pool), count))


def _name_line(dice: Dice, size: int) -> str:
    parts = ["<".join(_word(dice) for _ in range(dice.integers(1, 4))) for _ in range(2)]
    code = dice.choice(["P<", "PM", "PD", "PO", "V<", "I<", "ID", "AC", "C<", "PN"]) + _pick(dice, LETTERS, 3)
    return (code + "<<".join(parts)).ljust(size, "<")[:size]


def _data_line(dice: Dice, size: int) -> str:
    number = (_pick(dice, LETTERS, 2) + _pick(dice, DIGITS, int(dice.integers(4, 8)))).ljust(9, "<")
    if dice.random() < 0.4:
        number = _pick(dice, LETTERS + DIGITS, 9)
    dates = [_pick(dice, DIGITS, 7) for _ in range(2)]
    state = _pick(dice, LETTERS, 3) if dice.random() < 0.9 else "D<<"
    head = number + _pick(dice, DIGITS, 1) + state + dates[0] + dice.choice(list("MF<")) + dates[1]
    optional = _pick(dice, LETTERS + DIGITS, int(dice.integers(0, 15))) if dice.random() < 0.5 else ""
    if size == 30:
        head = dates[0] + dice.choice(list("MF<")) + dates[1] + state
    return (head + optional).ljust(size - 1, "<")[: size - 1] + _pick(dice, DIGITS, 1)


def text(dice: Dice) -> str:
    """One whole line, nearly half of them as zones are written, others without any rule: no habit reads for the eye."""
    size = int(dice.choice([30, 36, 44]))
    kind = dice.random()
    if kind < 0.2:
        return _name_line(dice, size)
    if kind < 0.45:
        return _data_line(dice, size)
    pool = dice.choice(POOLS)
    return _pick(dice, str(pool), size)


# Drawing -------------------------------------------------------------------------------------------------------------


@cache
def _glyphs(path: str, tenths: int) -> dict[str, Floats]:
    """Ink of every character in a cell of 2 by 2 pitches, its line's middle in the middle."""
    probe = ImageFont.truetype(path, 1000)
    advance = probe.getlength("0") / 1000
    font = ImageFont.truetype(path, round(4 * CELL / advance * tenths / 10 * 1.0))
    middle = font.getbbox("H", anchor="ls")
    drawn = {}
    for character in strip.ALPHABET:
        cell = Image.new("L", (8 * CELL, 8 * CELL), 0)
        at = (4 * CELL, 4 * CELL - (middle[1] + middle[3]) / 2)
        ImageDraw.Draw(cell).text(at, character, font=font, fill=255, anchor="ms")
        drawn[character] = np.asarray(cell.resize((2 * CELL, 2 * CELL), Image.Resampling.BOX), np.float32) / 255
    return drawn


def _line_ink(dice: Dice, ink: Floats, line: str, left: float, middle: int, glyphs: dict[str, Floats]) -> list[float]:
    """Print `line` from `left`; where the characters' middles are."""
    places = []
    fade = dice.random() < 0.2
    for n, character in enumerate(line):
        x = left + (n + 0.5) * CELL
        start = round(x) - CELL
        if start < 0 or start + 2 * CELL > WIDE:
            continue
        y = middle - CELL + (int(dice.integers(-1, 2)) if dice.random() < 0.1 else 0)
        part = ink[max(0, y) : y + 2 * CELL, start : start + 2 * CELL]
        glyph = glyphs[character][max(0, -y) : max(0, -y) + part.shape[0]]
        np.maximum(part, glyph * (dice.uniform(0.5, 1) if fade else 1), out=part)
        places.append((x, character))
    return places


def _paper(dice: Dice) -> Floats:
    """0 black to 1 white; waves, rosette lines, stains, strokes. Drawn at half size."""
    high, wide = HIGH // 2, WIDE // 2
    paper = np.full((high, wide), dice.uniform(0.75, 1), np.float32)
    if dice.random() < 0.55:
        deep, length, angle = dice.uniform(0.02, 0.22), dice.uniform(2, 30), dice.uniform(0, np.pi)
        bend = 2 * np.sin(np.arange(wide) / dice.uniform(15, 100))
        along = (np.arange(wide) * np.cos(angle) / length + bend).astype(np.float32)
        across = (np.arange(high) * np.sin(angle) / length).astype(np.float32)
        paper -= np.float32(deep) * (0.5 + 0.5 * np.sin(np.float32(6.283) * (along[None] + across[:, None])))
    for _ in range(int(dice.integers(0, 12)) if dice.random() < 0.5 else 0):
        line = np.linspace(-25, wide + 25, 40)
        height = dice.uniform(0, high) + dice.uniform(0, 20) * np.sin(line / dice.uniform(10, 100) + dice.uniform(0, 6))
        points = np.stack([line, height + line * dice.uniform(-0.3, 0.3)], 1)
        tone = dice.uniform(0.45, 0.9)
        cv2.polylines(paper, [np.round(points).astype(np.int32)], False, tone, int(dice.integers(1, 3)), cv2.LINE_AA)
    if dice.random() < 0.06:
        points = np.array([dice.uniform(0, wide), high / 2]) + np.cumsum(dice.normal(0, 20, (8, 2)), 0)
        cv2.polylines(paper, [points.astype(np.int32)], False, dice.uniform(0.1, 0.6), 1, cv2.LINE_AA)
    if dice.random() < 0.5:
        stain = cv2.resize(dice.normal(0, 1, (4, 12)).astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC)
        paper += stain * np.float32(dice.uniform(0, 0.1))
    return cv2.resize(paper, (WIDE, HIGH), interpolation=cv2.INTER_LINEAR)


def _printed(dice: Dice) -> tuple[Floats, list[tuple[float, str]]]:
    """A sheet at CELL pixels a character, its middle row the line to read, and where its characters stand."""
    path = str(dice.choice([name for name, _ in FONTS], p=[share for _, share in FONTS]))
    glyphs = _glyphs(path, int(dice.choice([9, 10, 10, 10, 11])))
    ink = np.zeros((HIGH, WIDE), np.float32)
    line = text(dice)
    free = len(line) - (SLOTS - 4)  # a window into the line; at times one of its ends, and what is beyond
    first = int(dice.integers(-6, max(free, 0) + 8)) if dice.random() < 0.5 else int(dice.integers(0, max(free, 1)))
    left = -first * CELL + dice.uniform(-0.5, 0.5) * CELL
    places = _line_ink(dice, ink, line, left, HIGH // 2, glyphs)
    for row in (-1, 1):
        if dice.random() < 0.6:
            _line_ink(dice, ink, text(dice), left, HIGH // 2 + row * ROW, glyphs)
    kind = dice.random()
    if kind < 0.15:
        ink = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, int(dice.integers(2, 4)))))
    elif kind < 0.30:
        ink = cv2.erode(ink, np.ones((2, int(dice.integers(1, 3))), np.uint8))
    if dice.random() < 0.15:
        holes = cv2.GaussianBlur(dice.random(ink.shape).astype(np.float32), (0, 0), dice.uniform(0.8, 2.5))
        ink = ink * np.where(holes > np.quantile(holes, dice.uniform(0.85, 0.98)), dice.uniform(0.1, 0.6), 1)
    paper = _paper(dice)
    black = dice.uniform(0, 0.35)
    return (paper * (1 - ink) + black * ink).astype(np.float32), places


# What happens to it --------------------------------------------------------------------------------------------------


def _optics(dice: Dice, view: Floats, pitch: float) -> Floats:
    kind = dice.random()
    if kind < 0.4:
        view = cv2.GaussianBlur(view, (0, 0), max(0.2, dice.uniform(0.0, 0.16) * pitch))
    elif kind < 0.55:
        side = max(3, int(dice.uniform(0.1, 0.36) * pitch)) | 1
        kernel = np.zeros((side, side), np.float32)
        angle, c = dice.uniform(0, np.pi), side // 2
        dx, dy = c * np.cos(angle), c * np.sin(angle)
        cv2.line(kernel, (round(c - dx), round(c - dy)), (round(c + dx), round(c + dy)), 1.0)
        view = cv2.filter2D(view, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REFLECT)
    elif kind < 0.62:
        side = max(2, round(dice.uniform(0.1, 0.3) * pitch))
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)).astype(np.float32)
        view = cv2.filter2D(view, -1, disc / disc.sum(), borderType=cv2.BORDER_REFLECT)
    return view


def _light(dice: Dice, view: Floats) -> Floats:
    high, wide = view.shape
    xs = np.linspace(0, 1, wide, dtype=np.float32)[None]
    ys = np.linspace(0, 1, high, dtype=np.float32)[:, None]
    kind = dice.random()
    if kind < 0.12:
        edge = (xs - dice.uniform(0, 1) + dice.uniform(-0.4, 0.4) * ys) * dice.choice([-1, 1]) * dice.uniform(4, 60)
        view = view * (1 - dice.uniform(0.3, 0.8) / (1 + np.exp(-edge)))
    elif kind < 0.24:
        spot = np.exp(-(((xs - dice.uniform(0, 1)) / dice.uniform(0.1, 0.6)) ** 2) - (ys - dice.uniform(0, 1)) ** 2 * 2)
        share = dice.uniform(0.3, 0.85) * spot
        view = view * (1 - share) + 1.02 * share
    elif kind < 0.36:
        view = view * np.clip(
            dice.uniform(0.3, 1) + dice.uniform(-1, 1) * (xs - 0.5) + dice.uniform(-0.5, 0.5) * (ys - 0.5), 0.1, 1.5
        )
    kind = dice.random()
    if kind < 0.25:
        share = dice.uniform(0.08, 0.5)
        view = (view - 0.5) * share + dice.uniform(share / 2, 1 - share / 2)
    elif kind < 0.4:
        view = np.clip(view, 0, 1) ** dice.uniform(0.5, 2.5) * dice.uniform(0.12, 1.0)
    return view.astype(np.float32)


def _sensor(dice: Dice, view: Floats) -> NDArray[np.uint8]:
    grey = view * 255
    contrast = float(np.ptp(grey)) + 1
    if dice.random() < 0.35:
        grey = grey + dice.normal(0, dice.uniform(0.01, 0.22) * contrast * dice.random(), grey.shape)
    if dice.random() < 0.08:
        spots, share = dice.random(grey.shape), dice.uniform(0.005, 0.06)
        grey = np.where(spots < share / 2, 0, np.where(spots > 1 - share / 2, 255, grey))
    if dice.random() < 0.06:
        low, high = np.quantile(grey, [0.03, 0.9])
        grey = np.where(grey > low + (high - low) * dice.uniform(0.35, 0.75), 255, 0)
    done = np.clip(grey, 0, 255).astype(np.uint8)
    if dice.random() < 0.35:
        _, data = cv2.imencode(".jpg", done, [cv2.IMWRITE_JPEG_QUALITY, int(dice.integers(8, 80))])
        done = cv2.imdecode(data, cv2.IMREAD_GRAYSCALE)
    return done


def _affine(dice: Dice, scale: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """From the sheet to the picture: smaller, turned up to 4 degrees, sheared a little; and the picture's size."""
    turn, shear = np.deg2rad(dice.uniform(-4, 4) * dice.random()), dice.uniform(-0.12, 0.12) * dice.random()
    around = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]]) @ np.array([[1, shear], [0, 1]])
    linear = scale * around * np.array([[1, 1], [1, 1]])
    size = (int(WIDE * scale) + 2, int((HIGH + 0.05 * WIDE) * scale) + 2)
    shift = np.array(size) / 2 - linear @ [WIDE / 2, HIGH / 2]
    return np.column_stack([linear, shift]), size


def _to_strip(dice: Dice, seen: NDArray[np.float64], steady: float) -> NDArray[np.float64]:
    """From the picture to the strip, as the line finder does it: nearly right. steady: 0 sloppy, 1 exact."""
    loose = 1 - steady
    middle = seen @ [WIDE / 2, HIGH / 2, 1]
    along = seen[:, :2] @ [1.0, 0.0]
    angle = np.arctan2(along[1], along[0]) + np.deg2rad(dice.uniform(-1.2, 1.2)) * loose
    pitch = float(np.hypot(*along)) * CELL
    wider, higher = np.exp(dice.uniform(-0.16, 0.16, 2) * [loose, loose])
    zoom = strip.PITCH_PX / pitch
    back = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    linear = np.diag([zoom * wider, zoom * higher]) @ back
    target = np.array([WINDOW_PX / 2 + dice.uniform(-8, 8), strip.HEIGHT_PX / 2 - 0.5 + dice.uniform(-4, 4) * loose])
    return np.column_stack([linear, target - linear @ middle])


def _waved(dice: Dice, view: Floats, scale: float) -> Floats:
    high, wide = view.shape
    ys, xs = np.mgrid[0:high, 0:wide].astype(np.float32)
    reach = dice.uniform(0, 0.14) * CELL * scale
    waves = [
        cv2.resize(dice.normal(0, 1, (2, 4)).astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC)
        for _ in "xy"
    ]
    return cv2.remap(
        view, xs + reach * waves[0], ys + reach * waves[1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT
    )


def sample(dice: Dice) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """One strip, float32 (32, WINDOW_PX), evened, and the classes of its WINDOW_PX / 4 places, -1 where none counts."""
    sheet, places = _printed(dice)
    pitch = float(np.exp(dice.uniform(np.log(6.5), np.log(CELL))))
    scale = pitch / CELL
    seen, size = _affine(dice, scale)
    smooth = cv2.GaussianBlur(sheet, (0, 0), 0.45 / scale) if scale < 0.8 else sheet
    view = cv2.warpAffine(smooth, seen, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    if dice.random() < 0.12:
        view = _waved(dice, view, scale)
    view = _optics(dice, view, pitch)
    picture = _sensor(dice, _light(dice, view))
    cut = _to_strip(dice, seen, steady=float(dice.random()))
    if pitch > 1.6 * strip.PITCH_PX:
        picture = cv2.blur(picture, (2, 2))
    window = cv2.warpAffine(
        picture, cut, (WINDOW_PX, strip.HEIGHT_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return strip.even(window), _classes(places, seen, cut)


def _classes(places: list[tuple[float, str]], seen: NDArray[np.float64], cut: NDArray[np.float64]) -> NDArray[np.int64]:
    frames = np.arange(WINDOW_PX // strip.STRIDE_PX) * strip.STRIDE_PX + (strip.STRIDE_PX - 1) / 2
    classes = np.full(len(frames), strip.GAP, np.int64)
    if places:
        points = np.array([[x, HIGH / 2, 1] for x, _ in places]) @ seen.T
        middles = (np.column_stack([points, np.ones(len(points))]) @ cut.T)[:, 0]
        pitch = float(np.hypot(*(cut[:, :2] @ seen[:, :2] @ [1.0, 0.0]))) * CELL
        far = np.abs(frames[:, None] - middles[None])
        nearest = far.argmin(1)
        inside = far.min(1) <= 0.3 * pitch
        classes[inside] = np.array([strip.ALPHABET.index(c) for _, c in places])[nearest[inside]]
        classes[far.min(1) > 0.9 * pitch] = strip.GAP
    classes[:3] = classes[-3:] = -1
    return classes
