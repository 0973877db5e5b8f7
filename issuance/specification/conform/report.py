"""What a judgement of conformity says: each clause with its result and every value that was measured. Pure values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final, Literal

from keys.verdict import Check
from specs.clauses import NumberedClause
from specs.schema.base import Bilingual, Proof

Result = Literal["kept", "broken", "not_judged"]
Reason = Literal["judged", "not_here", "not_measurable", "at_issue", "laboratory", "inspection", "declaration"]

REASONS: Final[dict[Reason, Bilingual]] = {
    "judged": Bilingual(ar="حُكم عليه بما قيس", en="judged by what was measured"),
    "not_here": Bilingual(ar="لا يظهر في هذه الوثيقة", en="not seen on this document"),
    "not_measurable": Bilingual(ar="تعذر قياسه في هذه الوثيقة", en="could not be measured on this document"),
    "at_issue": Bilingual(
        ar="يُعمل به عند الإصدار ولا يُحكم به على وثيقة جاهزة", en="used at issue, not judged on a finished document"
    ),
    "laboratory": Bilingual(ar="مطلوب تقرير مختبر", en="laboratory report to be handed in"),
    "inspection": Bilingual(ar="مطلوب فحص عينة", en="inspection of a sample to be handed in"),
    "declaration": Bilingual(ar="مطلوب إقرار المورّد", en="declaration of the supplier to be handed in"),
}  # fmt: skip
_PHYSICAL: Final[dict[Proof, Reason]] = {
    "laboratory": "laboratory",
    "inspection": "inspection",
    "declaration": "declaration",
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of a clause as a document has it. kept None: it could not be measured, `measured` says why not.

    measured, wanted, tolerance: as text, in `unit`; where: the file or the place it was measured in.
    """

    what: Bilingual
    kept: bool | None
    measured: str
    wanted: str
    where: str
    tolerance: str = ""
    unit: Bilingual | None = None

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what.model_dump(),
            "kept": self.kept,
            "measured": self.measured,
            "wanted": self.wanted,
            "tolerance": self.tolerance,
            "unit": self.unit.model_dump() if self.unit is not None else None,
            "where": self.where,
        }


@dataclass(frozen=True, slots=True)
class ClauseResult:
    """One clause of the edition: broken when any value is, kept when one was measured and none is broken."""

    clause: NumberedClause
    result: Result
    reason: Reason
    values: tuple[Measured, ...] = ()

    @classmethod
    def of(cls, clause: NumberedClause, values: tuple[Measured, ...]) -> ClauseResult:
        """From what its judges measured; none at all means that the document does not show it."""
        if any(value.kept is False for value in values):
            return cls(clause, "broken", "judged", values)
        if any(value.kept for value in values):
            return cls(clause, "kept", "judged", values)
        return cls(clause, "not_judged", "not_measurable" if values else "not_here", values)

    @classmethod
    def unjudged(cls, clause: NumberedClause) -> ClauseResult:
        """A clause without a judge: a physical proof is still to be handed in, or it is used at issue alone."""
        return cls(clause, "not_judged", _PHYSICAL.get(clause.proof or "program", "at_issue"))

    def as_json(self) -> dict[str, Any]:
        held = self.clause.clause
        return {
            "id": self.clause.id,
            "number": self.clause.number,
            "title": self.clause.title.model_dump(),
            "result": self.result,
            "reason": self.reason,
            "says": REASONS[self.reason].model_dump(),
            "source": held.source if held is not None else "",
            "status": held.status if held is not None else "",
            "proof": self.clause.proof,
            "values": [value.as_json() for value in self.values],
        }


@dataclass(frozen=True, slots=True)
class Report:
    """One document against one edition. checks: what belongs to no clause (can it be read, is it whole)."""

    kind: str
    edition: str
    clauses: tuple[ClauseResult, ...]
    checks: tuple[Check, ...] = ()

    @property
    def result(self) -> Result:
        """broken when a clause or a check is; kept when a clause is kept; else nothing was judged."""
        if any(c.result == "broken" for c in self.clauses) or any(c.result == "fail" for c in self.checks):
            return "broken"
        return "kept" if any(c.result == "kept" for c in self.clauses) else "not_judged"

    def broken(self) -> tuple[ClauseResult, ...]:
        """The clauses that are not kept, in book order."""
        return tuple(c for c in self.clauses if c.result == "broken")

    def counts(self) -> dict[str, int]:
        """How many clauses are kept, broken, not judged."""
        held = Counter(c.result for c in self.clauses)
        return {name: held[name] for name in ("kept", "broken", "not_judged")}

    def as_json(self) -> dict[str, Any]:
        """The wire form; one entry a clause, in book order."""
        return {
            "result": self.result,
            "kind": self.kind,
            "edition": self.edition,
            "counts": self.counts(),
            "checks": [check.as_json() for check in self.checks],
            "clauses": [clause.as_json() for clause in self.clauses],
        }
