"""Which type of document this is, and what it is made as: judged by its own code and series, not by the book's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from issuance.mrtd.mrz import MrzReport
from specs.schema import PassportEdition
from specs.schema.document_types import DocumentType
from specs.schema.passport import NumberPattern


@dataclass(frozen=True, slots=True)
class OfType:
    """own: the book of the edition, whose values stand in files of their own; years, days: None where validity.yaml
    says it by age."""

    type: DocumentType
    own: bool
    zone_format: str
    document_code: str
    optional_data: str
    number: NumberPattern
    years: int | None
    days: int | None


def type_of(edition: PassportEdition, work: dict[str, Any], zone: MrzReport | None) -> OfType:
    """The type the package names, else the one whose code and series the zone shows, else the book of the edition."""
    types, book = edition.document_types, edition.document_types.of(edition.booklet.document_type)
    named = next((one for one in types.types if one.id == work.get("document_type")), None)
    return _of(edition, named or _shown(edition, zone) or book)


def _shown(edition: PassportEdition, zone: MrzReport | None) -> DocumentType | None:
    if zone is None or not zone.fields:
        return None
    for held in edition.document_types.types:
        form = held.document_form
        pattern = form.numbers(edition.series.number).pattern
        same = zone.fields["document_code"] == form.document_code and zone.format == form.zone_format
        if same and re.fullmatch(pattern, zone.fields["document_number"]):
            return held
    return None


def _of(edition: PassportEdition, held: DocumentType) -> OfType:
    form, mrz = held.document_form, edition.mrz
    own = form.stands_elsewhere
    return OfType(
        held,
        own,
        mrz.format.name if own else form.zone_format,
        form.document_code or mrz.document_code.code,
        mrz.optional_data.holds if own else "nothing",
        form.numbers(edition.series.number),
        form.validity_years,
        form.validity_days,
    )
