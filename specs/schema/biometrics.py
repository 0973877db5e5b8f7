"""Fingerprints: how they are taken, judged and compared (`.../editions/<edition>/fingerprints.yaml`).

What scanner and national search must keep is declared by whoever runs them; `issuance/biometrics` holds quality, count
and missing fingers of a capture to these limits.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from specs.schema.afis import CodedWords
from specs.schema.base import Bilingual, Clause, Part, Words


class FingerCapture(Clause):
    """`finger_codes` in the order taken: ISO/IEC 19794-4 numbers, 1 right thumb to 10 left little finger."""

    fingers: int = Field(ge=1, le=10)
    finger_codes: list[int] = Field(min_length=1, max_length=10)
    order_named: Bilingual
    resolution_dpi: int = Field(ge=500, le=1000)
    resolution_tolerance_dpi: int = Field(gt=0)
    grey_bits: int = Field(ge=8, le=16)
    scanner: Bilingual
    minimum_age_years: int = Field(ge=0, le=18)

    @model_validator(mode="after")
    def _each_finger_once(self) -> FingerCapture:
        if len(self.finger_codes) != self.fingers or len(set(self.finger_codes)) != self.fingers:
            raise ValueError(f"{self.finger_codes} for {self.fingers} fingers -> each finger once")
        if any(not 1 <= code <= 10 for code in self.finger_codes):
            raise ValueError(f"finger codes {self.finger_codes} -> 1 (right thumb) to 10 (left little finger)")
        return self


class FingerQuality(Clause):
    """A print below the least score is taken again; the best of the attempts is kept and marked."""

    measure: Words
    minimum_score: int = Field(ge=0, le=100)
    thumb_minimum_score: int = Field(ge=0, le=100)
    attempts: int = Field(ge=1, le=10)


class FingerEncoding(Clause):
    record_format: Literal["ISO/IEC 19794-4:2005", "ISO/IEC 19794-4:2011", "ISO/IEC 39794-4:2019"]
    compression: Bilingual
    greatest_ratio: float = Field(gt=1, le=20)
    first_issue_date: date | None = None


class MissingFinger(Clause):
    reasons_named: list[CodedWords] = Field(min_length=1)
    decided_by_named: Bilingual
    least_fingers: int = Field(ge=0, le=10)


class FingerSearch(Clause):
    """One against all before issue: nobody holds two passports under two names."""

    before_issue: bool
    answer_hours: int = Field(gt=0)
    on_hit: Bilingual
    on_outage: Bilingual


class FingerOnChip(Clause):
    written_to_chip: bool
    protection: Bilingual


class FingerprintRules(Part):
    """Every rule on fingerprints of one edition."""

    capture: FingerCapture
    quality: FingerQuality
    record: FingerEncoding
    missing_fingers: MissingFinger
    search_one_to_many: FingerSearch
    fingers_on_chip: FingerOnChip

    @model_validator(mode="after")
    def _fewer_than_taken(self) -> FingerprintRules:
        if self.missing_fingers.least_fingers > self.capture.fingers:
            raise ValueError(f"at least {self.missing_fingers.least_fingers} of {self.capture.fingers} -> at most all")
        return self
