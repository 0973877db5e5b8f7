"""Templates to answers: one Jinja environment, strict about names, escaping everything.

It knows what every page shows (language, who is signed in, the sections open to them) and nothing of any domain.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from issuance.api.problem import NotSignedIn, headers_of, status_of
from issuance.api.shield import request_id_of
from issuance.core import policy
from issuance.web.language import COOKIE, Language, asked_for
from issuance.web.visitor import Visitor
from specs.errors import Fault, IssuanceError

TEMPLATES = Path(__file__).parents[2] / "templates" / "web"
YEAR_SECONDS = 365 * 24 * 3600

# (words, address, the action that opens it; None: open to everybody signed in)
SECTIONS: Sequence[tuple[str, str, str | None]] = (
    ("nav.home", "/", None),
    ("nav.cases", "/cases", "cases.work"),
    ("nav.people", "/people", "people.read"),
    ("nav.certificates", "/certificates", "certificates.read"),
    ("nav.certificates_review", "/certificates/review", "certificates.review"),
    ("nav.grievances", "/certificates/grievances", "certificates.hear_grievance"),
    ("nav.passports", "/passports", "passports.read"),
    ("nav.desk", "/passport-office/applications", "passports.enrol"),
    ("nav.docket", "/passport-office/decisions", "passports.decide"),
    ("nav.delivery", "/passport-office/hand-over", "passports.deliver"),
    ("nav.stock", "/passports/stock", "stock.read"),
    ("nav.border", "/border", "border.check"),
    ("nav.check", "/c", "verify.public"),
)


@dataclass(frozen=True, slots=True)
class Link:
    """A way to go: its words and its address."""

    key: str
    href: str
    current: bool = False


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """The page `template` in the language the request asks for. A `?lang=` is remembered in a cookie."""
    t = asked_for(request)
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    account = visitor.account(t) if visitor is not None else None
    held: dict[str, Any] = {
        "t": t,
        "account": account,
        "paths": _sections(visitor, request.url.path) if visitor is not None and account else (),
        "csrf_field": _csrf_field(visitor),
        "switch_to": _switched(request.url, t),
        "hide_sign_in": False,
    }
    response = HTMLResponse(_environment().get_template(template).render(held | context), status_code=status)
    if request.query_params.get("lang") in ("ar", "en"):
        response.set_cookie(COOKIE, t.code, max_age=YEAR_SECONDS, samesite="lax", httponly=True)
    return response


def error_page(request: Request, error: IssuanceError) -> Response:
    """A typed error as a page; who is not signed in is led to sign in and back."""
    if isinstance(error, NotSignedIn) and request.method == "GET":
        target = URL("/sign-in").include_query_params(next=str(request.url.replace(scheme="", netloc="")))
        return Response(status_code=303, headers={"Location": str(target)})
    answer = status_page(request, status_of(error), error.faults)
    answer.headers.update(headers_of(error))
    return answer


def status_page(request: Request, status: int, faults: Sequence[Fault] = ()) -> Response:
    """A page for an HTTP status. It shows the faults given and never anything of an unexpected error."""
    t = asked_for(request)
    heading = t(f"error.{status}") if t.has(f"error.{status}") else t("error.500")
    words = t("error.404.words") if status == 404 else t("error.words")
    return page(
        request,
        "error.html",
        status=status,
        heading=heading,
        words=words,
        faults=faults,
        request_id=request_id_of(request.scope),
    )


def _sections(visitor: Visitor, path: str) -> list[Link]:
    """Those open to the visitor; current is the one whose address goes furthest with this page's."""
    open_ = [(key, href) for key, href, action in SECTIONS if action is None or policy.allowed(visitor.actor, action)]
    holding = [href for _, href in open_ if path == href or (href != "/" and path.startswith(href + "/"))]
    here = max(holding, key=len, default=None)
    return [Link(key, href, href == here) for key, href in open_]


def _csrf_field(visitor: Visitor | None) -> Markup:
    if visitor is None or visitor.csrf is None:
        return Markup("")
    return Markup('<input type="hidden" name="csrf" value="{}">').format(visitor.csrf)


def _switched(url: URL, t: Language) -> str:
    """This address in the other language; the host is left out so that nothing of the request can lead elsewhere."""
    changed = url.include_query_params(lang=t.other)
    return f"{changed.path}?{changed.query}"
