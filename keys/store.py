"""Software key store: a directory of encrypted PKCS#8 files and their certificates. For development only.

`<key id>.key` (PEM, encrypted, mode 0600), `<key id>.cer` (DER), `<root purpose>.crl` (DER). The key id begins with
the purpose. Reads and writes files; what certificates must look like is `keys.lint`'s.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from keys.crl import MAX_CRL_BYTES
from keys.files import sync_directory, write_atomically
from keys.signing import Purpose
from keys.x509 import MAX_CERTIFICATE_BYTES
from specs.errors import Fault, Invalid, Unavailable

_MAX_KEY_BYTES: Final = 65_536
_CLAUSE: Final = "RFC 5958"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """key_id: `<purpose>-<16 hex digits>`; certificate: DER, as found, not yet judged."""

    key_id: str
    purpose: Purpose
    private_key: ec.EllipticCurvePrivateKey
    certificate: bytes


def write_store(directory: Path, keys: list[StoredKey], crls: Mapping[Purpose, bytes], passphrase: str) -> None:
    """Write a whole store into an existing private directory. Raises `OSError`."""
    for key in keys:
        write_key(directory, key, passphrase)
    for purpose, crl in crls.items():
        write_atomically(directory / f"{purpose.value}.crl", crl, mode=0o644)
    sync_directory(directory)


def write_key(directory: Path, key: StoredKey, passphrase: str) -> None:
    """Add a key to a store: it is there from the moment its certificate is. Raises `OSError`; then nothing is left."""
    pem = key.private_key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(passphrase.encode()),
    )
    private, public = directory / f"{key.key_id}.key", directory / f"{key.key_id}.cer"
    try:
        write_atomically(private, pem, mode=0o600)
        write_atomically(public, key.certificate, mode=0o644)
    except BaseException:
        with contextlib.suppress(OSError):
            public.unlink(missing_ok=True)  # first: a certificate without its key makes the store unreadable
            private.unlink(missing_ok=True)
        raise


def read_store(directory: Path, passphrase: str) -> tuple[list[StoredKey], dict[Purpose, bytes]]:
    """Every key and revocation list of a store.

    Raises `Unavailable` when store or key files are missing or unreadable, `Invalid` for a wrong passphrase, damaged
    files and open permissions; every fault at once.
    """
    try:
        names = sorted(p.name for p in directory.iterdir())
    except OSError as error:
        raise Unavailable(
            Fault("keys.store.missing", "مخزن المفاتيح غير موجود", "there is no key store here", field=str(directory))
        ) from error
    ids = [name.removesuffix(".cer") for name in names if name.endswith(".cer") and not name.startswith(".")]
    absent = [
        Fault("keys.store.key_missing", "ملف مفتاح غير موجود", "a certificate is here, its key file is not", f"{i}.key")
        for i in ids
        if f"{i}.key" not in names
    ]
    if absent or not ids:
        raise Unavailable(*absent or [Fault("keys.store.empty", "مخزن المفاتيح فارغ", "the key store holds no key")])
    stored = _open_all(directory, ids, passphrase)
    crls = {p: _read(directory / f"{p.value}.crl", MAX_CRL_BYTES) for p in Purpose if f"{p.value}.crl" in names}
    return stored, crls


def _open_all(directory: Path, ids: list[str], passphrase: str) -> list[StoredKey]:
    stored: list[StoredKey] = []
    faults: list[Fault] = []
    refused = 0
    for key_id in ids:
        path = directory / f"{key_id}.key"
        if _exposed(path):
            faults.append(
                Fault(
                    "keys.store.permissions",
                    "ملف المفتاح مكشوف لمستخدمين آخرين",
                    "other users can reach this key file; set its mode to 600",
                    field=path.name,
                )
            )
        try:
            purpose = Purpose(key_id.rpartition("-")[0])
            key = serialization.load_pem_private_key(_read(path, _MAX_KEY_BYTES), passphrase.encode() or b"\0")
            if not isinstance(key, ec.EllipticCurvePrivateKey):
                raise ValueError("not an elliptic-curve key")
            stored.append(StoredKey(key_id, purpose, key, _read(path.with_suffix(".cer"), MAX_CERTIFICATE_BYTES)))
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            refused += "ncorrect password" in str(error)
            faults.append(
                Fault("keys.store.corrupt", "ملف مفتاح تالف", "the key file is damaged", path.name, clause=_CLAUSE)
            )
    if refused and not stored:
        raise Invalid(
            Fault(
                "keys.passphrase.wrong",
                "عبارة المرور لا تفتح مخزن المفاتيح",
                "this passphrase does not open the key store",
                field="passphrase",
            )
        )
    if faults:
        raise Invalid(*faults)
    return stored


def _exposed(path: Path) -> bool:
    """Whether other users can reach the file; one that cannot be asked cannot be read either, and `_read` says so."""
    try:
        return os.name == "posix" and bool(path.stat().st_mode & 0o077)
    except OSError:
        return False


def _read(path: Path, limit: int) -> bytes:
    """At most `limit` bytes; a larger or unreadable file is a fault of the store."""
    try:
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise Unavailable(
            Fault("keys.store.unreadable", "تعذّرت قراءة ملف من المخزن", "a file of the store cannot be read", path.name)
        ) from error
    if len(data) > limit:
        raise Invalid(Fault("keys.store.corrupt", "ملف في المخزن تالف", "the file is far too large", path.name))
    return data
