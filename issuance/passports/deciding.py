"""An officer who had no part in enrolling decides, bound to the hash of exactly what was shown.

Officers lift holds too. One that needs two is lifted by approval (`core.approvals`), what none may lift goes with its
cause.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlmodel import col, select

from issuance.biometrics.public import accept_portrait
from issuance.cases.public import FOR_A_PASSPORT, record_look
from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval, digest_of
from issuance.core.policy import offices_in_scope
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.passports import checking
from issuance.passports.enrol import readable
from issuance.passports.enrol_files import PORTRAIT, newest_file
from issuance.passports.holds import HoldView, close, holds_of
from issuance.passports.measures import Measure, measures_of
from issuance.passports.model import PassportApplication, PassportApplicationFile, PassportHold
from issuance.passports.own_matters import require_not_own
from issuance.passports.queues import nearest
from issuance.passports.way import (
    ApplicationView,
    held,
    move,
    require_lease,
    require_states,
    subject_of,
    view_of,
    views_of,
)
from issuance.people.public import PersonFacts, person_of
from issuance.service import Service
from issuance.staff.public import require_not_cut_off
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound, Refused
from specs.schema.passport_office import PassportOffice

CLAUSE = "specs/passport/office.yaml"
DECIDE = "passports.decide"
LIFT = "passports.lift_hold"
Outcome = Literal["approve", "refuse", "return"]


@dataclass(frozen=True, slots=True)
class Docket:
    """Everything an officer decides on. digest: of it all; approvals: liftings that wait for a second officer;
    warnings: what the judgement of the portrait noted and did not refuse; measures: id of a hold -> who ordered it."""

    application: ApplicationView
    asked: dict[str, Any]
    person: PersonFacts
    holds: tuple[HoldView, ...]
    files: tuple[tuple[str, str], ...]
    digest: str
    approvals: tuple[Approval, ...]
    warnings: tuple[dict[str, str], ...]
    measures: dict[str, Measure]

    def as_json(self, rules: PassportOffice) -> dict[str, Any]:
        """For officers; the portrait and other files travel apart."""
        return {
            "application": self.application.as_json(rules),
            "asked": self.asked,
            "person": self.person.as_json(),
            "holds": [one.as_json(rules) | {"measure": self._measure(one.id)} for one in self.holds],
            "files": [{"name": name, "sha256": sha256} for name, sha256 in self.files],
            "digest": self.digest,
            "warnings": list(self.warnings),
            "approvals": [
                {"id": one.id, "hold": one.proposal["hold"], "reason": one.reason, "asked_by": one.asked_by}
                for one in self.approvals
            ],
        }

    def _measure(self, hold: str) -> dict[str, Any] | None:
        return None if (held := self.measures.get(hold)) is None else held.as_json()


def docket(service: Service, actor: Actor, application_id: str, now: datetime) -> Docket:
    """What is to be decided; the look is kept. Raises `NotFound`, also for an application out of reach."""
    with unit_of_work(service.db, actor, "review a passport application", now) as tx:
        row = readable(tx.read, actor, application_id, DECIDE)
        if row.person_id is None:
            require_states(row, "held", "deciding")  # nothing was handed in yet
        tx.audit("passports.review", subject_of(row.id))
        rules, holds = service.spec.passport.office, tuple(holds_of(tx.read, row.id))
        measures = measures_of(tx.read, row.person_id or "", holds, rules)
        if measures:
            record_look(tx, row.person_id or "", len(measures), FOR_A_PASSPORT)
        waiting = [a for a in approvals.approvals_of(tx.read, subject_of(row.id)) if a.state(now) == "pending"]
        return Docket(
            application=view_of(tx.read, row),
            asked=row.asked,
            person=person_of(tx.read, row.person_id or ""),
            holds=holds,
            files=_files(tx.read, row.id),
            digest=_digest(tx.read, row, rules),
            approvals=tuple(waiting),
            warnings=_warnings(tx.read, row.id),
            measures=measures,
        )


def queue(service: Service, actor: Actor, limit: int = 100) -> list[ApplicationView]:
    """What waits for an officer of the actor's reach, the nearest deadline first. Raises `NotAllowed`."""
    policy.require(actor, DECIDE)
    scope = offices_in_scope(actor, DECIDE)
    within = [] if scope is None else [col(PassportApplication.office).in_(scope)]
    with service.db.reading() as read:
        return views_of(read, nearest(read, ("held", "deciding"), limit, *within))


