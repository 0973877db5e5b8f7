"""Who looked at a case or a person, for a supervisor; and accounts whose looks are odd."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.cases.looks import Looks, LookView, watched
from issuance.cases.reading import who_looked_at_case, who_looked_at_person
from issuance.core import clock, policy
from issuance.staff.public import AccountName
from issuance.web.cases_tabs import tabs
from issuance.web.cases_words import moment
from issuance.web.forms import Form
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Staff
from specs.errors import Invalid, NotFound

router = APIRouter()
Asked = Annotated[str, Query(max_length=60)]


@router.get("/cases/looks")
def looks(
    request: Request,
    service: TheService,
    visitor: Staff,
    number: Asked = "",
    national_number: Asked = "",
    after: Annotated[str | None, Query(max_length=100)] = None,
) -> Response:
    """Looks at one case or one person; without either, the accounts to look into."""
    policy.require(visitor.actor, "cases.audit")
    t, now = asked_for(request), clock.now()
    number, person = number.strip(), national_number.strip()
    form = Form({"number": number, "national_number": person})
    found = Looks()
    try:
        if number:
            found = who_looked_at_case(service, visitor.actor, number, now, after=after)
        elif person:
            found = who_looked_at_person(service, visitor.actor, person, now, after=after)
    except (Invalid, NotFound) as error:
        form = form.refused(error, ("number", "national_number"))
    asked = bool(number or person) and not form.count
    return page(
        request,
        "case_looks.html",
        status=422 if form.count else 200,
        tabs=tabs(visitor, "/cases/looks"),
        form=form,
        asked=asked,
        rows=[_row(held, service, t) for held in found.items],
        more=urlencode({**form.values, "after": found.after}) if found.after is not None else "",
        rules=service.spec.cases_reading.watch,
        watched=[
            {"account": _name(held.account), "looks": held.looks, "outside": held.outside, "denied": held.denied}
            for held in (() if asked else watched(service, visitor.actor, now))
        ],
    )


def _row(held: LookView, service: Any, t: Language) -> dict[str, Any]:
    purposes = service.spec.purposes.entries
    title = purposes.get(held.purpose)
    return {
        "at": moment(held.at),
        "account": _name(held.account),
        "office": held.office or "",
        "kind": t(f"cases.look.{held.kind}"),
        "denied": held.kind == "denied",
        "purpose": t.pick(title.title) if title is not None else held.purpose,
        "words": held.words,
        "own_part": held.own_part,
        "found": held.found,
    }


def _name(account: AccountName) -> str:
    return f"{account.name} ({account.username})" if account.name else account.id
