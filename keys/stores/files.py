"""Certificates and revocation lists of a store, as files: `<key id>.cer`, `<key id>.link.cer`, `<root purpose>.crl`.

They are public, so they are files whatever holds the keys: they can be listed, backed up and published with the token
out of reach. Knows no private key.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from keys.crl import MAX_CRL_BYTES
from keys.files import write_atomically
from keys.signing import Purpose
from keys.x509 import MAX_CERTIFICATE_BYTES
from specs.errors import Fault, Invalid, Unavailable

_LINK = ".link.cer"


def key_ids(directory: Path) -> list[str]:
    """Of every certificate here, sorted. Raises `Unavailable` when the directory cannot be read."""
    try:
        names = sorted(p.name for p in directory.iterdir())
    except OSError as error:
        raise Unavailable(
            Fault("keys.store.missing", "مخزن المفاتيح غير موجود", "there is no key store here", field=str(directory))
        ) from error
    certificates = [name for name in names if name.endswith(".cer") and not name.startswith(".")]
    return [name.removesuffix(".cer") for name in certificates if not name.endswith(_LINK)]


def purpose_of(key_id: str) -> Purpose:
    """The purpose a key id begins with. Raises `ValueError`."""
    return Purpose(key_id.rpartition("-")[0])


def certificate(directory: Path, key_id: str) -> bytes:
    """DER. Raises `Unavailable`, `Invalid`."""
    return read_bounded(directory / f"{key_id}.cer", MAX_CERTIFICATE_BYTES)


def link(directory: Path, key_id: str) -> bytes:
    """DER, or empty when the key has no link certificate. Raises `Unavailable`, `Invalid`."""
    path = directory / f"{key_id}{_LINK}"
    return read_bounded(path, MAX_CERTIFICATE_BYTES) if path.exists() else b""


def crls(directory: Path) -> dict[Purpose, bytes]:
    """Every root's list. Raises `Unavailable`, `Invalid`."""
    paths = {purpose: directory / f"{purpose.value}.crl" for purpose in Purpose}
    return {purpose: read_bounded(path, MAX_CRL_BYTES) for purpose, path in paths.items() if path.exists()}


def put_certificate(directory: Path, key_id: str, der: bytes, link: bytes = b"") -> None:
    """Write the link first: the key is there from the moment its own certificate is. Raises `Unavailable`."""
    path, link_path = directory / f"{key_id}.cer", directory / f"{key_id}{_LINK}"
    with written():
        try:
            if link:
                write_atomically(link_path, link, mode=0o644)
            write_atomically(path, der, mode=0o644)
        except BaseException:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
                link_path.unlink(missing_ok=True)
            raise


def put_crl(directory: Path, purpose: Purpose, crl: bytes) -> None:
    """Raises `Unavailable`; then the old list stands."""
    with written():
        write_atomically(directory / f"{purpose.value}.crl", crl, mode=0o644)


def begun(directory: Path, key_id: str) -> Path:
    """The file that is here while a key on a token has no certificate yet."""
    return directory / f".{key_id}.begun"


def orphans(directory: Path, pattern: str) -> dict[str, float]:
    """Key ids of the files of this pattern without a certificate, and their times of change. Raises `OSError`."""
    paths = {path.name.strip(".").rpartition(".")[0]: path for path in directory.glob(pattern)}
    return {i: p.stat().st_mtime for i, p in paths.items() if not (directory / f"{i}.cer").exists()}


@contextlib.contextmanager
def written() -> Iterator[None]:
    """Turns what the disk refuses into the store's fault."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            Fault(
                "keys.store.write",
                "تعذّرت الكتابة في مخزن المفاتيح",
                f"the key store could not be written: {error.strerror}",
            )
        ) from error


def read_bounded(path: Path, limit: int) -> bytes:
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
