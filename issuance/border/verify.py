"""One verification for everything: a certificate PDF, a seal (text, address, picture), chip files, an MRZ -> a verdict.

Bounds what it is given, tells the kind by content, and calls that verifier. Reads only; never raises for bad content.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from issuance.border.certificate import verify_certificate
from issuance.border.chip_files import Chip, collect
from issuance.border.inspection import inspect_chip
from issuance.border.mrz import looks_like_mrz, verify_mrz, verify_page
from issuance.border.reading.page_reading import read_page
from issuance.documents.barcodes import read_barcodes
from issuance.documents.printable import MAX_PICTURE_PIXELS
from keys.pdf_verify import MAXIMUM_BYTES
from keys.seal_verify import verify_seal
from keys.trust import TrustStore
from keys.vds import MAGIC
from keys.verdict import Check, Result, Status, Verdict
from specs.errors import Invalid
from specs.load import load
from specs.schema import Specification

_SECURITY_OBJECT: Final = 0x77
_PDF: Final = b"%PDF-"
_PICTURES: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_WORST: Final[tuple[Status, ...]] = ("invalid", "indeterminate", "valid")
_CLAUSE: Final = "issue 2 §6"


def verify_path(path: Path, trust: TrustStore, at: datetime, spec: Specification | None = None) -> Verdict:
    """The verdict on a file or on a folder of chip files at the moment `at` (aware)."""
    try:
        if path.is_dir():
            return _verify_folder(path, trust, at, spec or load())
        if path.exists() and not path.is_file():  # a pipe or a device could keep us for ever
            return _only("input.read", "unknown", "neither a file nor a folder", "ليس ملفًا ولا مجلدًا")
        with path.open("rb") as file:
            data = file.read(MAXIMUM_BYTES + 1)
    except OSError as error:
        reason = f"cannot be read: {error.strerror or 'no such file'}"
        return _only("input.read", "unknown", reason, "تعذرت قراءة الملف")
    return verify_bytes(data, path.name, trust, at, spec, read_pages=True)


def verify_bytes(
    data: bytes,
    name: str,
    trust: TrustStore,
    at: datetime,
    spec: Specification | None = None,
    *,
    read_pages: bool = False,
    maximum_pixels: int = MAX_PICTURE_PIXELS,
) -> Verdict:
    """The verdict on the content of one file. name: only shown (in `facts`), never believed.

    read_pages: look for an MRZ in a picture without a code; takes seconds, so not for strangers' uploads.
    maximum_pixels: of a picture; a larger one is not looked at.
    """
    spec = spec or load()
    if data.startswith(_PICTURES) and len(data) <= MAXIMUM_BYTES:
        verdict = _verify_picture(data, trust, at, spec, read_pages, maximum_pixels)
    else:
        verdict = _by_content(data, trust, at, spec)
    return Verdict(verdict.status, verdict.checks, {**verdict.facts, "name": name})


def verify_text(text: str, trust: TrustStore, at: datetime, spec: Specification | None = None) -> Verdict:
    """The verdict on a typed or scanned text: a seal, its address, or the lines of an MRZ."""
    spec = spec or load()
    if looks_like_mrz(text):
        return verify_mrz(text, at, spec)
    return verify_seal(text, trust, at, spec)


def takes_long(data: bytes) -> bool:
    """Whether judging this file may take long: pictures are searched, PDF pages drawn, rare curves computed."""
    return data.startswith((_PDF, *_PICTURES, bytes((_SECURITY_OBJECT,))))


def worst(verdicts: Sequence[Verdict]) -> Status:
    """The status of several documents together: one invalid makes all invalid; none at all is indeterminate."""
    held = {verdict.status for verdict in verdicts}
    return next((status for status in _WORST if status in held), "indeterminate")


def _by_content(data: bytes, trust: TrustStore, at: datetime, spec: Specification) -> Verdict:
    if len(data) > MAXIMUM_BYTES:
        return _only("input.size", "fail", f"more than {MAXIMUM_BYTES} bytes", "الملف أكبر من الحد")
    if data.startswith(_PDF):
        return verify_certificate(data, trust, at, spec)
    if data[:1] == bytes((MAGIC,)):
        return verify_seal(data, trust, at, spec)
    if data[:1] == bytes((_SECURITY_OBJECT,)):
        return inspect_chip(Chip({"EF_SOD": data}), trust, at, spec)
    try:
        text = data.decode("ascii")
    except UnicodeDecodeError:
        text = ""
    if not text.strip():
        reason = "neither a PDF, a picture, a seal, chip files nor an MRZ"
        return _only("input.kind", "fail", reason, "ليس وثيقة معروفة")
    return verify_text(text, trust, at, spec)


def _verify_picture(
    data: bytes, trust: TrustStore, at: datetime, spec: Specification, read_pages: bool, maximum_pixels: int
) -> Verdict:
    """The one seal in a picture, other codes beside it (a parcel label) saying nothing; without any code, its MRZ."""
    try:
        codes = read_barcodes(data, maximum_pixels)
    except Invalid as refused:
        fault = refused.faults[0]
        return _only("picture.form", "fail", fault.en, fault.ar)
    verdicts = [verify_seal(code, trust, at, spec) for code in codes]
    seals = [v for v in verdicts if not any(c.id == "seal.form" and c.result == "fail" for c in v.checks)]
    if len(seals) == 1:
        return seals[0]
    if verdicts and not seals:
        return verdicts[0]
    if not codes and read_pages and (page := read_page(data, spec, with_codes=False)).status != "none":
        return verify_page(page, at, spec)
    if not codes:
        return _only("picture.code", "unknown", "no code could be read in the picture", "لم يُقرأ أي رمز في الصورة")
    return _only("picture.code", "unknown", f"{len(seals)} seals in one picture", "في الصورة أكثر من ختم")


def _verify_folder(folder: Path, trust: TrustStore, at: datetime, spec: Specification) -> Verdict:
    try:
        chip = collect([folder], spec.border_inspection.chip_files)
    except Invalid as refused:
        fault = refused.faults[0]
        return _only("chip.files", "unknown", fault.en, fault.ar)
    return inspect_chip(chip, trust, at, spec)


def _only(check_id: str, result: Result, reason: str, reason_ar: str) -> Verdict:
    return Verdict.of([Check(check_id, "profile", result, reason, reason_ar, _CLAUSE)])
