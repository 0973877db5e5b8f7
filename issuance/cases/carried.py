"""What of a file goes with matters that are joined or split: accused, charges, rulings, custody, bans. Pure.

The receiving file keeps it in its own action, so that each file folds by itself; both keep their history.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from issuance.cases.file import MOVED, Accused, CaseFile, Charge, Custody, Matter, TravelBan

_ACCUSED, _CHARGES = TypeAdapter(list[Accused]), TypeAdapter(list[Charge])
_MATTERS, _CUSTODY, _BANS = TypeAdapter(list[Matter]), TypeAdapter(list[Custody]), TypeAdapter(list[TravelBan])


def leaving(file: CaseFile, codes: Collection[str]) -> set[str]:
    """The accused of whom nothing stays when these matters go: their custody and travel bans go along."""
    staying = {m.accused for m in file.matters.values() if m.code not in codes and m.state != MOVED}
    return {file.matters[code].accused for code in codes} - staying


def carried(file: CaseFile, codes: Collection[str]) -> dict[str, Any]:
    """The matters of these codes with all that belongs to them, as JSON."""
    matters = [file.matters[code] for code in codes]
    accused, charges = {m.accused for m in matters}, {m.charge for m in matters}
    whole = leaving(file, codes)
    return {
        "accused": _ACCUSED.dump_python([a for a in file.accused.values() if a.code in accused], mode="json"),
        "charges": _CHARGES.dump_python([c for c in file.charges.values() if c.code in charges], mode="json"),
        "matters": _MATTERS.dump_python(matters, mode="json"),
        "custody": _CUSTODY.dump_python([c for c in file.custody.values() if c.accused in whole], mode="json"),
        "travel_bans": _BANS.dump_python([b for b in file.travel_bans if b.accused in whole], mode="json"),
        "evidence": [*file.evidence],
        "place": file.place,
        "region": file.region,
        "classification": file.classification,
        "sealed": file.sealed,
    }


def received(file: CaseFile, goods: Mapping[str, Any]) -> CaseFile:
    """The file with what was carried here, under codes that follow its own."""
    accused_codes, charge_codes = (
        _codes("A", file.accused, goods["accused"]),
        _codes("C", file.charges, goods["charges"]),
    )
    accused = {
        new: replace(a, code=new) for a in _ACCUSED.validate_python(goods["accused"]) if (new := accused_codes[a.code])
    }
    charges = {
        new: replace(c, code=new) for c in _CHARGES.validate_python(goods["charges"]) if (new := charge_codes[c.code])
    }
    matters = {}
    for matter in _MATTERS.validate_python(goods["matters"]):
        a, c = accused_codes[matter.accused], charge_codes[matter.charge]
        matters[f"{a}/{c}"] = replace(matter, code=f"{a}/{c}", accused=a, charge=c)
    custody = {
        (a := accused_codes[held.accused]): replace(held, accused=a)
        for held in _CUSTODY.validate_python(goods["custody"])
    }
    bans = [replace(b, accused=accused_codes[b.accused]) for b in _BANS.validate_python(goods["travel_bans"])]
    return replace(
        file,
        accused={**file.accused, **accused},
        charges={**file.charges, **charges},
        matters={**file.matters, **matters},
        custody={**file.custody, **custody},
        travel_bans=(*file.travel_bans, *bans),
        evidence=(*file.evidence, *(e for e in goods["evidence"] if e not in file.evidence)),
        place=file.place or goods["place"],
        region=file.region or goods["region"],
        classification=max(file.classification, goods["classification"], key=_SECRECY.index),
        sealed=file.sealed or goods["sealed"],
    )


_SECRECY = ("public", "restricted", "secret")


def _codes(letter: str, held: Mapping[str, object], goods: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    return {entry["code"]: f"{letter}{len(held) + place}" for place, entry in enumerate(goods, 1)}
