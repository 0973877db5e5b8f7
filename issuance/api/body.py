"""Request bodies to plain values: JSON and multipart forms. Anything malformed is a typed error, quickly.

The size of the whole body is limited before (`shield`); here only the shape is judged.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from pydantic import BaseModel
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from specs.errors import Fault, Invalid, IssuanceError

MAXIMUM_PARTS = 256  # a case of many accused and charges has a box for each


@dataclass(frozen=True, slots=True)
class Upload:
    """One uploaded file. name: as the sender calls it, never a path to use."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FormBody:
    """A form: text fields and files by name; of a repeated name, the last. parts: all files in order, named."""

    fields: Mapping[str, str]
    files: Mapping[str, Upload]
    parts: tuple[tuple[str, Upload], ...] = ()


def read_json(text: bytes | str, field: str | None = None) -> Any:
    """Decoded JSON. Raises `Invalid` (`api.body.json`): malformed, too deep, not finite, or text no database takes."""
    try:
        value = json.loads(text, parse_constant=_refuse)
        _storable(json.dumps(value, ensure_ascii=False, allow_nan=False))
        return value
    except (ValueError, RecursionError) as error:
        raise Invalid(
            Fault("api.body.json", "ليس نص JSON سليماً", "not well-formed JSON", field=field, clause="RFC 8259")
        ) from error


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _storable(text: str) -> str:
    """`text` when it is Unicode text without NUL (escaped or not); PostgreSQL keeps no other. Raises `ValueError`."""
    text.encode("utf-8")
    if "\x00" in text or "\\u0000" in text:
        raise ValueError("NUL in text")
    return text


def an_object(value: Any, field: str | None = None) -> dict[str, Any]:
    """`value` when it is a JSON object. Raises `Invalid`."""
    if not isinstance(value, dict):
        raise Invalid(
            Fault(
                "api.body.object", "يلزم كائن JSON هنا", "a JSON object is needed here", field=field, clause="openapi"
            )
        )
    return value


async def read_form(request: Request) -> FormBody:
    """A multipart or URL-encoded form. Raises `Invalid` when it is neither or malformed."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in ("multipart/form-data", "application/x-www-form-urlencoded"):
        raise Invalid(
            Fault("api.body.form", "يلزم نموذج multipart", "a multipart/form-data body is needed", clause="openapi")
        )
    fields: dict[str, str] = {}
    files: dict[str, Upload] = {}
    parts: list[tuple[str, Upload]] = []
    try:
        async with request.form(max_files=MAXIMUM_PARTS, max_fields=MAXIMUM_PARTS) as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    files[name] = Upload(value.filename or "", await value.read())
                    parts.append((name, files[name]))
                else:
                    fields[name] = _storable(value)
    except IssuanceError:
        raise
    except (HTTPException, ClientDisconnect, ValueError) as error:  # UnicodeDecodeError is a ValueError
        raise Invalid(Fault("api.body.form", "نموذج غير سليم", "the form is malformed", clause="RFC 7578")) from error
    return FormBody(fields, files, tuple(parts))


async def json_object(request: Request) -> dict[str, Any]:
    """Dependency: the request body as a JSON object."""
    return an_object(read_json(await request.body()))


def takes(shape: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    """`openapi_extra` of a route whose body is read by `core.shapes`: its schema and an example."""
    content = {"application/json": {"schema": shape.model_json_schema(), "example": example}}
    return {"requestBody": {"required": True, "content": content}}
