"""What a verification answers: a status, and every check it stands on.

A verdict is a value, never an exception and never a bare boolean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Status = Literal["valid", "invalid", "indeterminate"]
Level = Literal["crypto", "profile", "policy"]
Result = Literal["pass", "fail", "unknown", "warning"]

EXIT_CODE: Mapping[Status, int] = {"valid": 0, "invalid": 1, "indeterminate": 2}


@dataclass(frozen=True, slots=True)
class Check:
    """One step. id: stable dotted name (`sod.signature`); reason, reason_ar: why it came out so; clause: its basis.

    deviation: OID of the Doc 9303-12 deviation this finding is an instance of (`keys.deviations`), else empty.
    """

    id: str
    level: Level
    result: Result
    reason: str
    reason_ar: str
    clause: str
    deviation: str = ""

    def as_json(self) -> dict[str, str]:
        """`{"id","level","result","reason","reason_ar","clause"}`, and `deviation` where one is named."""
        return {
            "id": self.id,
            "level": self.level,
            "result": self.result,
            "reason": self.reason,
            "reason_ar": self.reason_ar,
            "clause": self.clause,
        } | ({"deviation": self.deviation} if self.deviation else {})


LEVELS: Final[tuple[Level, ...]] = ("crypto", "profile", "policy")


@dataclass(frozen=True, slots=True)
class Verdict:
    """status follows from checks; facts: what was read from the document (kind, number, dates), for display."""

    status: Status
    checks: tuple[Check, ...]
    facts: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, checks: Iterable[Check], facts: Mapping[str, Any] | None = None) -> Verdict:
        """No check at all proves nothing: that is `indeterminate`."""
        held = tuple(checks)
        return cls(_status(held), held, facts or {})

    def levels(self) -> dict[Level, Status]:
        """The status of each level by its own checks: a forgery (crypto) is told from a bad form or a policy."""
        return {level: _status(c for c in self.checks if c.level == level) for level in LEVELS}

    def failed(self) -> tuple[Check, ...]:
        """The checks that failed, in order."""
        return tuple(c for c in self.checks if c.result == "fail")

    def as_json(self) -> dict[str, Any]:
        """The wire form: `{"status", "levels", "checks": [`as `Check.as_json` gives them`], "facts"}`."""
        return {
            "status": self.status,
            "levels": self.levels(),
            "checks": [c.as_json() for c in self.checks],
            "facts": dict(self.facts),
        }


def _status(checks: Iterable[Check]) -> Status:
    results = {check.result for check in checks}
    if "fail" in results:
        return "invalid"
    if "unknown" in results or "pass" not in results:
        return "indeterminate"
    return "valid"
