"""CMS SignedData as strictly read values (RFC 5652, DER only). Judges nothing; shares nothing with `keys.cms`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from keys.der import INTEGER, OCTET_STRING, OID, SEQUENCE, SET, DerError, Reader, context, dotted, integer
from keys.x509 import Certificate

MAX_CERTIFICATES: Final = 16
_SIGNED_DATA: Final = bytes.fromhex("2a864886f70d010702")
_IMPLICIT_0: Final = context(0)
_IMPLICIT_1: Final = context(1)
_KEY_ID: Final = context(0, constructed=False)


@dataclass(slots=True)
class SignerInfo:
    """issuer_der and serial, or key_id, name the signer. attributes: dotted type -> values, each a whole element.

    signed_attributes: the bytes that were signed (tag 31), empty when there are none.
    """

    version: int
    issuer_der: bytes
    serial: int
    key_id: bytes | None
    digest_algorithm_der: bytes
    signed_attributes: bytes
    attributes: dict[str, list[bytes]]
    signature_algorithm_der: bytes
    signature: bytes
    unsigned_attributes: bool

    def names(self, certificate: Certificate) -> bool:
        """Whether this certificate is the signer's."""
        if self.key_id is not None:
            return certificate.subject_key_identifier == self.key_id
        return certificate.serial == self.serial and certificate.issuer_der == self.issuer_der


@dataclass(slots=True)
class SignedData:
    """content: None when detached. certificates: DER, in their order; other certificate choices are refused."""

    version: int
    digest_algorithms: list[bytes]
    content_type: str
    content: bytes | None
    certificates: list[bytes]
    crls: bool
    signers: list[SignerInfo]


def read_signed_data(reader: Reader) -> SignedData:
    """The ContentInfo that is all of what is left in `reader`. Raises `DerError`."""
    info = reader.enter(SEQUENCE)
    reader.done()
    if info.content(OID) != _SIGNED_DATA:
        raise DerError("not a SignedData")
    wrapper = info.enter(_IMPLICIT_0)
    info.done()
    held = wrapper.enter(SEQUENCE)
    wrapper.done()
    version = held.integer()
    algorithms = held.enter(SET)
    digest_algorithms = []
    while algorithms.more():
        digest_algorithms.append(algorithms.whole(SEQUENCE))
    content_type, content = _content(held.enter(SEQUENCE))
    certificates: list[bytes] = []
    if held.peek() == _IMPLICIT_0:
        inside = held.enter(_IMPLICIT_0)
        while inside.more():
            certificates.append(inside.whole(SEQUENCE))
            if len(certificates) > MAX_CERTIFICATES:
                raise DerError("too many certificates")
    if crls := held.peek() == _IMPLICIT_1:
        held.span(_IMPLICIT_1)
    infos = held.enter(SET)
    held.done()
    signers = []
    while infos.more():
        signers.append(_signer(infos.enter(SEQUENCE)))
        if len(signers) > MAX_CERTIFICATES:
            raise DerError("too many signers")
    return SignedData(version, digest_algorithms, content_type, content, certificates, crls, signers)


def _content(reader: Reader) -> tuple[str, bytes | None]:
    kind = dotted(reader.content(OID))
    if not reader.more():
        return kind, None
    wrapper = reader.enter(_IMPLICIT_0)
    reader.done()
    content = wrapper.content(OCTET_STRING)
    wrapper.done()
    return kind, content


def _signer(reader: Reader) -> SignerInfo:
    version = reader.integer()
    issuer, serial, key_id = b"", 0, None
    if reader.peek() == SEQUENCE:
        identifier = reader.enter(SEQUENCE)
        issuer, serial = identifier.whole(SEQUENCE), integer(identifier.content(INTEGER))
        identifier.done()
    else:
        key_id = reader.content(_KEY_ID)
    digest = reader.whole(SEQUENCE)
    signed, attributes = b"", {}
    if reader.peek() == _IMPLICIT_0:
        at = reader.at
        start, end = reader.span(_IMPLICIT_0)
        signed = b"\x31" + reader.data[at + 1 : end]  # RFC 5652 §5.4: hashed as the SET OF it is
        attributes = _attributes(Reader(reader.data, start, end))
    algorithm, signature = reader.whole(SEQUENCE), reader.content(OCTET_STRING)
    unsigned = reader.more()
    if unsigned:
        reader.span(_IMPLICIT_1)
        reader.done()
    return SignerInfo(version, issuer, serial, key_id, digest, signed, attributes, algorithm, signature, unsigned)


def _attributes(reader: Reader) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    before = b""
    while reader.more():
        at = reader.at
        item = reader.enter(SEQUENCE)
        whole = reader.data[at : reader.at]
        if whole < before:
            raise DerError("a SET OF that is not in DER order")
        before = whole
        kind = dotted(item.content(OID))
        if kind in found:
            raise DerError("an attribute that stands twice")
        values = item.enter(SET)
        item.done()
        held = found[kind] = [values.whole()]
        while values.more():
            held.append(values.whole())
    return found
