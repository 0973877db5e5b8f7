"""Another body's civil registry is asked over a line that may be down, slow or hostile: no answer, no document.

Contract: docs/civil-registry.md. Real sockets, real TLS.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from issuance.core.outbox import events_after
from issuance.core.settings import read_settings
from issuance.people.public import family_members, find_person, registry_holds, resolve, units_of
from issuance.people.registry_model import RegistryChange
from issuance.people.search import propose
from issuance.service import Service
from specs.errors import Invalid, IssuanceError, Refused, Unavailable
from tests.service import CLERK, NOW, PERSON, TODAY, found, trail
from tests.unit.people.registry_server import Registry, certificate_for, record, send, serving

NUMBER = str(PERSON["national_number"])


def asking(desk: Service, url: str, **more: Any) -> Service:
    """The same installation, asking the registry at this address."""
    return replace(desk, settings=desk.settings.model_copy(update={"civil_registry_url": url} | more))


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    with serving() as held:
        yield held


@pytest.fixture
def at(desk: Service, registry: Registry) -> Service:
    registry.records, registry.raw, registry.token, registry.calls, registry.unchanged = {}, None, None, [], 0
    return asking(desk, registry.url)


def refusal(service: Service, number: str = NUMBER) -> IssuanceError:
    with pytest.raises((Unavailable, Refused)) as caught:
        resolve(service, CLERK, number, NOW)
    found(caught.value)
    return caught.value


def test_who_was_not_held_here_is_entered_as_the_registry_writes_them(at: Service, registry: Registry) -> None:
    number = "119909004001"
    registry.records[number] = record(number, names=record()["names"] | {"latin": None})
    person, told = resolve(at, CLERK, number, NOW)
    assert (person.national_number, person.arabic.family, told.family_record) == (number, "المبروك", "F-1001")
    assert person.latin.surname == "ALMABROUK"  # proposed; an application has its holder confirm it
    assert trail(at.db)[-2:] == ["people.enter", "people.look_up"]
    with at.db.reading() as read:
        assert person.id in family_members(read, "F-1001")
        assert person.id in {one.person.id for one in propose(read, units_of("سالم المبروك", asked=True), 50).proposals}


def test_a_correction_of_the_registry_is_taken_over_with_its_history_and_the_id_stays(
    at: Service, registry: Registry
) -> None:
    number = "119909004002"
    registry.records[number] = record(number)
    before, _ = resolve(at, CLERK, number, NOW)
    names = {"arabic": dict(record()["names"]["arabic"], family="الزاوي"), "latin": None}
    registry.records[number] = record(number, names=names)
    after, _ = resolve(at, CLERK, number, NOW)
    assert (after.id, after.arabic.family, after.latin) == (before.id, "الزاوي", before.latin)
    with at.db.reading() as read:
        (change,) = read.exec(select(RegistryChange).where(RegistryChange.person_id == after.id)).all()
        assert (change.kind, change.changes) == ("corrected", {"arabic_family": ["المبروك", "الزاوي"]})
        asked = propose(read, units_of("الزاوي", asked=True), 200).proposals
        assert after.id in {one.person.id for one in asked}
    assert trail(at.db)[-2:] == ["people.registry_change", "people.look_up"]


def test_a_number_that_resolves_to_nobody_enters_nobody_s27(at: Service) -> None:
    assert found(refusal(at, "119909004099")) == {("national_number", "people.registry.nobody")}
    with at.db.reading() as read:
        assert find_person(read, "119909004099") is None


def test_a_number_the_registry_no_longer_has_is_refused_told_and_live_again_when_it_comes_back(
    at: Service, registry: Registry
) -> None:
    number = "119909004003"
    registry.records[number] = record(number)
    person, _ = resolve(at, CLERK, number, NOW)
    del registry.records[number]
    assert found(refusal(at, number)) == {("national_number", "people.registry.unregistered")}
    registry.records[number] = record(number)
    assert resolve(at, CLERK, number, NOW)[0].id == person.id
    with at.db.reading() as read:
        told = [e.body["change"] for e in events_after(read, CLERK, 0, 500) if e.subject == f"person:{person.id}"]
    assert told == ["unregistered", "restored"]


@pytest.mark.parametrize(
    ("serial", "state"),
    list(enumerate(["deceased", "nationality_withdrawn", "number_withdrawn", "unregistered"])),
)
def test_a_record_that_is_not_live_gets_no_document_and_the_change_is_told(
    at: Service, registry: Registry, serial: int, state: str
) -> None:
    number = f"11990900401{serial}"
    registry.records[number] = record(number)
    person, _ = resolve(at, CLERK, number, NOW)
    registry.records[number] = record(number, state=state)
    assert found(refusal(at, number)) == {("national_number", f"people.registry.{state}")}
    with at.db.reading() as read:
        last = events_after(read, CLERK, 0, 500)[-1]
    assert (last.topic, last.body["person"], last.body["change"]) == ("registry.changed", person.id, state)


def test_a_transferred_family_record_and_a_late_entry_are_reasons_to_hold_s23_s27(
    at: Service, registry: Registry
) -> None:
    number = "119909004004"
    moved = {"from_office": "Ubari", "to_office": "Hun", "on": "2026-02-01"}
    registry.records[number] = record(number, transfers=[moved], registered_late=True, registered_on="2025-01-05")
    _, told = resolve(at, CLERK, number, NOW)
    with at.db.reading() as read:
        held = registry_holds(read, told, at.spec.passport.registry, TODAY)
    assert [reason.kind for reason in held] == ["recent_transfer", "late_registration"]


def test_a_name_no_document_can_carry_is_for_the_registry_to_correct(at: Service, registry: Registry) -> None:
    number = "119909004005"
    names = {"arabic": dict(record()["names"]["arabic"], grandfather=""), "latin": None}  # three parts: S12
    registry.records[number] = record(number, names=names)
    error = refusal(at, number)
    assert {field for field, _ in found(error)} == {"names.arabic.grandfather"}
    with at.db.reading() as read:
        assert find_person(read, number) is None


def test_an_unchanged_record_is_asked_by_its_mark_and_not_sent_again(at: Service, registry: Registry) -> None:
    number = "119909004006"
    registry.records[number] = record(number, family_record="F-7")
    resolve(at, CLERK, number, NOW)
    later = NOW + timedelta(minutes=5)
    _, told = resolve(at, CLERK, number, later)
    assert (registry.unchanged, told.as_of, told.family_record) == (1, later, "F-7")
    registry.records[number] = record(number, state="deceased")
    with pytest.raises(Refused) as caught:  # also where the registry's clock, or another desk's, is behind
        resolve(at, CLERK, number, NOW)
    assert found(caught.value) == {("national_number", "people.registry.deceased")}


def test_of_two_answers_the_newer_stands_whichever_is_kept_last(at: Service, registry: Registry) -> None:
    number = "119909004007"
    registry.records[number] = record(number, state="live")
    resolve(at, CLERK, number, NOW - timedelta(seconds=9))
    resolve(at, CLERK, number, NOW)  # says the same; what was asked before it does not stand after it
    registry.records[number] = record(number, family_record="old")
    resolve(at, CLERK, number, NOW - timedelta(seconds=5))
    with at.db.reading() as read:
        assert family_members(read, "old") == []
    registry.records[number] = record(number, state="deceased")
    refusal(at, number)
    registry.records[number] = record(number, family_record="old")
    with pytest.raises(Refused) as caught:
        resolve(at, CLERK, number, NOW - timedelta(seconds=2))
    assert found(caught.value) == {("national_number", "people.registry.deceased")}


@pytest.mark.parametrize(
    "as_of",
    ["2026-11-22T12:00:00+00:00", "2026-11-22T08:00:00+00:00", "2026-11-22T09:30:00", "9999-12-31T23:59:59Z", 5],
)
def test_an_answer_of_another_time_is_no_answer(at: Service, registry: Registry, as_of: object) -> None:
    registry.records[NUMBER] = record(as_of=as_of)
    assert isinstance(refusal(at), Unavailable)


@pytest.mark.parametrize("status", [201, 204, 301, 302, 304, 400, 401, 403, 404, 410, 429, 500, 503])
def test_any_status_but_those_of_the_contract_is_no_answer(at: Service, registry: Registry, status: int) -> None:
    """Also a 404 of a wrong address: it must not make everybody a nobody. No redirect is followed."""
    registry.raw = lambda handler: send(handler, status, b"{}", Location="http://127.0.0.1:1/")
    assert isinstance(refusal(at), Unavailable)
    assert len(registry.calls) == 1


def test_the_record_of_another_number_is_no_answer(at: Service, registry: Registry) -> None:
    registry.records[NUMBER] = record("119909004008")
    assert isinstance(refusal(at), Unavailable)


def _slow(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(200):
            handler.wfile.write(b" ")
            time.sleep(0.1)
    except OSError:
        pass


def _endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b" " * 65536)
    except OSError:
        pass


def test_a_line_that_drips_or_never_ends_is_cut_off(at: Service, registry: Registry) -> None:
    quick = at.spec.passport.registry.line.model_copy(update={"exchange_seconds": 1})
    rules = at.spec.passport.registry.model_copy(update={"line": quick})
    passport = at.spec.passport.model_copy(update={"registry": rules})
    hurried = replace(at, spec=at.spec.model_copy(update={"passport": passport}))
    for raw in (_slow, _endless):
        registry.raw, began = raw, time.monotonic()
        assert isinstance(refusal(hurried), Unavailable)
        assert time.monotonic() - began < 3


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
_MEMBERS = st.sampled_from(sorted(record()))
_HOSTILE = st.one_of(
    st.binary(max_size=200),
    _JSON.map(lambda value: json.dumps(value).encode()),
    st.tuples(st.sampled_from(sorted(record())), _JSON).map(
        lambda one: json.dumps(record() | {one[0]: one[1]}).encode()
    ),
    st.sampled_from(sorted(record())).map(
        lambda name: json.dumps({k: v for k, v in record().items() if k != name}).encode()
    ),
    st.just(b"[" * 30_000),
    st.just(b'{"national_number": NaN}'),
    st.just(json.dumps(record()).encode()[:-1] + b',"state":"live"}'),
    st.just(b"HTTP/1.1 200 OK\r\n" * 10),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(status=st.sampled_from([200, 404]), body=_HOSTILE)
def test_whatever_a_registry_answers_ends_in_a_record_a_refusal_or_no_answer(
    at: Service, registry: Registry, status: int, body: bytes
) -> None:
    registry.raw = lambda handler: send(handler, status, body)
    began = time.monotonic()
    try:
        person, told = resolve(at, CLERK, NUMBER, NOW)
    except (Unavailable, Refused) as error:
        found(error)
    else:
        assert (person.national_number, told.state, status) == (NUMBER, "live", 200)
    assert time.monotonic() - began < 5


def test_the_token_is_sent_and_a_wrong_one_is_no_answer(at: Service, registry: Registry, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("a-token-of-the-registry\n")
    token.chmod(0o600)
    registry.token = "a-token-of-the-registry"
    registry.records[NUMBER] = record()
    known = asking(at, registry.url, civil_registry_token_file=token)
    resolve(known, CLERK, NUMBER, NOW)
    registry.token = "another"
    assert found(refusal(known)) == {("ISSUANCE_CIVIL_REGISTRY_URL", "people.registry.credentials")}
    token.chmod(0o644)
    assert found(refusal(known)) == {("ISSUANCE_CIVIL_REGISTRY_URL", "people.registry.credentials")}


def test_mutual_tls_who_is_not_who_they_say_gets_no_answer(desk: Service, tmp_path: Path) -> None:
    server, server_certificate = certificate_for("localhost", tmp_path)
    ours, our_certificate = certificate_for("issuance", tmp_path)
    stranger, stranger_certificate = certificate_for("stranger", tmp_path)
    with serving(server, clients=our_certificate) as held:
        held.records[NUMBER] = record()
        mine = {"civil_registry_certificate": ours, "civil_registry_key": ours}
        theirs = {"civil_registry_certificate": stranger, "civil_registry_key": stranger}
        both = asking(desk, held.url, civil_registry_ca=server_certificate, **mine)
        assert resolve(both, CLERK, NUMBER, NOW)[0].national_number == NUMBER
        for wrong in (
            {"civil_registry_ca": server_certificate},  # nobody in particular
            {"civil_registry_ca": server_certificate, **theirs},
            {"civil_registry_ca": stranger_certificate, **mine},  # another registry
            mine,  # one nobody vouches for
        ):
            assert isinstance(refusal(asking(desk, held.url, **wrong)), Unavailable)


def test_a_registry_that_is_down_or_nowhere_is_no_answer(desk: Service) -> None:
    for url in ("http://127.0.0.1:9/registry", "https://localhost:9/registry"):
        assert isinstance(refusal(asking(desk, url)), Unavailable)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"URL": "http://registry.example"}, "URL"),
        ({"URL": "ftp://127.0.0.1/x"}, "URL"),
        ({"URL": "https://registry.example/v1?x=1"}, "URL"),
        ({"URL": "https://registry.example", "TOKEN_FILE": "/nowhere"}, "TOKEN_FILE"),
        ({"URL": "https://registry.example", "CERTIFICATE": __file__}, "CERTIFICATE"),
    ],
)
def test_settings_of_the_line_are_judged_before_it_is_used(given: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_settings({f"ISSUANCE_CIVIL_REGISTRY_{name}": value for name, value in given.items()})
    assert f"ISSUANCE_CIVIL_REGISTRY_{field}" in {fault.field for fault in caught.value.faults}


def test_in_production_the_line_is_https_and_we_say_who_we_are() -> None:
    for url, field in (("http://127.0.0.1:9", "URL"), ("https://registry.example", "TOKEN_FILE")):
        with pytest.raises(Invalid) as caught:
            read_settings({"ISSUANCE_ENVIRONMENT": "production", "ISSUANCE_CIVIL_REGISTRY_URL": url})
        assert f"ISSUANCE_CIVIL_REGISTRY_{field}" in {fault.field for fault in caught.value.faults}
