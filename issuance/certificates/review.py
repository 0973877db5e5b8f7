"""An officer decides what the service must not decide alone; where the paper carries an entry, a second one approves.

The approval is bound to the facts the first officer saw: when the register changes in between it is void.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from issuance.cases.public import AccusedIdentity, Namesake, identities, namesakes, record_look
from issuance.certificates import engine, making
from issuance.certificates.changes import changes
from issuance.certificates.compile import Compiled, of_text
from issuance.certificates.explain import told, worded
from issuance.certificates.facts import CertificateView
from issuance.certificates.life import CLAUSE, RequestView, held, move, unknown, view_of
from issuance.certificates.model import Certificate, Request
from issuance.certificates.rules import Disclosed
from issuance.certificates.views import view_of as certificate_view
from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.civil import civil_day
from issuance.core.policy import Subject, offices_in_scope
from issuance.core.uow import Tx, unit_of_work
from issuance.documents.refusal import words_faults
from issuance.people.public import PersonFacts, mother_of, person_of
from issuance.service import Service
from issuance.staff.public import require_issuing_office
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound
from specs.schema import Specification

APPROVE = "certificates.approve"


@dataclass(frozen=True, slots=True)
class Docket:
    """What an officer decides on. approval: what another officer asks for, while the request waits for it.

    identities: id of a ruling -> how its file knew the accused; namesakes: accused of like name, not identified.
    """

    request: RequestView
    person: PersonFacts
    compiled: Compiled
    disclosed: Disclosed
    doubts: tuple[str, ...]
    approval: Approval | None
    mother: str
    identities: Mapping[str, AccusedIdentity]
    namesakes: tuple[Namesake, ...]

    def as_json(self, spec: Specification, now: datetime) -> dict[str, Any]:
        """For officers and connected systems; the portrait travels apart."""
        rules = spec.certificate_disclosure
        asked = self.approval
        return {
            "request": self.request.as_json(spec.certificate_requests),
            "asked": self.request.asked,
            "legal_basis": self.request.legal_basis,
            "person": self.person.as_json(),
            "outcome": self.disclosed.outcome,
            "rule_version": self.disclosed.rule_version,
            "digest": self.compiled.digest(),
            "rulings": [one.as_json(rules) for one in told(self.disclosed)],
            "doubts": [worded(code, rules.doubts.entries[code]) for code in self.doubts],
            "mother_arabic": self.mother,
            "identities": {id_: _plain(one) for id_, one in self.identities.items()},
            "namesakes": [_plain(one) for one in self.namesakes],
            "approval": None
            if asked is None
            else {
                "id": asked.id,
                "to": asked.proposal["to"],
                "asked_by": asked.asked_by,
                "asked_at": asked.asked_at.isoformat(),
                "refusal_reason": asked.proposal.get("reason"),
                "reason": asked.reason,
                "expires_at": asked.expires_at.isoformat(),
                "state": asked.state(now),
            },
        }


def queue(service: Service, actor: Actor, limit: int = 100) -> list[RequestView]:
    """Requests that wait for an officer of the actor's reach, the nearest deadline first. Raises `NotAllowed`."""
    policy.require(actor, "certificates.review")
    query = select(Request).where(col(Request.state).in_(("review", "approval")))
    scope = offices_in_scope(actor, "certificates.review")
    if scope is not None:
        query = query.where(col(Request.office).in_(scope))
    with service.db.reading() as read:
        rows = read.exec(query.order_by(col(Request.due_at), col(Request.id)).limit(max(1, min(limit, 200))))
        return [view_of(read, row) for row in rows]


def request_seen(service: Service, actor: Actor, request_id: str, now: datetime) -> RequestView:
    """How a request stands, for those who ask and those who review; the look is kept. Raises `NotFound`."""
    held = [name for name in ("certificates.review", "certificates.request") if policy.allowed(actor, name)]
    if not held:
        policy.require(actor, "certificates.review")
    with unit_of_work(service.db, actor, "how a certificate request stands", now) as tx:
        row = tx.session.get(Request, request_id)
        subject = Subject("certificate", request_id, row.office if row is not None else None)
        if row is None or not any(policy.allowed(actor, name, subject) for name in held):
            raise NotFound(unknown())
        tx.audit("certificates.read", _subject(row))
        return view_of(tx.read, row)


