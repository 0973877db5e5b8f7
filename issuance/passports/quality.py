"""Quality control: the chip as read back must be what was ordered byte for byte, and the scanned page say the same.

A book that differs is never mended: it is spoiled by two people, and another one is made under a new number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any

from sqlmodel import select

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import digest_of
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.documents.readback import FILLER_LOOKALIKES, read_mrz_text, repair_td3
from issuance.passports.life import held_book, record
from issuance.passports.model import Passport, PassportApplication, PassportFile
from issuance.passports.request import read_request
from issuance.passports.way import held, move
from issuance.service import Service
from issuance.stock import public as stock
from specs.errors import Conflict, Fault, Invalid, NotAllowed

CHECK = "passports.check_quality"
SPOIL = "passports.spoil"
CLAUSE = "specs/passport/editions personalisation.yaml read_back"


@dataclass(frozen=True, slots=True)
class Difference:
    """file: `DG2.bin`, or `page`; what: missing, unknown, or where the first byte or character differs."""

    file: str
    what: str

    def as_json(self) -> dict[str, str]:
        return {"file": self.file, "what": self.what}


@dataclass(frozen=True, slots=True)
class Checked:
    """approval: of the spoiling that now waits for a second person; None: the book passed."""

    number: str
    differences: tuple[Difference, ...]
    approval: str | None

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "passed": not self.differences,
            "differences": [one.as_json() for one in self.differences],
            "approval": self.approval,
        }


def written(service: Service, actor: Actor, number: str, now: datetime) -> None:
    """The line says that the book is written: it waits for quality control. Raises `NotFound`, `Conflict`."""
    policy.require(actor, "passports.personalise")
    with unit_of_work(service.db, actor, "a book was written", now) as tx:
        book = held_book(tx, number, "produced")
        move(tx, service.spec, held(tx, book.application_id or "", "production"), "quality")


def check(
    service: Service, actor: Actor, number: str, chip: Mapping[str, bytes], page: bytes, now: datetime
) -> Checked:
    """Compare a book with what was ordered. chip: file name -> bytes as read back; page: the scanned data page.

    Raises `NotFound`, `NotAllowed` (who made it does not check it), `Conflict`, `Invalid`: the page is no picture.
    """
    policy.require(actor, CHECK)
    with service.db.reading() as read:
        row = read.get(Passport, number)
        ordered = dict(
            read.exec(
                select(PassportFile.name, PassportFile.content).where(PassportFile.passport_number == number)
            ).all()
        )
    lines = row.mrz.split("\n") if row is not None else []
    found = [*_chip(ordered, chip), *_page(lines, page)]
    with unit_of_work(service.db, actor, "quality control", now) as tx:
        book = held_book(tx, number, "produced")
        policy.require(actor, CHECK, Subject("passport", number, book.office))
        if actor.id == book.issued_by:
            words = "من شخصن الدفتر لا يفحصه", "who personalised the book does not check it"
            raise NotAllowed(_fault("same_person", *words))
        application = held(tx, book.application_id or "", "quality")
        detail = {"passed": not found, "differences": len(found)}
        tx.audit(CHECK, f"passport:{number}", detail)
        if found:
            return Checked(
                number, tuple(found), _ask_spoiling(tx, book, "; ".join(f"{d.file}: {d.what}" for d in found))
            )
        record(tx, service.spec, book, "passed", civil_day(now), office=actor.office)
        _send(tx, service, application, book)
        return Checked(number, (), None)


def spoil(service: Service, actor: Actor, number: str, words: str, now: datetime) -> str:
    """Ask that a book that was made be spoiled (a defect seen by eye); the id of the approval that is needed.

    Raises `NotFound`, `NotAllowed`, `Invalid` without words, `Conflict`.
    """
    with unit_of_work(service.db, actor, "spoil a book", now) as tx:
        book = held_book(tx, number, "produced", "passed")
        policy.require(actor, SPOIL, Subject("passport", number, book.office))
        return _ask_spoiling(tx, book, words)


def approve_spoiling(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> str:
    """The second person: book and blank are spoiled for ever, another book will be made. Its number. Raises as
    `core.approvals.approve`."""
    with unit_of_work(service.db, actor, "spoil a book, second person", now) as tx:
        asked = approvals.approval(tx.read, approval_id)
        book = held_book(tx, str(asked.proposal.get("number")), "produced", "passed")
        policy.require(actor, SPOIL, Subject("passport", book.number, book.office))
        approvals.approve(tx, approval_id, _digest(book), words)
        record(tx, service.spec, book, "spoiled", civil_day(now), office=actor.office, words=asked.reason[:1000])
        stock.spoil(tx, book.blank or "", "quality_control", (asked.asked_by, actor.id))
        application = held(tx, book.application_id or "", "production", "quality", "sending", "ready")
        application.number = None
        move(tx, service.spec, application, "approved", reason="spoiled")
        return book.number


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
    wanted = read_request(application.asked).delivery_office or application.office
    move(tx, service.spec, application, "ready" if wanted == (tx.actor.office or book.office) else "sending")


def _chip(ordered: Mapping[str, bytes], read: Mapping[str, bytes]) -> list[Difference]:
    wanted = {name: content for name, content in ordered.items() if name.endswith(".bin")}
    found = [Difference(name, "missing") for name in sorted(wanted.keys() - read.keys())]
    found += [Difference(name, "not ordered") for name in sorted(read.keys() - wanted.keys())]
    for name in sorted(wanted.keys() & read.keys()):
        if wanted[name] != read[name]:
            found.append(Difference(name, f"differs from byte {_first(wanted[name], read[name])} on"))
    return found


def _page(lines: list[str], page: bytes) -> list[Difference]:
    """The zone as read from the scan. A filler read as a letter that the reader takes it for is the filler."""
    if not page:
        raise Invalid(_fault("page", "صورة صفحة البيانات مطلوبة", "the scan of the data page is needed", "page"))
    read = [
        "".join(o if o == "<" and r in FILLER_LOOKALIKES else r for o, r in zip(ordered, line, strict=False))
        + line[len(ordered) :]
        for ordered, line in zip_longest(lines, repair_td3(read_mrz_text(page)).lines, fillvalue="")
    ]
    if read == lines:
        return []
    if not any(read):
        return [Difference("page", "no machine readable zone was read")]
    line = next(i for i, (a, b) in enumerate(zip(lines, read, strict=True)) if a != b)
    return [Difference("page", f"line {line + 1} differs from character {_first(lines[line], read[line]) + 1} on")]


def _first(one: Any, other: Any) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _fault(code: str, ar: str, en: str, field: str = "number") -> Fault:
    return Fault(f"passports.quality.{code}", ar, en, field=field, clause=CLAUSE)
