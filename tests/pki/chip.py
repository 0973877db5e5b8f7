"""Data groups of a declared chip, written by hand from Doc 9303-3, -4 and -10."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from PIL import Image

from tests.pki.session import ACTIVE_INFO, chip_infos, spki
from tests.pki.tlv import tlv

TAGS = dict(enumerate(bytes.fromhex("6175637665666768696A6B6C6D6E6F70"), start=1))
_VALUES = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}


def check_digit(text: str) -> str:
    """Weights 7 3 1, modulo 10 (Doc 9303-3 §4.9)."""
    return str(sum(_VALUES[c] * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def mrz_lines(declared: Mapping[str, str]) -> tuple[str, str]:
    """A TD3 zone of code, state, names, number, birth, sex, expiry, optional; wrong_digit: a field of them."""

    def with_digit(field: str, text: str) -> str:
        digit = check_digit(text)
        return text + (str((int(digit) + 1) % 10) if declared.get("wrong_digit") == field else digit)

    first = f"{declared['code']:<<2}{declared['state']:<<3}{declared['names']:<<39}"
    number = with_digit("number", f"{declared['number']:<<9}")
    birth = with_digit("birth", str(declared["birth"]))
    expiry = with_digit("expiry", str(declared["expiry"]))
    optional = with_digit("optional", f"{declared.get('optional', ''):<<14}")
    composite = with_digit("composite", number + birth + expiry + optional)[-1]
    nationality = f"{declared.get('nationality', declared['state']):<<3}"
    return first, number + nationality + birth + declared["sex"] + expiry + optional + composite


def build_groups(declared: Mapping[str, Any]) -> dict[int, bytes]:
    """The data groups: 1 and 2 always, 11 with birth_date, 12 with issue_date, 15 with aa_key, 14 with any key."""
    groups = {1: tlv(0x61, tlv(0x5F1F, "".join(mrz_lines(declared["mrz"])).encode())), 2: face_group()}
    if (born := declared.get("birth_date")) is not None:
        groups[11] = tlv(
            0x6B, tlv(0x5C, b"\x5f\x0e\x5f\x2b"), tlv(0x5F0E, b"ERIKSSON<<ANNA<MARIA"), _date(0x5F2B, born)
        )
    if (issued := declared.get("issue_date")) is not None:
        groups[12] = tlv(0x6C, tlv(0x5C, b"\x5f\x19\x5f\x26"), tlv(0x5F19, b"UTOPIA"), _date(0x5F26, issued))
    if (label := declared.get("aa_key")) is not None:
        groups[15] = tlv(0x6F, spki(label))
    infos = [ACTIVE_INFO] if 15 in groups else []
    if (label := declared.get("ca_key")) is not None:
        infos.append(chip_infos(label))
    if infos:
        groups[14] = tlv(0x6E, tlv(0x31, *infos))
    return groups


def _date(tag: int, day: object) -> bytes:
    return tlv(tag, str(day).replace("-", "").encode("ascii"))


def com(groups: list[int]) -> bytes:
    """EF.COM of LDS 1.8, Unicode 4.0."""
    return tlv(0x60, tlv(0x5F01, b"0108"), tlv(0x5F36, b"040000"), tlv(0x5C, bytes(TAGS[n] for n in sorted(groups))))


@lru_cache
def face_group() -> bytes:
    """DG2 with one face of ISO/IEC 19794-5:2005, a grey picture."""
    out = io.BytesIO()
    Image.new("RGB", (240, 320), (128, 128, 128)).save(out, "JPEG", quality=50)
    picture = out.getvalue()
    size = (240).to_bytes(2, "big") + (320).to_bytes(2, "big")
    image = b"\x01\x00" + size + b"\x01\x02" + bytes(4) + picture
    information = (20 + len(image)).to_bytes(4, "big") + bytes(16)
    record = b"FAC\x00010\x00" + (14 + 20 + len(image)).to_bytes(4, "big") + b"\x00\x01" + information + image
    header = tlv(0xA1, b"\x81\x01\x02", b"\x87\x02\x01\x01", b"\x88\x02\x00\x08")
    return tlv(0x75, tlv(0x7F61, b"\x02\x01\x01", tlv(0x7F60, header, tlv(0x5F2E, record))))
