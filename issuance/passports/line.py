"""The work package of a printing line, and the line's answer: bytes to be sent, and bytes that came back.

A package is a ZIP (stored) in a CMS envelope to the line's certificate. Inside: `package.p7s`, the signed list of every
file of every book with its digest, bound to package, line, sequence and time; and the files, `<number>/<name>`. What is
kept of books, packages and answers is `lines`' to do.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

from issuance.core.shapes import read_shape
from issuance.passports.personalise import CHIP_KEY
from keys import Keys, issue, prepare
from keys.envelope import is_for, seal_to
from keys.lines import read_signed_by
from keys.record import RecordRequest
from specs.errors import Fault, Invalid, Refused
from specs.schema.production import Production, WorkPackageRules

CLAUSE = "specs/passport/production.yaml"
FORMAT = "passport-line-package/1"
RESULTS = "passport-line-results/1"
READ_BACK_DIFFERS = "read_back_differs"
_MANIFEST = "package.p7s"
_EPOCH = (1980, 1, 1, 0, 0, 0)
Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Order:
    """What a package is bound to. books: number -> its files, as they were made."""

    package: str
    line: str
    certificate: bytes
    sequence: int
    created_at: datetime
    expires_at: datetime
    books: Mapping[str, Files]


@dataclass(frozen=True, slots=True)
class BookResult:
    """What became of one book. read_back: file -> SHA-256 as read from the chip."""

    number: str
    result: Literal["written", "failed"]
    reason: str | None
    read_back: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Results:
    """package: it speaks of; sha256: of the message, which is taken once."""

    package: str
    line: str
    books: tuple[BookResult, ...]
    sha256: str


def package_for(order: Order, keys: Keys, rules: WorkPackageRules, now: datetime) -> bytes:
    """The sealed package (DER). Raises `Refused` for too many books, too many bytes, a chip key for another line."""
    if wrong := list(_order_faults(order, rules)):
        raise Refused(*wrong)
    manifest = {
        "format": FORMAT,
        "package": order.package,
        "line": order.line,
        "sequence": order.sequence,
        "created_at": order.created_at.isoformat(),
        "expires_at": order.expires_at.isoformat(),
        "books": [
            {"number": number, "files": {name: _told(data) for name, data in sorted(files.items())}}
            for number, files in sorted(order.books.items())
        ],
    }
    payload = json.dumps(manifest, sort_keys=True, separators=(",", ":")).encode()
    signed = issue(prepare(keys, RecordRequest(f"line-package:{order.package}", payload, keys.pki), now), now)
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(zipfile.ZipInfo(_MANIFEST, _EPOCH), signed.artefact)
        for number, files in sorted(order.books.items()):
            for name, data in sorted(files.items()):
                archive.writestr(zipfile.ZipInfo(f"{number}/{name}", _EPOCH), data)
    return seal_to(order.certificate, held.getvalue())


def _order_faults(order: Order, rules: WorkPackageRules) -> Iterator[Fault]:
    size = sum(len(data) for files in order.books.values() for data in files.values())
    if not 0 < len(order.books) <= rules.maximum_books:
        ar, en = f"من دفتر إلى {rules.maximum_books}", f"1 to {rules.maximum_books} books, not {len(order.books)}"
        yield _fault("books", ar, en)
    if size > rules.maximum_bytes:
        yield _fault("size", f"أكبر من {rules.maximum_bytes} بايت", f"{size} bytes of {rules.maximum_bytes}")
    for number, files in order.books.items():
        if (key := files.get(CHIP_KEY)) is not None and not is_for(key, order.certificate):
            ar, en = f"مفتاح شريحة {number} لخط آخر", f"the chip key of {number} is sealed to another line"
            yield _fault("other_line", ar, en)
        elif key is None and "DG15.bin" in files:
            ar, en = f"لا مفتاح لشريحة {number}", f"{number} has no chip key for a line: it was made without one"
            yield _fault("no_key", ar, en)


_Text = Annotated[str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]
_Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Book(_Strict):
    number: _Text
    result: Literal["written", "failed"]
    reason: _Text | None = None
    read_back: dict[_Text, _Digest] = {}


class _Message(_Strict):
    format: Literal["passport-line-results/1"]
    package: _Text
    line: _Text
    books: list[_Book]


def read_results(message: bytes, line: str, certificate: bytes, rules: Production) -> Results:
    """What a line says of the books of a package. Raises `Refused` when this line did not sign it, `Invalid` for its
    shape: a failed book has a reason, a book stands there once."""
    content = read_signed_by(certificate, message, rules.results.maximum_message_bytes)
    try:
        data: Any = json.loads(content)
    except ValueError as error:
        raise Invalid(_fault("json", "ليست JSON", "the message is no JSON")) from error
    said = read_shape(_Message, data, code="passports.line_results", clause=CLAUSE)
    most = rules.results.reason_maximum_characters
    faults = []
    if said.line != line:
        faults.append(_fault("line", "الرسالة من خط آخر", "the message names another line"))
    numbers = [book.number for book in said.books]
    if not numbers or len(set(numbers)) != len(numbers):
        faults.append(_fault("twice", "كل دفتر مرة واحدة", "each book once, and one at least"))
    for book in said.books:
        if (book.result == "failed") != (book.reason is not None) or len(book.reason or "") > most:
            words = f"سبب لكل دفتر تعذر، في {most} حرفاً", f"a reason for each failed book, of at most {most} characters"
            faults.append(_fault("reason", *words))
    if faults:
        raise Invalid(*faults)
    books = tuple(BookResult(book.number, book.result, book.reason, book.read_back) for book in said.books)
    return Results(said.package, said.line, books, hashlib.sha256(message).hexdigest())


def judged(said: BookResult, ordered: Mapping[str, str]) -> BookResult:
    """A book that reads back otherwise than ordered is no written one. ordered: chip file -> SHA-256."""
    if said.result == "written" and dict(said.read_back) != dict(ordered):
        return BookResult(said.number, "failed", READ_BACK_DIFFERS, said.read_back)
    return said


def _told(data: bytes) -> dict[str, Any]:
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"passports.line.{code}", ar, en, field="package", clause=CLAUSE)
