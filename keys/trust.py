"""What a verifier trusts: anchors (CSCA and other roots), the certificates known beside them, and revocation lists.

Reads files of single certificates and CRLs (DER or PEM). An anchor is trusted because its owner put it there; that it
also signed itself is checked all the same, so a damaged anchor is never silently one.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self

from keys import algorithms
from keys.algorithms import Unsupported
from keys.crl import MAX_CRL_BYTES, RevocationList, read_crl
from keys.der import DerError
from keys.x509 import Certificate, read_certificate
from specs.errors import Fault, Invalid, NotFound

SUFFIXES: Final = (".cer", ".crt", ".der", ".pem", ".crl")
_MAX_FILES: Final = 10_000


@dataclass(frozen=True)
class TrustStore:
    """certificates: every one known, DER; those that are self-signed authorities are anchors. crls: DER."""

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    _anchors: dict[bytes, tuple[Certificate, ...]] = field(init=False, repr=False, compare=False)
    _crls: dict[bytes, tuple[RevocationList, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Raises `Invalid` naming every certificate or list that cannot be read."""
        anchors: dict[bytes, tuple[Certificate, ...]] = {}
        lists: dict[bytes, tuple[RevocationList, ...]] = {}
        faults: list[Fault] = []
        for index, der in enumerate(self.certificates):
            try:
                certificate = read_certificate(der)
                if is_anchor(certificate):
                    held = anchors.get(certificate.subject_der, ())
                    anchors[certificate.subject_der] = (*held, certificate)
            except Unsupported:
                continue  # a foreign anchor we cannot compute with anchors nothing: its documents find no issuer
            except DerError as error:
                faults.append(_unreadable(f"certificates.{index}", error))
        for index, der in enumerate(self.crls):
            try:
                crl = read_crl(der)
                lists[crl.issuer_der] = (*lists.get(crl.issuer_der, ()), crl)
            except DerError as error:
                faults.append(_unreadable(f"crls.{index}", error))
        if faults:
            raise Invalid(*faults)
        object.__setattr__(self, "_anchors", anchors)
        object.__setattr__(self, "_crls", lists)

    @classmethod
    def from_directory(cls, directory: Path) -> Self:
        """Every certificate and CRL file of a directory. Raises `NotFound`, or `Invalid` naming each bad file."""
        if not directory.is_dir():
            raise NotFound(
                Fault(
                    "keys.trust.missing",
                    "مجلد شهادات الثقة غير موجود",
                    "there is no directory of trusted certificates at this path",
                    field=str(directory),
                )
            )
        try:
            paths = sorted(p for p in directory.iterdir() if p.suffix.lower() in SUFFIXES and p.is_file())
        except OSError as error:
            raise Invalid(_unreadable(str(directory), error)) from error
        if len(paths) > _MAX_FILES:
            raise Invalid(_unreadable(str(directory), ValueError(f"over {_MAX_FILES} files")))
        return cls.from_files(paths)

    @classmethod
    def from_files(cls, paths: Iterable[Path]) -> Self:
        """The named files. Raises `Invalid` naming each that cannot be read."""
        certificates: list[bytes] = []
        crls: list[bytes] = []
        faults: list[Fault] = []
        for path in paths:
            try:
                der = _der(path)
                try:
                    read_certificate(der)
                    certificates.append(der)
                except DerError:
                    if path.suffix.lower() != ".crl":
                        raise
                    read_crl(der)
                    crls.append(der)
            except (OSError, ValueError) as error:
                faults.append(_unreadable(str(path), error))
        if faults:
            raise Invalid(*faults)
        return cls(tuple(certificates), tuple(crls))

    def anchors_named(self, subject_der: bytes) -> Sequence[Certificate]:
        """The anchors whose subject is this Name, byte for byte."""
        return self._anchors.get(subject_der, ())

    @property
    def anchors(self) -> Sequence[Certificate]:
        return [anchor for held in self._anchors.values() for anchor in held]

    def crls_named(self, issuer_der: bytes) -> Sequence[RevocationList]:
        """The revocation lists issued under this Name."""
        return self._crls.get(issuer_der, ())


def is_anchor(certificate: Certificate) -> bool:
    """Whether this is a self-signed authority whose own signature holds."""
    if certificate.issuer_der != certificate.subject_der or not certificate.basic_constraints[0]:
        return False
    return algorithms.holds(certificate.public_key, certificate.algorithm, certificate.signature, certificate.tbs)


def _der(path: Path) -> bytes:
    if path.stat().st_size > 2 * MAX_CRL_BYTES:
        raise DerError("the file is too large")
    data = path.read_bytes()
    if not data.lstrip().startswith(b"-----BEGIN "):
        return data
    lines = [line.strip() for line in data.strip().splitlines()]
    if not lines[-1].startswith(b"-----END ") or any(line.startswith(b"-----") for line in lines[1:-1]):
        raise DerError("PEM of more or less than one object")
    return binascii.a2b_base64(b"".join(lines[1:-1]), strict_mode=True)


def _unreadable(where: str, error: Exception) -> Fault:
    return Fault(
        "keys.trust.unreadable",
        "تعذّرت قراءة شهادة أو قائمة إبطال من مجلد الثقة",
        f"this is no certificate or revocation list: {error}",
        field=where,
        clause="RFC 5280 §4",
    )
