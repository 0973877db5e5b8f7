"""Printing lines as they stand: who makes the books of an office, whether anything may be sent to it, why it closed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from sqlmodel import col, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.db.session import ReadSession
from issuance.passports.line import CLAUSE
from issuance.passports.line_model import PrintingLine
from issuance.service import Service
from keys.lines import require_line
from keys.x509 import read_certificate
from specs.errors import Fault, NotFound, Refused
from specs.schema.production import LineEnd

REGISTER = "passports.lines"
WORK = "passports.line_work"
SEND = "passports.personalise"
PAGE = "/passport-office/production/lines"
State = Literal["in_use", "unusable", "closed"]


@dataclass(frozen=True, slots=True)
class LineView:
    """A line and how it stands. fault: why nothing is sent to it though it is in use (its certificate ran out or is
    revoked); sha256: of its certificate."""

    id: str
    office: str
    serial: str
    sha256: str
    valid_until: datetime
    registered_by: str
    approved_by: str | None
    registered_at: datetime
    closed_by: str | None
    closed_at: datetime | None
    closed_reason: LineEnd | None
    fault: Fault | None

    @property
    def state(self) -> State:
        return "closed" if self.closed_at else "unusable" if self.fault else "in_use"

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "id": self.id,
            "office": self.office,
            "state": self.state,
            "fault": self.fault.code if self.fault else None,
            "serial": self.serial,
            "sha256": self.sha256,
            "valid_until": self.valid_until.isoformat(),
            "registered_by": self.registered_by,
            "approved_by": self.approved_by,
            "registered_at": self.registered_at.isoformat(),
            "closed_by": self.closed_by,
            "closed_at": self.closed_at.isoformat() if self.closed_at else None,
            "closed_reason": self.closed_reason,
        }


def lines(service: Service, actor: Actor, now: datetime) -> list[LineView]:
    """Lines of the offices the actor sees, those in use first, then the newest. Raises `NotAllowed`."""
    action = seen_by(actor)
    scope = policy.offices_in_scope(actor, action)
    query = select(PrintingLine).order_by(
        col(PrintingLine.closed_at).is_not(None), col(PrintingLine.registered_at).desc(), col(PrintingLine.id)
    )
    if scope is not None:
        query = query.where(col(PrintingLine.office).in_(scope))
    with service.db.reading() as read:
        return [view_of(service, row, now) for row in read.exec(query)]


def line(service: Service, actor: Actor, line: str, now: datetime) -> LineView:
    """One line. Raises `NotAllowed`, `NotFound`, also for one out of reach."""
    with service.db.reading() as read:
        return view_of(service, line_seen(read, actor, line), now)


def certificate(service: Service, actor: Actor, line: str) -> bytes:
    """DER. Raises as `line`."""
    with service.db.reading() as read:
        return line_seen(read, actor, line).certificate


def every_certificate(service: Service) -> list[bytes]:
    """Of every line there ever was, DER: what may be revoked."""
    with service.db.reading() as read:
        return list(read.exec(select(PrintingLine.certificate)))


def seen_by(actor: Actor) -> str:
    """The action by which the actor sees lines. Raises `NotAllowed`."""
    held = [action for action in (REGISTER, SEND, WORK) if policy.allowed(actor, action)]
    if not held:
        policy.require(actor, WORK)
    return held[0]


def line_seen(read: ReadSession, actor: Actor, line: str) -> PrintingLine:
    """The row of a line in reach. Raises `NotAllowed`, `NotFound`."""
    scope = policy.offices_in_scope(actor, seen_by(actor))
    row = read.get(PrintingLine, line)
    if row is None or (scope is not None and row.office not in scope):
        raise NotFound(unknown_line())
    return row


def require_usable(service: Service, office: str, certificate: bytes | None, now: datetime) -> None:
    """A line that can be sent something. Raises `Refused`, which says what to do."""
    way = (
        f"سجّلوا خطاً لمكتب {office}: يطلب ضابط أمن ويعتمد آخر في {PAGE} أو بالأمر issuance passports lines register",
        f"register one for {office}: a security officer asks and another approves, at {PAGE} or with "
        "`issuance passports lines register`",
    )
    if certificate is None:
        said = f"لا خط طباعة مسجلاً لهذا المكتب؛ {way[0]}", f"no printing line is registered for this office; {way[1]}"
        raise Refused(Fault("passports.produce.no_line", *said, field="office", clause=CLAUSE))
    try:
        require_line(service.keys, certificate, now)
    except Refused as error:
        faults = (
            Fault(f.code, f"{f.ar}؛ {way[0]}", f"{f.en}; {way[1]}", field="office", clause=f.clause)
            for f in error.faults
        )
        raise Refused(*faults) from error


def view_of(service: Service, row: PrintingLine, now: datetime) -> LineView:
    held, fault = read_certificate(row.certificate), None
    try:
        require_line(service.keys, row.certificate, now)
    except Refused as error:
        fault = error.faults[0]
    return LineView(
        id=row.id,
        office=row.office,
        serial=f"{held.serial:x}",
        sha256=hashlib.sha256(row.certificate).hexdigest(),
        valid_until=held.not_after.at,
        registered_by=row.registered_by,
        approved_by=row.approved_by,
        registered_at=row.registered_at,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        closed_reason=cast("LineEnd | None", row.closed_reason),
        fault=fault,
    )


def unknown_line() -> Fault:
    return _fault("unknown", "لا خط بهذا المعرّف", "there is no line of this id", field="line")


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.line.{code}", ar, en, field=field, clause=CLAUSE)
