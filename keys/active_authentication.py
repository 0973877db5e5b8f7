"""Active authentication judged from a recorded challenge and response (Doc 9303-11 §6.1).

The chip shows that it holds the private key of EF.DG15; whether that key is the State's, the security object says.
Public operations only, and never an exception: what cannot be judged is `unknown` with its reason.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import Final

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from keys.algorithms import PublicKey, SignatureAlgorithm, Unsupported, holds, public_key
from keys.curves import known_by_name
from keys.der import SEQUENCE, DerError, Reader
from keys.deviations import CHIP
from keys.verdict import Check, Level, Result

CLAUSE: Final = "Doc 9303-11 §6.1"
CHALLENGE_OCTETS: Final = 8
MAXIMUM_RESPONSE_OCTETS: Final = 1024
# ISO/IEC 9796-2 §9.2: trailers of the dedicated hash functions (ISO/IEC 10118-3); BC alone leaves the hash to be SHA-1.
_TRAILERS: Final = {0x33: "sha1", 0x34: "sha256", 0x35: "sha512", 0x36: "sha384", 0x38: "sha224"}
_PARTIAL_RECOVERY: Final = re.compile(rb"\x6a|\x6b\xbb*\xba", re.DOTALL)
_PLAIN_ECDSA: Final = {
    "0.4.0.127.0.7.1.1.4.1.1": "sha1",
    "0.4.0.127.0.7.1.1.4.1.2": "sha224",
    "0.4.0.127.0.7.1.1.4.1.3": "sha256",
    "0.4.0.127.0.7.1.1.4.1.4": "sha384",
    "0.4.0.127.0.7.1.1.4.1.5": "sha512",
}
_ECDSA_HASHES: Final = ("sha256", "sha384", "sha512", "sha224")


def verify_active_authentication(
    spki: bytes, challenge: bytes, response: bytes, *, algorithm_oid: str | None, der_allowed: bool
) -> list[Check]:
    """spki: key of EF.DG15; challenge: the 8 bytes sent; response: what the chip answered.

    algorithm_oid: of ActiveAuthenticationInfo in EF.DG14, which ECDSA needs and RSA has not. der_allowed: an ECDSA
    response in DER is judged too, with a finding. Checks: `aa.key`, `aa.challenge`, `aa.response` (the verdict),
    `aa.hash`, `aa.encoding`, `aa.algorithm`.
    """
    if len(challenge) != CHALLENGE_OCTETS:
        reason = f"the challenge has {len(challenge)} bytes, {CHALLENGE_OCTETS} are sent"
        return [_check("aa.challenge", "unknown", reason, f"التحدي {len(challenge)} بايت والمطلوب {CHALLENGE_OCTETS}")]
    try:
        key = public_key(spki)
    except (DerError, Unsupported) as error:
        return [_check("aa.key", "unknown", f"the key of DG15: {error}", "مفتاح DG15 غير مقروء أو غير مدعوم")]
    checks = [_check("aa.key", "pass", f"DG15 holds a key of kind {key.kind}", f"في DG15 مفتاح من نوع {key.kind}")]
    if not 0 < len(response) <= MAXIMUM_RESPONSE_OCTETS:
        reason = f"a response of {len(response)} bytes"
        return [*checks, _check("aa.response", "fail", reason, f"رد من {len(response)} بايت")]
    if isinstance(key.key, rsa.RSAPublicKey):
        return checks + _rsa(key.key, challenge, response)
    if key.curve is not None:
        return checks + list(_ecdsa(key, challenge, response, algorithm_oid, der_allowed))
    reason = f"no active authentication is defined for a key of kind {key.kind}"
    return [*checks, _check("aa.response", "unknown", reason, "لا مصادقة نشطة معرّفة لهذا النوع من المفاتيح")]


def _rsa(key: rsa.RSAPublicKey, challenge: bytes, response: bytes) -> list[Check]:
    """ISO/IEC 9796-2 digital signature scheme 1, partial recovery: M1 in the signature, M2 the challenge."""
    numbers = key.public_numbers()
    signature = int.from_bytes(response, "big")
    if len(response) != (key.key_size + 7) // 8 or signature >= numbers.n:
        return [_check("aa.response", "fail", "the response has not the size of the key", "طول الرد لا يطابق المفتاح")]
    opened = pow(signature, numbers.e, numbers.n)
    if opened & 0x0F != 0x0C:  # the smaller of s and n - s may be sent (ISO/IEC 9796-2 §B.6)
        opened = numbers.n - opened
    block = opened.to_bytes((opened.bit_length() + 7) // 8, "big")
    found = _recovered(block) if opened.bit_length() > key.key_size - 8 else None  # a shorter block is none
    if found is None:
        reason = "the response opens to nothing an ISO/IEC 9796-2 signature could be: another key than that of DG15"
        return [_check("aa.response", "fail", reason, "الرد لا يوافق مفتاح DG15")]
    name, first_part, digest = found
    if not hmac.compare_digest(hashlib.new(name, first_part + challenge).digest(), digest):
        reason = "the digest in the response is not that of this challenge"
        return [_check("aa.response", "fail", reason, "بصمة الرد ليست بصمة هذا التحدي")]
    return [_answered(), *_weak(name)]


def _recovered(block: bytes) -> tuple[str, bytes, bytes] | None:
    """(hash, M1, digest) of a recoverable block: header, M1, digest, trailer; every byte accounted for, or None."""
    header = _PARTIAL_RECOVERY.match(block)
    if header is None or len(block) < 2:
        return None
    name = "sha1" if block[-1] == 0xBC else _TRAILERS.get(block[-2]) if block[-1] == 0xCC else None
    if name is None:
        return None
    end = len(block) - (1 if block[-1] == 0xBC else 2)
    start = end - hashlib.new(name).digest_size
    if start <= header.end():
        return None
    return name, block[header.end() : start], block[start:end]


def _ecdsa(
    key: PublicKey, challenge: bytes, response: bytes, algorithm_oid: str | None, der_allowed: bool
) -> Iterator[Check]:
    """ECDSA over the challenge, r || s of BSI TR-03111 §5.2.1; the hash by EF.DG14, else by trial."""
    named = _PLAIN_ECDSA.get(algorithm_oid or "")
    if named is None:
        said = "names no signature algorithm" if algorithm_oid is None else f"names {algorithm_oid}, no plain ECDSA"
        yield _check("aa.algorithm", "warning", f"DG14 {said}", "لا يسمي DG14 خوارزمية توقيع صالحة", "profile", CHIP)
    curve = known_by_name(key.curve or "")
    octets = (curve.n.bit_length() + 7) // 8 if curve is not None else 0
    candidates = []
    if len(response) == 2 * octets:
        r, s = int.from_bytes(response[:octets], "big"), int.from_bytes(response[octets:], "big")
        candidates.append((encode_dss_signature(r, s), True))
    if der_allowed and _is_pair(response):
        candidates.append((response, False))
    for name in (named,) if named else _ECDSA_HASHES:
        for signature, plain in candidates:
            try:
                if not holds(key, SignatureAlgorithm("", "ecdsa", name, False), signature, challenge):
                    continue
            except Unsupported as error:
                yield _check("aa.response", "unknown", f"the response: {error}", "تعذر حساب الرد")
                return
            yield _answered()
            if not plain:
                reason = "the response is in DER, where the plain form r || s is demanded"
                yield _check("aa.encoding", "warning", reason, "الرد بترميز DER والمطلوب r || s", "profile", CHIP)
            yield from _weak(name)
            return
    reason = "the response is no signature of the challenge by the key of DG15"
    yield _check("aa.response", "fail", reason, "الرد ليس توقيع التحدي بمفتاح DG15")


def _is_pair(response: bytes) -> bool:
    """Whether it is a DER SEQUENCE of two positive INTEGERs and nothing else."""
    try:
        outer = Reader(response)
        pair = outer.enter(SEQUENCE)
        outer.done()
        r, s = pair.integer(), pair.integer()
        pair.done()
    except DerError:
        return False
    return r > 0 and s > 0


def _answered() -> Check:
    return _check(
        "aa.response", "pass", "the chip holds the private key of DG15", "الشريحة تملك المفتاح الخاص المقابل لـ DG15"
    )


def _weak(name: str) -> list[Check]:
    if name != "sha1":
        return []
    return [_check("aa.hash", "warning", "the response rests on SHA-1", "الرد مبني على SHA-1", "policy")]


def _check(
    check_id: str, result: Result, reason: str, reason_ar: str, level: Level = "crypto", deviation: str = ""
) -> Check:
    return Check(check_id, level, result, reason, reason_ar, CLAUSE, deviation)
