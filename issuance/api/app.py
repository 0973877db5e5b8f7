"""The whole web application, built from an open service: API under `/v1`, pages, health, and what every request passes.

Nothing is decided here; this module only puts the parts together.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.types import Scope

from issuance.api import events, health, schemas, specification
from issuance.api.problem import TITLE, faults_of_validation, problem, problem_of
from issuance.api.shield import Shield
from issuance.api.turnstile import Turnstile
from issuance.biometrics import api as biometrics
from issuance.border import api as border
from issuance.border import api_bundle
from issuance.border import api_inspections as border_inspections
from issuance.border import api_pages as border_pages
from issuance.border.inspecting import Desk
from issuance.cases import api as cases
from issuance.certificates import api as certificates
from issuance.certificates import api_after, api_bulk, api_citizen, api_status
from issuance.certificates import api_grievance as certificate_grievance
from issuance.certificates import api_review as certificate_review
from issuance.fees import api as fees
from issuance.passports import api as passports
from issuance.passports import api_anomalies as passport_anomalies
from issuance.passports import api_applications as passport_applications
from issuance.passports import api_appointments as passport_appointments
from issuance.passports import api_life as passport_life
from issuance.passports import api_lines as passport_lines
from issuance.passports import api_production as passport_production
from issuance.passports import api_reconciliation as passport_reconciliation
from issuance.people import api as people
from issuance.specification import api_drafts
from issuance.stock import api as stock
from issuance.web import pages
from issuance.web.border import PAGE as BORDER_PAGE
from issuance.web.cases_evidence import TAKES_FILES as TAKES_FILES_OF_CASES
from issuance.web.cases_seen import PurposeDue, ask_purpose
from issuance.web.render import TEMPLATES, error_page, status_page
from issuance.web.visitor import PASSWORD_PAGE, PasswordDue
from specs.errors import Fault, IssuanceError

if TYPE_CHECKING:
    from issuance.service import Service

API_PREFIX = "/v1"
SMALL_BODY_BYTES = 256 * 1024
FORM_OVERHEAD_BYTES = 64 * 1024
TAKES_FILES = (
    f"{API_PREFIX}/passports",
    f"{API_PREFIX}/verifications",
    API_PREFIX + border_pages.PATH,
    "/passports/new",
    "/c",
    TAKES_FILES_OF_CASES,
)

TAKES_BOOKS = re.compile(r"(/v1/passports|/passport-office/production)/([^/]+/quality|lines/results)")
TAKES_PORTRAIT = re.compile(
    r"/v1/passports/applications/[^/]+/files/[^/]+|/passport-office/(applications/[^/]+|portrait)"
)
TAKES_EVIDENCE = re.compile(r"(/v1)?/cases/[^/]+/evidence")

DESCRIPTION = """
Issues Libyan passports and criminal-status certificates and verifies them.

