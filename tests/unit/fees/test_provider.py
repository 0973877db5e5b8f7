"""An outside payment provider over a real line: begun, told, asked, refunded; down, late, forged, of another form."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import SecretStr

from issuance.certificates import engine, paying
from issuance.core.settings import read_settings
from issuance.fees import desk as cash_desk
from issuance.fees import payments, provider, refunds
from issuance.jobs.paying import WebProvider, provider_of, see_to_fees
from issuance.service import Service
from specs.errors import Conflict, Invalid, NotAllowed, Refused, Unavailable
from tests.fees import cashier, supervisor
from tests.service import CLERK, NOW, found
from tests.unit.fees.test_payments import FIVE, waiting

TOKEN = "a secret of the provider"


@dataclass
class Bank:
    """What it was sent, what it knows of each bill, and what it answers next instead."""

    url: str = ""
    received: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    bills: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    answers: list[tuple[int, bytes]] = field(default_factory=list)

    def answer(self, method: str, path: str, said: dict[str, Any]) -> tuple[int, bytes]:
        if self.answers:
            return self.answers.pop(0)
        _, _, id_, *rest = [*path.removeprefix("/bank").split("/"), ""]
        if method == "POST" and not id_:
            self.bills.setdefault(said["id"], [])
            return 201, json.dumps({"pay_at": f"https://bank.example/{said['id']}"}).encode()
        if id_ not in self.bills:
            return 404, b"{}"
        if rest[0] == "refunds":
            return 200, json.dumps({"transaction": f"R-{said['transaction']}"}).encode()
        return 200, json.dumps({"payments": self.bills[id_]}).encode()


@pytest.fixture
def bank() -> Iterator[Bank]:
    held = Bank()

    class Line(BaseHTTPRequestHandler):
        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = json.loads(body) if body else {}
            held.received.append((self.command, self.path, said))
            held.headers.append({k.lower(): v for k, v in self.headers.items()})
            status, content = held.answer(self.command, self.path, said)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = _any

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held.url = f"http://127.0.0.1:{server.server_port}/bank"
    yield held
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(desk: Service, bank: Bank) -> tuple[Service, WebProvider, Bank]:
    """The installation with this provider."""
    changed = {"payment_url": bank.url, "payment_token": SecretStr(TOKEN)}
    desk.settings = desk.settings.model_copy(update=changed)
    line = provider_of(desk.settings)
    assert isinstance(line, WebProvider)
    return desk, line, bank


Shop = tuple[Service, WebProvider, Bank]


def sealed(said: dict[str, Any], when: Any = NOW, token: str = TOKEN) -> tuple[bytes, str]:
    body, moment = json.dumps(said).encode(), str(int(when.timestamp()))
    return body, f"t={moment},v1={provider.callback_signature(token, moment, body)}"


def test_the_payer_is_sent_to_the_provider_once(shop: Shop) -> None:
    service, line, bank = shop
    _, payment = waiting(service, "119909001201")
    view = provider.begin(service, line, payment.id, NOW)
    assert view.pay_at == f"https://bank.example/{payment.id}"
    assert provider.begin(service, line, payment.id, NOW).pay_at == view.pay_at
    ((method, path, said),) = bank.received
    assert (method, path, said["id"], said["amount"], said["currency"]) == (
        "POST", "/bank/payments", payment.id, "5.000", "LYD",
    )  # fmt: skip
    assert (bank.headers[0]["authorization"], bank.headers[0]["idempotency-key"]) == (f"Bearer {TOKEN}", payment.id)


def test_a_signed_callback_pays_once_and_the_request_goes_on(shop: Shop) -> None:
    service, _, _ = shop
    view, payment = waiting(service, "119909001202")
    body, signature = sealed({"payment": payment.id, "state": "paid", "amount": "5.000", "transaction": "T-202"})
    for _ in range(2):
        cash_desk.called_back(service, body, signature, NOW)
    held = paying.of_request(service, view.id)
    assert held is not None
    assert [(one.amount, one.transaction) for one in held.entries] == [(FIVE, "T-202")]
    assert len(held.receipts) == 1
    assert engine.request(service, view.id).state == "issued"


def test_a_callback_that_is_forged_old_or_of_another_form_changes_nothing(shop: Shop) -> None:
    service, _, _ = shop
    view, payment = waiting(service, "119909001203")
    said = {"payment": payment.id, "state": "paid", "amount": "5.000", "transaction": "T-203"}
    body, signature = sealed(said)
    forged = [
        (body, ""), (body, "t=x,v1=y"), (body + b" ", signature), sealed(said, token="another"),
        sealed(said, NOW - timedelta(minutes=6)), sealed(said, NOW + timedelta(minutes=6)),
    ]  # fmt: skip
    for content, seal in forged:
        with pytest.raises(NotAllowed):
            cash_desk.called_back(service, content, seal, NOW)
    for wrong in ({"amount": 5.0}, {"amount": "-5"}, {"state": "done"}, {"transaction": ""}, {"transaction": "x" * 81}):
        with pytest.raises(Invalid):
            cash_desk.called_back(service, *sealed(said | wrong), NOW)
    cash_desk.called_back(service, *sealed(said | {"state": "failed"}), NOW)
    assert engine.request(service, view.id).state == "paying"


def test_a_payment_nobody_told_of_is_asked_for(shop: Shop) -> None:
    service, line, bank = shop
    view, payment = waiting(service, "119909001204")
    provider.begin(service, line, payment.id, NOW)
    bank.bills[payment.id].append({"state": "paid", "amount": "5.000", "transaction": "T-204"})
    see_to_fees(service, line, NOW + timedelta(minutes=9))
    assert engine.request(service, view.id).state == "paying"
    see_to_fees(service, line, NOW + timedelta(minutes=10))
    assert engine.request(service, view.id).state == "issued"
    see_to_fees(service, line, NOW + timedelta(minutes=30))
    asked = [path for method, path, _ in bank.received if method == "GET" and path.endswith(payment.id)]
    assert len(asked) == 1, "what is paid is asked for no more"


def test_money_on_its_way_when_the_request_ends_is_found_a_day_later_and_given_back(shop: Shop) -> None:
    service, line, bank = shop
    view, payment = waiting(service, "119909001205")
    provider.begin(service, line, payment.id, NOW)
    paying.cancel_at_office(service, CLERK, view.id, NOW + timedelta(minutes=1))
    bank.bills[payment.id].append({"state": "paid", "amount": "5.000", "transaction": "T-205"})
    later = NOW + timedelta(days=1, minutes=1)
    see_to_fees(service, line, later)
    held = cash_desk.found(service, cashier(), payment.reference, NOW).payment
    assert (held.state, held.owed, held.reason) == ("closed", FIVE, "late")
    asked = refunds.ask(service, cashier(), payment.reference, "late", "وصل متأخراً", later)
    assert cash_desk.approve_refund(service, supervisor(), asked, "نعم", later).owed == FIVE
    bank.answers = [(503, b"")]
    see_to_fees(service, line, later)
    see_to_fees(service, line, later)
    see_to_fees(service, line, later)
    done = cash_desk.found(service, cashier(), payment.reference, later).payment
    assert ([one.amount for one in done.entries], done.owed) == ([FIVE, -FIVE], 0)
    assert (done.entries[1].transaction, len(done.receipts)) == ("R-T-205", 2)
    sent = [said for _, path, said in bank.received if path.endswith("refunds")]
    assert len({said["id"] for said in sent}) == 1, "one refund, however often it is sent"


def test_a_line_that_is_down_or_says_nonsense_loses_nothing(shop: Shop) -> None:
    service, line, bank = shop
    _, payment = waiting(service, "119909001206")
    for status, content in ((503, b"{}"), (200, b"[]"), (200, b"{"), (200, b'{"pay_at": "ftp://x"}')):
        bank.answers = [(status, content)]
        with pytest.raises(Unavailable):
            provider.begin(service, line, payment.id, NOW)
    bank.answers = [(422, b"{}")]
    with pytest.raises(Refused):
        provider.begin(service, line, payment.id, NOW)
    with pytest.raises(Unavailable):
        WebProvider("http://127.0.0.1:1/", TOKEN).ask(payment.id)
    bank.answers = [(200, b'{"payments": [{"state": "paid", "amount": 5}]}')]
    with pytest.raises(Unavailable):
        line.ask(payment.id)
    payments.take_cash(service, cashier(), payment.reference, Decimal(5), NOW)
    with pytest.raises(Conflict):
        provider.begin(service, line, payment.id, NOW)


def test_a_provider_is_named_by_an_https_address_and_a_secret() -> None:
    with pytest.raises(Invalid) as caught:
        read_settings({"ISSUANCE_PAYMENT_URL": "http://bank.example"})
    assert found_settings(caught.value) == {"ISSUANCE_PAYMENT_URL", "ISSUANCE_PAYMENT_TOKEN"}
    held = read_settings({"ISSUANCE_PAYMENT_URL": "https://bank.example/v1", "ISSUANCE_PAYMENT_TOKEN": TOKEN})
    assert provider_of(held) == WebProvider("https://bank.example/v1", TOKEN)
    assert provider_of(read_settings({})) is None


def found_settings(error: Invalid) -> set[str | None]:
    return {field for field, _ in found(error)}
