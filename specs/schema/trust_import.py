"""What other States publish, imported on a schedule (`pki/trust_import.yaml`)."""

from __future__ import annotations

from pydantic import Field, model_validator

from specs.schema.base import Clause, Part


class ImportSchedule(Clause):
    """settle_seconds: how long a file must have lain still, so that none is read while it is copied."""

    interval_hours: int = Field(gt=0)
    settle_seconds: int = Field(ge=0)
    overdue_hours: int = Field(gt=0)

    @model_validator(mode="after")
    def _in_time(self) -> ImportSchedule:
        if self.overdue_hours <= self.interval_hours:
            raise ValueError("overdue before the next import is due -> overdue_hours above interval_hours")
        return self


class ImportDownload(Clause):
    answer_seconds: int = Field(gt=0)
    maximum_bytes: int = Field(gt=0)


class TrustImport(Part):
    schedule: ImportSchedule
    download: ImportDownload
