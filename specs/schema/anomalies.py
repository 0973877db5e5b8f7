"""The anomaly report of the passport office (`passport/anomalies.yaml`): window, work time, haste, small numbers."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from specs.schema.base import Clause, Part

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class ReportWindow(Clause):
    """days: how far back the report looks."""

    days: int = Field(ge=1, le=366)


class WorkTime(Clause):
    """days: of the week; from_hour, to_hour: of the clock in Libya, the last one not included."""

    days: list[Weekday] = Field(min_length=1)
    from_hour: int = Field(ge=0, le=23)
    to_hour: int = Field(ge=1, le=24)

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> WorkTime:
        if self.to_hour <= self.from_hour:
            raise ValueError("work ends before it begins -> to_hour after from_hour")
        return self


class Haste(Clause):
    """seconds: a decision that follows the officer's last one sooner is hasty."""

    seconds: int = Field(ge=1, le=3600)


class SmallCounts(Clause):
    """below: a rate over fewer cases is left out."""

    below: int = Field(ge=2)


class PassportAnomalies(Part):
    window: ReportWindow
    work_time: WorkTime
    haste: Haste
    suppression: SmallCounts
