"""Make a key and have its certificate signed, or a root's revocation list, by `prepare` and `issue` like all else.

For an installation whose one process reaches roots and signers. What it makes, the store keeps.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from keys import algorithms
from keys.authority import CertificateRequest, CrlRequest, LinkRequest
from keys.intents import MemoryIntentLog
from keys.ring import KeyEntry, Keys
from keys.signing import Purpose, Signer, issue, prepare
from keys.stores import Store, StoredKey
from keys.stores.software import SoftwareStore
from keys.x509 import Certificate, read_certificate
from specs.errors import Conflict, Fault
from specs.schema.pki import CertificateProfile, Pki

ROOTS: Final = (Purpose.csca, Purpose.services_root)


def make_all(store: Store, now: datetime, pki: Pki) -> None:
    """A new key for every profile, roots first, and the first revocation list of every root, all kept in `store`."""
    ring = Keys((), {}, MemoryIntentLog(), pki)
    wanted = (name for name in pki.profiles if not pki.is_link(name))
    for name in sorted(wanted, key=lambda name: not pki.is_root(name)):
        ring.adopt(entry_of(make_key(ring, store, name, now), roots_of(ring.signers()), ring))
    for purpose in ROOTS:
        store.put_crl(purpose, make_crl(ring, purpose, 1, {}, now))


def make_key(
    ring: Keys,
    store: Store,
    profile_name: str,
    now: datetime,
    *,
    link_profile: str | None = None,
    pki: Pki | None = None,
) -> StoredKey:
    """A new key and its certificate, signed by the profile's issuer in `ring`; a root signs its own. The store has it.

    link_profile: have the earlier root certify the new one too. pki: profiles to use instead of the ring's (a new
    name). Raises `Unavailable` when the issuer's key is out of its usage period or the store refuses; then no key is
    left.
    """
    pki = pki or ring.pki
    purpose, algorithm = Purpose(pki.profiles[profile_name].purpose), pki.algorithm_of(profile_name)
    key_id, private_key = store.create_key(purpose, algorithm.key)
    try:
        signing = ring
        if pki.is_root(profile_name):
            blank = Signer(key_id, purpose, b"", (), algorithm.scheme)
            whole_second = now.replace(microsecond=0)
            entry = KeyEntry(blank, private_key, whole_second, whole_second + timedelta(days=1))
            signing = Keys((entry,), {}, ring.intents, pki, ring.rotation)
        public = private_key.public_key
        development = isinstance(store, SoftwareStore)  # such a key is marked for what it is in its own name
        request = CertificateRequest(f"pki:{profile_name}", profile_name, public, pki, development)
        certificate = issue(prepare(signing, request, now), now).artefact
        link = b""
        if link_profile is not None:
            link_request = LinkRequest(f"pki:{link_profile}", link_profile, certificate, pki)
            link = issue(prepare(ring, link_request, now), now).artefact
        _refuse_used_serials(ring, certificate, link)
        store.put_certificate(key_id, certificate, link)
    except BaseException:
        store.discard(key_id)
        raise
    return StoredKey(key_id, purpose, private_key, certificate, link)


def make_crl(ring: Keys, purpose: Purpose, number: int, revoked: Mapping[int, datetime], now: datetime) -> bytes:
    """The root's revocation list of that number. Raises `Unavailable` when its key is out of its usage period."""
    request = CrlRequest(f"crl:{purpose.value}:{number}", purpose, number, list(revoked.items()), ring.pki)
    return issue(prepare(ring, request, now), now).artefact


def roots_of(held: Iterable[StoredKey | Signer]) -> list[bytes]:
    """The roots' certificates (DER) among these keys."""
    return [key.certificate for key in held if key.purpose in ROOTS]


def issuer_of(certificate: Certificate, roots: Iterable[bytes]) -> bytes | None:
    """The root (DER) among these whose key signed it; None: none did."""
    for der in roots:
        root = read_certificate(der)
        if certificate.authority_key_identifier in (None, root.subject_key_identifier) and algorithms.holds(
            root.public_key, certificate.algorithm, certificate.signature, certificate.tbs
        ):
            return der
    return None


def entry_of(key: StoredKey, roots: Iterable[bytes], ring: Keys) -> KeyEntry:
    """The key as `ring` holds it: its chain, and its usage period from the certificate or else from the profile.

    A root that follows another waits first (Doc 9303-12 §4.3), so that verifiers can have it before it signs; one that
    needs no link waits no longer than the earlier one signs.
    """
    pki, certificate = ring.pki, read_certificate(key.certificate)
    name, profile = pki.for_purpose(key.purpose.value)
    since, until = _usage_period(certificate, profile)
    wait = timedelta(days=ring.rotation.roots.wait_days)
    if key.link:
        since += wait
    elif earlier := _earlier(certificate, roots) if pki.is_root(name) else []:
        since = max(since, min(since + wait, max(_usage_period(root, profile)[1] for root in earlier)))
    issuer = None if pki.is_root(name) else issuer_of(certificate, roots)
    chain = (issuer,) if issuer else ()
    signer = Signer(key.key_id, key.purpose, key.certificate, chain, _scheme(pki, name, certificate))
    return KeyEntry(signer, key.private_key, since.astimezone(UTC), until.astimezone(UTC), key.link)


def _usage_period(certificate: Certificate, profile: CertificateProfile) -> tuple[datetime, datetime]:
    since, until = certificate.private_key_usage_period
    since = since or certificate.not_before.at
    return since, until or min(since + timedelta(days=profile.private_key_usage_days), certificate.not_after.at)


def _earlier(root: Certificate, roots: Iterable[bytes]) -> list[Certificate]:
    """The roots of this one's name that it follows."""
    named = (held for held in map(read_certificate, roots) if held.subject_der == root.subject_der)
    return [held for held in named if held.not_before.at < root.not_before.at]


def _scheme(pki: Pki, profile_name: str, certificate: Certificate) -> str:
    """How this key signs: as its profile says, or, made when the profile said otherwise, as its own kind does."""
    ordered, kind = pki.algorithm_of(profile_name), certificate.public_key.kind
    return next((a.scheme for a in (ordered, *pki.algorithms.values()) if a.key == kind), ordered.scheme)


def _refuse_used_serials(ring: Keys, *made: bytes) -> None:
    """Serial numbers are random and long; that one came twice is next to impossible, and still refused."""
    used = {read_certificate(signer.certificate).serial for signer in ring.signers()}
    for der in filter(None, made):
        if (serial := read_certificate(der).serial) in used:
            words = "الرقم التسلسلي مستعمل من قبل", "this serial number was used before"
            raise Conflict(Fault("keys.serial.used", *words, field="serial", clause="Doc 9303-12 §7.1"))
        used.add(serial)
