"""What an inspection compares beyond signatures, its steps and its words (`border/inspection.yaml`)."""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, Part, Words

Advice = Literal[
    "valid",
    "forged",
    "misbound",
    "misformed",
    "not_in_force",
    "unread",
    "issuer_unknown",
    "revocation_unknown",
    "unknown",
]


class SignerCountries(Clause):
    """Two-letter countries of a signer by the State code of the MRZ, where ISO 3166-1 does not say it."""

    by_mrz_state: dict[Words, list[Words]] = Field(min_length=1)


class UnreadDataGroups(Clause):
    """Data groups a reader without special rights cannot read; their absence proves nothing."""

    numbers: list[int]


class ChipFiles(Clause):
    """How much is taken for the files of one chip."""

    file_maximum_bytes: int = Field(gt=0)
    all_maximum_bytes: int = Field(gt=0)
    maximum_files: int = Field(gt=0)


class InspectionStep(Bilingual):
    """One step as an officer reads it. checks: identifiers, or their beginnings (`chain` holds `chain.issuer`)."""

    id: Words
    checks: list[Words] = Field(min_length=1)


class InspectionSteps(Clause):
    """The steps in their order; a check belongs to the step that names the longest beginning of it."""

    inspection: list[InspectionStep] = Field(min_length=1)

    @model_validator(mode="after")
    def _named_once(self) -> Self:
        named = [check for step in self.inspection for check in step.checks]
        steps = [step.id for step in self.inspection]
        if len(set(named)) != len(named) or len(set(steps)) != len(steps):
            raise ValueError("a step or a check stands twice")
        return self


class InspectionAdvice(Clause):
    """What an officer does next, by what came out."""

    sentences: dict[Advice, Bilingual]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = set(get_args(Advice)) - set(self.sentences)
        if missing:
            raise ValueError(f"no sentence for {', '.join(sorted(missing))}")
        return self


class PublicUploads(Clause):
    """What anybody may send to be verified, and how many PDF and picture files a process takes on together."""

    picture_maximum_pixels: int = Field(gt=0)
    at_once: int = Field(gt=0)
    waiting: int = Field(ge=0)
    wait_seconds: float = Field(gt=0)


class Inspection(Part):
    """All that is normative about an inspection."""

    signer_countries: SignerCountries
    unread_data_groups: UnreadDataGroups
    chip_files: ChipFiles
    steps: InspectionSteps
    advice: InspectionAdvice
    public_uploads: PublicUploads
