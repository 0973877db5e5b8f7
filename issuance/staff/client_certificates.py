"""TLS certificates of API clients: bound by the digest of the whole certificate, ended at once, never bound again.

Who vouches for a certificate is judged when the connection is made (`issuance/api/serving.py`); here stands whose it
is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID
from sqlmodel import col, select

from issuance.core.actor import Actor
from issuance.core.policy import Subject, require
from issuance.core.uow import unit_of_work
from issuance.db.session import Database, ReadSession
from issuance.staff.model import ApiClient, ClientCertificate
from specs.errors import Conflict, Fault, Invalid, NotFound

CLAUSE = "RFC 8705 §2.2, issue 8"
MAXIMUM_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Bound:
    """A certificate of a client. sha256: hex, of the certificate in DER."""

    sha256: str
    not_before: datetime
    not_after: datetime
    unbound_at: datetime | None = None

    def as_json(self) -> dict[str, str | None]:
        ended = self.unbound_at.isoformat() if self.unbound_at else None
        valid = {"not_before": self.not_before.isoformat(), "not_after": self.not_after.isoformat()}
        return {"sha256": self.sha256, **valid, "unbound_at": ended}


def bind_certificate(db: Database, actor: Actor, client_id: str, content: bytes, now: datetime) -> Bound:
    """Bind one certificate (PEM or DER); from now on the client's token works over a bound certificate alone.

    Raises `NotAllowed`, `Invalid` (none or several certificates, a private key, expired, an authority's, not for
    clients), `NotFound`, `Conflict` when it is or was bound before, to whomever.
    """
    require(actor, "clients.manage", Subject("api_client", client_id))
    certificate = _one(content, now)
    digest = sha256(certificate.public_bytes(Encoding.DER)).hexdigest()
    with unit_of_work(db, actor, "bind certificate of API client", now) as tx:
        client = tx.session.get(ApiClient, client_id)
        if client is None or client.revoked_at is not None:
            raise NotFound(_fault("client", "لا يوجد نظام قائم بهذا المعرف", "There is no such API client at work"))
        if tx.session.get(ClientCertificate, digest) is not None:
            words = "هذه الشهادة مربوطة أو رُبطت من قبل", "this certificate is bound, or was before: make another"
            raise Conflict(_fault("bound", *words))
        row = ClientCertificate(
            sha256=digest,
            client_id=client_id,
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            bound_at=now,
        )
        tx.session.add(row)
        tx.audit("clients.bind_certificate", f"client:{client_id}", {"sha256": digest})
        return _read(row)


def unbind_certificate(db: Database, actor: Actor, client_id: str, digest: str, reason: str, now: datetime) -> Bound:
    """It proves nothing from now on, for good. Raises `NotAllowed`, `NotFound`, `Invalid` without a reason."""
    require(actor, "clients.manage", Subject("api_client", client_id))
    if not reason.strip():
        raise Invalid(_fault("reason", "السبب مطلوب", "a reason is required", field="reason"))
    with unit_of_work(db, actor, reason, now) as tx:
        row = tx.session.get(ClientCertificate, digest.lower().replace(":", ""))
        if row is None or row.client_id != client_id:
            words = "لا شهادة بهذه البصمة لهذا النظام", "this client has no certificate of this digest"
            raise NotFound(_fault("unknown", *words))
        if row.unbound_at is None:
            row.unbound_at = now
            tx.session.add(row)
            tx.audit("clients.unbind_certificate", f"client:{client_id}", {"sha256": row.sha256})
        return _read(row)


def certificates_of(read: ReadSession, actor: Actor, client_id: str) -> list[Bound]:
    """Every certificate the client was bound to, oldest first. Raises `NotAllowed`."""
    require(actor, "staff.read")
    query = select(ClientCertificate).where(ClientCertificate.client_id == client_id)
    return [_read(row) for row in read.exec(query.order_by(col(ClientCertificate.bound_at)))]


def _one(content: bytes, now: datetime) -> x509.Certificate:
    found = _certificates(content)
    if len(found) != 1 or b"PRIVATE KEY" in content:
        words = "ملف فيه شهادة واحدة بلا مفتاح خاص", "a file of one certificate and no private key is needed"
        raise Invalid(_fault("form", *words))
    certificate = found[0]
    if not certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc:
        raise Invalid(_fault("time", "الشهادة خارج مدة صلاحيتها", "the certificate is outside of its validity"))
    if not _for_clients(certificate):
        words = "ليست شهادة نظام متصل (clientAuth)", "not a certificate for TLS clients (clientAuth), or an authority's"
        raise Invalid(_fault("purpose", *words))
    return certificate


def _certificates(content: bytes) -> list[x509.Certificate]:
    if len(content) > MAXIMUM_BYTES:
        return []
    try:
        if b"-----BEGIN" in content:
            return x509.load_pem_x509_certificates(content)
        return [x509.load_der_x509_certificate(content)]
    except ValueError:
        return []


def _for_clients(certificate: x509.Certificate) -> bool:
    try:
        extensions = {one.oid: one.value for one in certificate.extensions}
    except (ValueError, x509.DuplicateExtension):
        return False
    basic = extensions.get(x509.BasicConstraints.oid)
    usage = extensions.get(x509.ExtendedKeyUsage.oid)
    authority = isinstance(basic, x509.BasicConstraints) and basic.ca
    return not authority and isinstance(usage, x509.ExtendedKeyUsage) and ExtendedKeyUsageOID.CLIENT_AUTH in usage


def _read(row: ClientCertificate) -> Bound:
    return Bound(row.sha256, row.not_before, row.not_after, row.unbound_at)


def _fault(kind: str, ar: str, en: str, field: str = "certificate") -> Fault:
    return Fault(f"staff.client_certificate.{kind}", ar, en, field=field, clause=CLAUSE)
