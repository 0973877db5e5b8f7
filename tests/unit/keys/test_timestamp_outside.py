"""An outside time-stamp authority: its tokens lift our PDFs too, and nothing unchecked of it is believed."""

from __future__ import annotations

import hashlib
import shutil
import time
import warnings
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from issuance.db.session import Database
from keys import Keys, SoftwareKeysWarning, TrustStore, create_development_pki, issue, open_keys, prepare
from keys.intents import MemoryIntentLog
from keys.pdf import PdfRequest, upgrade
from keys.pdf_verify import verify_pdf
from keys.timestamp_outside import OutsideAuthority
from keys.timestamp_verify import read_token, token_faults
from specs.errors import Invalid, Unavailable
from specs.load import load
from tests.service import installation
from tests.unit.border.world import rendered_pdf
from tests.unit.keys import chains
from tests.unit.keys.outside import Answer, granting, make_authority, reply, serving

pytestmark = [
    pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is the other authority"),
    pytest.mark.heavy,
]
RULES = load().pki_profiles.time_stamp
DIGEST = hashlib.sha256(b"a signature value").digest()
PASSPHRASE = "a passphrase for tests only"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_authority(tmp_path_factory.mktemp("outside") / "authority")


@pytest.fixture(scope="module")
def trust(directory: Path) -> TrustStore:
    return TrustStore.from_directory(directory / "trust")


@pytest.fixture(scope="module")
def url(directory: Path) -> Iterator[str]:
    with serving(granting(directory)) as address:
        yield address


@pytest.fixture
def now() -> datetime:
    """The machine's clock: it is OpenSSL's too."""
    return datetime.now(UTC)


@pytest.fixture
def keys(tmp_path: Path, now: datetime) -> Keys:
    pki = load().pki_profiles
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SoftwareKeysWarning)
        create_development_pki(tmp_path / "keys", PASSPHRASE, now - timedelta(minutes=1), pki)
        return open_keys(tmp_path / "keys", PASSPHRASE, MemoryIntentLog(), pki)


def test_an_outside_token_is_of_our_digest_and_our_request(url: str, trust: TrustStore, now: datetime) -> None:
    token = OutsideAuthority(url, trust, RULES).token(DIGEST, now)
    assert token_faults(token, "sha256", DIGEST) == []
    assert read_token(token).policy == "1.2.3.4"


def test_a_pdf_reaches_b_lt_with_an_outside_authority_whose_list_is_known(
    keys: Keys, url: str, trust: TrustStore, now: datetime, tmp_path: Path
) -> None:
    keys.outside = OutsideAuthority(url, trust, RULES)
    made = issue(prepare(keys, PdfRequest("certificate:1", rendered_pdf(), "", ""), now), now)
    assert (made.level, made.shortfall) == ("B-LT", ())
    keys.export_trust(tmp_path / "trust")
    known = TrustStore.from_directory(tmp_path / "trust")
    verdict = verify_pdf(made.artefact, known, now + timedelta(minutes=1))
    assert verdict.status == "valid", verdict.failed()
    assert (verdict.facts["level"], verdict.facts["stamped_by"]) == ("B-LT", "Outside-TSA")
    unknown = replace(known, time_stamps=None)
    verdict = verify_pdf(made.artefact, unknown, now + timedelta(minutes=1))
    assert (verdict.status, verdict.facts["level"]) == ("valid", "B-B")  # no proof of time, and no fault of the paper
    assert "timestamp.authority" in [c.id for c in verdict.checks if c.result == "warning"]


def test_an_outside_anchor_is_trusted_for_time_stamps_alone(
    keys: Keys, url: str, trust: TrustStore, tmp_path: Path
) -> None:
    keys.outside = OutsideAuthority(url, trust, RULES)
    keys.export_trust(tmp_path / "trust")
    known = TrustStore.from_directory(tmp_path / "trust")
    assert known.time_stamps == trust
    assert not set(trust.certificates) & {anchor.der for anchor in known.anchors}


def test_without_its_revocation_list_an_outside_authority_proves_nothing_offline(
    keys: Keys, url: str, trust: TrustStore, now: datetime
) -> None:
    keys.outside = OutsideAuthority(url, replace(trust, crls=()), RULES)
    made = issue(prepare(keys, PdfRequest("certificate:1", rendered_pdf(), "", ""), now), now)
    assert made.level == "B-B"
    assert [fault.code for fault in made.shortfall] == ["timestamp.authority"]


