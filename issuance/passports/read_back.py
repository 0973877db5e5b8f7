"""What a made book says against what was ordered: chip files and seal byte for byte, the page by text and picture.

The machine readable zone is read by PassportEye, which takes fillers for letters and miscounts them: that is forgiven
(`readback.first_misread`), and the picture, laid over the page as ordered, finds a letter that really stands there, or
another portrait.

Gives differences; what follows from one is `quality`'s to say. No database.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from issuance.documents.barcodes import read_barcodes
from issuance.documents.page_compare import compare_pages
from issuance.documents.readback import first_misread, overfull, read_mrz_text
from issuance.passports.personalise import OBSERVATION_PAGE, PAGE_BACK, PAGE_FRONT
from specs.errors import Fault, Invalid

CLAUSE = "specs/passport/editions personalisation.yaml read_back"
PAGE: Final = "page"
BACK: Final = "back"
OBSERVATIONS = "observations"
_PASSPORT_LINE = 44
_NEEDED: Mapping[str, tuple[str, str]] = {
    PAGE: ("صورة صفحة البيانات مطلوبة", "the scan of the data page is needed"),
    BACK: ("صورة ظهر البطاقة مطلوبة", "the scan of the back of the card is needed"),
}
Kind = Literal["missing", "not_ordered", "differs", "zone", "picture", "seal"]
_WORDS: Mapping[Kind, tuple[str, str]] = {
    "missing": ("ملف لم يُكتب على الشريحة", "not on the chip"),
    "not_ordered": ("ملف لم يؤمر بكتابته", "not ordered"),
    "differs": ("يخالف المأمور به من البايت {at}", "differs from byte {at} on"),
    "zone": ("تخالف المنطقة المقروءة آلياً من المحرف {at}", "the machine readable zone differs from character {at} on"),
    "picture": (
        "تخالف الصورة الصفحة المأمور بها في {at} من مواضعها",
        "the picture differs from the page as ordered in {at} places",
    ),
    "seal": (
        "الختم الرقمي المطبوع غير المأمور به، من البايت {at}",
        "the printed digital seal is not the one ordered, from byte {at} on",
    ),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """file: `DG2.bin`, or `page`, `back`; at: the first byte from 0, character of the zone from 1, count of places."""

    file: str
    kind: Kind
    at: int | None = None

    @property
    def ar(self) -> str:
        return _WORDS[self.kind][0].format(at=self.at)

    @property
    def en(self) -> str:
        return _WORDS[self.kind][1].format(at=self.at)

    def as_json(self) -> dict[str, Any]:
        return {"file": self.file, "kind": self.kind, "at": self.at, "ar": self.ar, "en": self.en}


@dataclass(frozen=True, slots=True)
class PageLook:
    """readable False: the scan has to be taken again, nothing was compared."""

    readable: bool
    differences: tuple[Difference, ...]


def chip_differences(ordered: Mapping[str, bytes], read: Mapping[str, bytes]) -> list[Difference]:
    """Files `*.bin` as ordered against those read: every one there, none besides, byte for byte."""
    wanted = {name: content for name, content in ordered.items() if name.endswith(".bin")}
    found = [Difference(name, "missing") for name in sorted(wanted.keys() - read.keys())]
    found += [Difference(name, "not_ordered") for name in sorted(read.keys() - wanted.keys())]
    for name in sorted(wanted.keys() & read.keys()):
        if wanted[name] != read[name]:
            found.append(Difference(name, "differs", _first(wanted[name], read[name])))
    return found


def pages_look(lines: Sequence[str], ordered: Mapping[str, bytes], page: bytes, back: bytes) -> PageLook:
    """The scan of each side against that side as it was ordered. lines: of the zone; only that of a book is read as
    text, that of a card or sheet is compared by its picture.

    Raises `Invalid` for what is no picture, and for a side that was not scanned.
    """
    look = page_look(lines, ordered.get(PAGE_FRONT, b""), page)
    if PAGE_BACK in ordered:
        look = _both(look, page_look((), ordered[PAGE_BACK], back, side=BACK))
        seal = seal_ordered(ordered) if OBSERVATION_PAGE not in ordered else None
        if seal is not None:
            look = _both(look, seal_look(seal, back, BACK))
    return look


def seal_ordered(ordered: Mapping[str, bytes]) -> bytes | None:
    """The seal as the signed work package says it; None for a card, and for a book made before there were any."""
    package = json.loads(ordered.get("package.json", b"{}"))
    said = package.get("work", {}).get("seal")
    return base64.b64decode(said) if said is not None else None


def page_look(lines: Sequence[str], ordered: bytes, scan: bytes, side: Literal["page", "back"] = PAGE) -> PageLook:
    """One scan against the side as it was ordered (PNG). Raises as `pages_look`."""
    if not scan:
        raise Invalid(Fault("passports.quality.page", *_NEEDED[side], field=side, clause=CLAUSE))
    compared = compare_pages(ordered, scan)
    if not compared.fit:
        return PageLook(False, ())
    places = len(compared.differing)
    found = [Difference(side, "picture", places)] if places else []
    if [len(line) for line in lines] == [_PASSPORT_LINE] * 2:
        read = read_mrz_text(compared.upright)
        if len(read) != len(lines):
            return PageLook(bool(found), tuple(found))
        if (at := first_misread(lines, read)) is not None and not overfull(lines, read):
            found.append(Difference(side, "zone", at + 1))
    return PageLook(True, tuple(found))


def observations_look(ordered: bytes, scan: bytes, seal: bytes | None = None) -> PageLook:
    """The scan of the page of observations against the page as it was ordered (PNG), its code against the seal ordered.
    Raises `Invalid`: no picture."""
    compared = compare_pages(ordered, scan)
    places = len(compared.differing)
    found = PageLook(compared.fit, (Difference(OBSERVATIONS, "picture", places),) if places else ())
    return found if seal is None else _both(found, seal_look(seal, scan, OBSERVATIONS))


def seal_look(ordered: bytes, scan: bytes, side: str) -> PageLook:
    """The code on a scan, as it reads, against the seal as it was signed; what does not read is scanned again.

    Raises `Invalid`: no picture."""
    codes = [code if isinstance(code, bytes) else code.encode() for code in read_barcodes(scan)]
    if ordered in codes:
        return PageLook(True, ())
    others = [code for code in codes if code[:1] == ordered[:1]]
    return PageLook(False, tuple(Difference(side, "seal", _first(ordered, code)) for code in others[:1]))


def _both(one: PageLook, other: PageLook) -> PageLook:
    return PageLook(one.readable and other.readable, (*one.differences, *other.differences))


def _first(one: bytes, other: bytes) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
