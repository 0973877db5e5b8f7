"""Keys on a PKCS#11 token (SoftHSM): they never leave it, lost sessions come back, and no signature is made twice."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pkcs11
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from keys import Keys, Purpose, create_pki, issue, open_ring, prepare
from keys.intents import MemoryIntentLog
from keys.pdf import PdfRequest
from keys.pdf_verify import verify_pdf
from keys.sod import SodRequest
from keys.stores import PublicHalf, Store
from keys.stores.cryptoki import cryptoki
from keys.stores.pkcs11 import Pkcs11Store, _octets
from keys.stores.software import SoftwareStore
from keys.stores.token import Seat, Token
from keys.verify import verify_sod
from specs.errors import Conflict, Invalid, IssuanceError, Unavailable
from specs.schema.pki import KeyKind, Pki
from tests.softhsm import PIN, new_token, token_store
from tests.unit.border.world import rendered_pdf
from tests.unit.keys.conftest import NOW, PASSPHRASE

pytestmark = pytest.mark.heavy

KINDS: list[tuple[KeyKind, str]] = [
    ("P-256", "ecdsa-sha256"),
    ("P-256", "ecdsa-sha512"),  # a hash longer than the order is cut to its leftmost bits (FIPS 186-5 §6.4.1)
    ("P-384", "ecdsa-sha384"),
    ("P-521", "ecdsa-sha512"),
    ("brainpoolP256r1", "ecdsa-sha256"),
    ("brainpoolP384r1", "ecdsa-sha384"),
    ("brainpoolP512r1", "ecdsa-sha512"),
    ("rsa-3072", "rsa-pss-sha256"),
    ("rsa-3072", "rsa-pss-sha384"),
    ("rsa-3072", "rsa-pss-sha512"),
    ("ed25519", "ed25519"),
]
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, pki: Pki) -> tuple[Path, str, Path]:
    """(home, token's label, token's directory) of a whole PKI on a token."""
    label, token = new_token()
    home = tmp_path_factory.mktemp("pkcs11") / "keys"
    store = token_store(home, label)
    create_pki(store, NOW, pki)
    store.close()
    return home, label, token


@pytest.fixture
def token_keys(made: tuple[Path, str, Path]) -> Iterator[Pkcs11Store]:
    store = token_store(*made[:2])
    yield store
    store.close()


@pytest.fixture(params=["software", "pkcs11"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A store without keys, of each kind."""
    (tmp_path / "keys").mkdir()
    if request.param == "software":
        yield SoftwareStore(tmp_path / "keys", PASSPHRASE)
        return
    store = token_store(tmp_path / "keys", request.getfixturevalue("made")[1])
    yield store
    store.discard_all()
    store.close()


def holds(public: PublicHalf, signature: bytes, message: bytes, scheme: str) -> None:
    """Judged by `cryptography`. Raises `InvalidSignature`."""
    algorithm = HASHES.get(scheme.rpartition("-")[2], hashes.SHA512())
    if isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(signature, message, ec.ECDSA(algorithm))
    elif isinstance(public, rsa.RSAPublicKey):
        pss = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
        public.verify(signature, message, pss, algorithm)
    else:
        assert isinstance(public, ed25519.Ed25519PublicKey)
        public.verify(signature, message)


@pytest.mark.parametrize(("kind", "scheme"), KINDS)
def test_every_kind_of_key_signs_by_its_schemes(empty: Store, kind: KeyKind, scheme: str) -> None:
    key_id, key = empty.create_key(Purpose.document_signer, kind)
    message = os.urandom(200)
    for _ in range(3):
        holds(key.public_key, key.sign(message, scheme), message, scheme)
    assert key_id.startswith("document_signer-")


def test_a_key_refuses_the_scheme_of_another_kind(empty: Store) -> None:
    _, key = empty.create_key(Purpose.document_signer, "P-256")
    for scheme in ("rsa-pss-sha256", "ed25519"):
        with pytest.raises(Unavailable) as refused:
            key.sign(b"bytes", scheme)
        assert refused.value.faults[0].code == "keys.scheme"


