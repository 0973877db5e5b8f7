"""How a bidder answers this booklet (`.../editions/<edition>/bid.yaml`). The rows of the checklist are the clauses."""

from __future__ import annotations

from typing import get_args

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, Part, Proof, Words


class Answer(Part):
    code: Words = Field(pattern=r"^[A-Z]$")
    title: Bilingual
    meaning: Bilingual


class ChecklistForm(Clause):
    """One row a clause, one answer a row; a row without an answer is read as not kept."""

    checklist_columns: list[Bilingual] = Field(min_length=4)
    answers: list[Answer] = Field(min_length=2)
    on_no_answer: Bilingual

    @model_validator(mode="after")
    def _each_code_once(self) -> ChecklistForm:
        codes = [answer.code for answer in self.answers]
        if len(set(codes)) != len(codes):
            raise ValueError(f"answers {codes} -> each code once")
        return self


class BidDocument(Clause):
    """A paper the bid holds. `proves`: the kinds of proof it can stand for."""

    id: Words = Field(pattern=r"^[a-z_]+$")
    title: Bilingual
    proves: list[Proof] = Field(min_length=1)
    issued_by: Bilingual
    not_older_than_months: int | None = Field(default=None, gt=0)


class Signatory(Clause):
    signed_by: Bilingual
    valid_for_days: int = Field(gt=0)


class Evaluation(Clause):
    knocked_out_by: Bilingual
    specimens: int = Field(gt=0)
    judged_by: Bilingual


class Bid(Part):
    """The bidder's part."""

    checklist: ChecklistForm
    bid_documents: list[BidDocument] = Field(min_length=1)
    evaluation: Evaluation
    signatory: Signatory

    @model_validator(mode="after")
    def _every_proof_has_a_document(self) -> Bid:
        proved = {proof for document in self.bid_documents for proof in document.proves}
        for proof in get_args(Proof):
            if proof not in proved:
                raise ValueError(f"no document proves what is shown by {proof} -> one whose `proves` holds {proof}")
        return self
