"""What is done to a certificate after its issue: withdraw, replace, legalise. Each is a signed event, added only.

The signature is made before the transaction that keeps the event: no key is used inside a unit of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from issuance.certificates import engine, requests
from issuance.certificates.life import RequestView
from issuance.certificates.model import Certificate, CertificateEvent, Request
from issuance.certificates.status import (
    CLAUSE,
    ENDING,
    LEGALISED,
    Status,
    events_of,
    status_of_row,
    unknown,
)
from issuance.core import approvals, policy
from issuance.core.actor import Actor, system
from issuance.core.canonical import canonical
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.uow import Tx, trial, unit_of_work
from issuance.db.session import ReadSession
from issuance.people.public import person_of
from issuance.service import Service
from keys import issue as sign
from keys import prepare
from keys.record import RecordRequest
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound, Refused
from specs.schema.cases import Vocabulary
from specs.schema.certificate_requests import Channel, MessageKind
from specs.schema.certificate_status import LegalisationStep

WITHDRAW = "certificates.withdraw"
FORM = "ly.issuance.certificate.event/1"
_MESSAGE: dict[str, MessageKind] = {"withdrawn": "withdrawn", "superseded": "superseded"}
_REPLACES = "replace:"


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


def looked_up(service: Service, actor: Actor, number: str, now: datetime) -> Status:
    """The status with its reason, for who may read the certificate; the look is kept. Raises `NotFound`."""
    with unit_of_work(service.db, actor, "status of a certificate", now) as tx:
        row = _row(tx.read, actor, number, "certificates.read")
        tx.audit("certificates.read", f"certificate:{number}")
        return status_of_row(tx.read, row, now)


def ask_withdrawal(service: Service, actor: Actor, number: str, reason: str, words: str, now: datetime) -> str:
    """One officer asks; the id of the approval another one gives. Raises `NotFound`, `Invalid`, `Conflict` (ended)."""
    _known(reason, service.spec.certificate_status.withdrawal)
    with unit_of_work(service.db, actor, "ask to withdraw a certificate", now) as tx:
        row = _row(tx.read, actor, number, WITHDRAW)
        _not_ended(status_of_row(tx.read, row, now))
        subject, digest = f"certificate:{number}", _digest(tx.read, number)
        if any(one.state(now) == "pending" for one in approvals.approvals_of(tx.read, subject)):
            words_ = "طُلب سحبها من قبل وينتظر اعتماد ضابط آخر", "another officer was asked already to approve this"
            raise Conflict(_fault("asked", *words_))
        return approvals.ask(tx, WITHDRAW, subject, digest, words, proposal={"reason": reason}, office=row.office)


def approve_withdrawal(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> Status:
    """Another officer agrees, and it is withdrawn at once. Raises as `approvals.approve`, and `NotFound`."""
    with service.db.reading() as read:
        asked = approvals.approval(read, approval_id)
        number = asked.subject.removeprefix("certificate:")
        if asked.action != WITHDRAW:
            raise NotFound(unknown())
        _row(read, actor, number, WITHDRAW)
        before = len(events_of(read, number))
    happening = Happening("withdrawn", number, before, asked.proposal["reason"], asked.reason, asked_by=asked.asked_by)
    with trial(service.db, actor, "approve the withdrawal of a certificate", now) as tx:
        approvals.approve(tx, approval_id, _digest(tx.read, number), words)  # nothing is signed that does not hold
    signed = _signed(service, actor, happening, now)
    with unit_of_work(service.db, actor, "approve the withdrawal of a certificate", now) as tx:
        approvals.approve(tx, approval_id, _digest(tx.read, number), words)
        return _keep(service, tx, happening, signed)


def refuse_withdrawal(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> None:
    """Another officer does not agree; the certificate stays as it is. Raises as `approvals.refuse`, and `NotFound`."""
    with unit_of_work(service.db, actor, "refuse the withdrawal of a certificate", now) as tx:
        asked = approvals.approval(tx.read, approval_id)
        _row(tx.read, actor, asked.subject.removeprefix("certificate:"), WITHDRAW)
        approvals.refuse(tx, approval_id, words)


def withdraw_at_console(service: Service, actor: Actor, number: str, reason: str, now: datetime) -> Status:
    """At the machine that holds the keys, where nobody is signed in: at once. Raises `NotAllowed` for anybody else."""
    if actor.kind != "system":
        words = "السحب يطلبه ضابط ويعتمده آخر", "an officer asks for a withdrawal and another approves it"
        raise NotAllowed(_fault("two_officers", *words))
    _known(reason, service.spec.certificate_status.withdrawal)
    with service.db.reading() as read:
        _row(read, actor, number, WITHDRAW)
        before = len(events_of(read, number))
    return happen(service, actor, Happening("withdrawn", number, before, reason), now)


def replace(service: Service, actor: Actor, number: str, reason: str, now: datetime) -> tuple[RequestView, Status]:
    """Ask anew for what the old one was asked for; once the new one is issued the old one is `replaced`.

    Where an officer must look first the view says so, and the old one holds until then. A second call goes on with the
    first. Raises `NotFound`, `Invalid`, `Conflict` (ended), and as `requests.open_at_office`.
    """
    _known(reason, service.spec.certificate_status.replacement)
    with service.db.reading() as read:
        row = _row(read, actor, number, "certificates.replace")
        _not_ended(status_of_row(read, row, now))
        origin = read.get(Request, row.request_id or "")
        if origin is None:
            words = "لا يُعرف الطلب الذي صدرت به", "the request it was issued on is not known: ask for a new one"
            raise Conflict(_fault("no_request", *words))
        runs = list(read.exec(_replacements(number)))
        over = sum(one.state in ("refused", "cancelled", "expired") for one in runs)
        asked = {**origin.asked, "national_number": person_of(read, row.person_id).national_number}
    key = f"{_REPLACES}{number}:{over}:{reason}"
    running = next(
        (one.request_id for one in runs if one.request_id and one.request_id.split(":")[2] == str(over)), key
    )
    channel: Channel = "authority" if origin.channel == "authority" else "clerk"
    view = requests.open_at_office(service, actor, asked, now, running, channel)
    settle_replacements(service, now)
    with service.db.reading() as read:
        held = read.get(Certificate, number)
        assert held is not None  # noqa: S101 - certificates are never deleted
        return view, status_of_row(read, held, now)


def settle_replacements(service: Service, now: datetime) -> int:
    """Mark as replaced what a new certificate was issued for. For `replace` and upkeep; safe to repeat."""
    done = 0
    with service.db.reading() as read:
        kept = select(CertificateEvent.other).where(CertificateEvent.kind == "replaced")
        query = select(Request).where(
            col(Request.request_id).like(f"{_REPLACES}%"),
            Request.state == "issued",
            col(Request.number).not_in(kept),
        )
        waiting = []
        for request in read.exec(query):
            _, number, _, reason = (request.request_id or "").split(":")
            row = read.get(Certificate, number)
            if row is not None and not status_of_row(read, row, now).ended:
                waiting.append(
                    Happening("replaced", number, len(events_of(read, number)), reason, other=request.number)
                )
    for happening in waiting:
        try:
            happen(service, system("certificates"), happening, now)
            done += 1
        except Conflict:  # something else was quicker; the next turn looks again
            continue
    return done


def legalise(
    service: Service, actor: Actor, number: str, step: LegalisationStep, words: str | None, now: datetime
) -> Status:
    """Take the next step of legalisation. Raises `NotFound`, `NotAllowed`, `Conflict` (not in force), `Refused`."""
    steps = service.spec.certificate_status.legalisation.steps
    policy.require(actor, steps[step].action)
    with service.db.reading() as read:
        row = _row(read, actor, number, steps[step].action)
        status = status_of_row(read, row, now)
        before = len(events_of(read, number))
    if status.code != "good":
        raise Conflict(_fault("not_in_force", "الشهادة غير سارية فلا تصدق", "it is not in force: it is not legalised"))
    done = [one.step for one in status.legalised]
    following = next((name for name in steps if name not in done), None)
    if step != following:
        if following is None or step in done:
            raise Refused(_fault("step_done", "سبق هذا التصديق", "this step was taken before", "step"))
        title = steps[following].title
        raise Refused(_fault("step_order", f"يسبقه: {title.ar}", f"first: {title.en}", "step"))
    return happen(service, actor, Happening(LEGALISED, number, before, step, words), now)


def happen(service: Service, actor: Actor, happening: Happening, now: datetime) -> Status:
    """Sign and keep one event. Raises `Conflict` when another came in between, `Unavailable` when no key may sign."""
    signed = _signed(service, actor, happening, now)
    with unit_of_work(service.db, actor, f"certificate {happening.kind}", now) as tx:
        return _keep(service, tx, happening, signed)


def _signed(service: Service, actor: Actor, event: Happening, now: datetime) -> bytes:
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


def _keep(service: Service, tx: Tx, event: Happening, signed: bytes) -> Status:
    """The row of the certificate is held, so that of two events at one moment the second is decided anew."""
    row = tx.session.get(Certificate, event.number, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(unknown())
    if len(events_of(tx.read, event.number)) != event.before:
        words = "تغيرت حالة الشهادة؛ حدّث الصفحة", "its status changed meanwhile: look at it again"
        raise Conflict(_fault("changed", *words))
    if event.kind in ENDING:
        _not_ended(status_of_row(tx.read, row, tx.now))
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


def _replacements(number: str) -> SelectOfScalar[Request]:
    return select(Request).where(col(Request.request_id).like(f"{_REPLACES}{number}:%")).order_by(col(Request.id))


def _row(read: ReadSession, actor: Actor, number: str, action: str) -> Certificate:
    policy.require(actor, action)
    row = read.get(Certificate, number)
    if row is None or not policy.allowed(actor, action, Subject("certificate", number, row.office)):
        raise NotFound(unknown())
    return row


def _not_ended(status: Status) -> None:
    if status.ended:
        words = "الشهادة لم تعد يعتد بها من قبل", "it had ended already: withdrawn, replaced or superseded"
        raise Conflict(_fault("ended", *words))


def _digest(read: ReadSession, number: str) -> str:
    return approvals.digest_of({"certificate": number, "events": len(events_of(read, number))})


def _known(reason: str, reasons: Vocabulary) -> None:
    if reason not in reasons.entries:
        known = ", ".join(reasons.entries)
        raise Invalid(_fault("reason", f"سبب غير معروف؛ المتاح: {known}", f"one of {known}", "reason"))


def _fault(code: str, ar: str, en: str, field: str = "number") -> Fault:
    return Fault(f"certificates.status.{code}", ar, en, field=field, clause=CLAUSE)
