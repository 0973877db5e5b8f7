"""What loading the world's CSCA certificates costs next to another reader of the same bytes, and in seconds."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from keys.trust import TrustStore
from keys.x509 import read_certificate
from tests.bench.measure import Measured

CERTIFICATES = 1_000  # the ICAO and the German list hold 659 between them
ROUNDS = 5
GOAL_SECONDS = 1.0
GOAL_READER = 1.0


def run() -> list[Measured]:
    """Loading (every certificate read and findable by name and key), then the self-signature of each on top."""
    certificates = _certificates()
    loads, parses, judged = [], [], []
    for _ in range(ROUNDS):
        loads.append(_seconds(lambda: _load(certificates)))
        parses.append(_seconds(lambda: [_parse(der) for der in certificates]))
        judged.append(_seconds(lambda: _anchors(certificates)))
    load, parse, anchors = (statistics.median(column) for column in (loads, parses, judged))
    detail = f"{load:.3f} s, with every self-signature {anchors:.3f} s"
    return [
        Measured("1,000 CSCA certificates loaded / one second", load / GOAL_SECONDS, 1.0, detail),
        Measured("the same / read by asn1crypto", load / parse, GOAL_READER, f"{load:.3f} s over {parse:.3f} s"),
    ]


def _load(certificates: tuple[bytes, ...]) -> TrustStore:
    read_certificate.cache_clear()
    store = TrustStore(certificates)
    first = read_certificate(certificates[0])
    assert store.named(first.subject_der) and store.with_key_identifier(first.subject_key_identifier or b"")
    return store


def _anchors(certificates: tuple[bytes, ...]) -> None:
    assert len(_load(certificates).anchors) == CERTIFICATES


def _parse(der: bytes) -> None:
    """What a path is found by: names, validity, extensions. asn1crypto reads on demand."""
    held = asn1.Certificate.load(der)["tbs_certificate"]
    assert held["subject"].hashable and held["issuer"].hashable
    assert held["validity"].native and held["serial_number"].native
    assert [extension["extn_id"].native for extension in held["extensions"]]


def _certificates() -> tuple[bytes, ...]:
    now, key = datetime.now(UTC), ec.generate_private_key(ec.SECP256R1())
    found = []
    for number in range(CERTIFICATES):
        name = x509.Name(
            [x509.NameAttribute(NameOID.COUNTRY_NAME, "UT"), x509.NameAttribute(NameOID.COMMON_NAME, f"CSCA {number}")]
        )
        place = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.LOCALITY_NAME, "UTO")]))
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=5_000))
            .add_extension(x509.BasicConstraints(True, 0), True)
            .add_extension(usage, True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), False)
            .add_extension(x509.SubjectAlternativeName([place]), False)
            .add_extension(x509.IssuerAlternativeName([place]), False)
        )
        found.append(builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER))
    return tuple(found)


def _seconds(work: object) -> float:
    assert callable(work)
    start = perf_counter()
    work()
    return perf_counter() - start


@pytest.mark.bench
def test_a_thousand_csca_certificates_load_within_a_second() -> None:
    assert all(result.met for result in run())
