"""Every certificate of two public master lists: it reads, gives its key, and its own signature is judged."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from keys.algorithms import Unsupported, holds
from keys.x509 import Certificate, read_certificate

LISTS = {"DE_ML_2024-08-07.ml": 541, "ICAO_ML_2023-09.ml": 394}


class _Certificates(core.SetOf):
    _child_spec = core.Any


class _MasterList(core.Sequence):
    _fields = [("version", core.Integer), ("certificates", _Certificates)]  # noqa: RUF012 - the library writes into it


@cache
def certificates(path: Path) -> tuple[Certificate, ...]:
    """Taken out of the list by another reader (asn1crypto)."""
    content = cms.ContentInfo.load(path.read_bytes())["content"]["encap_content_info"]["content"].native
    return tuple(read_certificate(item.dump()) for item in _MasterList.load(content)["certificates"])


def made(by: Certificate, certificate: Certificate) -> bool:
    try:
        return holds(by.public_key, certificate.algorithm, certificate.signature, certificate.tbs)
    except Unsupported:
        return False  # a key of another kind did not make it


@pytest.mark.parametrize("name", LISTS)
def test_every_certificate_is_read_and_its_own_signature_judged(vectors: Path, name: str) -> None:
    held = certificates(vectors / "masterlists" / name)
    assert len(held) == len({c.der for c in held}) == LISTS[name]
    judged = Counter("holds" if made(c, c) else "made by another key" for c in held)
    expected = {"DE_ML_2024-08-07.ml": (358, 183), "ICAO_ML_2023-09.ml": (276, 118)}[name]
    assert (judged["holds"], judged["made by another key"]) == expected


@pytest.mark.heavy
def test_what_is_not_self_signed_was_made_by_another_key_of_the_lists(vectors: Path) -> None:
    """So no anchor is lost: they are links, most of them (127) from a key to the next under one name."""
    pool = {c.der: c for name in LISTS for c in certificates(vectors / "masterlists" / name)}.values()
    by_key = {c.subject_key_identifier: c for c in pool}
    found: Counter[tuple[str, str]] = Counter()
    for c in pool:
        if made(c, c):
            continue
        assert c.authority_key_identifier != c.subject_key_identifier
        near = by_key.get(c.authority_key_identifier)
        name = "same name" if c.issuer_der == c.subject_der else "another name"
        if near is not None and made(near, c):
            found[name, "key identifier"] += 1
        else:
            found[name, "another key" if any(made(by, c) for by in pool) else "nowhere"] += 1
    assert found == {
        ("same name", "key identifier"): 127,
        ("another name", "key identifier"): 83,
        ("another name", "another key"): 5,  # their authorityKeyIdentifier is not that of the key that signed
        ("another name", "nowhere"): 1,  # Portugal 2016: its issuer, "ECN Documentos de Viagem 004", is in neither list
    }


@pytest.mark.parametrize("name", LISTS)
def test_cryptography_agrees_on_every_certificate_it_can_judge(vectors: Path, name: str) -> None:
    judged = 0
    for c in certificates(vectors / "masterlists" / name):
        try:
            other = x509.load_der_x509_certificate(c.der)
            key = other.public_key()
            other.verify_directly_issued_by(other)
            expected = True
        except InvalidSignature:
            expected = False
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue  # a curve given in parameters, an odd encoding, or another issuer's name
        assert made(c, c) == expected
        assert c.public_key.bits == getattr(key, "key_size", None)
        judged += 1
    assert judged > LISTS[name] / 2


def test_the_oddities_of_issued_certificates_are_named(vectors: Path) -> None:
    found = Counter(odd for name in LISTS for c in certificates(vectors / "masterlists" / name) for odd in c.oddities)
    assert found == {
        "boolean.value": 3,  # UA: 01 for TRUE
        "ec.parameters.length": 14,  # TR, HU: coefficient b a byte short; AE: a byte long
        "ec.seed": 8,  # RU: four unused bits
        "named_bits.trailing": 14,  # CI, CN, CY, GE
        "rsa.parameters": 2,
        "string.type": 3,  # CZ: TeletexString
    }
