"""How the search for duplicates stands: room, an outage that two people declare, the searches that are made up for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.guard import TheService
from issuance.biometrics import degraded
from issuance.biometrics.status import Recheck, rechecks, status
from issuance.core import clock, policy
from issuance.web.cases_words import moment
from issuance.web.certificate_review_shown import account_words
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.passport_duplicates import PAGE as DUPLICATES
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/passport-office/afis"
FIELDS = ("step", "hours", "words", "decide_words")


@router.get(PAGE)
def show(request: Request, service: TheService, visitor: Staff) -> Response:
    """Counts for everybody who may read them; forms for those who may act."""
    return _show(request, service, visitor, Form())


@router.post(PAGE)
def act(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """Declare, agree, refuse, end; what is wrong comes back beside its field."""
    form = Form({name: body.fields.get(name, "") for name in FIELDS})
    deciding = form.values["step"] in ("approve", "refuse")
    try:
        _done(service, visitor, body, clock.now())
    except (NotFound, Unavailable):
        raise
    except IssuanceError as error:
        aliases = {"reason": "decide_words" if deciding else "words", "until": "hours"}
        code = 409 if isinstance(error, Conflict) else 422
        return _show(request, service, visitor, form.refused(error, FIELDS[1:], aliases), code=code)
    return RedirectResponse(PAGE, status_code=303)


def _done(service: Service, visitor: Visitor, body: Posted, now: datetime) -> None:
    actor, approval, said = visitor.actor, body.fields.get("approval", ""), body.fields.get("decide_words", "")
    match body.fields.get("step", ""):
        case "declare":
            hours = body.fields.get("hours", "").strip()
            until = now + timedelta(hours=int(hours) if hours.isdecimal() and len(hours) < 4 else 0)
            degraded.declare(service, actor, body.fields.get("words", ""), until, now)
        case "approve":
            degraded.approve(service, actor, approval, said, now)
        case "refuse":
            degraded.refuse(service, actor, approval, said, now)
        case "end":
            degraded.end(service, actor, now)
        case _:
            words = "اختر ما تفعله", "choose what you do"
            raise Invalid(Fault("biometrics.degraded.step", *words, field="step", clause="specs/passport/afis.yaml"))


def _show(request: Request, service: Service, visitor: Visitor, form: Form, *, code: int = 200) -> Response:
    t, now, actor = asked_for(request), clock.now(), visitor.actor
    held, waiting = status(service, actor, now), degraded.declared(service, actor, now)
    outage, may_declare = held.degraded, policy.allowed(actor, degraded.DECLARE)
    people = account_words(
        service, [*(one.asked_by for one in waiting), *((outage.declared_by, outage.approved_by) if outage else ())]
    )
    mode = service.spec.passport.afis.degraded_mode
    room = held.capacity
    return page(
        request,
        "passport_afis.html",
        status=code,
        form=form,
        held=held,
        room=room and {"used": room.used, "records": room.records, "percent": round(100 * room.share)},
        outage=outage
        and {
            "words": outage.words,
            "since": moment(outage.since),
            "until": moment(outage.until),
            "by": people.get(outage.declared_by, outage.declared_by),
            "second": people.get(outage.approved_by, outage.approved_by),
        },
        waiting=[
            {
                "id": one.id,
                "by": people.get(one.asked_by, one.asked_by),
                "at": moment(one.asked_at),
                "until": moment(datetime.fromisoformat(one.proposal["until"])),
                "words": one.reason,
                "own": one.asked_by == actor.id,
            }
            for one in waiting
        ],
        declares=may_declare and outage is None and not waiting,
        ends=may_declare and outage is not None,
        approves=policy.allowed(actor, degraded.APPROVE),
        longest=mode.longest_hours,
        cases=[t.pick(one) for one in mode.humanitarian],
        rechecks=[
            _recheck(one, {case.code: t.pick(case) for case in mode.humanitarian}, t, now)
            for one in rechecks(service, actor)
        ],
        settles=policy.allowed(actor, "biometrics.settle"),
    )


def _recheck(one: Recheck, cases: dict[str, str], t: Language, now: datetime) -> dict[str, Any]:
    """One search made up for, or still to be."""
    late = one.answered is None and one.due <= now
    found = one.answered is not None and one.state == "hits"
    return {
        "href": f"{DUPLICATES}/{one.search}",
        "at": moment(one.at),
        "case": cases.get(one.case, one.case),
        "due": moment(one.due),
        "answered": moment(one.answered) if one.answered else "",
        "tag": "fail" if late or found else "pass" if one.answered else "warning",
        "words": t("afis.late" if late else "afis.found" if found else "afis.done" if one.answered else "afis.due"),
    }
