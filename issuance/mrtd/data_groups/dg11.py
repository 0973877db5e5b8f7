"""DG11, additional personal details: the name in full in national characters, full birth date, place of birth.

The specification names which data objects are written; a value it does not name stays off the chip.
"""

from __future__ import annotations

from dataclasses import dataclass

from issuance.mrtd.data_groups.details import DG11, HOLDER, HOLDER_OTHERS, read_details
from issuance.mrtd.data_groups.fields import FILLER, PartialDate, field_faults, name, with_tag_list, words
from issuance.mrtd.tlv import LdsInvalid, Noted, encode
from specs.errors import Fault
from specs.schema.chip import HolderDetailsRules

CLAUSE = "Doc 9303-10 §4.7.11"
_OTHER_NAMES, _COUNT = 0xA0, 0x02
_FULL_NAME, _OTHER_NAME, _NUMBER, _BIRTH_DATE, _BIRTH_PLACE = 0x5F0E, 0x5F0F, 0x5F10, 0x5F2B, 0x5F11
_MAXIMUM_OTHER_NAMES = 255  # their number is one byte


@dataclass(frozen=True, slots=True)
class HolderDetails:
    """surname, given_names: in national characters, words apart by one space; place_of_birth: from small to large."""

    surname: str
    given_names: str = ""
    other_names: tuple[str, ...] = ()
    national_number: str | None = None
    birth_date: PartialDate | None = None
    place_of_birth: tuple[str, ...] = ()


def build_dg11(holder: HolderDetails, rules: HolderDetailsRules) -> bytes:
    """DG11 with the data objects `rules` names, as far as `holder` has them. Raises LdsInvalid with every fault."""
    writers = {
        "full_name": _full_name,
        "other_names": _others,
        "national_number": _national_number,
        "birth_date": _birth_date,
        "place_of_birth": _birth_place,
    }
    faults: list[Fault] = []
    written = [writers[element](holder, rules.text_maximum_bytes, faults) for element in rules.elements]
    if faults:
        raise LdsInvalid(*faults)
    return with_tag_list(DG11, [item for item in written if item is not None])


def read_dg11(data: bytes, noted: Noted = None) -> HolderDetails:
    """The holder's details as far as we write such; `details.read_details` gives all there is. Raises LdsInvalid."""
    held = read_details(data, DG11, "DG11", HOLDER, HOLDER_OTHERS, noted)
    surname, _, given = held.get("full_name", "").partition(FILLER * 2)
    born = held.get("birth_date")
    return HolderDetails(
        surname=surname.replace(FILLER, " "),
        given_names=given.replace(FILLER, " "),
        other_names=tuple(held.get("other_names", ())),
        national_number=held.get("national_number"),
        birth_date=PartialDate.parse(born) if born else None,
        place_of_birth=tuple(held.get("place_of_birth", ())),
    )


_Written = tuple[int, bytes] | None


def _full_name(holder: HolderDetails, room: int, faults: list[Fault]) -> _Written:
    parts = [holder.surname, holder.given_names] if holder.given_names else [holder.surname]
    whole = (FILLER * 2).join(map(name, parts))
    faults += field_faults("names", parts, whole, room)
    return _FULL_NAME, encode(_FULL_NAME, whole.encode())


def _others(holder: HolderDetails, room: int, faults: list[Fault]) -> _Written:
    if not holder.other_names:
        return None
    for other in holder.other_names:
        faults += field_faults("other_names", [other], name(other), room)
    if len(holder.other_names) > _MAXIMUM_OTHER_NAMES:
        faults.append(
            Fault("mrtd.lds.too_many", "الأسماء الأخرى كثيرة", "there are too many other names", "other_names", CLAUSE)
        )
        return None
    members = [encode(_OTHER_NAME, name(other).encode()) for other in holder.other_names]
    return _OTHER_NAME, encode(_OTHER_NAMES, encode(_COUNT, bytes((len(members),))), *members)


def _national_number(holder: HolderDetails, room: int, faults: list[Fault]) -> _Written:
    if holder.national_number is None:
        return None
    faults += field_faults("national_number", [holder.national_number], holder.national_number, room)
    return _NUMBER, encode(_NUMBER, holder.national_number.encode())


def _birth_date(holder: HolderDetails, _room: int, _faults: list[Fault]) -> _Written:
    if holder.birth_date is None:
        return None
    return _BIRTH_DATE, encode(_BIRTH_DATE, holder.birth_date.text().encode("ascii"))


def _birth_place(holder: HolderDetails, room: int, faults: list[Fault]) -> _Written:
    if not holder.place_of_birth:
        return None
    whole = FILLER.join(map(words, holder.place_of_birth))
    faults += field_faults("place_of_birth", holder.place_of_birth, whole, room)
    return _BIRTH_PLACE, encode(_BIRTH_PLACE, whole.encode())
