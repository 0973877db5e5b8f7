"""Fingerprints of an application as the scanner reports them: score and attempts of each finger, or why it is missing.

No picture of a finger comes here. Too few fingers wait for another officer, on the same page.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.guard import TheService
from issuance.biometrics.public import Capture, capture_of, confirm_capture, finger_rules, read_record, record_capture
from issuance.core import clock, policy
from issuance.passports import checking, work
from issuance.web.cases_words import moment
from issuance.web.certificate_review_shown import account_words
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/passport-office/fingerprints"
CAPTURE, CONFIRM = "biometrics.capture", "biometrics.confirm"
NAMES = ("score", "attempts", "missing")
ALL = "fingers"
"""The place of faults of no single finger."""


@router.get(PAGE + "/{application_id}")
def one(request: Request, service: TheService, visitor: Staff, application_id: str) -> Response:
    """What was taken, and the form for it."""
    return _one(request, service, visitor, application_id, Form())


@router.post(PAGE + "/{application_id}")
def take(
    request: Request, service: TheService, visitor: Staff, application_id: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Keep what the scanner reports, or another officer's word on too few."""
    fields = {
        name: value.strip()[:120] for name, value in body.fields.items() if name.startswith(("device", "finger."))
    }
    form = Form(fields | {"words": body.fields.get("words", "")})
    try:
        work.application_seen(service, visitor.actor, application_id)
        _done(service, visitor, application_id, form, body, clock.now())
    except (NotFound, Unavailable):
        raise
    except IssuanceError as error:
        codes = finger_rules(service.spec).capture.finger_codes
        fields_ = ("device", "words", ALL, *(f"{ALL}.{code}" for code in codes))
        shown = form.refused(error, fields_, {"reason": "words"})
        status = 409 if isinstance(error, Conflict) else 422
        return _one(request, service, visitor, application_id, shown, status=status)
    return RedirectResponse(f"{PAGE}/{application_id}", status_code=303)


def shown(service: Service, application_id: str, office: str, t: Language) -> dict[str, Any]:
    """How the fingerprints of an application stand, in a line, for the pages that lead here."""
    with service.db.reading() as read:
        taken = capture_of(read, application_id, office)
    return {"href": f"{PAGE}/{application_id}", **_line(taken, t)}


def _line(taken: Capture | None, t: Language) -> dict[str, Any]:
    if taken is None:
        return {"words": t("fingers.none"), "tag": "warning", "state": "none"}
    tag = {"complete": "pass", "awaiting": "warning", "refused": "fail"}[taken.state]
    words = t(f"fingers.state.{taken.state}", count=taken.present)
    return {"words": words, "tag": tag, "state": taken.state}


def _done(service: Service, visitor: Visitor, application_id: str, form: Form, body: Posted, now: datetime) -> None:
    step = body.fields.get("step")
    if step == "take":
        fingers = [_finger(code, form) for code in finger_rules(service.spec).capture.finger_codes]
        record = read_record({"device": form.values.get("device", ""), "fingers": fingers})
        record_capture(service, visitor.actor, application_id, record, now)
    elif step in ("agree", "disagree"):
        approval, words = body.fields.get("approval", ""), form.values["words"]
        confirm_capture(service, visitor.actor, approval, step == "agree", words, now)
    else:
        said = "اختر ما تفعله", "choose what you do"
        raise Invalid(Fault("biometrics.capture.step", *said, field="step", clause="fingerprints.yaml"))
    with suppress(NotFound, Unavailable):  # upkeep looks again at what is held
        checking.advance(service, application_id, now)


def _finger(code: int, form: Form) -> dict[str, Any]:
    """As `CaptureRecord` takes one: numbers where digits were typed, nothing where nothing was."""
    typed = {name: form.values.get(f"finger.{code}.{name}", "") for name in NAMES}
    numbers = {name: int(typed[name]) for name in ("score", "attempts") if typed[name].isdecimal()}
    return {"code": code, **numbers, **({"missing": typed["missing"]} if typed["missing"] else {})}


def _one(
    request: Request, service: Service, visitor: Visitor, application_id: str, form: Form, *, status: int = 200
) -> Response:
    t, actor = asked_for(request), visitor.actor
    view = work.application_seen(service, actor, application_id)
    rules = finger_rules(service.spec)
    with service.db.reading() as read:
        taken = capture_of(read, application_id, view.office)
    reasons = {one.code: t.pick(one) for one in rules.missing_fingers.reasons_named}
    desk = "applications" if policy.allowed(actor, CAPTURE) and view.state in ("draft", "returned") else "decisions"
    if not policy.allowed(actor, "passports.decide"):
        desk = "applications"
    return page(
        request,
        "passport_fingers.html",
        status=status,
        form=form,
        href=f"{PAGE}/{application_id}",
        back=f"/passport-office/{desk}/{application_id}",
        line=_line(taken, t),
        taken=taken and _taken(taken, service, reasons, t),
        approval=taken.approval if taken is not None and taken.state == "awaiting" else None,
        own=taken is not None and taken.taken_by == actor.id,
        confirms=policy.allowed(actor, CONFIRM),
        captures=policy.allowed(actor, CAPTURE) and not view.ended,
        codes=rules.capture.finger_codes,
        least=rules.quality.minimum_score,
        thumb=rules.quality.thumb_minimum_score,
        attempts=rules.quality.attempts,
        few=rules.missing_fingers.least_fingers,
        order=t.pick(rules.capture.order_named),
        reasons=[("", "–"), *reasons.items()],
    )


def _taken(taken: Capture, service: Service, reasons: dict[str, str], t: Language) -> dict[str, Any]:
    return {
        "device": taken.device,
        "by": account_words(service, [taken.taken_by]).get(taken.taken_by, taken.taken_by),
        "at": moment(taken.taken_at),
        "fingers": [
            {
                "name": t(f"finger.{one.code}"),
                "score": one.score,
                "attempts": one.attempts,
                "low": one.low,
                "missing": reasons.get(one.missing or "", one.missing or ""),
            }
            for one in taken.fingers
        ],
    }
