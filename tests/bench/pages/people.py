"""Zones of people nobody is, written by our own builder: every one is a valid MRZ. Equal seed, equal person."""

from __future__ import annotations

import random
from datetime import date, timedelta

from issuance.mrtd.mrz import build

_SURNAMES = (
    *(
        "AL BARUNI",
        "BEN HALIM",
        "EL MANSOURI",
        "TARHUNI",
        "AL QADHI",
        "SHERIF",
        "MEGRAHI",
        "ABUSHAGUR",
        "ZWAI",
        "JIBRIL",
    ),
    *(
        "ERIKSSON",
        "VAN DER MUELLEN",
        "OCONNOR",
        "SMITH JONES",
        "WHITEHALL",
        "KOWALCZYK",
        "QUISPE",
        "IBRAHIMOVIC",
        "XU",
        "OZ",
    ),
    *("AL FITURI ABDULRAHMAN", "MUKHTAR", "SANUSSI", "BUGAIGHIS", "GHARYANI", "FEZZANI", "KIKHIA", "SWEHLI", "LAMEEN"),
)
_GIVEN = (
    *(
        "ANNA MARIA",
        "MOHAMED",
        "ABDULLAH OMAR",
        "FATIMA ZAHRA",
        "KHALED",
        "YOUSEF ALI SALEM",
        "AISHA",
        "SALWA",
        "IDRIS",
    ),
    *(
        "HUDA",
        "LOES ALBERTINE",
        "KATARZYNA",
        "JO",
        "ZUZANA",
        "QASIM",
        "WAFA",
        "XAVIER",
        "BASMA",
        "GEORGE HUGH",
        "SKENDER",
    ),
    *("ABDELKARIM MUSTAFA", "NURI", "TAHER", "MAHMUD FATHI", "LUBNA", "RAWIA", "ESKANDER KEVIN", "CELESTE", "SALEH"),
)
_STATES = ("LBY", "LBY", "LBY", "UTO", "TUN", "EGY", "D", "FRA", "NLD", "CAN", "POL", "SWE", "MLT", "ITA", "GRC", "SDN")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_DIGITS = "0123456789"
_TODAY = date(2026, 7, 1)
_CODES = {"TD1": "I", "TD2": "I", "TD3": "P"}


def zone(format_name: str, seed: int) -> tuple[str, ...]:
    """The two or three lines of person `seed` in `format_name` (TD1, TD2, TD3)."""
    dice = random.Random(f"{format_name} {seed}")
    state = dice.choice(_STATES)
    digits = dice.randint(5, 8)
    number = "".join(dice.choices(_LETTERS, k=2)) + "".join(dice.choices(_DIGITS, k=digits - 1))
    if dice.random() < 0.3:  # as some States number: both kinds mixed
        number = "".join(dice.choices(_LETTERS + _DIGITS, k=9))
    born = _TODAY - timedelta(days=dice.randint(365, 90 * 365))
    ends = _TODAY + timedelta(days=dice.randint(-900, 3600))
    fields = {
        "document_code": _CODES[format_name],
        "issuer": state,
        "surname": dice.choice(_SURNAMES),
        "given": dice.choice(_GIVEN),
        "document_number": number,
        "nationality": state,
        "birth_date": f"{born:%y%m%d}",
        "sex": dice.choice("MF"),
        "expiry_date": f"{ends:%y%m%d}",
    }
    if format_name != "TD2" and dice.random() < 0.4:
        fields["optional"] = "".join(dice.choices(_DIGITS, k=12))
    return build(format_name, fields).lines
