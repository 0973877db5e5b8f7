"""Algorithms of any State, judged against keys and signatures made by other libraries."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import ecdsa
import pytest
from asn1crypto import algos
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from keys import curves
from keys.algorithms import (
    HASHES,
    SignatureAlgorithm,
    Unsupported,
    holds,
    holds_without_null,
    public_key,
    signature_algorithm,
    weakness,
)
from keys.der import DerError
from keys.encode import tlv
from keys.old_curves import _KNOWN, old_curves

MESSAGE = b"what was signed"
RSA = rsa.generate_private_key(65537, 2048)
P256 = ec.generate_private_key(ec.SECP256R1())


def spki(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def pss(hash_name: str, mask: str, salt: int) -> bytes:
    fields = {
        "hash_algorithm": {"algorithm": hash_name},
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": mask}},
        "salt_length": salt,
    }
    made: bytes = algos.SignedDigestAlgorithm({"algorithm": "rsassa_pss", "parameters": fields}).dump()
    return made


@pytest.mark.parametrize("octets", [0, 20, 32, 100])
@pytest.mark.parametrize("mask", ["sha1", "sha256", "sha512"])
@pytest.mark.parametrize("name", ["sha1", "sha224", "sha256", "sha384"])
def test_pss_takes_hash_mask_and_salt_from_its_parameters(name: str, mask: str, octets: int) -> None:
    signature = RSA.sign(MESSAGE, padding.PSS(padding.MGF1(HASHES[mask]), octets), HASHES[name])
    algorithm, key = signature_algorithm(pss(name, mask, octets)), public_key(spki(RSA))
    assert holds(key, algorithm, signature, MESSAGE)
    assert not holds(key, algorithm, signature, MESSAGE + b"!")
    assert not holds(key, signature_algorithm(pss(name, mask, octets + 1)), signature, MESSAGE)


def test_pss_without_parameters_means_sha_1_and_20_octets() -> None:  # RFC 4055 §3.1
    signature = RSA.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA1()), 20), hashes.SHA1())
    empty = bytes.fromhex("300d06092a864886f70d01010a3000")
    assert holds(public_key(spki(RSA)), signature_algorithm(empty), signature, MESSAGE)
    bare = bytes.fromhex("300b06092a864886f70d01010a")
    assert holds(public_key(spki(RSA)), signature_algorithm(bare), signature, MESSAGE)


@pytest.mark.parametrize("name", HASHES)
def test_rsa_encryption_takes_its_hash_from_the_digest_algorithm(name: str) -> None:
    signature = RSA.sign(MESSAGE, padding.PKCS1v15(), HASHES[name])
    algorithm = signature_algorithm(bytes.fromhex("300d06092a864886f70d0101010500"))
    assert holds(public_key(spki(RSA)), algorithm, signature, MESSAGE, name)
    with pytest.raises(Unsupported):
        holds(public_key(spki(RSA)), algorithm, signature, MESSAGE)


@pytest.mark.parametrize("name", HASHES)
def test_a_digest_info_without_null_holds_only_where_asked_for(name: str) -> None:
    """RFC 8017 §9.2 orders the NULL; the block is built here by hand and raised to the private exponent."""
    oid = algos.DigestAlgorithmId(name).dump()
    digest = hashlib.new(name, MESSAGE).digest()
    info = tlv(0x30, tlv(0x30, oid), tlv(0x04, digest))
    numbers, octets = RSA.private_numbers(), 256
    key, algorithm = public_key(spki(RSA)), SignatureAlgorithm("", "rsa", name, True)

    def signed(block: bytes) -> bytes:
        return pow(int.from_bytes(block, "big"), numbers.d, numbers.public_numbers.n).to_bytes(octets, "big")

    good = b"\x00\x01" + b"\xff" * (octets - 3 - len(info)) + b"\x00" + info
    assert not holds(key, algorithm, signed(good), MESSAGE)
    assert holds_without_null(key, algorithm, signed(good), MESSAGE)
    short = b"\x00\x01" + b"\xff" * 8 + b"\x00" + info
    for bad in (short + bytes(octets - len(short)), good[:5] + b"\xfe" + good[6:], b"\x00\x02" + good[2:]):
        assert not holds_without_null(key, algorithm, signed(bad), MESSAGE)
    assert not holds_without_null(key, algorithm, signed(good), MESSAGE + b"!")
    assert not holds_without_null(key, algorithm, b"\x00" + signed(good), MESSAGE)


@pytest.mark.parametrize("number", range(1, 6))
def test_plain_ecdsa_of_the_bsi_is_r_then_s(number: int) -> None:  # BSI TR-03111 §5.2.1
    name = [*HASHES][number - 1]
    r, s = decode_dss_signature(P256.sign(MESSAGE, ec.ECDSA(HASHES[name])))
    plain = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    algorithm = signature_algorithm(bytes.fromhex(f"300c060a04007f0007010104010{number}"))
    assert holds(public_key(spki(P256)), algorithm, plain, MESSAGE)
    assert not holds(public_key(spki(P256)), algorithm, plain[:-1], MESSAGE)
    assert not holds(public_key(spki(P256)), algorithm, plain[:-1] + bytes([plain[-1] ^ 1]), MESSAGE)


def test_dsa_and_ed25519_are_judged() -> None:
    old, new = dsa.generate_private_key(2048), ed25519.Ed25519PrivateKey.generate()
    with_sha256 = signature_algorithm(bytes.fromhex("300b0609608648016503040302"))
    assert holds(public_key(spki(old)), with_sha256, old.sign(MESSAGE, hashes.SHA256()), MESSAGE)
    edwards = signature_algorithm(bytes.fromhex("300506032b6570"))
    assert holds(public_key(spki(new)), edwards, new.sign(MESSAGE), MESSAGE)
    assert not holds(public_key(spki(new)), edwards, new.sign(b"other"), MESSAGE)
    with pytest.raises(Unsupported):
        holds(public_key(spki(new)), with_sha256, b"", MESSAGE)


def _named(curve: curves.Curve, point: bytes) -> bytes:
    oid = ecdsa.der.encode_oid(*map(int, curve.oid.split(".")))
    identifier = tlv(0x30, bytes.fromhex("06072a8648ce3d0201"), oid)
    return tlv(0x30, identifier, tlv(0x03, b"\x00", point))


@pytest.mark.parametrize("curve", old_curves(), ids=lambda c: c.name)
@pytest.mark.parametrize("hash_name", ["sha1", "sha256", "sha512"])
def test_every_old_curve_verifies_what_the_ecdsa_package_signs(curve: curves.Curve, hash_name: str) -> None:
    private = ecdsa.SigningKey.generate(_KNOWN[curve.name][1])
    signature = private.sign(
        MESSAGE, hashfunc=getattr(hashlib, hash_name), sigencode=ecdsa.util.sigencode_der, allow_truncate=True
    )
    algorithm = SignatureAlgorithm("", "ecdsa", hash_name, False)
    key = public_key(_named(curve, private.verifying_key.to_string("uncompressed")))
    assert (key.curve, key.bits, key.oddities) == (curve.name, curve.p.bit_length(), ())
    assert holds(key, algorithm, signature, MESSAGE)
    assert not holds(key, algorithm, signature, MESSAGE + b"!")
    assert not holds(key, algorithm, signature[:-1], MESSAGE)
    packed = public_key(_named(curve, private.verifying_key.to_string("compressed")))
    assert packed.oddities == ("ec.point",) and holds(packed, algorithm, signature, MESSAGE)
    point = private.verifying_key.to_string("uncompressed")
    with pytest.raises(DerError):
        public_key(_named(curve, point[:-1] + bytes([point[-1] ^ 1])))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not installed")
@pytest.mark.parametrize("name", ["brainpoolP224r1", "brainpoolP320t1", "brainpoolP512t1", "secp160r1"])
def test_openssl_signs_on_old_curves_and_they_hold(name: str, tmp_path: Path) -> None:
    key, message = str(tmp_path / "key"), tmp_path / "message"

    def run(*words: str) -> bytes:
        return subprocess.run(["openssl", *words], capture_output=True, check=True).stdout

    message.write_bytes(MESSAGE)
    run("ecparam", "-name", name, "-genkey", "-param_enc", "explicit", "-noout", "-out", key)
    read = public_key(run("pkey", "-in", key, "-pubout", "-outform", "DER"))
    assert (read.curve, read.parameters, read.cofactor) == (name, "explicit", True)
    signature = run("dgst", "-sha256", "-sign", key, str(message))
    assert holds(read, SignatureAlgorithm("", "ecdsa", "sha256", False), signature, MESSAGE)


def test_weakness_names_hash_and_size() -> None:
    strong, small = public_key(spki(RSA)), public_key(spki(rsa.generate_private_key(65537, 1024)))
    sha1, sha256 = SignatureAlgorithm("", "rsa", "sha1", True), SignatureAlgorithm("", "rsa", "sha256", True)
    assert weakness(strong, sha256) is None
    assert weakness(strong, sha1) == "SHA-1"
    assert weakness(small, sha1) == "SHA-1, RSA of 1024 bits"
    assert weakness(public_key(spki(ec.generate_private_key(ec.SECP192R1()))), sha256) == "EC of 192 bits"
    assert weakness(strong, SignatureAlgorithm("", "rsa", None, True), "sha1") == "SHA-1"


def test_a_key_of_absurd_numbers_is_not_computed_with() -> None:
    def key(modulus: int, exponent: int) -> bytes:
        def number(value: int) -> bytes:
            return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))

        held = tlv(0x30, number(modulus), number(exponent))
        return tlv(0x30, bytes.fromhex("300d06092a864886f70d0101010500"), tlv(0x03, b"\x00", held))

    modulus = RSA.public_key().public_numbers().n
    assert public_key(key(modulus, 65537)).bits == 2048
    for n, e in (
        (int.from_bytes(b"\x81" + os.urandom(2000) + b"\x01", "big"), 3),
        (modulus, modulus - 2),
        (modulus, 2),
        (modulus, 0),
        (modulus, -65535),
    ):
        with pytest.raises(Unsupported):
            public_key(key(n, e))
