"""CMS SignedData as read values (RFC 5652). Judges nothing; shares nothing with `keys.cms`.

Strictly DER, as ours are. `read_any_signed_data` reads what others wrote: BER too, with everything odd noted by name.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from keys import ber
from keys.der import (
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    SET,
    DerError,
    Oddities,
    Reader,
    context,
    dotted,
    element,
    elements,
    integer,
    note,
)
from keys.x509 import Certificate

CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_MAX_INSIDE: Final = 64  # certificates, and signers; an EF.SOD has one, a list two or three
_SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
_IN_0: Final = context(0)
_IN_1: Final = context(1)
_KEY_ID: Final = context(0, constructed=False)


@dataclass(slots=True)
class SignerInfo:
    """issuer_der and serial, or key_id, name the signer. attributes: dotted type -> values, each a whole element.

    signed_attributes: the bytes that were signed, as received (tag 31), empty when there are none. encoded_anew: their
    DER, which RFC 5652 §5.4 wants hashed, when that differs; else empty. unsigned_der: the content of the unsigned
    attributes, which `read_attributes` reads for those who have a use for them.
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
    encoded_anew: bytes = b""
    unsigned_der: bytes = b""

    def names(self, certificate: Certificate) -> bool:
        """Whether this certificate is the signer's."""
        if self.key_id is not None:
            return certificate.subject_key_identifier == self.key_id
        return certificate.serial == self.serial and certificate.issuer_der == self.issuer_der


@dataclass(slots=True)
class SignedData:
    """content: None when detached. certificates: DER, in their order; other certificate choices are refused."""

    version: int
    digest_algorithms: tuple[bytes, ...]
    content_type: str
    content: bytes | None
    certificates: list[bytes]
    crls: bool
    signers: list[SignerInfo]


def read_any_signed_data(data: bytes, at: int, end: int, odd: list[str]) -> SignedData:
    """The ContentInfo that is exactly data[at:end], in DER or BER; what is odd is noted (`cms.*`). Raises `DerError`.

    Certificates and signed attributes are the bytes received.
    """
    try:
        return read_signed_data(data, at, end, odd)
    except DerError:
        tree = ber.read_ber(data, at, end)
        if tree.der == data[at:end]:
            raise
    odd[:] = ["cms.ber"]
    held = read_signed_data(tree.der, 0, len(tree.der), odd)
    body = tree.children[1].children[0].children  # its shape is known: the DER of the same tree was just read
    inside = [child.start for item in body if item.tag == _IN_0 for child in item.children]
    ends = [child.end for item in body if item.tag == _IN_0 for child in item.children]
    held.certificates = [data[a:b] for a, b in zip(inside, ends, strict=True) if data[a] == SEQUENCE]
    for info, item in zip(held.signers, body[-1].children, strict=True):
        for field in item.children:
            if field.tag == _IN_0 and info.signed_attributes:
                _keep_received(info, b"\x31" + data[field.start + 1 : field.end])
    return held


def _keep_received(info: SignerInfo, received: bytes) -> None:
    """What came in BER is first tried as it came."""
    if received != info.signed_attributes:
        info.encoded_anew = info.encoded_anew or info.signed_attributes
        info.signed_attributes = received


def read_signed_data(data: bytes, at: int, end: int, odd: Oddities = None) -> SignedData:
    """The ContentInfo that is exactly data[at:end], in DER. Raises `DerError`."""
    start, stop = _only(data, at, end, SEQUENCE)
    kind, wrapper = _shape(elements(data, start, stop), OID, _IN_0)
    if data[kind[1] : kind[3]] != _SIGNED_DATA:
        raise DerError("not a SignedData")
    start, stop = _only(data, wrapper[2], wrapper[3], SEQUENCE)
    fields = elements(data, start, stop)
    tags = [field[0] for field in fields]
    optional = [tag for tag in (_IN_0, _IN_1) if tag in tags]
    version, algorithms, content, *rest, infos = _shape(fields, INTEGER, SET, SEQUENCE, *optional, SET)
    certificates: list[bytes] = []
    if rest and rest[0][0] == _IN_0:
        for tag, first, _, last in elements(data, rest[0][2], rest[0][3]):
            if tag == SEQUENCE:
                certificates.append(data[first:last])
            else:
                note(odd, "cms.certificate_kind", "a certificate of another kind")
    signers = elements(data, infos[2], infos[3])
    if len(signers) > _MAX_INSIDE or len(certificates) > _MAX_INSIDE:
        raise DerError("more signers or certificates than any message has")
    content_type, inside = _content(data, content[2], content[3])
    return SignedData(
        integer(data[version[2] : version[3]], odd),
        _algorithms(data[algorithms[2] : algorithms[3]]),
        content_type,
        inside,
        certificates,
        _IN_1 in tags,
        [_signer(data, info, odd) for info in signers],
    )


