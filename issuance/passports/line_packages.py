"""Packages of books to a printing line: sealed once, kept sealed until the line answered for all or its time is over.

The key of a chip is sealed to the line of its office when the book is made; a package of that line carries it on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func
from sqlmodel import and_, col, or_, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.ids import new_id
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.passports.checks import SERVICE
from issuance.passports.line import CLAUSE, Order, package_for
from issuance.passports.line_model import LineEnvelope, LinePackage, LinePackageBook
from issuance.passports.lines import SEND, WORK, line_seen
from issuance.passports.model import Passport, PassportApplication, PassportFile
from issuance.passports.producing import GRACE
from issuance.service import Service
from keys.lines import require_line
from specs.errors import Conflict, Fault, NotFound, Refused

NO_PACKAGE: Final = "لا أمر عمل بهذا المعرّف لهذا الخط", "this line has no such package"


@dataclass(frozen=True, slots=True)
class SentPackage:
    """envelope: for the line alone, DER."""

    id: str
    line: str
    sequence: int
    expires_at: datetime
    numbers: tuple[str, ...]
    envelope: bytes

    def as_json(self) -> dict[str, Any]:
        """The wire form; the envelope is fetched by itself."""
        return {
            "id": self.id,
            "line": self.line,
            "sequence": self.sequence,
            "expires_at": self.expires_at.isoformat(),
            "numbers": list(self.numbers),
            "sha256": hashlib.sha256(self.envelope).hexdigest(),
        }


def send_package(
    service: Service, actor: Actor, line: str, numbers: Sequence[str] | None, now: datetime
) -> SentPackage:
    """Seal these books to a line; None: as many of those that wait for it as one package may hold.

    Raises `NotFound`, `NotAllowed`, `Conflict` (a book is with a line already, or was written), `Refused` (what
    `package_for` and `require_line` refuse; no book waits), `Unavailable`. The claim is committed first, keys are used
    then; where sealing fails the claim is dropped, and where the process dies `settle` drops it.
    """
    policy.require(actor, SEND)
    rules = service.spec.passport.production.work_package
    with service.db.reading() as read:
        row = line_seen(read, actor, line)
        if row.closed_at is not None:
            raise NotFound(_fault("unknown", "لا خط عاملاً بهذا المعرّف", "no line of this id is in use"))
        certificate = row.certificate
        if numbers is None:
            numbers = waiting_for(read, line, now, rules.maximum_books)
            if not numbers:
                raise Refused(_fault("nothing", "لا دفتر ينتظر هذا الخط", "no book waits for this line"))
        wanted = tuple(dict.fromkeys(numbers))
        books = {number: files_of(read, number) for number in wanted[: rules.maximum_books + 1]}
    require_line(service.keys, certificate, now)
    package = new_id()
    with unit_of_work(service.db, actor, "books to a printing line", now) as tx:
        sequence, expires = _claim(tx, package, line, wanted, timedelta(hours=rules.valid_hours))
    order = Order(package, line, certificate, sequence, now, expires, books)
    try:
        envelope = package_for(order, service.keys, rules, now)
        with unit_of_work(service.db, actor, "a package is sealed", now) as tx:
            _seal(tx, package, envelope)
    except BaseException:
        with unit_of_work(service.db, actor, "a package was not sealed", now) as tx:
            _drop(tx, package)
        raise
    return SentPackage(package, line, sequence, expires, wanted, envelope)


def collect(service: Service, actor: Actor, line: str, package: str, now: datetime) -> bytes:
    """The sealed package (DER), for the program of the line or who carries it there; as often as it is asked for.

    Raises `NotAllowed`, `NotFound` (no such package, or answered and gone), `Refused`: the line would not take it in.
    """
    policy.require(actor, WORK)
    with unit_of_work(service.db, actor, "a package is collected", now) as tx:
        policy.require(actor, WORK, Subject("printing_line", line, line_seen(tx.read, actor, line).office))
        row = tx.session.get(LinePackage, package, with_for_update=True)
        if row is None or row.line != line or row.sealed_at is None:
            raise NotFound(_fault("no_package", *NO_PACKAGE))
        if row.expires_at <= now:
            words = "انتهت مهلة أمر العمل؛ أعيدوا إرسال دفاتره", "its time is over: send its books again"
            raise Refused(_fault("expired", *words))
        held = tx.session.get(LineEnvelope, package)
        if held is None:
            words = "أُجيب عن هذا الأمر فلم يعد محفوظاً", "every book of it was answered for: it is kept no more"
            raise NotFound(_fault("gone", *words))
        row.collected_at = row.collected_at or now
        tx.audit(WORK, f"line_package:{package}", {"line": line})
        return held.content


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
    if tx.session.exec(_taken(tx.now).where(LinePackageBook.number == number)).first() is not None or (
        book.application_id is not None and book.state != "produced"
    ):
        words = f"الدفتر {number} عند خط أو كُتب أو تجاوز الطباعة", f"{number} is with a line, written, or beyond it"
        raise Conflict(_fault("not_free", *words))


def _taken(now: datetime) -> Any:
    """Numbers of books that are with a line, or written by one."""
    return (
        select(LinePackageBook.number)
        .join(LinePackage, col(LinePackage.id) == col(LinePackageBook.package_id))
        .where(
            col(LinePackage.dropped_at).is_(None),
            or_(
                col(LinePackageBook.result) == "written",
                and_(col(LinePackageBook.result).is_(None), LinePackage.expires_at > now),
            ),
        )
    )


def waiting_for(read: ReadSession, line: str, now: datetime, most: int) -> list[str]:
    """Books made for this line that are with none and not written, the nearest deadline first."""
    query = (
        select(Passport.number)
        .join(PassportApplication, col(PassportApplication.id) == col(Passport.application_id))
        .where(
            Passport.line == line,
            Passport.state == "produced",
            PassportApplication.state == "production",
            col(Passport.number).not_in(_taken(now)),
        )
    )
    return list(read.exec(query.order_by(col(PassportApplication.due_at), col(Passport.number)).limit(most)))


def _seal(tx: Tx, package: str, envelope: bytes) -> None:
    """Raises `Conflict` when a slow process comes back to a claim that was dropped meanwhile."""
    row = tx.session.get_one(LinePackage, package, with_for_update=True, populate_existing=True)
    if row.dropped_at is not None:
        words = "أُسقط أمر العمل أثناء إعداده", "the package was dropped while it was made: send it again"
        raise Conflict(_fault("dropped", *words))
    row.sealed_at = tx.now
    tx.session.add(LineEnvelope(package_id=package, content=envelope))
    told = {"sealed": len(envelope), "sha256": hashlib.sha256(envelope).hexdigest()}
    tx.audit(SEND, f"line_package:{package}", told)


def _drop(tx: Tx, package: str) -> None:
    row = tx.session.get_one(LinePackage, package, with_for_update=True, populate_existing=True)
    if row.dropped_at is None and row.sealed_at is None:
        row.dropped_at = tx.now
        tx.audit(SEND, f"line_package:{package}", {"dropped": True})


def settle(service: Service, now: datetime, grace: timedelta = GRACE) -> int:
    """For upkeep: drop what a killed process left unsealed for longer than `grace`, and keep no envelope whose time is
    over; how many."""
    unsealed = select(LinePackage.id).where(
        col(LinePackage.sealed_at).is_(None),
        col(LinePackage.dropped_at).is_(None),
        LinePackage.created_at < now - grace,
    )
    over = (
        select(LineEnvelope.package_id)
        .join(LinePackage, col(LinePackage.id) == col(LineEnvelope.package_id))
        .where(LinePackage.expires_at <= now)
    )
    with service.db.reading() as read:
        left, old = list(read.exec(unsealed)), list(read.exec(over))
    if left or old:
        with unit_of_work(service.db, SERVICE, "packages whose time is over", now) as tx:
            for package in left:
                _drop(tx, package)
            for package in old:
                forget(tx, package)
    return len(left) + len(old)


def forget(tx: Tx, package: str) -> None:
    """Keep the envelope no more."""
    if (held := tx.session.get(LineEnvelope, package)) is not None:
        tx.session.delete(held)
        tx.audit("passports.line_package_over", f"line_package:{package}")


def files_of(read: ReadSession, number: str) -> dict[str, bytes]:
    query = select(PassportFile.name, PassportFile.content).where(PassportFile.passport_number == number)
    return dict(read.exec(query).all())


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"passports.line.{code}", ar, en, field="line", clause=CLAUSE)
