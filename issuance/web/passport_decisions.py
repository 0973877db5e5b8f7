"""The officer's pages: applications by deadline, one beside record and earlier book, holds, the decision."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import attachment
from issuance.api.guard import TheService
from issuance.core import clock, policy
from issuance.passports import compare, deciding, enrol_files, work
from issuance.passports.deciding import Docket
from issuance.passports.request import CLAUSE, read_request
from issuance.passports.way import ApplicationView
from issuance.web import passport_fingers
from issuance.web.cases_words import moment
from issuance.web.certificate_review_shown import account_words
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.passport_words import APPLICATION, LABELS, LATIN, application_row, step_rows, type_of, type_title
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Unavailable
from specs.schema import Specification

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/passport-office/decisions"
FIELDS = ("step", "reason", "words")
RETURNED = "wrong."
"""How the form names a field that is sent back to be corrected."""
WHY = "why."
"""And what the officer says of that field."""
HOLD_WORDS = "hold_words."
"""And the words that go with a hold, followed by its id."""


@router.get(PAGE)
def queue(request: Request, service: TheService, visitor: Staff) -> Response:
    """What waits for an officer of the visitor's reach, the nearest deadline first."""
    t, now, office = asked_for(request), clock.now(), service.spec.passport.office
    policy.require(visitor.actor, deciding.DECIDE)
    views = work.applications(service, visitor.actor, "officer")
    rows = [application_row(view, office, t, now, f"{PAGE}/{view.id}") for view in views]
    names = account_words(service, [row["lease_by"] for row in rows])
    for row in rows:
        row["holder"] = names.get(row["lease_by"], "")
    return page(request, "passport_decisions.html", rows=rows)


@router.get(PAGE + "/{application_id}")
def one(request: Request, service: TheService, visitor: Staff, application_id: str) -> Response:
    """All that bears on one application, with the digest that a decision is bound to."""
    return _one(request, service, visitor, application_id, Form())


