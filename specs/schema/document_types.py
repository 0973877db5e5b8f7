"""Every travel document of the State (`.../editions/<edition>/document_types.yaml`): who may hold it, and its form.

The book of the edition (the type booklet.yaml names) has its code, series and validity in mrz.yaml, series.yaml and
validity.yaml; every other type has them here. `issued_by_this_service: false` says plainly that the program does not
issue it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.mrz import DocumentCodes
from specs.schema.passport import NumberPattern

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


class Condition(Bilingual):
    """asks: the name under which the application gives the number of the paper that proves it; None: no paper is asked
    for."""

    asks: Annotated[str, StringConstraints(pattern=r"^[a-z_]{3,30}$")] | None = None


class Entitlement(Clause):
    """Who issues it to whom. `switched_on` needs a `legal_reference`; limits of age and time stand as numbers."""

    switched_on: bool
    legal_reference: Words | None = None
    issued_by: Bilingual
    holders: Bilingual
    conditions: list[Condition] | None = None
    older_than_years: int | None = Field(default=None, ge=0)
    loss_reported_within_hours: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _lawful(self) -> Entitlement:
        if self.switched_on and self.legal_reference is None:
            raise ValueError("switched on without a legal reference -> enter `legal_reference:`, or switched_on: false")
        return self


class DocumentForm(Clause):
    """What it is made as. issuing_offices: kinds of office (staff/offices.yaml); zone_nationality: what the zone says
    of a holder who is no national (Doc 9303-3 §5), instead of the nationality; called_passport: or else document;
    blank: the kind of blank it is made on (passport/stock.yaml)."""

    issued_by_this_service: bool
    issuing_offices: list[Words] | None = None
    document_code: TypeCode | None = None
    zone_format: Literal["TD1", "TD2", "TD3"]
    zone_nationality: str | None = Field(default=None, pattern=r"^XX[A-C]$")
    called_passport: bool = True
    blank: Words = "book"
    shape: Bilingual
    colour: Bilingual
    chip_inside: bool
    number_prefix: str | None = Field(default=None, pattern=r"^[A-Z0-9]{1,4}$")
    serial_characters: int | None = Field(default=None, ge=4, le=8)
    validity_years: int | None = Field(default=None, gt=0, le=10)
    validity_days: int | None = Field(default=None, gt=0, le=366)
    extendable: bool

    @model_validator(mode="after")
    def _whole(self) -> DocumentForm:
        series = (self.document_code, self.number_prefix, self.serial_characters)
        validity = (self.validity_years, self.validity_days)
        if self.stands_elsewhere and any(held is not None for held in validity):
            raise ValueError("validity of what the book itself is -> in validity.yaml alone")
        if not self.stands_elsewhere and None in series:
            raise ValueError("code or series is missing -> document_code, number_prefix, serial_characters")
        if not self.stands_elsewhere and validity.count(None) != 1:
            raise ValueError("validity is said twice or not at all -> validity_years or validity_days")
        if self.issued_by_this_service and not self.issuing_offices:
            raise ValueError("issued here, by no office -> `issuing_offices:`, kinds of staff/offices.yaml")
        return self

    @property
    def stands_elsewhere(self) -> bool:
        """Whether code, series and validity stand in mrz.yaml, series.yaml and validity.yaml: the book's own type."""
        return self.document_code is None and self.number_prefix is None and self.serial_characters is None

    def numbers(self, book: NumberPattern) -> NumberPattern:
        """The series of the type: its own, in the alphabet of the book's, or the book's."""
        if self.number_prefix is None or self.serial_characters is None:
            return book
        prefix, characters = self.number_prefix, self.serial_characters
        pattern = f"^{prefix}[{book.alphabet}]{{{characters}}}$"
        return book.model_copy(update={"prefix": prefix, "serial_characters": characters, "pattern": pattern})


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

    def issued(self) -> dict[str, DocumentType]:
        """The types this service issues, in the order of the specification."""
        return {held.id: held for held in self.types if held.document_form.issued_by_this_service}


def document_type_faults(file: str, held: DocumentTypes, codes: DocumentCodes, start: date) -> CrossCheck:
    """From the day the lists bind, a passport's second letter is a listed one (Doc 9303-4 Amendment 2)."""
    for i, one in enumerate(held.types):
        code = one.document_form.document_code or ""
        bound = len(code) == 2 and code[0] == "P" and start >= codes.legacy.second_letter_listed_from
        if bound and code not in codes.codes.entries:
            path = ("types", i, "document_form", "document_code")
            yield CrossFault(file, path, f"{code!r} is not listed", f"one of {sorted(codes.codes.entries)}")


def issued_type_faults(file: str, held: DocumentTypes, issued: str, kinds: Collection[str]) -> CrossCheck:
    """What this service issues is switched on, the book's own type among it; that type alone has its code, series and
    validity in the files of the book. kinds: of offices that issue passports."""
    if issued not in get_args(DocumentTypeId):
        booklet, right = file.replace("document_types", "booklet"), f"one of {', '.join(get_args(DocumentTypeId))}"
        yield CrossFault(booklet, ("document_type",), f"no type is called {issued!r}", right)
        return
    for i, one in enumerate(held.types):
        form, path = one.document_form, ("types", i, "document_form")
        if one.id == issued and not form.issued_by_this_service:
            wrong = f"{one.id} is said to be not issued here"
            yield CrossFault(file, (*path, "issued_by_this_service"), wrong, f"{issued} is (booklet.yaml)")
        if (one.id == issued) != form.stands_elsewhere:
            wrong = f"{one.id} has {'' if one.id == issued else 'no '}code, series or validity of its own"
            right = "those of what the book is in mrz.yaml, series.yaml, validity.yaml alone; of any other type here"
            yield CrossFault(file, path, wrong, right)
        if form.issued_by_this_service and not one.entitlement.switched_on:
            where = ("types", i, "entitlement", "switched_on")
            yield CrossFault(file, where, f"{one.id} is issued, and off", "switched_on: true")
        for unknown in [kind for kind in form.issuing_offices or () if kind not in kinds]:
            wrong = f"offices of kind {unknown!r} issue no passports"
            yield CrossFault(file, (*path, "issuing_offices"), wrong, f"of {', '.join(kinds)} (staff/offices.yaml)")
