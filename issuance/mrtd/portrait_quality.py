"""What the pixels of a portrait say: light and even ground, sharpness, exposure, contrast, colour. Numbers only.

It judges nothing (`portrait_checks` does, by `portrait.yaml`) and knows no person: whether eyes are open, a mouth is
shut or a look is neutral is for an officer's eye.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from issuance.mrtd.detect import DetectedFace
from specs.schema.portrait import PortraitRules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.float64]

_BORDER_SIZE_PX = (132, 170)  # at which the ground is measured: an even wall, not its grain
_TO_LUMA = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601, as in JPEG
_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]]
)
_WHITE_D65 = np.array([0.95047, 1.0, 1.08883])


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """Of the inner face. sharpness: see `sharpness`; levels from 0 to 255; shares from 0 to 1; red_green, yellow_blue
    and chroma: mean CIELAB a*, b* and distance from grey."""

    sharpness: float
    mean_level: float
    black_share: float
    white_share: float
    spread_levels: float
    red_green: float
    yellow_blue: float
    chroma: float


@dataclass(frozen=True, slots=True)
class Ground:
    """Of the strips beside and above the head. lightness: CIELAB L*, 0 to 100; chroma: distance from grey; even_share:
    of the strips, what is near their median colour."""

    lightness: float
    chroma: float
    even_share: float


def face_quality(picture: Image.Image, face: DetectedFace, rules: PortraitRules) -> FaceQuality:
    """Measured inside the box of the face, without hair and ground."""
    x, y, width = face.x, face.y, face.width
    inner = picture.crop(
        (round(x + 0.15 * width), round(y + 0.15 * width), round(x + 0.85 * width), round(y + 0.95 * width))
    )
    pixels = np.asarray(inner, dtype=np.float64)
    luma, lab = pixels @ _TO_LUMA, to_lab(pixels)
    low, high = np.percentile(luma, [5, 95])
    return FaceQuality(
        sharpness=sharpness(picture, face, rules.sharpness.measured_at_eye_distance_px),
        mean_level=float(luma.mean()),
        black_share=float((luma <= rules.exposure.black_level).mean()),
        white_share=float((luma >= rules.exposure.white_level).mean()),
        spread_levels=float(high - low),
        red_green=float(lab[..., 1].mean()),
        yellow_blue=float(lab[..., 2].mean()),
        chroma=float(np.hypot(lab[..., 1], lab[..., 2]).mean()),
    )


def sharpness(picture: Image.Image, face: DetectedFace, eye_distance_px: int) -> float:
    """Deviation of the Laplacian over the deviation of luminance in the box of the face.

    A finer picture is first made as coarse as `eye_distance_px`, so that the number means the same of every camera;
    a coarser one is measured as it is. Light and contrast cancel out; noise raises it.
    """
    box = (face.x, face.y, face.x + face.width, face.y + face.width)
    side = max(8, round(face.width * min(1.0, eye_distance_px / face.eye_distance)))
    luma = np.asarray(picture.resize((side, side), Image.Resampling.LANCZOS, box=box), dtype=np.float64) @ _TO_LUMA
    inner = luma[1:-1, 1:-1]
    laplacian = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * inner
    spread = float(inner.std())
    return float(laplacian.std()) / spread if spread else 0.0


def ground_of(picture: Image.Image, box: tuple[float, float, float, float], rules: PortraitRules) -> Ground:
    """Measured in the upper half of the frame `box`: its side strips and its top, where no head may be."""
    limits = rules.background_tone
    width, height = _BORDER_SIZE_PX
    lab = to_lab(np.asarray(picture.resize((width, height), Image.Resampling.BOX, box=box), dtype=np.float64))
    side, top = round(width * limits.side_strip_share), round(height * limits.top_strip_share)
    region = np.zeros((height, width), dtype=bool)
    region[: height // 2, :side] = region[: height // 2, -side:] = region[:top] = True
    strips = lab[region]
    median = np.median(strips, axis=0)
    near = np.linalg.norm(strips - median, axis=1) <= limits.even_within_delta_e
    return Ground(float(median[0]), float(np.hypot(median[1], median[2])), float(near.mean()))


def to_lab(rgb: Pixels) -> Pixels:
    """sRGB levels 0 to 255, last axis red, green, blue, as CIELAB under D65."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _TO_XYZ.T / _WHITE_D65
    bent = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz * (29 / 6) ** 2 / 3 + 4 / 29)
    x, y, z = bent[..., 0], bent[..., 1], bent[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
