"""EF.SOD as read values. Reads what any State wrote, as far as it has one meaning, and says what was odd.

Judges nothing: the rules of its form are `keys.lint_sod`. Shares nothing with the builder `keys.sod`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from keys import ber
from keys.algorithms import Unsupported, digest_algorithm
from keys.der import (
    INTEGER,
    OCTET_STRING,
    PRINTABLE_STRING,
    SEQUENCE,
    DerError,
    Reader,
    element,
    elements,
    integer,
    only,
    text,
)
from keys.signed_data import MESSAGE_DIGEST, SignedData, SignerInfo, read_any_signed_data
from keys.x509 import Certificate, read_certificate

TAG: Final = 0x77
_MAX_BYTES: Final = 1_048_576
_SHAPES: Final = ([INTEGER, SEQUENCE, SEQUENCE], [INTEGER, SEQUENCE, SEQUENCE, SEQUENCE])


@dataclass(slots=True)
class SecurityObject:
    """version 0 or 1 of the LDS security object; digests: data group number -> hash; lds_version None in version 0.

    signers: for each SignerInfo, the certificate inside that it names, or None. broken: why the LDS security object
    inside cannot be read; then its own fields are empty. oddities: names of what of the message was read leniently.
    """

    signed_data: SignedData
    version: int
    hash: str
    hash_null: bool
    digests: dict[int, bytes]
    lds_version: str | None
    unicode_version: str | None
    signers: tuple[Certificate | None, ...]
    broken: str = ""
    oddities: tuple[str, ...] = ()

    @property
    def info(self) -> SignerInfo:
        return self.signed_data.signers[0]

    @property
    def signer(self) -> Certificate | None:
        """The certificate of the first signer, usually the only one; None when none inside is named."""
        return self.signers[0] if self.signers else None

    @property
    def message_digest(self) -> bytes:
        """The messageDigest attribute. Raises `DerError`."""
        return message_digest(self.info)


def message_digest(info: SignerInfo) -> bytes:
    """The messageDigest attribute of a signer. Raises `DerError`."""
    values = info.attributes.get(MESSAGE_DIGEST, [])
    if len(values) != 1:
        raise DerError("messageDigest must stand there once")
    return only(values[0], OCTET_STRING)


def read_security_object(der: bytes) -> SecurityObject:
    """The whole EF.SOD file, tag 77 included, as other States write it too. Raises `DerError`."""
    if len(der) > _MAX_BYTES:
        raise DerError("larger than any EF.SOD")
    odd: list[str] = []
    start, stop, outside = _message(der)
    signed = read_any_signed_data(der, start, stop, odd)
    odd += [name for name in outside if name not in odd]
    certificates, unreadable = [], False
    for inside in signed.certificates:
        try:
            certificates.append(read_certificate(inside))
        except DerError:
            unreadable = True
    if unreadable:
        odd.append("cms.certificate_unreadable")
    signers = tuple(next((c for c in certificates if info.names(c)), None) for info in signed.signers)
    try:
        return _read_object(signed, signers, tuple(odd))
    except (DerError, Unsupported) as error:
        return SecurityObject(signed, -1, "", False, {}, None, None, signers, str(error), tuple(odd))


def _message(der: bytes) -> tuple[int, int, list[str]]:
    """(start, end) of the message inside the file, and what is odd about the file. Raises `DerError`."""
    try:
        tag, start, stop = element(der, 0, len(der))
    except DerError:
        tree = ber.read_ber(der, 0, len(der))
        if tree.tag != TAG or len(tree.children) != 1:
            raise
        return tree.children[0].start, tree.children[0].end, ["cms.ber"]
    trailing = ["file.trailing"] if stop != len(der) else []
    if tag == SEQUENCE:  # the message without the file around it
        return 0, stop, ["file.tag", *trailing]
    if tag != TAG:
        raise DerError("not one element of tag 77")
    return start, stop, trailing


def _read_object(signed: SignedData, signers: tuple[Certificate | None, ...], odd: tuple[str, ...]) -> SecurityObject:
    content = signed.content
    if content is None:
        raise DerError("no security object inside")
    tag, start, stop = element(content, 0, len(content))
    if tag != SEQUENCE or stop != len(content):
        raise DerError("the security object is not one SEQUENCE")
    fields = elements(content, start, stop)
    if [field[0] for field in fields] not in _SHAPES:
        raise DerError("the security object has other fields")
    version, algorithm, listed = fields[:3]
    name, null = digest_algorithm(content[algorithm[1] : algorithm[3]])
    lds_version, unicode_version = (None, None) if len(fields) == 3 else _versions(content[fields[3][2] : stop])
    digests = _digests(content, listed[2], listed[3])
    number = integer(content[version[2] : version[3]])
    return SecurityObject(signed, number, name, null, digests, lds_version, unicode_version, signers, "", odd)


@lru_cache(maxsize=64)
def _versions(content: bytes) -> tuple[str, str]:
    reader = Reader(content)
    lds = text(PRINTABLE_STRING, reader.content(PRINTABLE_STRING))
    unicode = text(PRINTABLE_STRING, reader.content(PRINTABLE_STRING))
    reader.done()
    return lds, unicode


def _digests(content: bytes, at: int, end: int) -> dict[int, bytes]:
    """Numbers are 1 to 16 and digests below 128 bytes, so both have one-byte lengths: 30 . 02 01 n 04 length digest."""
    found: dict[int, bytes] = {}
    for tag, _, start, stop in elements(content, at, end):
        if (
            tag != SEQUENCE
            or content[start : start + 2] != b"\x02\x01"
            or content[start + 3 : start + 5] != bytes((OCTET_STRING, stop - start - 5 & 0x7F))
        ):
            raise DerError("a data group digest of another shape")
        number = content[start + 2]
        if number in found or not 1 <= number <= 16:
            raise DerError(f"data group number {number} stands twice or is none")
        found[number] = content[start + 5 : stop]
    return found
