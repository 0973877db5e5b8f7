"""A portrait as 256 small numbers, and how alike two of them are: for the embedded stand-in alone. Pure.

It knows the same photograph again, re-saved, scaled, turned, relit or mirrored. It does not know a person: two
photographs of one man may be less alike than those of two men (measured in docs/capture.md). No biometric system.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZE = 256
_GRID = 16
_SIDE_PX = 64  # of the aligned face
_EYE_GAP, _LEFT_EYE_X, _EYES_Y = 0.40, 0.30, 0.35  # shares of the aligned face
_FINE, _COARSE = 1.5, 6.0  # pixels: what is finer is noise, what is coarser is light
_MARGIN_PX = 4
_TAME = 10.0


def describe(jpeg: bytes, eyes: tuple[tuple[float, float], tuple[float, float]]) -> bytes:
    """The face of a prepared portrait as `SIZE` signed bytes. eyes: viewer's left and right, pixels of the picture."""
    aligned = _aligned(Image.open(io.BytesIO(jpeg)).convert("L"), eyes)
    even = _without_light(aligned)[_MARGIN_PX:-_MARGIN_PX, _MARGIN_PX:-_MARGIN_PX]
    small = np.asarray(Image.fromarray(even).resize((_GRID, _GRID), Image.Resampling.BOX))
    centred = small - small.mean()
    greatest = float(np.abs(centred).max()) or 1.0
    held: bytes = np.round(centred / greatest * 127).astype(np.int8).tobytes()
    return held


def percents(face: bytes, gallery: NDArray[np.int8]) -> NDArray[np.float32]:
    """How alike `face` is to each row of `gallery` (rows of `SIZE`), -100 to 100; mirrored faces count as alike."""
    probe = np.frombuffer(face, np.int8).astype(np.float32)
    both = np.stack([probe, probe.reshape(_GRID, _GRID)[:, ::-1].ravel()], axis=1)
    both /= np.maximum(np.linalg.norm(both, axis=0), 1e-6)
    out = np.empty(len(gallery), np.float32)
    for start in range(0, len(gallery), 8192):  # a block at a time, so that the gallery itself stays in bytes
        block = gallery[start : start + 8192].astype(np.float32)
        length = np.maximum(np.sqrt(np.einsum("ij,ij->i", block, block)), 1e-6)
        out[start : start + len(block)] = (block @ both).max(axis=1) / length * 100
    return out


def _aligned(grey: Image.Image, eyes: tuple[tuple[float, float], tuple[float, float]]) -> NDArray[np.float32]:
    """The face turned and scaled so that the eyes always lie in the same two places."""
    (left_x, left_y), (right_x, right_y) = eyes
    across, down = (right_x - left_x) / (_EYE_GAP * _SIDE_PX), (right_y - left_y) / (_EYE_GAP * _SIDE_PX)
    x, y = _LEFT_EYE_X * _SIDE_PX, _EYES_Y * _SIDE_PX
    matrix = (across, -down, left_x - across * x + down * y, down, across, left_y - down * x - across * y)
    scale = float(np.hypot(across, down))
    import cv2

    pixels = np.asarray(grey)
    smooth = cv2.GaussianBlur(pixels, (0, 0), scale / 2) if scale > 1 else pixels
    turned = Image.fromarray(smooth).transform(
        (_SIDE_PX, _SIDE_PX), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC
    )
    return np.asarray(turned, dtype=np.float32)


def _without_light(face: NDArray[np.float32]) -> NDArray[np.float32]:
    """Light taken out: a band of detail, its contrast made equal (after Tan and Triggs, 2010)."""
    import cv2

    bent = np.log1p(face)
    band = cv2.GaussianBlur(bent, (0, 0), _FINE) - cv2.GaussianBlur(bent, (0, 0), _COARSE)
    for limit in (np.inf, _TAME):
        typical = float(np.mean(np.minimum(np.abs(band), limit) ** 0.1) ** 10)
        band = band / (typical or 1.0)
    tamed: NDArray[np.float32] = (_TAME * np.tanh(band / _TAME)).astype(np.float32)
    return tamed
