"""Answers several routes share: files, and what OpenAPI says of problems."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi.responses import Response

from issuance.api.problem import MEDIA_TYPE, TITLE

_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "code", "faults"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "faults": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": ["string", "null"]},
                    "code": {"type": "string"},
                    "clause": {"type": ["string", "null"]},
                    "ar": {"type": "string"},
                    "en": {"type": "string"},
                },
            },
        },
    },
}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What OpenAPI says of these answers."""
    return {
        status: {"description": " / ".join(TITLE[status]), "content": {MEDIA_TYPE: {"schema": _SCHEMA}}}
        for status in statuses
    }


PROBLEMS = problems(401, 403, 404, 409, 413, 422, 503)

BINARY: dict[int | str, dict[str, Any]] = {
    200: {"description": "the file", "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
}


def attachment(content: bytes, media_type: str, name: str, *, inline: bool = False) -> Response:
    """A file, to be saved under `name` (or shown, when `inline`)."""
    kind = "inline" if inline else "attachment"
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": f"{kind}; filename*=UTF-8''{quote(name, safe='')}"},
    )
