"""Where private keys live: what every store of keys offers, and what a key in it can do.

A store hands out keys that sign; it never hands out their private halves. Only `keys.ring` asks one to sign, only
`keys.ceremony` makes one.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from keys.signing import Purpose
from specs.schema.pki import KeyKind

PublicHalf = ec.EllipticCurvePublicKey | rsa.RSAPublicKey | ed25519.Ed25519PublicKey


class PrivateKey(Protocol):
    """One key. scheme: a name of `keys.schemes`, e.g. `ecdsa-sha256`, `rsa-pss-sha256`, `ed25519`."""

    @property
    def public_key(self) -> PublicHalf: ...

    def sign(self, to_be_signed: bytes, scheme: str) -> bytes:
        """The signature over these bytes, hashed here: DER `SEQUENCE { r, s }` for ECDSA; a PSS salt is as long as its
        hash. Raises `Unavailable` when the key cannot be reached or is of another kind; then nothing was signed, or
        nobody can know (the signature did not come back)."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """key_id: `<purpose>-<16 hex digits>`; certificate: DER, as found, not yet judged; link: of a root that followed
    another, the certificate the earlier root gave it, or empty."""

    key_id: str
    purpose: Purpose
    private_key: PrivateKey
    certificate: bytes
    link: bytes = b""


@dataclass(frozen=True, slots=True)
class Held:
    """All that a store holds. crls: DER by the purpose of the root that signed them."""

    keys: list[StoredKey]
    crls: dict[Purpose, bytes]


class Store(Protocol):
    """Keys with their certificates, and revocation lists. directory: where certificates and lists are files."""

    @property
    def directory(self) -> Path: ...

    @property
    def software(self) -> bool:
        """Whether whoever copies this machine's files has the keys."""

    def held(self) -> Held:
        """Every key that has a certificate, and every list.

        Raises `Unavailable` when store, files or keys are missing or unreadable, `Invalid` for a wrong secret and
        damaged files; every fault at once.
        """

    def create_key(self, purpose: Purpose, kind: KeyKind) -> tuple[str, PrivateKey]:
        """A new key and its id; the store has it from the moment its certificate is put. Raises `Unavailable`."""

    def put_certificate(self, key_id: str, certificate: bytes, link: bytes = b"") -> None:
        """Keep the certificate of a key made here. Raises `Unavailable`; then no certificate is left."""

    def put_crl(self, purpose: Purpose, crl: bytes) -> None:
        """Replace a root's list. Raises `Unavailable`; then the old one stands."""

    def discard(self, key_id: str) -> None:
        """Destroy a key that this store made, if it is still there: its certificate came to nothing."""

    def orphans(self) -> dict[str, float]:
        """Ids of keys begun in this directory that have no certificate, and when each was last touched.

        In seconds of the Unix epoch. Raises `OSError`.
        """

    def destroy(self, key_id: str) -> None:
        """Destroy a key that `orphans` named, or one of a half-made store. Raises `OSError`, `Unavailable`."""

    def discard_all(self) -> None:
        """`discard` every key that this store made: the creation of the whole came to nothing."""

    def moved_to(self, directory: Path) -> Store:
        """The same store with its files elsewhere: creation fills a directory beside, then renames it."""

    def close(self) -> None:
        """Give back what the store holds open; its keys sign no more."""
