"""Revocation lists read to the value. Lists by `cryptography`, the expected values are what it was told."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from time import process_time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from keys.crl import MAX_CRL_BYTES, read_crl
from keys.der import DerError
from keys.lint_crl import lint_crl
from tests.unit.keys.chains import NOW, key, name

KEY = key()
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)).map(lambda d: d.replace(microsecond=0, tzinfo=UTC))
REASONS = st.sampled_from([None, x509.ReasonFlags.key_compromise, x509.ReasonFlags.superseded])
CODES = {x509.ReasonFlags.key_compromise: 1, x509.ReasonFlags.superseded: 4}


def listed(entries: dict[int, tuple[datetime, x509.ReasonFlags | None]]) -> bytes:
    builder = x509.CertificateRevocationListBuilder().issuer_name(name()).last_update(NOW)
    builder = builder.next_update(NOW + timedelta(days=90))
    for serial, (moment, reason) in entries.items():
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(moment)
        builder = builder.add_revoked_certificate(
            (entry.add_extension(x509.CRLReason(reason), False) if reason else entry).build()
        )
    return builder.sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


@given(st.dictionaries(st.integers(1, 2**150), st.tuples(MOMENTS, REASONS), max_size=8))
def test_serials_moments_and_reasons_are_those_written(
    entries: dict[int, tuple[datetime, x509.ReasonFlags | None]],
) -> None:
    crl = read_crl(listed(entries))
    assert crl.revoked == {serial: moment for serial, (moment, _) in entries.items()}
    assert crl.reasons == {serial: CODES[reason] for serial, (_, reason) in entries.items() if reason}
    assert crl.entry_extensions == bool(crl.reasons) and not crl.unread_entry_extension


SAMPLE = listed({7: (NOW, x509.ReasonFlags.superseded), 2**100: (NOW, None)})


@given(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255))
def test_a_changed_byte_is_read_or_refused(at: int, byte: int) -> None:
    with contextlib.suppress(DerError):
        read_crl(SAMPLE[:at] + bytes([byte]) + SAMPLE[at + 1 :])


def test_an_impossible_day_is_refused() -> None:
    der = listed({7: (datetime(2026, 2, 28, tzinfo=UTC), None)})
    with pytest.raises(DerError):
        read_crl(der.replace(b"260228", b"260231"))


def test_an_odd_list_is_read_its_oddity_named_and_found_by_lint() -> None:
    """Unused bits in the signature's BIT STRING: met in NIST PKITS 4.4.4."""
    crl = read_crl(SAMPLE)
    at = len(SAMPLE) - len(crl.signature) - 1
    odd = SAMPLE[:at] + b"\x01" + SAMPLE[at + 1 : -1] + bytes([SAMPLE[-1] & 0xFE])
    assert crl.oddities == () and read_crl(odd).oddities == ("bit_string.unused",)
    assert "crl.odd.bit_string.unused" in [check.id for check in lint_crl(odd)]


def test_a_list_of_the_largest_size_is_read_within_a_tenth_of_a_second() -> None:
    der = listed({serial: (NOW, None) for serial in range(1 << 64, (1 << 64) + 8_000)})
    assert MAX_CRL_BYTES * 0.85 < len(der) <= MAX_CRL_BYTES
    best = min(_seconds(der) for _ in range(3))
    assert best < 0.1
    with pytest.raises(DerError):
        read_crl(der + b"\0" * MAX_CRL_BYTES)


def _seconds(der: bytes) -> float:
    begun = process_time()
    assert len(read_crl(der).revoked) == 8_000
    return process_time() - begun
