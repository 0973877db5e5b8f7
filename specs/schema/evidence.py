"""Evidence files (`cases/evidence.yaml`): size, types by their first bytes, how often all are hashed again."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from specs.schema.base import Bilingual, Clause, Part

MediaType = Annotated[str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9.+-]+$")]
HexBytes = Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{2})+$")]


class FileRule(Clause):
    maximum_bytes: int = Field(gt=0)


class Mark(Part):
    """These bytes stand there."""

    at_byte: int = Field(ge=0, le=64)
    bytes_hex: HexBytes


class FileType(Part):
    """signatures: a file is of this type when all marks of one of them hold."""

    title: Bilingual
    signatures: list[Annotated[list[Mark], Field(min_length=1)]] = Field(min_length=1)

    def begins(self, head: bytes) -> bool:
        """Whether a file with these first bytes is of this type."""
        return any(all(_holds(mark, head) for mark in signature) for signature in self.signatures)


def _holds(mark: Mark, head: bytes) -> bool:
    return head.startswith(bytes.fromhex(mark.bytes_hex), mark.at_byte)


class FileTypes(Clause):
    """In the order in which they are tried."""

    entries: dict[MediaType, FileType] = Field(min_length=1)


class IntegrityCheck(Clause):
    """stray: a file no row speaks of; a younger one may belong to a capture that is still going on."""

    every_days: int = Field(ge=1)
    save_progress_every_seconds: int = Field(ge=1)
    stray_after_minutes: int = Field(ge=1)


class EvidenceRules(Part):
    file: FileRule
    types: FileTypes
    check: IntegrityCheck