def docket(service: Service, actor: Actor, request_id: str, now: datetime) -> Docket:
    """Everything an officer needs to decide; the look is kept. Raises `NotFound`, also for a request out of reach."""
    with unit_of_work(service.db, actor, "review a certificate request", now) as tx:
        row = _row(tx, actor, request_id, "certificates.review")
        tx.audit("certificates.review", _subject(row))
        waiting = [one for one in approvals.approvals_of(tx.read, _subject(row)) if one.state(now) == "pending"]
        view, person = view_of(tx.read, row), person_of(tx.read, row.person_id or "")
        compiled = of_text(row.compiled or "{}")
        mother = mother_of(tx.read, person.id)
        known = identities(tx.read, person.id, service.spec)
        alike = namesakes(tx.read, actor, person, service.spec, civil_day(now))
        record_look(tx, person.id, len(compiled.rulings))
    rules = service.spec.certificate_disclosure
    disclosed, doubts, approval = compiled.disclosed(rules), compiled.doubts(rules), next(iter(waiting), None)
    return Docket(view, person, compiled, disclosed, doubts, approval, mother, known, alike)


def preview(service: Service, actor: Actor, request_id: str, now: datetime) -> bytes:
    """A PDF of what would be printed of the facts the officer decides on; the look is kept. Raises `NotFound`,
    `Conflict` when it is decided, and `Invalid` for what no paper can show."""
    with unit_of_work(service.db, actor, "preview of a certificate", now) as tx:
        row = _row(tx, actor, request_id, "certificates.review")
        row = held(tx, row.id, "review", "approval")
        tx.audit("certificates.review", _subject(row), {"preview": True})
        view, person = view_of(tx.read, row), person_of(tx.read, row.person_id or "")
        office = require_issuing_office(tx.read, row.office, civil_day(now), "certificates", service.spec.staff_offices)
        disclosed = of_text(row.compiled or "{}").disclosed(service.spec.certificate_disclosure)
    return making.preview(making.Contents(engine.asked_of(view, person), person, office, disclosed), now, service)


def decide_issue(service: Service, actor: Actor, request_id: str, words: str, now: datetime) -> RequestView:
    """The officer finds that the paper is to be issued. A clear one is issued now, one with entries waits for another.

    Raises `NotFound`, `NotAllowed`, `Invalid` without words, `Conflict` when it moved on or the record changed.
    """
    with _deciding(service, actor, request_id, "decide on a certificate request", now) as tx:
        row = _decidable(tx, actor, request_id)
        compiled = _unchanged(service, tx, row, now)
        if compiled.disclosed(service.spec.certificate_disclosure).outcome == "entries":
            _ask(tx, row, compiled, {"to": "issuing"}, words)
            move(tx, service.spec, row, "approval", reason=row.reason, words=_said(words))
        else:
            move(tx, service.spec, row, "issuing", reason=row.reason, words=_said(words))
    return engine.advance(service, request_id, now)


def decide_refuse(
    service: Service, actor: Actor, request_id: str, reason: str, words: str, now: datetime
) -> RequestView:
    """Refuse, with a reason of `refusal.reasons`: another officer approves before anything is signed.

    words: printed on the refusal, beside the reason; the applicant learns of neither before it is approved.
    Raises as `decide_issue`.
    """
    known = service.spec.certificate_requests.refusal.reasons
    with _deciding(service, actor, request_id, "refuse a certificate request", now) as tx:
        row = _decidable(tx, actor, request_id)
        if reason not in known:
            raise Invalid(_fault("reason", "سبب غير معروف", f"one of {', '.join(known)}", field="reason"))
        said = _said(" ".join(words.split()))
        if faults := [*words_faults(said)]:
            raise Invalid(*faults)
        _ask(tx, row, _unchanged(service, tx, row, now), {"to": "refusing", "reason": reason}, said)
        move(tx, service.spec, row, "approval", reason=row.reason, words=said)
        return view_of(tx.read, row)


def decide_return(
    service: Service, actor: Actor, request_id: str, reason: str, words: str, now: datetime
) -> RequestView:
    """Ask the applicant back, with a reason of `refusal.return_reasons`. Raises as `decide_issue`."""
    known = service.spec.certificate_requests.refusal.return_reasons
    with unit_of_work(service.db, actor, "return a certificate request", now) as tx:
        row = _decidable(tx, actor, request_id)
        if reason not in known:
            raise Invalid(_fault("reason", "سبب غير معروف", f"one of {', '.join(known)}", field="reason"))
        engine.tell(tx, service, row, "returned")
        move(tx, service.spec, row, "returned", reason=reason, words=_said(words))
        return view_of(tx.read, row)


def approve(service: Service, actor: Actor, approval_id: str, reason: str, now: datetime) -> RequestView:
    """The second officer agrees; it is carried out at once. When the record changed meanwhile, the first decides anew.

    Raises as `core.approvals.approve`, `RecordChanged`, `NotFound`.
    """
    try:
        with unit_of_work(service.db, actor, "approve a certificate decision", now) as tx:
            asked, row = _asked(tx, actor, approval_id)
            compiled = _unchanged(service, tx, row, now)
            approvals.approve(tx, approval_id, compiled.digest(), reason)
            if asked.proposal["to"] == "refusing":
                move(tx, service.spec, row, "refusing", reason=asked.proposal["reason"], words=asked.reason)
            else:
                move(tx, service.spec, row, "issuing", reason=row.reason)
            request_id = row.id
    except RecordChanged:
        with unit_of_work(service.db, actor, "the record changed under an approval", now) as tx:
            _, row = _asked(tx, actor, approval_id)
            approvals.refuse(tx, approval_id, reason)
            row.compiled = _fresh(service, tx, row, now).text()
            move(tx, service.spec, row, "review", reason="record_changed")
        raise
    return engine.advance(service, request_id, now)


