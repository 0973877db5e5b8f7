"""A bundle as a post gets it: ours or refused, whole or refused, the newest seen or refused, fresh or indeterminate."""

from __future__ import annotations

import base64
import json
import os
import shutil
import struct
import subprocess
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.border.bundle import making
from issuance.border.bundle.container import NAMES, delta_read
from issuance.border.bundle.content import digest_of, files_of
from issuance.border.bundle.opening import BundleKnowledge
from issuance.border.bundle.updating import delta_of_files, update
from issuance.certificates import afterwards
from issuance.core.actor import PUBLIC, system
from issuance.passports import reports
from issuance.service import Service
from keys.trust import TrustStore
from specs.errors import Conflict, Invalid, IssuanceError, NotAllowed, NotFound, Refused
from specs.load import SHIPPED, load
from tests.passport_books import put_book
from tests.passports import OFFICER
from tests.service import NOW, issued, request
from tests.shared import VECTORS, needs
from tests.unit.border import world

SPEC = load(SHIPPED)
GERMAN_CSCA = VECTORS / "certs" / "csca_DE.cer"
POST = system("post")
ISSUED, SERIES = "LB2345678", "LB9999999"
Bundle = tuple[Path, TrustStore]


def anchors(service: Service) -> TrustStore:
    """What a post was given by hand: the authorities of our State, nothing else."""
    return TrustStore(certificates=tuple(one.der for one in service.trust.anchors))


def bundle(service: Service, path: Path, now: datetime = NOW) -> Path:
    shutil.copy(making.current(service, POST, now, at_once=True).path, path)
    return path


def opened(path: Path, trust: TrustStore | None = None) -> BundleKnowledge:
    return BundleKnowledge.open(path, trust, SPEC)


