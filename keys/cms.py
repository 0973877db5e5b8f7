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
from typing import Final

from keys import algorithms
from keys.der import elements
from keys.encode import digest_identifier, encode, oid, signature_identifier, tlv, when
from keys.schemes import SCHEMES
from keys.signing import Signer
from keys.x509 import read_certificate

ID_DATA: Final = "1.2.840.113549.1.7.1"
SIGNING_CERTIFICATE_V2: Final = "1.2.840.113549.1.9.16.2.47"
_SIGNED_DATA: Final = encode(oid("1.2.840.113549.1.7.2"))
_CONTENT_TYPE: Final = encode(oid("1.2.840.113549.1.9.3"))
_MESSAGE_DIGEST: Final = encode(oid("1.2.840.113549.1.9.4"))
_SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
_VERSION_1: Final = encode(1)
_VERSION_3: Final = encode(3)
_LEVELS: Final = 4  # ContentInfo, its content, SignedData, signerInfos: then the SignerInfo
_OCTETS, _SEQUENCE, _SET, _IN_0, _IN_1, _KEY_IDENTIFIER = 0x04, 0x30, 0x31, 0xA0, 0xA1, 0x80


@dataclass(slots=True)
class CmsDraft:
    """A SignedData complete but for its signature. head: fields before signerInfos; signer: those before the value."""

    to_be_signed: bytes
    head: bytes
    signer: bytes

    def finish(self, signature: bytes) -> bytes:
        """The ContentInfo. signature: over `to_be_signed`, as the signer's scheme gives it."""
        signers = tlv(_SET, tlv(_SEQUENCE, self.signer, tlv(_OCTETS, signature)))
        return tlv(_SEQUENCE, _SIGNED_DATA, tlv(_IN_0, tlv(_SEQUENCE, self.head, signers)))


def begin_attached(
    signer: Signer,
    content_type: str,
    content: bytes,
    attributes: Sequence[bytes] = (),
    *,
    with_chain: bool = False,
    by_key_identifier: bool = False,
) -> CmsDraft:
    """A message with its content inside. attributes: further signed attributes, DER. with_chain: issuers inside too.

    by_key_identifier: the signer is named by its subjectKeyIdentifier instead of issuer and serial number.
    """
    digest = algorithms.digest(_hash(signer), content)
    inside = tlv(_IN_0, tlv(_OCTETS, content))
    return _begin(signer, content_type, (inside, digest), attributes, with_chain, by_key_identifier)


def begin_detached(
    signer: Signer, content_type: str, digest: bytes, attributes: Sequence[bytes] = (), *, with_chain: bool = False
) -> CmsDraft:
    """A message whose content stays outside; digest: of that content, by the hash of the signer's algorithm."""
    return _begin(signer, content_type, (b"", digest), attributes, with_chain)


def signing_time(at: datetime) -> bytes:
    """The signingTime attribute (RFC 5652 §11.3)."""
    return attribute(_SIGNING_TIME, encode(when(at)))


def signing_certificate(certificates: Sequence[bytes]) -> bytes:
    """The SigningCertificateV2 attribute (RFC 5035 §3): SHA-256 of each certificate (DER), the signer's first."""
    ids = [tlv(_SEQUENCE, tlv(_OCTETS, hashlib.sha256(der).digest())) for der in certificates]
    return attribute(SIGNING_CERTIFICATE_V2, tlv(_SEQUENCE, tlv(_SEQUENCE, *ids)))


def with_unsigned(message: bytes, unsigned: bytes) -> bytes:
    """A message of ours that has one signer and no unsigned attribute, with this one. Raises `DerError`."""
    return _ending_in(message, _LEVELS, tlv(_IN_1, unsigned))


def _ending_in(whole: bytes, levels: int, end: bytes) -> bytes:
    """`end` appended inside the last element of the last element, `levels` deep, every length made anew."""
    ((tag, _, start, stop),) = elements(whole, 0, len(whole))
    if levels == 0:
        return tlv(tag, whole[start:stop], end)
    last = elements(whole, start, stop)[-1][1]
    return tlv(tag, whole[start:last], _ending_in(whole[last:stop], levels - 1, end))


def attribute(kind: str, value: bytes) -> bytes:
    """Any attribute with one value, given as DER."""
    return tlv(_SEQUENCE, encode(oid(kind)), tlv(_SET, value))


def _begin(
    signer: Signer,
    content_type: str,
    content_and_digest: tuple[bytes, bytes],
    further: Sequence[bytes],
    with_chain: bool,
    by_key_identifier: bool = False,
) -> CmsDraft:
    inside, digest = content_and_digest
    kind, type_attribute, version = _type(content_type, by_key_identifier)
    digests, certificates, identity, algorithm = _parts(
        signer.certificate, signer.chain if with_chain else (), signer.algorithm, by_key_identifier
    )
    digest_attribute = _digest_start(len(digest)) + digest
    attributes = b"".join(sorted((type_attribute, digest_attribute, *further)))  # DER orders a SET OF
    return CmsDraft(
        to_be_signed=tlv(_SET, attributes),
        head=b"".join((version, digests, tlv(_SEQUENCE, kind, inside), certificates)),
        signer=b"".join((identity, tlv(_IN_0, attributes), algorithm)),
    )


@lru_cache(maxsize=8)
def _digest_start(octets: int) -> bytes:
    """The messageDigest attribute up to its last `octets`, the digest itself."""
    return tlv(_SEQUENCE, _MESSAGE_DIGEST, tlv(_SET, tlv(_OCTETS, bytes(octets))))[:-octets]


def _hash(signer: Signer) -> str:
    return SCHEMES[signer.algorithm].hash


@lru_cache(maxsize=32)
def _parts(
    certificate: bytes, chain: tuple[bytes, ...], scheme: str, by_key_identifier: bool
) -> tuple[bytes, bytes, bytes, bytes]:
    """What of a signer stands in every message: digestAlgorithms, certificates, SignerInfo's start, its algorithm."""
    read = read_certificate(certificate)
    digest = digest_identifier(SCHEMES[scheme].hash)
    identity = _VERSION_1 + tlv(_SEQUENCE, read.issuer_der, encode(read.serial))
    if by_key_identifier:
        identity = _VERSION_3 + tlv(_KEY_IDENTIFIER, read.subject_key_identifier or b"")
    return (
        tlv(_SET, digest),
        tlv(_IN_0, *sorted((certificate, *chain))),
        identity + digest,
        signature_identifier(scheme),
    )


@lru_cache(maxsize=32)
def _type(content_type: str, by_key_identifier: bool) -> tuple[bytes, bytes, bytes]:
    """The content type, its attribute, and the SignedData version it asks for (RFC 5652 §5.1)."""
    kind = encode(oid(content_type))
    version = _VERSION_1 if content_type == ID_DATA and not by_key_identifier else _VERSION_3
    return kind, tlv(_SEQUENCE, _CONTENT_TYPE, tlv(_SET, kind)), version
