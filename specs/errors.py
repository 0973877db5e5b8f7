"""Typed errors: what a person did wrong, said once, in Arabic and English.

Stands in `specs` because `specs`, `keys` and `issuance` all raise it. Only the edge (API, web, console) turns an
error into a problem document, a page or an exit code. Anything that is not an `IssuanceError` is a bug.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong.

    code: stable dotted name (`passports.portrait.too_small`); field: path of the input (`names.arabic.first`);
    clause: the rule it breaks (`Doc 9303-3 §4.6`); ar, en: the sentence for a person.
    """

    code: str
    ar: str
    en: str
    field: str | None = None
    clause: str | None = None


class IssuanceError(Exception):
    """A refusal that says why. Carries every fault found, never only the first."""

    family: ClassVar[str] = "error"

    def __init__(self, *faults: Fault) -> None:
        if not faults:
            raise ValueError("an error names at least one fault")
        self.faults = faults
        super().__init__("; ".join(f"{f.code}: {f.en}" for f in faults))


class Invalid(IssuanceError):
    """The input breaks a rule; the same input will never pass."""

    family = "invalid"


class NotAllowed(IssuanceError):
    """The actor may not do this to this subject."""

    family = "not_allowed"


class NotFound(IssuanceError):
    """There is no such thing, or none the actor may know of."""

    family = "not_found"


class Conflict(IssuanceError):
    """The thing changed, exists already, or was already used."""

    family = "conflict"


class Refused(IssuanceError):
    """The input is well formed, and a rule of substance says no."""

    family = "refused"


class Unavailable(IssuanceError):
    """A part we need (database, key store, disk) does not answer now; nothing was done."""

    family = "unavailable"


class Uncertain(Unavailable):
    """It went away while it was to keep our work, and it is not known whether it did: repeat the same request."""
