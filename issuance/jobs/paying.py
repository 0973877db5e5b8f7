"""The line to an outside payment provider, a web address (docs/fees.md), and what a turn of upkeep does about money.

POST /payments, GET /payments/ID, POST /payments/ID/refunds, all JSON with a bearer token; amounts are text. Logs hold
ids, never amounts.
"""

from __future__ import annotations

import http.client
import json
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlsplit

from issuance.certificates.public import paid
from issuance.core.settings import Settings
from issuance.fees.provider import Bill, PaymentProvider, Told, ask_again, told_of
from issuance.fees.receipts import make_due
from issuance.fees.rules import text
from issuance.service import Service
from keys.timestamp_outside import connected
from specs.errors import Fault, Refused, Unavailable

_ANSWER_BYTES = 64 * 1024
_LATER = (408, 425, 429)


@dataclass(frozen=True, slots=True)
class WebProvider:
    """url: https, or http on this machine; seconds: one exchange takes no longer."""

    url: str
    token: str = field(default="", repr=False)
    seconds: int = 10

    def begin(self, bill: Bill) -> str:
        """Raises `Unavailable`, `Refused`."""
        said = {
            "id": bill.id,
            "reference": bill.reference,
            "amount": text(bill.amount),
            "currency": bill.currency,
            "return_to": bill.return_to,
            "callback": bill.callback,
        }
        where = self._exchange("POST", "/payments", bill.id, said).get("pay_at")
        if not isinstance(where, str) or not where.startswith(("https://", "http://127.0.0.1")) or len(where) > 1000:
            raise Unavailable(_fault("answer", "no pay_at"))
        return where

    def ask(self, payment_id: str) -> tuple[Told, ...]:
        """Raises `Unavailable`, also for an answer of another form; a bill it never had has no payments."""
        try:
            held = self._exchange("GET", f"/payments/{quote(payment_id, safe='')}", payment_id)
        except Refused:
            return ()
        try:
            return tuple(told_of(one, payment_id) for one in held["payments"])
        except (KeyError, TypeError, ValueError) as error:
            raise Unavailable(_fault("answer", "another form")) from error

    def refund(self, refund_id: str, payment_id: str, transaction: str, amount: Decimal) -> str:
        """Raises `Unavailable`, `Refused`."""
        said = {"id": refund_id, "transaction": transaction, "amount": text(amount)}
        number = self._exchange("POST", f"/payments/{quote(payment_id, safe='')}/refunds", refund_id, said).get(
            "transaction"
        )
        if not isinstance(number, str) or not 0 < len(number) <= 80:
            raise Unavailable(_fault("answer", "no transaction"))
        return number

    def _exchange(self, method: str, path: str, key: str, said: dict[str, str] | None = None) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        body = None
        if said is not None:
            body, headers["Content-Type"] = json.dumps(said).encode(), "application/json"
        try:
            with connected(self.url, self.seconds) as line:
                line.request(method, urlsplit(self.url).path.rstrip("/") + path, body, headers)
                answer = line.getresponse()
                content = answer.read(_ANSWER_BYTES)
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Unavailable(_fault("line", type(error).__name__)) from error
        if 400 <= answer.status < 500 and answer.status not in _LATER:
            raise Refused(_fault("not_taken", f"status {answer.status}"))
        if not 200 <= answer.status < 300:
            raise Unavailable(_fault("line", f"status {answer.status}"))
        try:
            held = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise Unavailable(_fault("answer", "no JSON")) from error
        if not isinstance(held, dict):
            raise Unavailable(_fault("answer", "no object"))
        return held


def provider_of(settings: Settings) -> PaymentProvider | None:
    """The provider of this installation; None: fees are paid at cash desks alone."""
    if not settings.payment_url:
        return None
    token = settings.payment_token.get_secret_value() if settings.payment_token is not None else ""
    return WebProvider(settings.payment_url, token)


def see_to_fees(service: Service, provider: PaymentProvider | None, now: datetime) -> int:
    """One turn: ask what nobody told of, make approved refunds and missing receipts. Answers how many receipts.

    Raises `Unavailable` (the database).
    """
    if provider is not None:
        for subject in ask_again(service, provider, now):
            paid(service, subject, now)
    return make_due(service, now)


def _fault(kind: str, what: str) -> Fault:
    ar, en = f"تعذر الاتصال بمزود الدفع ({what})", f"the payment provider did not answer as agreed ({what})"
    return Fault(f"fees.provider.{kind}", ar, en, field="ISSUANCE_PAYMENT_URL", clause="docs/fees.md")
