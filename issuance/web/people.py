"""Search the register; from a person to the documents they may be issued."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.core import clock, policy
from issuance.people import views
from issuance.web.render import page
from issuance.web.visitor import Staff

router = APIRouter()
SHOWN = 50


@router.get("/people")
def people(
    request: Request, service: TheService, visitor: Staff, q: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """People who match `q`; nobody at all before something was asked."""
    policy.require(visitor.actor, "people.read")
    query = q.strip()
    found = views.people(service, visitor.actor, query, SHOWN, now=clock.now()) if query else []
    may = [a for a in ("certificates.request", "passports.issue") if policy.allowed(visitor.actor, a)]
    return page(request, "people.html", query=query, people=[_row(view.as_json()) for view in found], may=may)


def _row(person: dict[str, Any]) -> dict[str, str]:
    arabic, latin = person["names"]["arabic"], person["names"]["latin"]
    return {
        "name_ar": " ".join(arabic[part] for part in ("first", "father", "grandfather", "family")),
        "name_latin": f"{latin['given']} {latin['surname']}",
        "national_number": person["national_number"],
        "birth_date": person["birth_date"],
    }
