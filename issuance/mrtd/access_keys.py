"""Keys by which a reader opens a chip, from what is printed: the MRZ for BAC and PACE, the CAN for PACE. Pure.

Doc 9303-11 §4.3 (basic access), §4.4.4 (passwords of PACE), §9.7 (derivation). They open every chip whose page was
seen: show them to the reader alone and log them nowhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from issuance.mrtd.mrz import MrzReport, Rules, check_digit
from specs.errors import Fault, Invalid

_ENCRYPTION, _AUTHENTICATION, _PASSWORD = 1, 2, 3
_NUMBER_CHARACTERS: Final = 9
_CAN: Final = re.compile(r"[0-9]{6}")
_CLAUSE: Final = "Doc 9303-11 §9.7.2"
_PACE: Final[Mapping[str, tuple[Callable[[bytes], Any], int]]] = {
    "triple_des": (hashlib.sha1, 16),
    "aes128": (hashlib.sha1, 16),
    "aes192": (hashlib.sha256, 24),
    "aes256": (hashlib.sha256, 32),
}
"""Cipher of PACE -> the hash its keys are derived with, and their length in bytes (§9.7.1.1 to §9.7.1.4)."""


@dataclass(frozen=True, slots=True)
class BacKeys:
    """16 bytes each; encryption, authentication: two-key 3DES with odd parity."""

    seed: bytes
    encryption: bytes
    authentication: bytes


def mrz_information(report: MrzReport, rules: Rules | None = None) -> str:
    """Document number, date of birth and date of expiry, each with its check digit (§4.3.2, §9.7.2).

    A number longer than nine characters (TD1, TD2) stands whole, without the filler that marks it. Raises `Invalid`
    where the zone has no such fields or a check digit in it does not fit: keys of a misread zone open nothing.
    """
    fields = report.fields
    wrong = [fault for fault in report.errors if fault.field in ("document_number", "birth_date", "expiry_date")]
    if not fields or wrong:
        raise Invalid(*(wrong or report.errors))
    number = fields["document_number"].ljust(_NUMBER_CHARACTERS, "<")
    parts = (number, fields["birth_date"], fields["expiry_date"])
    return "".join(part + check_digit(part, rules) for part in parts)


def bac_keys(information: str) -> BacKeys:
    """K_seed of the MRZ information, and K_Enc and K_MAC of it (Doc 9303-11 §4.3.2, §9.7.1.1)."""
    seed = hashlib.sha1(information.encode("ascii"), usedforsecurity=False).digest()[:16]
    return BacKeys(seed, _derived(seed, _ENCRYPTION, "triple_des"), _derived(seed, _AUTHENTICATION, "triple_des"))


def pace_keys(shared: bytes) -> dict[str, bytes]:
    """K_pi by cipher for the password f(pi) (§4.4.4, §9.7.3): `mrz_password` or `can_password`."""
    return {cipher: _derived(shared, _PASSWORD, cipher) for cipher in _PACE}


def mrz_password(information: str) -> bytes:
    """f(pi) of the MRZ: SHA-1 of the MRZ information, all 20 bytes."""
    return hashlib.sha1(information.encode("ascii"), usedforsecurity=False).digest()


def can_password(number: str) -> bytes:
    """f(pi) of the card access number: its six digits as they are. Raises `Invalid`."""
    if not _CAN.fullmatch(number):
        words = "رقم الوصول ستة أرقام", "a card access number has six digits"
        raise Invalid(Fault("access_keys.can", *words, field="can", clause=_CLAUSE))
    return number.encode("ascii")


def keys_as_json(information: str, can: str | None = None) -> dict[str, Any]:
    """Hexadecimal: `{"mrz_information", "bac": {"seed","encryption","authentication"}, "pace": {"mrz", "can"}}`."""
    bac = bac_keys(information)
    passwords = {"mrz": mrz_password(information)} | ({"can": can_password(can)} if can is not None else {})
    return {
        "mrz_information": information,
        "bac": {name: getattr(bac, name).hex().upper() for name in BacKeys.__slots__},
        "pace": {
            kind: {cipher: key.hex().upper() for cipher, key in pace_keys(password).items()}
            for kind, password in passwords.items()
        },
    }


def _derived(shared: bytes, counter: int, cipher: str) -> bytes:
    """KDF(K, c) = H(K || c), cut to the length of the key; keys of 3DES get odd parity."""
    hashed, length = _PACE[cipher]
    key: bytes = hashed(shared + counter.to_bytes(4, "big")).digest()[:length]
    return bytes(_odd(octet) for octet in key) if cipher == "triple_des" else key


def _odd(octet: int) -> int:
    """The octet with its lowest bit set so that the count of ones is odd (FIPS 46-3)."""
    return (octet & 0xFE) | (1 - (octet >> 1).bit_count() % 2)
