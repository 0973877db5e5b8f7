"""A line's certificate is trust: one person asks for it and another approves; one person closes a line, at once.

The line makes its key itself; what comes here is the public half, and two people compare its digest with the line's.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval, digest_of
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.core.uow import Tx, trial, unit_of_work
from issuance.db.session import ReadSession, lock
from issuance.passports.line import CLAUSE
from issuance.passports.line_model import PrintingLine
from issuance.passports.lines import REGISTER, LineView, unknown_line, view_of
from issuance.service import Service
from issuance.staff.public import require_office
from keys.lines import certify_line, line_key
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from specs.schema.production import LineEnd

_WORDS = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """A line that is to be registered. public_key: SubjectPublicKeyInfo, DER."""

    line: str
    office: str
    public_key: bytes

    @property
    def sha256(self) -> str:
        """Of the key: what two people compare with what the line shows."""
        return hashlib.sha256(self.public_key).hexdigest()


def ask_line(service: Service, actor: Actor, wanted: Wanted, words: str, now: datetime) -> str:
    """Ask another person to register a line; the id of the approval. Its key is not used and nothing is trusted yet.

    Raises `NotAllowed`, `NotFound` and `Refused` for the office, `Invalid` (id, key, no words), `Conflict`: the id was
    used.
    """
    policy.require(actor, REGISTER, Subject("printing_line", wanted.line, wanted.office))
    with unit_of_work(service.db, actor, "ask for a printing line", now) as tx:
        proposal = _judged(service, tx.read, wanted, now)
        return approvals.ask(tx, REGISTER, f"line:{wanted.line}", _digest(tx.read, proposal), words, proposal=proposal)


def approve_line(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> LineView:
    """As the second person: the key is certified, and the line makes the books of its office from now on; the one that
    did is closed. Raises as `approvals.approve` and `ask_line`, `Unavailable` without the services root's key."""
    policy.require(actor, REGISTER)
    with trial(service.db, actor, "a printing line, second person", now) as tx:
        wanted = _approved(service, tx, approval_id, words)  # nobody's key signs what would then be refused
    certificate = _certified(service, wanted, now)
    with unit_of_work(service.db, actor, "a printing line, second person", now) as tx:
        _approved(service, tx, approval_id, words)
        asked = approvals.approval(tx.read, approval_id, REGISTER)
        return _enter(service, tx, wanted, certificate, asked.asked_by, actor.id)


