"""What each bad document of the kit gets wrong: made by an edition in which one value is another, or damaged after.

Each breaks the clause it is for, and where the law of things allows no other, those named in `broken` beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from issuance.specification.conform.changed import Change
from specs.schema import PassportEdition
from specs.schema.base import Bilingual

Kind = Literal["chip", "page", "certificate", "package"]
Damage = Literal[
    "dg1_malformed",
    "dg2_malformed",
    "without_dg11",
    "without_dg12",
    "without_dg14",
    "without_dg15",
    "without_card_access",
    "check_digit",
    "unlisted_code",
    "one_letter_code",
    "com_lists_less",
    "changed_after_signing",
    "sod_version",
]
_SHIFT_MM: Final = 1.2
_CERTIFICATE: Final = "certificate/certificate"


@dataclass(frozen=True, slots=True)
class Flaw:
    """clause: the one this document is for; changes: of the edition (of the certificate's specification, of the PKI) it
    is made by, of a package of the seal's; the rest: facts of the book it is made for. edition: to be judged by,
    default the kit's; document_type: default an ordinary book."""

    clause: str
    kind: Kind
    changes: tuple[Change, ...] = ()
    damage: Damage | None = None
    pki: tuple[Change, ...] = ()
    issued_on: date | None = None
    birth_date: str | None = None
    number: str | None = None
    record_format: Literal["ISO/IEC 19794-5:2005", "ISO/IEC 39794-5:2019"] | None = None
    edition: str | None = None
    document_type: str | None = None
    ruling: bool = False
    others: tuple[str, ...] = ()

    @property
    def broken(self) -> tuple[str, ...]:
        return (self.clause, *self.others)

    @property
    def name(self) -> str:
        """As a folder or file name."""
        return self.clause.replace("/", "_")


def flaws(edition: PassportEdition) -> Iterator[Flaw]:
    """Every bad document, for this edition."""
    yield from _zone(edition)
    yield from _chip(edition)
    yield from _page(edition)
    yield from _seal()
    yield from _certificate()


def _zone(edition: PassportEdition) -> Iterator[Flaw]:
    adult = len(edition.validity.rules) - 1
    years = edition.validity.rules[adult].validity_years
    first = edition.booklet.in_force.from_date
    yield Flaw("mrz.format", "chip", damage="check_digit")
    yield Flaw("mrz.document_code", "chip", ((("mrz", "document_code", "code"), "PD"),))
    yield Flaw("mrz.issuer", "chip", ((("mrz", "issuer", "code"), "UTO"),))
    yield Flaw("mrz.name", "page", ((("mrz", "name", "written_from"), "scheme"),))
    yield Flaw("mrz.optional_data", "chip", ((("mrz", "optional_data", "holds"), "national_number"),))
    yield Flaw("series.number", "chip", number="L" + "0" * 8)
    yield Flaw("booklet.in_force", "chip", issued_on=date(first.year - 1, 12, 1))
    yield Flaw("validity.rules.1", "chip", ((("validity", "rules", 0, "validity_years"), 6),), birth_date="2020-03-09")
    yield Flaw(f"validity.rules.{adult + 1}", "chip", ((("validity", "rules", adult, "validity_years"), years + 2),))
    yield Flaw("validity.expiry", "chip", ((("validity", "expiry", "days_before_anniversary"), 0),))
    yield Flaw("validity.holder", "chip", birth_date="1890-01-31")
    code = ("mrz.document_code",)  # no listed code is the edition's and unlisted at once
    yield Flaw("passport/document_codes.codes", "chip", damage="unlisted_code", others=code)
    yield Flaw(
        "passport/document_codes.legacy", "chip", damage="one_letter_code", issued_on=date(2028, 2, 1), others=code
    )


def _chip(edition: PassportEdition) -> Iterator[Flaw]:
    image = edition.portrait.chip_image
    yield Flaw("chip.lds", "chip", ((("chip", "lds", "lds_version"), "0107"),))
    yield Flaw("chip.files.COM", "chip", damage="com_lists_less")
    yield Flaw("chip.files.DG1", "chip", damage="dg1_malformed")
    yield Flaw("chip.files.DG2", "chip", damage="dg2_malformed")
    yield Flaw("chip.files.DG11", "chip", damage="without_dg11")
    yield Flaw("chip.files.DG12", "chip", damage="without_dg12")
    if edition.chip.security_options is not None:
        says = ("chip.security_options", "chip.active_authentication")  # both are read from DG14
        yield Flaw("chip.files.DG14", "chip", damage="without_dg14", others=says)
        yield Flaw("chip.files.DG15", "chip", damage="without_dg15")
        yield Flaw("chip.files.CardAccess", "chip", damage="without_card_access")
        yield Flaw("chip.security_options", "chip", ((("chip", "security_options", "pace_parameter_id"), 13),))
        other = (("chip", "active_authentication", "response_signature"), "ecdsa-plain-SHA384")
        yield Flaw("chip.active_authentication", "chip", (other,))
    yield Flaw("chip.files.SOD", "chip", damage="changed_after_signing")
    yield Flaw("chip.data_group_digest", "chip", pki=((("security_object", "hash"), "sha384"),))
    yield Flaw("chip.face", "chip", ((("chip", "face", "image_type_code"), 0),))
    yield Flaw(
        "chip.face.formats.ISO_IEC_19794_5_2005", "chip", ((("chip", "face", "formats", 0, "last_issue_date"), None),),
        issued_on=date(2030, 1, 2), record_format="ISO/IEC 19794-5:2005",
    )  # fmt: skip
    yield Flaw(
        "chip.face.formats.ISO_IEC_39794_5_2019", "chip", ((("chip", "face", "formats", 1, "first_issue_date"), None),),
        issued_on=date(2025, 6, 1), record_format="ISO/IEC 39794-5:2019", edition="2021",
    )  # fmt: skip
    held = [*edition.chip.holder_details.elements, "national_number"]
    yield Flaw("chip.holder_details", "chip", ((("chip", "holder_details", "elements"), held),))
    yield Flaw("chip.document_details", "chip", ((("chip", "document_details", "elements"), ["issue_date"]),))
    yield Flaw(
        "portrait.chip_image",
        "chip",
        (
            (("portrait", "chip_image", "width_px"), image.width_px * 3 // 4),
            (("portrait", "chip_image", "height_px"), image.height_px * 3 // 4),
        ),
    )
    yield Flaw("pki/profiles.security_object", "chip", damage="sod_version")
    signer = ("profiles", "document_signer")
    yield Flaw(
        "pki/profiles.profiles.document_signer",
        "chip",
        pki=(
            ((*signer, "certificate_days"), 3900),
            ((*signer, "advised", "certificate_validity", "maximum_days"), 4000),
        ),
    )


def _page(edition: PassportEdition) -> Iterator[Flaw]:
    page = edition.data_page
    yield Flaw("data_page.page", "page", ((("data_page", "page", "width_mm"), page.page.width_mm + 2),))
    for name in ("header", "signature"):
        box = getattr(page, name).box
        yield Flaw(f"data_page.{name}", "page", _moved(("data_page", name), box.x_mm, box.width_mm))
    for field in page.fields:
        if field.id != "national_number" or page.switches.national_number_shown:
            place = ("data_page", "fields", field.id)
            yield Flaw(f"data_page.fields.{field.id}", "page", _moved(place, field.box.x_mm, field.box.width_mm))
    shown = not page.switches.national_number_shown
    yield Flaw("data_page.switches", "page", ((("data_page", "switches", "national_number_shown"), shown),))
    portrait = page.portrait.box
    yield Flaw("data_page.portrait", "page", _moved(("data_page", "portrait"), portrait.x_mm, portrait.width_mm))
    yield Flaw("data_page.mrz", "page", ((("data_page", "mrz", "pitch_mm"), page.mrz.pitch_mm - 0.06),))
    yield Flaw(
        "data_page.fonts", "page", ((("data_page", "fonts", "mrz"), "Liberation Mono"),), others=("data_page.mrz",)
    )
    yield Flaw("data_page.captions", "page", ((("data_page", "captions", "size_mm"), page.captions.size_mm + 0.4),))
    yield Flaw("data_page.dates", "page", ((("data_page", "dates", "format"), "YYYY MM DD"),))
    words = Bilingual(ar="رجل", en="M")
    yield Flaw("data_page.sex_values", "page", ((("data_page", "sex_values", "M"), words),))
    yield Flaw("data_page.specimen", "page", ((("data_page", "specimen", "ar"), "عينة"),))


def _seal() -> Iterator[Flaw]:
    seal, sheet = "passport/seal", "EMERGENCY"
    for kind, reference, document_type in (("passport_seal", 0x51, None), ("etd_seal", 0x5F, sheet)):
        changed = (("definitions", kind, "feature_definition_reference"), reference)
        yield Flaw(f"{seal}.definitions.{kind}", "package", (changed,), document_type=document_type)
    yield Flaw(f"{seal}.symbol", "package", ((("symbol", "error_correction"), "L"),))
    yield Flaw(f"{seal}.book", "package", ((("book", "below_top_mm"), 16),))
    yield Flaw(f"{seal}.sheet", "package", ((("sheet", "box", "x_mm"), 40),), document_type=sheet)


def _moved(place: tuple[str, ...], left_mm: float, width_mm: float) -> tuple[Change, ...]:
    """The box begins further right and ends where it did."""
    return (((*place, "box", "x_mm"), left_mm + _SHIFT_MM), ((*place, "box", "width_mm"), width_mm - _SHIFT_MM))


def _certificate() -> Iterator[Flaw]:
    def one(name: str, *changes: Change, ruling: bool = False) -> Flaw:
        return Flaw(f"{_CERTIFICATE}.{name}", "certificate", changes, ruling=ruling)

    other = Bilingual(ar="كلمة أخرى", en="Another word")
    yield one("title", (("title", "en"), "Certificate of Good Conduct"))
    yield one("issuer", (("issuer", "department"), other))
    yield one("fields.purpose", (("fields", "purpose", "caption"), other))
    yield one("outcomes", (("outcomes", "clear", "en"), "Nothing is known"))
    yield one("rulings", (("rulings", "columns", "court", "caption"), other), ruling=True)
    yield one("validity", (("validity", "months"), 2))
    yield one("serial", (("serial", "series"), "CX"))
    yield one("disclosure", (("disclosure", "national_number"), "masked"))
    yield one("paper", (("paper", "width_mm"), 216))
    yield one("fonts", (("fonts", "mono"), "OCR B"))
    yield one("qr", (("qr", "size_mm"), 44))
    yield one("notices.signature", (("notices", "signature", "text"), other))
