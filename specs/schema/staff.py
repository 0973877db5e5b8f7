"""Passwords, sign-in, sessions, tokens, repeated requests, four eyes (`staff/access.yaml`); offices."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from specs.schema.base import Bilingual, Clause, Part

RegionCode = Annotated[str, StringConstraints(pattern=r"^LY-[A-Z]{2}$")]


class Password(Clause):
    """Length counts Unicode characters after NFKC."""

    minimum_characters: int = Field(ge=8)
    maximum_characters: int = Field(le=1024)
    initial_characters: int = Field(ge=16)

    @model_validator(mode="after")
    def _ordered(self) -> Password:
        if not self.minimum_characters <= self.initial_characters <= self.maximum_characters:
            raise ValueError("an initial password would break the length rule -> minimum ≤ initial ≤ maximum")
        return self


class Hashing(Clause):
    """Cost of one password hash."""

    algorithm: Literal["argon2id"]
    passes: int = Field(ge=1)
    memory_kib: int = Field(ge=8)
    lanes: int = Field(ge=1)


class Throttle(Clause):
    """After `attempts` wrong passwords in a row the account is closed to sign-in for `lock_seconds`."""

    attempts: int = Field(ge=1)
    lock_seconds: int = Field(ge=1)


class SessionRule(Clause):
    """A session ends at `absolute_hours` after sign-in, or `idle_minutes` after its last use."""

    token_bytes: int = Field(ge=16)
    absolute_hours: int = Field(ge=1)
    idle_minutes: int = Field(ge=1)


class ApiToken(Clause):
    token_bytes: int = Field(ge=16)
    validity_days: int = Field(ge=1)


class Idempotency(Clause):
    """lease: how long an unfinished request keeps its key from a second try."""

    key_maximum_characters: int = Field(ge=16)
    retention_hours: int = Field(ge=1)
    lease_seconds: int = Field(ge=1)


class ApprovalRule(Clause):
    """How long a change one person asked for waits for another person's approval."""

    validity_days: int = Field(ge=1)


class Access(Part):
    """How people and programs prove who they are."""

    password: Password
    hashing: Hashing
    throttle: Throttle
    session: SessionRule
    api_token: ApiToken
    idempotency: Idempotency
    approval: ApprovalRule


class Regions(Clause):
    names: dict[RegionCode, Bilingual] = Field(min_length=1)


class OfficeKinds(Clause):
    names: dict[str, Bilingual] = Field(min_length=1)


class Authorities(Clause):
    """Whose orders an office follows."""

    names: dict[str, Bilingual] = Field(min_length=1)


class IssuingKinds(Clause):
    """The kinds of office that may issue each document."""

    passports: list[str] = Field(min_length=1)
    certificates: list[str] = Field(min_length=1)


class OfficeCode(Clause):
    pattern: str


class Offices(Part):
    """What an office register entry may say."""

    code: OfficeCode
    kinds: OfficeKinds
    authorities: Authorities
    may_issue: IssuingKinds
    regions: Regions

    @model_validator(mode="after")
    def _known_kinds(self) -> Offices:
        named = (*self.may_issue.passports, *self.may_issue.certificates)
        if unknown := [kind for kind in named if kind not in self.kinds.names]:
            raise ValueError(f"no kind of office is called {unknown[0]!r} -> one of {', '.join(self.kinds.names)}")
        return self
