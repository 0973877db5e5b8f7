"""Routes of a border post: inspect a document by all that was read of it; how many were inspected.

What is sent is judged and forgotten. Commands hold the rules.
"""

from __future__ import annotations

import base64
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Final

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from issuance.api.answers import PROBLEMS
from issuance.api.body import an_object, read_form, read_json
from issuance.api.guard import SignedIn, TheService, actor_of
from issuance.border.counts import counted
from issuance.border.sent import Sent, of_form, of_json
from issuance.core import clock
from issuance.core.civil import civil_day

if TYPE_CHECKING:
    from issuance.border.inspecting import Desk
    from issuance.core.actor import Actor
    from issuance.db.session import Readable
    from issuance.service import Service

_SMALL_BYTES: Final = 4096
_LANE_THREADS: Final = 3
_LANE: RunVar[CapacityLimiter] = RunVar("border_lane")
PATH = "/border/inspections"
router = APIRouter(prefix="/border", tags=["border"], responses=PROBLEMS)

_ZONE = ["PPLBYALMABROUK<<SALEM<ALI<<<<<<<<<<<<<<<<<<<", "LB22222226LBY9005178M3411218<<<<<<<<<<<<<<<4"]
_DG1 = base64.b64encode(b"\x61\x5b\x5f\x1f\x58" + "".join(_ZONE).encode()).decode()
_FILE = {"type": "string", "format": "binary"}
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "mrz": {"type": "array", "items": {"type": "string"}},
                        "page": {"type": "string", "format": "byte"},
                        "chip": {"type": "object", "additionalProperties": {"type": "string", "format": "byte"}},
                        "chip_record": {"type": "object"},
                        "seal": {"type": "string"},
                    },
                },
                "examples": {
                    "mrz": {"summary": "text", "value": {"mrz": _ZONE}},
                    "chip": {
                        "summary": "text and chip: each file read, as base64 (DG1 alone proves nothing)",
                        "value": {
                            "mrz": _ZONE,
                            "chip": {"DG1": _DG1},
                            "chip_record": {"aa_challenge": "0123456789ABCDEF", "aa_response": "5A3C" * 32},
                        },
                    },
                    "seal": {
                        "summary": "printed seal, as a scanner types it",
                        "value": {"seal": "https://verify.example/c#3AMK2LBYA"},
                    },
                },
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {
                        "mrz": {"type": "string"},
                        "page": _FILE,
                        "seal": {"type": "string"},
                        "chip_record": {"type": "string"},
                        "chip": {"type": "array", "items": _FILE},
                    },
                }
            },
        },
    }
}


async def desk_of(request: Request) -> Any:
    """What the posts of this application share. No thread is taken for what waits for nothing."""
    return request.app.state.border_desk


if TYPE_CHECKING:
    TheDesk = Annotated[Desk, Depends(desk_of)]
else:
    TheDesk = Annotated[Any, Depends(desk_of)]


@router.post(
    "/inspections",
    summary="Inspect a document / فحص وثيقة",
    openapi_extra=_BODY,
    responses={200: {"description": "the answer, whatever it is"}},
)
async def inspect(request: Request, service: TheService, desk: TheDesk) -> Response:
    """Genuine, current, and may its holder travel: by any of text, picture, chip and seal. Counted, never stored."""
    if _small(request):
        body = await request.body()
        told = await to_thread.run_sync(lambda: _told_at_once(desk, request, service, body), limiter=_lane())
        return told if isinstance(told, Response) else await run_in_threadpool(_told, desk, *told)
    actor = await run_in_threadpool(actor_of, request, service, service.db)  # much is read only for whoever signed in
    if _is_form(request):
        form = await read_form(request)
        parts = tuple((field, file.name, file.content) for field, file in form.parts)
        return await run_in_threadpool(lambda: _told(desk, actor, of_form(form.fields, parts, service.spec)))
    body = await request.body()
    return await run_in_threadpool(lambda: _told(desk, actor, _of_body(body, service)))


def _lane() -> CapacityLimiter:
    """The threads of this server for short questions. Few: more of them wait for one another and not for the register,
    and behind those who draw pages or read pictures none of them waits."""
    try:
        return _LANE.get()
    except LookupError:
        _LANE.set(CapacityLimiter(_LANE_THREADS))
        return _LANE.get()


def _told_at_once(desk: Desk, request: Request, service: Service, body: bytes) -> Response | tuple[Actor, Sent]:
    """The answer, by the turn of one thread at one snapshot; who asked what where a picture must be read first."""
    with service.db.reading() as register:
        actor, sent = actor_of(request, service, register), _of_body(body, service)
        return _told(desk, actor, sent, register) if sent.page is None else (actor, sent)


def _small(request: Request) -> bool:
    """The text of a zone or of a seal, as a post asks it most."""
    declared = request.headers.get("content-length", "")
    return declared.isdecimal() and int(declared) <= _SMALL_BYTES and not _is_form(request)


def _is_form(request: Request) -> bool:
    return request.headers.get("content-type", "").startswith("multipart/form-data")


def _of_body(body: bytes, service: Service) -> Sent:
    return of_json(an_object(read_json(body)), service.spec)


def _told(desk: Desk, actor: Actor, sent: Sent, register: Readable | None = None) -> Response:
    told = desk.inspect_sent(actor, sent, clock.now(), register)
    return JSONResponse(told.as_json(), headers={"Cache-Control": "no-store"})


@router.get("/counts", summary="How many documents were inspected / أعداد الفحوص")
def counts(
    service: TheService,
    actor: SignedIn,
    desk: TheDesk,
    first: Annotated[date | None, Query(alias="from")] = None,
    last: Annotated[date | None, Query(alias="to")] = None,
) -> dict[str, Any]:
    """By post, day and outcome, of the posts in the caller's territory; the last 30 days unless said otherwise."""
    now = clock.now()
    until = last or civil_day(now)
    since = first or until - timedelta(days=29)
    desk.counts.flush()
    rows = counted(service, actor, since, until, now)
    return {"from": since.isoformat(), "to": until.isoformat(), "counts": [one.as_json() for one in rows]}
