"""Create a development PKI, open one, and keep its revocation lists fresh.

All keys made here are software keys: fit to develop and show, never to issue real documents (a ceremony on an HSM does
that). Creation is all or nothing.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from keys import algorithms, curves, x509
from keys.authority import CertificateRequest, CrlRequest
from keys.files import sync_directory, write_atomically
from keys.intents import MemoryIntentLog
from keys.lint import lint_certificate, lint_crl
from keys.ring import KeyEntry, Keys
from keys.signing import IntentLog, Purpose, Signer, issue, prepare
from keys.store import StoredKey, read_store, write_store
from specs.errors import Conflict, Fault, Invalid, Unavailable
from specs.schema.pki import Pki

MINIMUM_PASSPHRASE_CHARACTERS = 12
ROOTS = (Purpose.csca, Purpose.services_root)


class SoftwareKeysWarning(UserWarning):
    """Private keys are files on this machine."""


def create_development_pki(directory: Path, passphrase: str, now: datetime, pki: Pki) -> None:
    """Make a key, a certificate for every profile, and a CRL for every root, in a new `directory`.

    Raises `Conflict` when something is there, `Invalid` for a short passphrase, `Unavailable` when the disk refuses; in
    every such case nothing is left behind.
    """
    if len(passphrase) < MINIMUM_PASSPHRASE_CHARACTERS:
        raise Invalid(
            Fault(
                "keys.passphrase.short",
                f"عبارة المرور أقصر من {MINIMUM_PASSPHRASE_CHARACTERS} حرفا",
                f"the passphrase is shorter than {MINIMUM_PASSPHRASE_CHARACTERS} characters",
                field="passphrase",
            )
        )
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Conflict(
            Fault("keys.store.exists", "المخزن موجود من قبل", "something is at this path already", field=str(directory))
        )
    _warn()
    keys = _generate(now, pki)
    stored = [StoredKey(e.signer.key_id, e.signer.purpose, e.private_key, e.signer.certificate) for e in keys.entries()]
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        half_made = Path(tempfile.mkdtemp(prefix=f".{directory.name}.", dir=directory.parent))  # mode 0700
        try:
            write_store(half_made, stored, keys.crls, passphrase)
            half_made.rename(directory)
            sync_directory(directory.parent)
        except BaseException:
            shutil.rmtree(half_made, ignore_errors=True)
            raise
    except OSError as error:
        raise Unavailable(
            Fault(
                "keys.store.write",
                "تعذّرت كتابة مخزن المفاتيح، ولم يُترك شيء",
                f"the key store could not be written, and nothing was left: {error.strerror}",
                field=str(directory),
            )
        ) from error


def open_keys(directory: Path, passphrase: str, intents: IntentLog, pki: Pki) -> Keys:
    """Open a store and judge all of it once: every certificate linted, every issuer's signature and key pair checked.

    Raises `Unavailable` or `Invalid` as `keys.store.read_store` does, and `Invalid` naming each certificate that fails.
    """
    _warn()
    stored, crls = read_store(directory, passphrase)
    roots = {s.purpose: s.certificate for s in stored if s.purpose in ROOTS}
    faults: list[Fault] = []
    entries: list[KeyEntry] = []
    for key in stored:
        wrong = _judge(key, roots, pki)
        faults += wrong
        if not wrong:
            entries.append(_entry(key, roots, pki))
    for purpose, crl in crls.items():
        faults += [Fault(c.id, c.reason_ar, c.reason, f"{purpose.value}.crl", c.clause) for c in lint_crl(crl)]
    if faults:
        raise Invalid(*faults)
    return Keys(entries, crls, intents, pki)


def renew_crls(keys: Keys, directory: Path, now: datetime) -> list[Purpose]:
    """Issue anew each CRL that is absent or near its end; what was revoked stays revoked. Returns the roots renewed.

    Raises `Unavailable` when a root's key is out of its period or the disk refuses.
    """
    left = timedelta(days=keys.pki.revocation_list.renew_when_days_left)
    renewed = []
    for purpose in ROOTS:
        old = x509.read_crl(keys.crls[purpose]) if purpose in keys.crls else None
        if old and old.next_update and old.next_update.at - now > left:
            continue
        crl = _issue_crl(keys, purpose, (old.number or 0) + 1 if old else 1, dict(old.revoked) if old else {}, now)
        try:
            write_atomically(directory / f"{purpose.value}.crl", crl, mode=0o644)
        except OSError as error:
            raise Unavailable(
                Fault("keys.store.write", "تعذّرت كتابة قائمة الإبطال", f"the CRL was not written: {error.strerror}")
            ) from error
        keys.crls[purpose] = crl
        renewed.append(purpose)
    return renewed


def _generate(now: datetime, pki: Pki) -> Keys:
    """A ring of new keys, roots first; each certificate goes through `prepare` and `issue` itself."""
    ring = Keys((), {}, MemoryIntentLog(), pki)
    for name, profile in sorted(pki.profiles.items(), key=lambda item: item[1].issuer != item[0]):
        private_key = ec.generate_private_key(curves.by_name(pki.algorithms.curve).implementation)
        purpose = Purpose(profile.purpose)
        request = CertificateRequest(f"pki:{name}", name, private_key.public_key(), pki, development=True)
        signing = ring
        if profile.issuer == name:
            blank = Signer(f"{purpose.value}-new", purpose, b"", (), f"ecdsa-{pki.algorithms.hash}")
            whole_second = now.replace(microsecond=0)
            entry = KeyEntry(blank, private_key, whole_second, whole_second + timedelta(days=1))
            signing = Keys((entry,), {}, ring.intents, pki)
        certificate = issue(prepare(signing, request, now), now).artefact
        key_id = f"{purpose.value}-{x509.read_certificate(certificate).sha256[:8].hex()}"
        roots = {s.purpose: s.certificate for s in ring.signers() if s.purpose in ROOTS} | {purpose: certificate}
        entry = _entry(StoredKey(key_id, purpose, private_key, certificate), roots, pki)
        ring = Keys((*ring.entries(), entry), {}, ring.intents, pki)
    for purpose in ROOTS:
        ring.crls[purpose] = _issue_crl(ring, purpose, 1, {}, now)
    return ring


def _issue_crl(keys: Keys, purpose: Purpose, number: int, revoked: dict[int, datetime], now: datetime) -> bytes:
    request = CrlRequest(f"crl:{purpose.value}:{number}", purpose, number, list(revoked.items()), keys.pki)
    return issue(prepare(keys, request, now), now).artefact


def _entry(key: StoredKey, roots: dict[Purpose, bytes], pki: Pki) -> KeyEntry:
    certificate = x509.read_certificate(key.certificate)
    profile = pki.for_purpose(key.purpose.value)[1]
    since, until = certificate.private_key_usage_period
    since = since or certificate.not_before.at
    until = until or min(since + timedelta(days=profile.private_key_usage_days), certificate.not_after.at)
    issuer = Purpose(pki.profiles[profile.issuer].purpose)
    chain = () if issuer is key.purpose else (roots[issuer],)
    signer = Signer(key.key_id, key.purpose, key.certificate, chain, f"ecdsa-{pki.algorithms.hash}")
    return KeyEntry(signer, key.private_key, since.astimezone(UTC), until.astimezone(UTC))


def _judge(key: StoredKey, roots: dict[Purpose, bytes], pki: Pki) -> list[Fault]:
    name, profile = pki.for_purpose(key.purpose.value)
    field = f"{key.key_id}.cer"
    if found := lint_certificate(key.certificate, name, pki):
        return [Fault(c.id, c.reason_ar, c.reason, field, c.clause) for c in found]
    certificate = x509.read_certificate(key.certificate)
    if certificate.public_key.key != key.private_key.public_key():
        return [Fault("keys.store.mismatch", "الشهادة ليست لهذا المفتاح", "the certificate is not this key's", field)]
    root = roots.get(Purpose(pki.profiles[profile.issuer].purpose))
    if root is None:
        return [Fault("keys.store.root_missing", "شهادة الجذر غير موجودة", "its root is not in the store", field)]
    issuer = x509.read_certificate(root)
    if not algorithms.holds(issuer.public_key, certificate.algorithm, certificate.signature, certificate.tbs):
        return [Fault("keys.store.signature", "توقيع الشهادة غير صحيح", "its root did not sign it", field)]
    return []


def _warn() -> None:
    warnings.warn(
        "private keys are files on this machine: for development, never for real documents",
        SoftwareKeysWarning,
        stacklevel=3,
    )
