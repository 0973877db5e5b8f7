"""Any certificate, revocation list or list of trust a reviewer holds, DER, PEM or LDIF, ours or foreign: what is it,
what is wrong with its form?

Guesses the kind from the bytes; certificates inside a list are judged one by one. Trusts nothing, verifies nothing.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from keys.crl import read_crl
from keys.der import DerError
from keys.form import FormLevel, fault
from keys.lint import guess_profile, lint_certificate
from keys.lint_crl import lint_crl
from keys.lists.deviation_list import lint_deviation_list, read_deviation_list
from keys.lists.ldif import entries
from keys.lists.master_list import lint_master_list, read_master_list
from keys.trust_files import DIRECTORY_ATTRIBUTES, is_directory
from keys.verdict import Check
from keys.x509 import COMMON_NAME, Certificate, read_certificate
from specs.schema.pki import Pki

Kind = Literal["certificate", "crl", "master_list", "deviation_list", "unreadable"]
_PEM: Final = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,32})-----([A-Za-z0-9+/=\s]*)-----END \1-----")
_PEM_LABELS: Final = (b"CERTIFICATE", b"X509 CRL", b"CMS", b"PKCS7")
_MASTER_LIST: Final = bytes.fromhex("0606678108010102")
_DEVIATION_LIST: Final = bytes.fromhex("0606678108010107")
_HEAD_BYTES: Final = 128  # the content type of a CMS message stands among its first bytes
_CLAUSE: Final = "X.690, RFC 7468"


@dataclass(frozen=True, slots=True)
class Linted:
    """One artefact and its findings. label: for a person (`DE, csca-germany`); profile: it was held to, or empty."""

    kind: Kind
    label: str
    profile: str
    sha256: str
    findings: tuple[Check, ...]

    def as_json(self) -> dict[str, Any]:
        """`{"kind","label","profile","sha256","findings":[{"id","level","result","reason","reason_ar","clause"}]}`."""
        return {
            "kind": self.kind,
            "label": self.label,
            "profile": self.profile,
            "sha256": self.sha256,
            "findings": [check.as_json() for check in self.findings],
        }


def lint_file(data: bytes, pki: Pki, level: FormLevel = "strict", profile: str | None = None) -> list[Linted]:
    """Everything in these bytes, judged. profile: hold the certificates to this one instead of the one guessed.

    Whatever cannot be read is an item of kind `unreadable`; any bytes are allowed.
    """
    if not is_directory(data):
        return [found for der in _artefacts(data) for found in _lint(der, pki, level, profile)]
    found: list[Linted] = []
    try:
        for entry in entries(io.BytesIO(data), pki.directory):
            for name in DIRECTORY_ATTRIBUTES:
                for der in entry.values(name):
                    held = _lint(der, pki, level, profile)
                    found += (replace(i, label=f"{i.label} line {entry.line}".strip()) for i in held)
    except DerError as error:
        found.append(_unreadable(data, error))
    return found or [_unreadable(data, DerError("an LDIF without certificates or lists"))]


def _artefacts(data: bytes) -> list[bytes]:
    """The DER inside PEM armour (blocks of another label are left to fail as they stand), or the bytes themselves."""
    found = []
    for label, body in _PEM.findall(data):
        try:
            found.append(base64.b64decode(body, validate=False) if label in _PEM_LABELS else body)
        except binascii.Error:
            found.append(body)
    return found or [data]


def _lint(der: bytes, pki: Pki, level: FormLevel, profile: str | None) -> Iterator[Linted]:
    head = der[:_HEAD_BYTES]
    if _MASTER_LIST in head:
        yield from _master_list(der, pki, level)
    elif _DEVIATION_LIST in head:
        yield from _deviation_list(der, pki, level)
    else:
        yield _certificate_or_crl(der, pki, level, profile)


def _master_list(der: bytes, pki: Pki, level: FormLevel) -> Iterator[Linted]:
    try:
        held = read_master_list(der, pki)
    except DerError as error:
        yield _unreadable(der, error)
        return
    signer = held.message.signer
    yield Linted("master_list", _label(signer), "", _sha256(der), tuple(lint_master_list(der, pki, level)))
    for inside in (*held.message.message.certificates, *held.certificates):
        yield _certificate(inside, pki, level, None)


def _deviation_list(der: bytes, pki: Pki, level: FormLevel) -> Iterator[Linted]:
    try:
        held = read_deviation_list(der, pki)
    except DerError as error:
        yield _unreadable(der, error)
        return
    signer = held.message.signer
    yield Linted("deviation_list", _label(signer), "", _sha256(der), tuple(lint_deviation_list(der, pki, level)))
    for inside in held.message.message.certificates:
        yield _certificate(inside, pki, level, None)


def _certificate_or_crl(der: bytes, pki: Pki, level: FormLevel, profile: str | None) -> Linted:
    try:
        read_crl(der)
    except DerError:
        return _certificate(der, pki, level, profile)
    return Linted("crl", "", "", _sha256(der), tuple(lint_crl(der, level)))


def _certificate(der: bytes, pki: Pki, level: FormLevel, profile: str | None) -> Linted:
    try:
        held = read_certificate(der)
        name = profile or guess_profile(held, pki)
    except DerError as error:
        return _unreadable(der, error)
    foreign = held.country.upper() != pki.names.country_code
    findings = lint_certificate(der, name, pki, level, foreign=foreign)
    return Linted("certificate", _label(held), name, _sha256(der), tuple(findings))


def _unreadable(der: bytes, error: DerError) -> Linted:
    en, ar = f"neither certificate, revocation list nor list of trust: {error}", "ليس شهادة ولا قائمة معروفة"
    return Linted("unreadable", "", "", _sha256(der), (fault("file.unreadable", en, ar, _CLAUSE),))


def _label(certificate: Certificate | None) -> str:
    if certificate is None:
        return ""
    common = next((a.value for a in certificate.subject if a.oid == COMMON_NAME), "")
    return ", ".join(part for part in (certificate.country, common) if part)


def _sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