def decide(
    service: Service,
    actor: Actor,
    application_id: str,
    outcome: Outcome,
    digest: str,
    words: str,
    now: datetime,
    *,
    reason: str | None = None,
    faults: tuple[Fault, ...] = (),
) -> ApplicationView:
    """Approve, refuse (`reason` of `refusal_reasons`) or return (of `return_reasons`, `faults` name the fields).

    digest: of the docket that was shown. Raises `NotFound`, `NotAllowed` (no person, had a part in enrolling, own
    matter), `Invalid`, `Conflict` (moved on, changed since it was shown), `Refused` (something stands against it now;
    it is then held).
    """
    said, rules = _said(words), service.spec.passport.office
    known = {"approve": None, "refuse": rules.decision.refusal_reasons, "return": rules.decision.return_reasons}[
        outcome
    ]
    if known is not None and reason not in known:
        named = [(rules.reasons.entries[code], code) for code in known]
        ar, en = (
            "، ".join(f"{one.ar} ({code})" for one, code in named),
            "; ".join(f"{one.en} ({code})" for one, code in named),
        )
        raise Invalid(_fault("reason", f"اختر السبب: {ar}", f"choose the reason: {en}", "reason"))
    with service.db.reading() as read:
        row = readable(read, actor, application_id, DECIDE)
        _require_another(read, actor, row, rules)
        state = row.state
    if outcome == "approve" and state == "deciding" and checking.stands_against(service, application_id, now):
        words_ = "ظهر مانع جديد فأوقف الطلب", "something new stands against it: the application is held"
        raise Refused(_fault("held", *words_))
    if reason == "portrait_unfit":
        faults = (*faults, *_unkept(service, application_id))
    with unit_of_work(service.db, actor, f"{outcome} a passport application", now) as tx:
        row = (
            held(tx, application_id, "deciding")
            if outcome == "approve"
            else held(tx, application_id, "deciding", "held")
        )
        require_not_cut_off(tx.read, row.office, actor.office)
        require_lease(row, actor, now)
        if _digest(tx.read, row, rules) != digest:
            words_ = "تغير الطلب بعد عرضه عليك؛ راجعه من جديد", "it changed since it was shown to you: look at it anew"
            raise Conflict(_fault("changed", *words_))
        row.decided_by, row.decided_digest = actor.id, digest
        to: Any = {"approve": "approved", "refuse": "refused", "return": "returned"}[outcome]
        move(tx, service.spec, row, to, reason=reason, words=said, faults=faults)
        tx.audit(DECIDE, subject_of(row.id), {"outcome": outcome, "digest": digest})
        return view_of(tx.read, row)


def lift(service: Service, actor: Actor, hold_id: str, words: str, now: datetime) -> ApplicationView:
    """An officer finds that a hold need not stand: lifted at once, or asked of a second officer where two must agree.

    Raises `NotFound`, `NotAllowed`, `Invalid` without words, `Conflict`, `Refused` for one that no officer may lift.
    """
    said = _said(words)
    with unit_of_work(service.db, actor, "lift a hold", now) as tx:
        hold, row = _hold(tx, actor, hold_id)
        _require_another(tx.read, actor, row, service.spec.passport.office)
        require_not_cut_off(tx.read, row.office, actor.office)
        officers = service.spec.passport.office.holds.entries[hold.kind].officers  # type: ignore[index]
        if officers == 0:
            words_ = "لا يرفعه ضابط؛ يزول بزوال سببه", "no officer lifts it: it goes when its cause does"
            raise Refused(_fault("not_lifted", *words_, "hold"))
        if officers == 2:
            digest = _digest(tx.read, row, service.spec.passport.office)
            proposal = {"hold": hold.id}
            approvals.ask(tx, LIFT, subject_of(row.id), digest, said, proposal=proposal, office=row.office)
            return view_of(tx.read, row)
        if hold.kind == "portrait":
            codes = [one["code"] for one in _warnings(tx.read, row.id)]
            accept_portrait(tx, row.id, hold.reference, codes, said)
        close(tx, hold, "lifted", said)
        application_id = row.id
    return checking.advance(service, application_id, now)


