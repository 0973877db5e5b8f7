"""Make a key and have its certificate signed, or a root's revocation list, by `prepare` and `issue` like all else.

For an installation whose one process reaches roots and signers. What it makes, the store keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from keys.authority import CertificateRequest, CrlRequest
from keys.intents import MemoryIntentLog
from keys.ring import KeyEntry, Keys
from keys.signing import Purpose, Signer, issue, prepare
from keys.stores import Store, StoredKey
from keys.x509 import read_certificate
from specs.schema.pki import Pki

ROOTS: Final = (Purpose.csca, Purpose.services_root)


def make_all(store: Store, now: datetime, pki: Pki) -> None:
    """A new key for every profile, roots first, and the first revocation list of every root, all kept in `store`."""
    ring = Keys((), {}, MemoryIntentLog(), pki)
    made: list[StoredKey] = []
    wanted = (name for name in pki.profiles if not pki.is_link(name))
    for name in sorted(wanted, key=lambda name: not pki.is_root(name)):
        made.append(make_key(ring, store, name, now))
        ring.adopt(entry_of(made[-1], roots_of(made), pki))
    for purpose in ROOTS:
        store.put_crl(purpose, make_crl(ring, purpose, 1, {}, now))


def make_key(ring: Keys, store: Store, profile_name: str, now: datetime) -> StoredKey:
    """A new key and its certificate, signed by the profile's issuer in `ring`; a root signs its own. The store has it.

    Raises `Unavailable` when the issuer's key is out of its usage period or the store refuses; then no key is left.
    """
    pki, profile = ring.pki, ring.pki.profiles[profile_name]
    purpose, signing = Purpose(profile.purpose), ring
    algorithm = pki.algorithm_of(profile_name)
    key_id, private_key = store.create_key(purpose, algorithm.key)
    try:
        if profile.issuer == profile_name:
            blank = Signer(key_id, purpose, b"", (), algorithm.scheme)
            whole_second = now.replace(microsecond=0)
            entry = KeyEntry(blank, private_key, whole_second, whole_second + timedelta(days=1))
            signing = Keys((entry,), {}, ring.intents, pki)
        public = private_key.public_key
        request = CertificateRequest(f"pki:{profile_name}", profile_name, public, pki, development=True)
        certificate = issue(prepare(signing, request, now), now).artefact
        store.put_certificate(key_id, certificate)
    except BaseException:
        store.discard(key_id)
        raise
    return StoredKey(key_id, purpose, private_key, certificate)


def make_crl(ring: Keys, purpose: Purpose, number: int, revoked: Mapping[int, datetime], now: datetime) -> bytes:
    """The root's revocation list of that number. Raises `Unavailable` when its key is out of its usage period."""
    request = CrlRequest(f"crl:{purpose.value}:{number}", purpose, number, list(revoked.items()), ring.pki)
    return issue(prepare(ring, request, now), now).artefact


def roots_of(held: Iterable[StoredKey | Signer]) -> dict[Purpose, bytes]:
    """The roots' certificates (DER) among these keys."""
    return {key.purpose: key.certificate for key in held if key.purpose in ROOTS}


def entry_of(key: StoredKey, roots: Mapping[Purpose, bytes], pki: Pki) -> KeyEntry:
    """The key as a ring holds it: its chain, and its usage period from the certificate or else from the profile."""
    certificate = read_certificate(key.certificate)
    name, profile = pki.for_purpose(key.purpose.value)
    since, until = certificate.private_key_usage_period
    since = since or certificate.not_before.at
    until = until or min(since + timedelta(days=profile.private_key_usage_days), certificate.not_after.at)
    issuer = Purpose(pki.profiles[profile.issuer].purpose)
    chain = () if issuer is key.purpose else (roots[issuer],)
    signer = Signer(key.key_id, key.purpose, key.certificate, chain, pki.algorithm_of(name).scheme)
    return KeyEntry(signer, key.private_key, since.astimezone(UTC), until.astimezone(UTC))
