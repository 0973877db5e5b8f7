"""States in which a request or an application waits for somebody: who, how long, and what happens after."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Part, Words


class WaitingState(Part):
    """owner: who must act: `applicant`, `service` or a role; minutes: how long they have; then: what happens after.

    `tell` raises an alarm and goes on waiting. An ended state has none of the three.
    """

    title: Bilingual
    owner: Words | None = None
    minutes: int | None = Field(default=None, gt=0)
    then: Literal["tell", "expired"] | None = None

    @model_validator(mode="after")
    def _waits_or_ended(self) -> WaitingState:
        given = [value is not None for value in (self.owner, self.minutes, self.then)]
        if any(given) and not all(given):
            raise ValueError("a state that waits lacks a part -> owner, minutes and then, or none of them")
        return self


def require_every_state(entries: Mapping[Any, WaitingState], known: Collection[str], ended: Collection[str]) -> None:
    """Raises `ValueError` for a state that is missing, that waits for nobody, or that ended and waits."""
    for name in known:
        if name not in entries:
            raise ValueError(f"the state {name!r} is missing -> every state of the program")
        if (entries[name].owner is None) != (name in ended):
            raise ValueError(f"{name}: a state waits for somebody or is ended -> owner and time for those that wait")
