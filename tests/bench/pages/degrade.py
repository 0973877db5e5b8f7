"""What happens to a page between the booklet and the reader: 33 named changes, strong enough that readers differ.

Each takes the page at 300 dpi and dice, and gives the picture a scanner or a telephone would. Sizes are millimetres
of the page, so that a blur is the same blur at every resolution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Dice = np.random.Generator


@dataclass(frozen=True, slots=True)
class Sheet:
    """picture: uint8 (height, width, 3); scale: dots per millimetre of the page."""

    picture: Picture
    scale: float

    def shown(self, picture: NDArray[np.generic]) -> Sheet:
        """This page with another picture; values outside 0..255 are cut."""
        return replace(self, picture=np.clip(picture, 0, 255).astype(np.uint8))


Change = Callable[[Sheet, Dice], Sheet]


def _at(dpi: int) -> Change:
    def change(sheet: Sheet, dice: Dice) -> Sheet:
        factor = dpi / 25.4 / sheet.scale
        if factor > 0.999:
            return sheet
        small = cv2.resize(sheet.picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
        return Sheet(np.asarray(small, np.uint8), sheet.scale * factor)

    return change


def _blurred(sigma_mm: float) -> Change:
    def change(sheet: Sheet, dice: Dice) -> Sheet:
        sigma = sigma_mm * sheet.scale * dice.uniform(0.85, 1.15)
        return sheet.shown(cv2.GaussianBlur(sheet.picture, (0, 0), sigma))

    return change


def _moved(sheet: Sheet, dice: Dice) -> Sheet:
    """The hand moved while the shutter was open: 0.55 to 0.8 mm in one direction."""
    length, angle = dice.uniform(0.55, 0.8) * sheet.scale, dice.uniform(0, np.pi)
    side = int(length) | 1
    kernel = np.zeros((side, side), np.float32)
    centre = side // 2
    ends = [
        (round(centre + s * np.cos(angle) * length / 2), round(centre + s * np.sin(angle) * length / 2))
        for s in (-1, 1)
    ]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1)
    return sheet.shown(cv2.filter2D(sheet.picture, -1, kernel / kernel.sum()))


def _noisy(sheet: Sheet, dice: Dice) -> Sheet:
    sigma = dice.uniform(35, 50)
    return sheet.shown(sheet.picture + dice.normal(0, sigma, sheet.picture.shape))


def _peppered(sheet: Sheet, dice: Dice) -> Sheet:
    picture = sheet.picture.copy()
    spots = dice.random(picture.shape[:2])
    share = dice.uniform(0.02, 0.05)
    picture[spots < share / 2] = 0
    picture[spots > 1 - share / 2] = 255
    return sheet.shown(picture)


def _jpeg(quality: int) -> Change:
    def change(sheet: Sheet, dice: Dice) -> Sheet:
        _, data = cv2.imencode(".jpg", sheet.picture, [cv2.IMWRITE_JPEG_QUALITY, quality])
        return sheet.shown(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR)))

    return change


def _ground(dice: Dice) -> tuple[int, int, int]:
    tone = [int(v) for v in dice.integers(60, 225, 3)]
    return tone[0], tone[1], tone[2]


def _tilted(sheet: Sheet, dice: Dice) -> Sheet:
    """Turned by 1.5 to 6 degrees, the corners kept."""
    high, wide = sheet.picture.shape[:2]
    angle = dice.uniform(1.5, 6) * dice.choice([-1, 1])
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), angle, 1)
    cos, sin = abs(turn[0, 0]), abs(turn[0, 1])
    new_wide, new_high = int(high * sin + wide * cos), int(high * cos + wide * sin)
    turn[:, 2] += (new_wide - wide) / 2, (new_high - high) / 2
    return sheet.shown(
        cv2.warpAffine(sheet.picture, turn, (new_wide, new_high), flags=cv2.INTER_AREA, borderValue=_ground(dice))
    )


def _turned(quarters: int) -> Change:
    def change(sheet: Sheet, dice: Dice) -> Sheet:
        return sheet.shown(np.ascontiguousarray(np.rot90(sheet.picture, quarters)))

    return change


def _seen_from(side: str) -> Change:
    """Perspective: the edge named is nearer to the eye, the other 12 to 22 per cent shorter."""

    def change(sheet: Sheet, dice: Dice) -> Sheet:
        high, wide = sheet.picture.shape[:2]
        less = dice.uniform(0.06, 0.11)
        x, y = wide * less, high * less
        flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
        seen = {
            "left": [[0, 0], [wide - x, y], [wide - x, high - y], [0, high]],
            "right": [[x, y], [wide, 0], [wide, high], [x, high - y]],
            "top": [[0, 0], [wide, 0], [wide - x, high - y], [x, high - y]],
        }[side]
        view = cv2.getPerspectiveTransform(flat, np.array(seen, np.float32))
        return sheet.shown(
            cv2.warpPerspective(sheet.picture, view, (wide, high), flags=cv2.INTER_AREA, borderValue=_ground(dice))
        )

    return change


def _fields(sheet: Sheet) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """x and y of every pixel, 0 to 1."""
    high, wide = sheet.picture.shape[:2]
    ys, xs = np.mgrid[0:high, 0:wide].astype(np.float32)
    return xs / wide, ys / high


def _shadow(sheet: Sheet, dice: Dice) -> Sheet:
    """A hand's shadow over one side of the zone, its edge a few millimetres soft."""
    xs, ys = _fields(sheet)
    across = xs + dice.uniform(-0.5, 0.5) * (ys - 0.8) - dice.uniform(0.3, 0.7)
    shade = 1 / (1 + np.exp(-across * dice.choice([-1, 1]) * dice.uniform(20, 60)))
    return sheet.shown(sheet.picture * (1 - dice.uniform(0.55, 0.75) * shade[..., None]))


