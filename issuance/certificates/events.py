"""Sign one event of a certificate and keep it: added only, never undone. Who may is decided by the caller.

The signature is made before the transaction that keeps the event: no key is used inside a unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from issuance.certificates import engine
from issuance.certificates.model import Certificate, CertificateEvent, Request
from issuance.certificates.status import CLAUSE, ENDING, Status, events_of, status_of_row, unknown
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.canonical import canonical
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from keys import issue as sign
from keys import prepare
from keys.record import RecordRequest
from specs.errors import Conflict, Fault, NotFound
from specs.schema.certificate_requests import MessageKind

FORM = "ly.issuance.certificate.event/1"
_MESSAGE: dict[str, MessageKind] = {"withdrawn": "withdrawn", "superseded": "superseded"}


@dataclass(frozen=True, slots=True)
class Happening:
    """What is to be kept. before: how many events the certificate had when this was decided."""

    kind: str
    number: str
    before: int
    reason: str | None = None
    words: str | None = None
    other: str | None = None
    asked_by: str | None = None


def happen(service: Service, actor: Actor, happening: Happening, now: datetime) -> Status:
    """Sign and keep one event. Raises `Conflict` when another came in between, `Unavailable` when no key may sign."""
    held = signed(service, actor, happening, now)
    with unit_of_work(service.db, actor, f"certificate {happening.kind}", now) as tx:
        return keep(service, tx, happening, held)


def signed(service: Service, actor: Actor, event: Happening, now: datetime) -> bytes:
    """The event as CMS, before the transaction that keeps it. Raises `Unavailable` when no key may sign."""
    said = {
        "form": FORM,
        "certificate": event.number,
        "seq": event.before + 1,
        "kind": event.kind,
        "reason": event.reason,
        "other": event.other,
        "by": actor.id,
        "asked_by": event.asked_by,
        "office": actor.office,
        "at": now.isoformat(timespec="microseconds"),
    }
    reference = f"certificate:{event.number}:{event.before + 1}"
    return sign(
        prepare(service.keys, RecordRequest(reference, canonical(said), service.spec.pki_profiles), now), now
    ).artefact


def keep(service: Service, tx: Tx, event: Happening, signed: bytes) -> Status:
    """Add the event, with its audit row, its message and what other systems are told. Raises `NotFound`, `Conflict`.

    The row of the certificate is held, so that of two events at one moment the second is decided anew.
    """
    row = tx.session.get(Certificate, event.number, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(unknown())
    if len(events_of(tx.read, event.number)) != event.before:
        words = "تغيرت حالة الشهادة؛ حدّث الصفحة", "its status changed meanwhile: look at it again"
        raise Conflict(fault("changed", *words))
    if event.kind in ENDING:
        require_not_ended(status_of_row(tx.read, row, tx.now))
    tx.session.add(
        CertificateEvent(
            number=event.number,
            seq=event.before + 1,
            kind=event.kind,
            at=tx.now,
            on=civil_day(tx.now),
            actor=tx.actor.id,
            office=tx.actor.office,
            reason=event.reason,
            words=event.words,
            other=event.other,
            signed=signed,
        )
    )
    tx.session.flush()
    subject = f"certificate:{event.number}"
    detail = {"reason": event.reason, "other": event.other}
    tx.audit(f"certificates.{event.kind}", subject, {name: value for name, value in detail.items() if value})
    if event.kind in ENDING:
        body = {"certificate": event.number, "on": civil_day(tx.now), "other": event.other}
        tx.emit(f"certificate.{event.kind}", subject, body, office=row.office)
    asked = tx.session.get(Request, row.request_id or "")
    if asked is not None and event.kind in _MESSAGE:
        engine.tell(tx, service, asked, _MESSAGE[event.kind], number=event.number)
    return status_of_row(tx.read, row, tx.now)


def row_for(read: ReadSession, actor: Actor, number: str, *actions: str) -> Certificate:
    """The certificate, where the actor may do one of `actions` to it. Raises `NotAllowed`, `NotFound`."""
    held = [name for name in actions if policy.allowed(actor, name)]
    if not held:
        policy.require(actor, actions[0])
    row = read.get(Certificate, number)
    if row is None or not any(policy.allowed(actor, name, Subject("certificate", number, row.office)) for name in held):
        raise NotFound(unknown())
    return row


def require_not_ended(status: Status) -> None:
    """Raises `Conflict`."""
    if status.ended:
        words = "الشهادة لم تعد يعتد بها من قبل", "it had ended already: withdrawn, replaced or superseded"
        raise Conflict(fault("ended", *words))


def fault(code: str, ar: str, en: str, field: str = "number") -> Fault:
    """One of `certificates.status`."""
    return Fault(f"certificates.status.{code}", ar, en, field=field, clause=CLAUSE)