def test_a_pdf_signed_while_the_authority_was_away_is_lifted_later(
    keys: Keys, url: str, trust: TrustStore, now: datetime
) -> None:
    keys.outside = OutsideAuthority("http://127.0.0.1:9/", trust, RULES)
    made = issue(prepare(keys, PdfRequest("certificate:1", rendered_pdf(), "", ""), now), now)
    assert (made.level, [f.code for f in made.shortfall]) == ("B-B", ["keys.timestamp.outside"])
    assert verify_pdf(made.artefact, keys.trust(), now).status == "valid"
    with pytest.raises(Unavailable):
        upgrade(made.artefact, keys, now)
    keys.outside = OutsideAuthority(url, trust, RULES)
    lifted = upgrade(made.artefact, keys, now)
    assert verify_pdf(lifted, keys.trust(), now + timedelta(minutes=1)).facts["level"] == "B-LT"


def answers(directory: Path) -> dict[str, Answer]:
    """What a broken or lying authority may say."""
    held = b""

    def replayed(query: bytes) -> tuple[int, str, bytes]:
        nonlocal held
        held = held or reply(directory, query)
        return 200, "application/timestamp-reply", held

    def altered(query: bytes) -> tuple[int, str, bytes]:
        body = bytearray(reply(directory, query))
        body[-5] ^= 1
        return 200, "application/timestamp-reply", bytes(body)

    kind = "application/timestamp-reply"
    return {
        "replayed": replayed,
        "altered": altered,
        "refused": lambda _: (200, kind, bytes.fromhex("30053003020102")),
        "empty": lambda _: (200, kind, b""),
        "too long": lambda _: (200, kind, b"\x30" * 2_000_000),
        "not found": lambda _: (404, kind, b""),
        "elsewhere": lambda _: (302, kind, b""),
        "a page": lambda _: (200, "text/html", b"<html>"),
    }


@pytest.mark.parametrize("name", sorted(answers(Path())))
def test_no_bad_answer_is_believed(name: str, directory: Path, trust: TrustStore, now: datetime) -> None:
    with serving(answers(directory)[name]) as address:
        authority = OutsideAuthority(address, trust, RULES)
        if name == "replayed":
            authority.token(DIGEST, now)
        with pytest.raises(Unavailable):
            authority.token(DIGEST, now)


def test_an_authority_whose_clock_is_far_from_ours_is_refused(url: str, trust: TrustStore, now: datetime) -> None:
    apart = timedelta(seconds=RULES.clock_tolerance_seconds + 60)
    for moment in (now - apart, now + apart):
        with pytest.raises(Unavailable):
            OutsideAuthority(url, trust, RULES).token(DIGEST, moment)


def test_a_slow_answer_is_cut_off_in_time(directory: Path, trust: TrustStore, now: datetime) -> None:
    rules = RULES.model_copy(update={"answer_within_seconds": 1})
    with serving(granting(directory), pause=0.05) as address:
        began = time.monotonic()
        with pytest.raises(Unavailable):
            OutsideAuthority(address, trust, rules).token(DIGEST, now)
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "address",
    ["", "http://tsa.example/", "ftp://tsa.example", "https://", "https://u:p@tsa.example/", "https://tsa.example/ x"],
)
def test_only_https_or_this_machine_is_asked(address: str, trust: TrustStore) -> None:
    with pytest.raises(Invalid):
        OutsideAuthority(address, trust, RULES)
    OutsideAuthority("https://tsa.example/stamp", trust, RULES)


def test_an_authority_without_an_anchor_or_with_a_whole_folder_of_them_is_refused(url: str) -> None:
    many = tuple(chains.root().der for _ in range(7))
    for trust in (TrustStore(), TrustStore(many)):
        with pytest.raises(Invalid):
            OutsideAuthority(url, trust, RULES)


def test_an_installation_asks_the_authority_of_its_settings(
    url: str, directory: Path, tmp_path: Path, sqlite_database: Database
) -> None:
    settings = {"tsa_url": url, "tsa_trust": directory / "trust"}
    service = installation(tmp_path / "home", str(sqlite_database.engine.url), **settings)
    try:
        assert service.keys.outside is not None
        assert service.keys.outside.url == url
        assert service.trust.time_stamps == service.keys.outside.trust
    finally:
        service.close()
