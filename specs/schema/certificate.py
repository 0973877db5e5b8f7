"""The criminal-status certificate on paper: its wordings, lengths and sizes (`certificate/certificate.yaml`).

Holds wordings, lengths and the shape of the serial. What a record discloses is decided elsewhere.
"""

from __future__ import annotations

import re
from typing import Literal, get_args

from pydantic import Field, field_validator, model_validator

from specs.schema.base import Bilingual, Clause, Part, Words

FieldId = Literal[
    "number",
    "name",
    "national_number",
    "birth_date",
    "birth_place",
    "nationality",
    "passport_number",
    "purpose",
    "level",
    "addressee",
    "office",
    "issued_on",
    "expires_on",
]
RulingColumnId = Literal["court", "case_number", "ruled_on", "offence", "penalty"]
Millimetres = float


class BilingualClause(Clause):
    """One wording that a text orders."""

    ar: Words
    en: Words


class Issuer(Clause):
    state: Bilingual
    ministry: Bilingual
    department: Bilingual


class CertificateField(Clause):
    """A printed fact. Fields are printed in the order of the list."""

    id: FieldId
    caption: Bilingual
    maximum_characters: int = Field(gt=0, le=400)


class RequestTexts(Clause):
    """What an applicant's own texts may hold: passport numbers of every series; signs that no text may hold; how long
    a word may be."""

    passport_number_pattern: Words
    forbidden_characters: Words
    maximum_word_characters: int = Field(ge=20)

    @field_validator("passport_number_pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str) -> str:
        return _compiled(pattern)


class OutcomeWording(Bilingual):
    """`ar` speaks of a man, or of a holder whose sex is not at hand; `female_ar` of a woman."""

    female_ar: Words


class Outcomes(Clause):
    """The two printed outcomes; a case under review never reaches paper."""

    heading: Bilingual
    clear: OutcomeWording
    entries: OutcomeWording

    def words(self, outcome: Literal["clear", "entries"], sex: Literal["M", "F"]) -> Bilingual:
        """The wording of the outcome for a holder of that sex."""
        found: OutcomeWording = getattr(self, outcome)
        return Bilingual(ar=found.female_ar if sex == "F" else found.ar, en=found.en)


class RulingColumn(Part):
    id: RulingColumnId
    caption: Bilingual
    width_percent: int = Field(gt=0, le=100)
    maximum_characters: int = Field(gt=0, le=400)


class RulingTable(Clause):
    heading: Bilingual
    columns: list[RulingColumn]
    maximum_count: int = Field(ge=1, le=200)

    @model_validator(mode="after")
    def _complete(self) -> RulingTable:
        _each_once([c.id for c in self.columns], get_args(RulingColumnId), "column")
        if (total := sum(c.width_percent for c in self.columns)) != 100:
            raise ValueError(f"the column widths add up to {total} percent -> 100 percent")
        return self


class CertificateValidity(Clause):
    """Counted from the date of issue; the day printed is the last valid one."""

    months: int = Field(gt=0)
    allowed_months: list[int] = Field(min_length=1)

    @model_validator(mode="after")
    def _allowed(self) -> CertificateValidity:
        if self.months not in self.allowed_months:
            raise ValueError(f"{self.months} months -> one of {self.allowed_months}")
        return self


class SerialRule(Clause):
    """`<series><year><separator><office><separator><count><separator><check character>`."""

    series: Words = Field(pattern=r"^[A-Z0-9]{1,4}$")
    office_pattern: Words
    count_digits: int = Field(ge=4, le=9)
    separator: Literal["-", "/", " "]
    check_character: Literal["iso7064-mod-37-36"]

    @field_validator("office_pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        return _compiled(pattern)


class NationalNumberDisclosure(Clause):
    """How the national number stands on the paper and in the attached data."""

    national_number: Literal["full", "masked"]
    visible_digits: int = Field(ge=0, le=6)
    mask_character: str = Field(min_length=1, max_length=1)


class Paper(Clause):
    format: Words
    width_mm: Millimetres = Field(gt=0)
    height_mm: Millimetres = Field(gt=0)
    margin_mm: Millimetres = Field(ge=5, le=40)
    pdf_standards: list[Literal["a-3a", "a-3b", "a-3u", "ua-1"]] = Field(min_length=1)
    attachment_name: Words = Field(pattern=r"^[a-z0-9_-]+\.json$")


class CertificateFonts(Clause):
    """Family names as the font files state them."""

    arabic: Words
    latin: Words
    mono: Words


class PortraitBox(Clause):
    width_mm: Millimetres = Field(gt=0)
    height_mm: Millimetres = Field(gt=0)
    resolution_dpi: int = Field(ge=150, le=600)


class Qr(Clause):
    """`size_mm` is the code without its quiet zone."""

    error_correction: Literal["L", "M", "Q", "H"]
    size_mm: Millimetres = Field(ge=38)
    quiet_zone_modules: int = Field(ge=4)
    caption: Bilingual


class Notice(Clause):
    id: Words
    text: Bilingual


class Purpose(Part):
    """`free_text`: the applicant words it; else the printed name is `name`."""

    id: Words
    name: Bilingual
    free_text: bool = False


class Purposes(Clause):
    items: list[Purpose] = Field(min_length=1)

    @model_validator(mode="after")
    def _unique(self) -> Purposes:
        ids = [p.id for p in self.items]
        if twice := sorted({i for i in ids if ids.count(i) > 1}):
            raise ValueError(f"the purpose {twice[0]!r} stands twice -> each purpose once")
        return self


class CertificateSpec(Part):
    """All that is normative about the paper."""

    title: BilingualClause
    issuer: Issuer
    fields: list[CertificateField]
    request_texts: RequestTexts
    outcomes: Outcomes
    rulings: RulingTable
    validity: CertificateValidity
    serial: SerialRule
    disclosure: NationalNumberDisclosure
    paper: Paper
    fonts: CertificateFonts
    portrait: PortraitBox
    qr: Qr
    notices: list[Notice] = Field(min_length=1)
    page_label: Bilingual
    portrait_label: Bilingual
    specimen: BilingualClause
    preview: BilingualClause
    purposes: Purposes

    @field_validator("fields")
    @classmethod
    def _complete(cls, fields: list[CertificateField]) -> list[CertificateField]:
        _each_once([f.id for f in fields], get_args(FieldId), "field")
        return fields

    def field(self, field_id: FieldId) -> CertificateField:
        """The field of that id; every id is there (validated)."""
        return next(f for f in self.fields if f.id == field_id)

    def purpose(self, purpose_id: str) -> Purpose | None:
        """The purpose of that id, or None."""
        return next((p for p in self.purposes.items if p.id == purpose_id), None)


def _compiled(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"the pattern is no regular expression ({error}) -> e.g. ^[A-Z0-9]{{2,5}}$") from error
    return pattern


def _each_once(present: list[str], wanted: tuple[str, ...], what: str) -> None:
    if missing := [w for w in wanted if w not in present]:
        raise ValueError(f"the {what} {missing[0]!r} is missing -> every one of {', '.join(wanted)}")
    if len(present) != len(wanted):
        raise ValueError(f"a {what} stands twice -> each {what} once")
