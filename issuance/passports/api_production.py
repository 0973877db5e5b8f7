"""Routes of production: what waits, make a book, written, quality control, spoiling. No rule stands here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from issuance.api.answers import PROBLEMS
from issuance.api.body import read_form
from issuance.api.guard import SignedIn, TheService
from issuance.api.once import Call, IdempotencyKey, once
from issuance.core import clock
from issuance.passports import producing, production, quality
from specs.errors import Fault, Invalid

router = APIRouter(prefix="/passports", tags=["passports"], responses=PROBLEMS)


class Order(BaseModel):
    """application: id of one that is approved; blank: the number of the blank in hand, None: the next of the store."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    application: str = Field(min_length=1, max_length=36)
    blank: str | None = Field(default=None, max_length=12)


class Said(BaseModel):
    """words: what was seen, or why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    words: str = Field(min_length=1, max_length=1000)


@dataclass(frozen=True, slots=True)
class ReadBack:
    """chip: files by name; page: the scan; back: of a card; observations: where that page was scanned."""

    chip: dict[str, bytes]
    page: bytes
    back: bytes
    observations: bytes | None


async def _read_back(request: Request) -> ReadBack:
    """The files of the form: `page`, `back` of a card, `observations` where it was scanned, and each chip file under
    its own name."""
    files = (await read_form(request)).files
    if "page" not in files:
        words = "صورة صفحة البيانات مطلوبة", "the scan of the data page is needed"
        raise Invalid(Fault("api.request.missing", *words, field="page", clause="openapi"))
    scans = {name: files[name].content for name in ("page", "back", "observations") if name in files}
    chip = {name: held.content for name, held in files.items() if name not in scans}
    return ReadBack(chip, scans["page"], scans.get("back", b""), scans.get("observations"))


_READ_BACK: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["page"],
                    "properties": {
                        "page": {
                            "type": "string",
                            "format": "binary",
                            "description": "PNG or JPEG; of a card, its front",
                        },
                        "back": {"type": "string", "format": "binary", "description": "the other side of a card"},
                        "observations": {
                            "type": "string",
                            "format": "binary",
                            "description": "the page with the note of the earlier book, PNG or JPEG",
                        },
                    },
                    "additionalProperties": {
                        "type": "string",
                        "format": "binary",
                        "description": "a file of the chip as read back, under its name: DG1.bin, EF_SOD.bin, ...",
                    },
                }
            }
        },
    }
}


@router.get("/production", summary="What waits in production / ما ينتظر الشخصنة والفحص")
def waiting(
    service: TheService,
    actor: SignedIn,
    office: str | None = None,
    limit: Annotated[int, Query(ge=1, le=production.MAX_ROWS)] = 100,
) -> dict[str, list[dict[str, Any]]]:
    """Approved, being made, to be checked: as far as the actor's duties reach, the nearest deadline first."""
    found = production.waiting(service, actor, clock.now(), office=office, limit=limit)
    return {"waiting": [one.as_json() for one in found]}


@router.post("/production", status_code=201, summary="Make a book / شخصنة دفتر")
def produce(service: TheService, actor: SignedIn, order: Order, key: IdempotencyKey = None) -> Response:
    """Checks everything again, draws a blank, takes a number, signs, and answers the book."""

    def work(_: str | None) -> dict[str, Any]:
        made = producing.produce(service, actor, order.application, clock.now(), blank=order.blank)
        return made.as_json()

    return once(service, actor, Call(key, "POST /v1/passports/production", (order.model_dump(),)), work)


@router.post("/{number}/written", status_code=204, summary="The book is written / كُتب الدفتر")
def written(service: TheService, actor: SignedIn, number: str) -> Response:
    """The line finished the book: it waits for quality control."""
    quality.written(service, actor, number, clock.now())
    return Response(status_code=204)


@router.post("/{number}/quality", summary="Quality control / فحص الجودة", openapi_extra=_READ_BACK)
def check(
    service: TheService,
    actor: SignedIn,
    number: str,
    read: Annotated[ReadBack, Depends(_read_back)],
) -> JSONResponse:
    """Passed, the differences found, or a scan to be taken again."""
    found = quality.check(service, actor, number, read.chip, read.page, clock.now(), read.observations, back=read.back)
    return JSONResponse(found.as_json())


@router.post("/{number}/spoiling", status_code=202, summary="Ask to spoil a book / طلب إتلاف دفتر")
def spoil(service: TheService, actor: SignedIn, number: str, said: Said) -> dict[str, Any]:
    """A defect seen by eye; another person approves."""
    return {"number": number, "approval": quality.spoil(service, actor, number, said.words, clock.now())}


@router.post("/spoilings/{approval}", summary="Spoil a book, second person / إتلاف دفتر، الشخص الثاني")
def approve_spoiling(service: TheService, actor: SignedIn, approval: str, said: Said) -> dict[str, str | Literal[True]]:
    """Book and blank are spoiled for ever; the application waits for another book."""
    number = quality.approve_spoiling(service, actor, approval, said.words, clock.now())
    return {"number": number, "spoiled": True}
