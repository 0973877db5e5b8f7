"""The seal of a declared world, written by hand from Doc 9303-13 §2 (version 4): a visa, its zone and a number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from tests.pki.certificates import Holder, moment

_CHARACTERS = {" ": 3} | {c: i for i, c in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", start=4)}
_VISA, _ZONE, _NUMBER = b"\x5d\x01", 0x02, 0x05
_LINES = ("V<{state}ERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "L898902C36{state}7408122F2810010")
"""The specimen of Doc 9303-4 Appendix B as a visa until 2028-10-01 (2*7 + 8*3 + 1 + 0 + 0 + 1 = 40: digit 0)."""


def build_seal(declared: Mapping[str, Any], holders: Mapping[str, Holder]) -> bytes:
    """The whole seal. declared: signer (name of a P-256 certificate), signer_id, state, number, issued, signed."""
    holder = holders[declared["signer"]]
    reference = f"{holder.certificate.serial_number:X}"
    head = b"\xdc\x03" + c40(declared["state"]) + c40(f"{declared['signer_id']}{len(reference):02X}{reference}")
    number = c40(declared["number"])
    zone = c40("".join(_LINES).format(state=declared["state"]).replace("<", " "))
    assert len(zone) == 44  # 36 + 28 characters
    features = bytes((_ZONE, len(zone))) + zone + bytes((_NUMBER, len(number))) + number
    signed = head + _date(declared["issued"]) + _date(declared["signed"]) + _VISA + features
    assert isinstance(holder.key, ec.EllipticCurvePrivateKey)
    r, s = decode_dss_signature(holder.key.sign(signed, ec.ECDSA(SHA256())))
    return signed + b"\xff\x40" + r.to_bytes(32, "big") + s.to_bytes(32, "big")


def c40(text: str) -> bytes:
    """Three characters in two bytes: 1600 a + 40 b + c + 1; a single one left stands as FE and its ASCII code + 1."""
    out = b""
    for at in range(0, len(text), 3):
        group = [_CHARACTERS[c] for c in text[at : at + 3]]
        if len(group) == 1:
            out += bytes((0xFE, ord(text[at]) + 1))
        else:
            a, b, c = [*group, 0][:3]
            out += (1600 * a + 40 * b + c + 1).to_bytes(2, "big")
    return out


def _date(day: object) -> bytes:
    return int(moment(day).strftime("%m%d%Y")).to_bytes(3, "big")
