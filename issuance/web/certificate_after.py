"""Pages of a certificate after its issue: how it stands, two officers end it, legalisation and its correction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, cast

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.guard import TheService
from issuance.certificates import afterwards, legalisation
from issuance.certificates.standing import Event, standing
from issuance.core import clock
from issuance.web.cases_words import moment
from issuance.web.certificate_review_shown import account_words
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Fault, Invalid, IssuanceError, NotFound, Unavailable
from specs.schema import Specification
from specs.schema.certificate_status import LegalisationStep

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
FIND = "/certificates/find"
STEPS = ("withdraw", "replace", "approve", "refuse", "legalise", "correct", "confirm")
FIELDS = (*(f"{step}_{name}" for step in STEPS for name in ("reason", "words")), "number")


def address_of(number: str) -> str:
    """The page of one certificate."""
    return f"/certificates/{number}/after"


@router.get(FIND)
def find(request: Request, service: TheService, visitor: Staff, number: str = "") -> Response:
    """By the number on the paper, for who may do something about it and has no list."""
    wanted = number.strip().upper()[:40]
    if not wanted:
        return page(request, "certificate_find.html", form=Form())
    try:
        standing(service, visitor.actor, wanted, clock.now())
    except NotFound as error:
        form = Form({"number": wanted}).refused(error, ("number",))
        return page(request, "certificate_find.html", status=404, form=form)
    return RedirectResponse(address_of(wanted), status_code=303)


@router.get("/certificates/{number}/after")
def stands(request: Request, service: TheService, visitor: Staff, number: str) -> Response:
    """Status, events, what waits, and what this visitor may do."""
    return _answer(request, service, visitor, number, Form())


@router.post("/certificates/{number}/after")
def act(
    request: Request, service: TheService, visitor: Staff, number: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """One step; what is refused is said beside its field, what changed meanwhile is shown anew."""
    form, step = Form({name: body.fields.get(name, "") for name in FIELDS}), body.fields.get("step", "")
    try:
        _done(service, visitor, number, step, body.fields, clock.now())
    except Unavailable:
        raise
    except IssuanceError as error:
        status = 409 if isinstance(error, Conflict) else 422
        own = {"reason": f"{step}_reason", "words": f"{step}_words"}
        return _answer(request, service, visitor, number, form.refused(error, FIELDS, own), status=status)
    return RedirectResponse(address_of(number), status_code=303)


def _done(service: Service, visitor: Visitor, number: str, step: str, fields: Any, now: datetime) -> None:
    actor = visitor.actor
    reason, words = fields.get(f"{step}_reason", ""), fields.get(f"{step}_words", "")
    match step:
        case "withdraw":
            afterwards.ask_withdrawal(service, actor, number, reason, words, now)
        case "replace":
            afterwards.ask_replacement(service, actor, number, reason, words, now)
        case "approve":
            afterwards.approve(service, actor, fields.get("approval", ""), fields.get("refuse_words", ""), now)
        case "refuse":
            afterwards.refuse(service, actor, fields.get("approval", ""), words, now)
        case "legalise":
            which = cast("LegalisationStep", fields.get("of", ""))
            legalisation.legalise(service, actor, number, which, words, now)
        case "correct":
            legalisation.correct(service, actor, number, cast("LegalisationStep", fields.get("of", "")), words, now)
        case "confirm":
            afterwards.confirm_emergency(service, actor, number, words, now)
        case _:
            told = "اختر ما تقرره", "choose what you decide"
            raise Invalid(Fault("certificates.status.step", *told, field="step", clause="certificate/status.yaml"))


def _answer(
    request: Request, service: Service, visitor: Visitor, number: str, form: Form, *, status: int = 200
) -> Response:
    t, spec = asked_for(request), service.spec.certificate_status
    held = standing(service, visitor.actor, number, clock.now())
    kind, asked = spec.kinds.entries[held.status.code], held.waiting
    names = account_words(service, [*(one.by for one in held.events), asked.asked_by if asked else None])
    ending = asked is not None and asked.action == afterwards.WITHDRAW
    return page(
        request,
        "certificate_after.html",
        status=status,
        number=number,
        form=form,
        held=held,
        mark={"good": "valid", "expired": "expired"}.get(held.status.code, "invalid"),
        kind=kind,
        events=[_event(one, service.spec, t, names) for one in held.events],
        asked=asked if held.full else None,
        asked_end="withdraw" if ending else "replace",
        asked_by=names[asked.asked_by] if asked else "",
        asked_at=moment(asked.asked_at) if asked else "",
        asked_reason=_reason(asked.proposal["reason"], service.spec, t) if asked else "",
        reasons={
            "withdraw": _choices(spec.withdrawal.entries, t),
            "replace": _choices(spec.replacement.entries, t),
        },
        told_public={name: t.pick(spec.kinds.entries[name].text) for name in ("withdrawn", "replaced")},
        step_title=t.pick(spec.legalisation.steps[held.step].title) if held.step else "",
    )


def said_in(words: str | None, t: Language) -> str:
    """What was written of an event; what the service itself wrote stands there in Arabic, then in English."""
    arabic, newline, english = (words or "").partition("\n")
    return t.pick({"ar": arabic, "en": english if newline else arabic})


def _choices(entries: Any, t: Language) -> list[tuple[str, str]]:
    return [("", t("form.choose")), *((code, t.pick(words)) for code, words in entries.items())]


def _reason(code: str | None, spec: Specification, t: Language) -> str:
    rules = spec.certificate_status
    known = {**rules.withdrawal.entries, **rules.replacement.entries}
    return t.pick(known[code]) if code in known else ""


def _event(event: Event, spec: Specification, t: Language, names: Any) -> dict[str, str]:
    """One event as the page shows it."""
    rules = spec.certificate_status
    if event.step is not None:
        step = t.pick(rules.legalisation.steps[event.step].title)
        title = step if event.kind == "legalised" else t("after.corrected", step=step)
    elif event.kind == "confirmed":
        title = t("after.confirmed")
    else:
        title = t.pick(rules.kinds.entries[event.kind].title)  # type: ignore[index]
    by = names.get(event.by, "")
    if (event.by or "").startswith("system:"):
        by = t("after.by_console" if event.alone else "after.by_service")
    return {
        "title": title,
        "at": moment(event.at),
        "office": event.office or "",
        "by": by,
        "reason": _reason(event.reason, spec, t),
        "words": said_in(event.words, t),
        "other": (event.other or "") if event.kind == "replaced" else "",
    }
