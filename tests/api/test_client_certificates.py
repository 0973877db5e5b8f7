"""Programs prove themselves by TLS certificates: real connections on loopback, certificates made by openssl."""

from __future__ import annotations

import hashlib
import shutil
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from issuance.core.actor import system
from issuance.core.settings import Settings
from issuance.db.session import Database
from issuance.service import open_service
from issuance.staff.client_certificates import bind_certificate, certificates_of, unbind_certificate
from issuance.staff.commands import AccountEntry, register_client, revoke_client
from issuance.staff.sign_in import client_by_certificate, client_of
from issuance.staff.views import clients
from specs.errors import Conflict, Invalid, NotAllowed, NotFound
from specs.load import load
from tests import tls
from tests.api.world import PERSON, World

ADMIN = system("tests")
SPEC = load()
RECORD = {"national_number": PERSON["national_number"]}
Pair = tuple[Path, Path]


def now() -> datetime:
    return datetime.now(UTC)


def digest(pair: Pair) -> str:
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pair[0].read_text())).hexdigest()


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> tls.Authority:
    return tls.authority(tmp_path_factory.mktemp("ours"), "border")


@pytest.fixture(scope="module")
def post(ours: tls.Authority) -> Pair:
    return ours.issue("post-1")


@pytest.fixture(scope="module")
def spare(ours: tls.Authority) -> Pair:
    return ours.issue("post-2")


