"""Printing lines: registered with a certificate of ours, sent packages of books, answering for each book once.

The key of a chip is sealed to the line of its office when the book is made; a package of that line carries it on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.ids import new_id
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.passports.line import CLAUSE, BookResult, Order, Results, judged, package_for, read_results
from issuance.passports.line_model import LineMessage, LinePackage, LinePackageBook, PrintingLine
from issuance.passports.model import Passport, PassportFile
from issuance.passports.way import held, move
from issuance.service import Service
from keys.lines import certify_line, require_line
from specs.errors import Conflict, Fault, Invalid, NotFound, Refused

REGISTER = "passports.lines"
SEND = "passports.personalise"


@dataclass(frozen=True, slots=True)
class SentPackage:
    """envelope: for the line alone, and not kept here."""

    id: str
    line: str
    sequence: int
    expires_at: datetime
    numbers: tuple[str, ...]
    envelope: bytes


@dataclass(frozen=True, slots=True)
class TakenResults:
    """What one message settled, and which books of the package wait for an answer still. failed: number -> reason."""

    package: str
    written: tuple[str, ...]
    failed: Mapping[str, str]
    outstanding: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "package": self.package,
            "written": list(self.written),
            "failed": dict(self.failed),
            "outstanding": list(self.outstanding),
        }


def register_line(service: Service, actor: Actor, line: str, office: str, public_key: bytes, now: datetime) -> bytes:
    """A certificate (DER) for the key a line made for itself; it makes the books of `office` from now on.

    public_key: SubjectPublicKeyInfo, DER. A line registered before gets a new certificate under a new id. Raises
    `Invalid`, `Conflict` for an id that was used, `Unavailable` where the services root's key is not at hand.
    """
    policy.require(actor, REGISTER, Subject("printing_line", line, office))
    if not line.isascii() or not line.replace("-", "").isalnum() or len(line) > 16:
        raise Invalid(_fault("id", "معرّف الخط حروف لاتينية وأرقام", "a line's id: at most 16 letters, digits, dashes"))
    profile = service.spec.passport.production.line_certificate
    certificate = certify_line(service.keys, line, public_key, profile, now)
    with unit_of_work(service.db, actor, "a printing line", now) as tx:
        for row in tx.session.exec(
            select(PrintingLine).where(PrintingLine.office == office, col(PrintingLine.closed_at).is_(None))
        ):
            row.closed_at = now
        if tx.session.get(PrintingLine, line) is not None:
            raise Conflict(_fault("used", "معرّف الخط مستعمل", "this id of a line was used before"))
        row = PrintingLine(id=line, office=office, certificate=certificate, registered_by=actor.id, registered_at=now)
        tx.session.add(row)
        tx.audit(REGISTER, f"line:{line}", {"office": office, "sha256": hashlib.sha256(certificate).hexdigest()})
    return certificate


def send_package(service: Service, actor: Actor, line: str, numbers: Sequence[str], now: datetime) -> SentPackage:
    """Seal these books to a line. Raises `NotFound`, `NotAllowed`, `Conflict` (a book is with a line already, or was
    written), `Refused` (what `package_for` and `require_line` refuse), `Unavailable`.

    The claim is committed first, keys are used then; where sealing fails the claim is dropped.
    """
    policy.require(actor, SEND)
    rules, wanted = service.spec.passport.production.work_package, tuple(dict.fromkeys(numbers))
    with service.db.reading() as read:
        row = read.get(PrintingLine, line)
        if row is None or row.closed_at is not None:
            raise NotFound(_fault("unknown", "لا خط عاملاً بهذا المعرّف", "no line of this id is in use"))
        certificate = row.certificate
        books = {number: _files(read, number) for number in wanted[: rules.maximum_books + 1]}
    require_line(service.keys, certificate, now)
    package = new_id()
    with unit_of_work(service.db, actor, "books to a printing line", now) as tx:
        sequence, expires = _claim(tx, package, line, wanted, timedelta(hours=rules.valid_hours))
    order = Order(package, line, certificate, sequence, now, expires, books)
    try:
        envelope = package_for(order, service.keys, rules, now)
    except BaseException:
        with unit_of_work(service.db, actor, "a package was not sealed", now) as tx:
            claimed = tx.session.exec(select(LinePackage).where(LinePackage.id == package)).one()
            claimed.dropped_at = now
            tx.audit(SEND, f"line_package:{package}", {"dropped": True})
        raise
    return SentPackage(package, line, sequence, expires, wanted, envelope)


def _claim(tx: Tx, package: str, line: str, numbers: Sequence[str], valid: timedelta) -> tuple[int, datetime]:
    """(sequence, expiry) of a new package whose books are with no other."""
    lock(tx.session, f"line:{line}")
    for number in numbers:
        _require_free(tx, number)
    last = tx.session.exec(select(func.max(LinePackage.sequence)).where(LinePackage.line == line)).one()
    sequence, expires = (last or 0) + 1, tx.now + valid
    tx.session.add(
        LinePackage(
            id=package, line=line, sequence=sequence, created_at=tx.now, expires_at=expires, made_by=tx.actor.id
        )
    )
    tx.session.flush()
    tx.session.add_all(LinePackageBook(package_id=package, number=number) for number in numbers)
    detail = {"line": line, "sequence": sequence, "passports": list(numbers)}
    tx.audit(SEND, f"line_package:{package}", detail)
    return sequence, expires


def _require_free(tx: Tx, number: str) -> None:
    book = tx.session.get(Passport, number, with_for_update=True)
    if book is None:
        raise NotFound(_fault("no_book", "لا دفتر بهذا الرقم", f"there is no book of number {number}"))
    policy.require(tx.actor, SEND, Subject("passport_application", book.application_id or number, book.office))
    query = (
        select(LinePackageBook.result, LinePackage.expires_at)
        .join(LinePackage, col(LinePackage.id) == col(LinePackageBook.package_id))
        .where(LinePackageBook.number == number, col(LinePackage.dropped_at).is_(None))
    )
    taken = any(result == "written" or (result is None and until > tx.now) for result, until in tx.session.exec(query))
    if taken or (book.application_id is not None and book.state != "produced"):
        words = f"الدفتر {number} عند خط أو كُتب أو تجاوز الطباعة", f"{number} is with a line, written, or beyond it"
        raise Conflict(_fault("not_free", *words))


def take_results(service: Service, actor: Actor, message: bytes, now: datetime) -> TakenResults:
    """A line's signed answer, for all books of a package or some; what is written goes on to quality control.

    Raises `Refused` (no line of ours signed it), `Invalid` (its shape, or books that are not the package's),
    `NotFound` (no such package of that line), `Conflict` (taken already: the message, or the answer for a book).
    """
    policy.require(actor, SEND)
    said = _read(service, message)
    with unit_of_work(service.db, actor, "results of a printing line", now) as tx:
        package = tx.session.get(LinePackage, said.package, with_for_update=True)
        if package is None or package.line != said.line or package.dropped_at is not None:
            raise NotFound(_fault("no_package", "لا أمر عمل بهذا المعرّف لهذا الخط", "this line has no such package"))
        if tx.session.get(LineMessage, said.sha256) is not None:
            raise Conflict(_fault("replayed", "أُخذت هذه الرسالة من قبل", "this message was taken before"))
        query = select(LinePackageBook).where(LinePackageBook.package_id == package.id)
        rows = {row.number: row for row in tx.session.exec(query)}
        _require_open(rows, said.books)
        tx.session.add(LineMessage(sha256=said.sha256, package_id=package.id, taken_by=actor.id, taken_at=now))
        held_to = [judged(book, _chip_digests(tx.read, book.number)) for book in said.books]
        for result in held_to:
            _settle(tx, service, rows[result.number], result)
        failed = {result.number: result.reason or "" for result in held_to if result.result == "failed"}
        written = tuple(result.number for result in held_to if result.result == "written")
        left = tuple(sorted(number for number, row in rows.items() if row.result is None))
        detail = {"message": said.sha256, "written": list(written), "failed": list(failed), "left": len(left)}
        tx.audit("passports.line_results", f"line_package:{package.id}", detail)
    return TakenResults(said.package, written, failed, left)


def _read(service: Service, message: bytes) -> Results:
    """The answer, by whichever line signed it: also one that was closed since, which may still answer."""
    with service.db.reading() as read:
        lines = [(row.id, row.certificate) for row in read.exec(select(PrintingLine)).all()]
    refused = Refused(_fault("unsigned", "لم يوقعها خط مسجل", "no registered line signed this"))
    for line, certificate in lines:
        try:
            return read_results(message, line, certificate, service.spec.passport.production)
        except Refused as error:
            refused = error
    raise refused


def _require_open(rows: Mapping[str, LinePackageBook], books: Sequence[BookResult]) -> None:
    if strange := [book.number for book in books if book.number not in rows]:
        words = f"ليست من هذا الأمر: {'، '.join(strange)}", f"not of this package: {', '.join(strange)}"
        raise Invalid(_fault("foreign_book", *words))
    if again := [book.number for book in books if rows[book.number].result is not None]:
        words = f"أُجيب عنها من قبل: {'، '.join(again)}", f"answered before: {', '.join(again)}"
        raise Conflict(_fault("answered", *words))


def _settle(tx: Tx, service: Service, row: LinePackageBook, said: BookResult) -> None:
    row.result, row.reason, row.answered_at = said.result, said.reason, tx.now
    row.read_back = dict(said.read_back)
    book = tx.session.exec(select(Passport).where(Passport.number == row.number)).one()
    if said.result == "written" and book.application_id is not None and book.state == "produced":
        move(tx, service.spec, held(tx, book.application_id, "production"), "quality")


def _files(read: ReadSession, number: str) -> dict[str, bytes]:
    query = select(PassportFile.name, PassportFile.content).where(PassportFile.passport_number == number)
    return dict(read.exec(query).all())


def _chip_digests(read: ReadSession, number: str) -> dict[str, str]:
    files = _files(read, number)
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name.endswith(".bin")}


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"passports.line.{code}", ar, en, field="line", clause=CLAUSE)
