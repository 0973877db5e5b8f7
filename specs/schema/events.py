"""The feed of events: how it is read, and how its topics are called (`events.yaml`). Their form: `specs/events.py`."""

from __future__ import annotations

from pydantic import Field, model_validator

from specs.events import TOPICS
from specs.schema.base import Bilingual, Clause, Part


class Topics(Clause):
    names: dict[str, Bilingual]

    @model_validator(mode="after")
    def _every_topic_is_worded(self) -> Topics:
        if set(self.names) != set(TOPICS):
            raise ValueError(f"the topics are not those of specs/events.py -> {', '.join(TOPICS)}")
        return self


class Reading(Clause):
    """How many events one answer holds."""

    default_rows: int = Field(ge=1)
    maximum_rows: int = Field(ge=1)


class Events(Part):
    """The feed of events and its topics."""

    reading: Reading
    topics: Topics
