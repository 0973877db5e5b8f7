"""Make the conformance kit: golden documents, good and bad, signed by a development PKI that ends with the command.

No private key is left: who implements a reader needs the trust, not our keys. All but keys, signatures and serials of
certificates is the same for the same moment and specification.
"""

from __future__ import annotations

import io
import json
import secrets
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from PIL import Image

from issuance.certificates.making import last_valid_day
from issuance.core.civil import civil_day
from issuance.documents.attachment import attachment_json
from issuance.documents.certificate import BilingualText, CertificateData, RulingRow, render_certificate
from issuance.documents.certificate import disclosed_national_number as shown_number
from issuance.documents.data_page import render_data_page
from issuance.documents.serial import serial
from issuance.jobs.files import replacing, write_if_changed
from issuance.jobs.installation import application_of, example_portrait, specimen_person
from issuance.mrtd.data_groups.com import build_com
from issuance.mrtd.portrait import prepare_portrait
from issuance.passports.application import Application, read_application
from issuance.passports.document_form import form_of
from issuance.passports.personalise import Booklet, chip_files, data_page_data, machine_readable_zone, personalise
from issuance.people.birth_date import BirthDate
from issuance.people.public import ArabicName, LatinName, PersonFacts
from issuance.specification.conform.changed import with_values
from issuance.specification.conform.run import edition_named
from issuance.specification.kit.damage import after_signing, before_signing
from issuance.specification.kit.flaws import Flaw, flaws
from issuance.specification.kit.readme import readme
from issuance.staff.public import OfficeFacts
from keys import Keys, SoftwareKeysWarning, create_development_pki, issue, open_keys, prepare
from keys.intents import MemoryIntentLog
from keys.pdf import PdfRequest
from keys.seal import SealRequest, seal_url
from keys.sod import SodRequest
from specs.schema import PassportEdition, Specification
from specs.schema.pki import Pki

