"""One case as one visitor sees it on a page: read for a purpose they stated, with the names that stand in it.

The purpose is kept by their own browser, for this case and this sign-in only; every page that shows the case reads it
anew and is audited with that purpose.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from issuance.cases.case_rules import CaseRules
from issuance.cases.evidence import Evidence, evidence_of
from issuance.cases.file import Action, CaseFile
from issuance.cases.reading import CaseView, look
from issuance.core import approvals
from issuance.core.approvals import Approval
from issuance.core.civil import civil_day
from issuance.core.purpose import Purpose
from issuance.staff.public import OfficeFacts, account_names, accounts_of, offices
from issuance.web.cases_forms import Offered, Options
from issuance.web.cases_words import CaseWords
from issuance.web.language import Language
from issuance.web.visitor import Visitor
from specs.schema.lifecycle import CaseAction

if TYPE_CHECKING:
    from issuance.service import Service

COOKIE = "issuance_purpose"
ROOT = "/cases"


class PurposeDue(Exception):
    """The visitor has not said for what they look at the case; the edge leads there and back."""

    def __init__(self, number: str) -> None:
        super().__init__()
        self.number = number


@dataclass(frozen=True, slots=True)
class Seen:
    """view: as `cases.reading` gives it; requests: proposals for a second officer that wait; evidence: its items."""

    view: CaseView
    words: CaseWords
    requests: tuple[Approval, ...]
    evidence: tuple[Evidence, ...]

    @property
    def file(self) -> CaseFile:
        return self.view.file


def address(number: str) -> str:
    """The page of a case."""
    return f"{ROOT}/{quote(number, safe='')}"


def seen(request: Request, service: Service, visitor: Visitor, number: str, t: Language, now: datetime) -> Seen:
    """Read the case for the purpose its reader stated. Raises `PurposeDue`, and as `reading.look`."""
    purpose = stated(request, visitor, number)
    view = look(service, visitor.actor, number, purpose, now)
    with service.db.reading() as read:
        register = {office.code: office for office in offices(read)}
        pending = [a for a in approvals.approvals_of(read, f"case:{view.file.id}") if a.state(now) == "pending"]
        evidence = tuple(evidence_of(read, view.file.evidence))
        accounts = account_names(read, _named(view.file, view.entries, pending))
    words = CaseWords(t, CaseRules.of(service.spec), service.spec.roles, register, accounts)
    return Seen(view, words, tuple(pending), evidence)


def _named(file: CaseFile, entries: Iterable[Action], pending: Iterable[Approval]) -> set[str]:
    named = {file.assigned} if file.assigned else set()
    for entry in entries:
        named |= {entry.actor, *([entry.asked_by] if entry.asked_by else []), *_account_in(entry.body)}
    for one in pending:
        named |= {one.asked_by, *_account_in(one.proposal["body"])}
    return named


def _account_in(body: Any) -> set[str]:
    return {str(body["account"])} if "account" in body else set()


def offered(service: Service, one: Seen, name: str, now: datetime) -> Offered:
    """What the form of an action may offer to choose from."""
    kind, file, words = one.words.rules.lifecycle.actions[name], one.file, one.words
    accounts: Options = ()
    if "account" in (*kind.asks, *kind.may):
        with service.db.reading() as read:
            accounts = tuple((held.id, held.display_name) for held in accounts_of(read, file.holder))
    return Offered(
        receivers(kind, file, words, civil_day(now)),
        accounts,
        tuple((code, words.accused(file, code)) for code in file.accused),
        tuple((code, words.charge(file, code)) for code in file.charges),
        tuple((item.id, f"{item.file_name} – {item.description}") for item in one.evidence),
    )


def receivers(kind: CaseAction, file: CaseFile, words: CaseWords, today: date) -> Options:
    """The open offices that may receive the file by this action."""

    def fits(office: OfficeFacts) -> bool:
        return office.kind in kind.hands_over and office.code != file.holder and office.open_on(today)

    return tuple((office.code, words.office(office.code)) for office in words.offices.values() if fits(office))


def stated(request: Request, visitor: Visitor, number: str) -> Purpose:
    """What the visitor said they look for. Raises `PurposeDue`."""
    purpose = _purpose(request, visitor, number)
    if purpose is None:
        raise PurposeDue(number)
    return purpose


def _purpose(request: Request, visitor: Visitor, number: str) -> Purpose | None:
    """What the visitor said of this case since they signed in, None when nothing."""
    try:
        said = json.loads(base64.urlsafe_b64decode(request.cookies.get(COOKIE, "")))
        signed_in, case, code, words = said
    except (ValueError, TypeError, binascii.Error):
        return None
    if [signed_in, case] != [_sign_in(visitor), number]:
        return None
    return Purpose(str(code), str(words))


def remembering(response: Response, visitor: Visitor, number: str, purpose: Purpose, *, secure: bool) -> Response:
    """The same answer; the browser keeps the purpose for the pages of this case until it closes."""
    said = json.dumps([_sign_in(visitor), number, purpose.code, purpose.words])
    value = base64.urlsafe_b64encode(said.encode()).decode()
    response.set_cookie(COOKIE, value, path=address(number), httponly=True, samesite="strict", secure=secure)
    return response


def ask_purpose(request: Request, number: str) -> Response:
    """Lead to the question for what, and back to the page that was wanted."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"{address(number)}/purpose?next={quote(wanted, safe='/')}", status_code=303)


def _sign_in(visitor: Visitor) -> str:
    """Names the sign-in without telling its token, so that the next person at this browser is asked anew."""
    return sha256(f"{visitor.username} {visitor.csrf}".encode()).hexdigest()[:32]
