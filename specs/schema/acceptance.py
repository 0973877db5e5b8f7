"""When a lot of blank books is accepted (`.../editions/<edition>/acceptance.yaml`): sampling by attributes, ISO 2859-1.

The table is written out so that an inspector at the pallet needs no other paper; the checks hold it to arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part

CodeLetter = Annotated[str, StringConstraints(pattern=r"^[A-HJ-NP-R]$")]


class SampleSize(Part):
    code_letter: CodeLetter
    sample_books: int = Field(gt=0)


class LotSize(Part):
    """Books from `from_books` to `to_books`, both included, are sampled under one code letter."""

    code_letter: CodeLetter
    from_books: int = Field(gt=1)
    to_books: int = Field(gt=1)


class LotSizes(Clause):
    """sample_sizes: books a code letter takes. Lots above the last row are divided."""

    inspection: Bilingual
    sample_sizes: list[SampleSize] = Field(min_length=1)
    lots: list[LotSize] = Field(min_length=1)

    @model_validator(mode="after")
    def _without_gap(self) -> LotSizes:
        for before, after in pairwise(self.lots):
            if after.from_books != before.to_books + 1:
                raise ValueError(f"lots from {after.from_books} follow lots to {before.to_books} -> no gap, no overlap")
        if any(lot.to_books < lot.from_books for lot in self.lots):
            raise ValueError("a lot size ends before it begins -> from_books up to to_books")
        return self


class SamplingPlan(Part):
    """Take `sample_books`; accept with at most `accept_defects`, reject from `reject_defects` on."""

    code_letter: CodeLetter
    sample_books: int = Field(gt=0)
    accept_defects: int = Field(ge=0)
    reject_defects: int = Field(ge=1)


class DefectClass(Clause):
    id: Literal["critical", "major", "minor"]
    title: Bilingual
    acceptable_quality_limit_percent: float = Field(gt=0, le=10)
    defects: list[Bilingual] = Field(min_length=2)
    plans: list[SamplingPlan] = Field(min_length=1)


class Switching(Clause):
    """Stricter or looser inspection after what the last lots showed."""

    tightened_after: Bilingual
    normal_after: Bilingual
    stopped_after_lots: int = Field(gt=0)


class RefusedLot(Clause):
    procedure: Bilingual
    replaced_within_days: int = Field(gt=0)


class TypeApproval(Clause):
    """Before series production starts."""

    specimen_books: int = Field(gt=0)
    laboratory_books: int = Field(gt=0)
    approval_of_proof: Bilingual


class QualityControl(Clause):
    in_production: Bilingual
    every_book: Bilingual
    records_kept_years: int = Field(gt=0)
    management: Bilingual
    warranty_years: int = Field(gt=0)


class Acceptance(Part):
    """From the first specimen to the last lot."""

    type_approval: TypeApproval
    quality_control: QualityControl
    lot_sizes: LotSizes
    defect_classes: list[DefectClass] = Field(min_length=3, max_length=3)
    switching: Switching
    refused_lot: RefusedLot


def acceptance_faults(file: str, held: Acceptance) -> CrossCheck:
    """Each class plans every lot size, with a sample that the lot can give; a worse class has a stricter AQL."""
    for i, one in enumerate(held.defect_classes):
        path = ("defect_classes", i)
        letters, due = [plan.code_letter for plan in one.plans], [lot.code_letter for lot in held.lot_sizes.lots]
        if letters != due:
            yield CrossFault(
                file, (*path, "plans"), f"plans for {', '.join(letters)}", f"for {', '.join(due)}, in order"
            )
        for j, plan in enumerate(one.plans):
            for key, wrong, right in _plan_faults(plan, held.lot_sizes):
                yield CrossFault(file, (*path, "plans", j, key), wrong, right)
    limits = [(one.id, one.acceptable_quality_limit_percent) for one in held.defect_classes]
    for i, ((worse, strict), (lighter, loose)) in enumerate(pairwise(limits)):
        if strict >= loose:
            where = ("defect_classes", i, "acceptable_quality_limit_percent")
            yield CrossFault(file, where, f"{worse} {strict:g} %, {lighter} {loose:g} %", f"below {loose:g} %")


def _plan_faults(plan: SamplingPlan, sizes: LotSizes) -> Iterator[tuple[str, str, str]]:
    """An arrow in the table of ISO 2859-1 points to the plan of another letter: any letter's sample may stand here."""
    if plan.reject_defects != plan.accept_defects + 1:
        wrong = f"accepts {plan.accept_defects} and rejects {plan.reject_defects}"
        yield "reject_defects", wrong, f"{plan.accept_defects + 1}: one more than accepted"
    known = [size.sample_books for size in sizes.sample_sizes]
    if plan.sample_books not in known:
        right = f"one of {known}"
        yield "sample_books", f"no code letter takes {plan.sample_books} books", right
    for lot in sizes.lots:
        if lot.code_letter == plan.code_letter and plan.sample_books > lot.from_books:
            yield "sample_books", f"{plan.sample_books} books of a lot of {lot.from_books}", f"at most {lot.from_books}"