FORMAT: Final = "passport-conformance-kit/1"
_OFFICE = OfficeFacts(
    "PTIP", "فرع الجوازات طرابلس", "Passports Branch, Tripoli", "branch", None, None, None, date(2014, 1, 1), None
)
_ADDRESS: Final = "https://verify.example"
_BED_PX, _BED_GREY = 80, 60
_SCAN_TURN_DEGREES: Final = 1.0


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of the index. path: below the kit; broken: the clauses it breaks, empty for a good one."""

    path: str
    kind: str
    edition: str
    clause: str
    broken: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        result = "broken" if self.broken else "kept"
        return {
            "path": self.path, "kind": self.kind, "edition": self.edition, "clause": self.clause, "result": result,
            "broken": list(self.broken),
        }  # fmt: skip


def make_kit(out: Path, spec: Specification, now: datetime, edition: str | None = None) -> tuple[Entry, ...]:
    """Write the kit to `out` and return its index. edition: default, the newest. Raises `NotFound`, `Unavailable`."""
    with tempfile.TemporaryDirectory(prefix="issuance-kit-") as home:
        maker = _Maker(spec, edition_named(spec, edition), now, Path(home))
        with replacing(out, "good", "bad", "trust", "index.json", "README.md") as fresh:
            entries = tuple([*maker.good(fresh), *maker.bad(fresh)])
            maker.keys.export_trust(fresh / "trust")
            made = {"format": FORMAT, "edition": maker.edition.edition, "made_on": civil_day(now).isoformat()}
            index = made | {"documents": [entry.as_json() for entry in entries]}
            write_if_changed(fresh / "index.json", (json.dumps(index, indent=2) + "\n").encode())
            write_if_changed(fresh / "README.md", readme(spec, maker.edition, len(entries)).encode())
    return entries


class _Maker:
    """Makes the documents of one kit; its keys live in `home`."""

    def __init__(self, spec: Specification, edition: PassportEdition, now: datetime, home: Path) -> None:
        self.spec, self.edition, self.now, self.home = spec, edition, now, home
        self.passphrase = secrets.token_hex(16)
        self.keys = self._pki("keys", spec.pki_profiles)
        asked, _ = read_application(application_of(specimen_person()))
        self.application: Application = asked
        self.portrait = prepare_portrait(example_portrait(), edition.portrait)

    def good(self, out: Path) -> Iterator[Entry]:
        """Packages of book and sheet, a page as a scanner gives it, a chip in the newer face format, certificates."""
        files = self._package(Flaw("", "package"))
        yield self._written(out, "good/package", "package", files)
        sheet = self._package(Flaw("", "package", document_type="EMERGENCY"))
        yield self._written(out, "good/package_sheet", "package", sheet)
        name = "good/page_scanned.jpg"
        write_if_changed(out / name, scanned(files["data_page.png"]))
        yield Entry(name, "page", self.edition.edition, "", ())
        for name, book in (
            ("chip_iso_39794", Flaw("", "chip", record_format="ISO/IEC 39794-5:2019")),
            ("chip_of_a_child", Flaw("", "chip", birth_date="2020-03-09")),
            ("chip_2021", Flaw("", "chip", edition="2021")),
        ):
            if (book.edition or self.edition.edition) in self.spec.passport.editions:
                files = self._chip(book)
                entry = self._written(out, f"good/{name}", "chip", files)
                yield replace(entry, edition=book.edition or self.edition.edition)
        for name, ruling in (("good/certificate.pdf", False), ("good/certificate_with_conviction.pdf", True)):
            write_if_changed(out / name, self._certificate(Flaw("", "certificate", ruling=ruling)))
            yield Entry(name, "certificate", self.edition.edition, "", ())

    def bad(self, out: Path) -> Iterator[Entry]:
        """A document for every flaw."""
        for flaw in flaws(self.edition):
            year = flaw.edition or self.edition.edition
            if year not in self.spec.passport.editions:
                continue
            name = f"bad/{flaw.name}"
            if flaw.kind in ("chip", "package"):
                self._written(out, name, flaw.kind, (self._chip if flaw.kind == "chip" else self._package)(flaw))
            else:
                name += ".pdf"
                write_if_changed(out / name, self._page(flaw) if flaw.kind == "page" else self._certificate(flaw))
            yield Entry(name, flaw.kind, year, flaw.clause, flaw.broken)

    def _written(self, out: Path, name: str, kind: str, files: dict[str, bytes]) -> Entry:
        for file, content in files.items():
            write_if_changed(out / name / file, content)
        return Entry(name, kind, self.edition.edition, "", ())

    def _book(self, flaw: Flaw) -> Booklet:
        """The book the flaw is made for, by the edition that makes it."""
        base = self.spec.passport.editions[flaw.edition] if flaw.edition else self.edition
        edition = with_values(base, *(flaw.changes if flaw.kind != "package" else ()))
        portrait = self.portrait
        if edition.portrait != self.edition.portrait:
            portrait = prepare_portrait(example_portrait(), edition.portrait)
        asked = self.application
        if flaw.document_type is not None:
            asked = asked.model_copy(update={"document_type": flaw.document_type})
        if flaw.birth_date is not None:
            asked = asked.model_copy(update={"birth_date": flaw.birth_date})
        issued = flaw.issued_on or civil_day(self.now)
        born = BirthDate.parse(asked.birth_date)
        return Booklet(
            number=flaw.number or form_of(edition, asked.document_type).number.number(0),
            edition=edition,
            application=asked,
            person=self._person(born),
            office=_OFFICE,
            nationality=self.spec.identity_nationalities.name(asked.nationality),
            portrait=portrait,
            issued_on=issued,
            expires_on=form_of(edition, asked.document_type).last_day(issued, born),
            synthetic=True,
            note=None,
            spec=self.spec,
        )

    def _person(self, born: BirthDate) -> PersonFacts:
        asked, names = self.application, self.application.names
        arabic, latin = names.arabic, names.latin
        return PersonFacts(
            "specimen",
            asked.national_number,
            asked.sex,
            born,
            ArabicName(arabic.first, arabic.father, arabic.grandfather, arabic.family),
            LatinName(latin.surname, latin.given),
            "",
            asked.place_of_birth.arabic,
            asked.place_of_birth.latin,
            asked.nationality,
            synthetic=True,
            portrait=None,
        )

    def _package(self, flaw: Flaw) -> dict[str, bytes]:
        """The whole package; the changes are of the seal, which all editions share."""
        seal = with_values(self.spec.passport.seal, *flaw.changes)
        passport = self.spec.passport.model_copy(update={"seal": seal})
        book = replace(self._book(flaw), spec=self.spec.model_copy(update={"passport": passport}))
        return personalise(book, self.keys, self.now).files

    def _chip(self, flaw: Flaw) -> dict[str, bytes]:
        book = self._book(flaw)
        chip = chip_files(book, machine_readable_zone(book), flaw.record_format)
        groups = before_signing(chip.data_groups, flaw.damage)
        pki = with_values(self.spec.pki_profiles, *flaw.pki)
        keys = self.keys if pki.profiles == self.keys.pki.profiles else self._pki("other", pki)
        request = SodRequest(f"kit:{flaw.name}", groups, "PP", pki)
        signed = issue(prepare(keys, request, self.now), self.now)
        files = {f"DG{number}.bin": content for number, content in groups.items()}
        files |= {"EF_COM.bin": build_com(groups, book.edition.chip.lds), "EF_SOD.bin": signed.artefact}
        files |= {"EF_CardAccess.bin": chip.card_access} if chip.card_access is not None else {}
        return after_signing(files, flaw.damage, book.edition.chip.lds)

    def _page(self, flaw: Flaw) -> bytes:
        book = self._book(flaw)
        return render_data_page(data_page_data(book, machine_readable_zone(book)), book.edition).pdf

    def _certificate(self, flaw: Flaw) -> bytes:
        """Sealed and signed as any other."""
        spec = with_values(self.spec.certificate_certificate, *flaw.changes)
        today, person = civil_day(self.now), self.application
        latin = f"{person.names.latin.given} {person.names.latin.surname}"
        arabic = person.names.arabic
        names = (arabic.first, arabic.father, arabic.grandfather, arabic.family)
        ruling = RulingRow(
            BilingualText("محكمة طرابلس الجزئية", "Tripoli Summary Court"), "2016/412", date(2016, 3, 9),
            BilingualText("إصدار صك بدون رصيد", "Issuing a cheque without funds"),
            BilingualText("غرامة 500 دينار", "A fine of LYD 500"),
        )  # fmt: skip
        data = CertificateData(
            number=serial(spec.serial, today.year, "CTIP", 1),
            issued_on=today,
            expires_on=last_valid_day(today, spec.validity.months),
            arabic_name=names,
            latin_name=latin,
            sex="F" if person.sex == "F" else "M",
            birth_date=person.birth_date,
            birth_place=BilingualText(person.place_of_birth.arabic, person.place_of_birth.latin),
            nationality=BilingualText("ليبية", "Libyan"),
            national_number=shown_number(person.national_number, spec),
            passport_number=None,
            purpose=BilingualText("العمل", "Employment"),
            addressee=BilingualText("شركة الأفق للمقاولات", "Horizon Contracting Company"),
            office=BilingualText("مكتب القيود الجنائية طرابلس", "Criminal Records Office, Tripoli"),
            outcome="entries" if flaw.ruling else "clear",
            rulings=(ruling,) if flaw.ruling else (),
            synthetic=True,
        )
        sealed = SealRequest(
            f"kit:seal:{flaw.name}", data.number, " ".join(names), latin, data.birth_date, person.national_number,
            data.issued_on, data.expires_on, data.outcome, _ADDRESS, self.spec.certificate_seal,
        )  # fmt: skip
        seal = issue(prepare(self.keys, sealed, self.now), self.now)
        pdf = render_certificate(
            data,
            spec,
            portrait=self.portrait.page_image,
            seal_url=seal_url(_ADDRESS, seal.artefact, self.spec.certificate_seal),
            attachment=attachment_json(data),
            timestamp=self.now.replace(microsecond=0),
        )
        request = PdfRequest(f"kit:pdf:{flaw.name}", pdf, spec.title.ar, data.office.ar)
        return issue(prepare(self.keys, request, self.now), self.now).artefact

    def _pki(self, name: str, pki: Pki) -> Keys:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SoftwareKeysWarning)  # they live as long as this command
            create_development_pki(self.home / name, self.passphrase, self.now, pki)
            return open_keys(self.home / name, self.passphrase, MemoryIntentLog(), pki)


def scanned(page_png: bytes) -> bytes:
    """The page as a scanner gives it: on a dark bed, turned by a degree, soft, noisy, compressed. Always the same."""
    dice = np.random.default_rng(2026)
    page = np.asarray(Image.open(io.BytesIO(page_png)).convert("RGB"))
    bed = np.full((page.shape[0] + 2 * _BED_PX, page.shape[1] + 2 * _BED_PX, 3), _BED_GREY, np.uint8)
    bed[_BED_PX:-_BED_PX, _BED_PX:-_BED_PX] = page
    high, wide = bed.shape[:2]
    turn = cv2.getRotationMatrix2D((wide / 2, high / 2), _SCAN_TURN_DEGREES, 1)
    turned = cv2.warpAffine(bed, turn, (wide, high), flags=cv2.INTER_CUBIC, borderValue=(_BED_GREY,) * 3)
    soft = cv2.GaussianBlur(turned, (0, 0), 0.7).astype(np.float64)
    noisy = np.clip(soft + dice.normal(0, 5, soft.shape), 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(noisy).save(out, "JPEG", quality=80, dpi=(300, 300))
    return out.getvalue()
