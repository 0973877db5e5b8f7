"""Chip authentication: `cryptography` plays the chip (keys, agreement, codes); 3DES by the figures of Doc 9303-11."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from asn1crypto.core import BitString, Integer, ObjectIdentifier, Sequence, SetOf
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import dh, ec
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.cmac import CMAC
from hypothesis import given
from hypothesis import strategies as st

from keys.chip_authentication import ChipAuthenticationRecord, verify_chip_authentication
from keys.deviations import CHIP
from keys.key_agreement import authentication_code, padded, session_key
from keys.security_infos import SecurityInfo, read_security_infos
from keys.verdict import Check

CA_ECDH_AES128, CA_DH_AES256 = "0.4.0.127.0.7.2.2.3.2.2", "0.4.0.127.0.7.2.2.3.1.4"
PK_DH, PK_ECDH = "0.4.0.127.0.7.2.2.1.1", "0.4.0.127.0.7.2.2.1.2"
CURVE = ec.BrainpoolP256R1()
CHIP_KEY, TERMINAL = ec.generate_private_key(CURVE), ec.generate_private_key(CURVE)


def der(*parts: bytes) -> bytes:
    """A SEQUENCE of what is encoded already, by asn1crypto."""
    return bytes(Sequence(contents=b"".join(parts)).dump())


def oid(dotted: str) -> bytes:
    return bytes(ObjectIdentifier(dotted).dump())


def number(value: int) -> bytes:
    return bytes(Integer(value).dump())


def infos(*entries: bytes) -> tuple[SecurityInfo, ...]:
    return read_security_infos(bytes(SetOf(contents=b"".join(entries)).dump()))


def spki(public: Any) -> bytes:
    return bytes(public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def cmac(key: bytes, data: bytes) -> bytes:
    mac = CMAC(AES(key))
    mac.update(data)
    return mac.finalize()[:8]


def answer(mac_key: bytes, counter: int = 2) -> bytes:
    """`90 00` under secure messaging with AES: code over counter, 99, padding (Doc 9303-11 §9.8)."""
    status = bytes.fromhex("99029000")
    code = cmac(mac_key, counter.to_bytes(16, "big") + status + b"\x80" + bytes(11))
    return status + b"\x8e\x08" + code + b"\x90\x00"


SECRET = CHIP_KEY.exchange(ec.ECDH(), TERMINAL.public_key())
MAC_KEY = hashlib.sha1(SECRET + b"\0\0\0\2").digest()[:16]
OFFERED = der(oid(CA_ECDH_AES128), number(1))
HELD = der(oid(PK_ECDH), spki(CHIP_KEY.public_key()))
DG14 = infos(OFFERED, HELD)
RECORD = ChipAuthenticationRecord(point(TERMINAL), TERMINAL.private_numbers().private_value, answer(MAC_KEY))


def results(checks: list[Check]) -> dict[str, str]:
    return {check.id: check.result for check in checks}


def test_an_answer_under_the_agreed_keys_shows_the_chip_holds_the_key() -> None:
    assert results(verify_chip_authentication(DG14, RECORD)) == {
        "ca.protocol": "pass",
        "ca.key": "pass",
        "ca.terminal_key": "pass",
        "ca.response": "pass",
    }


def test_an_answer_of_a_chip_with_another_key_fails() -> None:
    cloned = ec.generate_private_key(CURVE)
    other = hashlib.sha1(cloned.exchange(ec.ECDH(), TERMINAL.public_key()) + b"\0\0\0\2").digest()[:16]
    assert results(verify_chip_authentication(DG14, replace(RECORD, response=answer(other))))["ca.response"] == "fail"


@pytest.mark.parametrize("response", ["6988", "9000", "990290009000", "8e08" + "00" * 8 + "9000", "ff", "87ff"])
def test_an_answer_without_its_code_fails(response: str) -> None:
    record = replace(RECORD, response=bytes.fromhex(response))
    assert results(verify_chip_authentication(DG14, record))["ca.response"] == "fail"


def test_the_code_covers_the_counter_the_data_and_the_status() -> None:
    answered = RECORD.response or b""
    for changed in (
        replace(RECORD, send_sequence_counter=4),
        replace(RECORD, response=answered.replace(b"\x99\x02\x90", b"\x99\x02\x91")),
        replace(RECORD, response=b"\x81\x01\x00" + answered),
    ):
        assert results(verify_chip_authentication(DG14, changed))["ca.response"] == "fail"


def test_keys_are_found_by_their_number() -> None:
    other = der(oid(PK_ECDH), spki(TERMINAL.public_key()), number(1))
    numbered = infos(der(oid(CA_ECDH_AES128), number(1), number(195)), other, HELD[:2] + HELD[2:], _numbered(195))
    assert results(verify_chip_authentication(numbered, RECORD))["ca.response"] == "pass"


def _numbered(key_id: int) -> bytes:
    return der(oid(PK_ECDH), spki(CHIP_KEY.public_key()), number(key_id))


def test_a_key_on_standardised_parameters_is_read() -> None:
    algorithm = der(oid("0.4.0.127.0.7.1.2"), number(13))
    key = der(algorithm, BitString.load(b"\x03" + bytes((len(point(CHIP_KEY)) + 1,)) + b"\0" + point(CHIP_KEY)).dump())
    held = infos(OFFERED, der(oid(PK_ECDH), key))
    assert results(verify_chip_authentication(held, RECORD))["ca.response"] == "pass"


def test_diffie_hellman_with_a_token_of_version_2() -> None:
    parameters = dh.DHParameterNumbers(_PRIME, 2).parameters()
    chip, terminal = parameters.generate_private_key(), parameters.generate_private_key()
    nonce, secret = bytes(range(8)), chip.exchange(terminal.public_key())
    mac_key = hashlib.sha256(secret + nonce + b"\0\0\0\2").digest()
    sent = terminal.public_key().public_numbers().y.to_bytes(256, "big")
    inner = oid(CA_DH_AES256) + b"\x84\x82\x01\x00" + sent
    token = cmac(mac_key, b"\x7f\x49\x82" + len(inner).to_bytes(2, "big") + inner)
    held = infos(der(oid(CA_DH_AES256), number(2)), der(oid(PK_DH), spki(chip.public_key())))
    record = ChipAuthenticationRecord(sent, terminal.private_numbers().x, answer(mac_key), nonce=nonce, token=token)
    found = results(verify_chip_authentication(held, record))
    assert (found["ca.token"], found["ca.response"]) == ("pass", "pass")
    assert results(verify_chip_authentication(held, replace(record, token=bytes(8))))["ca.token"] == "fail"


def test_a_group_larger_than_any_standardised_one_is_unknown_and_costs_nothing() -> None:
    prime = (1 << 4096) - 1
    algorithm = der(oid("1.2.840.113549.1.3.1"), der(number(prime), number(2)))
    value = number(4)
    key = der(algorithm, b"\x03" + bytes((len(value) + 1,)) + b"\0" + value)
    held = infos(der(oid(CA_DH_AES256), number(1)), der(oid(PK_DH), key))
    assert results(verify_chip_authentication(held, RECORD))["ca.key"] == "unknown"


def test_a_document_with_a_key_and_no_protocol_is_taken_for_3des_and_named() -> None:
    mac_key = session_key(SECRET, "3DES", 2)
    status = bytes.fromhex("99029000")
    code = authentication_code(mac_key, "3DES", padded((2).to_bytes(8, "big") + status, 8))
    record = replace(RECORD, response=status + b"\x8e\x08" + code + b"\x90\x00")
    checks = verify_chip_authentication(infos(HELD), record)
    assert results(checks)["ca.response"] == "pass"
    assert [(c.result, c.deviation) for c in checks if c.id == "ca.protocol"] == [("warning", CHIP)]


@pytest.mark.parametrize(
    ("held", "record", "check"),
    [
        (infos(), RECORD, "ca.protocol"),
        (infos(OFFERED), RECORD, "ca.key"),
        (infos(OFFERED, der(oid(CA_DH_AES256), number(1)), HELD), RECORD, "ca.protocol"),
        (infos(OFFERED, HELD, _numbered(2)), RECORD, "ca.key"),
        (infos(OFFERED, der(oid(PK_ECDH), der(b""))), RECORD, "ca.key"),
        (DG14, replace(RECORD, protocol=CA_DH_AES256), "ca.protocol"),
        (DG14, replace(RECORD, terminal_private=None), "ca.terminal_key"),
        (DG14, replace(RECORD, terminal_private=12345), "ca.terminal_key"),
        (DG14, replace(RECORD, terminal_public=b"\x04" + bytes(64)), "ca.terminal_key"),
        (DG14, replace(RECORD, response=None), "ca.response"),
    ],
)
def test_a_record_that_lacks_a_piece_or_contradicts_itself_is_unknown(
    held: tuple[SecurityInfo, ...], record: ChipAuthenticationRecord, check: str
) -> None:
    found = results(verify_chip_authentication(held, record))
    assert found[check] == "unknown"
    assert list(found)[-1] == check


def test_session_keys_and_retail_mac_are_those_of_the_standards_worked_example() -> None:
    # Doc 9303-11 Appendix D.1 (keys from a seed) and D.4 (answer to SELECT EF.COM; SSC 88 70 22 12 0C 06 C2 28)
    seed = bytes.fromhex("239ab9cb282daf66231dc5a4df6bfbae")
    assert session_key(seed, "3DES", 1).hex() == "ab94fdecf2674fdfb9b391f85d7f76f2"
    assert session_key(seed, "3DES", 2).hex() == "7962d9ece03d1acd4c76089dce131543"
    key = bytes.fromhex("f1cb1f1fb5adf208806b89dc579dc1f8")
    code = authentication_code(key, "3DES", padded(bytes.fromhex("887022120c06c228" + "99029000"), 8))
    assert code.hex() == "fa855a5d4c50a8ed"


def test_session_keys_of_aes_are_those_of_the_standards_worked_example() -> None:
    # Doc 9303-11 Appendix G.1, PACE with generic mapping over brainpoolP256r1
    secret = bytes.fromhex("28768d20701247dae81804c9e780ede582a9996db4a315020b2733197db84925")
    assert session_key(secret, "AES-128", 1).hex() == "f5f0e35c0d7161ee6724ee513a0d9a7f"
    assert session_key(secret, "AES-128", 2).hex() == "fe251c7858b356b24514b3bd5f4297d1"


@pytest.mark.heavy
@given(
    st.binary(max_size=70),
    st.none() | st.integers(-1, 1 << 300),
    st.none() | st.binary(max_size=40),
    st.integers(-5, 1 << 140),
    st.none() | st.binary(max_size=10),
)
def test_any_record_ends_in_checks(
    public: bytes, private: int | None, response: bytes | None, counter: int, token: bytes | None
) -> None:
    assert verify_chip_authentication(DG14, ChipAuthenticationRecord(public, private, response, counter, None, token))
    assert verify_chip_authentication(DG14, replace(RECORD, response=response, token=token))


# RFC 3526 §3, group 14
_PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F"
    "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B"
    "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510"
    "15728E5A8AACAA68FFFFFFFFFFFFFFFF",
    16,
)
