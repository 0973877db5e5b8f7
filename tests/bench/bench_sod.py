"""What a security object costs next to the elliptic-curve arithmetic nobody can avoid: keys in files and on a token.

The raw operations use the very key that signs the object: on the token through python-pkcs11 with a session and a key
handle that are held open, verified by `cryptography`.
"""

from __future__ import annotations

import hashlib
import os
import statistics
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import pkcs11
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from keys import Keys, Purpose, create_pki, issue, open_ring, prepare
from keys.intents import MemoryIntentLog
from keys.sod import SodRequest
from keys.stores import Store
from keys.stores.cryptoki import cryptoki
from keys.stores.software import SoftwareStore
from specs.load import load
from tests.bench.measure import Measured
from tests.softhsm import new_token, token_store

GOAL = 2.0
ROUNDS = 400
SIZES = {1: 93, 2: 15_000, 11: 120, 12: 60}  # bytes of a usual passport's files
DATA_GROUPS = {number: os.urandom(size) for number, size in SIZES.items()}
NOW = datetime.now(UTC)
PASSPHRASE = "a passphrase for the bench"
ECDSA = ec.ECDSA(hashes.SHA256())
MESSAGE = os.urandom(100)
Work = Callable[[], object]


def run() -> list[Measured]:
    """prepare (lint included) + issue (sign, verify again) over a raw P-256 signature and its verification.

    Twice each: over these alone, and over these and the digests of the data groups, which no issuer can avoid either.
    """
    return [*_measured("software", _software), *_measured("SoftHSM", _softhsm)]


def _measured(kind: str, works: Callable[[Path], Iterator[tuple[Work, Work]]]) -> list[Measured]:
    with tempfile.TemporaryDirectory() as home, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextmanager(works)(Path(home, "keys")) as (raw, whole):
            for _ in range(50):
                raw()
                whole()
            # in turns: all meet the same machine
            times = [(_seconds(raw), _seconds(_digests), _seconds(whole)) for _ in range(ROUNDS)]
    base, digests, full = (statistics.median(column) for column in zip(*times, strict=True))
    name, files = f"SOD issue / raw P-256 sign and verify, {kind}", f"data groups of {sum(SIZES.values())} bytes"
    detail = f"{full * 1e6:.0f} µs over {base * 1e6:.0f} µs"
    return [
        Measured(name, full / base, GOAL, f"{detail}, {files}"),
        Measured(f"{name}, digests", full / (base + digests), GOAL, f"{detail} + {digests * 1e6:.0f} µs of SHA-256"),
    ]


def _software(home: Path) -> Iterator[tuple[Work, Work]]:
    ring = _ring(SoftwareStore(home, PASSPHRASE))
    path = home / f"{ring.signer(Purpose.document_signer, NOW).key_id}.key"
    key = load_pem_private_key(path.read_bytes(), PASSPHRASE.encode())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    public = key.public_key()
    yield lambda: public.verify(key.sign(MESSAGE, ECDSA), MESSAGE, ECDSA), _issue(ring)


def _softhsm(home: Path) -> Iterator[tuple[Work, Work]]:
    label = new_token()[0]
    store = token_store(home, label)
    ring = _ring(store)
    key_id = ring.signer(Purpose.document_signer, NOW).key_id
    public = next(key for key in store.held().keys if key.key_id == key_id).private_key.public_key
    assert isinstance(public, ec.EllipticCurvePublicKey)
    session = cryptoki(None).library.get_token(token_label=label).open()
    key = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, id=key_id.encode())

    def raw() -> None:
        signed = key.sign(hashlib.sha256(MESSAGE).digest(), mechanism=pkcs11.Mechanism.ECDSA)
        signature = encode_dss_signature(int.from_bytes(signed[:32], "big"), int.from_bytes(signed[32:], "big"))
        public.verify(signature, MESSAGE, ECDSA)

    yield raw, _issue(ring)
    store.close()


def _digests() -> None:
    for file in DATA_GROUPS.values():
        hashlib.sha256(file).digest()


def _ring(store: Store) -> Keys:
    create_pki(store, NOW, load().pki_profiles)
    return open_ring(store, MemoryIntentLog(), load().pki_profiles)


def _issue(ring: Keys) -> Work:
    request = SodRequest("passport:bench", DATA_GROUPS, "PP", ring.pki)
    return lambda: issue(prepare(ring, request, NOW), NOW)


def _seconds(work: Work) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


@pytest.mark.bench
@pytest.mark.parametrize("works", [_software, _softhsm])
def test_issuing_a_security_object_costs_at_most_twice_its_digests_signature_and_verification(
    works: Callable[[Path], Iterator[tuple[Work, Work]]],
) -> None:
    _, result = _measured(works.__name__, works)
    assert result.met, result
