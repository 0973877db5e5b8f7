"""Appointments at passport offices (`passport/appointments.yaml`): hours, places in each slot, how far ahead."""

from __future__ import annotations

from datetime import time

from pydantic import Field, model_validator

from specs.schema.base import Clause, Part, Words


class Hours(Clause):
    """weekdays: ISO numbers; opens, closes: by the clock in Libya; slots of slot_minutes end by closing."""

    weekdays: list[int] = Field(min_length=1)
    opens: time
    closes: time
    slot_minutes: int = Field(ge=5, le=240)


class Places(Clause):
    """each_slot: people a slot; offices: code -> another number."""

    each_slot: int = Field(ge=1, le=500)
    offices: dict[Words, int]


class Booking(Clause):
    days_ahead: int = Field(ge=1, le=180)


class PassportAppointments(Part):
    hours: Hours
    places: Places
    booking: Booking

    @model_validator(mode="after")
    def _a_day_has_slots(self) -> PassportAppointments:
        if self.hours.opens >= self.hours.closes or not set(self.hours.weekdays) <= set(range(1, 8)):
            raise ValueError("hours: a day closes after it opens, weekdays are 1 to 7 -> correct the hours")
        return self
