"""Find the paths from a signer up to an anchor: by key identifier, by name, and by the key that made the signature.

Decides nothing but whose key signed what; `keys.chain.rules` judges what was found. Bounded: no path is longer than
`MAX_PATH`, no search computes more than `MAX_WORK`, and none returns more than `MAX_PATHS`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from keys import algorithms, names
from keys.algorithms import Unsupported
from keys.der import DerError
from keys.trust import TrustStore
from keys.x509 import Certificate, read_certificate

MAX_PATH: Final = 8  # certificates, anchor included; a passport has two, or three with a link
MAX_PATHS: Final = 8
MAX_WORK: Final = 40  # signatures of usual keys (1.3 ms the slowest); one on a curve computed in Python counts for more
MAX_EXTRA: Final = 16
MAX_EXTRA_BYTES: Final = 65_536  # of certificates beside a signature; what lies beyond is not looked at, nor kept
Path = tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """paths: each signer first, anchor last, likeliest first. nearest: the longest piece, when no path was found.

    uncomputable: why a signature on the way could not be computed (empty: none); exhausted: the search met its limit.
    """

    paths: tuple[Path, ...]
    nearest: Path
    uncomputable: str = ""
    exhausted: bool = False


def find_paths(trust: TrustStore, question: tuple[bytes, tuple[bytes, ...]]) -> Found:
    """question: the signer's DER certificate, and untrusted certificates that may lie on the path.

    Raises `DerError` when the signer does not read.
    """
    signer = read_certificate(question[0])
    search = _Search(trust, read_each(question[1]))
    paths = []
    for path in search.upwards((signer,)):
        paths.append(path)
        if len(paths) == MAX_PATHS:
            break
    return Found(tuple(paths), search.nearest or (signer,), search.uncomputable, search.exhausted)


def looked_at(extra: Sequence[bytes]) -> tuple[bytes, ...]:
    """The first of the untrusted certificates, as many as are looked at."""
    sizes = accumulate(map(len, extra))
    return tuple(der for der, size in zip(extra[:MAX_EXTRA], sizes, strict=False) if size <= MAX_EXTRA_BYTES)


def read_each(ders: Sequence[bytes]) -> list[Certificate]:
    """Those that read: what stands beside a signature is nobody's word, and a broken piece of it breaks nothing."""
    found = []
    for der in ders:
        try:
            found.append(read_certificate(der))
        except (DerError, Unsupported):
            continue
    return found


def made(_: TrustStore, pair: tuple[bytes, bytes]) -> bool:
    """pair: a SubjectPublicKeyInfo and a DER certificate: whether that key made its signature. Raises `Unsupported`."""
    certificate = read_certificate(pair[1])
    key = algorithms.public_key(pair[0])
    return algorithms.holds(key, certificate.algorithm, certificate.signature, certificate.tbs)


class _Search:
    def __init__(self, trust: TrustStore, extra: Sequence[Certificate]) -> None:
        self.trust = trust
        self.extra = extra
        self.nearest: Path = ()
        self.work = 0
        self.exhausted = False
        self.uncomputable = ""

    def upwards(self, path: Path) -> Iterator[Path]:
        """Every path that goes on from this piece of one."""
        if len(path) > len(self.nearest):
            self.nearest = path
        if self.trust.is_anchor(path[-1]):
            yield path
        elif len(path) < MAX_PATH:
            for issuer in self._issuers(path):
                yield from self.upwards((*path, issuer))

    def _issuers(self, path: Path) -> list[Certificate]:
        """The certificates of the one key that made the last signature: one key has several when it was renewed."""
        below = path[-1]
        candidates = [c for c in self._candidates(below) if not any(_same_entity(c, passed) for passed in path)]
        refused: set[bytes] = set()
        for candidate in candidates:
            if candidate.spki_der in refused:
                continue
            if self._made(candidate, below):
                return [c for c in candidates if c.spki_der == candidate.spki_der]
            refused.add(candidate.spki_der)
        return []

    def _made(self, issuer: Certificate, below: Certificate) -> bool:
        if self.work >= MAX_WORK:
            self.exhausted = True
            return False
        self.work += 1  # reading a key is work too, though no signature is computed with it
        try:
            more = algorithms.public_key(issuer.spki_der).work - 1
            if self.work + more > MAX_WORK:
                self.exhausted = True
                return False
            self.work += more
            return self.trust.remembered(made, (issuer.spki_der, below.der))
        except (DerError, Unsupported) as error:
            self.uncomputable = self.uncomputable or str(error)
            return False

    def _candidates(self, below: Certificate) -> list[Certificate]:
        """Likeliest first: named by key identifier, then by name; of equals, anchors first."""
        identifier = below.authority_key_identifier
        held: list[Certificate] = list(self.trust.named(below.issuer_der))
        if identifier is not None:
            held += self.trust.with_key_identifier(identifier)
        name = names.unordered(below.issuer_der)
        held += [c for c in self.extra if _named(c, name) or (identifier and _key_identifier(c) == identifier)]
        unique = {c.der: c for c in held}
        return sorted(unique.values(), key=lambda c: (_distance(identifier, c), not self.trust.is_anchor(c)))


def _distance(identifier: bytes | None, candidate: Certificate) -> int:
    own = _key_identifier(candidate)
    if identifier is None or own is None:
        return 1
    return 0 if own == identifier else 2  # a wrong identifier is met in the field; the signature decides


def _key_identifier(certificate: Certificate) -> bytes | None:
    try:
        return certificate.subject_key_identifier
    except DerError:
        return None


def _named(certificate: Certificate, name: names.NormalisedName) -> bool:
    try:
        return names.unordered(certificate.subject_der) == name
    except DerError:
        return False


def _same_entity(one: Certificate, other: Certificate) -> bool:
    """Same key and same name: a path through both would go round in a circle."""
    return one.spki_der == other.spki_der and names.unordered(one.subject_der) == names.unordered(other.subject_der)
