"""Create a PKI in a store of keys, and open one.

Software keys are fit to develop and show, never to issue real documents. Creation is all or nothing.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from keys.ceremony import entry_of, issuer_of, make_all, roots_of
from keys.files import sync_directory
from keys.lint import lint_certificate
from keys.lint_crl import lint_crl
from keys.renewal import take_in_crls
from keys.ring import Keys
from keys.signing import IntentLog
from keys.stores import Store, StoredKey, files
from keys.stores.software import SoftwareStore
from keys.x509 import read_certificate
from specs.errors import Conflict, Fault, Invalid
from specs.schema.pki import Pki
from specs.schema.rotation import Rotation

_DER, _SPKI = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


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


def open_ring(store: Store, intents: IntentLog, pki: Pki, rotation: Rotation | None = None) -> Keys:
    """Open a store and judge all of it once: every certificate linted, every issuer's signature and key pair checked.

    Raises `Unavailable` or `Invalid` as `Store.held` does, and `Invalid` naming each certificate that fails.
    """
    _warn(store)
    held = store.held()
    ring = Keys((), held.crls, intents, pki, rotation)
    faults = _shared(held.keys) + _taken_in(ring, held.keys, held.keys)
    for purpose, crl in held.crls.items():
        faults += [Fault(c.id, c.reason_ar, c.reason, f"{purpose.value}.crl", c.clause) for c in lint_crl(crl)]
    if faults:
        raise Invalid(*faults)
    return ring


def take_in(ring: Keys, store: Store) -> bool:
    """Take in what another process put into the store since it was opened. True when there was something.

    Raises as `open_ring` does; then nothing but what was judged good is taken in.
    """
    known = {signer.key_id for signer in ring.signers()}
    fresh = set(files.key_ids(store.directory)) - known
    newer_lists = take_in_crls(ring, store)
    if not fresh:
        return newer_lists
    held = store.held()
    if faults := _shared(held.keys) + _taken_in(ring, [key for key in held.keys if key.key_id in fresh], held.keys):
        raise Invalid(*faults)
    return True


def _taken_in(ring: Keys, fresh: list[StoredKey], held: list[StoredKey]) -> list[Fault]:
    """What is wrong with the fresh keys; those with which nothing is are the ring's now."""
    roots = roots_of(held)
    faults: list[Fault] = []
    for key in fresh:
        wrong = _judge(key, roots, ring.pki)
        faults += wrong
        if not wrong:
            ring.adopt(entry_of(key, roots, ring))
    return faults


def _judge(key: StoredKey, roots: list[bytes], pki: Pki) -> list[Fault]:
    name, _ = pki.for_purpose(key.purpose.value)
    field = f"{key.key_id}.cer"
    if found := [c for c in lint_certificate(key.certificate, name, pki) if c.result == "fail"]:
        return [Fault(c.id, c.reason_ar, c.reason, field, c.clause) for c in found]
    certificate = read_certificate(key.certificate)
    if certificate.public_key.key != key.private_key.public_key:
        return [Fault("keys.store.mismatch", "الشهادة ليست لهذا المفتاح", "the certificate is not this key's", field)]
    if issuer_of(certificate, [key.certificate] if pki.is_root(name) else roots) is None:
        return [Fault("keys.store.signature", "توقيع الشهادة غير صحيح", "none of the roots here signed it", field)]
    return _judge_link(key, roots, pki) if key.link else []


def _judge_link(key: StoredKey, roots: list[bytes], pki: Pki) -> list[Fault]:
    name = next((name for name in pki.profiles if pki.is_link(name)), "")
    field = f"{key.key_id}.link.cer"
    if found := lint_certificate(key.link, name, pki):
        return [Fault(c.id, c.reason_ar, c.reason, field, c.clause) for c in found]
    link = read_certificate(key.link)
    if link.spki_der != read_certificate(key.certificate).spki_der or issuer_of(link, roots) is None:
        words = "شهادة الربط لا تربط هذا الجذر بسابق له", "the link does not tie this root to an earlier one"
        return [Fault("keys.store.link", *words, field, "Doc 9303-12 §4.1")]
    return []


def _shared(keys: list[StoredKey]) -> list[Fault]:
    """A key serves one purpose: the same key under two names is a fault."""
    seen: dict[bytes, StoredKey] = {}
    faults = []
    for key in keys:
        other = seen.setdefault(key.private_key.public_key.public_bytes(_DER, _SPKI), key)
        if other is not key:
            words = f"المفتاح هو نفسه {other.key_id}", f"this is the key of {other.key_id}: a key serves one purpose"
            faults.append(Fault("keys.store.shared", *words, f"{key.key_id}.cer", "Doc 9303-12 §7.1"))
    return faults


def _warn(store: Store) -> None:
    if isinstance(store, SoftwareStore):
        warnings.warn(
            "private keys are files on this machine: for development, never for real documents",
            SoftwareKeysWarning,
            stacklevel=4,
        )
