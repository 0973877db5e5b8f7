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
    minimum_age_years: int | None = Field(default=None, ge=0)
    loss_reported_within_hours: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _lawful(self) -> Entitlement:
        if self.switched_on and self.legal_reference is None:
            raise ValueError("switched on without a legal reference -> enter `legal_reference:`, or switched_on: false")
        return self


class DocumentForm(Clause):
    """Without `validity_*` the document holds as long as validity.yaml says."""

    issued_by_this_service: bool
    mrz_code: TypeCode
    mrz_format: Literal["TD1", "TD2", "TD3"]
    form: Bilingual
    colour: Bilingual
    chip_inside: bool
    number_prefix: str = Field(pattern=r"^[A-Z0-9]{1,4}$")
    serial_characters: int = Field(ge=4, le=8)
    validity_years: int | None = Field(default=None, gt=0, le=10)
    validity_days: int | None = Field(default=None, gt=0, le=366)
    extendable: bool

    @model_validator(mode="after")
    def _one_validity(self) -> DocumentForm:
        if self.validity_years is not None and self.validity_days is not None:
            raise ValueError("validity in years and in days -> one of them")
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
        code = one.document_form.mrz_code
        bound = len(code) == 2 and code[0] == "P" and start >= codes.legacy.second_letter_listed_from
        if bound and code not in codes.codes.entries:
            path = ("types", i, "document_form", "mrz_code")
            yield CrossFault(file, path, f"{code!r} is not listed", f"one of {sorted(codes.codes.entries)}")


def issued_type_faults(file: str, held: DocumentTypes, issued: str, code: str, prefix: str) -> CrossCheck:
    """What this service issues is one switched-on type: that of booklet.yaml, with the code and prefix we print."""
    if issued not in get_args(DocumentTypeId):
        booklet, right = file.replace("document_types", "booklet"), f"one of {', '.join(get_args(DocumentTypeId))}"
        yield CrossFault(booklet, ("document_type",), f"no type is called {issued!r}", right)
    for i, one in enumerate(held.types):
        form, path = one.document_form, ("types", i, "document_form")
        if form.issued_by_this_service != (one.id == issued):
            wrong = f"{one.id} is said to be {'' if form.issued_by_this_service else 'not '}issued by this service"
            yield CrossFault(file, (*path, "issued_by_this_service"), wrong, f"{issued} alone is (booklet.yaml)")
        if one.id != issued:
            continue
        if not one.entitlement.switched_on:
            where = ("types", i, "entitlement", "switched_on")
            yield CrossFault(file, where, f"{one.id} is issued, and off", "switched_on: true")
        if form.mrz_code != code:
            yield CrossFault(file, (*path, "mrz_code"), f"{form.mrz_code} here", f"{code}, as in mrz.yaml")
        if form.number_prefix != prefix:
            yield CrossFault(
                file, (*path, "number_prefix"), f"{form.number_prefix} here", f"{prefix}, as in series.yaml"
            )
