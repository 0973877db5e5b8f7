"""Private keys on a PKCS#11 token, made there, sensitive and never extractable; certificates and lists as files.

The key id is the key's CKA_ID and label on the token. Certificates and lists stay files in the keys' home: they are
public, must be listed, backed up and published with the token out of reach, and tokens differ in what they store.
`token.json` beside them says which token holds the keys, so that another of the same label is not taken for it.
"""

from __future__ import annotations

import contextlib
import json
import secrets
import warnings
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from pkcs11 import MGF, Attribute, KeyType, Mechanism, MechanismFlag

from keys import curves
from keys.algorithms import digest
from keys.der import OCTET_STRING, DerError, Reader
from keys.encode import encode, oid
from keys.files import write_atomically
from keys.schemes import SCHEMES, Scheme
from keys.signing import Purpose
from keys.stores import Held, PrivateKey, PublicHalf, StoredKey, files
from keys.stores.token import Seat, Token
from specs.errors import Fault, Invalid, Unavailable
from specs.schema.pki import KeyKind

_MANIFEST: Final = "token.json"
_MAX_MANIFEST_BYTES: Final = 4096
_ED25519: Final = "1.3.101.112"
_PSS: Final = {
    "sha256": (Mechanism.SHA256, MGF.SHA256, 32),
    "sha384": (Mechanism.SHA384, MGF.SHA384, 48),
    "sha512": (Mechanism.SHA512, MGF.SHA512, 64),
}
_KEPT_INSIDE: Final = {Attribute.SENSITIVE: True, Attribute.EXTRACTABLE: False}
_SIGNING: Final = MechanismFlag.SIGN | MechanismFlag.VERIFY
_CLAUSE: Final = "PKCS#11 §4.9"


