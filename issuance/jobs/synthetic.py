"""Synthetic people for development, demonstrations and tests. Pure and deterministic; no real person.

National-number serials are 900000-999999, which no real holder has (LIBYA.md section 2), and every record is marked;
phones begin with +2189100, made up like them: an installation that sends messages holds no invented people.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

_MALE = (
    ("محمد", "MOHAMED"), ("أحمد", "AHMED"), ("علي", "ALI"), ("سالم", "SALEM"), ("خالد", "KHALED"), ("عمر", "OMAR"),
    ("يوسف", "YOUSEF"), ("إبراهيم", "IBRAHIM"), ("مصطفى", "MUSTAFA"), ("عبد السلام", "ABDULSALAM"), ("حسين", "HUSSEIN"),
    ("رمضان", "RAMADAN"), ("فرج", "FARAJ"), ("مفتاح", "MUFTAH"), ("عبد الله", "ABDULLAH"), ("طارق", "TAREK"),
)  # fmt: skip
_FEMALE = (
    ("فاطمة", "FATIMA"), ("مريم", "MARYAM"), ("عائشة", "AISHA"), ("سارة", "SARA"), ("نجاة", "NAJAT"), ("هدى", "HUDA"),
    ("زينب", "ZAINAB"), ("خديجة", "KHADIJA"), ("آمنة", "AMNA"), ("سعاد", "SUAD"),
)  # fmt: skip
_FAMILY = (
    ("المبروك", "ALMABROUK"), ("الزنتاني", "ALZINTANI"), ("المصراتي", "ALMISRATI"), ("الورفلي", "ALWERFALLI"),
    ("الترهوني", "ALTARHUNI"), ("السويحلي", "ALSWEHLI"), ("بن غشير", "BEN GHASHIR"), ("الفيتوري", "ALFITOURI"),
    ("الشريف", "ALSHARIF"), ("البرعصي", "ALBARASI"), ("العبيدي", "ALOBEIDI"), ("الغرياني", "ALGHARYANI"),
)  # fmt: skip
_PLACES = (
    ("طرابلس", "TRIPOLI"), ("بنغازي", "BENGHAZI"), ("مصراتة", "MISRATA"), ("سبها", "SABHA"), ("الزاوية", "ZAWIYA"),
    ("درنة", "DERNA"), ("غريان", "GHARYAN"), ("البيضاء", "AL BAYDA"),
)  # fmt: skip
FIRST_SERIAL = 900_000


@dataclass(frozen=True, slots=True)
class SyntheticPerson:
    """The fields of one invented person, in the form `people.commands.register` takes."""

    national_number: str
    sex: str
    birth_date: str
    arabic: tuple[str, str, str, str]
    latin_surname: str
    latin_given: str
    mother_arabic: str
    birth_place: tuple[str, str]
    phone: str


def synthetic_people(count: int, seed: int = 2026) -> Iterator[SyntheticPerson]:
    """`count` people, the same for the same seed. Ages from about 2 to 80 years in 2026; some birth days unknown."""
    dice = random.Random(seed)  # noqa: S311 - invented people, not secrets
    for index in range(count):
        male = dice.random() < 0.5
        first = dice.choice(_MALE if male else _FEMALE)
        father, grandfather = dice.choice(_MALE), dice.choice(_MALE)
        family, place = dice.choice(_FAMILY), dice.choice(_PLACES)
        year, month, day = dice.randint(1946, 2024), dice.randint(1, 12), dice.randint(1, 28)
        birth = f"{year}-{month:02d}-{day:02d}" if index % 12 else f"{year}-00-00"
        mother = dice.choice(_FEMALE)
        yield SyntheticPerson(
            national_number=f"{1 if male else 2}{year}{FIRST_SERIAL + index:06d}{index % 10}",
            sex="M" if male else "F",
            birth_date=birth,
            arabic=(first[0], father[0], grandfather[0], family[0]),
            latin_surname=family[1],
            latin_given=f"{first[1]} {father[1]} {grandfather[1]}",
            mother_arabic=f"{mother[0]} {dice.choice(_MALE)[0]} {dice.choice(_FAMILY)[0]}",
            birth_place=place,
            phone=f"+2189100{index % 100_000:05d}",
        )
