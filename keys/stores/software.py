"""Private keys as encrypted PKCS#8 files beside their certificates. For development only.

`<key id>.key` (PEM, encrypted, mode 0600). The key id begins with the purpose. What certificates must look like is
`keys.lint`'s.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from keys import curves
from keys.algorithms import ECDSA, HASHES
from keys.files import exposed, write_atomically
from keys.signing import Purpose
from keys.stores import Held, PrivateKey, PublicHalf, StoredKey, files
from specs.errors import Fault, Invalid, Unavailable
from specs.schema.pki import KeyKind

MINIMUM_PASSPHRASE_CHARACTERS: Final = 12
_MAX_KEY_BYTES: Final = 65_536
_CLAUSE: Final = "RFC 5958"
_PrivateHalf = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey


class SoftwareKey:
    """A private key in this process's memory."""

    def __init__(self, key: _PrivateHalf) -> None:
        self._key = key
        self._public: PublicHalf = key.public_key()
        self._signs: dict[str, Callable[[bytes], bytes]] = {}

    @property
    def public_key(self) -> PublicHalf:
        return self._public

    def sign(self, to_be_signed: bytes, scheme: str) -> bytes:
        signs = self._signs.get(scheme)
        if signs is None:
            signs = self._signs[scheme] = _signs(self._key, scheme)
        return signs(to_be_signed)


class SoftwareStore:
    """A directory of encrypted keys that one passphrase opens."""

    def __init__(self, directory: Path, passphrase: str) -> None:
        self._directory = directory
        self._passphrase = passphrase.encode()
        self._fresh: dict[str, _PrivateHalf] = {}

    @property
    def directory(self) -> Path:
        return self._directory

    @property
    def software(self) -> bool:
        return True

    def held(self) -> Held:
        ids = files.key_ids(self._directory)
        absent = [
            Fault("keys.store.key_missing", "ملف مفتاح غير موجود", "a certificate is here, its key file is not", p.name)
            for p in map(self._path, ids)
            if not os.path.lexists(p)
        ]
        if absent or not ids:
            raise Unavailable(
                *absent or [Fault("keys.store.empty", "مخزن المفاتيح فارغ", "the key store holds no key")]
            )
        return Held(self._open(ids), files.crls(self._directory))

    def create_key(self, purpose: Purpose, kind: KeyKind) -> tuple[str, PrivateKey]:
        """In memory until its certificate is put. Raises `Invalid` for a short passphrase."""
        if len(self._passphrase) < MINIMUM_PASSPHRASE_CHARACTERS:
            words = (
                f"عبارة المرور أقصر من {MINIMUM_PASSPHRASE_CHARACTERS} حرفا",
                f"the passphrase is shorter than {MINIMUM_PASSPHRASE_CHARACTERS} characters",
            )
            raise Invalid(Fault("keys.passphrase.short", *words, field="passphrase"))
        key_id = f"{purpose.value}-{secrets.token_hex(8)}"
        key = self._fresh[key_id] = _generate(kind)
        return key_id, SoftwareKey(key)

    def put_certificate(self, key_id: str, certificate: bytes, link: bytes = b"") -> None:
        path, key = self._path(key_id), self._fresh[key_id]
        encryption = serialization.BestAvailableEncryption(self._passphrase)
        pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption)
        try:
            with files.written():
                write_atomically(path, pem, mode=0o600)
            files.put_certificate(self._directory, key_id, certificate, link)
        except BaseException:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
            raise
        del self._fresh[key_id]

    def put_crl(self, purpose: Purpose, crl: bytes) -> None:
        files.put_crl(self._directory, purpose, crl)

    def discard(self, key_id: str) -> None:
        self._fresh.pop(key_id, None)

    def orphans(self) -> dict[str, float]:
        return files.orphans(self._directory, "*.key")

    def destroy(self, key_id: str) -> None:
        for path in (self._path(key_id), self._directory / f"{key_id}.link.cer"):
            path.unlink(missing_ok=True)

    def discard_all(self) -> None:
        self._fresh.clear()

    def moved_to(self, directory: Path) -> SoftwareStore:
        return SoftwareStore(directory, self._passphrase.decode())

    def close(self) -> None:
        self._fresh.clear()

    def _path(self, key_id: str) -> Path:
        return self._directory / f"{key_id}.key"

    def _open(self, ids: list[str]) -> list[StoredKey]:
        stored: list[StoredKey] = []
        faults: list[Fault] = []
        refused = 0
        for key_id in ids:
            path = self._path(key_id)
            if exposed(path):
                faults.append(
                    Fault(
                        "keys.store.permissions",
                        "ملف المفتاح مكشوف لمستخدمين آخرين",
                        "other users can reach this key file; set its mode to 600",
                        field=path.name,
                    )
                )
            try:
                purpose = files.purpose_of(key_id)
                pem = files.read_bounded(path, _MAX_KEY_BYTES)
                key = serialization.load_pem_private_key(pem, self._passphrase or b"\0")
                if not isinstance(key, _PrivateHalf):
                    raise ValueError("not a key of a kind we use")
                der, link = files.certificate(self._directory, key_id), files.link(self._directory, key_id)
                stored.append(StoredKey(key_id, purpose, SoftwareKey(key), der, link))
            except (ValueError, TypeError, UnsupportedAlgorithm) as error:
                refused += "ncorrect password" in str(error)
                faults.append(
                    Fault("keys.store.corrupt", "ملف مفتاح تالف", "the key file is damaged", path.name, clause=_CLAUSE)
                )
        if refused and not stored:
            raise Invalid(
                Fault(
                    "keys.passphrase.wrong",
                    "عبارة المرور لا تفتح مخزن المفاتيح",
                    "this passphrase does not open the key store",
                    field="passphrase",
                )
            )
        if faults:
            raise Invalid(*faults)
        return stored


def _generate(kind: KeyKind) -> _PrivateHalf:
    if kind == "ed25519":
        return ed25519.Ed25519PrivateKey.generate()
    if kind.startswith("rsa-"):
        return rsa.generate_private_key(65537, int(kind.removeprefix("rsa-")))
    return ec.generate_private_key(curves.by_name(kind).implementation)


def _signs(key: _PrivateHalf, scheme: str) -> Callable[[bytes], bytes]:
    """What signs by this scheme; the look-ups are done once a key."""
    family, _, hash_name = scheme.rpartition("-")
    if isinstance(key, ed25519.Ed25519PrivateKey) and scheme == "ed25519":
        return key.sign
    if isinstance(key, ec.EllipticCurvePrivateKey) and family == "ecdsa":
        return partial(key.sign, signature_algorithm=ECDSA[hash_name])
    if isinstance(key, rsa.RSAPrivateKey) and family == "rsa-pss":
        algorithm = HASHES[hash_name]
        pss = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
        return partial(key.sign, padding=pss, algorithm=algorithm)
    raise Unavailable(
        Fault(
            "keys.scheme", "خوارزمية التوقيع ليست لهذا المفتاح", "the signature scheme is not one for this key", scheme
        )
    )
