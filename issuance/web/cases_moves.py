"""The forms of the moves open to a visitor: shown from `lifecycle.yaml`, sent to the command, faults beside fields.

A screen that is out of date is told what happened since it was shown, and keeps what was typed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.guard import TheService
from issuance.api.once import Call, once
from issuance.cases.act import Move, StaleCase, act
from issuance.cases.case_rules import CaseRules
from issuance.cases.four_eyes import propose
from issuance.cases.legal import illegal, on_matters
from issuance.core import clock
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.web import cases_shown as shown
from issuance.web.cases_corrections import correction_of, correction_shown, known_values
from issuance.web.cases_forms import compacted, inputs, move_of, penalty_rows
from issuance.web.cases_seen import Seen, address, offered, seen
from issuance.web.cases_tabs import tabs
from issuance.web.forms import Form
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Fault, IssuanceError, NotFound, Refused, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
CORRECT = "correct"


@router.get("/cases/{number}/moves/{name}")
def move_form(
    request: Request, service: TheService, visitor: Staff, number: str, name: str, corrects: int = 0
) -> Response:
    """The empty form of a move; of a correction, filled with what the entry says now."""
    now = clock.now()
    one = seen(request, service, visitor, number, asked_for(request), now)
    _require_known(one, name)
    if name not in one.view.moves:
        raise Refused(illegal(one.file, name, one.words.rules))
    values = {"happened_on": civil_day(now).isoformat()}
    if name == CORRECT:
        values = known_values(one, corrects)
    return _form(request, service, visitor, one, name, Form(values), now)


@router.post("/cases/{number}/moves/{name}")
def send_move(
    request: Request,
    service: TheService,
    visitor: Staff,
    number: str,
    name: str,
    body: Annotated[Posted, Depends(posted)],
) -> Response:
    """Carry it out, or ask a second officer for it; or the form again, with what is wrong or what changed."""
    now, sent = clock.now(), compacted(body.fields)
    one: Seen | None = None
    if name == CORRECT or body.fields.get("step") == "more":
        one = seen(request, service, visitor, number, asked_for(request), now)
        _require_known(one, name)
    if one is not None and body.fields.get("step") == "more":
        begun = {"happened_on": civil_day(now).isoformat()} | sent
        return _form(request, service, visitor, one, name, Form(begun), now, more=1)
    try:
        where = _sent(service, visitor, number, name, sent, one, now)
    except (Unavailable, StaleCase) as error:
        if isinstance(error, Unavailable):
            raise
        return _again(request, service, visitor, number, name, sent, error, now)
    except IssuanceError as error:
        if any(fault.code == "cases.not_found" and fault.field == "number" for fault in error.faults):
            raise
        return _again(request, service, visitor, number, name, sent, error, now)
    return RedirectResponse(where, status_code=303)


def _sent(
    service: Service, visitor: Visitor, number: str, name: str, sent: Mapping[str, str], one: Seen | None, now: datetime
) -> str:
    """Where to go after it is done. Raises as the commands."""
    spec = service.spec
    kind = spec.cases_lifecycle.actions.get(name)
    if kind is None:
        raise NotFound(_unknown())
    expected = int(version) if (version := sent.get("version", "")).isdecimal() else None
    rules = CaseRules.of(spec)
    move = correction_of(one, sent) if name == CORRECT and one is not None else move_of(name, sent, rules)
    if kind.four_eyes:
        reason = sent.get("reason") or sent.get("note", "")
        asked = propose(service, visitor.actor, number, move, reason, now, expected=expected)
        return f"{address(number)}/proposals/{asked}"

    def work(request_id: str | None) -> dict[str, Any]:
        file = act(service, visitor.actor, number, move, now, expected=expected, request_id=request_id)
        return {"number": file.number}

    once(service, visitor.actor, Call(sent.get("idempotency_key") or None, "POST /cases", _same(number, move)), work)
    return f"{address(number)}?done={name}"


def _same(number: str, move: Move) -> tuple[Any, ...]:
    """What makes two sendings of one form equal."""
    return number, move.name, dict(move.body), list(move.matters), str(move.happened_on), move.basis


def _again(
    request: Request,
    service: Service,
    visitor: Visitor,
    number: str,
    name: str,
    sent: Mapping[str, str],
    error: IssuanceError,
    now: datetime,
) -> Response:
    one = seen(request, service, visitor, number, asked_for(request), now)
    _require_known(one, name)
    kind = one.words.rules.lifecycle.actions[name]
    shown_fields = {"happened_on", "basis", "matters", "reason", *kind.asks, *kind.may}
    aliases = {"office": "to_office"}
    if name == CORRECT:
        prefix = "corrected."
        own = {"corrects", "note", "reason"}
        fields = {name.removeprefix(prefix) for name in sent if name.startswith(prefix)}
        aliases = {field: prefix + field for field in fields - own}
        shown_fields = {*own, *aliases.values(), "penalties"}
    shown_fields |= {f"penalties.{row}" for row in range(penalty_rows(sent))}
    form = Form(sent).refused(error, shown_fields, aliases)
    since: list[dict[str, Any]] = []
    status = 422
    if isinstance(error, StaleCase):
        seen_version = int(sent["version"])
        since = [e for e in shown.timeline(one.file, one.view.entries, one.words) if e["seq"] > seen_version]
        form, status = Form(sent), 409
    return _form(request, service, visitor, one, name, form, now, status=status, since=since)


def _form(
    request: Request,
    service: Service,
    visitor: Visitor,
    one: Seen,
    name: str,
    form: Form,
    now: datetime,
    *,
    status: int = 200,
    since: list[dict[str, Any]] | None = None,
    more: int = 0,
) -> Response:
    t, rules, file = one.words.t, one.words.rules, one.file
    kind = rules.lifecycle.actions[name]
    admitted = one.view.moves.get(name)
    choices = [
        {"name": f"matter.{code}", "words": one.words.matter(file, code), "state": one.words.state(matter.state)}
        for code in admitted or ()
        if (matter := file.matters.get(code)) is not None
    ]
    offers = offered(service, one, name, now)
    correction = correction_shown(one, form.values, offers) if name == CORRECT else None
    return page(
        request,
        "case_move.html",
        status=status,
        tabs=tabs(visitor, "/cases"),
        head=shown.head(file, one.words),
        home=address(file.number),
        title=one.words.action(name),
        kind=kind,
        name=name,
        form=form,
        fields=[] if correction else inputs(kind, offers, t, rules),
        correction=correction,
        matters=choices if on_matters(name, kind) and not kind.whole_file else [],
        whole=[choice["words"] for choice in choices] if kind.whole_file else [],
        legal=admitted is not None,
        since=since or [],
        rows=penalty_rows(form.values) + more,
        penalties=penalty_choices(service, t),
        idempotency_key=new_id(),
    )


def penalty_choices(service: Service, t: Any) -> dict[str, list[tuple[str, str]]]:
    """The kinds of penalty and the units a part of a sentence may have."""
    register = service.spec.cases_register
    units = register.penalty_units.units
    return {
        "kinds": [("", ""), *((code, t.pick(title)) for code, title in register.penalties.entries.items())],
        "units": [("", ""), *((code, t.pick(unit, "few_ar", "many_en")) for code, unit in units.items())],
    }


def _require_known(one: Seen, name: str) -> None:
    kind = one.words.rules.lifecycle.actions.get(name)
    if kind is None or kind.internal or kind.opens:
        raise NotFound(_unknown())


def _unknown() -> Fault:
    words = "لا يوجد إجراء بهذا الاسم", "there is no such action"
    return Fault("cases.action.unknown", *words, field="action", clause="cases/lifecycle.yaml")
