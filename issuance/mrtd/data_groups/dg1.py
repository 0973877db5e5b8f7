"""DG1: the machine readable zone, byte for byte as printed. What the lines mean belongs to `issuance.mrtd.mrz`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from issuance.mrtd.tlv import LdsInvalid, encode, only

CLAUSE = "Doc 9303-10 §4.7.1"
_DG1, _MRZ = 0x61, 0x5F1F
# (lines, characters a line): TD1, TD2, TD3. Their totals differ, so the total tells the shape.
_SHAPES = {90: (3, 30), 72: (2, 36), 88: (2, 44)}
_ALPHABET = re.compile(rb"[A-Z0-9<]*")


def build_dg1(mrz_lines: Sequence[str]) -> bytes:
    """DG1 of the lines of a TD1, TD2 or TD3 zone: 95, 77 or 93 bytes. Raises LdsInvalid."""
    try:
        text = "".join(mrz_lines).encode("ascii")
    except UnicodeEncodeError as error:
        raise _broken() from error
    lines, characters = _SHAPES.get(len(text), (0, 0))
    if [len(line) for line in mrz_lines] != [characters] * lines or not lines:
        raise _broken()
    return encode(_DG1, encode(_MRZ, _checked(text)))


def read_dg1(data: bytes) -> tuple[str, ...]:
    """The lines of the zone, unvalidated beyond alphabet and length. Raises LdsInvalid."""
    text = _checked(only(only(data, _DG1, "DG1"), _MRZ, "DG1")).decode("ascii")
    lines, characters = _SHAPES[len(text)]
    return tuple(text[n * characters : (n + 1) * characters] for n in range(lines))


def _checked(text: bytes) -> bytes:
    if len(text) not in _SHAPES or not _ALPHABET.fullmatch(text):
        raise _broken()
    return text


def _broken() -> LdsInvalid:
    return LdsInvalid.because(
        "dg1.mrz",
        "the machine readable zone must be 3 x 30, 2 x 36 or 2 x 44 characters A-Z, 0-9 and <",
        "المنطقة المقروءة آليًا: ثلاثة أسطر من 30 أو سطران من 36 أو 44 حرفًا من A-Z و0-9 و<",
        field="DG1",
        clause=CLAUSE,
    )