class TokenKey:
    """A private key on a token, by its CKA_ID."""

    def __init__(self, token: Token, key_id: str, public_key: PublicHalf) -> None:
        self._token = token
        self._id = key_id.encode("ascii")
        self._public = public_key

    @property
    def public_key(self) -> PublicHalf:
        return self._public

    def sign(self, to_be_signed: bytes, scheme: str) -> bytes:
        held, public = SCHEMES[scheme], self._public
        if isinstance(public, ec.EllipticCurvePublicKey) and held.family == "ecdsa":
            return self._ecdsa(to_be_signed, held, (public.curve.key_size + 7) // 8)
        if isinstance(public, rsa.RSAPublicKey) and held.family == "rsa-pss":
            return self._raw(digest(held.hash, to_be_signed), Mechanism.RSA_PKCS_PSS, _PSS[held.hash])
        if isinstance(public, ed25519.Ed25519PublicKey) and held.family == "ed25519":
            return self._raw(to_be_signed, Mechanism.EDDSA)
        words = "خوارزمية التوقيع ليست لهذا المفتاح", "the signature scheme is not one for this key"
        raise Unavailable(Fault("keys.scheme", *words, field=scheme))

    def _ecdsa(self, to_be_signed: bytes, scheme: Scheme, octets: int) -> bytes:
        """The token gives r || s of the field's length each (PKCS#11 §6.3.1); X.509 and CMS want DER."""
        raw = self._raw(digest(scheme.hash, to_be_signed)[:octets], Mechanism.ECDSA)
        if len(raw) != 2 * octets:
            words = "أعادت وحدة المفاتيح توقيعا طوله خاطئ", "the token gave a signature of the wrong length"
            raise Unavailable(Fault("keys.token.failed", *words, clause="PKCS#11 §6.3.1"))
        return encode_dss_signature(int.from_bytes(raw[:octets], "big"), int.from_bytes(raw[octets:], "big"))

    def _raw(self, data: bytes, mechanism: Mechanism, parameters: Any = None) -> bytes:
        def on(seat: Seat) -> bytes:
            key = seat.private_key(self._id)
            return bytes(key.sign(data, mechanism=mechanism, mechanism_param=parameters, buffer_size=1024))

        return self._token.call(on)


class Pkcs11Store:
    """A directory of certificates and lists, and the token that holds their keys."""

    def __init__(self, directory: Path, token: Token) -> None:
        self._directory = directory
        self._token = token
        self._made: set[str] = set()

    @property
    def directory(self) -> Path:
        return self._directory

    @property
    def software(self) -> bool:
        return self._token.software

    def held(self) -> Held:
        ids = files.key_ids(self._directory)
        if not ids:
            raise Unavailable(Fault("keys.store.empty", "مخزن المفاتيح فارغ", "the key store holds no key"))
        self._same_token()
        stored: list[StoredKey] = []
        faults: list[Fault] = []
        for key_id in ids:
            try:
                der, link = files.certificate(self._directory, key_id), files.link(self._directory, key_id)
                public = self._token.call(lambda seat, key_id=key_id: _public_half(seat, key_id))  # type: ignore[misc]
                key = TokenKey(self._token, key_id, public)
                stored.append(StoredKey(key_id, files.purpose_of(key_id), key, der, link))
            except (Invalid, Unavailable) as error:
                if error.faults[0].code not in ("keys.token.key_missing", "keys.token.extractable"):
                    raise
                faults += [Fault(f.code, f.ar, f.en, key_id, f.clause) for f in error.faults]
        if faults:
            raise Unavailable(*faults)
        return Held(stored, files.crls(self._directory))

    def create_key(self, purpose: Purpose, kind: KeyKind) -> tuple[str, PrivateKey]:
        key_id = f"{purpose.value}-{secrets.token_hex(8)}"
        self._made.add(key_id)
        with files.written():  # before the key: whatever cuts this off, the key is known to be of no use
            files.begun(self._directory, key_id).touch(mode=0o644)
        self._token.writing(lambda session: _generate(session, kind, key_id))
        public = self._token.call(lambda seat: _public_half(seat, key_id))
        return key_id, TokenKey(self._token, key_id, public)

    def put_certificate(self, key_id: str, certificate: bytes, link: bytes = b"") -> None:
        if not (self._directory / _MANIFEST).exists():
            with files.written():
                manifest = json.dumps({"label": self._token.label, "serial": self._serial()}, indent=1).encode()
                write_atomically(self._directory / _MANIFEST, manifest, mode=0o644)
        files.put_certificate(self._directory, key_id, certificate, link)
        with contextlib.suppress(OSError):
            files.begun(self._directory, key_id).unlink(missing_ok=True)

    def put_crl(self, purpose: Purpose, crl: bytes) -> None:
        files.put_crl(self._directory, purpose, crl)

    def discard(self, key_id: str) -> None:
        if key_id in self._made:
            self._made.remove(key_id)
            with contextlib.suppress(Unavailable, Invalid, OSError):  # `orphans` goes on naming it
                self.destroy(key_id)

    def orphans(self) -> dict[str, float]:
        return files.orphans(self._directory, ".*.begun")

    def destroy(self, key_id: str) -> None:
        self._token.writing(lambda session: _destroy(session, key_id))
        files.begun(self._directory, key_id).unlink(missing_ok=True)

    def discard_all(self) -> None:
        for key_id in [*self._made]:
            self.discard(key_id)

    def moved_to(self, directory: Path) -> Pkcs11Store:
        return Pkcs11Store(directory, self._token)

    def close(self) -> None:
        self._token.close()

    def _serial(self) -> str:
        return self._token.call(lambda seat: bytes(seat.session.token.serial).decode("ascii", "replace").strip())

    def _same_token(self) -> None:
        """Raises `Unavailable` when the token of this label is not the one that the keys were made on."""
        try:
            text = files.read_bounded(self._directory / _MANIFEST, _MAX_MANIFEST_BYTES)
            self._token.serial = serial = str(json.loads(text)["serial"])
        except (ValueError, KeyError, TypeError) as error:
            words = "ملف في المخزن تالف", "the file is damaged"
            raise Invalid(Fault("keys.store.corrupt", *words, field=_MANIFEST)) from error
        if serial != self._serial():
            words = "وحدة مفاتيح أخرى تحمل الاسم نفسه", "another token of this label: not the one the keys were made on"
            raise Unavailable(Fault("keys.token.other", *words, field=self._token.label, clause=_CLAUSE))


def _generate(session: Any, kind: KeyKind, key_id: str) -> None:
    names = {"id": key_id.encode("ascii"), "label": key_id, "store": True}
    inside = {"capabilities": _SIGNING, "private_template": _KEPT_INSIDE}
    if kind.startswith("rsa-"):
        session.generate_keypair(KeyType.RSA, int(kind.removeprefix("rsa-")), **names, **inside)
        return
    edwards = kind == "ed25519"
    dotted = _ED25519 if edwards else curves.by_name(kind).oid
    parameters = session.create_domain_parameters(
        KeyType.EC_EDWARDS if edwards else KeyType.EC, {Attribute.EC_PARAMS: encode(oid(dotted))}, local=True
    )
    mechanism = Mechanism.EC_EDWARDS_KEY_PAIR_GEN if edwards else Mechanism.EC_KEY_PAIR_GEN
    parameters.generate_keypair(mechanism=mechanism, **names, **inside)


def _destroy(session: Any, key_id: str) -> None:
    for found in list(session.get_objects({Attribute.ID: key_id.encode("ascii")})):
        found.destroy()


def _public_half(seat: Seat, key_id: str) -> PublicHalf:
    """What the token says of its key: the public half; and that the private one can never leave it."""
    held = seat.private_key(key_id.encode("ascii"))
    if held[Attribute.EXTRACTABLE] or not held[Attribute.SENSITIVE]:
        words = "المفتاح يمكن إخراجه من وحدة المفاتيح", "the key can be taken out of the token"
        raise Unavailable(Fault("keys.token.extractable", *words, field=key_id, clause=_CLAUSE))
    if not held[Attribute.NEVER_EXTRACTABLE]:
        warnings.warn(f"{key_id}: the token does not say that this key was never outside it", stacklevel=2)
    public = seat.public_key(key_id.encode("ascii"))
    if public[Attribute.KEY_TYPE] is KeyType.RSA:
        exponent, modulus = public[Attribute.PUBLIC_EXPONENT], public[Attribute.MODULUS]
        return rsa.RSAPublicNumbers(int.from_bytes(exponent, "big"), int.from_bytes(modulus, "big")).public_key()
    if public[Attribute.KEY_TYPE] is KeyType.EC_EDWARDS:
        return ed25519.Ed25519PublicKey.from_public_bytes(_octets(public[Attribute.EC_POINT], 32))
    named = public[Attribute.EC_PARAMS]
    curve = next((c for c in curves.CURVES if encode(oid(c.oid)) == named), None)
    if curve is None:
        words = "منحنى المفتاح غير معروف", "the key is on a curve unknown here"
        raise Unavailable(Fault("keys.token.curve", *words, field=key_id, clause=_CLAUSE))
    octets = (curve.implementation.key_size + 7) // 8
    point = _octets(public[Attribute.EC_POINT], 1 + 2 * octets)
    return ec.EllipticCurvePublicKey.from_encoded_point(curve.implementation, point)


def _octets(value: bytes, bare: int) -> bytes:
    """CKA_EC_POINT is an OCTET STRING in DER; some tokens leave the wrapping away (PKCS#11 §6.3.3).

    bare: how long the point is; by length alone, for a bare point may begin like a wrapping.
    """
    if len(value) == bare:
        return value
    try:
        reader = Reader(value)
        content = reader.content(OCTET_STRING)
        reader.done()
        return content
    except DerError:
        return value
