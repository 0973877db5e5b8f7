"""Evidence of a case: take a file in, follow through whose hands each item went, fetch one; all for a purpose."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from issuance.api.body import Upload
from issuance.api.guard import TheService
from issuance.cases.act import StaleCase
from issuance.cases.custody import CustodyStep, add_evidence, custody_of
from issuance.cases.evidence import Capture, Evidence, content_of
from issuance.cases.legal import illegal
from issuance.core import clock
from issuance.core.civil import civil_day
from issuance.web import cases_shown as shown
from issuance.web.cases_forms import CLAUSE, day_of
from issuance.web.cases_seen import Seen, address, seen
from issuance.web.cases_tabs import tabs
from issuance.web.forms import Form
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Posted, Staff, Visitor, posted
from specs.errors import Fault, Invalid, IssuanceError, NotFound, Refused, Unavailable

if TYPE_CHECKING:
    pass

router = APIRouter()
FIELDS = ("description", "place", "captured_on", "note", "evidence_file")
TAKES_FILES = "/cases/evidence"
"""Where a file is sent; the application allows it a larger body."""
_ALIASES = {"file_name": "evidence_file", "file": "evidence_file", "content": "evidence_file"}
_CHUNK_BYTES = 1 << 16


@router.get("/cases/{number}/evidence/new")
def taking(request: Request, service: TheService, visitor: Staff, number: str) -> Response:
    """The form that takes a file in."""
    now = clock.now()
    one = seen(request, service, visitor, number, asked_for(request), now)
    if "add_evidence" not in one.view.moves:
        raise Refused(illegal(one.file, "add_evidence", one.words.rules))
    return _form(request, visitor, one, Form({"captured_on": civil_day(now).isoformat(), "place": one.file.place}))


@router.post(TAKES_FILES)
def take(request: Request, service: TheService, visitor: Staff, body: Annotated[Posted, Depends(posted)]) -> Response:
    """Keep the file under its hash and name it in the case; or the form again."""
    number, now = body.fields.get("number", ""), clock.now()
    sent = {name: body.fields.get(name, "") for name in FIELDS}
    version = body.fields.get("version", "")
    file = body.files.get("evidence_file", Upload("", b""))
    try:
        said = Capture(file.name, sent["description"], sent["place"], _day(sent["captured_on"]))
        expected = int(version) if version.isdecimal() else None
        content = io.BytesIO(file.content)
        add_evidence(service, visitor.actor, number, said, content, sent["note"], now, expected=expected)
    except (Unavailable, NotFound):
        raise
    except IssuanceError as error:
        one = seen(request, service, visitor, number, asked_for(request), now)
        status = 409 if isinstance(error, StaleCase) else 422
        return _form(request, visitor, one, Form(sent).refused(error, FIELDS, _ALIASES), status=status)
    return RedirectResponse(f"{address(number)}?done=add_evidence", status_code=303)


@router.get("/cases/{number}/evidence/{item}")
def custody(request: Request, service: TheService, visitor: Staff, number: str, item: str) -> Response:
    """One item: what it is, its hash, through whose hands it went."""
    one = seen(request, service, visitor, number, asked_for(request), clock.now())
    held = _item(one, item)
    with service.db.reading() as read:
        steps = custody_of(read, one.file, held.id)
    return page(
        request,
        "case_evidence.html",
        tabs=tabs(visitor, "/cases"),
        head=shown.head(one.file, one.words),
        home=address(one.file.number),
        item=held,
        kind=one.words.t.pick(service.spec.cases_evidence.types.entries[held.media_type].title),
        steps=[_step(step, one) for step in steps],
    )


@router.get("/cases/{number}/evidence/{item}/file")
def fetch(request: Request, service: TheService, visitor: Staff, number: str, item: str) -> Response:
    """The file, byte for byte as it was taken in; never shown inside a page of ours."""
    held = _item(seen(request, service, visitor, number, asked_for(request), clock.now()), item)
    name = quote(held.file_name, safe="")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}", "Content-Length": str(held.size_bytes)}
    return StreamingResponse(_chunks(content_of(service, held)), media_type=held.media_type, headers=headers)


def listed(one: Seen) -> list[dict[str, str]]:
    """The items of a file, for its page."""
    return [
        {
            "href": f"{address(one.file.number)}/evidence/{item.id}",
            "description": item.description,
            "file_name": item.file_name,
            "place": item.place,
            "captured_on": item.captured_on.isoformat(),
        }
        for item in one.evidence
    ]


def _chunks(content: BinaryIO) -> Iterator[bytes]:
    with content:
        while chunk := content.read(_CHUNK_BYTES):
            yield chunk


def _item(one: Seen, item: str) -> Evidence:
    for held in one.evidence:
        if held.id == item:
            return held
    words = "لا يوجد هذا الحرز في الملف", "the file has no such evidence"
    raise NotFound(Fault("cases.evidence.unknown", *words, clause="cases/evidence.yaml"))


def _step(step: CustodyStep, one: Seen) -> dict[str, Any]:
    return {
        "keeper": one.words.office(step.keeper),
        "place": step.place,
        "reason": step.reason,
        "happened_on": step.happened_on.isoformat(),
        "recorded_by": one.words.account(step.recorded_by),
    }


def _day(text: str) -> Any:
    try:
        day = day_of(text)
    except ValueError:
        day = None
    if day is None:
        words = "التاريخ غير صحيح؛ اكتبه سنة-شهر-يوم", "not a date; write year-month-day"
        raise Invalid(Fault("cases.field.form", *words, field="captured_on", clause=CLAUSE))
    return day


def _form(request: Request, visitor: Visitor, one: Seen, form: Form, *, status: int = 200) -> Response:
    return page(
        request,
        "case_evidence_new.html",
        status=status,
        tabs=tabs(visitor, "/cases"),
        head=shown.head(one.file, one.words),
        home=address(one.file.number),
        title=one.words.action("add_evidence"),
        action=TAKES_FILES,
        form=form,
    )
