"""Create a PKI in a store of keys, and open one.

Software keys are fit to develop and show, never to issue real documents. Creation is all or nothing.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from datetime import datetime
from pathlib import Path

from keys import algorithms
from keys.ceremony import entry_of, make_all, roots_of
from keys.files import sync_directory
from keys.lint import lint_certificate
from keys.lint_crl import lint_crl
from keys.ring import KeyEntry, Keys
from keys.signing import IntentLog, Purpose
from keys.stores import Store, StoredKey, files
from keys.stores.software import SoftwareStore
from keys.x509 import read_certificate
from specs.errors import Conflict, Fault, Invalid
from specs.schema.pki import Pki


class SoftwareKeysWarning(UserWarning):
    """Private keys are files on this machine."""


def create_development_pki(directory: Path, passphrase: str, now: datetime, pki: Pki) -> None:
    """`create_pki` in a new `directory` of software keys. Raises also `Invalid` for a short passphrase."""
    create_pki(SoftwareStore(directory, passphrase), now, pki)


def create_pki(store: Store, now: datetime, pki: Pki) -> None:
    """Make a key and a certificate for every profile, and a CRL for every root, in a store whose directory is new.

    Raises `Conflict` when something is there, `Unavailable` when disk or token refuses; then nothing is left behind.
    """
    directory = store.directory
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Conflict(
            Fault("keys.store.exists", "المخزن موجود من قبل", "something is at this path already", field=str(directory))
        )
    _warn(store)
    with files.written():
        directory.parent.mkdir(parents=True, exist_ok=True)
        half_made = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))  # mode 0700
        beside = store.moved_to(half_made)
        try:
            make_all(beside, now, pki)
            half_made.rename(directory)
            sync_directory(directory.parent)
        except BaseException:
            beside.discard_all()
            shutil.rmtree(half_made, ignore_errors=True)
            raise


def open_keys(directory: Path, passphrase: str, intents: IntentLog, pki: Pki) -> Keys:
    """`open_ring` over a directory of software keys."""
    return open_ring(SoftwareStore(directory, passphrase), intents, pki)


def open_ring(store: Store, intents: IntentLog, pki: Pki) -> Keys:
    """Open a store and judge all of it once: every certificate linted, every issuer's signature and key pair checked.

    Raises `Unavailable` or `Invalid` as `Store.held` does, and `Invalid` naming each certificate that fails.
    """
    _warn(store)
    held = store.held()
    roots = roots_of(held.keys)
    faults: list[Fault] = []
    entries: list[KeyEntry] = []
    for key in held.keys:
        wrong = _judge(key, roots, pki)
        faults += wrong
        if not wrong:
            entries.append(entry_of(key, roots, pki))
    for purpose, crl in held.crls.items():
        faults += [Fault(c.id, c.reason_ar, c.reason, f"{purpose.value}.crl", c.clause) for c in lint_crl(crl)]
    if faults:
        raise Invalid(*faults)
    return Keys(entries, held.crls, intents, pki)


def _judge(key: StoredKey, roots: dict[Purpose, bytes], pki: Pki) -> list[Fault]:
    name, profile = pki.for_purpose(key.purpose.value)
    field = f"{key.key_id}.cer"
    if found := lint_certificate(key.certificate, name, pki):
        return [Fault(c.id, c.reason_ar, c.reason, field, c.clause) for c in found]
    certificate = read_certificate(key.certificate)
    if certificate.public_key.key != key.private_key.public_key:
        return [Fault("keys.store.mismatch", "الشهادة ليست لهذا المفتاح", "the certificate is not this key's", field)]
    root = roots.get(Purpose(pki.profiles[profile.issuer].purpose))
    if root is None:
        return [Fault("keys.store.root_missing", "شهادة الجذر غير موجودة", "its root is not in the store", field)]
    issuer = read_certificate(root)
    if not algorithms.holds(issuer.public_key, certificate.algorithm, certificate.signature, certificate.tbs):
        return [Fault("keys.store.signature", "توقيع الشهادة غير صحيح", "its root did not sign it", field)]
    return []


def _warn(store: Store) -> None:
    if isinstance(store, SoftwareStore):
        warnings.warn(
            "private keys are files on this machine: for development, never for real documents",
            SoftwareKeysWarning,
            stacklevel=4,
        )
