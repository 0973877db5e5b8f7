"""An inspection as the pages show it: levels, numbered steps, deviations and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from issuance.border.steps import advice, deviations_of, is_inspection, steps_of
from keys.verdict import Verdict
from specs.schema import Specification


def inspection_shown(verdict: Verdict | None, spec: Specification) -> Mapping[str, Any] | None:
    """`{"levels", "steps", "deviations", "advice"}` of the verdict on a chip; None for any other document."""
    if verdict is None or not is_inspection(verdict):
        return None
    rules = spec.border_inspection
    return {
        "levels": verdict.levels(),
        "steps": steps_of(verdict, rules),
        "deviations": deviations_of(verdict),
        "advice": advice(verdict, rules),
    }
