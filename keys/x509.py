"""Certificates as strictly read values, theirs and ours alike.

Reads every certificate Doc 9303 knows, explicit EC parameters included. It judges nothing: `keys.lint` and
`keys.chain` do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final

from keys import algorithms
from keys.der import (
    BIT_STRING,
    BOOLEAN,
    GENERALIZED_TIME,
    IA5_STRING,
    INTEGER,
    OCTET_STRING,
    OID,
    PRINTABLE_STRING,
    SEQUENCE,
    SET,
    UTF8_STRING,
    DerError,
    Reader,
    boolean,
    context,
    dotted,
    integer,
    named_bits,
    text,
    time,
    whole_bytes,
)

MAX_CERTIFICATE_BYTES: Final = 32_768

STRING_TAGS: Final = (UTF8_STRING, PRINTABLE_STRING, IA5_STRING)
COUNTRY: Final = "2.5.4.6"
COMMON_NAME: Final = "2.5.4.3"
SERIAL_NUMBER: Final = "2.5.4.5"
EXTENSION_NAMES: Final = {
    "2.5.29.35": "authority_key_identifier",
    "2.5.29.14": "subject_key_identifier",
    "2.5.29.15": "key_usage",
    "2.5.29.16": "private_key_usage_period",
    "2.5.29.32": "certificate_policies",
    "2.5.29.17": "subject_alternative_name",
    "2.5.29.18": "issuer_alternative_name",
    "2.5.29.19": "basic_constraints",
    "2.5.29.37": "extended_key_usage",
    "2.5.29.31": "crl_distribution_points",
    "2.23.136.1.1.6.1": "name_change",
    "2.23.136.1.1.6.2": "document_type_list",
    "2.5.29.33": "policy_mappings",
    "2.5.29.30": "name_constraints",
    "2.5.29.36": "policy_constraints",
    "2.5.29.54": "inhibit_any_policy",
    "2.5.29.9": "subject_directory_attributes",
    "2.5.29.46": "freshest_crl",
    "2.16.840.1.113730.1.1": "netscape_certificate_type",
    "2.5.29.20": "crl_number",
    "2.5.29.27": "delta_crl_indicator",
    "2.5.29.28": "issuing_distribution_point",
}
KEY_USAGE_BITS: Final = {0: "digital_signature", 1: "content_commitment", 5: "key_cert_sign", 6: "crl_sign"}


@dataclass(frozen=True, slots=True)
class NameAttribute:
    """value: hexadecimal when the string type is none of those Doc 9303-12 knows."""

    oid: str
    tag: int
    value: str


@dataclass(frozen=True, slots=True)
class Extension:
    """name: as in the specification, or the dotted identifier. explicit_false: critical FALSE was written out."""

    name: str
    critical: bool
    explicit_false: bool
    value: bytes


@dataclass(frozen=True, slots=True)
class WrittenTime:
    tag: int
    at: datetime


@dataclass(frozen=True)
class Certificate:
    """One certificate. *_der attributes are whole elements as they stand in the file."""

    der: bytes
    tbs: bytes
    version: int
    serial: int
    serial_content: bytes
    inner_algorithm_der: bytes
    outer_algorithm_der: bytes
    issuer_der: bytes
    subject_der: bytes
    issuer: tuple[NameAttribute, ...]
    subject: tuple[NameAttribute, ...]
    not_before: WrittenTime
    not_after: WrittenTime
    spki_der: bytes
    has_unique_ids: bool
    extensions: tuple[Extension, ...]
    signature: bytes

    @cached_property
    def algorithm(self) -> algorithms.SignatureAlgorithm:
        """Raises `DerError` or `Unsupported`."""
        return algorithms.signature_algorithm(self.outer_algorithm_der)

    @cached_property
    def public_key(self) -> algorithms.PublicKey:
        """Raises `DerError` or `Unsupported`."""
        return algorithms.public_key(self.spki_der)

    @cached_property
    def sha256(self) -> bytes:
        return hashlib.sha256(self.der).digest()

    @property
    def country(self) -> str:
        return next((a.value for a in self.subject if a.oid == COUNTRY), "")

    def extension(self, name: str) -> Extension | None:
        """The first extension of this name."""
        return next((e for e in self.extensions if e.name == name), None)

    @cached_property
    def key_usage(self) -> frozenset[str] | None:
        """Names of the bits set; None without the extension. A bit of another name stands as its number."""
        held = self.extension("key_usage")
        if held is None:
            return None
        return frozenset(KEY_USAGE_BITS.get(bit, str(bit)) for bit in named_bits(only(held.value, BIT_STRING)))

    @cached_property
    def extended_key_usage(self) -> tuple[str, ...]:
        held = self.extension("extended_key_usage")
        return tuple(dotted(v) for v in _contents(held.value, SEQUENCE, OID)) if held else ()

    @cached_property
    def basic_constraints(self) -> tuple[bool, int | None]:
        """(is a CA, path length). (False, None) without the extension."""
        held = self.extension("basic_constraints")
        if held is None:
            return False, None
        reader = Reader(only(held.value, SEQUENCE))
        authority = boolean(reader.content(BOOLEAN)) if reader.peek() == BOOLEAN else False
        length = reader.integer() if reader.more() else None
        reader.done()
        return authority, length

    @cached_property
    def subject_key_identifier(self) -> bytes | None:
        held = self.extension("subject_key_identifier")
        return only(held.value, OCTET_STRING) if held else None

    @cached_property
    def authority_key_identifier(self) -> bytes | None:
        """Its keyIdentifier field."""
        return read_authority_key(self.extension("authority_key_identifier"))

    @cached_property
    def private_key_usage_period(self) -> tuple[datetime | None, datetime | None]:
        """(from, until); (None, None) without the extension."""
        held = self.extension("private_key_usage_period")
        if held is None:
            return None, None
        reader = Reader(only(held.value, SEQUENCE))
        ends: list[datetime | None] = []
        for number in (0, 1):
            tag = context(number, constructed=False)
            ends.append(time(GENERALIZED_TIME, reader.content(tag)) if reader.peek() == tag else None)
        reader.done()
        return ends[0], ends[1]

    @cached_property
    def document_types(self) -> tuple[str, ...]:
        """documentTypeList: `P` covers every code that begins with P."""
        held = self.extension("document_type_list")
        if held is None:
            return ()
        reader = Reader(only(held.value, SEQUENCE))
        if reader.integer() != 0:
            raise DerError("a documentTypeList of another version")
        types = reader.enter(SET)
        reader.done()
        found = []
        while types.more():
            tag = types.peek()
            found.append(text(tag, types.content(tag)))
        return tuple(found)


@lru_cache(maxsize=256)
def read_certificate(der: bytes) -> Certificate:
    """One certificate, nothing before or after it. Raises `DerError`."""
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise DerError("larger than any certificate")
    tbs, outer_algorithm, signature = read_signed(der)
    reader = Reader(tbs).enter(SEQUENCE)
    version = 0
    if reader.peek() == context(0):
        held = reader.enter(context(0))
        version = held.integer()
        held.done()
    serial = reader.content(INTEGER)
    inner_algorithm, issuer = reader.whole(SEQUENCE), reader.whole(SEQUENCE)
    validity = reader.enter(SEQUENCE)
    not_before, not_after = read_time(validity), read_time(validity)
    validity.done()
    subject, spki = reader.whole(SEQUENCE), reader.whole(SEQUENCE)
    unique = False
    while reader.peek() in (0x81, 0x82):
        unique = bool(reader.whole())
    extensions = read_extensions(reader, 3)
    reader.done()
    return Certificate(
        der=der,
        tbs=tbs,
        version=version + 1,
        serial=integer(serial),
        serial_content=serial,
        inner_algorithm_der=inner_algorithm,
        outer_algorithm_der=outer_algorithm,
        issuer_der=issuer,
        subject_der=subject,
        issuer=read_name(issuer),
        subject=read_name(subject),
        not_before=not_before,
        not_after=not_after,
        spki_der=spki,
        has_unique_ids=unique,
        extensions=extensions,
        signature=signature,
    )


def read_name(der: bytes) -> tuple[NameAttribute, ...]:
    """The attributes of a Name in order; several in one RDN stand side by side. Raises `DerError`."""
    outer = Reader(der)
    reader = outer.enter(SEQUENCE)
    outer.done()
    found = []
    while reader.more():
        relative = reader.enter(SET)
        if not relative.more():
            raise DerError("an empty RelativeDistinguishedName")
        while relative.more():
            attribute = relative.enter(SEQUENCE)
            oid, tag = dotted(attribute.content(OID)), attribute.peek()
            value = attribute.content(tag)
            found.append(NameAttribute(oid, tag, text(tag, value) if tag in STRING_TAGS else value.hex()))
            attribute.done()
    return tuple(found)


def read_signed(der: bytes) -> tuple[bytes, bytes, bytes]:
    """(to be signed, outer algorithm, signature) of a certificate or revocation list; the first two whole elements."""
    outer = Reader(der)
    reader = outer.enter(SEQUENCE)
    outer.done()
    tbs, algorithm = reader.whole(SEQUENCE), reader.whole(SEQUENCE)
    signature = whole_bytes(reader.content(BIT_STRING))
    reader.done()
    return tbs, algorithm, signature


def read_time(reader: Reader) -> WrittenTime:
    """The next element, a Time."""
    tag = reader.peek()
    return WrittenTime(tag, time(tag, reader.content(tag)))


def read_extensions(reader: Reader, number: int) -> tuple[Extension, ...]:
    """The extensions under `[number]`, when that is the next element."""
    if reader.peek() != context(number):
        return ()
    wrapper = reader.enter(context(number))
    held = wrapper.enter(SEQUENCE)
    wrapper.done()
    found = []
    while held.more():
        item = held.enter(SEQUENCE)
        oid = dotted(item.content(OID))
        written = item.peek() == BOOLEAN
        critical = boolean(item.content(BOOLEAN)) if written else False
        found.append(
            Extension(EXTENSION_NAMES.get(oid, oid), critical, written and not critical, item.content(OCTET_STRING))
        )
        item.done()
    return tuple(found)


def read_authority_key(held: Extension | None) -> bytes | None:
    """keyIdentifier of an AuthorityKeyIdentifier."""
    if held is None:
        return None
    reader = Reader(only(held.value, SEQUENCE))
    return reader.content(0x80) if reader.peek() == 0x80 else None


def only(value: bytes, tag: int) -> bytes:
    """The content of the one element of this tag that `value` is."""
    reader = Reader(value)
    content = reader.content(tag)
    reader.done()
    return content


def _contents(value: bytes, outer: int, inner: int) -> Iterator[bytes]:
    reader = Reader(only(value, outer))
    while reader.more():
        yield reader.content(inner)
