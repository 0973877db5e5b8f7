"""The public-key infrastructure: certificate profiles, periods, names, the security object (`pki/profiles.yaml`).

Object identifiers of structures we encode stand in `keys` (they are syntax); everything a ceremony or a reader of a
certificate could ask to be otherwise stands here.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from specs.schema.base import Clause, Part, Words
from specs.schema.lists import DeviationListLimits, Directory, MasterListLimits

KeyUsageBit = Literal["digital_signature", "content_commitment", "key_agreement", "key_cert_sign", "crl_sign"]
ExtensionName = Literal[
    "authority_key_identifier",
    "subject_key_identifier",
    "key_usage",
    "private_key_usage_period",
    "certificate_policies",
    "subject_alternative_name",
    "issuer_alternative_name",
    "basic_constraints",
    "extended_key_usage",
    "crl_distribution_points",
    "name_change",
    "document_type_list",
    "policy_mappings",
    "name_constraints",
    "policy_constraints",
    "inhibit_any_policy",
    "subject_directory_attributes",
    "freshest_crl",
    "netscape_certificate_type",
]
DottedOid = Words
KeyKind = Literal[
    "P-256",
    "P-384",
    "P-521",
    "brainpoolP256r1",
    "brainpoolP384r1",
    "brainpoolP512r1",
    "rsa-3072",
    "rsa-4096",
    "ed25519",
]
SchemeName = Literal[
    "ecdsa-sha256",
    "ecdsa-sha384",
    "ecdsa-sha512",
    "rsa-pss-sha256",
    "rsa-pss-sha384",
    "rsa-pss-sha512",
    "ed25519",
]


class Names(Clause):
    """The names every certificate of this State carries."""

    country_code: Words = Field(pattern=r"^[A-Z]{2}$")
    mrz_country_code: Words = Field(pattern=r"^[A-Z]{3}$")
    organization: Words
    development_unit: Words
    contact_mail: Words


class Algorithm(Clause):
    """A kind of key and how it signs."""

    key: KeyKind
    scheme: SchemeName

    @model_validator(mode="after")
    def _consistent(self) -> Algorithm:
        if self.family != (
            "rsa-pss" if self.key.startswith("rsa") else "ed25519" if self.key == "ed25519" else "ecdsa"
        ):
            raise ValueError(f"a {self.key} key does not sign {self.scheme!r} -> a scheme of the key's own family")
        return self

    @property
    def family(self) -> Literal["ecdsa", "rsa-pss", "ed25519"]:
        if self.scheme.startswith("rsa-pss"):
            return "rsa-pss"
        return "ed25519" if self.scheme == "ed25519" else "ecdsa"


class ExtensionRule(Part):
    """presence: what the profile orders; critical: the mark the extension must carry; issued: whether ours carry it."""

    presence: Literal["mandatory", "optional", "forbidden"]
    critical: bool = False
    issued: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> ExtensionRule:
        if self.presence == "mandatory" and not self.issued:
            raise ValueError("a mandatory extension is not issued -> `issued: true`")
        if self.presence == "forbidden" and self.issued:
            raise ValueError("a forbidden extension is issued -> `issued: false`")
        return self


class Days(Part):
    minimum_days: int = Field(ge=0)
    maximum_days: int = Field(gt=0)


class AdvisedPeriods(Part):
    """What the standard advises every State; key_use None: left to the State."""

    key_use: Days | None = None
    certificate_validity: Days


class CertificateProfile(Clause):
    """One kind of certificate: its key's purpose, its issuer, periods and extensions."""

    purpose: Literal[
        "csca",
        "services_root",
        "document_signer",
        "pdf_signer",
        "seal_signer",
        "record_signer",
        "master_list_signer",
        "deviation_list_signer",
        "time_stamp_authority",
        "printing_line",
    ]
    issuer: Words
    algorithm: Words
    common_name: Words
    subject_has_organization: bool
    key_parameters: Literal["explicit", "named"]
    serial_octets: int = Field(ge=8, le=20)
    private_key_usage_days: int = Field(gt=0)
    certificate_days: int = Field(gt=0)
    advised: AdvisedPeriods | None = None
    path_length: int | None = Field(default=None, ge=0)
    key_usage: tuple[KeyUsageBit, ...] = ()
    extended_key_usage: tuple[DottedOid, ...] = ()
    document_types: tuple[Words, ...] = ()
    crl_addresses: tuple[Words, ...] = ()
    extensions: dict[ExtensionName, ExtensionRule]

    @model_validator(mode="after")
    def _consistent(self) -> CertificateProfile:
        if self.certificate_days < self.private_key_usage_days:
            raise ValueError("the certificate ends before its key -> `certificate_days` not below the key's days")
        for name, values in (
            ("key_usage", self.key_usage),
            ("extended_key_usage", self.extended_key_usage),
            ("document_type_list", self.document_types),
            ("crl_distribution_points", self.crl_addresses),
        ):
            rule = self.extensions.get(name)  # type: ignore[call-overload]
            if (rule is not None and rule.issued) != bool(values):
                raise ValueError(f"`{name}` and its values disagree -> values when issued, none when not")
        return self


class PkdGate(Clause):
    """Which extension rules the upload gate of the ICAO PKD insists on; marks of importance it always does."""

    mandatory: tuple[ExtensionName, ...]
    forbidden: tuple[ExtensionName, ...]
    forbidden_in_authorities: tuple[ExtensionName, ...]


