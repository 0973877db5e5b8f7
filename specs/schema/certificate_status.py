"""What becomes of a certificate after its issue (`certificate/status.yaml`): kinds, reasons, steps, the status list."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part
from specs.schema.cases import Vocabulary
from specs.schema.roles import ActionName, Roles
from specs.schema.traffic import Pace

StatusCode = Literal["good", "expired", "withdrawn", "replaced", "superseded"]
LegalisationStep = Literal["interior", "foreign_ministry", "mission"]


class StatusKind(Part):
    """text: told to whoever checks; list_value: its number in the status list."""

    title: Bilingual
    text: Bilingual
    list_value: int = Field(ge=0, le=15)


class StatusKinds(Clause):
    entries: dict[StatusCode, StatusKind]

    @model_validator(mode="after")
    def _complete(self) -> StatusKinds:
        if missing := [code for code in get_args(StatusCode) if code not in self.entries]:
            raise ValueError(f"the kind {missing[0]!r} is missing -> every one of {', '.join(get_args(StatusCode))}")
        ended = [self.entries[code].list_value for code in ("withdrawn", "replaced", "superseded")]
        if len({0, *ended}) != len(ended) + 1:
            raise ValueError("two kinds share a value of the list -> one each, and 0 for a good one")
        return self


class StepRule(Part):
    """action: of `roles.yaml`, who may take this step."""

    title: Bilingual
    action: ActionName


class Legalisation(Clause):
    """steps: in the order in which they are taken."""

    steps: dict[LegalisationStep, StepRule] = Field(min_length=1)


class StatusListRules(Clause):
    """fresh_seconds: how long a copy may be kept; lifetime_hours: how long one is good without a line."""

    bits: Literal[4]
    fresh_seconds: int = Field(gt=0)
    lifetime_hours: int = Field(gt=0)


class LookupRules(Clause):
    """details: number and birth date, from one address; number: about one number, from all; seal: by the seal."""

    details: Pace
    number: Pace
    seal: Pace


class CertificateStatus(Part):
    kinds: StatusKinds
    withdrawal: Vocabulary
    replacement: Vocabulary
    legalisation: Legalisation
    status_list: StatusListRules
    lookup: LookupRules


def steps_are_somebodys(status: CertificateStatus, roles: Roles) -> CrossCheck:
    """Every step of legalisation is an action that some role grants."""
    for code, step in status.legalisation.steps.items():
        if step.action not in roles.actions:
            path = ("legalisation", "steps", code, "action")
            yield CrossFault("certificate/status.yaml", path, f"no action {step.action!r}", "one of roles.yaml")
