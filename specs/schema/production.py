"""Printing lines (`passport/production.yaml`): what a work package may hold, what comes back, a line's certificate."""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Clause, Part
from specs.schema.pki import CertificateProfile


class WorkPackageRules(Clause):
    """valid_hours: how long a line may take a package in; bytes: of its content before it is sealed."""

    valid_hours: int = Field(gt=0, le=720)
    maximum_books: int = Field(gt=0, le=500)
    maximum_bytes: int = Field(gt=0)


class ResultRules(Clause):
    """Of a message of the line."""

    maximum_message_bytes: int = Field(gt=0)
    reason_maximum_characters: int = Field(gt=0, le=1000)


class Production(Part):
    """How books are made on a line."""

    work_package: WorkPackageRules
    results: ResultRules
    line_certificate: CertificateProfile
