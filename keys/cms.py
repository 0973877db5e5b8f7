"""CMS SignedData as we write it (RFC 5652, DER): one signer, signed attributes, the signer's certificate inside.

Two steps: `CmsDraft.to_be_signed` are the signed attributes a key signs; `finish(signature)` is the whole ContentInfo.
Writes only; reading back is done by `keys.signed_data`, which shares nothing with this.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Final

from cryptography.hazmat import asn1
from cryptography.x509 import ObjectIdentifier

from keys.encode import AlgorithmIdentifier, any_of, digest_identifier, encode, oid, signature_identifier, when
from keys.signing import Signer
from keys.x509 import read_certificate

ID_DATA: Final = "1.2.840.113549.1.7.1"
_SIGNED_DATA: Final = oid("1.2.840.113549.1.7.2")
_CONTENT_TYPE: Final = oid("1.2.840.113549.1.9.3")
_MESSAGE_DIGEST: Final = oid("1.2.840.113549.1.9.4")
_SIGNING_TIME: Final = oid("1.2.840.113549.1.9.5")


@asn1.sequence
class _Attribute:
    type: ObjectIdentifier
    values: asn1.SetOf[asn1.TLV]


@asn1.sequence
class _TypeAttribute:
    type: ObjectIdentifier
    values: asn1.SetOf[ObjectIdentifier]


@asn1.sequence
class _DigestAttribute:
    type: ObjectIdentifier
    values: asn1.SetOf[bytes]


@asn1.sequence
class _TimeAttribute:
    type: ObjectIdentifier
    values: asn1.SetOf[asn1.UTCTime | asn1.GeneralizedTime]


@asn1.sequence
class _EncapsulatedContent:
    type: ObjectIdentifier
    content: Annotated[bytes | None, asn1.Explicit(0)]


@asn1.sequence
class _IssuerAndSerial:
    issuer: asn1.TLV
    serial: int


@asn1.sequence
class _SignerInfo:
    version: int
    signer: _IssuerAndSerial
    digest_algorithm: AlgorithmIdentifier
    signed_attributes: Annotated[asn1.SetOf[asn1.TLV], asn1.Implicit(0)]
    signature_algorithm: AlgorithmIdentifier
    signature: bytes


@asn1.sequence
class _SignedData:
    version: int
    digest_algorithms: asn1.SetOf[AlgorithmIdentifier]
    content: _EncapsulatedContent
    certificates: Annotated[asn1.SetOf[asn1.TLV], asn1.Implicit(0)]
    signers: asn1.SetOf[_SignerInfo]


@asn1.sequence
class _ContentInfo:
    type: ObjectIdentifier
    content: Annotated[_SignedData, asn1.Explicit(0)]


@dataclass(frozen=True, slots=True)
class _SignerParts:
    """What of a signer stands in every message it signs."""

    identifier: _IssuerAndSerial
    certificates: asn1.SetOf[asn1.TLV]
    digest: AlgorithmIdentifier
    signature: AlgorithmIdentifier


@dataclass(frozen=True, slots=True)
class CmsDraft:
    """A SignedData complete but for its signature."""

    to_be_signed: bytes
    _attributes: asn1.SetOf[asn1.TLV]
    _content: _EncapsulatedContent
    _version: int
    _parts: _SignerParts

    def finish(self, signature: bytes) -> bytes:
        """The ContentInfo. signature: DER ECDSA over `to_be_signed`."""
        parts = self._parts
        info = _SignerInfo(
            version=1,
            signer=parts.identifier,
            digest_algorithm=parts.digest,
            signed_attributes=self._attributes,
            signature_algorithm=parts.signature,
            signature=signature,
        )
        signed = _SignedData(
            version=self._version,
            digest_algorithms=asn1.SetOf([parts.digest]),
            content=self._content,
            certificates=parts.certificates,
            signers=asn1.SetOf([info]),
        )
        return encode(_ContentInfo(type=_SIGNED_DATA, content=signed))


def begin_attached(
    signer: Signer, content_type: str, content: bytes, attributes: Sequence[bytes] = (), *, with_chain: bool = False
) -> CmsDraft:
    """A message with its content inside. attributes: further signed attributes, DER. with_chain: issuers inside too."""
    digest = hashlib.new(_hash(signer), content).digest()
    return _begin(signer, content_type, (content, digest), attributes, with_chain)


def begin_detached(
    signer: Signer, content_type: str, digest: bytes, attributes: Sequence[bytes] = (), *, with_chain: bool = False
) -> CmsDraft:
    """A message whose content stays outside; digest: of that content, by the hash of the signer's algorithm."""
    return _begin(signer, content_type, (None, digest), attributes, with_chain)


def signing_time(at: datetime) -> bytes:
    """The signingTime attribute (RFC 5652 §11.3)."""
    return encode(_TimeAttribute(type=_SIGNING_TIME, values=asn1.SetOf([when(at)])))


def attribute(kind: str, value: bytes) -> bytes:
    """Any attribute with one value, given as DER."""
    return encode(_Attribute(type=oid(kind), values=asn1.SetOf([any_of(value)])))


def _begin(
    signer: Signer,
    content_type: str,
    content_and_digest: tuple[bytes | None, bytes],
    further: Sequence[bytes],
    with_chain: bool,
) -> CmsDraft:
    content, digest = content_and_digest
    parts = _parts(signer.certificate, signer.chain if with_chain else (), _hash(signer))
    items = [
        _type_attribute(content_type),
        any_of(encode(_DigestAttribute(type=_MESSAGE_DIGEST, values=asn1.SetOf([digest])))),
        *(any_of(der) for der in further),
    ]
    attributes = asn1.SetOf(items)
    return CmsDraft(
        to_be_signed=encode(attributes),
        _attributes=attributes,
        _content=_EncapsulatedContent(type=_content_oid(content_type), content=content),
        _version=1 if content_type == ID_DATA else 3,  # RFC 5652 §5.1, with X.509 v3 certificates and one signer
        _parts=parts,
    )


def _hash(signer: Signer) -> str:
    return signer.algorithm.partition("-")[2]


@lru_cache(maxsize=32)
def _parts(certificate: bytes, chain: tuple[bytes, ...], hash_name: str) -> _SignerParts:
    read = read_certificate(certificate)
    return _SignerParts(
        identifier=_IssuerAndSerial(issuer=any_of(read.issuer_der), serial=read.serial),
        certificates=asn1.SetOf([any_of(der) for der in (certificate, *chain)]),
        digest=digest_identifier(hash_name),
        signature=signature_identifier(hash_name),
    )


@lru_cache(maxsize=32)
def _content_oid(content_type: str) -> ObjectIdentifier:
    return oid(content_type)


@lru_cache(maxsize=32)
def _type_attribute(content_type: str) -> asn1.TLV:
    return any_of(encode(_TypeAttribute(type=_CONTENT_TYPE, values=asn1.SetOf([oid(content_type)]))))
