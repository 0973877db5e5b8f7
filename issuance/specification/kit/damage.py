"""What is done to the files of a chip that no edition would write: before they are signed, and after. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from issuance.mrtd.data_groups.com import build_com
from issuance.specification.kit.flaws import Damage
from specs.schema.chip import LdsVersion

Groups = dict[int, bytes]
Files = dict[str, bytes]
_VERSION_3: Final = b"\x02\x01\x03"  # of SignedData, the first INTEGER of the file (RFC 5652 §5.1)
_ZONE_CHARACTERS: Final = 88  # TD3
_VERSION_1: Final = b"\x02\x01\x01"


def before_signing(groups: Groups, damage: Damage | None) -> Groups:
    """The data groups that are signed."""
    return _BEFORE[damage](groups) if damage in _BEFORE else groups


def after_signing(files: Files, damage: Damage | None, version: LdsVersion) -> Files:
    """The files as they lie on the chip, `EF_COM.bin` and so on."""
    if damage == "com_lists_less":
        return files | {"EF_COM.bin": build_com([1, 2], version)}
    if damage == "changed_after_signing":
        return files | {"DG11.bin": files["DG11.bin"][:-1] + b"X"}  # the last letter of the place of birth
    if damage == "without_card_access":
        return {name: held for name, held in files.items() if name != "EF_CardAccess.bin"}
    if damage == "sod_version":
        return files | {"EF_SOD.bin": files["EF_SOD.bin"].replace(_VERSION_3, _VERSION_1, 1)}
    return files


def _without(number: int) -> Callable[[Groups], Groups]:
    return lambda groups: {n: held for n, held in groups.items() if n != number}


def _longer_than_it_says(number: int) -> Callable[[Groups], Groups]:
    """The tag and a length of one byte less than there is."""

    def damaged(groups: Groups) -> Groups:
        held = bytearray(groups[number])
        octets = held[1] & 0x7F if held[1] & 0x80 else 0
        held[1 + octets] = (held[1 + octets] - 1) % 256
        return groups | {number: bytes(held)}

    return damaged


def _check_digit(groups: Groups) -> Groups:
    """The composite check digit, the last character of DG1, one too high."""
    held = groups[1]
    return groups | {1: held[:-1] + str((held[-1] - ord("0") + 1) % 10).encode()}


def _code(code: bytes) -> Callable[[Groups], Groups]:
    """Another document code: the first two characters of the zone, which no check digit covers."""

    def damaged(groups: Groups) -> Groups:
        held = groups[1]
        start = len(held) - _ZONE_CHARACTERS
        return groups | {1: held[:start] + code + held[start + 2 :]}

    return damaged


_BEFORE: Final[Mapping[Damage | None, Callable[[Groups], Groups]]] = {
    "dg1_malformed": _longer_than_it_says(1),
    "dg2_malformed": _longer_than_it_says(2),
    "without_dg11": _without(11),
    "without_dg12": _without(12),
    "without_dg14": _without(14),
    "without_dg15": _without(15),
    "check_digit": _check_digit,
    "unlisted_code": _code(b"PX"),
    "one_letter_code": _code(b"P<"),
}