class RevocationList(Clause):
    next_update_days: int = Field(gt=0, le=90)
    renew_when_days_left: int = Field(ge=0)
    publish_within_hours: int = Field(gt=0, le=48)
    minimum_hours_between: int = Field(ge=48)
    number_octets: int = Field(gt=0, le=20)

    @model_validator(mode="after")
    def _consistent(self) -> RevocationList:
        if (self.next_update_days - self.renew_when_days_left) * 24 < self.minimum_hours_between:
            raise ValueError("lists would follow too soon -> at least `minimum_hours_between` before the renewal")
        return self


class SecurityObject(Clause):
    """EF.SOD as we issue it (Doc 9303-10 §4.6.2)."""

    ldsso_version: Literal[1]
    lds_version: Words = Field(pattern=r"^[0-9]{4}$")
    unicode_version: Words = Field(pattern=r"^[0-9]{6}$")
    content_type: DottedOid
    hash: Literal["sha256", "sha384", "sha512"]
    minimum_data_groups: int = Field(ge=2)
    mandatory_data_groups: list[int]
    maximum_bytes: int = Field(gt=0)


class SignedRecord(Clause):
    """Audit checkpoints and work packages: CMS with the payload inside."""

    content_type: DottedOid
    maximum_payload_bytes: int = Field(gt=0)


class TimeStamps(Clause):
    """Time-stamp tokens (RFC 3161): what ours say, and what an outside authority's answer is held to.

    clock_tolerance_seconds: how far another clock may be from ours. revoked_and_still_believed: reason codes of a
    revocation that leaves what was stamped before it good; any other reason, or none, does not.
    """

    policy: DottedOid
    accuracy_seconds: int = Field(gt=0)
    maximum_token_bytes: int = Field(gt=0)
    clock_tolerance_seconds: int = Field(gt=0)
    answer_within_seconds: int = Field(gt=0)
    revoked_and_still_believed: tuple[int, ...]


class Pki(Part):
    """All of it. A profile of its issuer's own purpose is a link: an old root certifies a new (Doc 9303-12 §4.1)."""

    names: Names
    algorithms: dict[str, Algorithm] = Field(min_length=1)
    profiles: dict[str, CertificateProfile] = Field(min_length=1)
    pkd_gate: PkdGate
    revocation_list: RevocationList
    security_object: SecurityObject
    signed_record: SignedRecord
    time_stamp: TimeStamps
    master_list: MasterListLimits
    deviation_list: DeviationListLimits
    directory: Directory

    @model_validator(mode="after")
    def _consistent(self) -> Pki:
        seen: set[str] = set()
        for name, profile in self.profiles.items():
            if profile.issuer not in self.profiles:
                right = f"one of {sorted(self.profiles)}"
                raise ValueError(f"{name}: no profile is named {profile.issuer!r} -> {right}")
            self._issuer_may_and_outlives(name, profile)
            self._algorithm_is_allowed(name, profile)
            if profile.purpose in seen and not self.is_link(name):
                raise ValueError(f"two profiles serve {profile.purpose!r} -> one profile for each purpose")
            if not self.is_link(name):
                seen.add(profile.purpose)
        return self

    def _issuer_may_and_outlives(self, name: str, profile: CertificateProfile) -> None:
        issuer = self.profiles[profile.issuer]
        if "key_cert_sign" not in issuer.key_usage:
            raise ValueError(f"{name}: {profile.issuer!r} may not issue -> an issuer with key_cert_sign")
        below = 0 if self.is_root(name) else profile.certificate_days
        if issuer.certificate_days < issuer.private_key_usage_days + below:
            raise ValueError(
                f"{name} outlives {profile.issuer} (Doc 9303-12 §4.1.1) -> the issuer's certificate for its own "
                f"use plus the longest certificate below, {issuer.private_key_usage_days + below} days"
            )

    def _algorithm_is_allowed(self, name: str, profile: CertificateProfile) -> None:
        """Doc 9303-12 §4.2 knows RSA and ECDSA alone, with explicit parameters; -13 ECDSA alone for seals."""
        algorithm = self.algorithms.get(profile.algorithm)
        if algorithm is None:
            right = f"one of {sorted(self.algorithms)}"
            raise ValueError(f"{name}: no algorithm is named {profile.algorithm!r} -> {right}")
        if self.is_icao(name) and (algorithm.family == "ed25519" or profile.key_parameters != "explicit"):
            raise ValueError(
                f"{name}: Doc 9303-12 §4.2 allows neither Ed25519 nor named curves -> RSA-PSS, or ECDSA with "
                "`key_parameters: explicit`"
            )
        if profile.purpose == "seal_signer" and algorithm.family != "ecdsa":
            raise ValueError(f"{name}: a seal holds r and s alone (Doc 9303-13 §2.4) -> an ECDSA algorithm")

    def is_root(self, name: str) -> bool:
        """Whether the profile of that name issues itself."""
        return self.profiles[name].issuer == name

    def is_link(self, name: str) -> bool:
        """Whether it is an old root's certificate for a new root."""
        profile = self.profiles[name]
        return profile.issuer != name and self.profiles[profile.issuer].purpose == profile.purpose

    def is_icao(self, name: str) -> bool:
        """Whether it belongs to the CSCA's family, which Doc 9303-12 orders."""
        return self.profiles[self.profiles[name].issuer].purpose == "csca"

    def algorithm_of(self, name: str) -> Algorithm:
        """What the key of the profile of that name is, and signs with."""
        return self.algorithms[self.profiles[name].algorithm]

    def for_purpose(self, purpose: str) -> tuple[str, CertificateProfile]:
        """The profile of a purpose (not the link's), with its name. Raises `KeyError`."""
        for name, profile in self.profiles.items():
            if profile.purpose == purpose and not self.is_link(name):
                return name, profile
        raise KeyError(purpose)


for _model in (Pki,):
    _model.model_rebuild()
