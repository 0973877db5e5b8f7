"""What a type of travel document is made as: code, numbers, validity, format of zone and page, chip or none. Pure.

Everything comes from the edition; nothing here knows a type by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from issuance.documents.data_page import PageForm
from issuance.people.birth_date import BirthDate
from specs.errors import Fault, Invalid
from specs.schema import PassportEdition
from specs.schema.base import Bilingual
from specs.schema.chip import Chip
from specs.schema.passport import NumberPattern, Validity

ZoneFormat = Literal["TD1", "TD2", "TD3"]


@dataclass(frozen=True, slots=True)
class DocumentForm:
    """One type of one edition. zone_nationality: what the zone says of a holder who is no national, None: nationals
    alone hold it; series: name of its number series; chip None: no chip; validity: by age, unless it has its own;
    page: what it is printed on; blank: kind of blank it is made on; papers: what its applicant shows, by the name the
    number of the paper is given under."""

    document_type: str
    title: Bilingual
    document_code: str
    zone_format: ZoneFormat
    issuer: str
    zone_nationality: str | None
    optional_data: Literal["nothing", "national_number"]
    number: NumberPattern
    series: str
    issuing_offices: tuple[str, ...]
    older_than_years: int | None
    chip: Chip | None
    validity: Validity
    page: PageForm
    blank: str
    papers: Mapping[str, Bilingual]
    own_years: int | None = None
    own_days: int | None = None

    @property
    def observed(self) -> bool:
        """Whether it is a book, with a page of observations: a card or a sheet has none."""
        return self.zone_format == "TD3"

    def last_day(self, issued_on: date, born: BirthDate) -> date:
        """The last day of validity. An unknown birth year counts as an adult's; 29 February becomes the 28th."""
        before = timedelta(days=self.validity.expiry.days_before_anniversary)
        if self.own_days is not None:
            return issued_on + timedelta(days=self.own_days) - before
        years = self.own_years
        if years is None:
            age = born.age_on(issued_on)
            years = self.validity.rule(
                age if age is not None else self.validity.rules[-1].from_age_years
            ).validity_years
        try:
            anniversary = issued_on.replace(year=issued_on.year + years)
        except ValueError:
            anniversary = date(issued_on.year + years, 2, 28)
        return anniversary - before

    def nationality(self, holders: str) -> str:
        """The code of nationality in the zone of a holder of nationality `holders`."""
        return self.zone_nationality or holders


def form_of(edition: PassportEdition, document_type: str) -> DocumentForm:
    """The form of a type this service issues by `edition`. Raises `Invalid` naming the types it does issue."""
    issued = edition.document_types.issued()
    held = issued.get(document_type)
    if held is None:
        known = ", ".join(issued)
        raise Invalid(
            Fault(
                "passports.document_type",
                f"لا يصدر هذا النوع؛ المتاح: {known}",
                f"must be one of {known}",
                field="document_type",
                clause=f"specs/passport/editions/{edition.edition}/document_types.yaml",
            )
        )
    said, zone = held.document_form, edition.mrz
    own = not said.stands_elsewhere
    return DocumentForm(
        document_type=document_type,
        title=held.title,
        document_code=said.document_code or zone.document_code.code,
        zone_format=said.zone_format,
        issuer=zone.issuer.code,
        zone_nationality=said.zone_nationality,
        optional_data="nothing" if own else zone.optional_data.holds,
        number=said.numbers(edition.series.number),
        series=f"passport:{document_type if own else edition.edition}",
        issuing_offices=tuple(said.issuing_offices or ()),
        older_than_years=held.entitlement.older_than_years,
        chip=edition.chip if said.chip_inside else None,
        validity=edition.validity,
        page=PageForm(said.zone_format, held.title if own else None, said.called_passport),
        blank=said.blank,
        papers={one.asks: one for one in held.entitlement.conditions or () if one.asks is not None},
        own_years=said.validity_years,
        own_days=said.validity_days,
    )
