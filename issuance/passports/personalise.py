"""From a judged application to every byte of the document: MRZ, data groups, data page, security object.

Pure but for `keys`, which signs. Nothing here is kept: the command keeps what comes back.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal, cast

from issuance.documents.certificate import BilingualText
from issuance.documents.data_page import DataPageData, render_data_page, require_drawable
from issuance.documents.observation_page import render_observation_page
from issuance.documents.seal_code import PageSeal
from issuance.mrtd import mrz
from issuance.mrtd.data_groups import ChipFiles, DocumentDetails, HolderDetails, PartialDate, build_chip_files
from issuance.mrtd.face import portrait_face
from issuance.mrtd.portrait import Portrait
from issuance.passports.application import Application
from issuance.passports.document_form import DocumentForm, form_of
from issuance.passports.predecessors import Note
from issuance.people.birth_date import BirthDate
from issuance.people.facts import PersonFacts
from issuance.staff.public import OfficeFacts
from keys import Keys, Signed, issue, prepare
from keys.chip_keys import ChipKey, make_chip_key
from keys.envelope import seal_to
from keys.record import RecordRequest
from keys.sod import SodRequest
from keys.travel_seal import TravelSealRequest
from specs.errors import Fault, Refused
from specs.schema import PassportEdition, Specification
from specs.schema.base import Bilingual
from specs.schema.chip import FaceFormat

PAGE_PDF, PAGE_FRONT, PAGE_BACK = "data_page.pdf", "data_page.png", "data_page_back.png"
"""Every side, a page each; the front as a picture; the other side, where there is one."""
OBSERVATION_PAGE = "observation_page.png"
CHIP_KEY = "chip_key.p7m"
"""The private key of the chip, PKCS#8, sealed to its printing line."""


@dataclass(frozen=True, slots=True)
class Booklet:
    """What one book is to say. expires_on: last day of validity; note: of the book it replaces, None: there is none;
    spec: the rules of its seal, which all editions share."""

    number: str
    edition: PassportEdition
    application: Application
    person: PersonFacts
    office: OfficeFacts
    nationality: Bilingual
    portrait: Portrait
    issued_on: date
    expires_on: date
    synthetic: bool
    note: Note | None
    spec: Specification

    @property
    def form(self) -> DocumentForm:
        """What its type is made as. Raises `Invalid` for a type that is not issued by the edition."""
        return form_of(self.edition, self.application.document_type)


@dataclass(frozen=True, slots=True)
class Personalised:
    """files: name -> content, as the chip, the printer and the line receive them; what may be kept. seal: the visible
    digital seal as it is printed and as the package says it, None on a card.

    intent_id: of the security object, of the signed package where there is no chip. chip_key: of this chip alone, for
    the envelope to the printing line (`passports.line`); never kept.
    """

    files: dict[str, bytes]
    mrz: tuple[str, ...]
    intent_id: str
    seal: bytes | None = None
    chip_key: ChipKey | None = field(default=None, repr=False)


def machine_readable_zone(book: Booklet) -> tuple[str, ...]:
    """The lines of the MRZ. Raises `Invalid` naming the field that cannot stand in it."""
    spec, form, application = book.edition.mrz, book.form, book.application
    optional = application.national_number if form.optional_data == "national_number" else ""
    name = {"surname": application.names.latin.surname, "given": application.names.latin.given}
    if spec.name.written_from == "scheme":
        name = scheme_name(application)
    fields = {
        "document_code": form.document_code,
        "issuer": form.issuer,
        **name,
        "document_number": book.number,
        "nationality": form.nationality(application.nationality),
        "birth_date": BirthDate.parse(application.birth_date).mrz(),
        "sex": application.sex,
        "expiry_date": f"{book.expires_on:%y%m%d}",
        "optional": optional,
    }
    return mrz.build(form.zone_format, fields, issued=book.issued_on).lines


def scheme_name(application: Application) -> dict[str, str]:
    """Surname and given names by the Arabic table of Doc 9303-3 §6.C, for an edition that prints it."""
    from issuance.mrtd.text import arabic

    names = application.names.arabic
    return {
        "surname": arabic.to_mrz(names.family),
        "given": arabic.to_mrz(f"{names.first} {names.father} {names.grandfather}"),
    }