def opened(store: Store, pki: Pki) -> tuple[Keys, MemoryIntentLog]:
    intents = MemoryIntentLog()
    return open_ring(store, intents, pki), intents


def test_keys_on_a_token_sign_and_stamp_a_pdf_to_b_lt(token_keys: Pkcs11Store, pki: Pki) -> None:
    ring, log = opened(token_keys, pki)
    made = issue(prepare(ring, PdfRequest("certificate:1", rendered_pdf(), "", ""), NOW), NOW)
    assert (made.level, made.shortfall) == ("B-LT", ())
    verdict = verify_pdf(made.artefact, ring.trust(), NOW)
    assert (verdict.status, verdict.facts["level"]) == ("valid", "B-LT")
    assert sorted(intent.purpose for intent in log.intents.values()) == ["pdf_signer", "time_stamp_authority"]


def sod(ring: Keys, pki: Pki, number: int = 1) -> bytes:
    groups = {1: b"\x61\x03" + number.to_bytes(3, "big"), 2: b"\x75\x01x"}
    return issue(prepare(ring, SodRequest(f"passport:{number}", groups, "PP", pki), NOW), NOW).artefact


def close_all_sessions(made: tuple[Path, str, Path]) -> None:
    """What another handle of the module in this process can do to us."""
    module = cryptoki(None)
    slot = module.library.get_token(token_label=made[1]).slot.slot_id
    assert ctypes.CDLL(str(module.path)).C_CloseAllSessions(ctypes.c_ulong(slot)) == 0


def test_a_whole_pki_on_a_token_issues_what_verifies(token_keys: Pkcs11Store, pki: Pki) -> None:
    ring, _ = opened(token_keys, pki)
    groups = {1: b"\x61\x01a", 2: b"\x75\x01x"}
    made = issue(prepare(ring, SodRequest("passport:1", groups, "PP", pki), NOW), NOW).artefact
    assert verify_sod(made, groups, ring.trust(), NOW).status == "valid"


def test_private_halves_are_made_on_the_token_and_can_never_leave_it(
    made: tuple[Path, str, Path], token_keys: Pkcs11Store
) -> None:
    ids = [key.key_id for key in token_keys.held().keys]
    session = cryptoki(None).library.get_token(token_label=made[1]).open()
    for key_id in ids:
        key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, id=key_id.encode())
        flags = {name: key[getattr(pkcs11.Attribute, name)] for name in FLAGS}
        assert flags == FLAGS, key_id
        with pytest.raises(pkcs11.PKCS11Error):
            key[pkcs11.Attribute.VALUE]
    session.close()
    assert not [p for p in made[0].iterdir() if p.suffix not in (".cer", ".crl", ".json")]


FLAGS = {"SENSITIVE": True, "EXTRACTABLE": False, "ALWAYS_SENSITIVE": True, "NEVER_EXTRACTABLE": True, "LOCAL": True}


def test_a_session_dropped_in_the_middle_of_a_batch_loses_nothing_and_repeats_nothing(
    made: tuple[Path, str, Path], token_keys: Pkcs11Store, pki: Pki
) -> None:
    ring, intents = opened(token_keys, pki)
    artefacts = []
    for number in range(12):
        if number in (3, 7, 8):
            close_all_sessions(made)
        artefacts.append(sod(ring, pki, number))
    assert len(set(artefacts)) == len(intents.intents) == 12
    assert {result.outcome for result in intents.results.values()} == {"signed"}


