"""What was handed in to be judged: a work package, a page, a chip folder or a certificate, read within limits.

Tells the kind by content, never by name. What cannot be read is a check of its own; nothing here raises for content.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from issuance.border.public import Chip, collect
from issuance.documents.pdf_text import fonts_of, page_size_mm, text_of
from issuance.mrtd.data_groups.reading import GroupReading, group_rules, read_group
from issuance.mrtd.mrz import MrzReport, check, rules_of
from issuance.people.birth_date import BirthDate
from issuance.specification.conform.measure.page import PageMeasure, measure_page
from issuance.specification.conform.types import OfType, type_of
from keys.der import DerError
from keys.known_forms import read_and_lint
from keys.security_object import SecurityObject
from keys.verdict import Check, Result
from specs.errors import Invalid, IssuanceError
from specs.schema import PassportEdition, Specification

T = TypeVar("T")
Kind = Literal["package", "page", "chip", "certificate", "unknown"]
WORK_FORMAT: Final = "passport-work-package/1"
SEALED_PAGES: Final = ("observation_page.png", "data_page_back.png")
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_PDF: Final = b"%PDF-"
_MAXIMUM_BYTES: Final = 8 * 1024 * 1024
_CLAUSE: Final = "specs/passport"


@dataclass
class Given:
    """One document. path: shown only; work: what `package.json` orders; page_pdf, page_picture: the page as files;
    codes: pictures of the pages a seal may stand on, by name."""

    kind: Kind
    spec: Specification
    name: str = ""
    work: dict[str, Any] = field(default_factory=dict)
    chip: Chip | None = None
    page_pdf: bytes | None = None
    page_picture: bytes | None = None
    codes: dict[str, bytes] = field(default_factory=dict)
    certificate: bytes | None = None
    checks: list[Check] = field(default_factory=list)
    edition: PassportEdition | None = None

    @cached_property
    def groups(self) -> dict[int, GroupReading]:
        """What each data group says, by number."""
        rules = group_rules(self.spec)
        held = self.chip.groups if self.chip is not None else {}
        return {number: read_group(number, data, rules) for number, data in held.items()}

    @cached_property
    def security_object(self) -> tuple[SecurityObject, list[Check]] | None:
        """EF.SOD and what is wrong with its form; None when there is none or it does not read."""
        data = self.chip.files.get("EF_SOD") if self.chip is not None else None
        try:
            return read_and_lint(data, self.spec.pki_profiles.security_object) if data is not None else None
        except DerError:
            return None

    @cached_property
    def seal(self) -> bytes | None:
        """The visible digital seal as the package says it; None when it says none."""
        said = self.work.get("seal")
        try:
            return base64.b64decode(said, validate=True) if isinstance(said, str) else None
        except ValueError:
            return b""

    @cached_property
    def sealed_page(self) -> tuple[str, bytes] | None:
        """(name, picture) of the page the seal is printed on."""
        if self.seal is None:
            return None
        return next(((name, self.codes[name]) for name in SEALED_PAGES if name in self.codes), None)

    @cached_property
    def page(self) -> PageMeasure | None:
        """The data page as measured from its picture alone; a PDF is drawn first. None without a page."""
        picture = self.page_picture or self.page_pdf
        ordered = self.work.get("document_type")  # cards and sheets have pages of their own, which no clause measures
        types = self.edition.document_types.issued() if self.edition is not None else {}
        if picture is None or self.edition is None:
            return None
        if ordered in types and types[ordered].document_form.zone_format != self.edition.mrz.format.name:
            return None
        try:
            return measure_page(picture, self.edition.data_page, self.spec.passport.conformance)
        except IssuanceError as refused:
            self._note("page.unreadable", refused)
            return None

    @cached_property
    def page_text(self) -> str | None:
        """The text of the page's PDF on one line; None without one."""
        return self._read(self.page_pdf, text_of)

    @cached_property
    def certificate_text(self) -> str | None:
        """The text of the certificate on one line."""
        return self._read(self.certificate, text_of)

    @cached_property
    def page_fonts(self) -> set[str] | None:
        return self._read(self.page_pdf, fonts_of)

    @cached_property
    def page_pdf_size(self) -> tuple[float, float] | None:
        """Width and height in mm as the PDF states them."""
        return self._read(self.page_pdf, page_size_mm)

    @cached_property
    def zone_lines(self) -> tuple[tuple[str, ...], str] | None:
        """The lines of the MRZ and where they stand: on the chip, else in the package, else as read on the page."""
        lines = self.groups[1].values.get("mrz") if 1 in self.groups else None
        if lines:
            return tuple(lines), "DG1"
        ordered = self.work.get("mrz")
        if isinstance(ordered, list) and all(isinstance(line, str) for line in ordered):
            return tuple(ordered), "package.json"
        if self.page is not None and self.page.read_surely:
            return self.page.zone.lines, self.page.where
        return None

    @cached_property
    def zone(self) -> MrzReport | None:
        """The MRZ judged as such; None when there is none to read."""
        return check(list(self.zone_lines[0]), rules_of(self.spec)) if self.zone_lines is not None else None

    @cached_property
    def of_type(self) -> OfType:
        """What its type is made as. Raises `LookupError` before an edition is chosen."""
        if self.edition is None:
            raise LookupError("no edition is chosen yet")
        return type_of(self.edition, self.work, self.zone)

    @cached_property
    def issued_on(self) -> date | None:
        """The date of issue: of DG12, else of the package."""
        stated = self.groups[12].values.get("issue_date") if 12 in self.groups else self.work.get("issued_on")
        return _day(stated)

    @cached_property
    def expires_on(self) -> date | None:
        """The last day, of the MRZ; its century is the one that follows the date of issue."""
        text = self.zone.fields.get("expiry_date", "") if self.zone is not None else ""
        if not text.isdigit():
            return None
        first = self.issued_on.year if self.issued_on is not None else 2000
        year = next(y for y in range(first, first + 100) if y % 100 == int(text[:2]))
        return _day(f"{year}-{text[2:4]}-{text[4:6]}")

    @cached_property
    def born(self) -> BirthDate | None:
        """The birth date: of DG11 whole, else of the MRZ, in the century that makes the holder born before issue."""
        stated = self.groups[11].values.get("birth_date") if 11 in self.groups else None
        if stated is None and self.zone is not None and (text := self.zone.fields.get("birth_date", "")):
            parts = [text[n : n + 2].replace("<<", "00") for n in (0, 2, 4)]
            last = (self.issued_on or date(2099, 1, 1)).year
            if all(part.isdigit() for part in parts):
                year = next(y for y in range(last, last - 100, -1) if y % 100 == int(parts[0]))
                stated = f"{year:04d}-{parts[1]}-{parts[2]}"
        try:
            return BirthDate.parse(stated)
        except Invalid:
            return None

    def _read(self, pdf: bytes | None, reader: Callable[[bytes], T]) -> T | None:
        try:
            return reader(pdf) if pdf is not None else None
        except IssuanceError as refused:
            self._note("page.unreadable", refused)
            return None

    def _note(self, name: str, refused: IssuanceError) -> None:
        fault = refused.faults[0]
        if not any(held.id == name for held in self.checks):
            self.checks.append(_check(name, "fail", fault.en, fault.ar))