def _glare(sheet: Sheet, dice: Dice) -> Sheet:
    """A lamp mirrored in the laminate, over part of the zone: the ink pales by half to three quarters at its middle."""
    xs, ys = _fields(sheet)
    x, y = dice.uniform(0.2, 0.8), dice.uniform(0.75, 0.95)
    spot = np.exp(-(((xs - x) / dice.uniform(0.08, 0.2)) ** 2 + ((ys - y) / dice.uniform(0.08, 0.2)) ** 2))
    light = dice.uniform(0.5, 0.75) * spot[..., None]
    return sheet.shown(sheet.picture * (1 - light) + 262 * light)


def _low_contrast(sheet: Sheet, dice: Dice) -> Sheet:
    share, middle = dice.uniform(0.12, 0.2), dice.uniform(110, 170)
    grey = middle + (sheet.picture - 128.0) * share
    return sheet.shown(grey + dice.normal(0, 2, sheet.picture.shape))


def _uneven(sheet: Sheet, dice: Dice) -> Sheet:
    xs, ys = _fields(sheet)
    angle = dice.uniform(0, 2 * np.pi)
    slope = (xs - 0.5) * np.cos(angle) + (ys - 0.5) * np.sin(angle)
    light = dice.uniform(0.55, 0.75) + dice.uniform(0.7, 0.9) * slope
    return sheet.shown(sheet.picture * np.clip(light, 0.12, 1.3)[..., None])


def _dark(sheet: Sheet, dice: Dice) -> Sheet:
    picture = 255 * (sheet.picture / 255.0) ** 1.6 * dice.uniform(0.16, 0.28)
    return sheet.shown(picture + dice.normal(0, 3.5, picture.shape))


def _bright(sheet: Sheet, dice: Dice) -> Sheet:
    """Overexposed: the paper is lost, the ink pale."""
    return sheet.shown(sheet.picture * 0.45 + dice.uniform(150, 180) + dice.normal(0, 3, sheet.picture.shape))


def _dots(size_mm: float, sheet: Sheet) -> NDArray[np.uint8]:
    side = max(2, round(size_mm * sheet.scale))
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)


def _spread(sheet: Sheet, dice: Dice) -> Sheet:
    """Ink that ran: strokes 0.25 mm wider."""
    ran = cv2.erode(sheet.picture, _dots(dice.uniform(0.2, 0.3), sheet))
    return sheet.shown(cv2.GaussianBlur(ran, (0, 0), 0.08 * sheet.scale))


def _thin(sheet: Sheet, dice: Dice) -> Sheet:
    """A ribbon run dry: strokes 0.2 mm thinner, and gaps in them."""
    thin = cv2.dilate(sheet.picture, _dots(dice.uniform(0.17, 0.22), sheet)).astype(np.float32)
    gaps = cv2.GaussianBlur(dice.random(sheet.picture.shape[:2]).astype(np.float32), (0, 0), 1.5)
    gaps = (gaps > np.quantile(gaps, 0.93)).astype(np.float32)[..., None] * 90
    return sheet.shown(thin + gaps)


