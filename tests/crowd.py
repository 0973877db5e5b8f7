"""A register of many invented people whose names are as unevenly spread as real ones, for searches and measurements.

A few first names carry a fifth of the people, the largest family three in a hundred; most families are small.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import accumulate
from typing import Any

from sqlalchemy import insert

from issuance.db.session import Database
from issuance.jobs.synthetic import _FAMILY, _MALE
from issuance.mrtd.text.suggest import suggest_latin
from issuance.people.model import Person
from issuance.people.name_index import fill
from specs.load import load

_FIRST = [name for name, _ in _MALE] + [
    *(
        "محمود",
        "عثمان",
        "سليمان",
        "صالح",
        "ناصر",
        "منصور",
        "بشير",
        "جمعة",
        "خليفة",
        "مسعود",
        "وليد",
        "هشام",
        "عادل",
        "نوري",
    ),
    *(
        "ميلاد",
        "معمر",
        "سعد",
        "حمزة",
        "أسامة",
        "أنس",
        "أيمن",
        "عبد الرحمن",
        "عبد العزيز",
        "صلاح الدين",
        "أبو بكر",
        "فتحي",
    ),
    *(
        "إسماعيل",
        "عيسى",
        "موسى",
        "ياسين",
        "رضا",
        "ضياء الدين",
        "غيث",
        "ظافر",
        "ثامر",
        "نصر",
        "عامر",
        "جابر",
        "حاتم",
        "زياد",
    ),
]
_ROOTS = "بتثجحخدذرزسشصضطظغفقكلمنه"
BATCH = 5_000


def families(count: int, seed: int = 7) -> list[str]:
    """Names of families: the known ones first, then invented ones of three or four letters and an ending."""
    dice = random.Random(seed)
    out = dict.fromkeys(name for name, _ in _FAMILY)
    while len(out) < count:
        root = "".join(dice.sample(_ROOTS, dice.choice((3, 3, 4))))
        out["ال" + root[0] + dice.choice(("", "ا", "و", "ي")) + root[1:] + dice.choice(("ي", "ي", "", "اوي"))] = None
    return list(out)


def crowd(count: int, seed: int = 2026) -> Iterator[dict[str, Any]]:
    """`count` rows of `people`, the same for the same seed."""
    dice = random.Random(seed)
    surnames = families(3_000)
    weights = [
        list(accumulate(1 / (rank + shift) for rank in range(size))) for size, shift in ((len(_FIRST), 4), (3_000, 8))
    ]
    latin: dict[str, str] = {}
    spellings = load().text_latin_spellings
    for index in range(count):
        first, father, grandfather = dice.choices(_FIRST, cum_weights=weights[0], k=3)
        (family,) = dice.choices(surnames, cum_weights=weights[1])
        for name in (first, father, grandfather, family):
            latin[name] = latin.get(name) or suggest_latin(name, spellings).text
        yield {
            "id": f"00000000-0000-7000-8000-{index:012d}",
            "national_number": f"1{1930 + index // 100_000}9{index % 100_000:05d}0",
            "sex": "M",
            "birth_date": "1990-01-01",
            "arabic_first": first,
            "arabic_father": father,
            "arabic_grandfather": grandfather,
            "arabic_family": family,
            "latin_surname": latin[family],
            "latin_given": " ".join(latin[name] for name in (first, father, grandfather)),
            "scheme_name": "X",
            "mother_arabic": "فاطمة سالم",
            "birth_place_arabic": "طرابلس",
            "birth_place_latin": "TRIPOLI",
            "nationality": "LBY",
            "synthetic": True,
            "portrait": None,
            "registered_at": datetime(2026, 11, 22, tzinfo=UTC),
        }


def enter_crowd(db: Database, count: int) -> None:
    """Fill an empty register and its index of names in bulk, and let the database learn how its rows are spread."""
    with db.writing() as session:
        rows: list[dict[str, Any]] = []
        for row in crowd(count):
            rows.append(row)
            if len(rows) == BATCH:
                session.connection().execute(insert(Person), rows)
                rows = []
        if rows:
            session.connection().execute(insert(Person), rows)
        fill(session.connection())
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