def refuse_line(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> None:
    """As the second person: no. Raises as `approvals.refuse`."""
    policy.require(actor, REGISTER)
    with unit_of_work(service.db, actor, "refuse a printing line", now) as tx:
        approvals.approval(tx.read, approval_id, REGISTER)
        approvals.refuse(tx, approval_id, words)


def register_line(service: Service, actor: Actor, wanted: Wanted, now: datetime) -> LineView:
    """In one step, where the specification asks for one person, or at a console for trials. Raises as `ask_line`."""
    policy.require(actor, REGISTER, Subject("printing_line", wanted.line, wanted.office))
    for_trials = actor.kind == "system" and not service.settings.production
    if service.spec.passport.production.registration.four_eyes and not for_trials:
        said = (
            "يسجل الخط ضابطا أمن: يطلب أحدهما ويعتمد الآخر، من الصفحة أو الواجهة أو الطرفية بحسابيهما (--as)",
            "two security officers register a line: one asks, another approves, on the page, by the API, or at the "
            "console each with --as",
        )
        raise NotAllowed(_fault("two_people", *said, field="approval"))
    with service.db.reading() as read:
        _judged(service, read, wanted, now)
    certificate = _certified(service, wanted, now)
    with unit_of_work(service.db, actor, "a printing line", now) as tx:
        _judged(service, tx.read, wanted, now)
        return _enter(service, tx, wanted, certificate, actor.id, None)


def close_line(service: Service, actor: Actor, line: str, reason: str, words: str, now: datetime) -> LineView:
    """Nothing is made for it or sent to it any more; one person does so, at once. Its certificate is revoked in a
    ceremony. Raises `NotAllowed`, `NotFound`, `Invalid` (reason, words), `Conflict`: closed before."""
    known = service.spec.passport.production.closing.entries
    with unit_of_work(service.db, actor, "close a printing line", now) as tx:
        row = tx.session.get(PrintingLine, line, with_for_update=True)
        policy.require(actor, REGISTER, Subject("printing_line", line, row.office if row else None))
        if row is None:
            raise NotFound(unknown_line())
        if row.closed_at is not None:
            raise Conflict(_fault("closed", "أُغلق هذا الخط من قبل", "this line was closed before", field="line"))
        if reason not in known:
            said = f"أحد: {'، '.join(known)}", f"one of {', '.join(known)}"
            raise Invalid(_fault("closing_reason", *said, field="reason"))
        if not 0 < len(words.strip()) <= _WORDS:
            raise Invalid(_fault("words", f"اكتب السبب، {_WORDS} حرف", f"say why, in {_WORDS} characters", "words"))
        _close(tx, row, reason, words.strip())
        return view_of(service, row, now)


def awaited(service: Service, actor: Actor, now: datetime) -> list[Approval]:
    """Lines that wait for this person's approval, the nearest to its end first."""
    if actor.kind != "staff" or not policy.allowed(actor, REGISTER):
        return []
    with service.db.reading() as read:
        return list(approvals.awaiting(read, actor.id, now, actions=[REGISTER], offices=None))


def awaited_as_json(held: Approval) -> dict[str, Any]:
    """The wire form of what waits: what two people compare and agree on."""
    return {
        "approval": held.id,
        "line": held.proposal["line"],
        "office": held.proposal["office"],
        "sha256": held.proposal["sha256"],
        "asked_by": held.asked_by,
        "asked_at": held.asked_at.isoformat(),
        "expires_at": held.expires_at.isoformat(),
        "words": held.reason,
    }


def _judged(service: Service, read: ReadSession, wanted: Wanted, now: datetime) -> dict[str, Any]:
    """The proposal two people agree on. Raises `Invalid`, `NotFound`, `Refused`, `Conflict`."""
    rules = service.spec.passport.production
    most = rules.registration.id_maximum_characters
    plain = wanted.line.isascii() and wanted.line.replace("-", "").isalnum()
    if not plain or len(wanted.line) > most:
        words = f"معرّف الخط حروف لاتينية وأرقام، {most} على الأكثر", f"at most {most} letters, digits, dashes"
        raise Invalid(_fault("id", *words, field="line"))
    line_key(service.keys, wanted.public_key, rules.line_certificate)
    require_office(read, wanted.office, civil_day(now))
    if read.get(PrintingLine, wanted.line) is not None:
        raise Conflict(_fault("used", "معرّف الخط مستعمل", "this id of a line was used before", field="line"))
    key = base64.b64encode(wanted.public_key).decode()
    return {"line": wanted.line, "office": wanted.office, "public_key": key, "sha256": wanted.sha256}


def _approved(service: Service, tx: Tx, approval_id: str, words: str) -> Wanted:
    held: Mapping[str, Any] = approvals.approval(tx.read, approval_id, REGISTER).proposal
    wanted = Wanted(held["line"], held["office"], base64.b64decode(held["public_key"]))
    policy.require(tx.actor, REGISTER, Subject("printing_line", wanted.line, wanted.office))
    lock(tx.session, f"line-of:{wanted.office}")
    approvals.approve(tx, approval_id, _digest(tx.read, held), words)
    _judged(service, tx.read, wanted, tx.now)
    return wanted


def _certified(service: Service, wanted: Wanted, now: datetime) -> bytes:
    profile = service.spec.passport.production.line_certificate
    return certify_line(service.keys, wanted.line, wanted.public_key, profile, now)


def _enter(service: Service, tx: Tx, wanted: Wanted, certificate: bytes, by: str, second: str | None) -> LineView:
    lock(tx.session, f"line-of:{wanted.office}")
    for earlier in tx.session.exec(_in_use(wanted.office)):
        _close(tx, earlier, "replaced", None)
    row = PrintingLine(
        id=wanted.line,
        office=wanted.office,
        certificate=certificate,
        registered_by=by,
        approved_by=second,
        registered_at=tx.now,
    )
    tx.session.add(row)
    told = {"office": wanted.office, "sha256": hashlib.sha256(certificate).hexdigest(), "key": wanted.sha256}
    tx.audit(REGISTER, f"line:{wanted.line}", told)
    return view_of(service, row, tx.now)


def _close(tx: Tx, row: PrintingLine, reason: LineEnd, words: str | None) -> None:
    row.closed_at, row.closed_by, row.closed_reason, row.closed_words = tx.now, tx.actor.id, reason, words
    tx.audit("passports.line_closed", f"line:{row.id}", {"office": row.office, "reason": reason})


def _in_use(office: str) -> Any:
    return select(PrintingLine).where(PrintingLine.office == office, col(PrintingLine.closed_at).is_(None))


def _digest(read: ReadSession, proposal: Mapping[str, Any]) -> str:
    """What was asked, and which line would be replaced by it."""
    standing = sorted(row.id for row in read.exec(_in_use(proposal["office"])))
    return digest_of({"proposal": dict(proposal), "in_use": standing})


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.line.{code}", ar, en, field=field, clause=CLAUSE)
