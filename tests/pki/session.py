"""What a terminal recorded of a declared chip: active authentication, and chip authentication with AES-128.

The chip is played by `cryptography`: its keys, its signature, the agreement and the code of its first answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.pki.certificates import private_key
from tests.pki.tlv import tlv

# SEQUENCE { id-AA 2.23.136.1.1.5, INTEGER 1, ecdsa-plain-SHA256 0.4.0.127.0.7.1.1.4.1.3 } (Doc 9303-11 §9.2.5)
ACTIVE_INFO = bytes.fromhex("3017 06066781080101 05 020101 060a04007f00070101040103".replace(" ", ""))
# SEQUENCE { id-CA-ECDH-AES-CBC-CMAC-128 0.4.0.127.0.7.2.2.3.2.2, INTEGER 1 } (Doc 9303-11 §9.2.6)
_CHIP_INFO = bytes.fromhex("300f 060a04007f00070202030202 020101".replace(" ", ""))
_PK_ECDH = bytes.fromhex("0609 04007f000702020102".replace(" ", ""))


def chip_infos(label: str) -> bytes:
    """The protocol and the key of a chip that offers chip authentication, as two SecurityInfos."""
    return _CHIP_INFO + tlv(0x30, _PK_ECDH, spki(label))


def spki(label: str) -> bytes:
    """The public key of this label."""
    return _key(label).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def recorded(chip: Mapping[str, Any]) -> dict[str, bytes]:
    """The record's files by name. chip: active_authentication {key, challenge, answered, encoding}; chip_authentication
    {key}: whose key the answering chip holds.
    """
    files: dict[str, bytes] = {}
    if (active := chip.get("active_authentication")) is not None:
        asked = bytes.fromhex(active.get("answered", active["challenge"]))
        files["aa_challenge.bin"] = bytes.fromhex(active["challenge"])
        files["aa_response.bin"] = _signature(active["key"], asked, active.get("encoding", "plain"))
    if (session := chip.get("chip_authentication")) is not None:
        files["ca_record.json"] = json.dumps(_session(session["key"])).encode()
    return files


def _signature(label: str, challenge: bytes, encoding: str) -> bytes:
    """ECDSA with SHA-256, plain r || s (Doc 9303-11 §6.1), or in `der`."""
    signature = _key(label).sign(challenge, ec.ECDSA(SHA256()))
    if encoding == "der":
        return signature
    r, s = decode_dss_signature(signature)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _session(label: str) -> dict[str, str]:
    """The terminal's key pair, and `90 00` of a chip with that key under the agreed code key (Doc 9303-11 §9.8)."""
    terminal = _key("terminal")
    secret = _key(label).exchange(ec.ECDH(), terminal.public_key())
    code_key = hashlib.sha1(secret + b"\0\0\0\2").digest()[:16]
    status = bytes.fromhex("99029000")
    code = CMAC(AES(code_key))
    code.update((2).to_bytes(16, "big") + status + b"\x80" + bytes(11))
    return {
        "terminal_public": terminal.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex(),
        "terminal_private": f"{terminal.private_numbers().private_value:x}",
        "response": (status + b"\x8e\x08" + code.finalize()[:8] + b"\x90\x00").hex(),
    }


def _key(label: str) -> ec.EllipticCurvePrivateKey:
    key = private_key("P-256", label)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key
