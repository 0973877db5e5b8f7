"""Alarms that stand: periods that ran far or out, for the role that was told and for a supervisor, by deadline."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.cases.alarms import Alarm, standing_alarms
from issuance.cases.case_rules import CaseRules
from issuance.core import clock
from issuance.staff.public import offices
from issuance.web.cases_file import USUAL_PURPOSE
from issuance.web.cases_seen import address
from issuance.web.cases_tabs import tabs
from issuance.web.cases_words import CaseWords
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Staff

router = APIRouter()


@router.get("/cases/alarms")
def alarms(
    request: Request, service: TheService, visitor: Staff, after: Annotated[str | None, Query(max_length=150)] = None
) -> Response:
    """The first page, or the one after the last alarm of another."""
    found = standing_alarms(service, visitor.actor, clock.now(), after=after)
    with service.db.reading() as read:
        register = {office.code: office for office in offices(read)}
    words = CaseWords(asked_for(request), CaseRules.of(service.spec), service.spec.roles, register, {})
    return page(
        request,
        "case_alarms.html",
        tabs=tabs(visitor, "/cases/alarms"),
        purpose=USUAL_PURPOSE,
        rows=[_row(alarm, words) for alarm in found.items],
        after=found.after,
    )


def _row(alarm: Alarm, words: CaseWords) -> dict[str, Any]:
    """What it is about as a code: whom it concerns stands in the file, which is opened for a purpose."""
    return {
        "number": alarm.case_number,
        "readable": alarm.readable,
        "look": f"{address(alarm.case_number)}/purpose",
        "clock": words.clock(alarm.code),
        "target": "" if alarm.target == "transfer" else alarm.target,
        "last_day": alarm.due_on.isoformat(),
        "level": alarm.percent,
        "role": words.role(alarm.role),
        "office": words.office(alarm.office),
    }
