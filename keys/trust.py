"""What a verifier trusts: anchors (CSCA and other roots), the certificates known beside them, and revocation lists.

Reads files of single certificates and CRLs (DER or PEM). Judges no path: `keys.chain` does. Independent of any moment.

Who is an anchor: a self-signed authority whose own signature holds; and, of `authorities`, each that somebody vouched
for by itself (a verified master list, an officer's hand), unless it claims to be self-signed and is not, or one State
issued it to another (Doc 9303-12 §7.1). A signature that cannot be computed makes no anchor of a certificate that only
says so itself.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache, partial
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from keys import algorithms, names
from keys.algorithms import Unsupported
from keys.crl import MAX_CRL_BYTES, RevocationList, read_crl
from keys.der import DerError
from keys.names import NormalisedName
from keys.x509 import Certificate, read_certificate
from specs.errors import Fault, Invalid, NotFound

SUFFIXES: Final = (".cer", ".crt", ".der", ".pem", ".crl")
TIME_STAMPS: Final = "time-stamps"
REMEMBERED: Final = 512
_MAX_FILES: Final = 10_000
_Read = TypeVar("_Read", Certificate, RevocationList)
_Key = TypeVar("_Key")
_Question = TypeVar("_Question")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class TrustStore:
    """certificates: every one known, DER; crls: DER. authorities: those vouched for as anchors in their own right.

    deviation_lists: of other States, DER; who asks one judges its signature and path first. time_stamps: who is trusted
    for the moment of a time stamp besides our own authority, and for nothing else.
    Names are compared as RFC 5280 §7.1 says, whatever the order of their attributes: the caller decides about order.
    """

    certificates: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    authorities: tuple[bytes, ...] = ()
    deviation_lists: tuple[bytes, ...] = ()
    time_stamps: TrustStore | None = None
    _certificates: dict[bytes, Certificate] = field(init=False, repr=False, compare=False)
    _lists: tuple[RevocationList, ...] = field(init=False, repr=False, compare=False)
    _anchor: dict[bytes, bool] = field(init=False, repr=False, compare=False, default_factory=dict)

    _kept: dict[Callable[..., Any], Callable[..., Any]] = field(
        init=False, repr=False, compare=False, default_factory=dict
    )

    def __post_init__(self) -> None:
        """Raises `Invalid` naming every certificate or list that cannot be read."""
        faults: list[Fault] = []
        held = _readable("certificates", (*self.certificates, *self.authorities), read_certificate, faults)
        lists = _readable("crls", self.crls, read_crl, faults)
        if faults:
            raise Invalid(*faults)
        object.__setattr__(self, "_certificates", {certificate.der: certificate for certificate in held})
        object.__setattr__(self, "_lists", tuple(lists))

    @classmethod
    def from_directory(cls, directory: Path) -> Self:
        """Every certificate and CRL file of a directory; those in its `time-stamps` are trusted for time stamps alone.

        Raises `NotFound`, or `Invalid` naming each bad file.
        """
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
        held = cls.from_files(paths)
        stamps = directory / TIME_STAMPS
        return replace(held, time_stamps=cls.from_directory(stamps)) if stamps.is_dir() else held

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

    def files(self) -> dict[str, bytes]:
        """Its certificates and lists by a name of their own for each, as `from_directory` reads them."""
        held = [(der, "cer") for der in self.certificates] + [(der, "crl") for der in self.crls]
        return {f"{hashlib.sha256(der).hexdigest()[:32]}.{suffix}": der for der, suffix in held}

    def named(self, name_der: bytes) -> Sequence[Certificate]:
        """The certificates whose subject is this name. Raises `DerError` when the name does not read."""
        return self._by_subject.get(names.unordered(name_der), ())

    def with_key_identifier(self, identifier: bytes) -> Sequence[Certificate]:
        """The certificates that say this is their subject key identifier."""
        return self._by_key_identifier.get(identifier, ())

    def crls_named(self, issuer_der: bytes) -> Sequence[RevocationList]:
        """The revocation lists issued under this name. Raises `DerError` when the name does not read."""
        return self._by_issuer.get(names.unordered(issuer_der), ())

    def crls_of_country(self, country: str) -> Sequence[RevocationList]:
        """The revocation lists whose issuer names this country, whatever the case."""
        return self._by_country.get(country.casefold(), ())

    def is_anchor(self, certificate: Certificate) -> bool:
        """Whether a path may end at this certificate. Judged once, when first asked."""
        found = self._anchor.get(certificate.der)
        if found is None:
            if certificate.der not in self._certificates:
                return False
            found = self._anchor[certificate.der] = self._judged(certificate)
        return found

    @property
    def anchors(self) -> Sequence[Certificate]:
        """Every anchor; the first call checks the self-signature of each."""
        return [certificate for certificate in self._certificates.values() if self.is_anchor(certificate)]

    def issued_under(self, name_der: bytes) -> Sequence[Certificate]:
        """The certificates whose issuer is this name. Raises `DerError` when the name does not read."""
        return self._by_issuer_name.get(names.unordered(name_der), ())

    def remembered(self, work: Callable[[TrustStore, _Question], _Answer], question: _Question) -> _Answer:
        """`work(self, question)`, whose answer must depend on nothing else; a bounded number of answers is kept.

        They go with the store: another store, another trust, and nothing remembered.
        """
        kept = self._kept.get(work)
        if kept is None:
            kept = self._kept.setdefault(work, lru_cache(maxsize=REMEMBERED)(partial(work, self)))
        answer: _Answer = kept(question)
        return answer

    def _judged(self, certificate: Certificate) -> bool:
        try:
            if not names.same(certificate.issuer_der, certificate.subject_der):
                at_home = names.country(certificate.issuer_der) == names.country(certificate.subject_der)
                return at_home and certificate.der in self._vouched
            if not certificate.basic_constraints[0] and certificate.der not in self._vouched:
                return False
            authority = certificate.authority_key_identifier
            if authority is not None and authority != certificate.subject_key_identifier:
                # a link: the old key of the name signed the new, often of another kind than the key inside
                return certificate.der in self._vouched or is_self_signed(certificate)
            return certificate.inner_algorithm_der == certificate.outer_algorithm_der and is_self_signed(certificate)
        except (DerError, Unsupported):
            return False

    @cached_property
    def _vouched(self) -> frozenset[bytes]:
        return frozenset(self.authorities)

    @cached_property
    def _by_subject(self) -> dict[NormalisedName, list[Certificate]]:
        return _grouped(self._certificates.values(), lambda held: names.unordered(held.subject_der))

    @cached_property
    def _by_issuer_name(self) -> dict[NormalisedName, list[Certificate]]:
        return _grouped(self._certificates.values(), lambda held: names.unordered(held.issuer_der))

    @cached_property
    def _by_issuer(self) -> dict[NormalisedName, list[RevocationList]]:
        return _grouped(self._lists, lambda held: names.unordered(held.issuer_der))

    @cached_property
    def _by_country(self) -> dict[str, list[RevocationList]]:
        return _grouped(self._lists, lambda held: names.country(held.issuer_der))

    @cached_property
    def _by_key_identifier(self) -> dict[bytes | None, list[Certificate]]:
        return _grouped(self._certificates.values(), lambda held: held.subject_key_identifier)


def is_self_signed(certificate: Certificate) -> bool:
    """Whether its own key made its signature. Raises `DerError` or `Unsupported`."""
    return algorithms.holds(certificate.public_key, certificate.algorithm, certificate.signature, certificate.tbs)


def _readable(where: str, items: Iterable[bytes], read: Callable[[bytes], _Read], faults: list[Fault]) -> list[_Read]:
    found: list[_Read] = []
    for index, der in enumerate(items):
        try:
            found.append(read(der))
        except Unsupported:
            continue  # what cannot be computed with anchors nothing: its documents find no issuer
        except DerError as error:
            faults.append(_unreadable(f"{where}.{index}", error))
    return found


def _grouped(items: Iterable[_Read], key: Callable[[_Read], _Key]) -> dict[_Key, list[_Read]]:
    found: dict[_Key, list[_Read]] = {}
    for item in items:
        try:
            found.setdefault(key(item), []).append(item)
        except DerError:
            continue  # without a readable name or identifier nobody finds it by one
    return found


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
