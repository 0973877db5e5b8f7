"""What an inspection compares beyond signatures (`border/inspection.yaml`)."""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Clause, Part, Words


class SignerCountries(Clause):
    """Two-letter country of a signer by the State code of the MRZ, where ISO 3166-1 does not say it."""

    by_mrz_state: dict[Words, Words] = Field(min_length=1)


class UnreadDataGroups(Clause):
    """Data groups a reader without special rights cannot read; their absence proves nothing."""

    numbers: list[int]


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
    public_uploads: PublicUploads