def chip_key(book: Booklet) -> ChipKey | None:
    """A key made for this chip, where its edition has active authentication."""
    active = book.edition.chip.active_authentication
    return make_chip_key(active.key_kind) if active is not None and book.form.chip is not None else None


def try_chip(book: Booklet) -> None:
    """Raises `Invalid` for what cannot stand on the chip, where the document has one. Nothing is signed."""
    lines = machine_readable_zone(book)
    if book.form.chip is not None:
        chip_files(book, lines)


def chip_files(
    book: Booklet, lines: tuple[str, ...], record_format: FaceFormat | None = None, key: ChipKey | None = None
) -> ChipFiles:
    """EF.COM and the data groups of the edition. record_format: of the face, else the edition's. Raises `Invalid`.

    key: of the chip; without one the files are a trial, with a key that nobody holds.
    """
    application = book.application
    born = BirthDate.parse(application.birth_date)
    arabic = application.names.arabic
    holder = HolderDetails(
        surname=arabic.family,
        given_names=f"{arabic.first} {arabic.father} {arabic.grandfather}",
        national_number=application.national_number,
        birth_date=PartialDate(born.year or None, born.month or None, born.day or None),
        place_of_birth=(application.place_of_birth.arabic, application.place_of_birth.latin),
    )
    document = DocumentDetails(authority=book.office.english, issue_date=book.issued_on)
    picture, chip = book.portrait, book.edition.chip
    face = portrait_face(picture.image, picture.width_px, picture.height_px, chip.face)
    key = key or chip_key(book)
    return build_chip_files(lines, face, holder, document, chip, record_format, key.public if key else None)


def data_page_data(book: Booklet, lines: tuple[str, ...], seal: PageSeal | None = None) -> DataPageData:
    """What is printed on the data page. seal: on the other side of a single sheet."""
    application, names = book.application, book.application.names
    arabic = names.arabic
    return DataPageData(
        document_code=book.form.document_code,
        issuing_state=book.form.issuer,
        number=book.number,
        surname=BilingualText(arabic.family, names.latin.surname),
        given_names=BilingualText(f"{arabic.first} {arabic.father} {arabic.grandfather}", names.latin.given),
        nationality=BilingualText(book.nationality.ar, book.nationality.en),
        birth_date=application.birth_date,
        sex=cast(Literal["M", "F", "X"], application.sex),
        birth_place=BilingualText(application.place_of_birth.arabic, application.place_of_birth.latin),
        issued_on=book.issued_on,
        expires_on=book.expires_on,
        authority=BilingualText(book.office.arabic, book.office.english),
        mrz=lines,
        portrait=book.portrait.page_image,
        national_number=application.national_number,
        synthetic=book.synthetic,
        form=book.form.page,
        seal=seal,
    )


def personalise(book: Booklet, keys: Keys, now: datetime, line: bytes | None = None) -> Personalised:
    """Every file of the book. Nothing is signed for a page that cannot be drawn: that would burn a signature.

    line: certificate (DER) of the printing line, for which alone the key of the chip is sealed into `chip_key.p7m`;
    without one nobody can write the chip's key, and the book is a trial.
    """
    lines, key = machine_readable_zone(book), chip_key(book)
    chip = chip_files(book, lines, key=key) if book.form.chip is not None else None
    require_drawable(data_page_data(book, lines), book.edition)
    seal = _seal(book, lines, keys, now)
    printed = PageSeal(seal, book.number, book.spec.passport.seal) if seal is not None else None
    page = render_data_page(data_page_data(book, lines, None if book.form.observed else printed), book.edition)
    observations = observation_files(book, printed)
    files: dict[str, bytes] = {}
    intent_id = None
    if chip is not None:
        security_object = _security_object(book, chip, keys, now)
        intent_id = security_object.intent_id
        files = {"EF_COM.bin": chip.com}
        files |= {"EF_CardAccess.bin": chip.card_access} if chip.card_access is not None else {}
        files |= {f"DG{number}.bin": content for number, content in sorted(chip.data_groups.items())}
        files["EF_SOD.bin"] = security_object.artefact
    files |= {PAGE_PDF: page.pdf, PAGE_FRONT: page.png}
    files |= {PAGE_BACK: page.back} if page.back is not None else {}
    files |= observations
    if key is not None and line is not None:
        files[CHIP_KEY] = seal_to(line, key.private)
    package = _package(book, lines, files, seal, keys, now)
    files["package.json"] = _wrapped(*package)
    return Personalised(files, lines, intent_id or package[1].intent_id, seal, key)