def given(path: Path, spec: Specification) -> Given:
    """The document at `path`: a folder with `package.json`, a folder of chip files, or one file."""
    try:
        if path.is_dir():
            return _package(path, spec) if (path / "package.json").is_file() else _chip_folder(path, spec)
        return given_bytes(_bytes(path), spec, path.name)
    except OSError as error:
        unread = _check("input.read", "fail", f"cannot be read: {error.strerror or 'refused'}", "تعذرت القراءة")
        return Given("unknown", spec, path.name, checks=[unread])


def given_bytes(data: bytes, spec: Specification, name: str = "") -> Given:
    """One file: a certificate (a PDF with attached data), a data page (other PDF, picture)."""
    if len(data) > _MAXIMUM_BYTES:
        return Given("unknown", spec, name, checks=[_check("input.size", "fail", "over 8 MiB", "أكبر من 8 ميغابايت")])
    if data.startswith(_PDF):
        if spec.certificate_certificate.paper.attachment_name.encode() in data:
            return Given("certificate", spec, name, certificate=data)
        return Given("page", spec, name, page_pdf=data)
    if data.startswith(_PICTURES):
        return Given("page", spec, name, page_picture=data)
    reason = "neither a package, a PDF, a picture nor chip files"
    return Given("unknown", spec, name, checks=[_check("input.kind", "fail", reason, "ليست وثيقة معروفة")])


