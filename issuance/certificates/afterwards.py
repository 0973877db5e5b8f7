"""End a certificate before its time: withdraw or replace it, by two officers; at the console in an emergency alone.

Legalisation is `legalisation`, what the record itself ends is `supersede`; all of them sign by `events`.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from issuance.certificates import requests
from issuance.certificates.events import Happening, fault, happen, keep, require_not_ended, row_for, signed
from issuance.certificates.life import RequestView
from issuance.certificates.model import Certificate, CertificateEvent, Request
from issuance.certificates.status import Status, events_of, status_of_row, unknown
from issuance.core import approvals
from issuance.core.actor import Actor, system
from issuance.core.approvals import Approval
from issuance.core.uow import trial, unit_of_work
from issuance.db.session import ReadSession
from issuance.fees.public import Waiver
from issuance.people.public import person_of
from issuance.service import Service
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotAllowed, NotFound
from specs.schema.cases import Vocabulary
from specs.schema.certificate_requests import Channel

log = logging.getLogger("issuance.certificates")

WITHDRAW, REPLACE = "certificates.withdraw", "certificates.replace"
_PREFIX = "replace:"
_TRIED_AGAIN = timedelta(days=30)
"""How long upkeep goes on with a replacement that was approved and could not be asked for."""


def looked_up(service: Service, actor: Actor, number: str, now: datetime) -> Status:
    """The status with its reason, for who may read the certificate; the look is kept. Raises `NotFound`."""
    with unit_of_work(service.db, actor, "status of a certificate", now) as tx:
        row = row_for(tx.read, actor, number, "certificates.read")
        tx.audit("certificates.read", f"certificate:{number}")
        return status_of_row(tx.read, row, now)


def ask_withdrawal(service: Service, actor: Actor, number: str, reason: str, words: str, now: datetime) -> str:
    """One officer asks; the id of the approval another one gives. Raises `NotFound`, `Invalid`, `Conflict` (ended)."""
    return _ask(service, actor, WITHDRAW, number, reason, words, now)


def ask_replacement(service: Service, actor: Actor, number: str, reason: str, words: str, now: datetime) -> str:
    """The same for a new certificate in place of this one, which holds until the new one is issued."""
    with service.db.reading() as read:
        _origin(read, row_for(read, actor, number, REPLACE))
    return _ask(service, actor, REPLACE, number, reason, words, now)


def approve(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> Status:
    """Another officer agrees, and it is carried out at once. Raises as `approvals.approve`, and `NotFound`; for a
    replacement also as `requests.open_at_office`: it is then approved, and upkeep asks again."""
    with service.db.reading() as read:
        asked = approvals.approval(read, approval_id)
        number = _number(asked)
        row_for(read, actor, number, asked.action)
        before = len(events_of(read, number))
    with trial(service.db, actor, "approve the end of a certificate", now) as tx:
        approvals.approve(tx, approval_id, _digest(tx.read, number), words)  # nothing is signed that does not hold
    if asked.action == REPLACE:
        with unit_of_work(service.db, actor, "approve the replacement of a certificate", now) as tx:
            asked = approvals.approve(tx, approval_id, _digest(tx.read, number), words)
        _open(service, actor, number, asked.id, asked.proposal["reason"], now)
        return _settled(service, number, now)
    event = Happening("withdrawn", number, before, asked.proposal["reason"], asked.reason, asked_by=asked.asked_by)
    made = signed(service, actor, event, now)
    with unit_of_work(service.db, actor, "approve the withdrawal of a certificate", now) as tx:
        approvals.approve(tx, approval_id, _digest(tx.read, number), words)
        return keep(service, tx, event, made)


def refuse(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> None:
    """Another officer does not agree, or the first takes it back; the certificate stays as it is. Raises as
    `approvals.refuse`, and `NotFound`."""
    with unit_of_work(service.db, actor, "refuse the end of a certificate", now) as tx:
        asked = approvals.approval(tx.read, approval_id)
        row_for(tx.read, actor, _number(asked), asked.action)
        step = approvals.withdraw if asked.asked_by == actor.id else approvals.refuse
        step(tx, approval_id, words)


def waiting(read: ReadSession, number: str, now: datetime) -> Approval | None:
    """What one officer asked for and no other has decided."""
    found = approvals.approvals_of(read, f"certificate:{number}")
    return next((one for one in found if one.action in (WITHDRAW, REPLACE) and one.state(now) == "pending"), None)


def withdraw_at_console(service: Service, actor: Actor, number: str, reason: str, now: datetime, words: str) -> Status:
    """An emergency, at the machine that holds the keys, where nobody is signed in: at once, without a second officer.

    words: why it could not wait for two. Kept with the event, logged as a warning and shown to the officers until one
    of them confirms having looked (`confirm_emergency`). Raises `NotAllowed` for anybody else, `Invalid`.
    """
    _require_console(actor)
    _known(reason, service.spec.certificate_status.withdrawal)
    said = _emergency(words)
    with service.db.reading() as read:
        row_for(read, actor, number, WITHDRAW)
        before = len(events_of(read, number))
    status = happen(service, actor, Happening("withdrawn", number, before, reason, said), now)
    log.warning("certificate %s was withdrawn at the console without a second officer", number)
    return status


def confirm_emergency(service: Service, actor: Actor, number: str, words: str, now: datetime) -> Status:
    """An officer has looked at what the console did alone. Undoes nothing: who is right again asks for a new one.
    Raises `NotFound`, `NotAllowed`, `Invalid` without words, `Conflict` when there is nothing to confirm."""
    if actor.kind != "staff":
        raise NotAllowed(fault("two_officers", "يؤكده ضابط مسجل بحسابه", "an officer confirms it, signed in", "words"))
    if not (said := words.strip()) or len(said) > 1000:
        raise Invalid(fault("words", "اكتب ما وجدته في ألف حرف", "write what you found, 1000 characters", "words"))
    with service.db.reading() as read:
        row_for(read, actor, number, WITHDRAW)
        events = events_of(read, number)
    if not any(is_emergency(one) for one in events) or any(one.kind == "confirmed" for one in events):
        words_ = "لا سحب طارئاً ينتظر التأكيد", "no emergency waits to be confirmed"
        raise Conflict(fault("no_emergency", *words_))
    return happen(service, actor, Happening("confirmed", number, len(events), words=said), now)


def is_emergency(event: CertificateEvent) -> bool:
    """Whether the console did it alone."""
    return event.kind == "withdrawn" and event.actor.startswith("system:")


def emergencies(read: ReadSession, offices: frozenset[str] | None) -> list[str]:
    """Numbers that the console withdrew alone and no officer of `offices` (None: all) has confirmed, newest first."""
    confirmed = select(CertificateEvent.number).where(CertificateEvent.kind == "confirmed")
    query = select(CertificateEvent.number).join(Certificate, col(Certificate.number) == col(CertificateEvent.number))
    alone = CertificateEvent.kind == "withdrawn", col(CertificateEvent.actor).like("system:%")
    query = query.where(*alone, col(CertificateEvent.number).not_in(confirmed))
    if offices is not None:
        query = query.where(col(Certificate.office).in_(offices))
    return list(read.exec(query.order_by(col(CertificateEvent.at).desc()).limit(50)))


def replace_at_console(
    service: Service, actor: Actor, number: str, reason: str, now: datetime
) -> tuple[RequestView, Status]:
    """Ask anew for what the old one was asked for, at the machine that holds the keys. Ends nothing by itself: where an
    officer must look first the view says so and the old one holds until then. A second call goes on with the first.

    Raises `NotAllowed` for anybody else, `NotFound`, `Invalid`, `Conflict`, and as `requests.open_at_office`.
    """
    _require_console(actor)
    _known(reason, service.spec.certificate_status.replacement)
    with service.db.reading() as read:
        require_not_ended(status_of_row(read, row_for(read, actor, number, REPLACE), now))
        query = select(Request).where(col(Request.request_id).like(f"{_PREFIX}{number}:console%"))
        runs = list(read.exec(query.order_by(col(Request.id))))
    over = sum(one.state in ("refused", "cancelled", "expired") for one in runs)
    running = next((one.request_id for one in runs if (one.request_id or "").split(":")[2] == f"console{over}"), None)
    known = running.split(":")[3] if running else reason
    view = _open(service, actor, number, f"console{over}", known, now)
    return view, _settled(service, number, now)


def settle_replacements(service: Service, now: datetime) -> int:
    """Ask for what was approved and not yet asked for, and mark as replaced what a new certificate was issued for. For
    upkeep; safe to repeat; how many were replaced."""
    with service.db.reading() as read:
        approved = approvals.approved_since(read, REPLACE, now - _TRIED_AGAIN)
        keys = {_key(_number(one), one.id, one.proposal["reason"]): one for one in approved}
        asked = set(read.exec(select(Request.request_id).where(col(Request.request_id).in_(keys))))
        left = [one for key, one in keys.items() if key not in asked and not _over(read, one, now)]
    for one in left:
        try:
            _open(service, system("certificates", one.office), _number(one), one.id, one.proposal["reason"], now)
        except IssuanceError as error:
            log.warning("replacement of certificate %s waits: %s", _number(one), error.faults[0].code)
    return _settle(service, now)


def _settle(service: Service, now: datetime) -> int:
    done = 0
    with service.db.reading() as read:
        kept = select(CertificateEvent.other).where(CertificateEvent.kind == "replaced")
        query = select(Request).where(
            col(Request.request_id).like(f"{_PREFIX}%"),
            Request.state == "issued",
            col(Request.number).not_in(kept),
        )
        replaced = []
        for request in read.exec(query):
            _, number, _, reason = (request.request_id or "").split(":")
            row = read.get(Certificate, number)
            if row is not None and not status_of_row(read, row, now).ended:
                replaced.append(
                    Happening("replaced", number, len(events_of(read, number)), reason, other=request.number)
                )
    for happening in replaced:
        try:
            happen(service, system("certificates"), happening, now)
            done += 1
        except Conflict:  # something else was quicker; the next turn looks again
            continue
    return done


def _settled(service: Service, number: str, now: datetime) -> Status:
    _settle(service, now)
    with service.db.reading() as read:
        held = read.get(Certificate, number)
        assert held is not None  # noqa: S101 - certificates are never deleted
        return status_of_row(read, held, now)


def _ask(service: Service, actor: Actor, action: str, number: str, reason: str, words: str, now: datetime) -> str:
    rules = service.spec.certificate_status
    faults: list[Fault] = []
    try:
        _known(reason, rules.withdrawal if action == WITHDRAW else rules.replacement)
    except Invalid as error:
        faults += error.faults
    if not words.strip() or len(words) > 1000:
        faults.append(fault("words", "اكتب السبب في ألف حرف على الأكثر", "write why, 1000 characters at most", "words"))
    with unit_of_work(service.db, actor, "ask to end a certificate", now) as tx:
        row = row_for(tx.read, actor, number, action)
        if faults:
            raise Invalid(*faults)
        require_not_ended(status_of_row(tx.read, row, now))
        if waiting(tx.read, number, now) is not None:
            told = "طُلب إنهاؤها من قبل وينتظر اعتماد ضابط آخر", "another officer was asked already to approve its end"
            raise Conflict(fault("asked", *told))
        subject, digest = f"certificate:{number}", _digest(tx.read, number)
        return approvals.ask(tx, action, subject, digest, words, proposal={"reason": reason}, office=row.office)


def _open(service: Service, actor: Actor, number: str, token: str, reason: str, now: datetime) -> RequestView:
    with service.db.reading() as read:
        row = read.get(Certificate, number)
        if row is None:
            raise NotFound(unknown())
        origin = _origin(read, row)
        asked: dict[str, Any] = {
            **origin.asked,
            "national_number": person_of(read, row.person_id).national_number,
            "office": row.office,
        }
    channel: Channel = "authority" if origin.channel == "authority" else "clerk"
    exemption = service.spec.fees.exemptions.replacements.get(reason)
    waiver = Waiver(exemption, number) if exemption is not None else None
    return requests.open_at_office(service, actor, asked, now, _key(number, token, reason), channel, waiver)


def _origin(read: ReadSession, row: Certificate) -> Request:
    origin = read.get(Request, row.request_id or "")
    if origin is None:
        words = "لا يُعرف الطلب الذي صدرت به", "the request it was issued on is not known: ask for a new one"
        raise Conflict(fault("no_request", *words))
    return origin


def _over(read: ReadSession, asked: Approval, now: datetime) -> bool:
    row = read.get(Certificate, _number(asked))
    return row is None or status_of_row(read, row, now).ended


def _key(number: str, token: str, reason: str) -> str:
    return f"{_PREFIX}{number}:{token}:{reason}"


def _number(asked: Approval) -> str:
    """The certificate it is about. Raises `NotFound` for an approval of anything else."""
    if asked.action not in (WITHDRAW, REPLACE):
        raise NotFound(unknown())
    return asked.subject.removeprefix("certificate:")


def _digest(read: ReadSession, number: str) -> str:
    return approvals.digest_of({"certificate": number, "events": len(events_of(read, number))})


def _require_console(actor: Actor) -> None:
    if actor.kind != "system":
        words = "يطلبه ضابط ويعتمده آخر", "an officer asks for it and another approves it"
        raise NotAllowed(fault("two_officers", *words))


def _emergency(words: str) -> str:
    if not (said := words.strip()) or len(said) > 1000:
        told = (
            "السحب يقرره ضابطان من صفحة الشهادة؛ وفي الطوارئ وحدها يُسحب من هنا مع بيان السبب: --emergency-reason",
            "two officers withdraw it on its page; here only in an emergency, saying why: --emergency-reason",
        )
        raise Invalid(fault("emergency", *told, "emergency_reason"))
    return said


def _known(reason: str, reasons: Vocabulary) -> None:
    if reason not in reasons.entries:
        known = ", ".join(reasons.entries)
        raise Invalid(fault("reason", f"سبب غير معروف؛ المتاح: {known}", f"one of {known}", "reason"))