def send_back(service: Service, actor: Actor, approval_id: str, reason: str, now: datetime) -> RequestView:
    """The second officer does not agree: the first looks again, at the record as it is now. Raises as `approve`."""
    with unit_of_work(service.db, actor, "send a certificate decision back", now) as tx:
        _, row = _asked(tx, actor, approval_id)
        approvals.refuse(tx, approval_id, reason)
        row.compiled = _fresh(service, tx, row, now).text()
        move(tx, service.spec, row, "review", reason=row.reason, words=reason)
        return view_of(tx.read, row)


def certificate_of(service: Service, view: RequestView) -> CertificateView:
    """The certificate a request ended in. Raises `LookupError` for any other: ask only of one that is `issued`."""
    with service.db.reading() as read:
        row = read.get(Certificate, view.number or "")
        if row is None:
            raise LookupError("this request ended in no certificate")
        return certificate_view(row)


def _asked(tx: Tx, actor: Actor, approval_id: str) -> tuple[Approval, Request]:
    asked = approvals.approval(tx.read, approval_id)
    row = _row(tx, actor, asked.subject.removeprefix("certificate_request:"), APPROVE)
    return asked, held(tx, row.id, "approval")


def _ask(tx: Tx, row: Request, compiled: Compiled, proposal: dict[str, str | None], words: str) -> None:
    approvals.ask(tx, APPROVE, _subject(row), compiled.digest(), words, proposal=proposal, office=row.office)


def _decidable(tx: Tx, actor: Actor, request_id: str) -> Request:
    _row(tx, actor, request_id, "certificates.review")
    if actor.kind != "staff":
        words = "يبت في الطلب ضابط مسجل بحسابه", "an officer decides, signed in with an account of their own"
        raise NotAllowed(_fault("not_a_person", *words))
    return held(tx, request_id, "review")


class RecordChanged(Conflict):
    """The register says something else than what the officer saw; the faults after the first say what, one each."""


@contextmanager
def _deciding(service: Service, actor: Actor, request_id: str, why: str, now: datetime) -> Iterator[Tx]:
    """The transaction of a decision. When the record changed, nothing is decided and the request shows it as it is."""
    try:
        with unit_of_work(service.db, actor, why, now) as tx:
            yield tx
    except RecordChanged:
        with unit_of_work(service.db, actor, "the record changed under a review", now) as tx:
            row = held(tx, request_id, "review")
            row.compiled = _fresh(service, tx, row, now).text()
            move(tx, service.spec, row, "review", reason="record_changed")
        raise


def _unchanged(service: Service, tx: Tx, row: Request, now: datetime) -> Compiled:
    """The facts the officer saw. Raises `RecordChanged`."""
    seen, fresh = of_text(row.compiled or "{}"), _fresh(service, tx, row, now)
    if seen.digest() != fresh.digest():
        words = "تغير السجل؛ راجع الطلب من جديد", "the record has changed: review the request anew"
        told = changes(seen, fresh, service.spec.cases_register.effects.entries)
        raise RecordChanged(_fault("record_changed", *words), *(_fault("change", *one) for one in told))
    return fresh


def _fresh(service: Service, tx: Tx, row: Request, now: datetime) -> Compiled:
    return engine.facts_of(tx.read, service.spec, view_of(tx.read, row), now)


def _row(tx: Tx, actor: Actor, request_id: str, action: str) -> Request:
    """The request, where the actor may do `action` to it. Raises `NotFound`: who may not must not learn of it."""
    policy.require(actor, action)
    row = tx.session.get(Request, request_id)
    if row is None or not policy.allowed(actor, action, Subject("certificate", request_id, row.office)):
        raise NotFound(unknown())
    return row


def _subject(row: Request) -> str:
    return f"certificate_request:{row.id}"


def _plain(one: AccusedIdentity | Namesake) -> dict[str, Any]:
    values = asdict(one)
    return values | {"birth_date": one.birth_date.isoformat() if one.birth_date else None}


def _said(words: str) -> str:
    said = words.strip()
    if not said or len(said) > 1000:
        raise Invalid(
            _fault("words", "اكتب السبب في ألف حرف على الأكثر", "write why, in 1000 characters at most", "words")
        )
    return said


def _fault(code: str, ar: str, en: str, field: str = "request") -> Fault:
    return Fault(f"certificates.request.{code}", ar, en, field=field, clause=CLAUSE)
