"""The keepers' pages: the stock of their offices, forms for what they do, one blank and its history."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.guard import TheService
from issuance.core import clock, policy
from issuance.passports import reconciliation
from issuance.stock import counts, desk, transfers, two
from issuance.stock.facts import fault
from issuance.stock.two import Wanted
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.stock_shown import Shown, holders
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Conflict, Invalid, IssuanceError, NotFound, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE: Final = "/passports/stock"
FIELDS: Final = ("office", "to", "ranges", "document", "count", "reason", "seals", "words", "arrived", "decide_words")
_SPLIT: Final = re.compile(r"[\n,;،؛]+")
# what a keeper does -> (what permits it, fields of its form in their order)
STEPS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    "count": ("stock.count", ("office", "ranges", "words")),
    "receive": ("stock.receive", ("office", "document", "ranges", "count", "words")),
    "send": ("stock.transfer", ("office", "to", "ranges", "seals")),
    "spoil": ("stock.spoil", ("office", "ranges", "reason", "words")),
    "destroy": ("stock.destroy", ("office", "ranges", "document", "words")),
    "find": ("stock.count", ("office", "ranges", "reason", "words")),
}


@router.get(PAGE)
def stock(request: Request, service: TheService, visitor: Staff, blank: str = "") -> Response:
    """Balances, alarms, forecast, what waits; blank: go to this one."""
    if not blank.strip():
        return _overview(request, service, visitor, Form())
    try:
        desk.fate(service, visitor.actor, blank.strip())
    except NotFound as error:
        form = Form({"blank": blank[:20]}).refused(error, ("blank",))
        return _overview(request, service, visitor, form, status=404)
    return RedirectResponse(f"{PAGE}/blanks/{blank.strip()}", status_code=303)


@router.post(PAGE)
def decide(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """Confirm or refuse what another keeper asked for; cut a store off or open it."""
    fields = body.fields
    form = Form({name: fields.get(name, "") for name in (*FIELDS, "approval")})
    return _tried(
        lambda: _decided(service, visitor, fields, clock.now()),
        lambda error, status: _overview(request, service, visitor, form.refused(error, ()), status=status),
    )


@router.get(PAGE + "/new/{step}")
def form_of(request: Request, service: TheService, visitor: Staff, step: str) -> Response:
    """The form of one step."""
    return _form(request, service, visitor, step, Form({"office": visitor.actor.office or ""}))


@router.post(PAGE + "/new/{step}")
def act(
    request: Request, service: TheService, visitor: Staff, step: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Done, or shown again with every fault beside its field."""
    form = Form({name: body.fields.get(name, "") for name in FIELDS})
    return _tried(
        lambda: _done(service, visitor, step, form.values, clock.now()),
        lambda error, status: _form(request, service, visitor, step, form.refused(error, FIELDS), status=status),
    )


@router.get(PAGE + "/transfers/{transfer}")
def transfer(request: Request, service: TheService, visitor: Staff, transfer: str) -> Response:
    """What is on the way, and the form of whoever signs it in."""
    return _transfer(request, service, visitor, transfer, Form())


@router.post(PAGE + "/transfers/{transfer}")
def arrive(
    request: Request, service: TheService, visitor: Staff, transfer: str, body: Annotated[Posted, Depends(posted)]
) -> Response:
    """Sign in what arrived, or what came back."""
    form = Form({"arrived": body.fields.get("arrived", "")})
    step = transfers.turn_back if body.fields.get("step") == "turn_back" else transfers.acknowledge
    return _tried(
        lambda: step(service, visitor.actor, transfer, lines(form.values["arrived"]), clock.now()),
        lambda error, status: _transfer(
            request, service, visitor, transfer, form.refused(error, ("arrived",)), status=status
        ),
    )


@router.get(PAGE + "/offices/{office}")
def numbers(request: Request, service: TheService, visitor: Staff, office: str) -> Response:
    """Every blank that lies at an office, to be counted or reported when it is out of control."""
    held = desk.ranges(service, visitor.actor, office)
    return page(
        request, "stock_numbers.html", office=Shown(service, asked_for(request), ()).office(office), numbers=held
    )


@router.get(PAGE + "/blanks/{blank}")
def one(request: Request, service: TheService, visitor: Staff, blank: str) -> Response:
    """Where a blank is, the passport it became, every movement that touched it."""
    t = asked_for(request)
    found = desk.fate(service, visitor.actor, blank)
    shown = Shown(service, t, [who for held in found.history for who in (held.by, held.second)])
    return page(request, "stock_blank.html", blank=shown.fate(found))


def lines(text: str) -> list[str]:
    """Ranges as people write them into a field, one a line or with commas between."""
    return [item.strip() for item in _SPLIT.split(text) if item.strip()]


