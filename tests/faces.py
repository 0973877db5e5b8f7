"""Faces of different people for tests: scikit-image's subset of Labeled Faces in the Wild, 25 pixels wide, grey.

Far too coarse for a passport, fine for telling people apart; where the real way must be gone, use `tests.service`.
"""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from PIL import Image
from skimage.data import lfw_subset

from issuance.mrtd.portrait import Portrait

PEOPLE = 100  # the first hundred pictures are faces, the others are not


@cache
def portrait(person: int, quality: int = 92) -> Portrait:
    """A prepared portrait of one of `PEOPLE`. quality: of the JPEG, so that one picture gives different files."""
    grey = (lfw_subset()[person] * 255).astype(np.uint8)  # type: ignore[no-untyped-call]
    picture = Image.fromarray(grey).resize((413, 531), Image.Resampling.BICUBIC).convert("RGB")
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    eyes = ((413 * 0.3, 531 * 0.35), (413 * 0.7, 531 * 0.35))
    return Portrait(out.getvalue(), "JPEG", 413, 531, out.getvalue(), 413, 531, eyes, 165.2, ())