def _seal(book: Booklet, lines: tuple[str, ...], keys: Keys, now: datetime) -> bytes | None:
    """The visible digital seal of the zone; None for a format that bears none."""
    zone_format = book.form.zone_format
    if book.spec.passport.seal.made_for(zone_format) is None:
        return None
    request = TravelSealRequest(f"passport-seal:{book.number}", lines, zone_format, book.issued_on, book.spec)
    return issue(prepare(keys, request, now), now).artefact


def _security_object(book: Booklet, chip: ChipFiles, keys: Keys, now: datetime) -> Signed:
    request = SodRequest(f"passport:{book.number}", chip.data_groups, book.form.document_code, keys.pki)
    signed = issue(prepare(keys, request, now), now)
    if len(signed.artefact) > (most := book.edition.chip.file("SOD").maximum_bytes):
        raise Refused(_too_large(len(signed.artefact), most))
    return signed


def observation_files(book: Booklet, seal: PageSeal | None) -> dict[str, bytes]:
    """The page that names the earlier book, or says that there is none, with the seal; of a card or a sheet none."""
    if not book.form.observed:
        return {}
    note = book.note
    words = None if note is None else BilingualText(note.text.ar, note.text.en)
    apart = () if note is None else (note.number, note.on.isoformat())
    page = render_observation_page(words, apart, book.edition, book.issued_on, synthetic=book.synthetic, seal=seal)
    return {"observation_page.pdf": page.pdf, OBSERVATION_PAGE: page.png}


def _too_large(octets: int, most: int) -> Fault:
    ar, en = f"حجم EF.SOD {octets} بايت والحد {most}", f"EF.SOD takes {octets} bytes of {most}"
    return Fault("passports.security_object.too_large", ar, en, field="SOD", clause="Doc 9303-10 §4.6.2")


def _page_number(book: Booklet) -> int | None:
    """Which page of the book the observations stand on."""
    plan, pages = book.edition.page_plan, book.edition.booklet.pages.count
    return plan.page_of("observations", pages) if book.form.observed else None


def _package(
    book: Booklet, lines: tuple[str, ...], files: dict[str, bytes], seal: bytes | None, keys: Keys, now: datetime
) -> tuple[dict[str, Any], Signed]:
    """The work package of the printing line: what to print and write, with the digest of each file, signed (CMS)."""
    work: dict[str, Any] = {
        "format": "passport-work-package/1",
        "number": book.number,
        "document_type": book.form.document_type,
        "edition": book.edition.edition,
        "office": book.office.code,
        "issued_on": book.issued_on.isoformat(),
        "expires_on": book.expires_on.isoformat(),
        "mrz": list(lines),
        "replaces": book.note.as_json() if book.note is not None else None,
        "observation_page": _page_number(book),
        "seal": base64.b64encode(seal).decode() if seal is not None else None,
        "files": {
            name: {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
            for name, content in files.items()
        },
    }
    payload = json.dumps(work, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return work, issue(prepare(keys, RecordRequest(f"package:{book.number}", payload, keys.pki), now), now)


def _wrapped(work: dict[str, Any], signed: Signed) -> bytes:
    wrapped = {
        "work": work,
        "signature": {"form": "CMS SignedData, DER, base64", "value": base64.b64encode(signed.artefact).decode()},
    }
    return json.dumps(wrapped, ensure_ascii=False, indent=2).encode()
