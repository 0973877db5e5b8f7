"""Sign in, sign out, change one's password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.body import FormBody, read_form
from issuance.api.guard import Caller, TheService, caller_of, cookie_name, require_same_origin
from issuance.core import clock
from issuance.staff import sign_in as sessions
from issuance.staff.commands import change_password
from issuance.web.forms import Form
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import PASSWORD_PAGE, Here, Posted, Staff, Visitor, posted
from specs.errors import Invalid, NotAllowed

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()

MAXIMUM_CHARACTERS = 1024


@router.get("/sign-in")
def ask(request: Request, _visitor: Here, next: str = "/", changed: str = "") -> Response:
    """The sign-in form; `next` is where it leads after."""
    return _sign_in_page(request, Form(), next, changed=bool(changed))


@router.post("/sign-in")
def sign_in(
    request: Request,
    service: TheService,
    _visitor: Here,
    caller: Annotated[Caller, Depends(caller_of)],
    body: Annotated[FormBody, Depends(read_form)],
) -> Response:
    """Open a session with a fresh token; the one before, if any, ends. A refusal never says which part was wrong."""
    require_same_origin(request, service)
    username, password = (body.fields.get(name, "")[:MAXIMUM_CHARACTERS] for name in ("username", "password"))
    target = local(body.fields.get("next", "/"))
    now = clock.now()
    try:
        session, token = sessions.sign_in(service.db, username, password, service.spec.staff_access, now)
    except NotAllowed as error:
        return _sign_in_page(request, Form({"username": username}).refused(error, ()), target, status=403)
    if caller.session is not None:
        sessions.sign_out(service.db, caller.token, now)
    response = RedirectResponse(PASSWORD_PAGE if session.must_change_password else target, status_code=303)
    _set_cookie(response, service, token)
    return response


@router.post("/sign-out")
def sign_out(
    service: TheService, caller: Annotated[Caller, Depends(caller_of)], _body: Annotated[Posted, Depends(posted)]
) -> Response:
    """End the session, here and in the register."""
    sessions.sign_out(service.db, caller.token, clock.now())
    return _leave("/", service)


@router.get(PASSWORD_PAGE)
def password(request: Request, service: TheService, visitor: Staff) -> Response:
    """The form to change one's own password."""
    return _password_page(request, service, visitor, Form())


@router.post(PASSWORD_PAGE)
def change(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """Change it; every session ends, so sign in again with the new one."""
    present, wanted = (body.fields.get(name, "")[:MAXIMUM_CHARACTERS] for name in ("present", "password"))
    try:
        change_password(service.db, visitor.actor, present, wanted, service.spec, now=clock.now())
    except (Invalid, NotAllowed) as error:
        form = Form().refused(error, ("present", "password"))
        return _password_page(request, service, visitor, form, status=422)
    return _leave("/sign-in?changed=1", service)


def local(target: str) -> str:
    """`target` when it is an address of this site, else the home page: a sign-in must not lead elsewhere."""
    plain = target.isprintable() and target.isascii() and "\\" not in target
    return target if plain and target.startswith("/") and not target.startswith("//") else "/"


def _sign_in_page(request: Request, form: Form, target: str, *, status: int = 200, changed: bool = False) -> Response:
    t = asked_for(request)
    notice = t("password.changed") if changed else t("sign_in.needed") if local(target) != "/" else ""
    return page(request, "sign_in.html", status=status, form=form, next=local(target), notice=notice, hide_sign_in=True)


def _password_page(request: Request, service: Service, visitor: Visitor, form: Form, *, status: int = 200) -> Response:
    minimum = service.spec.staff_access.password.minimum_characters
    return page(
        request,
        "password.html",
        status=status,
        form=form,
        due=visitor.must_change_password,
        username=visitor.username,
        minimum=minimum,
    )


def _set_cookie(response: Response, service: Service, token: str) -> None:
    secure = service.settings.secure_cookies
    response.set_cookie(cookie_name(service), token, httponly=True, secure=secure, samesite="lax", path="/")


def _leave(target: str, service: Service) -> Response:
    response = RedirectResponse(target, status_code=303)
    secure = service.settings.secure_cookies
    response.delete_cookie(cookie_name(service), httponly=True, secure=secure, samesite="lax", path="/")
    return response
