"""Who calls: a signed-in session by cookie, a program by token or certificate; and that an unsafe call was meant.

What the caller may then do is decided by `core.policy` inside each command; nothing here knows roles.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool

from issuance.api.problem import NotSignedIn
from issuance.api.serving import certificate_of
from issuance.core import clock
from issuance.core.actor import PUBLIC, Actor
from issuance.staff.rules import csrf_matches, csrf_token
from issuance.staff.sign_in import SignedIn as Session
from issuance.staff.sign_in import client_by_certificate, client_of, session_of
from specs.errors import Fault, NotAllowed

if TYPE_CHECKING:
    from issuance.db.session import Readable
    from issuance.service import Service

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_HEADER = "X-CSRF-Token"
_COOKIE = "issuance_session"
_BEARER = "bearer "


async def the_service(request: Request) -> Any:
    """The service this application was built over. No thread is taken for what waits for nothing."""
    return request.app.state.service


if TYPE_CHECKING:
    TheService = Annotated[Service, Depends(the_service)]
else:
    # At run time FastAPI reads the annotation; it must not try to make a schema of `Service`.
    TheService = Annotated[Any, Depends(the_service)]


@dataclass(frozen=True, slots=True)
class Caller:
    """actor: the public when nobody signed in; session, token: of a cookie that holds; csrf: the form token needed."""

    actor: Actor
    session: Session | None = None
    token: str = ""
    csrf: str | None = None


def cookie_name(service: Service) -> str:
    """`__Host-` binds the cookie to this host and to https; browsers take it only when it is secure."""
    return f"__Host-{_COOKIE}" if service.settings.secure_cookies else _COOKIE


def caller_of(request: Request, service: TheService) -> Caller:
    """Who calls. A token or cookie that does not hold counts as none; a bearer token wins over a cookie."""
    return _caller(request, service, service.db)


def _caller(request: Request, service: Service, register: Readable) -> Caller:
    given = request.headers.get("authorization", "")
    if given:
        actor = None
        if given.lower().startswith(_BEARER):
            with register.reading() as read:
                actor = client_of(read, given[len(_BEARER) :].strip(), clock.now(), certificate_of(request.scope))
        if actor is None:
            raise NotSignedIn
        return Caller(actor)
    token = request.cookies.get(cookie_name(service), "")
    session = session_of(service.db, token, service.spec.staff_access, clock.now()) if token else None
    if session is None:
        return Caller(PUBLIC)
    return Caller(session.actor, session, token, csrf_token(service.settings.session_key(), token))


async def signed_in(request: Request, service: TheService, caller: Annotated[Caller, Depends(caller_of)]) -> Actor:
    """The actor of an API call that needs one. Raises `NotSignedIn`, and `NotAllowed` for a forged unsafe call.

    Without token and cookie it is the program bound to the certificate of this connection.
    """
    if caller.actor is PUBLIC:
        return await run_in_threadpool(_by_certificate, request, service, service.db)
    return _meant(request, service, caller)


def actor_of(request: Request, service: Service, register: Readable) -> Actor:
    """As the dependency `SignedIn`, for a route that does all its work in one thread, or at one snapshot."""
    caller = _caller(request, service, register)
    return _by_certificate(request, service, register) if caller.actor is PUBLIC else _meant(request, service, caller)


def _meant(request: Request, service: Service, caller: Caller) -> Actor:
    if caller.session is not None and request.method not in SAFE_METHODS:
        require_meant(request, service, caller, request.headers.get(CSRF_HEADER, ""))
    return caller.actor


def _by_certificate(request: Request, service: Service, register: Readable) -> Actor:
    certificate = certificate_of(request.scope)
    if certificate is None:
        raise NotSignedIn
    with register.reading() as read:
        actor = client_by_certificate(read, certificate, clock.now())
    if actor is None:
        raise NotSignedIn
    if request.method not in SAFE_METHODS:  # a browser sends its certificate unasked, as it does a cookie
        require_same_origin(request, service)
    return actor


def require_meant(request: Request, service: Service, caller: Caller, sent: str) -> None:
    """An unsafe call by cookie comes from our own pages: same origin, the session's form token. Raises `NotAllowed`."""
    require_same_origin(request, service)
    if not csrf_matches(service.settings.session_key(), caller.token, sent):
        raise NotAllowed(
            Fault(
                "api.csrf",
                "انتهت صلاحية هذه الصفحة. أعد فتحها ثم أرسل من جديد",
                "This page is out of date. Open it again and resend",
                field=CSRF_HEADER,
                clause="issue 2 §7",
            )
        )


def require_same_origin(request: Request, service: Service) -> None:
    """What the browser itself says of where a form stood. Raises `NotAllowed` when that is another site."""
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    ours = {request.url.netloc, urlsplit(service.settings.base_url).netloc}
    # Our own `Referrer-Policy: no-referrer` makes browsers send `Origin: null`; Sec-Fetch-Site then decides.
    elsewhere = origin not in (None, "null") and urlsplit(origin).netloc not in ours
    if elsewhere or site not in ("same-origin", "none"):
        raise NotAllowed(
            Fault(
                "api.origin",
                "أُرسل هذا الطلب من موقع آخر فلم يُنفذ",
                "this request came from another site and was not carried out",
                clause="issue 2 §7",
            )
        )


SignedIn = Annotated[Actor, Depends(signed_in)]
