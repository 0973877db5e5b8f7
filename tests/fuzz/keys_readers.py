"""Every reader of `keys` that takes bytes of others, by number; each ends in a value, a verdict or its typed error."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final

from keys import names
from keys.algorithms import Unsupported, public_key, signature_algorithm
from keys.ber import read_ber
from keys.crl import read_crl
from keys.der import DerError
from keys.lint import lint_certificate
from keys.lists.deviation_list import verify_deviation_list
from keys.lists.ldif import entries
from keys.lists.master_list import verify_master_list
from keys.record_verify import verify_record
from keys.seal_verify import verify_seal
from keys.signed_data import read_any_signed_data
from keys.trust import TrustStore, is_self_signed
from keys.verify import verify_sod
from keys.x509 import read_certificate
from specs.load import load

SPEC: Final = load()
PKI: Final = SPEC.pki_profiles
AT: Final = datetime(2026, 11, 22, tzinfo=UTC)
NOBODY: Final = TrustStore()


def _certificate(data: bytes) -> None:
    held = read_certificate(data)
    assert isinstance(held.oddities, tuple)
    is_self_signed(held)


def _key(data: bytes) -> None:
    held = public_key(data)
    assert 0 < held.bits <= 8192


def _directory(data: bytes) -> None:
    for entry in entries(io.BytesIO(data), PKI.directory):
        assert isinstance(entry.dn, str)  # empty: the root of a directory (RFC 2849)


def _message(data: bytes) -> None:
    read_any_signed_data(data, 0, len(data), [])


READERS: Final[tuple[Callable[[bytes], object], ...]] = (
    lambda data: verify_sod(data, {1: b"\x61\x00"}, NOBODY, AT, com=data[-24:]).status,
    _certificate,
    read_crl,
    _message,
    lambda data: read_ber(data, 0, len(data)),
    _key,
    signature_algorithm,
    names.normalised,
    lambda data: verify_seal(data, NOBODY, AT, SPEC).status,
    lambda data: verify_master_list(data, NOBODY, AT, PKI).status,
    lambda data: verify_deviation_list(data, NOBODY, AT, PKI).status,
    _directory,
    lambda data: lint_certificate(data, None, PKI),
    lambda data: verify_record(data, NOBODY, AT, pki=PKI).verdict.status,
)
SOD, CERTIFICATE, CRL, MESSAGE, BER, KEY, ALGORITHM = range(7)
NAME, SEAL, MASTER_LIST, DEVIATION_LIST, LDIF, LINT, RECORD = range(7, len(READERS))


def read(which: int, data: bytes) -> None:
    """`data` through the reader of that number; only the typed errors of readers are caught."""
    with suppress(DerError, Unsupported):
        READERS[which](data)