def _tried(work: Callable[[], object], again: Callable[[IssuanceError, int], Response]) -> Response:
    try:
        work()
    except (Unavailable, NotFound):
        raise
    except IssuanceError as error:
        return again(error, 409 if isinstance(error, Conflict) else 422)
    return RedirectResponse(PAGE, status_code=303)


def _decided(service: Service, visitor: Visitor, fields: Mapping[str, Any], now: datetime) -> None:
    actor, words = visitor.actor, fields.get("decide_words", "")
    match fields.get("step", ""):
        case "approve":
            two.approve(service, actor, fields.get("approval", ""), words, now)
        case "refuse":
            two.refuse(service, actor, fields.get("approval", ""), words, now)
        case "withdraw":
            two.withdraw(service, actor, fields.get("approval", ""), words, now)
        case "freeze":
            desk.freeze(service, actor, fields.get("office", ""), words, now)
        case "unfreeze":
            desk.unfreeze(service, actor, fields.get("office", ""), words, now)
        case _:
            raise Invalid(fault("step", "اختر ما تفعله", "choose what you do", field="step"))


def _done(service: Service, visitor: Visitor, step: str, held: Mapping[str, str], now: datetime) -> None:
    actor, office, ranges = visitor.actor, held["office"], lines(held["ranges"])
    if step == "send":
        transfers.send(service, actor, office, held["to"], ranges, held["seals"], now)
    elif step == "count":
        counts.count(service, actor, office, ranges, held["words"], now)
    else:
        counted = int(held["count"]) if held["count"].strip().isdecimal() else None  # Arabic digits too
        wanted = Wanted(step, office, tuple(ranges), held["document"], held["reason"], counted)
        two.ask(service, actor, wanted, held["words"], now)


def _overview(request: Request, service: Service, visitor: Visitor, form: Form, *, status: int = 200) -> Response:
    t, actor = asked_for(request), visitor.actor
    held = desk.overview(service, actor, clock.now())
    shown = Shown(service, t, [who for one in held.movements for who in (one.by, one.second)])
    asked = two.own(service, actor, clock.now())
    asking = Shown(service, t, [one.asked_by for one in (*held.waiting, *asked)])
    freezes = policy.allowed(actor, "stock.freeze")
    return page(
        request,
        "stock.html",
        status=status,
        form=form,
        steps=[step for step, (action, _) in STEPS.items() if policy.allowed(actor, action)],
        alarms=[shown.alarm(one) for one in held.alarms],
        reconciled=shown.reconciled(reconciliation.entries(service, actor, 1)),
        waiting=[asking.waiting(one) for one in held.waiting],
        own=[asking.waiting(one) for one in asked],
        columns=shown.columns,
        offices=shown.offices(held.balances),
        forecasts=[shown.forecast(one) for one in held.forecasts],
        bars=shown.bars(held.forecasts),
        transfers=[shown.transfer(one) for one in held.transfers],
        counts=[shown.count(one) for one in held.counts[:8]],
        movements=[shown.movement(one) for one in held.movements[:15]],
        freezes=_choice(t, shown.stores(held.balances)) if freezes else [],
    )


def _form(
    request: Request, service: Service, visitor: Visitor, step: str, form: Form, *, status: int = 200
) -> Response:
    if step not in STEPS:
        raise NotFound(fault("step", "لا صفحة بهذا الاسم", "there is no such page", field="step"))
    action, fields = STEPS[step]
    t, actor = asked_for(request), visitor.actor
    policy.require(actor, action)
    known = holders(service, t, clock.now())
    scope = policy.offices_in_scope(actor, action)
    own = [(code, name) for code, name in known if scope is None or code in scope]
    rules = service.spec.passport.stock
    reasons = {
        "spoil": [(code, t.pick(words)) for code, words in rules.spoiling.entries.items()],
        "find": [(code, t.pick(way.title)) for code, way in rules.finding.entries.items()],
    }
    return page(
        request,
        "stock_form.html",
        status=status,
        form=form,
        step=step,
        fields=fields,
        offices=own,
        others=_choice(t, [(code, name) for code, name in known if code != actor.office]),
        reasons=_choice(t, reasons.get(step, [])),
        waits=step in two.ACTIONS,
    )


def _transfer(
    request: Request, service: Service, visitor: Visitor, transfer: str, form: Form, *, status: int = 200
) -> Response:
    t, actor = asked_for(request), visitor.actor
    held = desk.transfer(service, actor, transfer)
    shown = Shown(service, t, [held.sent_by, held.ended_by])
    signs = held.state == "sent" and policy.allowed(actor, "stock.transfer") and actor.id != held.sent_by
    return page(
        request,
        "stock_transfer.html",
        status=status,
        form=form,
        transfer=shown.transfer(held),
        may_arrive=signs and actor.office == held.to_office,
        may_turn_back=signs and actor.office == held.from_office,
    )


def _choice(t: Language, options: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [("", t("form.choose")), *options]
