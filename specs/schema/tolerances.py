"""What other States' signed objects may do against the standard and still be judged by (`pki/tolerances.yaml`).

Switches only; what each one means in bytes stands in `keys`. Objects of our own State are never read with them.
"""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Clause, Part
from specs.schema.pki import DottedOid


class Tolerance(Clause):
    """accepted: such an object is judged on, with a finding that names it; else it is refused."""

    accepted: bool


class ContentTypes(Clause):
    """identifiers: what stands for the LDS security object in issued documents, beside its own."""

    identifiers: tuple[DottedOid, ...]


class SigningTime(Clause):
    """How far the moment of signing may lie from the date of issue, where nothing says it."""

    before_issue_days: int = Field(ge=0)
    after_issue_days: int = Field(ge=0)


class Tolerances(Part):
    digest_info_without_null: Tolerance
    attributes_encoded_anew: Tolerance
    signer_found_by_key: Tolerance
    content_types: ContentTypes
    signing_time: SigningTime
