"""Is this the chip that was issued, and no copy of its files? Judged from what a terminal recorded, when it did.

Passive authentication proves the data; only the chip's own secret proves the chip. Nothing here speaks to a chip.
"""

from __future__ import annotations

from typing import Final

from issuance.border.chip_files import Chip
from issuance.mrtd.data_groups.dg14 import read_card_access, read_dg14, read_dg15
from issuance.mrtd.tlv import LdsInvalid
from keys.active_authentication import verify_active_authentication
from keys.chip_authentication import verify_chip_authentication
from keys.security_infos import SecurityInfo
from keys.verdict import Check, Result
from specs.schema.chip import ChipReading

_ACTIVE: Final = "Doc 9303-11 §6.1"
_ACCESS: Final = "Doc 9303-11 §9.2.11"
_CHIP: Final = "Doc 9303-11 §6.2"


def liveness_checks(chip: Chip, rules: ChipReading) -> list[Check]:
    """Checks `aa.*` and `ca.*` of the records; a warning where the chip offers proof and nobody asked for it."""
    infos = _infos(chip)
    active = _active(chip, infos, rules)
    session = _session(chip, infos)
    proven = any(c.id in ("aa.response", "ca.response", "ca.token") and c.result == "pass" for c in active + session)
    if not active and not proven and 15 in chip.groups:
        active = [_check("chip.active_authentication", "warning", *_NOT_ASKED, _ACTIVE)]
    if not session and not proven and any(info.kind == "chip_authentication" for info in infos):
        session = [_check("chip.chip_authentication", "warning", *_NOT_ASKED, _CHIP)]
    return [*_access(chip, infos), *active, *session]


_NOT_ASKED: Final = (
    "the chip can prove that it is no copy, and there is no record that it did",
    "تستطيع الشريحة إثبات أنها ليست نسخة، ولا سجل بأنها فعلت",
)


def _infos(chip: Chip) -> tuple[SecurityInfo, ...]:
    data = chip.groups.get(14)
    try:
        return read_dg14(data) if data is not None else ()
    except LdsInvalid:
        return ()  # the reading of DG14 says why


def _access(chip: Chip, infos: tuple[SecurityInfo, ...]) -> list[Check]:
    """EF.CardAccess is unsigned: what it offers for PACE must stand in DG14, which is signed."""
    data = chip.files.get("EF_CardAccess")
    if data is None or 14 not in chip.groups:
        return []
    try:
        offered = {info.encoded for info in read_card_access(data)}
    except LdsInvalid as error:
        return [_check("chip.card_access", "fail", error.faults[0].en, error.faults[0].ar, _ACCESS)]
    if offered <= {info.encoded for info in infos}:
        words = "what EF.CardAccess offers is signed in DG14", "ما تعرضه EF.CardAccess موقع في DG14"
        return [_check("chip.card_access", "pass", *words, _ACCESS)]
    words = "EF.CardAccess offers what DG14 does not know", "تعرض EF.CardAccess ما لا يعرفه DG14"
    return [_check("chip.card_access", "fail", *words, _ACCESS)]


def _active(chip: Chip, infos: tuple[SecurityInfo, ...], rules: ChipReading) -> list[Check]:
    if chip.active_authentication is None:
        return []
    try:
        key = read_dg15(chip.groups[15])
    except (KeyError, LdsInvalid):
        words = "there is a record, and no DG15 to judge it by", "يوجد سجل ولا مفتاح DG15 للحكم به"
        return [_check("chip.active_authentication", "unknown", *words, _ACTIVE)]
    challenge, response = chip.active_authentication
    named = next((info.algorithm for info in infos if info.kind == "active"), None)
    return verify_active_authentication(
        key,
        challenge,
        response,
        algorithm_oid=named,
        der_allowed=rules.active_authentication.ecdsa_der_accepted,
    )


def _session(chip: Chip, infos: tuple[SecurityInfo, ...]) -> list[Check]:
    record = chip.chip_authentication
    return verify_chip_authentication(infos, record) if record is not None else []


def _check(check_id: str, result: Result, reason: str, reason_ar: str, clause: str) -> Check:
    return Check(check_id, "crypto", result, reason, reason_ar, clause)
