"""DG14, DG15 and EF.CardAccess: protocols and keys of the chip.

What was read is never re-encoded: its bytes are what the State signed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from issuance.mrtd.tlv import LdsInvalid, Noted, encode, odd, only
from keys.algorithms import PublicKey, Unsupported, public_key
from keys.der import DerError
from keys.key_agreement import DhKey, EcKey, agreement_key
from keys.security_infos import STANDARD_PARAMETERS, SecurityInfo, read_security_infos
from keys.security_infos_write import active_authentication_info, pace_info, security_infos
from specs.schema.chip import Chip

CLAUSE = "Doc 9303-10 §4.7.14, §4.7.15"
_DG14, _DG15 = 0x6E, 0x6F


def read_dg14(data: bytes, noted: Noted = None) -> tuple[SecurityInfo, ...]:
    """The SecurityInfos, in the order received. Raises LdsInvalid. Odd but readable: none at all."""
    try:
        found = read_security_infos(only(data, _DG14, "DG14", noted))
    except DerError as error:
        raise _broken("DG14", "security_infos", f"SecurityInfos: {error}", "معلومات الأمان غير مقروءة") from error
    if not found:
        odd(noted, "dg14.empty", "there is no SecurityInfo", "لا توجد معلومات أمان", field="DG14", clause=CLAUSE)
    return found


def read_card_access(data: bytes) -> tuple[SecurityInfo, ...]:
    """The SecurityInfos of EF.CardAccess, which stand without a frame. Raises LdsInvalid."""
    try:
        return read_security_infos(data)
    except DerError as error:
        raise _broken("CardAccess", "security_infos", f"SecurityInfos: {error}", "معلومات الأمان غير مقروءة") from error


def read_dg15(data: bytes, noted: Noted = None) -> bytes:
    """The SubjectPublicKeyInfo of active authentication, as it stands. Raises LdsInvalid when it is no SEQUENCE."""
    key = only(data, _DG15, "DG15", noted)
    only(key, 0x30, "DG15", noted)
    return key


def build_security_files(chip: Chip, key: bytes | None) -> dict[str, bytes]:
    """`DG14`, `DG15` and `CardAccess` of our chip, those its edition has. key: SubjectPublicKeyInfo made for the chip.

    EF.CardAccess lies outside EF.SOD; that DG14 repeats it is what lets a terminal trust it (Doc 9303-11 §9.2.11).
    """
    options, active = chip.security_options, chip.active_authentication
    files: dict[str, bytes] = {}
    infos = []
    if options is not None:
        infos.append(pace_info(options.pace_protocol, options.pace_parameter_id))
        files["CardAccess"] = security_infos(*infos)
    if active is not None and active.response_signature is not None:
        infos.append(active_authentication_info(active.response_signature))
    if infos:
        files["DG14"] = encode(_DG14, security_infos(*infos))
    if active is not None and key is not None:
        files["DG15"] = encode(_DG15, key)
    return files


def said_of(info: SecurityInfo) -> dict[str, Any]:
    """One entry in plain values; what it does not have is left out."""
    said = {
        "protocol": info.name,
        "oid": info.protocol,
        "version": info.version,
        "parameters": STANDARD_PARAMETERS.get(info.parameter_id or 0, str(info.parameter_id))
        if info.parameter_id is not None
        else None,
        "key_id": info.key_id,
        "key": _kind(info.key, agreement_key) if info.key is not None else None,
        "algorithm": info.algorithm,
    }
    return {name: value for name, value in said.items() if value is not None}


def key_kind(spki: bytes) -> str:
    """`P-256`, `rsa-2048`; of a key this program does not compute with, why."""
    return _kind(spki, public_key)


def _kind(spki: bytes, read: Callable[[bytes], PublicKey | EcKey | DhKey]) -> str:
    try:
        return read(spki).kind
    except (DerError, Unsupported) as error:
        return str(error)


def _broken(what: str, code: str, en: str, ar: str) -> LdsInvalid:
    return LdsInvalid.because(f"{what.lower()}.{code}", en, ar, field=what, clause=CLAUSE)