def _on_a_desk(sheet: Sheet, dice: Dice) -> Sheet:
    """A telephone's view: the page is two thirds of the picture, tilted, a little in perspective, on grained wood."""
    high, wide = sheet.picture.shape[:2]
    out_wide, out_high = round(wide * 1.35), round(high * 1.5)
    grain = cv2.resize(dice.random((out_high // 3, 24)).astype(np.float32), (out_wide, out_high))
    desk = np.array(_ground(dice), np.float32) * 0.75 + grain[..., None] * 50
    angle, scale = np.deg2rad(dice.uniform(-8, 8)), dice.uniform(0.9, 1.0)
    corners = (np.array([[0, 0], [wide, 0], [wide, high], [0, high]]) - [wide / 2, high / 2]) * scale
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    seen = corners @ turn.T + [out_wide / 2, out_high / 2] + dice.uniform(-0.025, 0.025, (4, 2)) * wide
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    view = cv2.getPerspectiveTransform(flat, seen.astype(np.float32))
    laid = cv2.warpPerspective(sheet.picture, view, (out_wide, out_high), flags=cv2.INTER_AREA)
    where = cv2.warpPerspective(np.ones((high, wide), np.float32), view, (out_wide, out_high))[..., None]
    return sheet.shown(desk * (1 - where) + laid * where)


def _cropped(sheet: Sheet, dice: Dice) -> Sheet:
    """Cut close round the zone: 1 to 2.5 mm at its sides and foot, and most of the page gone."""
    high, wide = sheet.picture.shape[:2]
    ink = np.nonzero((sheet.picture.max(2) < 110)[-round(20 * sheet.scale) :].any(0))[0]
    left, right = (max(0, round(v * sheet.scale)) for v in dice.uniform(1.0, 2.5, 2))
    lower = 4.6 if high < 60 * sheet.scale else 0.0  # by how much the last line of a TD1 stands lower
    foot, top = (dice.uniform(5.5, 7) - lower) * sheet.scale, high - dice.uniform(20, 34) * sheet.scale
    picture = sheet.picture[round(top) : round(high - foot), max(0, ink[0] - left) : min(wide, ink[-1] + right)]
    return sheet.shown(picture)


def _binarised(sheet: Sheet, dice: Dice) -> Sheet:
    grey = cv2.cvtColor(sheet.picture, cv2.COLOR_RGB2GRAY)
    black = np.where(grey > dice.uniform(95, 150), 255, 0)
    return sheet.shown(np.repeat(black[..., None], 3, 2))


def _cast(sheet: Sheet, dice: Dice) -> Sheet:
    """Lit by a coloured lamp, and pale with it."""
    gains = dice.uniform(0.3, 1.1, 3)
    return sheet.shown(sheet.picture * 0.7 * gains + dice.uniform(20, 60, 3))


def _enlarged(sheet: Sheet, dice: Dice) -> Sheet:
    """Sent through something that shrank it to 85 to 100 dpi, then blown up again."""
    high, wide = sheet.picture.shape[:2]
    factor = dice.uniform(85, 100) / 25.4 / sheet.scale
    small = cv2.resize(sheet.picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return sheet.shown(cv2.resize(small, (wide, high), interpolation=cv2.INTER_LINEAR))


def _wrinkled(sheet: Sheet, dice: Dice) -> Sheet:
    """Paper that was wet: it waves by up to 0.8 mm, and light falls on the waves."""
    high, wide = sheet.picture.shape[:2]
    size = (wide, high)
    waves = [
        cv2.resize(dice.normal(0, 1, (5, 8)).astype(np.float32), size, interpolation=cv2.INTER_CUBIC) for _ in range(3)
    ]
    ys, xs = np.mgrid[0:high, 0:wide].astype(np.float32)
    reach = 0.4 * sheet.scale
    bent = cv2.remap(
        sheet.picture, xs + waves[0] * reach, ys + waves[1] * reach, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return sheet.shown(bent * (0.85 + 0.12 * waves[2])[..., None])


def _after(*changes: Change) -> Change:
    def change(sheet: Sheet, dice: Dice) -> Sheet:
        for one in changes:
            sheet = one(sheet, dice)
        return sheet

    return change


DEGRADATIONS: dict[str, Change] = {
    "clean_300": _at(300),
    "clean_200": _at(200),
    "clean_150": _at(150),
    "clean_100": _at(100),
    "blur_light": _blurred(0.14),
    "blur_middling": _after(_at(200), _blurred(0.24)),
    "blur_heavy": _after(_at(200), _blurred(0.34)),
    "motion_blur": _after(_at(250), _moved),
    "noise": _after(_at(200), _noisy),
    "salt_and_pepper": _after(_at(200), _peppered),
    "jpeg_30": _after(_at(150), _jpeg(30)),
    "jpeg_15": _after(_at(150), _jpeg(15)),
    "tilted": _after(_at(200), _tilted),
    "turned_90": _after(_at(200), _turned(1)),
    "turned_180": _after(_at(200), _turned(2)),
    "turned_270": _after(_at(200), _turned(3)),
    "perspective_left": _after(_seen_from("left"), _at(200)),
    "perspective_right": _after(_seen_from("right"), _at(200)),
    "perspective_top": _after(_seen_from("top"), _at(200)),
    "shadow": _after(_at(200), _shadow),
    "glare": _after(_at(200), _glare),
    "low_contrast": _after(_at(200), _low_contrast),
    "uneven_light": _after(_at(200), _uneven),
    "dark": _after(_at(200), _dark),
    "bright": _after(_at(200), _bright),
    "ink_spread": _after(_spread, _at(200)),
    "thin_print": _after(_thin, _at(200)),
    "desk": _after(_on_a_desk, _at(200), _jpeg(75)),
    "cropped": _after(_cropped, _at(200)),
    "binarised": _after(_at(200), _binarised),
    "colour_cast": _after(_at(200), _cast, _jpeg(60)),
    "enlarged": _after(_enlarged, _at(250)),
    "wrinkled": _after(_wrinkled, _at(200)),
}
