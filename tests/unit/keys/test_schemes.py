"""Identifiers of signature schemes and keys, against OpenSSL's and the RFCs' own bytes."""

from __future__ import annotations

import pytest
from asn1crypto import algos
from asn1crypto import keys as other_keys
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from pydantic import ValidationError

from keys import algorithms
from keys.curves import CURVES
from keys.encode import public_key_info, signature_identifier
from keys.schemes import SCHEMES
from specs.schema.pki import Pki

CURVE_NAMES = ("P-256", "P-384", "P-521", "brainpoolP256r1", "brainpoolP384r1", "brainpoolP512r1")


@pytest.mark.parametrize("name", list(SCHEMES))
def test_the_strict_reader_and_another_read_every_identifier_we_write(name: str) -> None:
    der = signature_identifier(name)
    ours, theirs = algorithms.signature_algorithm(der), algos.SignedDigestAlgorithm.load(der, strict=True)
    assert (ours.name, ours.null) == (name, False)
    expected = {"ecdsa": "ecdsa", "rsa-pss": "rsassa_pss", "ed25519": "ed25519"}[SCHEMES[name].family]
    assert theirs.signature_algo == expected
    if expected != "ed25519":
        assert theirs.hash_algo == SCHEMES[name].hash


@pytest.mark.parametrize(("name", "salt"), [("sha256", 32), ("sha384", 48), ("sha512", 64)])
def test_rsa_pss_names_hash_mask_and_salt_of_the_hash_s_length(name: str, salt: int) -> None:
    """RFC 4055 §3.1; NULL stands in the hash identifiers inside (§2.1)."""
    parameters = algos.SignedDigestAlgorithm.load(signature_identifier(f"rsa-pss-{name}"))["parameters"]
    mask = parameters["mask_gen_algorithm"]
    assert (parameters["hash_algorithm"]["algorithm"].native, mask["algorithm"].native) == (name, "mgf1")
    assert mask["parameters"]["algorithm"].native == name
    assert parameters["salt_length"].native == salt
    assert parameters["hash_algorithm"].untag().dump() == mask["parameters"].dump()
    assert mask["parameters"].dump().endswith(b"\x05\x00")


@pytest.mark.parametrize("name", CURVE_NAMES)
def test_explicit_parameters_carry_the_cofactor_and_give_the_same_key_back(name: str) -> None:
    curve = next(c for c in CURVES if c.name == name)
    key = ec.generate_private_key(curve.implementation).public_key()
    der = public_key_info(key, explicit=True)
    read = algorithms.public_key(der)
    assert (read.key, read.kind, read.parameters, read.cofactor) == (key, name, "explicit", True)
    theirs = other_keys.PublicKeyInfo.load(der, strict=True)["algorithm"]["parameters"]
    assert theirs.name == "specified"
    assert (theirs.chosen["order"].native, theirs.chosen["cofactor"].native) == (curve.n, 1)


def test_named_curves_rsa_and_ed25519_are_written_as_another_library_writes_them() -> None:
    for key in (
        *(ec.generate_private_key(c.implementation).public_key() for c in CURVES if c.name in CURVE_NAMES),
        rsa.generate_private_key(65537, 2048).public_key(),
        ed25519.Ed25519PrivateKey.generate().public_key(),
    ):
        der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        assert public_key_info(key, explicit=False) == der


@pytest.mark.parametrize(
    ("profile", "changes", "told"),
    [
        ("document_signer", {"algorithm": "ed25519"}, "allows neither Ed25519"),
        ("csca_root", {"algorithm": "ed25519"}, "allows neither Ed25519"),
        ("document_signer", {"key_parameters": "named"}, "nor named curves"),
        ("seal_signer", {"algorithm": "rsa_pss_3072"}, "an ECDSA algorithm"),
        ("pdf_signer", {"algorithm": "dsa"}, "no algorithm is named"),
    ],
)
def test_the_specification_refuses_an_algorithm_its_standard_does_not_know(
    pki: Pki, profile: str, changes: dict[str, str], told: str
) -> None:
    values = pki.model_dump()
    values["profiles"][profile] |= changes
    with pytest.raises(ValidationError, match=told):
        Pki.model_validate(values)


def test_a_key_signs_only_schemes_of_its_family(pki: Pki) -> None:
    values = pki.model_dump()
    values["algorithms"]["rsa_pss_3072"]["scheme"] = "ecdsa-sha256"
    with pytest.raises(ValidationError, match="a scheme of the key's own family"):
        Pki.model_validate(values)
