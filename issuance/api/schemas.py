"""Public routes of the published shapes: the index, each schema, its examples. `issuance.specification` makes them."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request
from fastapi.responses import RedirectResponse, Response

from issuance.api.answers import problems
from issuance.api.guard import TheService
from issuance.core.civil import civil_day
from issuance.specification import schemas
from specs.events import TOPICS

MEDIA_TYPE = "application/schema+json"
_KEPT = {"Cache-Control": "public, max-age=3600"}
router = APIRouter(prefix="/schemas", tags=["schemas"], responses=problems(404))
Known = Annotated[str | None, Header(alias="If-None-Match")]


@router.get("", summary="Every published schema / كل المخططات المنشورة")
def index(service: TheService, known: Known = None) -> Response:
    """Name, version, titles, address, digest, and the calls that take or give each document."""
    base, topics = service.settings.base_url, service.spec.events.topics.names
    events = [
        {
            "name": f"events/{topic}",
            "version": str(number),
            "title": {"ar": topics[topic].ar, "en": topics[topic].en},
            "schema": f"{base}{schemas.PATH}/events/{topic}/{number}",
            "examples": None,
            "sha256": None,
            "taken_by": [],
            "given_by": ["GET /v1/events"],
        }
        for topic, forms in TOPICS.items()
        for number in range(1, len(forms) + 1)
    ]
    return _answer({"schemas": schemas.index(service.spec, base) + events}, known, "application/json")


@router.get("/{name}/{version}", summary="One schema / مخطط", responses={307: {"description": "the edition in force"}})
def schema(request: Request, service: TheService, name: str, version: str, known: Known = None) -> Response:
    """JSON Schema, 2020-12. `1` leads to `1-2026` where each edition of the passport has a shape of its own."""
    if full := schemas.in_force(service.spec, name, version, civil_day(service.clock())):
        return RedirectResponse(request.url.path.removesuffix(version) + full, 307)
    return _answer(schemas.schema(service.spec, name, version, service.settings.base_url), known, MEDIA_TYPE)


@router.get("/{name}/{version}/examples", summary="Examples and counter-examples / أمثلة صحيحة وخاطئة")
def examples(service: TheService, name: str, version: str, known: Known = None) -> Response:
    """Documents that validate, and some that do not, each with the reason."""
    version = schemas.in_force(service.spec, name, version, civil_day(service.clock())) or version
    return _answer(schemas.sample(schemas.found(service.spec, name, version)), known, "application/json")


def _answer(value: Any, known: str | None, media_type: str) -> Response:
    """The value, or 304 to who holds it already."""
    body = json.dumps(value, ensure_ascii=False).encode()
    tag = f'"{sha256(body).hexdigest()[:32]}"'
    headers = {**_KEPT, "ETag": tag}
    if known is not None and tag in [one.strip().removeprefix("W/") for one in known.split(",")]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
