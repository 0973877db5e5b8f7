"""Printing lines as the keys see them: their certificates, and what they sign.

A line makes its key itself; only its public half comes here. Its certificate stands under the services root.
"""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from keys import algorithms, curves
from keys.algorithms import Unsupported
from keys.authority import CertificateRequest
from keys.crl import read_crl
from keys.der import OCTET_STRING, DerError, Reader
from keys.ring import Keys
from keys.signed_data import MESSAGE_DIGEST, read_signed_data
from keys.signing import Purpose, issue, prepare
from keys.x509 import read_certificate
from specs.errors import Fault, Invalid, Refused
from specs.schema.pki import CertificateProfile

_DATA: Final = "1.2.840.113549.1.7.1"
_PROFILE: Final = "printing_line"
_CLAUSE: Final = "specs/passport/production.yaml"


def certify_line(keys: Keys, line: str, public_key: bytes, profile: CertificateProfile, now: datetime) -> bytes:
    """The certificate (DER) of a line's public key (SubjectPublicKeyInfo), signed by the services root.

    Raises `Invalid` for a key of another kind, `Unavailable` where the root's key is not at hand.
    """
    held = line_key(keys, public_key, profile)
    named = profile.model_copy(update={"common_name": f"{profile.common_name} {line}"})
    pki = keys.pki.model_copy(update={"profiles": {**keys.pki.profiles, _PROFILE: named}})
    root = keys.signer(Purpose.services_root, now)
    development = keys.pki.names.development_unit.encode() in root.certificate
    request = CertificateRequest(f"line:{line}", _PROFILE, held, pki, development)
    return issue(prepare(keys, request, now), now).artefact


def line_key(keys: Keys, public_key: bytes, profile: CertificateProfile) -> ec.EllipticCurvePublicKey:
    """The key a line made for itself. Raises `Invalid` unless it is one on the curve of the specification."""
    kind = keys.pki.algorithms[profile.algorithm].key
    try:
        held = algorithms.public_key(public_key).key
    except (DerError, Unsupported) as error:
        raise Invalid(_fault("key", "مفتاح الخط غير مقروء", f"the key of the line: {error}", "public_key")) from error
    if not isinstance(held, ec.EllipticCurvePublicKey) or held.curve.name != curves.by_name(kind).implementation.name:
        words = f"مفتاح الخط من نوع {kind}", f"the key of a line is a {kind} key"
        raise Invalid(_fault("key", *words, "public_key"))
    return held


def require_line(keys: Keys, certificate: bytes, now: datetime) -> None:
    """Raises `Refused` unless the certificate is in its time, not revoked, and one of our services roots signed it."""
    try:
        held = read_certificate(certificate)
    except DerError as error:
        raise Refused(_fault("certificate", "شهادة الخط غير مقروءة", f"no certificate: {error}")) from error
    roots = [read_certificate(s.certificate) for s in keys.signers() if s.purpose is Purpose.services_root]
    if not any(algorithms.holds(root.public_key, held.algorithm, held.signature, held.tbs) for root in roots):
        raise Refused(_fault("foreign", "ليست شهادة خط من شهاداتنا", "no certificate of a line of ours"))
    if not held.not_before.at <= now <= held.not_after.at:
        raise Refused(_fault("period", "شهادة الخط خارج مدتها", "the certificate of the line is out of its period"))
    require_not_revoked(keys, certificate)


def require_not_revoked(keys: Keys, certificate: bytes) -> None:
    """Raises `Refused` when a list of a root of ours names this certificate: then its key is not believed either."""
    serial = read_certificate(certificate).serial
    if any(serial in _revoked(crl) for crl in keys.crls.values()):
        raise Refused(_fault("revoked", "شهادة الخط ملغاة", "the certificate of the line is revoked"))


def read_signed_by(certificate: bytes, message: bytes, most: int) -> bytes:
    """The content of a CMS SignedData (DER) that this very certificate's key signed. Raises `Refused`.

    most: bytes a message may have. What others put inside beside the signature is not looked at.
    """
    if len(message) > most:
        raise Refused(_fault("size", "الرسالة أكبر من المسموح", f"a message of more than {most} bytes", "message"))
    try:
        signer, held = read_certificate(certificate), read_signed_data(message, 0, len(message))
        if held.content is None or held.content_type != _DATA or len(held.signers) != 1:
            raise DerError("not one signature over data inside")
        info = held.signers[0]
        if not info.names(signer) or not info.attributes:
            raise DerError("signed by another, or without signed attributes")
        name, _ = algorithms.digest_algorithm(info.digest_algorithm_der)
        digest = Reader(info.attributes[MESSAGE_DIGEST][0]).content(OCTET_STRING)
        algorithm = algorithms.signature_algorithm(info.signature_algorithm_der)
        right = hmac.compare_digest(algorithms.digest(name, held.content), digest)
        if not right or not algorithms.holds(
            signer.public_key, algorithm, info.signature, info.signed_attributes, name
        ):
            raise DerError("the signature does not hold")
    except (DerError, Unsupported, KeyError, IndexError) as error:
        words = "الرسالة ليست موقعة من هذا الخط", f"not signed by this line: {error}"
        raise Refused(_fault("signature", *words, "message")) from error
    return held.content


def _revoked(crl: bytes) -> frozenset[int]:

    return frozenset(read_crl(crl).revoked)


def _fault(code: str, ar: str, en: str, field: str = "certificate") -> Fault:
    return Fault(f"keys.line.{code}", ar, en, field=field, clause=_CLAUSE)
