"""Routes of the stock of blanks, under `/v1/passports/stock`. Commands hold the rules."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict

from issuance.api.answers import PROBLEMS
from issuance.api.body import json_object
from issuance.api.guard import SignedIn, TheService
from issuance.core import clock
from issuance.core.shapes import read_shape
from issuance.stock import counts, desk, transfers, two
from issuance.stock.ranges import CLAUSE
from issuance.stock.two import Wanted

router = APIRouter(prefix="/passports/stock", tags=["passports"])
Body = Annotated[dict[str, Any], Depends(json_object)]


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Move(_Asked):
    """kind: receive, spoil, destroy or find; count: what a receiver counted."""

    kind: str
    office: str
    ranges: tuple[str, ...]
    words: str
    document: str = ""
    reason: str = ""
    count: int | None = None


class Decision(_Asked):
    decision: Literal["approve", "refuse"]
    words: str


class Sending(_Asked):
    """seals: the numbers of the seals the blanks travel under."""

    office: str
    to: str
    ranges: tuple[str, ...]
    seals: str


class Arrival(_Asked):
    """arrived: what is there; turned_back: it came back to the sender."""

    arrived: tuple[str, ...]
    turned_back: bool = False


class Shelf(_Asked):
    """ranges: every number on the shelf; words: why it differs from the books, when it does."""

    office: str
    ranges: tuple[str, ...]
    words: str = ""


class Freeze(_Asked):
    """frozen: true cuts the store off, false opens it."""

    office: str
    frozen: bool
    reason: str


def _takes(shape: type[BaseModel], example: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": shape.model_json_schema(), "example": example}}
    return {"requestBody": {"required": True, "content": content}}


_RUN = "900000000001-900000000250"


@router.get("", summary="The stock / العهدة", responses=PROBLEMS)
def stock(service: TheService, actor: SignedIn, limit: Annotated[int, Query(ge=1, le=200)] = 30) -> dict[str, Any]:
    """Of the actor's offices: balances, forecasts, alarms, transfers, counts, movements, what waits for this person."""
    return desk.overview(service, actor, clock.now(), limit).as_json()


@router.get("/blanks/{blank}", summary="The fate of a blank / مصير دفتر", responses=PROBLEMS)
def blank(service: TheService, actor: SignedIn, blank: str) -> dict[str, Any]:
    """Where it is, which passport it became, and every movement that touched it."""
    return desk.fate(service, actor, blank).as_json()


@router.get("/offices/{office}/numbers", summary="Blanks at an office / دفاتر مكتب", responses=PROBLEMS)
def numbers(service: TheService, actor: SignedIn, office: str) -> dict[str, Any]:
    """Every number that lies there and is nobody's passport: what is reported when an office is out of control."""
    return {"office": office, "numbers": desk.numbers(service, actor, office)}


@router.post(
    "/movements",
    status_code=202,
    summary="Ask for a movement / طلب حركة",
    responses=PROBLEMS,
    openapi_extra=_takes(
        Move,
        {"kind": "receive", "office": "PTIP", "ranges": [_RUN], "document": "DN-7", "count": 250, "words": "box 1"},
    ),
)
def ask(service: TheService, actor: SignedIn, body: Body) -> dict[str, str]:
    """Receive, spoil, destroy or find; another person confirms."""
    asked = read_shape(Move, body, code="stock", clause=CLAUSE)
    wanted = Wanted(asked.kind, asked.office, asked.ranges, asked.document, asked.reason, asked.count)
    return {"approval": two.ask(service, actor, wanted, asked.words, clock.now())}


@router.post(
    "/movements/{approval}",
    summary="Confirm or refuse a movement / اعتماد حركة",
    responses=PROBLEMS,
    openapi_extra=_takes(Decision, {"decision": "approve", "words": "counted again"}),
)
def decide(service: TheService, actor: SignedIn, approval: str, body: Body) -> dict[str, Any]:
    """As the second person; the blanks move now."""
    asked = read_shape(Decision, body, code="stock", clause=CLAUSE)
    if asked.decision == "refuse":
        two.refuse(service, actor, approval, asked.words, clock.now())
        return {"movement": None}
    return {"movement": two.approve(service, actor, approval, asked.words, clock.now()).as_json()}


@router.post(
    "/transfers",
    status_code=201,
    summary="Send blanks / إرسال دفاتر",
    responses=PROBLEMS,
    openapi_extra=_takes(Sending, {"office": "PTIP", "to": "PBEN", "ranges": [_RUN], "seals": "S100 S101"}),
)
def send(service: TheService, actor: SignedIn, body: Body) -> dict[str, Any]:
    """Out of the store of `office`, on the way to `to`."""
    asked = read_shape(Sending, body, code="stock", clause=CLAUSE)
    return transfers.send(service, actor, asked.office, asked.to, asked.ranges, asked.seals, clock.now()).as_json()


@router.post(
    "/transfers/{transfer}",
    summary="Sign an arrival / تسلُّم إرسالية",
    responses=PROBLEMS,
    openapi_extra=_takes(Arrival, {"arrived": [_RUN]}),
)
def arrive(service: TheService, actor: SignedIn, transfer: str, body: Body) -> dict[str, Any]:
    """What was sent and is not among `arrived` is missing from now on, number by number."""
    asked = read_shape(Arrival, body, code="stock", clause=CLAUSE)
    step = transfers.turn_back if asked.turned_back else transfers.acknowledge
    return step(service, actor, transfer, asked.arrived, clock.now()).as_json()


@router.post(
    "/counts",
    status_code=201,
    summary="Count a store / جرد مخزن",
    responses=PROBLEMS,
    openapi_extra=_takes(Shelf, {"office": "PTIP", "ranges": [_RUN]}),
)
def count(service: TheService, actor: SignedIn, body: Body) -> dict[str, Any]:
    """Held against the books; a difference needs words, and what is not there is missing from now on."""
    asked = read_shape(Shelf, body, code="stock", clause=CLAUSE)
    return counts.count(service, actor, asked.office, asked.ranges, asked.words, clock.now()).as_json()


@router.post(
    "/freezes",
    summary="Cut a store off / تجميد مخزن",
    responses=PROBLEMS,
    openapi_extra=_takes(Freeze, {"office": "PTIP", "frozen": True, "reason": "the office was taken"}),
)
def freeze(service: TheService, actor: SignedIn, body: Body) -> dict[str, Any]:
    """At once: nothing is drawn, sent, received or destroyed there until it is opened again."""
    asked = read_shape(Freeze, body, code="stock", clause=CLAUSE)
    step = desk.freeze if asked.frozen else desk.unfreeze
    step(service, actor, asked.office, asked.reason, clock.now())
    return {"office": asked.office, "frozen": asked.frozen}
