"""An inspection as an officer reads it: numbered steps with one result each, deviations by name, and what to do next.

Made from a verdict and the specification alone; judges nothing anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from keys.deviations import DEVIATIONS
from keys.verdict import Check, Result, Verdict
from specs.schema.base import Bilingual
from specs.schema.border import Advice, Inspection, InspectionStep

StepResult = Result | Literal["not_done"]
_WORST: Final[tuple[Result, ...]] = ("fail", "unknown", "warning", "pass")
_RIGHT_TO_SIGN: Final = ("chip.country", "chain.country", "chip.document_type", "chain.purpose")


@dataclass(frozen=True, slots=True)
class Step:
    """number: from 1; result: the worst of its checks, `not_done` without any."""

    number: int
    wording: InspectionStep
    result: StepResult
    checks: tuple[Check, ...]


def in_order(checks: Iterable[Check], rules: Inspection) -> list[Check]:
    """The checks in the order of the steps they belong to; within one as they came."""
    steps = rules.steps.inspection
    return sorted(checks, key=lambda check: steps.index(_step_of(check, steps)))


def steps_of(verdict: Verdict, rules: Inspection) -> list[Step]:
    """Every step of the specification, done or not."""
    steps = rules.steps.inspection
    held: dict[str, list[Check]] = {step.id: [] for step in steps}
    for check in verdict.checks:
        held[_step_of(check, steps).id].append(check)
    return [Step(n, step, _worst(held[step.id]), tuple(held[step.id])) for n, step in enumerate(steps, start=1)]


def _worst(checks: list[Check]) -> StepResult:
    results = {check.result for check in checks}
    return next((result for result in _WORST if result in results), "not_done")


def _step_of(check: Check, steps: list[InspectionStep]) -> InspectionStep:
    """The step that names the longest beginning of the check's identifier; the first one for an unknown family."""
    name = check.id
    while name:
        for step in steps:
            if name in step.checks:
                return step
        name = name.rpartition(".")[0]
    return steps[0]


def deviations_of(verdict: Verdict) -> list[dict[str, str]]:
    """`{"oid", "text", "text_ar"}` of each deviation the checks name, once each."""
    named = dict.fromkeys(check.deviation for check in verdict.checks if check.deviation and check.result != "pass")
    return [{"oid": oid, "text": DEVIATIONS[oid].en, "text_ar": DEVIATIONS[oid].ar} for oid in named]


def advice(verdict: Verdict, rules: Inspection) -> Bilingual:
    """What to do next."""
    return rules.advice.sentences[_advice(verdict)]


def _advice(verdict: Verdict) -> Advice:
    failed = verdict.failed()
    levels = {check.level for check in failed}
    if "crypto" in levels:
        return "forged"
    if any(check.id.startswith(_RIGHT_TO_SIGN) for check in failed):
        return "misbound"
    unknown = [check.id for check in verdict.checks if check.result == "unknown"]
    if "profile" in levels:
        return "misformed" if verdict.levels()["crypto"] == "valid" else "unknown"
    if levels:
        return "not_in_force"
    if not unknown:
        return "valid" if verdict.status == "valid" else "unknown"
    if any(name.startswith("sod.data_group") for name in unknown):
        return "unread"
    if "chain.issuer" in unknown:
        return "issuer_unknown"
    return (
        "revocation_unknown"
        if all(name.startswith(("chain.revocation", "chain.crl")) for name in unknown)
        else "unknown"
    )


def inspection_json(verdict: Verdict, rules: Inspection) -> dict[str, Any]:
    """`{"status", "document", "levels", "steps", "checks", "deviations", "advice"}`."""
    return {
        "status": verdict.status,
        "document": dict(verdict.facts),
        "levels": verdict.levels(),
        "checks": [check.as_json() for check in verdict.checks],
        **steps_json(verdict, rules),
    }


def verdict_json(verdict: Verdict, rules: Inspection) -> dict[str, Any]:
    """The verdict's own wire form; that of a chip with its steps, deviations and advice."""
    more = steps_json(verdict, rules) if is_inspection(verdict) else {}
    return verdict.as_json() | more


def is_inspection(verdict: Verdict) -> bool:
    """Whether this is the verdict on a chip."""
    return verdict.facts.get("kind") in ("chip", "sod")


def steps_json(verdict: Verdict, rules: Inspection) -> dict[str, Any]:
    """`{"steps": [{"number","id","text","text_ar","result"}], "deviations", "advice": {"text","text_ar"}}`."""
    told = advice(verdict, rules)
    return {
        "steps": [
            {
                "number": step.number,
                "id": step.wording.id,
                "text": step.wording.en,
                "text_ar": step.wording.ar,
                "result": step.result,
            }
            for step in steps_of(verdict, rules)
        ],
        "deviations": deviations_of(verdict),
        "advice": {"text": told.en, "text_ar": told.ar},
    }
