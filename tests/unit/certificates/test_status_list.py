"""The signed status list, read by code of its own: draft-ietf-oauth-status-list; RFC 7515 §3.3; RFC 7518 §3.4."""

from __future__ import annotations

import base64
import json
import random
import zlib
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from issuance.certificates import afterwards
from issuance.certificates.status import status_of
from issuance.certificates.status_list import packed_statuses, status_list
from issuance.core.actor import system
from issuance.service import Service
from tests.service import NOW
from tests.unit.certificates.test_status import of


def raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(token: str) -> dict[str, Any]:
    """The claims, once the signature holds under the certificate the header carries. Raises `InvalidSignature`."""
    head, body, signature = token.split(".")
    header = json.loads(raw(head))
    assert (header["alg"], header["typ"]) == ("ES256", "statuslist+jwt")
    key = x509.load_der_x509_certificate(base64.b64decode(header["x5c"][0])).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    value = raw(signature)
    assert len(value) == 64
    pair = encode_dss_signature(int.from_bytes(value[:32], "big"), int.from_bytes(value[32:], "big"))
    key.verify(pair, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    held: dict[str, Any] = json.loads(raw(body))
    return held


def value(held: dict[str, Any], place: int) -> int:
    """The value at a place, by the arithmetic of the draft (§4.1): places fill a byte from its lowest bit."""
    bits, packed = held["status_list"]["bits"], zlib.decompress(raw(held["status_list"]["lst"]))
    at = place * bits
    return packed[at // 8] >> at % 8 & (1 << bits) - 1


def test_the_list_says_of_every_certificate_what_its_status_says(desk: Service) -> None:
    good, withdrawn, replaced = (of(desk, f"11990900085{n}") for n in range(3))
    before = status_list(desk, NOW)
    assert status_list(desk, NOW + timedelta(hours=1)) == before
    afterwards.withdraw_at_console(desk, system("console"), withdrawn, "court_order", NOW, "عاجل")
    afterwards.replace_at_console(desk, system("console"), replaced, "damaged", NOW)
    held = claims(status_list(desk, NOW))
    assert held["sub"] == "https://verify.example/v1/status-lists/certificates"
    assert held["exp"] - held["iat"] == 24 * 3600
    expected = {good: 0, withdrawn: 1, replaced: 12}
    for number, wanted in expected.items():
        with desk.db.reading() as read:
            index = status_of(read, number, NOW).index
        assert index is not None
        assert value(held, index) == wanted
    later = claims(status_list(desk, NOW + timedelta(hours=13)))
    assert later["iat"] == held["iat"] + 13 * 3600


def test_a_changed_list_does_not_hold(desk: Service) -> None:
    head, body, signature = status_list(desk, NOW).split(".")
    content = json.loads(raw(body)) | {"ttl": 1}
    other = base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()
    with pytest.raises(InvalidSignature):
        claims(f"{head}.{other}.{signature}")


def test_a_million_certificates_of_which_one_in_a_hundred_ended_fit_in_thirty_kilobytes() -> None:
    chance = random.Random(1)
    values = [(place, chance.choice((1, 12, 13))) for place in chance.sample(range(10**6), 10**4)]
    packed = packed_statuses(values, 10**6)
    assert len(packed) == 500_000
    size = len(zlib.compress(packed, 9))
    print(f"status list: {size} bytes for 1e6 certificates, 1e4 of them ended")
    assert size < 30_000
