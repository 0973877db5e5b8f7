"""Routes of printing lines: register by two people, close, send, fetch a package, hand in results. No rule stands here.

A line's own program signs in as a client with the role `printing_line`, and sees the lines of its office alone.
"""

from __future__ import annotations

import base64
import binascii
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field

from issuance.api.answers import BINARY, PROBLEMS, attachment
from issuance.api.body import json_object, takes
from issuance.api.guard import SignedIn, TheService
from issuance.api.once import Call, IdempotencyKey, once
from issuance.core import clock
from issuance.core.shapes import read_shape
from issuance.passports import line_packages, line_register, line_results, line_views, lines
from issuance.passports.line import CLAUSE
from issuance.passports.line_register import Wanted
from specs.errors import Fault, Invalid

router = APIRouter(prefix="/passports/lines", tags=["passports"], responses=PROBLEMS)
Body = Annotated[dict[str, Any], Depends(json_object)]
RESULTS = "/passports/lines/results"


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Registration(_Asked):
    """public_key: SubjectPublicKeyInfo of the key the line made, DER in base64."""

    line: str = Field(max_length=16)
    office: str = Field(max_length=16)
    public_key: str = Field(max_length=1000)
    words: str


class Decision(_Asked):
    decision: Literal["approve", "refuse"]
    words: str


class Closing(_Asked):
    """reason: of specs/passport/production.yaml, closing."""

    reason: str
    words: str


class Sending(_Asked):
    """numbers: of books; null: as many of those that wait as a package holds."""

    numbers: tuple[str, ...] | None = Field(default=None, max_length=500)


async def _body(request: Request) -> bytes:
    return await request.body()


@router.get("", summary="Printing lines / خطوط الطباعة")
def listed(service: TheService, actor: SignedIn) -> dict[str, Any]:
    """Lines of the offices in reach, and what waits for this person's approval."""
    now = clock.now()
    found = [one.as_json() for one in lines.lines(service, actor, now)]
    waits = [line_register.awaited_as_json(one) for one in line_register.awaited(service, actor, now)]
    return {"lines": found, "waiting": waits}


@router.post(
    "",
    status_code=202,
    summary="Ask for a line to be registered / طلب تسجيل خط",
    openapi_extra=takes(
        Registration, {"line": "TIP-1", "office": "PTIP", "public_key": "MFkw...", "words": "محضر استلام 7/2026"}
    ),
)
def ask(service: TheService, actor: SignedIn, body: Body) -> dict[str, str]:
    """Another person approves; both compare the digest of the key with what the line itself shows."""
    said = read_shape(Registration, body, code="passports.line", clause=CLAUSE)
    wanted = Wanted(said.line, said.office, read_key(said.public_key))
    approval = line_register.ask_line(service, actor, wanted, said.words, clock.now())
    return {"approval": approval, "sha256": wanted.sha256}


@router.post(
    "/approvals/{approval}",
    summary="Approve or refuse, as the second person / اعتماد أو رفض",
    openapi_extra=takes(Decision, {"decision": "approve", "words": "طابقت بصمة المفتاح على شاشة الخط"}),
)
def decide(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    """Approved, the line makes the books of its office from now on, and the one that did is closed."""
    said = read_shape(Decision, body, code="passports.line", clause=CLAUSE)
    if said.decision == "refuse":
        line_register.refuse_line(service, actor, approval, said.words, clock.now())
        return {"line": None}
    return {"line": line_register.approve_line(service, actor, approval, said.words, clock.now()).as_json()}


@router.post(
    "/results",
    summary="Hand in what a line answers / تقديم نتائج خط",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/pkcs7-mime": {
                    "schema": {"type": "string", "format": "binary", "description": "CMS SignedData of the line, DER"}
                }
            },
        }
    },
)
def take(service: TheService, actor: SignedIn, message: Annotated[bytes, Depends(_body)]) -> dict[str, Any]:
    """For all books of a package or some; a message is taken once, and so is the answer for a book."""
    return line_results.take_results(service, actor, message, clock.now()).as_json()


@router.get("/{line}", summary="One line / خط")
def one(service: TheService, actor: SignedIn, line: str) -> dict[str, Any]:
    """How it stands."""
    return lines.line(service, actor, line, clock.now()).as_json()


@router.get("/{line}/certificate", summary="Certificate of a line / شهادة خط", responses=BINARY)
def certificate(service: TheService, actor: SignedIn, line: str) -> Response:
    """DER."""
    return attachment(lines.certificate(service, actor, line), "application/pkix-cert", f"{line}.cer")


@router.post(
    "/{line}/closing",
    summary="Close a line / إغلاق خط",
    openapi_extra=takes(Closing, {"reason": "compromised", "words": "سُرق القرص من المطبعة"}),
)
def close(service: TheService, actor: SignedIn, line: str, body: Body) -> dict[str, Any]:
    """At once, by one person: nothing is made for it or sent to it any more."""
    said = read_shape(Closing, body, code="passports.line", clause=CLAUSE)
    return line_register.close_line(service, actor, line, said.reason, said.words, clock.now()).as_json()


@router.get("/{line}/packages", summary="Packages of a line / أوامر عمل خط")
def packages(
    service: TheService, actor: SignedIn, line: str, limit: Annotated[int, Query(ge=1, le=line_views.MAX_ROWS)] = 50
) -> dict[str, Any]:
    """The newest first, with what the line answered for each book; and the books that wait for the line."""
    now = clock.now()
    found = line_views.packages(service, actor, line, now, limit)
    waits = line_views.waiting(service, actor, line, now)
    return {"packages": [held.as_json() for held in found], "waiting": waits}


@router.post(
    "/{line}/packages",
    status_code=201,
    summary="Seal books to a line / إرسال دفاتر إلى خط",
    openapi_extra=takes(Sending, {"numbers": None}),
)
def send(service: TheService, actor: SignedIn, line: str, body: Body, key: IdempotencyKey = None) -> Response:
    """One package, for this line alone; its program fetches it."""
    said = read_shape(Sending, body, code="passports.line", clause=CLAUSE)

    def work(_: str | None) -> dict[str, Any]:
        return line_packages.send_package(service, actor, line, said.numbers, clock.now()).as_json()

    call = Call(key, f"POST /v1/passports/lines/{line}/packages", (said.model_dump(mode="json"),))
    return once(service, actor, call, work, named_by="id")


@router.get("/{line}/packages/{package}/content", summary="The sealed package / أمر العمل المختوم", responses=BINARY)
def content(service: TheService, actor: SignedIn, line: str, package: str) -> Response:
    """CMS AuthEnvelopedData, DER, until the line has answered for every book or its time is over."""
    held = line_packages.collect(service, actor, line, package, clock.now())
    return attachment(held, "application/pkcs7-mime", f"{package}.p7m")


def read_key(given: str) -> bytes:
    """The bytes of a key in base64. Raises `Invalid`."""
    try:
        return base64.b64decode("".join(given.split()), validate=True)
    except (ValueError, binascii.Error) as error:
        words = "المفتاح ليس base64", "the key is no base64"
        raise Invalid(Fault("passports.line.base64", *words, field="public_key", clause=CLAUSE)) from error
