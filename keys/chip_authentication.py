"""Chip authentication judged from a recorded session (Doc 9303-11 §6.2, BSI TR-03110-2 §3.4).

The chip shows that it holds the private key of EF.DG14 by answering under session keys nobody without it can derive. A
record holds what the terminal knew; each piece is judged by what stands before it, down to the code of the chip's first
answer. Nothing here opens a session, and nothing is raised: what cannot be judged is `unknown` with its reason.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keys.algorithms import Unsupported
from keys.der import OID, SEQUENCE, DerError, Reader, element
from keys.deviations import CHIP
from keys.key_agreement import (
    AUTHENTICATION,
    CipherName,
    DhKey,
    EcKey,
    agreement_key,
    authentication_code,
    padded,
    session_key,
)
from keys.security_infos import CHIP_AUTHENTICATION, PK_DH, PK_ECDH, SecurityInfo
from keys.verdict import Check, Level, Result

CLAUSE: Final = "Doc 9303-11 §6.2"
MAXIMUM_RESPONSE_OCTETS: Final = 65_536
_LARGEST_SECRET_BITS: Final = 2048
_CIPHERS: Final[dict[str, CipherName]] = {"1": "3DES", "2": "AES-128", "3": "AES-192", "4": "AES-256"}
_KEY_OF_AGREEMENT: Final = {"1": PK_DH, "2": PK_ECDH}
_CODE, _STATUS, _PLAIN, _ENCRYPTED, _ENCRYPTED_ODD = 0x8E, 0x99, 0x81, 0x87, 0x85


@dataclass(frozen=True, slots=True)
class ChipAuthenticationRecord:
    """What a terminal wrote down of one session. None where it wrote nothing.

    terminal_public: its ephemeral key as sent (EC: 04, x, y; DH: the number); terminal_private: the secret of that key.
    response: the whole answer to the first command under the new keys, data objects and status, and the send sequence
    counter it answers with. nonce, token: of version 2, as in the answer to GENERAL AUTHENTICATE. protocol: dotted, and
    key_id, as chosen of what DG14 offers; may be None where it offers one.
    """

    terminal_public: bytes
    terminal_private: int | None
    response: bytes | None = None
    send_sequence_counter: int = 2
    nonce: bytes | None = None
    token: bytes | None = None
    protocol: str | None = None
    key_id: int | None = None


class _Unjudged(ValueError):
    """A piece is missing or contradicts another. args: check id, reason in English, reason in Arabic."""


def verify_chip_authentication(infos: Sequence[SecurityInfo], record: ChipAuthenticationRecord) -> list[Check]:
    """infos: the SecurityInfos of EF.DG14, whose genuineness the security object says.

    Checks: `ca.protocol`, `ca.key`, `ca.terminal_key`, and the verdict `ca.response`, `ca.token` as far as recorded.
    """
    checks: list[Check] = []
    try:
        protocol, key_id = _protocol(infos, record, checks)
        key = _key(infos, protocol, key_id)
        checks.append(_check("ca.key", "pass", "DG14 holds the key of the protocol", "في DG14 مفتاح البروتوكول"))
        secret = _agreed(key, record)
        checks.append(
            _check("ca.terminal_key", "pass", "the keys of the terminal belong together", "مفتاحا القارئ متوافقان")
        )
        cipher = _CIPHERS[protocol.rpartition(".")[2]]
        if record.token is None and record.response is None:
            raise _Unjudged("ca.response", "the record holds no answer of the chip", "لا رد للشريحة في السجل")
        mac_key = session_key(secret, cipher, AUTHENTICATION, record.nonce or b"")
        if record.token is not None:
            checks.append(_token(mac_key, cipher, _identifier(infos, protocol), key, record))
        if record.response is not None:
            checks.append(_response(mac_key, cipher, record.response, record.send_sequence_counter))
    except _Unjudged as missing:
        checks.append(_check(missing.args[0], "unknown", missing.args[1], missing.args[2]))
    return checks


def _protocol(
    infos: Sequence[SecurityInfo], record: ChipAuthenticationRecord, checks: list[Check]
) -> tuple[str, int | None]:
    """The protocol and key of the session: as recorded, or the only one offered."""
    offered = [info for info in infos if info.kind == "chip_authentication"]
    if record.protocol is not None:
        offered = [info for info in offered if info.protocol == record.protocol]
    if record.key_id is not None:
        offered = [info for info in offered if info.key_id in (None, record.key_id)]
    if len(offered) == 1:
        last = offered[0].protocol.rpartition(".")[2]
        if last not in _CIPHERS:
            raise _Unjudged("ca.protocol", f"no cipher is known for {offered[0].protocol}", "خوارزمية تشفير مجهولة")
        checks.append(_check("ca.protocol", "pass", f"DG14 offers {offered[0].name}", f"يعرض DG14 {offered[0].name}"))
        return offered[0].protocol, offered[0].key_id if offered[0].key_id is not None else record.key_id
    keys = {info.protocol for info in infos if info.kind == "key"}
    if not offered and record.protocol is None and len(keys) == 1:
        # older documents hold the key alone; the protocol is then that of EAC 1 without a choice, 3DES
        agreement = next(number for number, held in _KEY_OF_AGREEMENT.items() if held in keys)
        reason = "DG14 holds a key of chip authentication and names no protocol: 3DES is taken"
        checks.append(_check("ca.protocol", "warning", reason, "لا يسمي DG14 بروتوكولًا", "profile", CHIP))
        return f"{CHIP_AUTHENTICATION}.{agreement}.1", record.key_id
    if not offered:
        raise _Unjudged("ca.protocol", "DG14 does not offer this chip authentication", "لا يعرض DG14 هذا البروتوكول")
    raise _Unjudged("ca.protocol", "DG14 offers several, and the record names none", "يعرض DG14 أكثر من بروتوكول")


def _key(infos: Sequence[SecurityInfo], protocol: str, key_id: int | None) -> EcKey | DhKey:
    kind = _KEY_OF_AGREEMENT.get(protocol.split(".")[-2])
    keys = [info for info in infos if info.kind == "key" and info.protocol == kind and info.key is not None]
    if key_id is not None:
        keys = [info for info in keys if info.key_id == key_id]
    if len(keys) != 1:
        raise _Unjudged("ca.key", f"DG14 holds {len(keys)} keys for it", f"عدد المفاتيح المطابقة في DG14: {len(keys)}")
    try:
        return agreement_key(keys[0].key or b"")
    except (DerError, Unsupported) as error:
        raise _Unjudged("ca.key", f"the key of DG14: {error}", "مفتاح DG14 غير مقروء أو غير مدعوم") from error


def _agreed(key: EcKey | DhKey, record: ChipAuthenticationRecord) -> bytes:
    """The shared secret, of the key of DG14 and the terminal's secret; a record that contradicts itself is unjudged."""
    secret = record.terminal_private
    if secret is None or secret.bit_length() > _LARGEST_SECRET_BITS or secret < 1:
        raise _Unjudged("ca.terminal_key", "the record lacks the terminal's secret", "السجل يخلو من سر القارئ")
    try:
        if not key.other(record.terminal_public).belongs_to(secret):
            raise _Unjudged(
                "ca.terminal_key", "the terminal's keys do not belong together", "مفتاحا القارئ غير متوافقين"
            )
        return key.agreed(secret)
    except DerError as error:
        raise _Unjudged("ca.terminal_key", f"the terminal's key: {error}", "مفتاح القارئ غير مقروء") from error


