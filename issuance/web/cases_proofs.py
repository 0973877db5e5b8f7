"""What a case can be held to: whether its entries and hand-overs are as they were written, and its signed receipts."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from issuance.api.answers import attachment
from issuance.api.guard import TheService
from issuance.cases.verify import receipt, verify_case
from issuance.core import clock
from issuance.web.cases_seen import address, stated
from issuance.web.cases_tabs import tabs
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.visitor import Staff

router = APIRouter()


@router.get("/cases/{number}/verification")
def verification(request: Request, service: TheService, visitor: Staff, number: str) -> Response:
    """The verdict, made now from the rows themselves."""
    verdict = verify_case(service, visitor.actor, number, stated(request, visitor, number), clock.now())
    t = asked_for(request)
    return page(
        request,
        "case_verification.html",
        tabs=tabs(visitor, "/cases"),
        number=number,
        home=address(number),
        verdict=verdict,
        heading=t(f"check.heading.{verdict.status}"),
    )


@router.get("/cases/{number}/receipts/{seq}")
def signed_receipt(request: Request, service: TheService, visitor: Staff, number: str, seq: int) -> Response:
    """The signed paper of a hand-over or its acknowledgement, byte for byte."""
    held = receipt(service, visitor.actor, number, seq, stated(request, visitor, number), clock.now())
    return attachment(held.cms, "application/pkcs7-mime", f"{number}-{seq}.p7m")
