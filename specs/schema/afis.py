"""The search for duplicates: room, what counts as a hit, what is allowed while it is out (`passport/afis.yaml`)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from specs.schema.base import Bilingual, Clause, Part

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$", max_length=24)]


class CodedWords(Bilingual):
    """A choice: the code that is kept, and its wording."""

    code: Code


class AfisCapacity(Clause):
    """records: faces the embedded stand-in holds; from `alarm_share` of the room on, somebody must see to it."""

    records: int = Field(gt=0)
    alarm_share: float = Field(gt=0, lt=1)


class FaceComparison(Clause):
    """Likeness of two portraits, 0 to 100, from which on an officer looks at both."""

    hit_percent: int = Field(gt=0, le=100)
    most_candidates: int = Field(gt=0, le=100)


class Demographics(Clause):
    """Likeness of two names, 0 to 100, from which on people of one birth date are shown to an officer."""

    least_name_percent: int = Field(gt=0, le=100)
    most_candidates: int = Field(gt=0, le=100)


class DegradedMode(Clause):
    """While the search is out, and two people said so: who may be issued a passport, and when the search is made up.

    recheck_hours: after the end that was declared.
    """

    longest_hours: int = Field(gt=0)
    recheck_hours: int = Field(gt=0)
    humanitarian: list[CodedWords] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_code_once(self) -> DegradedMode:
        codes = [held.code for held in self.humanitarian]
        if len(set(codes)) != len(codes):
            raise ValueError(f"codes {codes} -> each once")
        return self


class AfisLine(Clause):
    """To an outside system: an exchange takes no longer, an answer is no longer."""

    exchange_seconds: int = Field(ge=1, le=120)
    answer_bytes: int = Field(ge=4096)


class AfisRules(Part):
    """Everything about the search of one against all that holds for every edition."""

    capacity: AfisCapacity
    faces: FaceComparison
    demographics: Demographics
    degraded_mode: DegradedMode
    line: AfisLine
