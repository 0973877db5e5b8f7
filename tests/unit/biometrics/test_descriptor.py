"""What the stand-in can tell and what it cannot, on real pictures."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter
from skimage.data import astronaut

from issuance.biometrics.descriptor import SIZE, describe, percents
from issuance.mrtd.detect import detect_faces
from specs.load import load
from tests import faces

pytestmark = pytest.mark.heavy

HIT = load().passport.afis.faces.hit_percent
PICTURE = Image.fromarray(astronaut())


def described(picture: Image.Image) -> bytes:
    """As of a portrait: eyes found in that very picture."""
    face = detect_faces(picture)[0]
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return describe(out.getvalue(), (face.left_eye, face.right_eye))


def gallery(*held: bytes) -> np.ndarray:
    return np.frombuffer(b"".join(held), np.int8).reshape(-1, SIZE)


def test_a_photograph_is_known_again_however_it_was_changed() -> None:
    noise = np.random.default_rng(0).normal(0, 8, (512, 512, 3))
    changed = [
        ImageEnhance.Brightness(PICTURE).enhance(0.7),
        ImageEnhance.Contrast(PICTURE).enhance(1.3),
        PICTURE.filter(ImageFilter.GaussianBlur(1)),
        PICTURE.rotate(4, Image.Resampling.BICUBIC, center=(225, 110)),
        PICTURE.resize((1024, 1024), Image.Resampling.LANCZOS),
        PICTURE.crop((40, 0, 500, 500)),
        PICTURE.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        PICTURE.convert("L").convert("RGB"),
        Image.fromarray((np.asarray(PICTURE) + noise).clip(0, 255).astype(np.uint8)),
    ]
    alike = percents(described(PICTURE), gallery(*map(described, changed)))
    assert alike.min() > HIT, alike


def test_no_two_of_a_hundred_people_are_alike() -> None:
    """4,950 pairs. The measured greatest likeness stands in docs/capture.md."""
    held = [describe(one.page_image, one.eyes) for one in map(faces.portrait, range(faces.PEOPLE))]
    table = np.stack([percents(one, gallery(*held)) for one in held])
    assert np.diag(table).min() > 99
    others = table[np.triu_indices(faces.PEOPLE, 1)]
    assert others.max() < HIT, others.max()