Errors are RFC 9457 problem documents: `faults` names every field that is wrong and its clause, in Arabic and English.
Creating calls take an `Idempotency-Key`; a change of a case says the version it is made to (`If-Match`). Sign in with a
session cookie (unsafe calls then need `X-CSRF-Token`) or with `Authorization: Bearer`.
"""


def create_app(service: Service, turnstile: Turnstile | None = None) -> FastAPI:
    """The application over `service`; it owns nothing of it and closes nothing.

    turnstile: the one that several processes share; absent: this application's own.
    """
    app = FastAPI(
        title="منظومة إصدار الجوازات وشهادات الحالة الجنائية / Passport and Criminal-Status Certificate Service",
        description=DESCRIPTION,
        version="1",
        openapi_url=f"{API_PREFIX}/openapi.json",
        docs_url=None,  # the stock documentation pages load scripts from elsewhere
        redoc_url=None,
        lifespan=_closing,
    )
    app.state.service = service
    app.state.turnstile = turnstile or Turnstile()
    app.state.border_desk = Desk(service)
    for router in (
        border_inspections.router,  # first: routes are tried in order, and none is asked more often
        stock.router,  # before `/passports/{number}`
        passport_lines.router,
        passport_production.router,
        passport_applications.router,
        passport_life.public,
        passport_life.router,
        passport_appointments.router,
        passport_reconciliation.router,
        passport_anomalies.router,
        passports.router,
        biometrics.router,
        certificates.router,
        api_bulk.router,
        api_citizen.router,
        certificate_review.router,
        certificate_grievance.router,
        api_status.router,
        api_after.router,
        cases.router,
        fees.router,
        border.router,
        api_bundle.router,
        border_pages.router,
        people.router,
        events.router,
        api_drafts.router,
        specification.router,
        schemas.router,
    ):
        app.include_router(router, prefix=API_PREFIX)
    app.include_router(health.router)
    app.include_router(pages.router)
    app.mount("/static", StaticFiles(directory=TEMPLATES / "static"), name="static")
    _answer_errors(app)
    app.add_middleware(
        Shield,
        body_limit=lambda path: (
            service.spec.certificate_requests.bulk.maximum_bytes
            if path.startswith(API_PREFIX + api_bulk.PATH)
            else service.spec.border_inspections.limits.request_maximum_bytes
            if path in (API_PREFIX + border_inspections.PATH, BORDER_PAGE)
            else body_limit(path, service.spec.cases_evidence.file.maximum_bytes)
        ),
        https=service.settings.base_url.startswith("https://"),
        broken=_broken,
    )
    return app


@asynccontextmanager
async def _closing(app: FastAPI) -> AsyncIterator[None]:
    """At an orderly end, write what waited in memory."""
    yield
    app.state.border_desk.close()


def body_limit(path: str, evidence_bytes: int) -> int:
    """Bytes that a request to this path may bring."""
    if TAKES_EVIDENCE.fullmatch(path):
        return evidence_bytes + FORM_OVERHEAD_BYTES
    files = path in TAKES_FILES or TAKES_BOOKS.fullmatch(path) or TAKES_PORTRAIT.fullmatch(path)
    return border.MAXIMUM_BYTES + FORM_OVERHEAD_BYTES if files else SMALL_BODY_BYTES


def _for_programs(path: str) -> bool:
    return path.startswith((f"{API_PREFIX}/", "/healthz", "/readyz"))


def _answer_errors(app: FastAPI) -> None:
    """Every error as a problem document to programs and as a page to people."""

    async def typed(request: Request, error: Exception) -> Response:
        assert isinstance(error, IssuanceError)  # noqa: S101 - registered for this type only
        return problem_of(error) if _for_programs(request.url.path) else error_page(request, error)

    async def malformed(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        faults = faults_of_validation(error.errors())
        if _for_programs(request.url.path):
            return problem(422, "invalid", faults)
        return status_page(request, 422, faults)

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)  # noqa: S101
        if isinstance(error.__cause__, IssuanceError):  # FastAPI wraps what stops it reading a body
            return await typed(request, error.__cause__)
        if not _for_programs(request.url.path):
            return status_page(request, error.status_code)
        ar, en = TITLE.get(error.status_code, TITLE[400])
        fault = Fault(f"api.http.{error.status_code}", ar, en)
        return problem(error.status_code, "http", [fault], headers=error.headers)

    async def password_due(_request: Request, _error: Exception) -> Response:
        return RedirectResponse(PASSWORD_PAGE, status_code=303)

    async def purpose_due(request: Request, error: Exception) -> Response:
        assert isinstance(error, PurposeDue)  # noqa: S101
        return ask_purpose(request, error.number)

    app.add_exception_handler(IssuanceError, typed)
    app.add_exception_handler(PurposeDue, purpose_due)
    app.add_exception_handler(PasswordDue, password_due)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, http)


def _broken(scope: Scope) -> Response:
    """The answer to a bug: that it happened, and nothing of what."""
    if _for_programs(scope["path"]):
        ar, en = TITLE[500]
        return problem(500, "internal", [Fault("api.internal", ar, en)])
    return status_page(Request(scope), 500)
