"""My work: what waits for my receipt, what for my approval, and every case I or my office hold, by deadline."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.cases.case_rules import CaseRules
from issuance.cases.work import AwaitedApproval, WorkItem, my_work
from issuance.core import clock
from issuance.staff.public import account_names, offices
from issuance.web.cases_file import USUAL_PURPOSE
from issuance.web.cases_seen import address
from issuance.web.cases_tabs import tabs
from issuance.web.cases_words import CaseWords, moment
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Staff

router = APIRouter()
SHOWN = 50


@router.get("/cases")
def work(
    request: Request, service: TheService, visitor: Staff, after: Annotated[str | None, Query(max_length=100)] = None
) -> Response:
    """The first page, or the one after the last deadline of another."""
    t, now = asked_for(request), clock.now()
    found = my_work(service, visitor.actor, now, after=after, limit=SHOWN)
    with service.db.reading() as read:
        register = {office.code: office for office in offices(read)}
        accounts = account_names(read, {awaited.request.asked_by for awaited in found.approvals})
    words = CaseWords(t, CaseRules.of(service.spec), service.spec.roles, register, accounts)
    rows = [_row(item, words) for item in found.items]
    return page(
        request,
        "case_work.html",
        tabs=tabs(visitor, "/cases"),
        purpose=USUAL_PURPOSE,
        first=after is None,
        to_receive=[row for row in rows if row["to_receive"]],
        held=[row for row in rows if not row["to_receive"]],
        approvals=[_request(awaited, words) for awaited in found.approvals],
        after=found.after,
    )


def _row(item: WorkItem, words: CaseWords) -> dict[str, Any]:
    running = item.clock
    return {
        "number": item.number,
        "look": f"{address(item.number)}/purpose",
        "state": words.state(item.state),
        "offence": words.choice("offences", item.offence) if item.offence else words.choice("kinds", item.kind),
        "opened_on": item.opened_on.isoformat(),
        "holder": words.office(item.holder),
        "awaiting": words.office(item.awaiting),
        "to_receive": item.to_receive,
        "mine": item.mine,
        "clock": words.clock(running.code) if running is not None else "",
        "last_day": running.last_day.isoformat() if running is not None else "",
        "level": running.level if running is not None else 0,
    }


def _request(awaited: AwaitedApproval, words: CaseWords) -> dict[str, str]:
    asked = awaited.request
    return {
        "number": awaited.case_number,
        "href": f"{address(awaited.case_number)}/proposals/{asked.id}",
        "title": words.action(asked.proposal["name"]),
        "asked_by": words.account(asked.asked_by),
        "expires_at": moment(asked.expires_at),
    }
