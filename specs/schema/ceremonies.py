"""Key ceremonies (`pki/ceremonies/*.yaml`): who must be there, what is done in which order, who confirms each step."""

from __future__ import annotations

from typing import Any, Final, Literal, get_args

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, Part, Words

Role = Literal["leader", "key_custodian", "witness"]
Action = Literal[
    "attend",
    "create_keys",
    "make_signer",
    "roll_over",
    "revoke",
    "publish_crl",
    "publish_master_list",
    "publish_deviation_list",
    "export_trust",
]
SignerPurpose = Literal[
    "document_signer",
    "pdf_signer",
    "seal_signer",
    "record_signer",
    "master_list_signer",
    "deviation_list_signer",
    "time_stamp_authority",
]
RootPurpose = Literal["csca", "services_root"]
_PURPOSES: Final[dict[str, tuple[Any, ...]]] = {
    "make_signer": get_args(SignerPurpose),
    "roll_over": get_args(RootPurpose),
    "publish_crl": get_args(RootPurpose),
}


class Step(Part):
    """One thing done before witnesses. text: read aloud; confirmed_by: the roles that must agree before it is done."""

    id: Words = Field(pattern=r"^[a-z][a-z_]{1,40}$")
    action: Action
    purpose: SignerPurpose | RootPurpose | None = None
    text: Bilingual
    confirmed_by: tuple[Role, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _consistent(self) -> Step:
        allowed = _PURPOSES.get(self.action)
        if (allowed is None) != (self.purpose is None):
            raise ValueError(f"`purpose` and {self.action!r} disagree -> a purpose for {sorted(_PURPOSES)} alone")
        if allowed is not None and self.purpose not in allowed:
            raise ValueError(f"{self.action!r} is not done for {self.purpose!r} -> one of {list(allowed)}")
        return self


class Ceremony(Clause):
    """present: how many people of each role must be there; values: what a person must give, by name, with its question.

    A value a step may do without stands in `optional_values`.
    """

    title: Bilingual
    present: dict[Role, int] = Field(min_length=1)
    values: dict[Words, Bilingual] = Field(default_factory=dict)
    optional_values: tuple[Words, ...] = ()
    steps: tuple[Step, ...] = Field(min_length=1, max_length=50)

    @model_validator(mode="after")
    def _consistent(self) -> Ceremony:
        ids = [step.id for step in self.steps]
        if len(set(ids)) != len(ids):
            raise ValueError("two steps have one id -> an id for each step")
        if any(count < 1 for count in self.present.values()):
            raise ValueError("nobody of a role is present -> one person or more, or leave the role out")
        if absent := sorted({role for step in self.steps for role in step.confirmed_by} - set(self.present)):
            raise ValueError(f"{absent} confirm and are not present -> name them under `present`")
        if unknown := sorted(set(self.optional_values) - set(self.values)):
            raise ValueError(f"{unknown} are no values -> names under `values`")
        return self
