"""What a made book says against what was ordered: chip files byte for byte, the page by its machine readable zone.

Gives differences; what follows from one is `quality`'s to say. No database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Literal

from issuance.documents.readback import FILLER_LOOKALIKES, read_mrz_text, repair_td3
from specs.errors import Fault, Invalid

CLAUSE = "specs/passport/editions personalisation.yaml read_back"
PAGE = "page"
Kind = Literal["missing", "not_ordered", "differs", "zone"]
_WORDS: Mapping[Kind, tuple[str, str]] = {
    "missing": ("ملف لم يُكتب على الشريحة", "not on the chip"),
    "not_ordered": ("ملف لم يؤمر بكتابته", "not ordered"),
    "differs": ("يخالف المأمور به من البايت {at}", "differs from byte {at} on"),
    "zone": ("تخالف المنطقة المقروءة آلياً من المحرف {at}", "the machine readable zone differs from character {at} on"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """file: `DG2.bin`, or `page`; at: the first byte from 0, or the first character of the zone from 1."""

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


def page_look(lines: Sequence[str], page: bytes) -> PageLook:
    """The zone as read from the scan. A filler read as a letter that the reader takes it for is the filler.

    Raises `Invalid` for what is no picture.
    """
    if not page:
        words = "صورة صفحة البيانات مطلوبة", "the scan of the data page is needed"
        raise Invalid(Fault("passports.quality.page", *words, field=PAGE, clause=CLAUSE))
    read = repair_td3(read_mrz_text(page)).lines
    if len(read) != len(lines):
        return PageLook(False, ())
    meant = [_fillers(ordered, line) for ordered, line in zip(lines, read, strict=True)]
    whole, found = "".join(lines), "".join(meant)
    if whole == found:
        return PageLook(True, ())
    return PageLook(True, (Difference(PAGE, "zone", _first(whole, found) + 1),))


def _fillers(ordered: str, line: str) -> str:
    pairs = zip_longest(ordered, line, fillvalue="")
    return "".join(o if o == "<" and r and r in FILLER_LOOKALIKES else r for o, r in pairs)


def _first(one: bytes | str, other: bytes | str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((i for i, (a, b) in pairs if a != b), min(len(one), len(other)))
