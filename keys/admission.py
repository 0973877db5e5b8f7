"""What a ring admits of a store: keys and lists that were judged, each by its form, its issuer and its key pair.

Makes nothing, signs nothing and writes nothing.
"""

from __future__ import annotations

from cryptography.hazmat.primitives import serialization

from keys.ceremony import entry_of, issuer_of, roots_of
from keys.crl import read_crl
from keys.lint import lint_certificate
from keys.lint_crl import lint_crl
from keys.ring import Keys
from keys.stores import Store, StoredKey, files
from keys.x509 import read_certificate
from specs.errors import Fault, Invalid
from specs.schema.pki import Pki

_DER, _SPKI = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo


def take_in(ring: Keys, store: Store) -> bool:
    """Take in what another process put into the store since it was opened. True when there was something.

    Raises as `keys.open.open_ring` does; then nothing but what was judged good is taken in.
    """
    known = {signer.key_id for signer in ring.signers()}
    fresh = set(files.key_ids(store.directory)) - known
    newer_lists = take_in_crls(ring, store)
    if not fresh:
        return newer_lists
    held = store.held()
    if faults := admit(ring, [key for key in held.keys if key.key_id in fresh], held.keys):
        raise Invalid(*faults)
    return True


def take_in_crls(keys: Keys, store: Store) -> bool:
    """Take in lists that are newer in the store than here. True when there was one. Raises `Unavailable`, `Invalid`."""
    newer = False
    for purpose, crl in files.crls(store.directory).items():
        held = keys.crls.get(purpose)
        if held == crl or lint_crl(crl):
            continue
        if held is None or (read_crl(crl).number or 0) > (read_crl(held).number or 0):
            keys.publish(purpose, crl)
            newer = True
    return newer


def admit(ring: Keys, fresh: list[StoredKey], held: list[StoredKey]) -> list[Fault]:
    """What is wrong with the fresh keys, or with all held together; a key with which nothing is is the ring's now."""
    roots = roots_of(held)
    faults = _shared(held)
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
    if found := [c for c in lint_certificate(key.link, name, pki) if c.result == "fail"]:
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