@router.post(PAGE + "/{application_id}")
def act(
    request: Request, service: TheService, visitor: Staff, application_id: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Decide, lift a hold, agree as second officer, take or leave the application. What moved on is shown anew."""
    form = Form(
        {
            name: value
            for name, value in body.fields.items()
            if name in FIELDS or name.startswith((RETURNED, WHY, HOLD_WORDS))
        }
    )
    try:
        _done(service, visitor, application_id, body, clock.now())
    except (NotFound, Unavailable):
        raise
    except IssuanceError as error:
        status = 409 if isinstance(error, Conflict) else 422
        about_hold = form.values.get("step") in ("lift", "agree", "leave_standing")
        words = HOLD_WORDS + body.fields.get("hold", "") if about_hold else "words"
        shown = form.refused(error, (*FIELDS, words), {"words": words})
        return _one(request, service, visitor, application_id, shown, status=status)
    return RedirectResponse(f"{PAGE}/{application_id}", status_code=303)


@router.get(PAGE + "/{application_id}/portrait")
def portrait(service: TheService, visitor: Staff, application_id: str) -> Response:
    """The picture that came with the application."""
    content, media_type = work.file_of(service, visitor.actor, application_id, enrol_files.PORTRAIT, clock.now())
    return attachment(content, media_type, enrol_files.PORTRAIT, inline=True)


@router.get(PAGE + "/{application_id}/portrait-of-the-register")
def recorded(service: TheService, visitor: Staff, application_id: str) -> Response:
    """The portrait of the register."""
    content = deciding.docket(service, visitor.actor, application_id, clock.now()).person.portrait
    if content is None:
        raise NotFound(Fault("people.no_portrait", "لا توجد صورة", "there is no portrait", "portrait", "portrait.yaml"))
    return attachment(content, "image/jpeg", "portrait.jpg", inline=True)


@router.get(PAGE + "/{application_id}/portrait-of-the-earlier-book")
def earlier(service: TheService, visitor: Staff, application_id: str) -> Response:
    """The portrait on the chip of the earlier book."""
    content = compare.earlier_portrait(service, visitor.actor, application_id, clock.now())
    return attachment(content, "image/jpeg", "portrait.jpg", inline=True)


def _done(service: Service, visitor: Visitor, application_id: str, body: Posted, now: datetime) -> ApplicationView:
    actor, said, step = visitor.actor, body.fields.get("words", ""), body.fields.get("step", "")
    hold, approval = body.fields.get("hold", ""), body.fields.get("approval", "")
    hold_words = body.fields.get(HOLD_WORDS + hold, "")
    match step:
        case "approve" | "refuse" | "return":
            return deciding.decide(
                service,
                actor,
                application_id,
                step,
                body.fields.get("digest", ""),
                said,
                now,
                reason=body.fields.get("reason") or None,
                faults=_wrong(body) if step == "return" else (),
            )
        case "lift":
            return deciding.lift(service, actor, hold, hold_words, now)
        case "agree":
            return deciding.approve_lift(service, actor, approval, hold_words, now)
        case "leave_standing":
            return deciding.refuse_lift(service, actor, approval, hold_words, now)
        case "take":
            return work.lease(service, actor, application_id, now)
        case "give_back":
            return work.release(service, actor, application_id, now)
    words = "اختر ما تقرره", "choose what you decide"
    raise Invalid(Fault("passports.decide.step", *words, field="step", clause=CLAUSE))


def _wrong(body: Posted) -> tuple[Fault, ...]:
    """The fields that the officer sends back, each with its own reason or a general one."""
    found = []
    for field in LABELS:
        said = body.fields.get(WHY + field, "").strip()[:200]
        if said or body.fields.get(RETURNED + field):
            inside = field if field == enrol_files.PORTRAIT else APPLICATION + field
            words = (said, said) if said else ("أعاده الضابط لتصحيحه", "sent back by the officer to be corrected")
            found.append(Fault("passports.decide.returned", *words, field=inside, clause=CLAUSE))
    return tuple(found)


def _one(
    request: Request, service: Service, visitor: Visitor, application_id: str, form: Form, *, status: int = 200
) -> Response:
    t, now, office = asked_for(request), clock.now(), service.spec.passport.office
    held = deciding.docket(service, visitor.actor, application_id, now)
    view, before = held.application, compare.earlier_book(service, held)
    row = application_row(view, office, t, now, f"{PAGE}/{application_id}")
    accounts = account_words(service, [row["lease_by"], *(one.asked_by for one in held.approvals)])
    reasons = office.reasons.entries
    decision = office.decision
    codes = dict.fromkeys((*decision.return_reasons, *decision.refusal_reasons))
    return page(
        request,
        "passport_decision.html",
        status=status,
        row=row,
        steps=step_rows(view, office, t),
        form=form,
        digest=held.digest,
        fingers=passport_fingers.shown(service, application_id, view.office, t),
        person=held.person,
        request_=_told(held, service.spec, t),
        earlier=before,
        earlier_state=t.pick(office.documents.entries[before.state].title) if before and before.state else "",  # type: ignore[index]
        compared=[
            {
                "label": t(LABELS[one.field]),
                "asked": _shown(one.field, one.asked, t),
                "recorded": _shown(one.field, one.recorded, t),
                "earlier": _shown(one.field, one.earlier, t),
                "differs": one.differs,
                "ltr": one.field in LATIN,
            }
            for one in compare.compared(held, before)
        ],
        has_picture=any(name == enrol_files.PORTRAIT for name, _ in held.files),
        holds=_holds(held, visitor, service, t),
        accounts=accounts,
        open_=view.state in work.WAITING["officer"],
        own_part=_own_part(view, visitor),
        mine=row["lease_by"] == visitor.actor.id,
        reasons=[("", t("form.choose")), *((code, t.pick(reasons[code])) for code in codes)],
        return_reasons=[t.pick(reasons[code]) for code in decision.return_reasons],
        refusal_reasons=[t.pick(reasons[code]) for code in decision.refusal_reasons],
        fields=[(RETURNED + name, WHY + name, t(label)) for name, label in LABELS.items()],
    )


def _own_part(view: ApplicationView, visitor: Visitor) -> bool:
    return view.enrolled_by == visitor.actor.id


def _told(held: Docket, spec: Specification, t: Language) -> list[tuple[str, str, bool]]:
    """What is asked for besides the person: words, value, whether it runs from left to right."""
    asked = read_request(held.asked)
    cases = {case.code: t.pick(case) for case in spec.passport.afis.degraded_mode.humanitarian}
    rows = [(t("field.document_type"), type_title(spec, held.application.document_type, t), False)]
    rows.append((t("desk.delivery"), t(f"desk.delivery.{asked.delivery}"), False))
    for label, value in (
        ("desk.predecessor", asked.predecessor),
        ("desk.report", asked.report_reference),
        ("desk.court_order", asked.court_order),
        ("desk.delivery_office", asked.delivery_office),
        ("desk.humanitarian", cases.get(asked.humanitarian or "", asked.humanitarian)),
        ("desk.legal_basis", asked.legal_basis),
    ):
        if value:
            rows.append((t(label), value, label != "desk.humanitarian"))
    kind = type_of(spec, held.application.document_type)
    for condition in (kind.entitlement.conditions or ()) if kind is not None else ():
        if condition.asks in asked.papers:
            rows.append((t.pick(condition), asked.papers[condition.asks], True))
    for guardian in asked.guardians:
        rows.append((t(f"desk.relation.{guardian.relation}"), f"{guardian.national_number} · {guardian.proof}", True))
    return rows


def _holds(held: Docket, visitor: Visitor, service: Service, t: Language) -> list[dict[str, Any]]:
    """Each hold with what an officer may do to it."""
    rules = service.spec.passport.office.holds.entries
    waiting = {one.proposal["hold"]: one for one in held.approvals}
    rows = []
    for one in held.holds:
        rule, asked = rules[one.kind], waiting.get(one.id)
        rows.append(
            {
                "id": one.id,
                "title": t.pick(rule.title),
                "reference": "" if one.kind == "portrait" or one.id in held.measures else one.reference,
                "measure": _measure(held, one.id, t),
                "limits": [t.pick(limit) for limit in held.warnings] if one.kind == "portrait" else [],
                "since": moment(one.raised_at),
                "open": one.open,
                "ended": t(f"docket.hold.{one.ended}") if one.ended else "",
                "words": one.words or "",
                "officers": rule.officers,
                "rule": t(f"docket.officers.{rule.officers}"),
                "approval": asked,
                "own": asked is not None and asked.asked_by == visitor.actor.id,
            }
        )
    return rows


def _measure(held: Docket, hold: str, t: Language) -> list[tuple[str, str, bool]]:
    """Who ordered it and whom to call, as rows: words, value, whether it runs from left to right."""
    if (one := held.measures.get(hold)) is None:
        return []
    rows = [
        ("docket.measure.authority", t.pick(one.authority), False),
        ("docket.measure.reference", one.reference, True),
        ("docket.measure.on", one.on.isoformat(), True),
        ("docket.measure.until", "" if one.until is None else one.until.isoformat(), True),
        ("docket.measure.legal_basis", t.pick(one.legal_basis), False),
        ("docket.measure.call", t.pick(one.call), False),
    ]
    return [(t(label), value, ltr) for label, value, ltr in rows if value]


def _shown(field: str, value: str | None, t: Language) -> str:
    if value and field == "sex" and t.has(f"sex.{value}"):
        return t(f"sex.{value}")
    return value or "–"
