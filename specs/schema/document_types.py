"""Every travel document of the State (`.../editions/<edition>/document_types.yaml`): who may hold it, and its form.

This service issues the ordinary passport. The others stand here so that codes, prefixes and rights are settled in one
place; `issued_by_this_service: false` says plainly that the program does not issue them.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.mrz import DocumentCodes

DocumentTypeId = Literal[
    "ORDINARY",
    "DIPLOMATIC",
    "SPECIAL",
    "SERVICE",
    "EMERGENCY",
    "TEMPORARY_REFUGEE",
    "TEMPORARY_STATELESS",
    "SEA_CREW",
    "AIR_CREW",
]
TypeCode = Annotated[str, StringConstraints(pattern=r"^(P[A-Z]?|[ACI][A-Z]?)$")]


class Entitlement(Clause):
    """Who issues it to whom. `switched_on` needs a `legal_reference`; limits of age and time stand as numbers."""

    switched_on: bool
    legal_reference: Words | None = None
    issued_by: Bilingual
    holders: Bilingual
    conditions: list[Bilingual] | None = None
    older_than_years: int | None = Field(default=None, ge=0)
    loss_reported_within_hours: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _lawful(self) -> Entitlement:
        if self.switched_on and self.legal_reference is None:
            raise ValueError("switched on without a legal reference -> enter `legal_reference:`, or switched_on: false")
        return self


class DocumentForm(Clause):
    """Code, series and validity of what this service issues stand in mrz.yaml, series.yaml and validity.yaml."""

    issued_by_this_service: bool
    document_code: TypeCode | None = None
    zone_format: Literal["TD1", "TD2", "TD3"]
    shape: Bilingual
    colour: Bilingual
    chip_inside: bool
    number_prefix: str | None = Field(default=None, pattern=r"^[A-Z0-9]{1,4}$")
    serial_characters: int | None = Field(default=None, ge=4, le=8)
    validity_years: int | None = Field(default=None, gt=0, le=10)
    validity_days: int | None = Field(default=None, gt=0, le=366)
    extendable: bool

    @model_validator(mode="after")
    def _said_in_one_place(self) -> DocumentForm:
        series = (self.document_code, self.number_prefix, self.serial_characters)
        validity = (self.validity_years, self.validity_days)
        if self.issued_by_this_service and any(held is not None for held in (*series, *validity)):
            raise ValueError(
                "code, series or validity of what we issue -> in mrz.yaml, series.yaml, validity.yaml alone"
            )
        if not self.issued_by_this_service and None in series:
            raise ValueError(
                "a document we do not issue lacks code or series -> document_code, number_prefix, serial_characters"
            )
        if not self.issued_by_this_service and validity.count(None) != 1:
            raise ValueError("validity is said twice or not at all -> validity_years or validity_days")
        return self


class DocumentType(Part):
    id: DocumentTypeId
    title: Bilingual
    entitlement: Entitlement
    document_form: DocumentForm


class DocumentTypes(Part):
    """Every type of one edition."""

    types: list[DocumentType] = Field(min_length=1)

    @model_validator(mode="after")
    def _each_once(self) -> DocumentTypes:
        held = [one.id for one in self.types]
        for known in get_args(DocumentTypeId):
            if held.count(known) != 1:
                raise ValueError(f"{known} stands {held.count(known)} times -> each type once")
        return self

    def of(self, type_id: str) -> DocumentType:
        """Raises KeyError for a type the State does not know."""
        for held in self.types:
            if held.id == type_id:
                return held
        raise KeyError(type_id)


def document_type_faults(file: str, held: DocumentTypes, codes: DocumentCodes, start: date) -> CrossCheck:
    """From the day the lists bind, a passport's second letter is a listed one (Doc 9303-4 Amendment 2)."""
    for i, one in enumerate(held.types):
        code = one.document_form.document_code or ""
        bound = len(code) == 2 and code[0] == "P" and start >= codes.legacy.second_letter_listed_from
        if bound and code not in codes.codes.entries:
            path = ("types", i, "document_form", "document_code")
            yield CrossFault(file, path, f"{code!r} is not listed", f"one of {sorted(codes.codes.entries)}")


def issued_type_faults(file: str, held: DocumentTypes, issued: str) -> CrossCheck:
    """What this service issues is one switched-on type, that of booklet.yaml."""
    if issued not in get_args(DocumentTypeId):
        booklet, right = file.replace("document_types", "booklet"), f"one of {', '.join(get_args(DocumentTypeId))}"
        yield CrossFault(booklet, ("document_type",), f"no type is called {issued!r}", right)
        return
    for i, one in enumerate(held.types):
        said = one.document_form.issued_by_this_service
        if said != (one.id == issued):
            path, wrong = ("types", i, "document_form"), f"{one.id} is said to be {'' if said else 'not '}issued here"
            yield CrossFault(file, (*path, "issued_by_this_service"), wrong, f"{issued} alone is (booklet.yaml)")
        if one.id == issued and not one.entitlement.switched_on:
            where = ("types", i, "entitlement", "switched_on")
            yield CrossFault(file, where, f"{one.id} is issued, and off", "switched_on: true")
