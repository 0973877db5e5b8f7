"""Domain parameters against OpenSSL's, and how they are read back from certificates."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from cryptography.hazmat import asn1
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keys import curves
from keys.algorithms import Unsupported, public_key
from keys.encode import EcAlgorithm, ExplicitCurve, SubjectPublicKeyInfo, encode, explicit_parameters, oid
from keys.old_curves import old_curves

OPENSSL = {
    "P-192": "prime192v1",
    "P-224": "secp224r1",
    "P-256": "prime256v1",
    "P-384": "secp384r1",
    "P-521": "secp521r1",
}


@pytest.mark.skipif(shutil.which("openssl") is None, reason="the openssl program is not installed")
@pytest.mark.parametrize("curve", (*curves.CURVES, *old_curves()), ids=lambda c: c.name)
def test_domain_parameters_are_openssls(curve: curves.Curve) -> None:
    name = OPENSSL.get(curve.name, curve.name)
    made = subprocess.run(
        ["openssl", "ecparam", "-name", name, "-param_enc", "explicit", "-outform", "DER"],
        capture_output=True,
        check=True,
    ).stdout
    for number in (curve.p, curve.a, curve.b):
        assert number.to_bytes(curve.octets, "big") in made
    assert curve.n.to_bytes((curve.n.bit_length() + 7) // 8, "big") in made
    assert curve.base_point in made
    assert (curve.gy**2 - curve.gx**3 - curve.a * curve.gx - curve.b) % curve.p == 0


def _key(parameters: ExplicitCurve) -> bytes:
    point = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    )
    algorithm = EcAlgorithm(algorithm=oid("1.2.840.10045.2.1"), parameters=parameters)
    return encode(SubjectPublicKeyInfo(algorithm=algorithm, public_key=asn1.BitString(point, 0)))


def test_explicit_parameters_of_a_known_curve_are_that_curve() -> None:
    read = public_key(_key(explicit_parameters(curves.by_name("P-256"))))
    assert (read.curve, read.parameters, read.cofactor) == ("P-256", "explicit", True)


@pytest.mark.parametrize("field", ["order", "cofactor"])
def test_one_altered_parameter_is_no_known_curve(field: str) -> None:
    parameters = explicit_parameters(curves.by_name("P-256"))
    setattr(parameters, field, getattr(parameters, field) + 2)
    with pytest.raises(Unsupported):
        public_key(_key(parameters))


def test_an_altered_base_point_is_no_known_curve() -> None:
    """CVE-2020-0601: a generator of the attacker's choice makes any key his own."""
    parameters = explicit_parameters(curves.by_name("P-256"))
    parameters.base = bytes([4]) + parameters.base[1:][::-1]
    with pytest.raises(Unsupported):
        public_key(_key(parameters))