@dataclass(frozen=True)
class Line:
    """An installation behind TLS, and calls to it."""

    world: World
    address: str
    ours: tls.Authority

    def id_of(self, name: str) -> str:
        with self.world.service.db.reading() as read:
            return next(c.id for c in clients(read, ADMIN) if c.name == name)

    def bind(self, name: str, pair: Pair) -> None:
        bind_certificate(self.world.service.db, ADMIN, self.id_of(name), pair[0].read_bytes(), now())

    def call(self, pair: Pair | None = None, token: str = "", **headers: str) -> httpx.Response:
        """A record asked for: 200 to the passports' program, 401 to nobody, 403 to a program without that right."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        with httpx.Client(verify=tls.trusting(self.ours, pair), base_url=self.address, timeout=20) as client:
            return client.post("/v1/registry/records", json=RECORD, headers=headers)


def _line(installation: World, folder: Path, ours: tls.Authority, clients: str) -> Iterator[Line]:
    home = Path(shutil.copytree(installation.service.settings.home, folder / "home"))
    certificate, key = ours.issue("server", "serverAuth")
    named = {"tls_certificate": certificate, "tls_key": key, "client_ca": ours.certificate}
    service = open_service(Settings.model_validate({"home": home, "client_certificates": clients} | named))
    world = World(service, installation.passwords, installation.tokens)
    with tls.serving(world.app(), service.settings) as address:
        yield Line(world, address, ours)
    service.close()


@pytest.fixture
def line(sqlite_installation: World, tmp_path: Path, ours: tls.Authority) -> Iterator[Line]:
    yield from _line(sqlite_installation, tmp_path, ours, "optional")


@pytest.fixture
def strict_line(sqlite_installation: World, tmp_path: Path, ours: tls.Authority) -> Iterator[Line]:
    yield from _line(sqlite_installation, tmp_path, ours, "required")


def test_bound_certificate_alone_acts_with_the_roles_of_its_client(line: Line, post: Pair) -> None:
    line.bind("passport-program", post)
    assert line.call(post).status_code == 200


def test_certificate_gives_no_more_than_the_roles_of_its_client(line: Line, post: Pair) -> None:
    revoke_client(line.world.service.db, ADMIN, line.id_of("passport-program"), "replaced", now())
    issued = register_client(line.world.service.db, ADMIN, AccountEntry("events", "", ["event_system"]), SPEC, now())
    bind_certificate(line.world.service.db, ADMIN, issued.id, post[0].read_bytes(), now())
    assert line.call(post).status_code == 403


def test_stolen_token_is_worth_nothing_without_the_bound_certificate(line: Line, post: Pair, spare: Pair) -> None:
    token = line.world.tokens["passport-program"]
    assert line.call(token=token).status_code == 200
    line.bind("passport-program", post)
    assert line.call(token=token).status_code == 401
    assert line.call(spare, token).status_code == 401
    assert line.call(post, token).status_code == 200


def test_unbound_certificate_proves_nothing_and_does_not_free_the_token(line: Line, post: Pair, spare: Pair) -> None:
    token, program = line.world.tokens["passport-program"], line.id_of("passport-program")
    line.bind("passport-program", post)
    assert line.call(post).status_code == 200
    unbind_certificate(line.world.service.db, ADMIN, program, digest(post), "key lost", now())
    assert [line.call(post).status_code, line.call(post, token).status_code, line.call(token=token).status_code] == [
        401,
        401,
        401,
    ]
    line.bind("passport-program", spare)
    assert line.call(spare, token).status_code == 200


def test_unbinding_holds_at_once_on_an_open_connection(line: Line, post: Pair) -> None:
    line.bind("passport-program", post)
    with httpx.Client(verify=tls.trusting(line.ours, post), base_url=line.address, timeout=20) as client:
        sockets = []
        for expected in (200, 401):
            answer = client.post("/v1/registry/records", json=RECORD)
            assert answer.status_code == expected
            sockets.append(answer.extensions["network_stream"].get_extra_info("socket").fileno())
            unbind_certificate(
                line.world.service.db, ADMIN, line.id_of("passport-program"), digest(post), "key lost", now()
            )
        assert sockets[0] == sockets[1]


def test_certificate_nobody_is_bound_to_is_nobody(line: Line, spare: Pair) -> None:
    assert line.call(spare).status_code == 401
    assert line.call().status_code == 401


def test_revoked_client_is_refused_over_its_certificate(line: Line, post: Pair) -> None:
    line.bind("passport-program", post)
    revoke_client(line.world.service.db, ADMIN, line.id_of("passport-program"), "post closed", now())
    assert line.call(post).status_code == 401


def test_token_decides_who_acts_and_gains_nothing_from_the_certificate_of_another(line: Line, post: Pair) -> None:
    line.bind("passport-program", post)
    events = AccountEntry("events", "", ["event_system"])
    token = register_client(line.world.service.db, ADMIN, events, SPEC, now()).secret
    assert line.call(post, token).status_code == 403
    assert line.call(post, "no-such-token").status_code == 401


def test_certificate_of_another_authority_makes_no_connection(line: Line, post: Pair, tmp_path: Path) -> None:
    line.bind("passport-program", post)
    with pytest.raises(httpx.TransportError):
        line.call(tls.authority(tmp_path, "border").issue("post-1"))


def test_expired_certificate_makes_no_connection(line: Line) -> None:
    with pytest.raises(httpx.TransportError):
        line.call(line.ours.issue("old", days=-1))


def test_connection_without_certificate_is_refused_where_one_is_required(strict_line: Line, post: Pair) -> None:
    strict_line.bind("passport-program", post)
    with pytest.raises(httpx.TransportError):
        strict_line.call(token=strict_line.world.tokens["passport-program"])
    assert strict_line.call(post).status_code == 200


@pytest.mark.parametrize(
    "name", ["X-Client-Cert", "X-SSL-Client-Cert", "X-Forwarded-Client-Cert", "SSL_CLIENT_CERT", "Client-Cert"]
)
def test_no_header_stands_for_a_certificate(line: Line, post: Pair, name: str) -> None:
    line.bind("passport-program", post)
    for said in (digest(post), post[0].read_text().replace("\n", " ").strip()):
        assert line.call(**{name: said}).status_code == 401


def test_another_site_cannot_use_the_certificate_of_a_browser(line: Line, post: Pair) -> None:
    line.bind("passport-program", post)
    assert line.call(post, Origin="https://elsewhere.example").status_code == 403
    assert line.call(post, **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_tls_below_1_2_is_refused(line: Line) -> None:
    context = tls.trusting(line.ours)
    context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.raises(httpx.ConnectError), httpx.Client(verify=context) as client:
        client.get(line.address + "/healthz")


def test_binding_ends_with_the_certificate_on_both_databases(database: Database, post: Pair) -> None:
    issued = register_client(database, ADMIN, AccountEntry("post", "", ["passport_system"]), SPEC, now())
    bound = bind_certificate(database, ADMIN, issued.id, post[0].read_bytes(), now())
    assert bound.sha256 == digest(post)
    late, second = bound.not_after, timedelta(seconds=1)
    with database.reading() as read:
        for at, holds in ((now(), True), (late - second, True), (late, False), (bound.not_before - second, False)):
            assert (client_of(read, issued.secret, at, bound.sha256) is not None) is holds
            assert (client_by_certificate(read, bound.sha256, at) is not None) is holds
        assert [one.sha256 for one in certificates_of(read, ADMIN, issued.id)] == [bound.sha256]


def test_certificate_is_bound_once_in_its_life(database: Database, post: Pair) -> None:
    first, second = (
        register_client(database, ADMIN, AccountEntry(name, "", ["passport_system"]), SPEC, now()).id
        for name in ("post.one", "post.two")
    )
    bind_certificate(database, ADMIN, first, post[0].read_bytes(), now())
    for client in (first, second):
        with pytest.raises(Conflict):
            bind_certificate(database, ADMIN, client, post[0].read_bytes(), now())
    with pytest.raises(NotFound):
        unbind_certificate(database, ADMIN, second, digest(post), "not theirs", now())
    ended = unbind_certificate(database, ADMIN, first, digest(post).upper(), "lost", now())
    assert ended.unbound_at is not None
    with pytest.raises(Conflict):
        bind_certificate(database, ADMIN, first, post[0].read_bytes(), now())


def test_what_is_no_certificate_of_a_client_is_not_bound(sqlite_world: World, ours: tls.Authority, post: Pair) -> None:
    db = sqlite_world.service.db
    with db.reading() as read:
        client = next(c.id for c in clients(read, ADMIN) if c.name == "passport-program")
    twice = post[0].read_bytes() * 2
    files = [b"", b"\x30\x82", post[1].read_bytes(), post[0].read_bytes() + post[1].read_bytes(), twice]
    files += [ours.certificate.read_bytes(), ours.issue("web", "serverAuth")[0].read_bytes()]
    files += [ours.issue("late", days=-1)[0].read_bytes()]
    for content in files:
        with pytest.raises(Invalid):
            bind_certificate(db, ADMIN, client, content, now())
    with db.reading() as read:
        assert certificates_of(read, ADMIN, client) == []


def test_only_who_manages_clients_binds(sqlite_world: World, post: Pair) -> None:
    db = sqlite_world.service.db
    with db.reading() as read:
        program = next(c for c in clients(read, ADMIN) if c.name == "passport-program")
        actor = client_of(read, sqlite_world.tokens["passport-program"], now())
    assert actor is not None
    with pytest.raises(NotAllowed):
        bind_certificate(db, actor, program.id, post[0].read_bytes(), now())
    with pytest.raises(NotAllowed):
        unbind_certificate(db, actor, program.id, digest(post), "mine", now())
