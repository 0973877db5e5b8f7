"""Active authentication: the signer is written here after ISO/IEC 9796-2, on paper; `cryptography` signs ECDSA."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import ecdsa
import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from keys.active_authentication import verify_active_authentication
from keys.deviations import CHIP
from keys.verdict import Check

CHALLENGE = bytes.fromhex("96302b0f3d7e7864")
PLAIN_SHA256 = "0.4.0.127.0.7.1.1.4.1.3"
KEY = rsa.generate_private_key(65537, 1024)
CURVES = {
    "P-256": ec.SECP256R1(),
    "P-521": ec.SECP521R1(),
    "brainpoolP384r1": ec.BrainpoolP384R1(),
    "P-224": ec.SECP224R1(),
}
TRAILERS = {"sha1": "bc", "sha224": "38cc", "sha256": "34cc", "sha384": "36cc", "sha512": "35cc"}


def spki(public: Any) -> bytes:
    return bytes(public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def sign_9796_2(
    key: rsa.RSAPrivateKey, challenge: bytes, name: str, trailer: str, change: Callable[[bytes], bytes] = bytes
) -> bytes:
    """Scheme 1, partial recovery: 6A, M1 to fill the block, H(M1 || challenge), trailer; raised to d."""
    numbers = key.private_numbers()
    octets, end = key.key_size // 8, bytes.fromhex(trailer)
    first = bytes(range(256))[: octets - 1 - hashlib.new(name).digest_size - len(end)]
    block = change(b"\x6a" + first + hashlib.new(name, first + challenge).digest() + end)
    return pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n).to_bytes(octets, "big")


def verdict(checks: list[Check]) -> str:
    return next(check.result for check in checks if check.id == "aa.response")


def judge(public: Any, response: bytes, challenge: bytes = CHALLENGE, **more: Any) -> list[Check]:
    return verify_active_authentication(
        spki(public), challenge, response, **({"algorithm_oid": None, "der_allowed": True} | more)
    )


@pytest.mark.parametrize(("name", "trailer"), [*TRAILERS.items(), ("sha1", "33cc")])
def test_a_recoverable_signature_of_each_hash_holds(name: str, trailer: str) -> None:
    checks = judge(KEY.public_key(), sign_9796_2(KEY, CHALLENGE, name, trailer))
    assert verdict(checks) == "pass"
    assert [c.level for c in checks if c.id == "aa.hash"] == (["policy"] if name == "sha1" else [])


def test_the_smaller_of_a_signature_and_its_complement_holds_too() -> None:
    signature = sign_9796_2(KEY, CHALLENGE, "sha256", "34cc")
    other = (KEY.public_key().public_numbers().n - int.from_bytes(signature, "big")).to_bytes(128, "big")
    assert verdict(judge(KEY.public_key(), other)) == "pass"


def test_another_challenge_or_another_key_than_that_of_dg15_fails() -> None:
    signature = sign_9796_2(KEY, CHALLENGE, "sha256", "34cc")
    assert verdict(judge(KEY.public_key(), signature, bytes(8))) == "fail"
    assert verdict(judge(rsa.generate_private_key(65537, 1024).public_key(), signature)) == "fail"


@pytest.mark.parametrize(
    "change",
    [
        lambda block: b"\x4a" + block[1:],  # full recovery: nothing of the challenge would be signed
        lambda block: b"\x6b\xbb" + block[2:],  # padding that does not end
        lambda block: b"\x00" + block[1:],
        lambda block: b"\x00" * 8 + block[8:],
        lambda block: block[:-2] + b"\x31\xcc",  # RIPEMD-160
        lambda block: block[:-1] + b"\xdc",
        lambda block: block[:-3] + b"\x00" + block[-2:],
    ],
)
def test_a_block_of_another_form_fails(change: Callable[[bytes], bytes]) -> None:
    assert verdict(judge(KEY.public_key(), sign_9796_2(KEY, CHALLENGE, "sha256", "34cc", change))) == "fail"


def test_a_padded_block_is_read() -> None:
    first = b"M1"
    filled = 128 - 1 - 1 - len(first) - 32 - 2
    block = b"\x6b" + b"\xbb" * filled + b"\xba" + first + hashlib.sha256(first + CHALLENGE).digest() + b"\x34\xcc"
    signature = sign_9796_2(KEY, CHALLENGE, "sha256", "34cc", lambda _: block)
    assert verdict(judge(KEY.public_key(), signature)) == "pass"


@pytest.mark.parametrize("response", [b"", bytes(127), bytes(128), bytes(129), b"\xff" * 128, bytes(5000)])
def test_a_response_that_is_no_number_of_the_key_fails(response: bytes) -> None:
    assert verdict(judge(KEY.public_key(), response)) == "fail"


def plain(key: ec.EllipticCurvePrivateKey, algorithm: hashes.HashAlgorithm, octets: int) -> bytes:
    r, s = decode_dss_signature(key.sign(CHALLENGE, ec.ECDSA(algorithm)))
    return r.to_bytes(octets, "big") + s.to_bytes(octets, "big")


@pytest.mark.parametrize("name", CURVES)
@pytest.mark.parametrize("oid", [PLAIN_SHA256, None])
def test_a_plain_ecdsa_signature_holds_and_dg14_should_name_its_algorithm(name: str, oid: str | None) -> None:
    key = ec.generate_private_key(CURVES[name])
    checks = judge(key.public_key(), plain(key, hashes.SHA256(), (CURVES[name].key_size + 7) // 8), algorithm_oid=oid)
    assert verdict(checks) == "pass"
    assert [c.result for c in checks if c.id == "aa.algorithm"] == ([] if oid else ["warning"])


def test_the_algorithm_dg14_names_is_the_only_one_tried() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    response = plain(key, hashes.SHA384(), 48)
    assert verdict(judge(key.public_key(), response, algorithm_oid=PLAIN_SHA256)) == "fail"
    assert verdict(judge(key.public_key(), response, algorithm_oid="0.4.0.127.0.7.1.1.4.1.4")) == "pass"


def test_a_der_signature_holds_behind_its_switch_and_is_named() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    response = key.sign(CHALLENGE, ec.ECDSA(hashes.SHA256()))
    checks = judge(key.public_key(), response, algorithm_oid=PLAIN_SHA256)
    assert verdict(checks) == "pass"
    assert [(c.result, c.level, c.deviation) for c in checks if c.id == "aa.encoding"] == [("warning", "profile", CHIP)]
    assert verdict(judge(key.public_key(), response, algorithm_oid=PLAIN_SHA256, der_allowed=False)) == "fail"


def test_an_ecdsa_response_to_another_challenge_or_of_another_key_fails() -> None:
    key, other = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    response = plain(key, hashes.SHA256(), 32)
    assert verdict(judge(key.public_key(), response, bytes(8))) == "fail"
    assert verdict(judge(other.public_key(), response)) == "fail"
    assert verdict(judge(key.public_key(), response[:-1])) == "fail"


def test_what_cannot_be_judged_is_unknown_with_its_reason() -> None:
    signature = sign_9796_2(KEY, CHALLENGE, "sha256", "34cc")
    assert [(c.id, c.result) for c in judge(KEY.public_key(), signature, b"short")] == [("aa.challenge", "unknown")]
    broken = verify_active_authentication(b"\x30\x00", CHALLENGE, signature, algorithm_oid=None, der_allowed=False)
    assert [(c.id, c.result) for c in broken] == [("aa.key", "unknown")]
    assert verdict(judge(ed25519.Ed25519PrivateKey.generate().public_key(), signature)) == "unknown"


KEYS = [spki(KEY.public_key()), spki(ec.generate_private_key(ec.SECP256R1()).public_key())]


@given(st.sampled_from(KEYS) | st.binary(max_size=200), st.binary(max_size=9), st.binary(max_size=140), st.booleans())
def test_any_record_ends_in_checks(key: bytes, challenge: bytes, response: bytes, der: bool) -> None:
    checks = verify_active_authentication(key, challenge, response, algorithm_oid="1.2", der_allowed=der)
    assert checks
    assert not any(c.id == "aa.response" and c.result == "pass" for c in checks)


def test_a_key_on_a_curve_that_is_only_read_is_judged() -> None:
    """brainpoolP224r1, in use by issued chips; the `ecdsa` package signs."""
    key = ecdsa.SigningKey.generate(ecdsa.BRAINPOOLP224r1)
    response = key.sign(CHALLENGE, hashfunc=hashlib.sha224)
    checks = verify_active_authentication(
        key.get_verifying_key().to_der(), CHALLENGE, response, algorithm_oid=None, der_allowed=False
    )
    assert verdict(checks) == "pass"