def test_threads_that_lose_all_sessions_at_once_each_lose_and_repeat_nothing(token_keys: Pkcs11Store, pki: Pki) -> None:
    """The module begins anew between their calls. (`C_CloseAllSessions` during a call crashes SoftHSM 2.6.1.)"""
    ring, intents = opened(token_keys, pki)
    artefacts: list[bytes] = []

    def batch(start: int) -> None:
        artefacts.extend(sod(ring, pki, number) for number in range(start, start + 20))

    threads = [threading.Thread(target=batch, args=(n * 100,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        time.sleep(0.01)
        cryptoki(None).begin_anew(cryptoki(None).epoch)
    for thread in threads:
        thread.join()
    assert len(set(artefacts)) == len(intents.intents) == 120
    assert {result.outcome for result in intents.results.values()} == {"signed"}


def test_a_logout_by_another_is_survived(token_keys: Pkcs11Store, made: tuple[Path, str, Path], pki: Pki) -> None:
    ring, _ = opened(token_keys, pki)
    module = cryptoki(None)
    other = module.library.get_token(token_label=made[1]).open()
    assert ctypes.CDLL(str(module.path)).C_Logout(ctypes.c_ulong(other.handle)) == 0
    sod(ring, pki)


@pytest.mark.parametrize("whole", [False, True], ids=["the token", "every token"])
def test_a_token_that_is_gone_is_a_typed_error_and_serves_again_when_it_is_back(
    made: tuple[Path, str, Path], token_keys: Pkcs11Store, pki: Pki, whole: bool
) -> None:
    ring, intents = opened(token_keys, pki)
    place = made[2].parent if whole else made[2]
    away = made[2].parent.with_name("away")
    sod(ring, pki)
    place.rename(away)
    try:
        for _ in range(2):
            with pytest.raises(Unavailable) as gone:
                sod(ring, pki)
            assert gone.value.faults[0].code in ("keys.token.unavailable", "keys.token.module")
    finally:
        away.rename(place)
    sod(ring, pki)
    assert [result.outcome for result in intents.results.values()] == ["signed", "failed", "failed", "signed"]


def test_parent_and_child_both_sign_after_a_fork(token_keys: Pkcs11Store, pki: Pki) -> None:
    ring, _ = opened(token_keys, pki)
    sod(ring, pki)
    child = os.fork()
    if child == 0:
        try:
            sod(ring, pki)
        except BaseException:
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    sod(ring, pki)


def test_a_wrong_pin_is_tried_once(made: tuple[Path, str, Path]) -> None:
    """A token locks itself after a few: a server that tries again and again would lock out everybody."""
    module = cryptoki(None)
    module.begin_anew(module.epoch)  # nobody is logged in
    token = Token(module, made[1], PIN + "x")
    for _ in range(20):
        with pytest.raises(Invalid) as refused:
            Pkcs11Store(made[0], token).held()
        assert refused.value.faults[0].code == "keys.token.pin"
    store = token_store(*made[:2])
    store.held()
    store.close()


def codes(store: Store, pki: Pki) -> set[str]:
    with pytest.raises(IssuanceError) as error:
        open_ring(store, MemoryIntentLog(), pki)
    assert all(fault.ar and fault.en for fault in error.value.faults)
    return {fault.code for fault in error.value.faults}


def test_another_token_of_the_same_name_is_not_taken_for_ours(
    made: tuple[Path, str, Path], tmp_path: Path, pki: Pki
) -> None:
    copy = Path(shutil.copytree(made[0], tmp_path / "keys"))
    (copy / "token.json").write_text('{"label": "x", "serial": "0000000000000000"}')
    store = token_store(copy, made[1])
    assert codes(store, pki) == {"keys.token.other"}
    (copy / "token.json").write_text("[]")
    assert codes(store, pki) == {"keys.store.corrupt"}
    store.close()
    absent = token_store(copy, "no-such-token")
    assert codes(absent, pki) == {"keys.store.corrupt"}
    shutil.copy(made[0] / "token.json", copy)
    assert codes(absent, pki) == {"keys.token.unavailable"}


def test_a_key_that_the_token_does_not_hold_is_named(made: tuple[Path, str, Path], tmp_path: Path, pki: Pki) -> None:
    copy = Path(shutil.copytree(made[0], tmp_path / "keys"))
    certificate = next(copy.glob("pdf_signer-*.cer"))
    certificate.rename(copy / "pdf_signer-0000000000000000.cer")
    store = token_store(copy, made[1])
    with pytest.raises(Unavailable) as missing:
        store.held()
    store.close()
    assert [(f.code, f.field) for f in missing.value.faults] == [
        ("keys.token.key_missing", "pdf_signer-0000000000000000")
    ]


def test_a_failed_creation_leaves_neither_files_nor_keys(
    made: tuple[Path, str, Path], tmp_path: Path, pki: Pki, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    token_store(*made[:2]).held()  # logged in: private objects show
    before = _objects(made[1])
    store = token_store(tmp_path / "keys", made[1])
    monkeypatch.setattr("keys.stores.files.put_crl", full)
    with pytest.raises(Unavailable):
        create_pki(store, NOW, pki)
    assert list(tmp_path.iterdir()) == []
    assert _objects(made[1]) == before
    store.close()
    with pytest.raises(Conflict):
        create_pki(token_store(*made[:2]), NOW, pki)


def _objects(label: str) -> int:
    session = cryptoki(None).library.get_token(token_label=label).open()
    try:
        return len(list(session.get_objects()))
    finally:
        session.close()


def test_a_module_that_is_none_is_a_typed_error(tmp_path: Path) -> None:
    for path in (tmp_path / "absent.so", tmp_path / "text.so"):
        if path.name == "text.so":
            path.write_text("not a library")
        with pytest.raises(Unavailable) as none:
            cryptoki(path)
        assert none.value.faults[0].code == "keys.token.module"


@pytest.mark.parametrize("error", [pkcs11.GeneralError, pkcs11.FunctionFailed, pkcs11.DeviceError])
def test_a_failure_after_which_nobody_knows_whether_it_signed_is_never_repeated(
    token_keys: Pkcs11Store, pki: Pki, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    ring, intents = opened(token_keys, pki)
    asked, real = [], Seat.private_key

    class Answerless:
        """A key that signs, and whose answer is lost."""

        def __init__(self, key: Any) -> None:
            self.key = key

        def sign(self, *given: Any, **named: Any) -> bytes:
            asked.append(self.key.sign(*given, **named))
            raise error

    monkeypatch.setattr(Seat, "private_key", lambda seat, key_id: Answerless(real(seat, key_id)))
    with pytest.raises(Unavailable) as failed:
        sod(ring, pki)
    assert failed.value.faults[0].code == "keys.token.failed"
    assert len(asked) == len(intents.intents) == 1
    monkeypatch.undo()
    sod(ring, pki)
    assert [result.outcome for result in intents.results.values()] == ["failed", "signed"]


def test_a_missing_key_does_not_begin_the_module_anew(token_keys: Pkcs11Store, made: tuple[Path, str, Path]) -> None:
    token_keys.held()
    before = cryptoki(None).epoch
    token = Token(cryptoki(None), made[1], PIN)
    for _ in range(3):
        with pytest.raises(Unavailable) as missing:
            token.call(lambda seat: seat.private_key(b"pdf_signer-0000000000000000"))
        assert missing.value.faults[0].code == "keys.token.key_missing"
    assert cryptoki(None).epoch == before
    token.close()


def test_a_bare_point_that_begins_like_an_octet_string_is_taken_for_what_it_is() -> None:
    bare = b"\x04\x3f" + bytes(63)
    assert _octets(bare, 65) == bare == _octets(b"\x04\x41" + bare, 65)


def test_of_two_tokens_with_one_label_ours_is_the_one_whose_serial_number_is_kept(tmp_path: Path, pki: Pki) -> None:
    label, _ = new_token()
    store = token_store(tmp_path / "keys", label)
    create_pki(store, NOW, pki)
    store.close()
    command = ["softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN, "--so-pin", "87654321"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    cryptoki(None).begin_anew(cryptoki(None).epoch)
    again = token_store(tmp_path / "keys", label)
    assert len(again.held().keys) == len(Purpose)
    again.close()
    with pytest.raises(Unavailable) as ambiguous:
        Token(cryptoki(None), label, PIN).call(lambda seat: seat)
    assert ambiguous.value.faults[0].code == "keys.token.ambiguous"
