"""Who looks at a page, and the form they send: sign-in led to, forged forms refused, before any page code runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from issuance.api.body import FormBody, read_form
from issuance.api.guard import Caller, TheService, caller_of, require_meant
from issuance.api.problem import NotSignedIn
from issuance.core.actor import PUBLIC, Actor
from issuance.web.language import Language
from specs.load import load

PASSWORD_PAGE = "/password"  # noqa: S105 - an address
_FREE_BEFORE_CHANGE = frozenset({PASSWORD_PAGE, "/sign-out"})

Posted = FormBody


@dataclass(frozen=True, slots=True)
class Visitor:
    """actor: the public when nobody is signed in; csrf: the form token; username, name: of the account."""

    actor: Actor
    csrf: str | None = None
    username: str = ""
    name: str | None = None
    must_change_password: bool = False

    def account(self, t: Language) -> dict[str, object] | None:
        """What the head of a page says of them: name and roles in the page's language."""
        if self.name is None:
            return None
        roles = load().roles.roles
        return {"name": self.name, "roles": [t.pick(roles[r].title) for r in sorted(self.actor.roles) if r in roles]}


class PasswordDue(Exception):
    """The first password must be changed before anything else; the edge leads there."""


def here(request: Request, caller: Annotated[Caller, Depends(caller_of)]) -> Visitor:
    """The visitor of any page, signed in or not; kept for the page's head."""
    session = caller.session
    if session is None:
        visitor = Visitor(caller.actor)
    else:
        visitor = Visitor(
            caller.actor, caller.csrf, session.username, session.display_name, session.must_change_password
        )
    request.state.visitor = visitor
    return visitor


def staff(request: Request, visitor: Annotated[Visitor, Depends(here)]) -> Visitor:
    """The visitor of a page for staff. Raises `NotSignedIn`, `PasswordDue`."""
    if visitor.actor is PUBLIC:
        raise NotSignedIn
    if visitor.must_change_password and request.url.path not in _FREE_BEFORE_CHANGE:
        raise PasswordDue
    return visitor


async def posted(
    request: Request,
    service: TheService,
    caller: Annotated[Caller, Depends(caller_of)],
    _visitor: Annotated[Visitor, Depends(staff)],
) -> FormBody:
    """A form of a signed-in visitor, its token checked. Raises `NotAllowed` for a forged one."""
    form = await read_form(request)
    if caller.session is not None:
        require_meant(request, service, caller, form.fields.get("csrf", ""))
    return form


Here = Annotated[Visitor, Depends(here)]
Staff = Annotated[Visitor, Depends(staff)]
