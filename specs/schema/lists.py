"""Lists of trust as they travel: CSCA master lists, deviation lists, the public key directory (`pki/profiles.yaml`)."""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Clause, Words


class MasterListLimits(Clause):
    """What a CSCA master list may hold before it is refused unread."""

    maximum_bytes: int = Field(gt=0)
    maximum_certificates: int = Field(gt=0)


class DeviationListLimits(Clause):
    """What a deviation list may hold before it is refused unread."""

    maximum_bytes: int = Field(gt=0)
    maximum_deviations: int = Field(gt=0)
    maximum_document_numbers: int = Field(gt=0)


class Directory(Clause):
    """The ICAO public key directory as LDIF: where its tree hangs, and what an import reads at most."""

    base: Words
    maximum_value_bytes: int = Field(gt=0)
    maximum_entries: int = Field(gt=0)
    maximum_file_bytes: int = Field(gt=0)