def _package(folder: Path, spec: Specification) -> Given:
    held = _chip_folder(folder, spec)
    held.kind = "package"
    try:
        wrapped = json.loads(_bytes(folder / "package.json"))
        work = wrapped["work"]
        if work["format"] != WORK_FORMAT or not isinstance(work["files"], dict):
            raise ValueError
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        held.checks.append(_check("package.form", "fail", "package.json is no work package", "ليس حزمة عمل"))
        return held
    held.work = work
    if held.chip is None and _without_chip(work, spec):
        held.checks.clear()
    for name, content in (("data_page.pdf", "page_pdf"), ("data_page.png", "page_picture")):
        if name in work["files"] and (folder / name).is_file():
            setattr(held, content, _bytes(folder / name))
    for name in SEALED_PAGES:
        if name in work["files"] and (folder / name).is_file():
            held.codes[name] = _bytes(folder / name)
    held.checks += _digests(folder, work["files"])
    return held


def _without_chip(work: dict[str, Any], spec: Specification) -> bool:
    """Whether the type that was ordered has no chip, so that none is missing."""
    edition = spec.passport.editions.get(str(work.get("edition")))
    held = edition.document_types.issued().get(str(work.get("document_type"))) if edition is not None else None
    return held is not None and not held.document_form.chip_inside


def _digests(folder: Path, listed: dict[str, Any]) -> list[Check]:
    """Every file the package lists is there, and is the one listed."""
    wrong: list[str] = []
    for name, stated in list(listed.items())[:64]:
        plain = Path(name).name == name and isinstance(stated, dict)
        content = _bytes(folder / name) if plain and (folder / name).is_file() else None
        if content is None or hashlib.sha256(content).hexdigest() != stated.get("sha256"):
            wrong.append(str(name)[:40])
    if wrong:
        en, ar = f"missing or not as listed: {', '.join(wrong)}", f"ملفات ناقصة أو متغيرة: {'، '.join(wrong)}"
        return [_check("package.files", "fail", en, ar)]
    return [_check("package.files", "pass", "every file is the one listed", "كل ملف كما سُجل")]


def _chip_folder(folder: Path, spec: Specification) -> Given:
    try:
        chip = collect([folder], spec.border_inspection.chip_files)
    except Invalid as refused:
        fault = refused.faults[0]
        return Given("unknown", spec, folder.name, checks=[_check("chip.files", "fail", fault.en, fault.ar)])
    return Given("chip", spec, folder.name, chip=chip)


def _bytes(path: Path) -> bytes:
    if not path.is_file():  # a pipe or a device could keep us for ever
        raise OSError(0, "no such file")
    with path.open("rb") as file:
        return file.read(_MAXIMUM_BYTES + 1)


def _day(stated: object) -> date | None:
    try:
        return date.fromisoformat(stated) if isinstance(stated, str) else None
    except ValueError:
        return None


def _check(name: str, result: Result, en: str, ar: str) -> Check:
    return Check(f"conform.{name}", "profile", result, en, ar, _CLAUSE)
