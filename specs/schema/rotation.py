"""When keys give way to the next ones (`pki/rotation.yaml`). Usage periods stand in the certificate profiles."""

from __future__ import annotations

from pydantic import Field, model_validator

from specs.schema.base import Clause, Part


class KeyRotation(Clause):
    """maximum_signatures: absent when only the period ends a key. The alarm comes at whichever is reached first."""

    maximum_signatures: int | None = Field(default=None, gt=0)
    alarm_days_ahead: int = Field(ge=0)
    alarm_share_of_signatures: float | None = Field(default=None, gt=0, lt=1)

    @model_validator(mode="after")
    def _consistent(self) -> KeyRotation:
        if (self.maximum_signatures is None) != (self.alarm_share_of_signatures is None):
            raise ValueError(
                "a count without its alarm, or the reverse -> `maximum_signatures` and `alarm_share_of_signatures`"
            )
        return self


class RootRotation(Clause):
    """wait_days: how long a new root that follows another signs nothing."""

    alarm_days_ahead: int = Field(ge=0)
    wait_days: int = Field(ge=0)


class Rotation(Part):
    """The rules for every purpose."""

    document_signer: KeyRotation
    other_signers: KeyRotation
    roots: RootRotation

    def maximum_signatures(self, purpose: str) -> int | None:
        """How many uses end a key of this purpose; None: only its period does."""
        rule = self._rule(purpose)
        return rule.maximum_signatures if isinstance(rule, KeyRotation) else None

    def alarm_signatures(self, purpose: str) -> int | None:
        """From how many uses on a key of this purpose gives the alarm; None: uses give none."""
        rule = self._rule(purpose)
        if not isinstance(rule, KeyRotation) or not rule.maximum_signatures or not rule.alarm_share_of_signatures:
            return None
        return int(rule.maximum_signatures * rule.alarm_share_of_signatures)

    def alarm_days(self, purpose: str) -> int:
        """How many days before its end a key of this purpose gives the alarm."""
        return self._rule(purpose).alarm_days_ahead

    def _rule(self, purpose: str) -> KeyRotation | RootRotation:
        if purpose in ("csca", "services_root"):
            return self.roots
        return self.document_signer if purpose == "document_signer" else self.other_signers
