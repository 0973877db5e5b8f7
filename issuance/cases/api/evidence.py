"""Routes of evidence files: take one in, list them with their custody, fetch one. Commands hold every rule."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import date
from typing import Any, BinaryIO
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response, StreamingResponse
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from issuance.api.answers import BINARY, problems
from issuance.api.guard import SignedIn, TheService
from issuance.api.version import VersionSeen, etag
from issuance.cases.act import StaleCase
from issuance.cases.api.files import DutyPurpose, Number, StatedPurpose, stale_answer
from issuance.cases.as_json import plain, summary_json
from issuance.cases.case_rules import CaseRules
from issuance.cases.custody import add_evidence, custody_of
from issuance.cases.evidence import Capture, content_of, evidence_of
from issuance.cases.reading import look
from issuance.core import clock
from specs.errors import Fault, Invalid, NotFound

router = APIRouter(prefix="/cases/{number}/evidence")

_PARTS = ("description", "place", "captured_on", "note")
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", *_PARTS],
                    "properties": {
                        "file": {"type": "string", "format": "binary"},
                        "description": {"type": "string", "examples": ["تسجيل كاميرا المحل"]},
                        "place": {"type": "string", "examples": ["شارع الجمهورية"]},
                        "captured_on": {"type": "string", "format": "date"},
                        "note": {"type": "string", "examples": ["سلمه صاحب المحل"]},
                    },
                }
            }
        },
    }
}
_CHUNK = 256 * 1024


@router.post(
    "", status_code=201, summary="Take evidence into a case / تحريز", openapi_extra=_BODY, responses=problems(428)
)
async def add(request: Request, service: TheService, actor: SignedIn, number: Number, version: VersionSeen) -> Response:
    """The file is kept under its SHA-256 and named in the case by the action `add_evidence`."""
    rules = CaseRules.of(service.spec)
    async with _form(request) as (said, content, note):
        try:
            file, item = await run_in_threadpool(
                add_evidence, service, actor, number, said, content, note, clock.now(), expected=version
            )
        except StaleCase as error:
            return stale_answer(error, rules)
    told = {**summary_json(file, rules), "evidence": plain(asdict(item))}
    location = f"/v1/cases/{number}/evidence/{item.id}/file"
    return JSONResponse(told, 201, headers={"Location": location, **etag(file.version)})


@router.get("", summary="Evidence of a case / أحراز القضية")
def items(service: TheService, actor: SignedIn, number: Number, purpose: StatedPurpose) -> dict[str, Any]:
    """Every item with its hash at capture and through whose hands it went."""
    file = look(service, actor, number, purpose, clock.now()).file
    with service.db.reading() as read:
        held = [(item, custody_of(read, file, item.id)) for item in evidence_of(read, file.evidence)]
    told = [{**asdict(item), "custody": [asdict(step) for step in steps]} for item, steps in held]
    return plain({"number": number, "evidence": told})


@router.get("/{item}/file", summary="An evidence file / ملف الدليل", responses=BINARY)
def content(service: TheService, actor: SignedIn, number: Number, item: str, purpose: DutyPurpose) -> Response:
    """Byte for byte as it was taken in; always to be saved, never shown."""
    file = look(service, actor, number, purpose, clock.now()).file
    if item not in file.evidence:
        words = "لا يوجد هذا الدليل في هذه القضية", "this case has no such evidence"
        raise NotFound(Fault("cases.evidence.unknown", *words, field="item", clause="cases/evidence.yaml"))
    with service.db.reading() as read:
        (held,) = evidence_of(read, [item])
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(held.file_name, safe='')}",
        "Content-Length": str(held.size_bytes),
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(_chunks(content_of(service, held)), media_type=held.media_type, headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(_CHUNK):
            yield chunk


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[tuple[Capture, BinaryIO, str]]:
    """What is said of the file, and the file, which the form keeps on disk while it is read. Raises `Invalid`."""
    try:
        async with request.form(max_files=1, max_fields=len(_PARTS)) as form:
            file = form.get("file")
            said = {name: value for name in _PARTS if isinstance(value := form.get(name), str) and "\x00" not in value}
            if not isinstance(file, UploadFile):
                raise Invalid(_fault("missing", "file", "هذا الجزء مطلوب", "this part is required"))
            try:
                day = date.fromisoformat(said.get("captured_on", ""))
            except ValueError as error:
                words = "التاريخ يُكتب هكذا: 2026-01-10", "a day is written so: 2026-01-10"
                raise Invalid(_fault("malformed", "captured_on", *words)) from error
            name, note = file.filename or "file", said.get("note", "")
            yield Capture(name, said.get("description", ""), said.get("place", ""), day), file.file, note
    except (HTTPException, ClientDisconnect, UnicodeDecodeError) as error:
        raise Invalid(Fault("api.body.form", "نموذج غير سليم", "the form is malformed", clause="RFC 7578")) from error


def _fault(kind: str, field: str, ar: str, en: str) -> Fault:
    return Fault(f"api.request.{kind}", ar, en, field=field, clause="openapi")
