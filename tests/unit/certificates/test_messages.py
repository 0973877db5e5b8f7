"""Messages to phones over a real loopback line: sent once, tried again later, secrets erased. Issue 5."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from issuance.core import messages
from issuance.core.settings import Settings, read_settings
from issuance.core.uow import unit_of_work
from issuance.jobs.sending import WebLine, deliver, erase_secrets, line_of
from issuance.service import Service
from specs.errors import Invalid
from tests.service import CLERK, NOW, found

SOON = NOW + timedelta(minutes=15)


@dataclass
class Operator:
    """What a provider received, and with which statuses it answers, in turn."""

    received: list[dict[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def operator() -> Iterator[Operator]:
    held = Operator()

    class Line(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            held.received.append(json.loads(body))
            held.headers.append({k.lower(): v for k, v in self.headers.items()})
            self.send_response(held.answers.pop(0) if held.answers else 200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Line)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held.url = f"http://127.0.0.1:{server.server_port}/sms"
    yield held
    server.shutdown()
    server.server_close()


@pytest.fixture
def quiet(desk: Service) -> Service:
    """With nothing waiting from other tests."""
    from sqlalchemy import delete

    from issuance.db.tables import MessageRow

    with desk.db.writing() as session:
        session.execute(delete(MessageRow))
        session.commit()
    return desk


def left(service: Service, text: str, secret_until: datetime | None = None) -> None:
    with unit_of_work(service.db, CLERK, "test", NOW) as tx:
        messages.write(tx, "+218910000000", text, "test:1", secret_until=secret_until)
        tx.audit("test.message", "test:1")


def kept(service: Service) -> list[messages.Message]:
    with service.db.reading() as read:
        return list(reversed(messages.messages(read)))


def test_a_message_is_sent_once_and_a_secret_in_it_erased(quiet: Service, operator: Operator) -> None:
    left(quiet, "رمز 123456", SOON)
    left(quiet, "صدرت شهادتك")
    line = WebLine(operator.url, "token")
    assert deliver(quiet, line, NOW) == 2
    assert deliver(quiet, line, NOW + timedelta(days=1)) == 0
    assert [one["text"] for one in operator.received] == ["رمز 123456", "صدرت شهادتك"]
    assert operator.headers[0]["authorization"] == "Bearer token"
    assert [operator.headers[0]["idempotency-key"], operator.received[0]["id"]] == [kept(quiet)[0].id] * 2
    assert [m.text for m in kept(quiet)] == ["", "صدرت شهادتك"]
    assert all(m.sent_at == NOW for m in kept(quiet))


def test_a_line_that_is_down_is_tried_again_after_pauses_that_grow(quiet: Service, operator: Operator) -> None:
    left(quiet, "صدرت شهادتك")
    operator.answers = [503, 429]
    line = WebLine(operator.url)
    assert deliver(quiet, line, NOW) == 0
    assert deliver(quiet, line, NOW + timedelta(seconds=59)) == 0
    assert len(operator.received) == 1
    assert deliver(quiet, line, NOW + timedelta(seconds=60)) == 0
    assert deliver(quiet, line, NOW + timedelta(seconds=179)) == 0
    assert deliver(quiet, line, NOW + timedelta(seconds=180)) == 1
    assert len({one["id"] for one in operator.received}) == 1


def test_a_message_not_taken_holds_up_no_other(quiet: Service, operator: Operator) -> None:
    left(quiet, "first")
    left(quiet, "second")
    operator.answers = [400]
    assert deliver(quiet, WebLine(operator.url), NOW) == 1
    assert [m.sent_at is None for m in kept(quiet)] == [True, False]


def test_a_code_past_its_time_is_neither_sent_nor_kept(quiet: Service, operator: Operator) -> None:
    left(quiet, "رمز 123456", SOON)
    assert erase_secrets(quiet, SOON - timedelta(seconds=1)) == 0
    assert erase_secrets(quiet, SOON) == 1
    assert deliver(quiet, WebLine(operator.url), SOON) == 0
    assert [m.text for m in kept(quiet)] == [""]
    assert operator.received == []


def test_nobody_listening_leaves_the_message_waiting(quiet: Service) -> None:
    left(quiet, "صدرت شهادتك")
    assert deliver(quiet, WebLine("http://127.0.0.1:1/"), NOW) == 0
    assert kept(quiet)[0].sent_at is None


@pytest.mark.parametrize("url", ["http://sms.example/", "ftp://x", "https://user:pass@sms.example/", "nothing"])
def test_the_line_is_https_except_on_this_machine(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_settings({"ISSUANCE_SMS_URL": url})
    assert found(caught.value) == {("ISSUANCE_SMS_URL", "core.settings.url")}
    assert line_of(Settings()) is None
    assert line_of(read_settings({"ISSUANCE_SMS_URL": "https://sms.example/v1"})) == WebLine("https://sms.example/v1")
