"""Read back what was printed: the MRZ lines on a picture of a page, by PassportEye.

Gives text as it was read; whether it is a valid MRZ is the validator's to say (PassportEye's own verdict is not used).
"""

from __future__ import annotations

import io
import struct

from passporteye import read_mrz

from issuance.documents.printable import decode_picture


def read_mrz_text(image: bytes) -> list[str]:
    """The MRZ lines PassportEye reads on `image` (PNG or JPEG), spaces removed, in capitals; [] when it finds none.

    Raises `Invalid` for a picture that is too large (8 MiB, 25 megapixels) or cannot be decoded.
    """
    upright = io.BytesIO()
    decode_picture(image, "image").convert("L").save(upright, "PNG", compress_level=1)
    upright.seek(0)
    try:
        found = read_mrz(upright)
    except (OSError, struct.error, ValueError, IndexError, TypeError, AttributeError):
        return []  # its answers to pictures without an MRZ
    text = found.aux.get("text", "") if found is not None else ""
    return [cleaned for line in str(text).splitlines() if (cleaned := "".join(line.split()).upper())]
