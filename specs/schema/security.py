"""What makes the book hard to forge and easy to check (`.../editions/<edition>/security.yaml`).

Three levels of inspection: 1 eye and hand, 2 a simple tool, 3 a laboratory. Each feature answers threats that the same
file names, so that no threat is left with one defence alone.
"""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.page_plan import PagePlan

ThreatCode = Annotated[str, StringConstraints(pattern=r"^T[1-9][0-9]?$")]
Level = Literal[1, 2, 3]
_OTHER_PLACES = ("cover", "end_papers", "binding", "every_page", "chip")


class Threat(Clause):
    code: ThreatCode
    title: Bilingual
    description: Bilingual


class InspectionLevel(Clause):
    level: Level
    title: Bilingual
    tools: Bilingual
    inspector: Bilingual

    @property
    def id(self) -> str:
        return f"level_{self.level}"


class Feature(Clause):
    """`measures` holds what a number says of it, unit and tolerance in the key; `answers_threats` names threats."""

    id: Words = Field(pattern=r"^[a-z_]+$")
    title: Bilingual
    description: Bilingual
    level: Level
    answers_threats: list[ThreatCode] = Field(min_length=1)
    check: Bilingual
    measures: dict[Words, float] | None = None


class Place(Part):
    """One part of the book; `id` is a use of page_plan.yaml or a part outside the pages."""

    id: Words
    title: Bilingual
    security_features: list[Feature] = Field(min_length=1)


class Security(Part):
    """Threats, levels, and the features of each part of the book."""

    threats: list[Threat] = Field(min_length=1)
    inspection_levels: list[InspectionLevel] = Field(min_length=3, max_length=3)
    by_place: list[Place] = Field(min_length=1)


def security_faults(file: str, security: Security, plan: PagePlan) -> CrossCheck:
    """Places exist; features answer known threats; every threat has two levels of defence; the data page has three."""
    uses = {held.id for held in plan.page_ranges}
    codes = [threat.code for threat in security.threats]
    if (levels := [held.level for held in security.inspection_levels]) != list(get_args(Level)):
        yield CrossFault(file, ("inspection_levels",), f"the levels are {levels}", "1, 2 and 3, in this order")
    yield from _twice(file, ("threats",), codes)
    yield from _twice(file, ("by_place",), [place.id for place in security.by_place])
    answered: dict[str, set[int]] = {code: set() for code in codes}
    for i, place in enumerate(security.by_place):
        path = ("by_place", i)
        if place.id not in uses | set(_OTHER_PLACES):
            right = f"one of {sorted(uses | set(_OTHER_PLACES))}"
            yield CrossFault(file, (*path, "id"), f"the book has no part {place.id!r}", right)
        yield from _twice(file, (*path, "security_features"), [feature.id for feature in place.security_features])
        for j, feature in enumerate(place.security_features):
            for k, code in enumerate(feature.answers_threats):
                if code not in answered:
                    where = (*path, "security_features", j, "answers_threats", k)
                    yield CrossFault(file, where, f"no threat is called {code}", f"one of {', '.join(codes)}")
                answered.setdefault(code, set()).add(feature.level)
        if place.id == "data_page" and (lacking := set(get_args(Level)) - {f.level for f in place.security_features}):
            wrong = f"the data page has no feature of level {min(lacking)}"
            yield CrossFault(file, (*path, "security_features"), wrong, "a feature of each level (Doc 9303-2)")
    for i, code in enumerate(codes):
        if len(answered[code]) < 2:
            wrong = f"{code} is answered on {len(answered[code])} level"
            yield CrossFault(file, ("threats", i), wrong, "features of two levels or more against it")


def _twice(file: str, path: tuple[str | int, ...], names: list[str]) -> CrossCheck:
    for name, times in Counter(names).items():
        if times > 1:
            yield CrossFault(file, path, f"{name!r} stands twice", "each once")