def _token(
    mac_key: bytes, cipher: CipherName, identifier: bytes, key: EcKey | DhKey, record: ChipAuthenticationRecord
) -> Check:
    """Version 2: the code over the terminal's key as data object (BSI TR-03110-3 §A.2.3.2, §D.3.3)."""
    value_tag = b"\x86" if isinstance(key, EcKey) else b"\x84"
    data = _object(b"\x7f\x49", identifier + _object(value_tag, record.terminal_public))
    code = authentication_code(mac_key, cipher, padded(data, 8) if cipher == "3DES" else data)
    return _verdict("ca.token", hmac.compare_digest(code, record.token or b""))


def _response(mac_key: bytes, cipher: CipherName, response: bytes, counter: int) -> Check:
    """Secure messaging (§9.8.6.2): the code over counter, data objects and padding."""
    covered, code = _protected(response)
    if code is None:
        reason = "the chip did not answer under the new keys"
        return _check("ca.response", "fail", reason, "لم ترد الشريحة بالمفاتيح الجديدة")
    block = 8 if cipher == "3DES" else 16
    data = padded((counter % (1 << 8 * block)).to_bytes(block, "big") + covered, block)
    return _verdict("ca.response", hmac.compare_digest(authentication_code(mac_key, cipher, data), code))


def _protected(response: bytes) -> tuple[bytes, bytes | None]:
    """(the data objects the code covers, the code) of an answer with its two status bytes; no code, None."""
    end, at = len(response) - 2, 0
    if not 0 < end <= MAXIMUM_RESPONSE_OCTETS:
        return b"", None
    try:
        while at < end:
            tag, start, stop = element(response, at, end)
            if tag == _CODE:
                return response[:at], response[start:stop] if stop == end else None
            if tag not in (_STATUS, _PLAIN, _ENCRYPTED, _ENCRYPTED_ODD):
                break
            at = stop
    except DerError:
        pass
    return b"", None


def _verdict(check_id: str, holds: bool) -> Check:
    if holds:
        reason = "the chip holds the private key of DG14"
        return _check(check_id, "pass", reason, "الشريحة تملك المفتاح الخاص المقابل لـ DG14")
    reason = "the chip answered under other keys than those agreed with the key of DG14"
    return _check(check_id, "fail", reason, "ردت الشريحة بغير المفاتيح المتفق عليها بمفتاح DG14")


def _identifier(infos: Sequence[SecurityInfo], protocol: str) -> bytes:
    """The OBJECT IDENTIFIER of the protocol as DG14 encodes it."""
    for info in infos:
        if info.protocol == protocol:
            return Reader(info.encoded).enter(SEQUENCE).whole(OID)
    raise _Unjudged("ca.token", "DG14 does not name the protocol of the token", "لا يسمي DG14 بروتوكول الرمز")


def _object(tag: bytes, value: bytes) -> bytes:
    """A data object in the shortest form."""
    length = len(value)
    digits = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return tag + (bytes((length,)) if length < 0x80 else bytes((0x80 | len(digits),)) + digits) + value


def _check(
    check_id: str, result: Result, reason: str, reason_ar: str, level: Level = "crypto", deviation: str = ""
) -> Check:
    return Check(check_id, level, result, reason, reason_ar, CLAUSE, deviation)
