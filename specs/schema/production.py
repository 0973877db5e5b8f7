"""Printing lines (`passport/production.yaml`): what a work package may hold, what comes back, a line's certificate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from specs.schema.base import Bilingual, Clause, Part
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


class Registration(Clause):
    """four_eyes: one person asks for a line to be registered, another approves; outside production a console may do
    without."""

    four_eyes: bool
    id_maximum_characters: int = Field(gt=0, le=16)


LineEnd = Literal["replaced", "retired", "compromised"]


class LineEnding(Part):
    """answers_taken: what the line still signs about books it received is believed."""

    title: Bilingual
    answers_taken: bool


class LineEndings(Clause):
    """Why a line makes no more books."""

    entries: dict[LineEnd, LineEnding] = Field(min_length=3)


class Production(Part):
    """How books are made on a line."""

    work_package: WorkPackageRules
    results: ResultRules
    registration: Registration
    closing: LineEndings
    line_certificate: CertificateProfile
