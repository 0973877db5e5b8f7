"""Quality control: the chip as read back must be what was ordered byte for byte, and the scanned page say the same.

A book that differs is never mended: it is spoiled by two people, and another one is made under a new number. A scan
that cannot be read is no difference: it is taken again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import digest_of
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.passports.delivering import delivery_office
from issuance.passports.life import held_book, record
from issuance.passports.model import Passport, PassportApplication, PassportFile
from issuance.passports.personalise import OBSERVATION_PAGE
from issuance.passports.read_back import (
    Difference,
    PageLook,
    chip_differences,
    observations_look,
    pages_look,
    seal_ordered,
)
from issuance.passports.way import held, move
from issuance.service import Service
from issuance.staff.public import require_not_cut_off
from issuance.stock import public as stock
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound

CHECK = "passports.check_quality"
SPOIL = "passports.spoil"
CLAUSE = "specs/passport/editions personalisation.yaml read_back"


@dataclass(frozen=True, slots=True)
class Checked:
    """approval: of the spoiling that now waits for a second person; None: the book passed, or a program checked it and
    a person has yet to ask for the spoiling. scan_again: the chip is right, the page was not read; nothing changed.
    """

    number: str
    differences: tuple[Difference, ...]
    approval: str | None = None
    scan_again: bool = False

    @property
    def passed(self) -> bool:
        return not self.differences and not self.scan_again

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "passed": self.passed,
            "scan_again": self.scan_again,
            "differences": [one.as_json() for one in self.differences],
            "approval": self.approval,
        }


def written(service: Service, actor: Actor, number: str, now: datetime) -> None:
    """The line says that the book is written: it waits for quality control. Raises `NotFound`, `Conflict`,
    `Refused` (cut off)."""
    policy.require(actor, "passports.personalise")
    with unit_of_work(service.db, actor, "a book was written", now) as tx:
        book = held_book(tx, number, "produced")
        require_not_cut_off(tx.read, book.office, actor.office)
        move(tx, service.spec, held(tx, book.application_id or "", "production"), "quality")


def check(
    service: Service,
    actor: Actor,
    number: str,
    chip: Mapping[str, bytes],
    page: bytes,
    now: datetime,
    observations: bytes | None = None,
    back: bytes = b"",
) -> Checked:
    """Compare a book with what was ordered. chip: file name -> bytes as read back, none of a document without a chip;
    page: the scanned data page, or front; back: the other side of a card; observations: the scanned page with the note
    of the earlier book, where it was scanned.

    Raises `NotFound`, `NotAllowed` (who made it does not check it), `Conflict`, `Invalid` (no picture; a
    book with a chip of which nothing was read back: forgotten files are no defect).
    """
    policy.require(actor, CHECK)
    with service.db.reading() as read:
        row, ordered = read.get(Passport, number), _ordered(read, number)
    if row is None:
        raise NotFound(_fault("unknown", "لا يوجد جواز بهذا الرقم", "there is no passport of this number"))
    _require_another(actor, row)
    if not chip and any(name.endswith(".bin") for name in ordered):
        words = (
            "ملفات الشريحة مطلوبة؛ الشريحة التي لا تجيب يُطلب إتلاف دفترها بوصف العيب",
            "the files of the chip are needed; for a chip that does not answer, ask for spoiling and say so",
        )
        raise Invalid(_fault("chip", *words, "chip"))
    lines = row.mrz.split("\n")
    differing, look = chip_differences(ordered, chip), pages_look(lines, ordered, page, back)
    noted = _noted(ordered, observations)
    found = (*differing, *look.differences, *noted.differences)
    with unit_of_work(service.db, actor, "quality control", now) as tx:
        book = held_book(tx, number, "produced")
        _require_another(actor, book)
        require_not_cut_off(tx.read, actor.office, book.office)
        application = held(tx, book.application_id or "", "quality")
        again = not (look.readable and noted.readable) and not found
        tx.audit(CHECK, f"passport:{number}", {"passed": not found and not again, "differences": len(found)})
        if again:
            return Checked(number, (), scan_again=True)
        if found:
            person = actor.kind == "staff"
            return Checked(number, found, _ask_spoiling(tx, book, _said(found)) if person else None)
        record(tx, service.spec, book, "passed", civil_day(now), office=actor.office)
        _send(tx, service, application, book)
        return Checked(number, ())


def spoil(service: Service, actor: Actor, number: str, words: str, now: datetime) -> str:
    """Ask that a book that was made be spoiled (a defect seen by eye); the id of the approval that is needed.

    Raises `NotFound`, `NotAllowed`, `Invalid` without words, `Conflict`.
    """
    policy.require(actor, SPOIL)
    with unit_of_work(service.db, actor, "spoil a book", now) as tx:
        book = held_book(tx, number, "produced", "passed")
        policy.require(actor, SPOIL, Subject("passport", number, book.office))
        return _ask_spoiling(tx, book, words)


def approve_spoiling(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> str:
    """The second person: book and blank are spoiled for ever, another book will be made. Its number. Raises as
    `core.approvals.approve`."""
    policy.require(actor, SPOIL)
    with unit_of_work(service.db, actor, "spoil a book, second person", now) as tx:
        asked = approvals.approval(tx.read, approval_id, SPOIL)
        book = held_book(tx, str(asked.proposal.get("number")), "produced", "passed")
        policy.require(actor, SPOIL, Subject("passport", book.number, book.office))
        approvals.approve(tx, approval_id, _digest(book), words)
        record(tx, service.spec, book, "spoiled", civil_day(now), office=actor.office, words=asked.reason[:1000])
        stock.spoil(tx, book.blank or "", "quality_control", (asked.asked_by, actor.id))
        application = held(tx, book.application_id or "", "production", "quality", "sending", "ready")
        application.number = None
        move(tx, service.spec, application, "approved", reason="spoiled")
        return book.number


def _noted(ordered: Mapping[str, bytes], scan: bytes | None) -> PageLook:
    """The page of observations; nothing where none was ordered or none was scanned."""
    meant = ordered.get(OBSERVATION_PAGE)
    return (
        PageLook(True, ()) if scan is None or meant is None else observations_look(meant, scan, seal_ordered(ordered))
    )


def _require_another(actor: Actor, book: Passport) -> None:
    """Who made a book does not check it; a console is nobody in particular, so one is as good as the other."""
    policy.require(actor, CHECK, Subject("passport", book.number, book.office))
    if actor.id == book.issued_by or (actor.kind == "system" and book.issued_by.startswith("system:")):
        words = "من شخصن الدفتر لا يفحصه", "who personalised the book does not check it"
        raise NotAllowed(_fault("same_person", *words))


def _ordered(read: ReadSession, number: str) -> dict[str, bytes]:
    query = select(PassportFile.name, PassportFile.content).where(PassportFile.passport_number == number)
    return dict(read.exec(query).all())


def _said(found: tuple[Difference, ...]) -> str:
    return "; ".join(f"{one.file}: {one.ar} / {one.en}" for one in found)


def _ask_spoiling(tx: Tx, book: Passport, words: str) -> str:
    subject = f"passport:{book.number}"
    if any(one.state(tx.now) == "pending" and one.action == SPOIL for one in approvals.approvals_of(tx.read, subject)):
        said = "ينتظر إتلاف هذا الدفتر شخصاً ثانياً", "the spoiling of this book waits for a second person"
        raise Conflict(_fault("spoiling", *said))
    proposal = {"number": book.number}
    return approvals.ask(tx, SPOIL, subject, _digest(book), words[:1000], proposal=proposal, office=book.office)


def _digest(book: Passport) -> str:
    return digest_of({"number": book.number, "state": book.state, "blank": book.blank})


def _send(tx: Tx, service: Service, application: PassportApplication, book: Passport) -> None:
    """To the office of hand-over: it waits there at once where it was made there."""
    wanted = delivery_office(book, application)
    move(tx, service.spec, application, "ready" if wanted == (tx.actor.office or book.office) else "sending")


def _fault(code: str, ar: str, en: str, field: str = "number") -> Fault:
    return Fault(f"passports.quality.{code}", ar, en, field=field, clause=CLAUSE)
