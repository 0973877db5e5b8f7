"""The systems of bulk requesters are called: signed, in order, until taken, and never into our own network. Issue 5."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from issuance.certificates import bulk, webhooks
from issuance.core.actor import Actor
from issuance.jobs.calling import NotPublic, address_of, call_all
from issuance.service import Service
from issuance.staff import commands as staff
from issuance.staff.commands import AccountEntry
from issuance.staff.public import client_id
from specs.errors import Invalid, NotAllowed, NotFound, Refused
from tests.certificate_bulk import many
from tests.schemas import assert_published
from tests.service import CLERK, NOW

LATER = timedelta(hours=13)


@dataclass
class Line:
    """A real server on this machine. statuses: of its next answers, then 204."""

    url: str = ""
    calls: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    def told(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.calls]


@contextmanager
def listening(certificate: Path | None = None) -> Iterator[Line]:
    """A server on this machine; certificate: a PEM file of a key and its certificate, for https."""
    held = Line()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            held.calls.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(held.statuses.pop(0) if held.statuses else 204)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host = "http://127.0.0.1" if certificate is None else "https://localhost"
    held.url = f"{host}:{server.server_port}/told?of=certificates"
    yield held
    server.shutdown()
    server.server_close()


@pytest.fixture
def line() -> Iterator[Line]:
    with listening() as held:
        yield held


def certificate_for(name: str, folder: Path) -> Path:
    """A key and a certificate for that host that vouches for itself, made by openssl, in one PEM file."""
    key, signed = folder / f"{name}.key", folder / f"{name}.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    named = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", key, "-out", signed]
    subprocess.run([*made, *named], check=True, capture_output=True)
    signed.write_bytes(signed.read_bytes() + key.read_bytes())
    return signed


def authority(service: Service, name: str) -> Actor:
    """A connected system of an authority that is new."""
    staff.register_client(service.db, CLERK, AccountEntry(name, name, ["authority_system"], "CTIP"), service.spec, NOW)
    with service.db.reading() as read:
        found = client_id(read, name)
    return Actor(found or "", "client", frozenset({"authority_system"}), "CTIP")


def done(service: Service, actor: Actor, rows: int, first: int) -> bulk.BulkView:
    sent = bulk.send(service, actor, None, many(service, rows, first), NOW)
    while bulk.work(service, sent.id, NOW):
        pass
    bulk.finish(service, sent.id, NOW)
    return sent


def test_what_became_of_each_row_is_told_in_order_signed_and_without_a_person(desk: Service, line: Line) -> None:
    actor = authority(desk, "ministry-a")
    _, secret = webhooks.register(desk, CLERK, "ministry-a", line.url, NOW)
    sent = done(desk, actor, 2, first=1010)
    assert call_all(desk, NOW) == 3
    assert [one["type"] for one in line.told()] == ["certificate_request.v1"] * 2 + ["certificate_bulk.v1"]
    for told in line.told():
        assert_published(told, ["webhook-call"])
    first = line.told()[0]
    assert (first["data"]["bulk"], first["data"]["reference"], first["data"]["state"]) == (sent.id, "r001010", "issued")
    assert set(first["data"]) == {"bulk", "reference", "request", "state", "number"}
    assert line.told()[2]["data"] == {"bulk": sent.id, "state": "ended", "rows": 2, "refused": 0}
    for headers, body in line.calls:  # as Standard Webhooks says it, computed here anew
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
        assert headers["webhook-signature"] == "v1," + base64.b64encode(mac).decode()
        assert headers["webhook-id"] == json.loads(body)["id"]
    assert call_all(desk, NOW + LATER) == 0


def test_a_call_that_is_not_taken_is_made_again_later_and_those_behind_it_wait(desk: Service, line: Line) -> None:
    actor = authority(desk, "ministry-b")
    webhooks.register(desk, CLERK, "ministry-b", line.url, NOW)
    done(desk, actor, 2, first=1020)
    line.statuses = [500, 302, 404]
    assert (call_all(desk, NOW), len(line.calls)) == (0, 1)
    assert (call_all(desk, NOW + timedelta(seconds=29)), len(line.calls)) == (0, 1)
    assert (call_all(desk, NOW + timedelta(seconds=31)), len(line.calls)) == (0, 2)  # a redirect is not followed
    assert call_all(desk, NOW + timedelta(seconds=31 + 59)) == 0
    assert len(line.calls) == 2
    assert (call_all(desk, NOW + LATER), len(line.calls)) == (0, 3)
    assert call_all(desk, NOW + 2 * LATER) == 3
    assert len({one["id"] for one in line.told()}) == 3
    references = [one["data"].get("reference") for one in line.told()]
    assert references == ["r001020"] * 4 + ["r001021", None]


def test_after_the_last_try_a_call_is_given_up_and_the_next_one_made(desk: Service, line: Line) -> None:
    actor = authority(desk, "ministry-c")
    view, _ = webhooks.register(desk, CLERK, "ministry-c", line.url, NOW)
    done(desk, actor, 1, first=1030)
    tries = desk.spec.certificate_requests.webhooks.tries
    line.statuses = [503] * tries
    moment = NOW
    for _ in range(tries):
        call_all(desk, moment)
        moment += LATER
    assert [one["type"] for one in line.told()] == ["certificate_request.v1"] * tries + ["certificate_bulk.v1"]
    (held,) = [one for one in webhooks.webhooks(desk, CLERK) if one.id == view.id]
    assert (held.waiting, held.given_up) == (0, 1)


@pytest.mark.parametrize(
    ("name", "trusted", "taken"), [("localhost", True, 1), ("localhost", False, 0), ("other.example", True, 0)]
)
def test_a_call_is_made_only_to_who_proves_the_name_by_a_trusted_certificate(
    desk: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, trusted: bool, taken: int
) -> None:
    certificate = certificate_for(name, tmp_path)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    known, first = f"tls-{name[:5]}-{trusted}".lower(), 1500 + 10 * taken + len(name)
    actor = authority(desk, known)
    with listening(certificate) as line:
        webhook, _ = webhooks.register(desk, CLERK, known, line.url, NOW)
        done(desk, actor, 1, first=first)
        assert call_all(desk, NOW) == 2 * taken
        assert len(line.calls) == 2 * taken
    webhooks.close(desk, CLERK, webhook.id, NOW)


def test_nothing_is_sent_to_a_closed_address_or_about_the_files_of_others(desk: Service, line: Line) -> None:
    actor, other = authority(desk, "ministry-d"), authority(desk, "ministry-e")
    view, _ = webhooks.register(desk, CLERK, "ministry-d", line.url, NOW)
    done(desk, other, 1, first=1040)
    assert (call_all(desk, NOW), line.calls) == (0, [])
    done(desk, actor, 1, first=1041)
    webhooks.close(desk, CLERK, view.id, NOW)
    assert (call_all(desk, NOW), line.calls) == (0, [])
    with pytest.raises(NotFound):
        webhooks.close(desk, CLERK, "nothing", NOW)


def test_only_who_manages_clients_registers_and_only_so_many(desk: Service) -> None:
    actor = authority(desk, "ministry-f")
    with pytest.raises(NotAllowed):
        webhooks.register(desk, actor, "ministry-f", "https://ministry.example/", NOW)
    with pytest.raises(NotFound):
        webhooks.register(desk, CLERK, "nobody", "https://ministry.example/", NOW)
    for _ in range(desk.spec.certificate_requests.webhooks.most):
        webhooks.register(desk, CLERK, "ministry-f", "https://ministry.example/", NOW)
    with pytest.raises(Refused):
        webhooks.register(desk, CLERK, "ministry-f", "https://ministry.example/", NOW)


@pytest.mark.parametrize(
    "url",
    [
        "http://ministry.example/",
        "https://user@ministry.example/",
        "https://a/#b",
        "ftp://a/",
        "https:///x",
        "https://a b/",
    ],
)
def test_an_address_is_https_without_a_user_or_a_fragment(desk: Service, url: str) -> None:
    with pytest.raises(Invalid):
        webhooks.register(desk, CLERK, "office:CTIP", url, NOW)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "192.168.0.9", "172.16.5.5", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
        "::1", "fe80::1%eth0", "fc00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "ff02::1", "240.0.0.1",
    ],
)  # fmt: skip
def test_a_name_that_stands_for_an_address_of_ours_is_not_called(address: str) -> None:
    for found in ([address], ["93.184.216.34", address]):
        with pytest.raises(NotPublic):
            address_of("https://ministry.example/", production=True, resolve=lambda *_, f=found: f)


def test_a_public_address_is_called_and_this_machine_only_outside_production() -> None:
    assert address_of("https://a.example/", production=True, resolve=lambda *_: ["93.184.216.34"]) == "93.184.216.34"
    assert address_of("http://127.0.0.1:9/", production=False) == "127.0.0.1"
    for url in ("http://127.0.0.1:9/", "https://127.0.0.1:9/", "https://localhost/"):
        with pytest.raises(NotPublic):
            address_of(url, production=True)
    with pytest.raises(NotPublic):  # a name of somebody else that leads here
        address_of("https://a.example/", production=False, resolve=lambda *_: ["127.0.0.1"])


def test_the_secret_follows_from_the_secret_of_the_installation_and_the_address(desk: Service) -> None:
    one, other = (webhooks.register(desk, CLERK, "office:CTIP", "https://a.example/", NOW) for _ in range(2))
    assert one[1] != other[1]
    assert webhooks.secret_of(desk, one[0].id) == one[1]
