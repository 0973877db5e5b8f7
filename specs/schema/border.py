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


class Inspection(Part):
    """All that is normative about an inspection."""

    signer_countries: SignerCountries
    unread_data_groups: UnreadDataGroups
