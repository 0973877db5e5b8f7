"""The shape of one measurement: a ratio to something run beside it, and the goal it is held to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Measured:
    """ratio: of what `name` says, left to right; goal: at most, or `at_least`; detail: the figures beneath."""

    name: str
    ratio: float
    goal: float
    detail: str
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.ratio >= self.goal if self.at_least else self.ratio <= self.goal

    @property
    def goal_text(self) -> str:
        return f"{'>=' if self.at_least else '<='} {self.goal:g}"
