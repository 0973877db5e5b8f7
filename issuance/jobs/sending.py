"""Send the messages that wait (`core.messages`) over the line an installation names, each one once.

The line is a web address: a POST of `{"id", "phone", "text"}` as JSON. A message is claimed in one transaction and told
sent in another, with nothing open while the line is used; when the process dies between them it is sent again under
its id, which a provider takes once. Logs hold ids, never a phone or a text.
"""

from __future__ import annotations

import http.client
import json
import logging
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from issuance.core import messages
from issuance.core.actor import system
from issuance.core.messages import Sender
from issuance.core.settings import Settings
from issuance.core.uow import unit_of_work
from issuance.service import Service
from keys.timestamp_outside import connected
from specs.errors import Fault, Refused, Unavailable

log = logging.getLogger("issuance.messages")
SENDER = system("messages")
_ANSWER_BYTES = 64 * 1024
_LATER = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class WebLine:
    """url: https, or http on this machine; seconds: the whole exchange takes no longer."""

    url: str
    token: str = field(default="", repr=False)
    seconds: int = 10

    def send(self, message_id: str, phone: str, text: str) -> None:
        """Raises `Unavailable` when the line is down, `Refused` when it does not take this message."""
        parts = urlsplit(self.url)
        body = json.dumps({"id": message_id, "phone": phone, "text": text}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": message_id}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            with connected(self.url, self.seconds) as line:
                line.request("POST", path, body, headers)
                answer = line.getresponse()
                answer.read(_ANSWER_BYTES)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unavailable(_fault("line", type(error).__name__)) from error
        if 400 <= answer.status < 500 and answer.status not in _LATER:
            raise Refused(_fault("not_taken", f"status {answer.status}"))
        if not 200 <= answer.status < 300:
            raise Unavailable(_fault("line", f"status {answer.status}"))


def line_of(settings: Settings) -> Sender | None:
    """The line of this installation; None: messages stay in the table, where the page of staff shows them."""
    token = settings.sms_token.get_secret_value() if settings.sms_token is not None else ""
    return WebLine(settings.sms_url, token) if settings.sms_url else None


def deliver(service: Service, line: Sender, now: datetime) -> int:
    """One turn: send what is due; answers how many were taken. Raises `Unavailable` (the database)."""
    with service.db.reading() as read:
        if not messages.waiting(read, now):
            return 0
    with unit_of_work(service.db, SENDER, "messages to phones", now) as tx:
        claimed = messages.claim(tx)
    taken = 0
    for message in claimed:
        try:
            line.send(message.id, message.phone, message.text)
        except Refused as error:
            log.warning("message %s: %s", message.id, error.faults[0].en)
            continue
        except Unavailable as error:
            log.warning("messages wait: %s", error.faults[0].en)
            break
        with unit_of_work(service.db, SENDER, "messages to phones", now) as tx:
            messages.sent(tx, message.id)
        taken += 1
    return taken


def erase_secrets(service: Service, now: datetime) -> int:
    """Erase codes whose time is over; answers how many. Raises `Unavailable`."""
    with unit_of_work(service.db, SENDER, "worthless codes are erased", now) as tx:
        return messages.erase_worthless(tx)


def _fault(kind: str, what: str) -> Fault:
    ar, en = f"لم تُرسل الرسالة ({what})", f"the message was not sent ({what})"
    return Fault(f"messages.{kind}", ar, en, field="ISSUANCE_SMS_URL", clause="docs/certificates.md")
