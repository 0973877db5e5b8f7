"""Every page's routes, in one router; and the home page, which shows what the visitor may do."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.core import policy
from issuance.web import (
    border,
    cases,
    certificate_after,
    certificate_review,
    certificates,
    check,
    citizen,
    citizen_track,
    fees,
    grievances,
    messages,
    passport_afis,
    passport_anomalies,
    passport_appointments,
    passport_decisions,
    passport_delivery,
    passport_duplicates,
    passport_enrolment,
    passport_fingers,
    passport_track,
    passports,
    people,
    production,
    production_lines,
    sign_in,
    specification,
    specification_drafts,
    stock,
)
from issuance.web.render import Link, page
from issuance.web.visitor import Here, Visitor

router = APIRouter(include_in_schema=False)
for part in (
    border,
    check,
    citizen,
    citizen_track,
    sign_in,
    people,
    certificate_after,
    certificate_review,
    grievances,
    certificates,
    stock,  # before `/passports/{number}`
    production_lines,  # before `/passport-office/production/{number}`
    production,
    passport_enrolment,
    passport_decisions,
    passport_delivery,
    passport_track,
    passport_appointments,
    passport_fingers,
    passport_duplicates,
    passport_afis,
    passport_anomalies,
    passports,
    cases,
    fees,
    messages,
    specification_drafts,
    specification,
):
    router.include_router(part.router)

# (words, address, the action that opens it)
TILES: Sequence[tuple[str, str, str]] = (
    ("nav.cases", "/cases", "cases.work"),
    ("nav.cases_search", "/cases/search", "cases.search"),
    ("nav.cases_looks", "/cases/looks", "cases.audit"),
    ("nav.cases_statistics", "/cases/statistics", "cases.statistics"),
    ("nav.certificates_new", "/certificates/new", "certificates.request"),
    ("nav.certificates_review", "/certificates/review", "certificates.review"),
    ("nav.grievances", grievances.PAGE, "certificates.hear_grievance"),
    ("nav.certificates_find", certificate_after.FIND, "certificates.legalise_interior"),
    ("nav.certificates_find", certificate_after.FIND, "certificates.legalise_foreign"),
    ("nav.certificates_find", certificate_after.FIND, "certificates.legalise_mission"),
    ("nav.desk", passport_enrolment.PAGE, "passports.enrol"),
    ("nav.places", passport_appointments.TODAY, "passports.enrol"),
    ("nav.docket", passport_decisions.PAGE, "passports.decide"),
    ("nav.duplicates", passport_duplicates.PAGE, "biometrics.settle"),
    ("nav.afis", passport_afis.PAGE, "biometrics.read"),
    ("nav.delivery", passport_delivery.PAGE, "passports.deliver"),
    ("nav.books", passport_delivery.PAGE, "passports.report"),
    ("nav.anomalies", passport_anomalies.PAGE, "passports.anomalies"),
    ("nav.passports_new", "/passports/new", "passports.issue"),
    ("nav.stock", stock.PAGE, "stock.read"),
    ("nav.production", production.PAGE, "passports.personalise"),
    ("nav.production", production.PAGE, "passports.check_quality"),
    ("nav.lines", production_lines.PAGE, "passports.lines"),
    ("nav.fees", fees.PAGE, "fees.read"),
    ("nav.people", "/people", "people.read"),
    ("nav.certificates", "/certificates", "certificates.read"),
    ("nav.passports", "/passports", "passports.read"),
    ("nav.messages", messages.PAGE, "messages.read"),
    ("nav.specification_drafts", specification_drafts.PAGE, "specification.read_drafts"),
    ("nav.border", border.PAGE, border.CHECK),
    ("nav.check", "/c", "verify.public"),
)


@router.get("/")
def home(request: Request, service: TheService, visitor: Here) -> Response:
    """What this visitor may do, as tiles; to a stranger, the public check and the way in."""
    actions = service.spec.roles.actions
    return page(
        request,
        "home.html",
        tiles=_tiles(visitor),
        rights=[actions[name].title for name in policy.available(visitor.actor)],
    )


def _tiles(visitor: Visitor) -> list[Link]:
    """One tile an address, the first of the list that is open to the visitor."""
    found: dict[str, Link] = {}
    for key, href, action in TILES:
        if policy.allowed(visitor.actor, action):
            found.setdefault(href, Link(key, href))
    return list(found.values())
