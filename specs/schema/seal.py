"""The certificate's visible digital seal: its features, their form, where it points (`certificate/seal.yaml`)."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from specs.schema.base import Bilingual, Clause, Part, Words

FeatureId = Literal[
    "edition",
    "number",
    "name_arabic",
    "name_latin",
    "birth_date",
    "national_number_tail",
    "expires_on",
    "outcome",
    "address_digest",
    "signer_digest",
]
OutcomeId = Literal["clear", "entries"]


class SealDefinition(Clause):
    """Header values that say what the features mean."""

    issuer: Words = Field(pattern=r"^[A-Z]{3}$")
    seal_version: Literal[4]
    feature_definition_reference: int = Field(ge=0, le=254)
    type_category: int = Field(ge=2, le=254, multiple_of=2)


class SealEdition(Clause):
    """number: written into new seals; known: still read."""

    number: int = Field(ge=1, le=255)
    known: list[int] = Field(min_length=1)

    @model_validator(mode="after")
    def _known(self) -> SealEdition:
        if self.number not in self.known:
            raise ValueError(f"edition {self.number} is written but not read -> add it to `known`")
        return self


class SealFeature(Part):
    """encoding: `number` one byte, `text` UTF-8, `c40`, `date` (three bytes), `digest` (exactly maximum_bytes)."""

    id: FeatureId
    tag: int = Field(ge=0, le=254)
    encoding: Literal["number", "text", "c40", "date", "digest"]
    maximum_bytes: int = Field(ge=1, le=255)
    label: Bilingual


class SealOutcomes(Clause):
    codes: dict[OutcomeId, int]

    @field_validator("codes")
    @classmethod
    def _complete(cls, codes: dict[OutcomeId, int]) -> dict[OutcomeId, int]:
        if missing := [o for o in get_args(OutcomeId) if o not in codes]:
            raise ValueError(f"the outcome {missing[0]!r} has no code -> a code for each outcome")
        if len(set(codes.values())) != len(codes) or not all(0 <= code <= 255 for code in codes.values()):
            raise ValueError("two outcomes share a code, or a code is no byte -> a byte of its own for each outcome")
        return codes

    def name(self, code: int) -> OutcomeId | None:
        """The outcome that `code` stands for, or None."""
        return next((outcome for outcome, given in self.codes.items() if given == code), None)


class SealNationalNumber(Clause):
    tail_digits: int = Field(ge=0, le=6)


class SealBirthDate(Clause):
    digits: Literal[8]


class SignatureDate(Clause):
    """Which civil day the signature is dated on."""

    utc_offset_minutes: int = Field(ge=-720, le=840)


class SealSignature(Clause):
    algorithm: Literal["ecdsa-sha256"]
    bytes: Literal[64]


class SealAddress(Clause):
    """The address in the QR code: `<scheme>://<verifier><path>#<base64url of the seal>`."""

    path: Words = Field(pattern=r"^/[a-z0-9/_-]*$")
    schemes: list[Literal["https", "http"]] = Field(min_length=1)
    maximum_characters: int = Field(ge=200, le=4000)


class SealSpec(Part):
    """All that is normative about the seal."""

    definition: SealDefinition
    edition: SealEdition
    features: list[SealFeature]
    features_basis: Clause
    outcomes: SealOutcomes
    national_number: SealNationalNumber
    birth_date: SealBirthDate
    signature_date: SignatureDate
    signature: SealSignature
    address: SealAddress

    @field_validator("features")
    @classmethod
    def _complete(cls, features: list[SealFeature]) -> list[SealFeature]:
        ids, tags = [f.id for f in features], [f.tag for f in features]
        if missing := [i for i in get_args(FeatureId) if i not in ids]:
            raise ValueError(f"the feature {missing[0]!r} is missing -> every feature once")
        if len(set(ids)) != len(ids) or len(set(tags)) != len(tags):
            raise ValueError("a feature or a tag stands twice -> each once")
        return features

    def feature(self, feature_id: FeatureId) -> SealFeature:
        """The feature of that id; every id is there (validated)."""
        return next(f for f in self.features if f.id == feature_id)
