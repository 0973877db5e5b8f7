"""The values other domains may know of a person. Pure and frozen; no table leaves `people`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from issuance.people.birth_date import BirthDate


@dataclass(frozen=True, slots=True)
class ArabicName:
    """The four-part name (الاسم الرباعي), which is the identity."""

    first: str
    father: str
    grandfather: str
    family: str

    @property
    def full(self) -> str:
        return " ".join((self.first, self.father, self.grandfather, self.family))

    @property
    def given(self) -> str:
        return " ".join((self.first, self.father, self.grandfather))


@dataclass(frozen=True, slots=True)
class LatinName:
    """As the holder spells it (visual zone and MRZ); never derived in silence."""

    surname: str
    given: str

    @property
    def full(self) -> str:
        """Given names first, where there are any."""
        return f"{self.given} {self.surname}".strip()


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """One person of the register. scheme_name: the Arabic name by the table of Doc 9303-3, for matching."""

    id: str
    national_number: str
    sex: str
    birth_date: BirthDate
    arabic: ArabicName
    latin: LatinName
    scheme_name: str
    birth_place_arabic: str
    birth_place_latin: str
    nationality: str
    synthetic: bool
    portrait: bytes | None

    def as_json(self) -> dict[str, Any]:
        """For those who may read the register; the portrait travels apart."""
        return {
            "national_number": self.national_number,
            "sex": self.sex,
            "birth_date": self.birth_date.iso(),
            "names": {
                "arabic": {
                    "first": self.arabic.first,
                    "father": self.arabic.father,
                    "grandfather": self.arabic.grandfather,
                    "family": self.arabic.family,
                },
                "latin": {"surname": self.latin.surname, "given": self.latin.given},
                "scheme": self.scheme_name,
            },
            "place_of_birth": {"arabic": self.birth_place_arabic, "latin": self.birth_place_latin},
            "nationality": self.nationality,
            "synthetic": self.synthetic,
        }
