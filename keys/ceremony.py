"""Make a key and have its certificate signed, or a root's revocation list, by `prepare` and `issue` like all else.

For a development installation, whose one process holds roots and signers; a real ceremony happens on an HSM. Writes no
file: `keys.store` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from keys import curves
from keys.authority import CertificateRequest, CrlRequest
from keys.intents import MemoryIntentLog
from keys.ring import KeyEntry, Keys
from keys.signing import Purpose, Signer, issue, prepare
from keys.store import StoredKey
from keys.x509 import read_certificate
from specs.schema.pki import Pki

ROOTS: Final = (Purpose.csca, Purpose.services_root)


def make_all(now: datetime, pki: Pki) -> tuple[list[StoredKey], dict[Purpose, bytes]]:
    """A new key for every profile, roots first, and the first revocation list of every root."""
    ring = Keys((), {}, MemoryIntentLog(), pki)
    made: list[StoredKey] = []
    for name in sorted(pki.profiles, key=lambda name: pki.profiles[name].issuer != name):
        made.append(make_key(ring, name, now))
        ring.adopt(entry_of(made[-1], roots_of(made), pki))
    return made, {purpose: make_crl(ring, purpose, 1, {}, now) for purpose in ROOTS}


def make_key(ring: Keys, profile_name: str, now: datetime) -> StoredKey:
    """A new key and its certificate, signed by the profile's issuer in `ring`; a root signs its own.

    Raises `Unavailable` when the issuer's key is out of its usage period.
    """
    pki, profile = ring.pki, ring.pki.profiles[profile_name]
    private_key = ec.generate_private_key(curves.by_name(pki.algorithms.curve).implementation)
    purpose, signing = Purpose(profile.purpose), ring
    if profile.issuer == profile_name:
        blank = Signer(f"{purpose.value}-new", purpose, b"", (), f"ecdsa-{pki.algorithms.hash}")
        whole_second = now.replace(microsecond=0)
        entry = KeyEntry(blank, private_key, whole_second, whole_second + timedelta(days=1))
        signing = Keys((entry,), {}, ring.intents, pki)
    request = CertificateRequest(f"pki:{profile_name}", profile_name, private_key.public_key(), pki, development=True)
    certificate = issue(prepare(signing, request, now), now).artefact
    key_id = f"{purpose.value}-{read_certificate(certificate).sha256[:8].hex()}"
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
    profile = pki.for_purpose(key.purpose.value)[1]
    since, until = certificate.private_key_usage_period
    since = since or certificate.not_before.at
    until = until or min(since + timedelta(days=profile.private_key_usage_days), certificate.not_after.at)
    issuer = Purpose(pki.profiles[profile.issuer].purpose)
    chain = () if issuer is key.purpose else (roots[issuer],)
    signer = Signer(key.key_id, key.purpose, key.certificate, chain, f"ecdsa-{pki.algorithms.hash}")
    return KeyEntry(signer, key.private_key, since.astimezone(UTC), until.astimezone(UTC))
