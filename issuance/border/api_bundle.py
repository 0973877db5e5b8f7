"""Routes of the offline bundle, for border officers and programs of posts (`border.check`). No rule stands here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from issuance.api.answers import BINARY, PROBLEMS
from issuance.api.guard import SignedIn, TheService
from issuance.border.bundle import making
from issuance.border.bundle.describing import described
from issuance.core import clock

router = APIRouter(prefix="/border/bundle", tags=["border"], responses=PROBLEMS)
WHOLE: Final = "bundle"
_DELTA: Final = re.compile(r"delta-([0-9]{1,15})")
_CHUNK: Final = 1 << 18
_FOR_EVER: Final = "private, max-age=31536000, immutable"
_ASK_AGAIN: Final = {"Cache-Control": "private, no-cache"}


@router.get("", summary="The current offline bundle / الحزمة الحالية")
def head(request: Request, service: TheService, actor: SignedIn) -> Response:
    """Its signed head (JWS, ES256, `x5c`), what the head claims, and from which versions a delta leads to it."""
    made = making.current(service, actor, clock.now())
    tag = {"ETag": f'"{made.head.version}"', **_ASK_AGAIN}
    if request.headers.get("if-none-match") == tag["ETag"]:
        return Response(status_code=304, headers=tag)
    return JSONResponse(described(made.token, made.head, making.bases(service)), headers=tag)


@router.get(
    "/{version}/{name}", summary="A file of a bundle, or a delta to it / ملف من الحزمة أو فرق إليها", responses=BINARY
)
def file(service: TheService, actor: SignedIn, version: int, name: str) -> Response:
    """name: `status` and the other files of the head, `bundle` for the whole, `delta-BASE` for what leads from version
    BASE to this one, which must be the current. What a version holds never changes."""
    now = clock.now()
    headers: dict[str, Any] = {"Cache-Control": _FOR_EVER, "X-Content-Type-Options": "nosniff"}
    if (asked := _DELTA.fullmatch(name)) is not None:
        content = making.delta_to(service, actor, int(asked[1]), version, now)
        return Response(content, media_type="application/octet-stream", headers=headers)
    made = making.version_of(service, actor, version, now)
    start, size = (0, made.path.stat().st_size) if name == WHOLE else made.file(name)
    headers["Content-Length"] = str(size)
    return StreamingResponse(_chunks(made.path, start, size), media_type="application/octet-stream", headers=headers)


def _chunks(path: Path, start: int, size: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while size and (some := file.read(min(_CHUNK, size))):
            size -= len(some)
            yield some
