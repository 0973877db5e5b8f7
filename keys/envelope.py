"""CMS AuthEnvelopedData to one recipient (RFC 5083, 5084, 5753): AES-256-GCM under a key agreed by ephemeral ECDH.

Writes only: no private key of a recipient is ever here. The ephemeral key serves one envelope and is dropped.
"""

from __future__ import annotations

import os
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.x963kdf import X963KDF
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from keys.encode import encode, oid, tlv
from keys.x509 import read_certificate
from specs.errors import Fault, Refused

_SEQUENCE, _SET, _OCTETS, _BITS = 0x30, 0x31, 0x04, 0x03
_IN_0, _IN_1, _IN_2, _PRIMITIVE_0 = 0xA0, 0xA1, 0xA2, 0x80
_AUTH_ENVELOPED: Final = encode(oid("1.2.840.113549.1.9.16.1.23"))
_DATA: Final = encode(oid("1.2.840.113549.1.7.1"))
_EC_KEY: Final = encode(oid("1.2.840.10045.2.1"))
_AGREEMENT: Final = encode(oid("1.3.132.1.11.1"))  # dhSinglePass-stdDH-sha256kdf-scheme
_WRAP: Final = tlv(_SEQUENCE, encode(oid("2.16.840.1.101.3.4.1.45")))  # id-aes256-wrap, without parameters
_GCM: Final = encode(oid("2.16.840.1.101.3.4.1.46"))  # id-aes256-GCM
_KEY_OCTETS, _NONCE_OCTETS, _TAG_OCTETS = 32, 12, 16


def seal_to(certificate: bytes, content: bytes) -> bytes:
    """`content` for the holder of this certificate's key alone, DER. Raises `Refused` for a key that agrees on none."""
    held = read_certificate(certificate)
    public = held.public_key.key
    if not isinstance(public, ec.EllipticCurvePublicKey):
        words = "شهادة المستلم ليست لمفتاح منحنى", "the recipient's certificate is of no elliptic-curve key"
        raise Refused(Fault("keys.envelope.recipient", *words, field="certificate", clause="RFC 5753 §3.1"))
    content_key, nonce = os.urandom(_KEY_OCTETS), os.urandom(_NONCE_OCTETS)
    sealed = AESGCM(content_key).encrypt(nonce, content, None)
    ephemeral = ec.generate_private_key(public.curve)
    wrapped = aes_key_wrap(_agreed(ephemeral.exchange(ec.ECDH(), public)), content_key)
    recipient = tlv(_SEQUENCE, tlv(_SEQUENCE, held.issuer_der, encode(held.serial)), tlv(_OCTETS, wrapped))
    agreement = tlv(
        _IN_1,  # KeyAgreeRecipientInfo
        encode(3),
        tlv(_IN_0, tlv(_IN_1, tlv(_SEQUENCE, _EC_KEY), tlv(_BITS, b"\x00", _point(ephemeral)))),
        tlv(_SEQUENCE, _AGREEMENT, _WRAP),
        tlv(_SEQUENCE, recipient),
    )
    parameters = tlv(_SEQUENCE, tlv(_OCTETS, nonce), encode(_TAG_OCTETS))
    body = tlv(
        _SEQUENCE,
        encode(0),
        tlv(_SET, agreement),
        tlv(_SEQUENCE, _DATA, tlv(_SEQUENCE, _GCM, parameters), tlv(_PRIMITIVE_0, sealed[:-_TAG_OCTETS])),
        tlv(_OCTETS, sealed[-_TAG_OCTETS:]),
    )
    return tlv(_SEQUENCE, _AUTH_ENVELOPED, tlv(_IN_0, body))


def _agreed(secret: bytes) -> bytes:
    """The key that wraps the content's key (RFC 5753 §7.2): SharedInfo names the wrapping and its bits."""
    bits = tlv(_IN_2, tlv(_OCTETS, (_KEY_OCTETS * 8).to_bytes(4, "big")))
    return X963KDF(hashes.SHA256(), _KEY_OCTETS, tlv(_SEQUENCE, _WRAP, bits)).derive(secret)


def _point(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def is_for(envelope: bytes, certificate: bytes) -> bool:
    """Whether an envelope of ours names this certificate as its recipient."""
    held = read_certificate(certificate)
    return tlv(_SEQUENCE, held.issuer_der, encode(held.serial)) in envelope[:2048]
