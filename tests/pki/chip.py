"""Data groups of a declared chip, written by hand from Doc 9303-3, -4 and -10."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image

from tests.pki.certificates import private_key

TAGS = dict(enumerate(bytes.fromhex("6175637665666768696A6B6C6D6E6F70"), start=1))
_VALUES = {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}


def tlv(tag: int, *values: bytes) -> bytes:
    """BER-TLV with the shortest length."""
    value = b"".join(values)
    size = len(value)
    length = bytes((size,)) if size < 0x80 else _long(size)
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + length + value


def _long(size: int) -> bytes:
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets


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
    """The data groups of the chip: 1 and 2 always, 11 with birth_date, 12 with issue_date, 15 with aa_key."""
    groups = {1: tlv(0x61, tlv(0x5F1F, "".join(mrz_lines(declared["mrz"])).encode())), 2: face_group()}
    if (born := declared.get("birth_date")) is not None:
        groups[11] = tlv(
            0x6B, tlv(0x5C, b"\x5f\x0e\x5f\x2b"), tlv(0x5F0E, b"ERIKSSON<<ANNA<MARIA"), _date(0x5F2B, born)
        )
    if (issued := declared.get("issue_date")) is not None:
        groups[12] = tlv(0x6C, tlv(0x5C, b"\x5f\x19\x5f\x26"), tlv(0x5F19, b"UTOPIA"), _date(0x5F26, issued))
    if (label := declared.get("aa_key")) is not None:
        groups[15] = tlv(0x6F, spki(label))
        groups[14] = tlv(0x6E, tlv(0x31, _AA_INFO))
    return groups


# SEQUENCE { id-AA 2.23.136.1.1.5, INTEGER 1, ecdsa-plain-SHA256 0.4.0.127.0.7.1.1.4.1.3 } (Doc 9303-11 §9.2.5)
_AA_INFO = bytes.fromhex("3017 06066781080101 05 020101 060a04007f00070101040103".replace(" ", ""))


def _date(tag: int, day: object) -> bytes:
    return tlv(tag, str(day).replace("-", "").encode("ascii"))


def com(groups: list[int]) -> bytes:
    """EF.COM of LDS 1.8, Unicode 4.0."""
    return tlv(0x60, tlv(0x5F01, b"0108"), tlv(0x5F36, b"040000"), tlv(0x5C, bytes(TAGS[n] for n in sorted(groups))))


def spki(label: str) -> bytes:
    """The public key of an active-authentication key of this label."""
    return private_key("P-256", label).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def authenticate(label: str, challenge: bytes, encoding: str = "plain") -> bytes:
    """What a chip with that key answers: ECDSA with SHA-256, plain r || s (Doc 9303-11 §6.1), or in `der`."""
    key = private_key("P-256", label)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    signature = key.sign(challenge, ec.ECDSA(SHA256()))
    if encoding == "der":
        return signature
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


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
