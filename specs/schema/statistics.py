"""Statistics of cases (`cases/statistics.yaml`): which counts are left out, how ages and durations are grouped."""

from __future__ import annotations

from pydantic import Field, model_validator

from specs.schema.base import Clause, Part


class Suppression(Clause):
    """A count from 1 to below - 1 is not published."""

    below: int = Field(ge=2)


class AgeBands(Clause):
    """Days since the file was opened; above the last is a band of its own."""

    upper_days: list[int] = Field(min_length=1)

    @model_validator(mode="after")
    def _rising(self) -> AgeBands:
        if self.upper_days != sorted(set(self.upper_days)) or self.upper_days[0] < 1:
            raise ValueError("the bounds do not rise -> each above the one before it, the first at least 1")
        return self


class Durations(Clause):
    """Which percentiles of the days from report to final ruling are told."""

    percents: list[int] = Field(min_length=1)


class StatisticsRules(Part):
    suppression: Suppression
    age: AgeBands
    duration: Durations
