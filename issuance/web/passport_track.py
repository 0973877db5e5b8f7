"""A citizen follows an application for a passport by its private code. No name and no number comes to this page.

The code travels in forms only, and nothing is stored in the browser.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from issuance.api.body import FormBody, read_form
from issuance.api.guard import TheService, require_same_origin
from issuance.api.turnstile import require_pace
from issuance.core import clock
from issuance.passports.tracked import Tracked, tracked
from issuance.web.cases_words import moment
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.passport_words import APPLICATION, LABELS
from issuance.web.render import page
from issuance.web.visitor import Here
from specs.errors import NotFound

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/passport-office/track"
LONGEST = 200
TONES = {"handed_over": "valid", "ready": "valid", "refused": "invalid", "expired": "invalid"}


@router.get(PAGE)
def ask(request: Request, _visitor: Here) -> Response:
    """The form for the private code."""
    return _ask(request, Form())


@router.post(PAGE)
def track(
    request: Request, service: TheService, _visitor: Here, body: Annotated[FormBody, Depends(read_form)]
) -> Response:
    """Where the application stands, and what the applicant should do."""
    require_same_origin(request, service)
    require_pace(request, "passports.follow", service.spec.certificate_requests.traffic.follow)
    code, t = body.fields.get("tracking", "").strip()[:LONGEST], asked_for(request)
    try:
        found = tracked(service, code)
    except NotFound as error:
        form = Form({"tracking": code}).refused(error, ("tracking",), {"application": "tracking"})
        return _ask(request, form, status=404)
    return page(
        request,
        "passport_track.html",
        switch_to=f"{PAGE}?lang={t.other}",
        form=Form(),
        code=code,
        held=_shown(service, found, t),
        overdue=found.view.due_at is not None and found.view.due_at <= clock.now(),
    )


def _ask(request: Request, form: Form, *, status: int = 200) -> Response:
    switch = f"{PAGE}?lang={asked_for(request).other}"
    return page(request, "passport_track.html", status=status, switch_to=switch, form=form, held=None)


def _shown(service: Service, found: Tracked, t: Language) -> dict[str, Any]:
    """The application in the words of one language."""
    spec, view = service.spec, found.view
    told, rules = found.as_json(spec), spec.passport.office
    payment = told["payment"]
    return {
        "state": view.state,
        "title": t.pick(told["state"]),
        "tone": TONES.get(view.state, "expired"),
        "reason": t.pick(told["reason"]) if told["reason"] else "",
        "owner": "" if view.ended else t("passtrack.yours" if told["yours"] else "passtrack.theirs"),
        "kind": t.pick(rules.kinds.entries[view.kind].title),  # type: ignore[index]
        "office": t.pick(told["office"]),
        "since": moment(view.since),
        "until": moment(view.due_at) if view.due_at else "",
        "asked": moment(view.enrolled_at),
        "waits": [t.pick(one) for one in told["waits"]],
        "bring": [t.pick(one) for one in told["bring"]],
        "fields": [_label(field, t) for field in told["fields"]],
        "payment": payment and {**payment, "currency": t.pick(spec.fees.currency.name)},
        "steps": [(moment(step.at), t.pick(rules.states.entries[step.after].title)) for step in view.steps],
    }


def _label(field: str, t: Language) -> str:
    """How the form calls a field."""
    key = LABELS.get(field.removeprefix(APPLICATION), "")
    return t(key) if key else field