Element = tuple[int, int, int, int]


def _shape(found: list[Element], *tags: int) -> list[Element]:
    """The elements, which must carry exactly these tags."""
    if [item[0] for item in found] != [*tags]:
        raise DerError(f"tags {[f'{item[0]:02X}' for item in found]}, expected {[f'{tag:02X}' for tag in tags]}")
    return found


def _only(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """(start, end) of the content of the one element that fills [at, end)."""
    found, start, stop = element(data, at, end)
    if found != tag or stop != end:
        raise DerError(f"one element of tag {tag:02X} expected at byte {at}")
    return start, stop


def _content(data: bytes, at: int, end: int) -> tuple[str, bytes | None]:
    found = elements(data, at, end)
    if len(found) == 1:
        (kind,) = _shape(found, OID)
        return dotted(data[kind[2] : kind[3]]), None
    kind, wrapper = _shape(found, OID, _IN_0)
    start, stop = _only(data, wrapper[2], wrapper[3], OCTET_STRING)
    return dotted(data[kind[2] : kind[3]]), data[start:stop]


@lru_cache(maxsize=64)
def _algorithms(content: bytes) -> tuple[bytes, ...]:
    found = elements(content, 0, len(content))
    return tuple(content[item[1] : item[3]] for item in _shape(found, *[SEQUENCE] * len(found)))


def _signer(data: bytes, info: Element, odd: Oddities) -> SignerInfo:
    if info[0] != SEQUENCE:
        raise DerError("a SignerInfo that is no SEQUENCE")
    fields = elements(data, info[2], info[3])
    tags = [field[0] for field in fields]
    by_key = len(tags) > 1 and tags[1] == _KEY_ID
    optional = [_IN_0] if _IN_0 in tags else []
    last = [_IN_1] if _IN_1 in tags else []
    sid_tag = _KEY_ID if by_key else SEQUENCE
    version, sid, digest, *rest = _shape(fields, INTEGER, sid_tag, SEQUENCE, *optional, SEQUENCE, OCTET_STRING, *last)
    issuer, serial = (b"", 0) if by_key else _issuer_and_serial(data[sid[2] : sid[3]])
    signed, anew = b"", b""
    attributes: dict[str, list[bytes]] = {}
    if optional:
        held = rest.pop(0)
        signed = b"\x31" + data[held[1] + 1 : held[3]]  # RFC 5652 §5.4: hashed as the SET OF it is
        attributes, ordered = _attributes(data, held[2], held[3], odd)
        anew = b"" if ordered is None else signed[: held[2] - held[1]] + ordered
    algorithm, signature = rest[0], rest[1]
    unsigned = data[rest[2][2] : rest[2][3]] if last else b""
    return SignerInfo(
        integer(data[version[2] : version[3]]),
        issuer,
        serial,
        data[sid[2] : sid[3]] if by_key else None,
        data[digest[1] : digest[3]],
        signed,
        attributes,
        data[algorithm[1] : algorithm[3]],
        data[signature[2] : signature[3]],
        bool(last),
        anew,
        unsigned,
    )


@lru_cache(maxsize=64)
def _issuer_and_serial(content: bytes) -> tuple[bytes, int]:
    reader = Reader(content)
    issuer, serial = reader.whole(SEQUENCE), reader.integer()
    reader.done()
    return issuer, serial


def read_attributes(content: bytes) -> dict[str, list[bytes]]:
    """Type -> values, each a whole element, of a SET OF attributes given by its content, in DER. Raises `DerError`."""
    return _attributes(content, 0, len(content), None)[0]


def _attributes(data: bytes, at: int, end: int, odd: Oddities) -> tuple[dict[str, list[bytes]], bytes | None]:
    """Type -> values; and all of them in the order of DER, when they stand in another."""
    found: dict[str, list[bytes]] = {}
    wholes = []
    for tag, first, start, stop in elements(data, at, end):
        if tag != SEQUENCE:
            raise DerError("an attribute of another shape")
        wholes.append(data[first:stop])
        kind, values = _shape(elements(data, start, stop), OID, SET)
        name = dotted(data[kind[2] : kind[3]])
        if name in found:
            note(odd, "cms.attribute_twice", "an attribute that stands twice")
        found.setdefault(name, []).extend(data[item[1] : item[3]] for item in elements(data, values[2], values[3]))
    ordered = sorted(wholes)
    if ordered == wholes:
        return found, None
    note(odd, "cms.attribute_order", "a SET OF attributes that is not in DER order")
    return found, b"".join(ordered)
