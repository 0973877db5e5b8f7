"""Another body's AFIS is asked over a line that may be down, slow or hostile: no answer is never "nobody else".

Contract: docs/capture.md. Real sockets, real TLS.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import func, select

from issuance.biometrics import degraded
from issuance.biometrics.afis import probe_of
from issuance.biometrics.model import AfisFace, BiometricSearch
from issuance.biometrics.search import afis_of, search_again, search_for
from issuance.biometrics.status import status
from issuance.core.settings import read_settings
from issuance.service import Service
from specs.errors import Invalid, Unavailable
from tests import faces
from tests.service import NOW, found
from tests.unit.biometrics.afis_server import AfisServer, say, serving
from tests.unit.biometrics.test_search import CLERK, FAMILIES, FIRST, SECURITY
from tests.unit.biometrics.test_search import person as somebody
from tests.unit.people.registry_server import certificate_for, send


def asking(desk: Service, url: str, **more: Any) -> Service:
    """The same installation, asking the AFIS at this address."""
    return replace(desk, settings=desk.settings.model_copy(update={"afis_url": url} | more))


@pytest.fixture(scope="module")
def server() -> Iterator[AfisServer]:
    with serving() as held:
        yield held


@pytest.fixture
def at(desk: Service, server: AfisServer) -> Service:
    server.raw, server.token, server.records = None, None, 1000
    server.alike, server.calls, server.enrolled = {}, [], set()
    return asking(desk, server.url)


@cache
def _known(service_id: int, serial: int) -> dict[str, str]:
    return {}


def person(service: Service, serial: int) -> str:
    """An invented person whom the search by names finds nobody like; one a database and serial."""
    known = _known(id(service.db), serial)
    if not known:
        known["id"] = somebody(service, FAMILIES[serial % len(FAMILIES)]).id
    return known["id"]


def row(service: Service, application: str) -> BiometricSearch:
    with service.db.reading() as read:
        return read.exec(select(BiometricSearch).where(BiometricSearch.application_id == application)).one()


def search(service: Service, application: str, who: str, face: int = 0, **more: Any) -> Any:
    return search_for(service, CLERK, application, who, faces.portrait(face), NOW, **more)


def test_a_face_that_the_outside_system_knows_under_another_number_is_a_hit(at: Service, server: AfisServer) -> None:
    first, second = person(at, 901), person(at, 902)
    server.alike[second] = [(first, 91), (second, 100)]
    assert search(at, "afis-1", first).state == "clear"
    said = search(at, "afis-2", second)
    assert (said.state, [(one.person_id, one.face_percent) for one in said.candidates]) == ("hits", [(first, 91)])
    assert [(method, path) for method, path, _ in server.calls] == [("POST", "/records"), ("POST", "/searches")] * 2
    assert set(server.calls[0][2]) == {"reference", "person", "digest", "image", "eyes"}, "no name and no number"


def test_no_picture_stays_here_after_an_answer_and_none_comes_into_a_log(
    at: Service, server: AfisServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    search(at, "afis-3", person(at, 903))
    assert row(at, "afis-3").probe is None
    with at.db.reading() as read:
        assert read.exec(select(func.count()).select_from(AfisFace)).one() == 0, "the stand-in was not asked"
    sent = server.calls[-1][2]["image"]
    assert sent[:60] not in caplog.text


def test_a_system_that_is_away_holds_the_application_and_is_asked_again_by_upkeep(
    at: Service, server: AfisServer
) -> None:
    who = person(at, 904)
    server.raw = lambda handler: send(handler, 503, b"")
    assert search(at, "afis-4", who).state == "pending"
    assert row(at, "afis-4").probe is not None
    server.raw = None
    assert search_again(at, NOW) == 1
    held = row(at, "afis-4")
    assert (held.state, held.probe) == ("clear", None)


def test_only_a_declared_outage_lets_a_humanitarian_case_go_on_without_the_outside_system(
    service: Service, server: AfisServer
) -> None:
    server.raw = lambda handler: send(handler, 503, b"")
    away = asking(service, server.url)
    assert search(away, "afis-5", person(away, 905), humanitarian="treatment").state == "pending"
    approval = degraded.declare(away, FIRST, "line down", NOW + timedelta(hours=5), NOW)
    degraded.approve(away, SECURITY, approval, "vendor called", NOW)
    assert search(away, "afis-6", person(away, 906), humanitarian="treatment").state == "degraded"
    assert search(away, "afis-7", person(away, 907)).state == "pending"
    server.raw = None


def test_full_tables_there_are_told_as_full_and_capacity_is_its_own(at: Service, server: AfisServer) -> None:
    server.records = 1
    search(at, "afis-8", person(at, 908))
    with pytest.raises(Unavailable) as full:
        afis_of(at).enrol(probe(at, 909), NOW)
    assert found(full.value) == {("afis", "biometrics.afis.full")}
    room = afis_of(at).capacity()
    assert (room.used, room.records) == (1, 1)


def probe(service: Service, serial: int) -> Any:
    return probe_of(f"afis-{serial}", person(service, serial), faces.portrait(0))


ANSWER: dict[str, Any] = {"reference": "afis-910", "matches": []}


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"reference": "another"}, "answer"),
        ({"digest": "0" * 64}, "answer"),
        ({"digest": 5}, "answer"),
        ({"matches": None}, "answer"),
        ({"matches": "nobody"}, "answer"),
        ({"matches": [{"person": "x" * 200, "percent": 90}]}, "answer"),
        ({"matches": [{"person": "unknown-to-us", "percent": 90}]}, "answer"),
        ({"matches": [{"person": "p", "percent": 101}]}, "answer"),
        ({"matches": [{"person": "p", "percent": "90"}]}, "answer"),
        ({"matches": [{"person": "p", "percent": 90}] * 2}, "answer"),
        ({"matches": [{"person": f"p{n}", "percent": 90} for n in range(101)]}, "answer"),
    ],
)
def test_an_answer_of_another_form_or_about_another_is_no_answer(
    at: Service, server: AfisServer, change: dict[str, Any], kind: str
) -> None:
    one = probe(at, 910)
    server.raw = lambda handler: say(handler, 200, ANSWER | {"digest": one.digest} | change)
    with pytest.raises(Unavailable) as refused:
        afis_of(at).search(one)
    assert found(refused.value) == {("ISSUANCE_AFIS_URL", f"biometrics.afis.{kind}")}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"[" * 60_000, b'{"matches": NaN}', b"\xff\xfe", b" " * 70_000, b'{"used":1,"used":2}']
)
def test_what_is_no_json_object_or_too_long_is_no_answer(at: Service, server: AfisServer, body: bytes) -> None:
    server.raw = lambda handler: send(handler, 200, body)
    for ask in (lambda: afis_of(at).search(probe(at, 910)), lambda: afis_of(at).capacity()):
        with pytest.raises(Unavailable):
            ask()


@pytest.mark.parametrize("code", [204, 301, 302, 304, 400, 401, 403, 404, 410, 429, 500, 503, 507])
def test_any_status_but_those_of_the_contract_is_no_answer(at: Service, server: AfisServer, code: int) -> None:
    server.raw = lambda handler: send(handler, code, b"{}", Location="http://127.0.0.1:1/")
    with pytest.raises(Unavailable):
        afis_of(at).search(probe(at, 910))
    assert len(server.calls) == 1, "no redirect is followed and nothing is sent twice"


def _slow(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b" ")
            time.sleep(0.1)
    except OSError:
        pass


def test_a_line_that_drips_is_cut_off_and_the_application_waits(at: Service, server: AfisServer) -> None:
    rules = at.spec.passport.afis
    line = rules.line.model_copy(update={"exchange_seconds": 1})
    passport = at.spec.passport.model_copy(update={"afis": rules.model_copy(update={"line": line})})
    hurried = replace(at, spec=at.spec.model_copy(update={"passport": passport}))
    server.raw, began = _slow, time.monotonic()
    assert search(hurried, "afis-11", person(at, 911)).state == "pending"
    assert time.monotonic() - began < 4


def test_the_token_is_sent_and_a_wrong_one_or_an_open_file_is_no_answer(
    at: Service, server: AfisServer, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("a-token-of-the-afis\n")
    token.chmod(0o600)
    server.token = "a-token-of-the-afis"
    known = asking(at, server.url, afis_token_file=token)
    assert afis_of(known).capacity().records == 1000
    token.chmod(0o644)
    for wrong in (known, at):
        with pytest.raises(Unavailable) as refused:
            afis_of(wrong).capacity()
        assert found(refused.value) == {("ISSUANCE_AFIS_URL", "biometrics.afis.credentials")}


def test_mutual_tls_who_is_not_who_they_say_gets_no_answer(desk: Service, tmp_path: Path) -> None:
    theirs, their_certificate = certificate_for("localhost", tmp_path)
    ours, our_certificate = certificate_for("issuance", tmp_path)
    stranger, stranger_certificate = certificate_for("stranger", tmp_path)
    with serving(theirs, clients=our_certificate) as held:
        mine = {"afis_certificate": ours, "afis_key": ours}
        both = asking(desk, held.url, afis_ca=their_certificate, **mine)
        assert afis_of(both).capacity().records == 1000
        for wrong in (
            {"afis_ca": their_certificate},
            {"afis_ca": their_certificate, "afis_certificate": stranger, "afis_key": stranger},
            {"afis_ca": stranger_certificate, **mine},
        ):
            with pytest.raises(Unavailable):
                afis_of(asking(desk, held.url, **wrong)).capacity()


def test_a_system_that_is_nowhere_is_told_in_the_state_of_the_search(desk: Service) -> None:
    nowhere = asking(desk, "http://127.0.0.1:9/afis")
    assert status(nowhere, FIRST, NOW).capacity is None


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"URL": "http://afis.example"}, "URL"),
        ({"URL": "https://afis.example/v1?x=1"}, "URL"),
        ({"URL": "https://afis.example", "TOKEN_FILE": "/nowhere"}, "TOKEN_FILE"),
        ({"URL": "https://afis.example", "CERTIFICATE": __file__}, "CERTIFICATE"),
    ],
)
def test_settings_of_the_line_are_judged_before_it_is_used(given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_settings({f"ISSUANCE_AFIS_{name}": value for name, value in given.items()})
    assert f"ISSUANCE_AFIS_{field}" in {fault.field for fault in caught.value.faults}


def test_in_production_the_line_is_https_and_we_say_who_we_are() -> None:
    for url, field in (("http://127.0.0.1:9", "URL"), ("https://afis.example", "TOKEN_FILE")):
        with pytest.raises(Invalid) as caught:
            read_settings({"ISSUANCE_ENVIRONMENT": "production", "ISSUANCE_AFIS_URL": url})
        assert f"ISSUANCE_AFIS_{field}" in {fault.field for fault in caught.value.faults}