def approve_lift(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> ApplicationView:
    """The second officer agrees. Raises as `core.approvals.approve`, `NotFound`."""
    with unit_of_work(service.db, actor, "lift a hold, second officer", now) as tx:
        asked = approvals.approval(tx.read, approval_id, LIFT)
        hold, row = _hold(tx, actor, str(asked.proposal.get("hold")))
        _require_another(tx.read, actor, row, service.spec.passport.office)
        require_not_cut_off(tx.read, row.office, actor.office)
        approvals.approve(tx, approval_id, _digest(tx.read, row, service.spec.passport.office), words)
        close(tx, hold, "lifted", asked.reason)
        application_id = row.id
    return checking.advance(service, application_id, now)


def refuse_lift(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> ApplicationView:
    """The second officer does not agree: the hold stands. Raises as `approve_lift`."""
    with unit_of_work(service.db, actor, "leave a hold standing", now) as tx:
        asked = approvals.approval(tx.read, approval_id, LIFT)
        _, row = _hold(tx, actor, str(asked.proposal.get("hold")))
        require_not_cut_off(tx.read, row.office, actor.office)
        approvals.refuse(tx, approval_id, words)
        return view_of(tx.read, row)


def _hold(tx: Tx, actor: Actor, hold_id: str) -> tuple[PassportHold, PassportApplication]:
    hold = tx.session.get(PassportHold, hold_id, with_for_update=True, populate_existing=True)
    if hold is None:
        raise NotFound(_fault("hold_unknown", "لا يوجد إيقاف بهذا المعرف", "there is no such hold", "hold"))
    readable(tx.read, actor, hold.application_id, DECIDE)
    row = held(tx, hold.application_id, "held")
    require_lease(row, actor, tx.now)
    if hold.open is None:
        words = "رُفع هذا الإيقاف من قبل", "this hold does not stand any more"
        raise Conflict(_fault("hold_closed", *words, "hold"))
    return hold, row


def _require_another(read: ReadSession, actor: Actor, row: PassportApplication, rules: PassportOffice) -> None:
    """Four eyes: who decides is a person, enrolled none of it, and is not its holder nor of their family."""
    if actor.kind != "staff":
        words = "يبت في الطلب ضابط مسجل بحسابه", "an officer decides, signed in with an account of their own"
        raise NotAllowed(_fault("not_a_person", *words))
    if actor.id in row.authors:
        words = (
            "من أدخل الطلب لا يبت فيه؛ يبت فيه ضابط آخر",
            "who enrolled it does not decide on it: another officer does",
        )
        raise NotAllowed(_fault("same_person", *words))
    if row.person_id is not None:
        family = rules.own_matters.family_decided_by_another
        require_not_own(read, (actor.id,), row.person_id, family=family)


def _digest(read: ReadSession, row: PassportApplication, rules: PassportOffice) -> str:
    """Of what must not change between showing and deciding."""
    person, holds = person_of(read, row.person_id or ""), holds_of(read, row.id)
    measures = measures_of(read, person.id, holds, rules)
    shown = {
        "asked": row.asked,
        "version": row.content_version,
        "person": person.as_json() | {"id": person.id},
        "holds": [[one.kind, one.reference, one.ended] for one in holds],
        "measures": {hold: one.as_json() for hold, one in measures.items()},
        "files": [list(file) for file in _files(read, row.id)],
        "warnings": list(_warnings(read, row.id)),
    }
    return digest_of(shown)


def _files(read: ReadSession, application_id: str) -> tuple[tuple[str, str], ...]:
    query = select(PassportApplicationFile.name, PassportApplicationFile.sha256).where(
        PassportApplicationFile.application_id == application_id
    )
    newest = dict(read.exec(query.order_by(col(PassportApplicationFile.id))).all())
    return tuple(sorted(newest.items()))


def _warnings(read: ReadSession, application_id: str) -> tuple[dict[str, str], ...]:
    file = newest_file(read, application_id, PORTRAIT)
    held = file.warnings or () if file is not None else ()
    return tuple(one if isinstance(one, dict) else dict.fromkeys(("code", "ar", "en"), str(one)) for one in held)


def _unkept(service: Service, application_id: str) -> Iterator[Fault]:
    """The limits that the picture does not keep, as its field is sent back with them."""
    with service.db.reading() as read:
        for one in _warnings(read, application_id):
            yield Fault(one["code"], one["ar"], one["en"], field=PORTRAIT, clause="portrait.yaml")


def _said(words: str) -> str:
    said = words.strip()
    if not said or len(said) > 1000:
        words_ = "اكتب السبب في ألف حرف على الأكثر", "write why, in 1000 characters at most"
        raise Invalid(_fault("words", *words_, "words"))
    return said


def _fault(code: str, ar: str, en: str, field: str = "application") -> Fault:
    return Fault(f"passports.decide.{code}", ar, en, field=field, clause=CLAUSE)
