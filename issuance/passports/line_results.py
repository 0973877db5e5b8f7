"""What a printing line answers: each message taken once, each book answered for once, of its own packages alone."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlmodel import select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.passports.line import CLAUSE, BookResult, Results, judged, read_results
from issuance.passports.line_model import LineMessage, LinePackage, LinePackageBook, PrintingLine
from issuance.passports.line_packages import NO_PACKAGE, files_of, forget
from issuance.passports.lines import WORK
from issuance.passports.model import Passport
from issuance.passports.way import held, move
from issuance.service import Service
from keys.lines import require_not_revoked
from specs.errors import Conflict, Fault, Invalid, NotFound, Refused
from specs.schema.production import LineEnd


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


def take_results(service: Service, actor: Actor, message: bytes, now: datetime) -> TakenResults:
    """A line's signed answer, for all books of a package or some; what is written goes on to quality control.

    Raises `Refused` (no line of ours signed it, or one whose key is out of control), `Invalid` (its shape, or books
    that are not the package's), `NotFound` (no such package of that line), `Conflict` (taken already: the message, or
    the answer for a book).
    """
    policy.require(actor, WORK)
    said = _read(service, message)
    with unit_of_work(service.db, actor, "results of a printing line", now) as tx:
        package = tx.session.get(LinePackage, said.package, with_for_update=True)
        if package is None or package.line != said.line or package.dropped_at is not None:
            raise NotFound(_fault("no_package", *NO_PACKAGE))
        office = tx.session.get_one(PrintingLine, package.line).office
        policy.require(actor, WORK, Subject("printing_line", package.line, office))
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
        if not left:
            forget(tx, package.id)
        detail = {"message": said.sha256, "written": list(written), "failed": list(failed), "left": len(left)}
        tx.audit("passports.line_results", f"line_package:{package.id}", detail)
    return TakenResults(said.package, written, failed, left)


def _read(service: Service, message: bytes) -> Results:
    """The answer, by whichever line signed it: also one closed since, unless its end says it is not believed."""
    rules = service.spec.passport.production
    with service.db.reading() as read:
        rows = [(row.id, row.certificate, row.closed_reason) for row in read.exec(select(PrintingLine)).all()]
    refused = Refused(_fault("unsigned", "لم يوقعها خط مسجل", "no registered line signed this"))
    for line, certificate, ended in rows:
        try:
            said = read_results(message, line, certificate, rules)
        except Refused as error:
            refused = error
            continue
        if ended is not None and not rules.closing.entries[cast(LineEnd, ended)].answers_taken:
            words = "خرج مفتاح هذا الخط عن السيطرة فلا يُصدق", "the key of this line is out of control: not believed"
            raise Refused(_fault("not_believed", *words))
        require_not_revoked(service.keys, certificate)
        return said
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
    book = tx.session.get_one(Passport, row.number)
    if said.result == "written" and book.application_id is not None and book.state == "produced":
        application = held(tx, book.application_id)
        if application.state == "production":  # else it was said to be written by hand, or by a package before
            move(tx, service.spec, application, "quality")


def _chip_digests(read: ReadSession, number: str) -> dict[str, str]:
    files = files_of(read, number)
    return {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name.endswith(".bin")}


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"passports.line.{code}", ar, en, field="line", clause=CLAUSE)
