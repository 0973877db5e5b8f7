"""Create a PKI in a store of keys, and open one.

Software keys are fit to develop and show, never to issue real documents. Creation is all or nothing.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from datetime import datetime
from pathlib import Path

from keys.admission import admit
from keys.ceremony import make_all
from keys.files import sync_directory
from keys.lint_crl import lint_crl
from keys.ring import Keys
from keys.signing import IntentLog
from keys.stores import Store, files
from keys.stores.software import SoftwareStore
from specs.errors import Conflict, Fault, Invalid
from specs.schema.pki import Pki
from specs.schema.rotation import Rotation


class SoftwareKeysWarning(UserWarning):
    """Private keys are files on this machine, also those of a SoftHSM token."""


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
        half_made = Path(tempfile.mkdtemp(prefix=f".{directory.name}.making-", dir=directory.parent))  # mode 0700
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
    faults = admit(ring, held.keys, held.keys)
    for purpose, crl in held.crls.items():
        faults += [Fault(c.id, c.reason_ar, c.reason, f"{purpose.value}.crl", c.clause) for c in lint_crl(crl)]
    if faults:
        raise Invalid(*faults)
    return ring


def _warn(store: Store) -> None:
    if store.software:
        warnings.warn(
            "private keys are files on this machine: for development, never for real documents",
            SoftwareKeysWarning,
            stacklevel=4,
        )