@pytest.fixture(scope="module")
def given_out(desk: Service, tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A bundle with a book that is good, and the trust of a post."""
    put_book(desk, ISSUED)
    return bundle(desk, tmp_path_factory.mktemp("bundle") / "post.lyb"), anchors(desk)


@pytest.fixture
def post(given_out: Bundle, tmp_path: Path) -> Bundle:
    return Path(shutil.copy(given_out[0], tmp_path / "post.lyb")), given_out[1]


def test_a_book_reported_stolen_is_stolen_in_the_next_bundle_on_either_database(
    service: Service, tmp_path: Path
) -> None:
    put_book(service, ISSUED)
    put_book(service, "B1234567")
    first = opened(bundle(service, tmp_path / "a"), anchors(service))
    assert [first.standing(n) and first.standing(n).state for n in (ISSUED, "B1234567<<")] == ["active", "active"]  # type: ignore[union-attr]
    assert (first.standing(SERIES), first.standing("B7654321")) == (None, None)
    assert first.standing(ISSUED).since is None  # type: ignore[union-attr]
    assert first.bans(ISSUED) is None
    reports.report(service, OFFICER, ISSUED, "stolen", "PV-1/2026", "", NOW)
    second = opened(bundle(service, tmp_path / "b"), anchors(service))
    assert second.standing(ISSUED).state == "stolen"  # type: ignore[union-attr]
    assert second.head.version > first.head.version
    assert making.current(service, POST, NOW, at_once=True).head == second.head, "nothing changed: nothing is made"


def test_a_certificate_that_was_withdrawn_is_in_the_bundle_by_digest_alone(service: Service, tmp_path: Path) -> None:
    held = issued(service, request())
    path = bundle(service, tmp_path / "a")
    assert opened(path, anchors(service)).ended_certificate(held.number) is None
    afterwards.withdraw_at_console(service, system("test"), held.number, "issued_in_error", NOW, "a test")
    path = bundle(service, tmp_path / "b")
    assert opened(path, anchors(service)).ended_certificate(held.number.lower()) == "withdrawn"
    data = path.read_bytes()
    assert held.number.encode() not in data
    assert sha256(held.number.encode()).digest()[:16] == digest_of(held.number)
    assert digest_of(held.number) in data


def test_the_head_is_a_jws_that_openssl_verifies_and_its_signer_is_of_our_authority(
    post: Bundle, tmp_path: Path
) -> None:
    """The judge is openssl, over bytes that this test takes apart by RFC 7515 and docs/border-bundle.md."""
    data = post[0].read_bytes()
    size = struct.unpack_from("<I", data, 8)[0]
    header, claims, signature = data[16 : 16 + size].split(b".")

    def plain(part: bytes) -> bytes:
        return base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4))

    told, head = json.loads(plain(header)), json.loads(plain(claims))
    assert (told["alg"], told["typ"]) == ("ES256", "border-bundle+jws")
    raw = plain(signature)
    half = [b"\x02" + bytes([len(h)]) + h for h in (_integer(raw[:32]), _integer(raw[32:]))]
    files = {
        "signed": header + b"." + claims,
        "signature": b"\x30" + bytes([len(b"".join(half))]) + b"".join(half),
        "signer.pem": _pem(base64.b64decode(told["x5c"][0])),
        "roots.pem": b"".join(map(_pem, post[1].certificates)),
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def openssl(*arguments: str) -> bytes:
        return subprocess.run(["openssl", *arguments], cwd=tmp_path, check=True, capture_output=True).stdout

    (tmp_path / "key.pem").write_bytes(openssl("x509", "-in", "signer.pem", "-noout", "-pubkey"))
    assert b"Verified OK" in openssl("dgst", "-sha256", "-verify", "key.pem", "-signature", "signature", "signed")
    when = str(int(NOW.timestamp()))
    assert b"OK" in openssl("verify", "-attime", when, "-CAfile", "roots.pem", "signer.pem")
    at = 16 + size
    for one in head["files"]:
        at += -at % 8
        assert sha256(data[at : at + one["size"]]).hexdigest() == one["sha256"]
        at += one["size"]


def _integer(half: bytes) -> bytes:
    value = half.lstrip(b"\0") or b"\0"
    return (b"\0" if value[0] > 127 else b"") + value


def _pem(der: bytes) -> bytes:
    return b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(der) + b"-----END CERTIFICATE-----\n"


def test_any_byte_changed_is_refused(post: Bundle) -> None:
    path, trust = post
    data = path.read_bytes()
    at = [16 + 7 * n for n in range(60)] + list(range(0, len(data), max(1, len(data) // 300))) + [len(data) - 1]
    for place in at:
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        with pytest.raises(Invalid):
            opened(path, trust)
    for other in (data[:-1], data + b"\0" * 8, data[:20], b"", b"LYBUNDLE"):
        path.write_bytes(other)
        with pytest.raises(Invalid):
            opened(path, trust)


def test_a_bundle_does_not_vouch_for_itself(post: Bundle, tmp_path: Path) -> None:
    path, trust = post
    with pytest.raises(Invalid, match=r"border\.bundle\.trust"):
        opened(path)
    with pytest.raises(Invalid, match=r"chain\.issuer"):
        opened(path, world.world("another installation").trust)
    opened(path, trust)
    opened(path)  # whom to trust is remembered from the first use on
    moved = Path(shutil.copy(path, tmp_path / "elsewhere.lyb"))
    with pytest.raises(Invalid, match=r"border\.bundle\.trust"):
        opened(moved)
    assert not (tmp_path / "elsewhere.lyb.memory").exists(), "what was refused is not remembered"


@needs(GERMAN_CSCA)
def test_a_bundle_is_not_vouched_for_by_another_state(post: Bundle) -> None:
    with pytest.raises(Invalid, match=r"chain\.issuer"):
        opened(post[0], TrustStore(authorities=(GERMAN_CSCA.read_bytes(),)))


def test_a_key_of_records_that_was_stolen_brings_no_authority_of_our_state(
    desk: Service, post: Bundle, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whoever holds it signs a bundle with a CSCA of their own under our name: it is not believed."""
    theirs = world.world("one").trust
    service_trust = desk.trust
    monkeypatch.setattr(
        desk,
        "trust",
        TrustStore((*service_trust.certificates, *theirs.certificates), service_trust.crls, theirs.certificates),
    )
    forged = bundle(desk, tmp_path / "forged.lyb", NOW + timedelta(hours=1))
    held = opened(forged, post[1])
    ours = {one.der for one in held.trust.anchors if one.country.casefold() == "ly"}
    assert ours == set(post[1].certificates)


def test_past_its_age_or_with_a_clock_set_back_a_bundle_is_not_relied_upon(post: Bundle) -> None:
    held = opened(*post)
    rules = SPEC.border_bundle.freshness
    until = NOW + timedelta(hours=rules.good_hours)
    asked = {
        NOW: "pass", until: "pass", until + timedelta(seconds=1): "unknown", NOW - timedelta(days=1): "unknown",
        NOW - timedelta(minutes=rules.clock_tolerance_minutes): "pass",
        NOW - timedelta(minutes=rules.clock_tolerance_minutes, seconds=1): "unknown",
    }  # fmt: skip
    assert {at: held.freshness(at).result for at in asked} == asked
    stale = held.freshness(until + timedelta(seconds=1))
    assert (stale.id, stale.level) == ("knowledge.age", "policy")


def test_a_reader_holds_a_bundle_to_its_own_greatest_age(post: Bundle) -> None:
    rules = SPEC.border_bundle.freshness.model_copy(update={"good_hours": 1})
    strict = SPEC.model_copy(update={"border_bundle": SPEC.border_bundle.model_copy(update={"freshness": rules})})
    held = BundleKnowledge.open(*post, strict)
    assert held.freshness(NOW + timedelta(minutes=61)).result == "unknown"


def test_an_older_bundle_than_one_seen_is_refused(desk: Service, post: Bundle, tmp_path: Path) -> None:
    path, trust = post
    opened(path, trust)
    old = path.read_bytes()
    put_book(desk, "LB2222299")
    bundle(desk, path, NOW + timedelta(hours=2))
    newer = opened(path)
    path.write_bytes(old)
    with pytest.raises(Refused, match=r"border\.bundle\.older"):
        opened(path)
    (tmp_path / "offered").write_bytes(old)
    bundle(desk, path, NOW + timedelta(hours=2))
    with pytest.raises(Refused, match=r"border\.bundle\.older"):
        update(path, tmp_path / "offered", None, SPEC)
    assert opened(path).head == newer.head
    memory = tmp_path / "post.lyb.memory"
    memory.write_bytes(memory.read_bytes()[:-3])
    with pytest.raises(Invalid, match=r"border\.bundle\.memory"):
        opened(path, trust)


def test_deltas_one_after_another_or_as_one_give_the_whole_bundle_byte_for_byte(
    service: Service, tmp_path: Path
) -> None:
    trust, wholes = anchors(service), []
    books = [f"LB{letter}234567" for letter in "BCDFGHJK"]
    for turn in range(4):
        for number in books[2 * turn : 2 * turn + 2]:
            put_book(service, number)
        if turn:
            reports.report(service, OFFICER, books[2 * turn - 2], "lost", "PV-1/2026", "", NOW)
        wholes.append(bundle(service, tmp_path / f"{turn}", NOW + timedelta(minutes=turn)))
    chained = Path(shutil.copy(wholes[0], tmp_path / "chained"))
    for before, after in pairwise(wholes):
        (tmp_path / "delta").write_bytes(delta_of_files(before, after, SPEC))
        update(chained, tmp_path / "delta", trust, SPEC)
        assert chained.read_bytes() == after.read_bytes()
    at_once = Path(shutil.copy(wholes[0], tmp_path / "at-once"))
    now = NOW + timedelta(minutes=3)
    newest = making.current(service, POST, now)
    first = opened(wholes[0], trust).head.version
    (tmp_path / "delta").write_bytes(making.delta_to(service, POST, first, newest.head.version, now))
    update(at_once, tmp_path / "delta", trust, SPEC)
    assert at_once.read_bytes() == wholes[3].read_bytes()
    assert opened(at_once).standing(books[0]).state == "lost"  # type: ignore[union-attr]


def test_a_delta_to_another_base_is_refused_and_the_bundle_stands(desk: Service, post: Bundle, tmp_path: Path) -> None:
    path, trust = post
    versions = []
    for turn, number in enumerate(("LB3333333", "LB4444444")):
        put_book(desk, number)
        versions.append(bundle(desk, tmp_path / number, NOW + timedelta(hours=3 + turn)))
    (tmp_path / "delta").write_bytes(delta_of_files(*versions, SPEC))
    before = path.read_bytes()
    with pytest.raises(Conflict, match=r"border\.bundle\.base"):
        update(path, tmp_path / "delta", trust, SPEC)
    assert path.read_bytes() == before


@pytest.fixture(scope="module")
def delta(desk: Service, given_out: Bundle, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    put_book(desk, "LB5555555")
    newer = bundle(desk, tmp_path_factory.mktemp("newer") / "newer", NOW + timedelta(hours=6))
    return delta_of_files(given_out[0], newer, SPEC)


def test_no_byte_of_a_delta_can_be_changed_unseen(post: Bundle, delta: bytes, tmp_path: Path) -> None:
    """What is not signed in it leads to another outcome, which its signed digests refuse, or to the very same."""
    path, trust = post
    before = path.read_bytes()
    (tmp_path / "delta").write_bytes(delta)
    update(path, tmp_path / "delta", trust, SPEC, tmp_path / "first")
    after = path.read_bytes()
    for place in range(0, len(delta), max(1, len(delta) // 300)):
        path.write_bytes(before)
        (tmp_path / "delta").write_bytes(delta[:place] + bytes([delta[place] ^ 1]) + delta[place + 1 :])
        try:
            update(path, tmp_path / "delta", trust, SPEC, tmp_path / "second")
        except (Invalid, Conflict):
            assert path.read_bytes() == before
        else:
            assert path.read_bytes() == after
            (tmp_path / "second").unlink()


@settings(max_examples=150, deadline=1000)
@given(noise=st.binary(max_size=300), cut=st.integers(0, 1 << 16))
def test_any_bytes_as_a_bundle_or_a_delta_end_in_a_typed_error(
    given_out: Bundle, delta: bytes, tmp_path_factory: pytest.TempPathFactory, noise: bytes, cut: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "noise"
    folder.mkdir(exist_ok=True)
    good = given_out[0].read_bytes()
    for data in (noise, good[: cut % len(good)] + noise, b"LYBUNDLE" + noise, good[:100] + noise):
        (folder / "bundle").write_bytes(data)
        with pytest.raises(IssuanceError):
            BundleKnowledge.open(folder / "bundle", given_out[1], SPEC, folder / "memory")
    (folder / "bundle").write_bytes(good)
    for data in (b"LYBDELTA" + noise, delta[: cut % len(delta)] + noise, noise):
        (folder / "delta").write_bytes(data)
        with pytest.raises(IssuanceError):
            update(folder / "bundle", folder / "delta", given_out[1], SPEC, folder / "memory")
    assert (folder / "bundle").read_bytes() == good


def test_a_device_a_folder_and_nothing_are_no_bundle_and_keep_nobody_waiting(given_out: Bundle, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    wrong: list[tuple[Path, type[IssuanceError]]] = [
        (tmp_path / "pipe", Invalid), (Path("/dev/zero"), Invalid), (tmp_path, Invalid), (tmp_path / "none", NotFound),
    ]  # fmt: skip
    for path, error in wrong:
        with pytest.raises(error):
            BundleKnowledge.open(path, given_out[1], SPEC, tmp_path / "memory")


def test_who_may_not_check_at_a_border_gets_no_bundle(desk: Service) -> None:
    for ask in (making.current, lambda *a: making.version_of(*a[:2], 1, a[2])):
        with pytest.raises(NotAllowed):
            ask(desk, PUBLIC, NOW)


def test_without_the_numbers_that_are_good_one_of_our_series_counts_as_good(service: Service, tmp_path: Path) -> None:
    put_book(service, ISSUED)
    put_book(service, "LB7777777")
    reports.report(service, OFFICER, ISSUED, "lost", "PV-1/2026", "", NOW)
    contents = service.spec.border_bundle.contents.model_copy(update={"issued_numbers": False})
    rules = service.spec.border_bundle.model_copy(update={"contents": contents})
    service.spec = service.spec.model_copy(update={"border_bundle": rules})
    held = opened(bundle(service, tmp_path / "a"), anchors(service))
    assert held.opened.status.count == 1
    told = [held.standing(number) for number in (ISSUED, "LB7777777", SERIES, "B7654321")]
    assert [one and one.state for one in told] == ["lost", "active", "active", None]


def test_the_same_register_gives_the_same_bytes_on_every_build(desk: Service) -> None:
    assert files_of(desk, NOW) == files_of(desk, NOW)
    assert tuple(files_of(desk, NOW)) == NAMES


def test_who_waits_gets_the_last_bundle_where_the_next_takes_long_and_upkeep_makes_it(service: Service) -> None:
    first = making.current(service, POST, NOW)
    mark = first.path.parent / "made.json"
    rules = SPEC.border_bundle.freshness
    put_book(service, ISSUED)
    later = NOW + timedelta(minutes=rules.remake_minutes)
    held = json.loads(mark.read_bytes())
    mark.write_text(json.dumps(held | {"seconds": rules.wait_seconds + 1}))
    assert making.current(service, POST, later).head == first.head
    making.keep_bundle(service, later)
    second = making.current(service, POST, later)
    assert second.head.version > first.head.version
    held = json.loads(mark.read_bytes())
    mark.write_text(json.dumps(held | {"seconds": rules.wait_seconds + 1}))
    old = later + timedelta(hours=rules.good_hours) * 3 / 4
    assert making.current(service, POST, old).head.version > second.head.version, (
        "before it is too old it is made at once"
    )


def test_a_day_of_deltas_is_kept_and_what_is_too_old_is_let_go(service: Service) -> None:
    first = making.current(service, POST, NOW)
    put_book(service, ISSUED)

    def later(days: int) -> datetime:
        return NOW + timedelta(days=days)

    second = making.current(service, POST, later(1))
    assert making.bases(service) == [first.head.version]
    step = making.delta_to(service, POST, first.head.version, second.head.version, later(1))
    assert delta_read(step).frame.base == first.head.version
    third = making.current(service, POST, later(1 + SPEC.border_bundle.keeping.deltas_days))
    assert making.bases(service) == [second.head.version]
    with pytest.raises(NotFound):
        making.delta_to(service, POST, first.head.version, third.head.version, later(8))
    assert not first.path.exists()
    assert making.version_of(service, POST, second.head.version, later(8)).head == second.head
