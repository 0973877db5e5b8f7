"""A small PKI of any algorithm for tests: the profiles asked for, in a software store of the run's own."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from keys import Keys
from keys.ceremony import entry_of, make_key, roots_of
from keys.intents import MemoryIntentLog
from keys.stores import StoredKey
from keys.stores.software import SoftwareStore
from specs.schema.pki import Pki

EVERY_ALGORITHM = (
    "ecdsa_p256",
    "ecdsa_p384",
    "ecdsa_p521",
    "ecdsa_brainpool_p256r1",
    "ecdsa_brainpool_p384r1",
    "ecdsa_brainpool_p512r1",
    "rsa_pss_3072",
    "rsa_pss_4096",
)


def with_algorithm(pki: Pki, algorithm: str, *profiles: str) -> Pki:
    """The specification with the key of these profiles of another algorithm."""
    changed = {name: pki.profiles[name].model_copy(update={"algorithm": algorithm}) for name in profiles}
    return pki.model_copy(update={"profiles": {**pki.profiles, **changed}})


def with_profile(pki: Pki, profile: str, **changes: object) -> Pki:
    """The specification with one profile changed."""
    changed = pki.profiles[profile].model_copy(update=changes)
    return pki.model_copy(update={"profiles": {**pki.profiles, profile: changed}})


def family(pki: Pki, directory: Path, at: datetime, *profiles: str) -> Keys:
    """A ring of new keys, one a profile, in that order: a root before what it issues."""
    directory.mkdir()
    store, ring = SoftwareStore(directory, "a passphrase for tests only"), Keys((), {}, MemoryIntentLog(), pki)
    made: list[StoredKey] = []
    for name in profiles:
        made.append(make_key(ring, store, name, at))
        ring.adopt(entry_of(made[-1], roots_of(made), ring))
    return ring
