"""Revoke a certificate: the root's next complete list names it, and its key signs no more (Doc 9303-12 §4.1.4).

Certificates are revoked, never signatures or documents: every document a revoked signer made is judged revoked with it.
A root is not revoked here: that is told to other States by other ways, and followed by a new root.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from keys.ceremony import ROOTS
from keys.crl import RevocationList, read_crl
from keys.der import DerError
from keys.renewal import publish_crl
from keys.ring import Keys
from keys.signing import Purpose
from keys.stores import Store
from keys.x509 import Certificate, read_certificate
from specs.errors import Conflict, Fault, Invalid, NotFound

CLAUSE: Final = "Doc 9303-12 §4.1.4"


@dataclass(frozen=True, slots=True)
class Revocation:
    """What was done. crl: the root's new list; late: the list follows later than the specification allows."""

    root: Purpose
    certificate: Certificate
    revoked_at: datetime
    crl: RevocationList
    late: bool


def revoke(
    keys: Keys, store: Store, which: str, now: datetime, *, since: datetime | None = None, known: Iterable[bytes] = ()
) -> Revocation:
    """Put a certificate on the next list of its root, signed by the root's newest key, and publish that list.

    which: a key id, or a serial number in hexadecimal, of a key here or of one of the certificates `known` (DER).
    since: when it was decided (default now); written as time of revocation. Raises `NotFound`, `Conflict` when it is
    revoked already, `Invalid` for a root or a time to come, `Unavailable` when no root key signs or the store refuses.
    """
    since = (since or now).astimezone(UTC).replace(microsecond=0)
    if since > now:
        words = "وقت الإبطال لم يأت بعد", "the time of revocation is yet to come"
        raise Invalid(Fault("keys.revoke.future", *words, field="since", clause=CLAUSE))
    certificate = _find(keys, which, known)
    root = _root_of(keys, certificate)
    held = read_crl(keys.crls[root]).revoked if root in keys.crls else {}
    if certificate.serial in held:
        raise Conflict(
            Fault(
                "keys.revoke.again",
                "هذه الشهادة مُبطلة من قبل",
                f"this certificate is revoked already, since {held[certificate.serial]:%Y-%m-%d %H:%M}Z",
                field=which,
                clause=CLAUSE,
            )
        )
    crl = publish_crl(keys, store, root, {certificate.serial: since}, now)
    allowed = timedelta(hours=keys.pki.revocation_list.publish_within_hours)
    return Revocation(root, certificate, since, crl, now - since > allowed)


def _find(keys: Keys, which: str, known: Iterable[bytes]) -> Certificate:
    for signer in keys.signers():
        if signer.key_id == which:
            return read_certificate(signer.certificate)
    try:
        serial = int(which.replace(":", ""), 16)
    except ValueError:
        serial = -1
    own = [signer.certificate for signer in keys.signers()]
    for der in (*own, *known):
        try:
            certificate = read_certificate(der)
        except DerError:
            continue
        if certificate.serial == serial:
            return certificate
    words = "لا مفتاح ولا شهادة بهذا المعرف", "there is no key of this id and no certificate of this serial number"
    raise NotFound(Fault("keys.revoke.unknown", *words, field=which[:80]))


def _root_of(keys: Keys, certificate: Certificate) -> Purpose:
    """The root whose list speaks of this certificate. Raises `Invalid` when it is a root, or another's."""
    roots = [
        (signer.purpose, read_certificate(signer.certificate)) for signer in keys.signers() if signer.purpose in ROOTS
    ]
    if certificate.basic_constraints[0]:
        words = "الجذر لا يُبطل هنا", "a root is not revoked here: tell other States, and roll over to a new one"
        raise Invalid(Fault("keys.revoke.root", *words, field=f"{certificate.serial:X}", clause="Doc 9303-12 §4.2"))
    for purpose, root in roots:
        if root.subject_der == certificate.issuer_der:
            return purpose
    words = "الشهادة صادرة عن سلطة أخرى", "another authority issued this certificate; only that one revokes it"
    raise Invalid(Fault("keys.revoke.other", *words, field=f"{certificate.serial:X}", clause=CLAUSE))
