"""Routes anybody may call: verify a document, fetch what is needed to verify without us. Nothing sent here is kept."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from issuance.api import published
from issuance.api.answers import PROBLEMS
from issuance.api.body import an_object, read_form, read_json
from issuance.api.guard import TheService
from issuance.border.status import with_status
from issuance.border.steps import verdict_json
from issuance.border.upload import verify_upload
from issuance.border.verify import verify_text
from issuance.core import clock
from keys import pdf_verify
from specs.errors import Fault, Invalid

MAXIMUM_BYTES = pdf_verify.MAXIMUM_BYTES

router = APIRouter(tags=["verification"], responses={s: PROBLEMS[s] for s in (413, 422, 503)})

_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
            "application/json": {
                "schema": {
                    "oneOf": [
                        {"type": "object", "required": ["seal"], "properties": {"seal": {"type": "string"}}},
                        {
                            "type": "object",
                            "required": ["mrz"],
                            "properties": {"mrz": {"type": "array", "items": {"type": "string"}}},
                        },
                    ]
                },
                "examples": {
                    "seal": {"value": {"seal": "https://verify.example/c#3AM..."}},
                    "mrz": {
                        "value": {
                            "mrz": [
                                "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<",
                                "L898902C36UTO7408122F1204159ZE184226B<<<<<10",
                            ]
                        }
                    },
                },
            },
        },
    }
}

Given = tuple[bytes | str, str]
"""What is to be verified (a file's bytes or a text), and the file's name."""


async def _given(request: Request) -> Given:
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        file = (await read_form(request)).files.get("file")
        if file is None:
            raise _missing("file")
        return file.content, file.name
    body = an_object(read_json(await request.body()))
    if set(body) == {"seal"} and isinstance(body["seal"], str):
        return body["seal"], ""
    lines = body.get("mrz")
    if set(body) == {"mrz"} and isinstance(lines, list) and all(isinstance(line, str) for line in lines):
        return "\n".join(lines), ""
    raise _missing("seal")


def _missing(field: str) -> Invalid:
    return Invalid(
        Fault(
            "border.verification.input",
            "أرسل ملفاً في الحقل file، أو JSON فيه seal نصاً أو mrz قائمة أسطر",
            "send a file in the field `file`, or JSON with `seal` (text) or `mrz` (list of lines)",
            field=field,
            clause="openapi",
        )
    )


@router.post(
    "/verifications",
    summary="Verify a document / التحقق من وثيقة",
    openapi_extra=_BODY,
    responses={200: {"description": "the verdict, whatever it is"}},
)
def verify(service: TheService, given: Annotated[Given, Depends(_given)]) -> JSONResponse:
    """A verdict on a certificate PDF, a seal (text, address, picture), a chip file or an MRZ; 200 for every verdict."""
    content, name = given
    at = clock.now()
    if isinstance(content, str):
        verdict = verify_text(content, service.trust, at, service.spec)
    else:
        verdict = verify_upload(content, name, service.trust, at, service.spec)
    verdict = with_status(verdict, service.db, at, service.spec)
    return JSONResponse(verdict_json(verdict, service.spec.border_inspection))


@router.get("/trust", summary="Anchors, lists and seal signers / شهادات الثقة")
def trust(service: TheService) -> JSONResponse:
    """What a verifier elsewhere needs to trust what this service signs."""
    held = published.trust(service.trust, clock.now(), service.spec.pki_profiles)
    return JSONResponse(held, headers={"Cache-Control": "max-age=300"})


@router.get("/seal-format", summary="How to read the certificate's seal / صيغة ختم الشهادة")
def seal_format(service: TheService) -> JSONResponse:
    """Header, features and outcome codes, as the specification in force says them."""
    held = published.seal_format(service.spec.certificate_seal, service.settings.base_url)
    return JSONResponse(held, headers={"Cache-Control": "max-age=300"})
