"""The messages to phones, for staff: in development with their texts, for nobody else sends them; else without.

An account administrator sees when messages went out, never a code or a number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.core import messages, policy
from issuance.core.messages import Message
from issuance.web.cases_words import moment
from issuance.web.render import page
from issuance.web.visitor import Staff

if TYPE_CHECKING:
    from issuance.service import Service

router = APIRouter()
PAGE = "/messages"
_SHOWN_DIGITS = 2


@router.get(PAGE)
def outbox(request: Request, service: TheService, visitor: Staff) -> Response:
    """The newest fifty. Raises `NotAllowed`."""
    whole = outbox_open(service)
    if not whole:
        policy.require(visitor.actor, "messages.read")
    with service.db.reading() as read:
        rows = [_row(message, whole) for message in messages.messages(read)]
    return page(request, "messages.html", rows=rows, whole=whole)


def outbox_open(service: Service) -> bool:
    """Whether this page stands for the phones: development, and no line to send over."""
    return not service.settings.production and not service.settings.sms_url


def _row(message: Message, whole: bool) -> dict[str, Any]:
    return {
        "at": moment(message.at),
        "phone": message.phone if whole else f"…{message.phone[-_SHOWN_DIGITS:]}",
        "text": message.text if whole else None,
        "sent": moment(message.sent_at) if message.sent_at is not None else "",
        "tries": message.tries,
    }
