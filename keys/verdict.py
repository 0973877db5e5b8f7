"""What a verification answers: a status, and every check it stands on.

A verdict is a value, never an exception and never a bare boolean.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Status = Literal["valid", "invalid", "indeterminate"]
Level = Literal["crypto", "profile", "policy"]
Result = Literal["pass", "fail", "unknown", "warning"]

EXIT_CODE: Mapping[Status, int] = {"valid": 0, "invalid": 1, "indeterminate": 2}


@dataclass(frozen=True, slots=True)
class Check:
    """One step. id: stable dotted name (`sod.signature`); reason, reason_ar: why it came out so; clause: its basis."""

    id: str
    level: Level
    result: Result
    reason: str
    reason_ar: str
    clause: str


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
        results = {check.result for check in held}
        status: Status = "valid"
        if "fail" in results:
            status = "invalid"
        elif "unknown" in results or "pass" not in results:
            status = "indeterminate"
        return cls(status, held, facts or {})

    def failed(self) -> tuple[Check, ...]:
        """The checks that failed, in order."""
        return tuple(c for c in self.checks if c.result == "fail")

    def as_json(self) -> dict[str, Any]:
        """The wire form: `{"status", "checks": [{"id","level","result","reason","reason_ar","clause"}], "facts"}`."""
        return {
            "status": self.status,
            "checks": [
                {
                    "id": c.id,
                    "level": c.level,
                    "result": c.result,
                    "reason": c.reason,
                    "reason_ar": c.reason_ar,
                    "clause": c.clause,
                }
                for c in self.checks
            ],
            "facts": dict(self.facts),
        }
