"""Certificates as values, theirs and ours alike.

Reads what real issuers made, explicit EC parameters included, and notes what is odd (`Certificate.oddities`). It judges
nothing: `keys.lint` and `keys.chain` do.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Final

from keys import algorithms, ber, extensions
from keys.der import (
    BIT_STRING,
    IA5_STRING,
    INTEGER,
    OCTET_STRING,
    OID,
    PRINTABLE_STRING,
    SEQUENCE,
    SET,
    UTF8_STRING,
    DerError,
    Oddities,
    Reader,
    context,
    dotted,
    integer,
    note,
    only,
    text,
    time,
    whole_bytes,
)
from keys.extensions import Extension, read_extensions

MAX_CERTIFICATE_BYTES: Final = 32_768

STRING_TAGS: Final = (UTF8_STRING, PRINTABLE_STRING, IA5_STRING)
COUNTRY: Final = "2.5.4.6"
COMMON_NAME: Final = "2.5.4.3"
SERIAL_NUMBER: Final = "2.5.4.5"


@dataclass(frozen=True, slots=True)
class NameAttribute:
    """value: hexadecimal when the value is no string."""

    oid: str
    tag: int
    value: str


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
    _noted: list[str] = field(repr=False, compare=False)

    @cached_property
    def oddities(self) -> tuple[str, ...]:
        """What the strict rules would refuse (names of `keys.oddities`), sorted; empty for what is as it should be.

        Reads every part; parts that cannot be read at all are named too.
        """
        found = set()
        for part in _LAZY:
            try:
                getattr(self, part)
            except DerError:
                found.add("algorithm.unreadable" if part in ("algorithm", "public_key") else "extension.unreadable")
            except algorithms.Unsupported:
                continue  # well formed: what cannot be computed is no fault of form
            else:
                if part == "public_key":
                    found.update(self.public_key.oddities)
        return tuple(sorted(found.union(self._noted)))

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

    @cached_property
    def country(self) -> str:
        """As the subject's first countryName spells it; empty without one."""
        return next((a.value for a in self.subject if a.oid == COUNTRY), "")

    @cached_property
    def countries(self) -> frozenset[str]:
        """Every countryName of the subject, casefolded and without spaces around it."""
        return frozenset(a.value.strip().casefold() for a in self.subject if a.oid == COUNTRY)

    def extension(self, name: str) -> Extension | None:
        """The first extension of this name."""
        return next((e for e in self.extensions if e.name == name), None)

    @cached_property
    def key_usage(self) -> frozenset[str] | None:
        """Names of the bits set; None without the extension. A bit of another name stands as its number."""
        return extensions.key_usage(self.extension("key_usage"), self._noted)

    @cached_property
    def extended_key_usage(self) -> tuple[str, ...]:
        """Dotted identifiers."""
        return extensions.extended_key_usage(self.extension("extended_key_usage"))

    @cached_property
    def basic_constraints(self) -> tuple[bool, int | None]:
        """(is a CA, path length). (False, None) without the extension."""
        return extensions.basic_constraints(self.extension("basic_constraints"), self._noted)

    @cached_property
    def subject_key_identifier(self) -> bytes | None:
        held = self.extension("subject_key_identifier")
        return only(held.value, OCTET_STRING) if held else None

    @cached_property
    def authority_key_identifier(self) -> bytes | None:
        """Its keyIdentifier field."""
        return extensions.authority_key(self.extension("authority_key_identifier"))

    @cached_property
    def private_key_usage_period(self) -> tuple[datetime | None, datetime | None]:
        """(from, until); (None, None) without the extension."""
        return extensions.private_key_usage_period(self.extension("private_key_usage_period"), self._noted)

    @cached_property
    def document_types(self) -> tuple[str, ...]:
        """documentTypeList: `P` covers every code that begins with P."""
        return extensions.document_types(self.extension("document_type_list"), self._noted)


_LAZY: Final = (
    "algorithm",
    "public_key",
    "key_usage",
    "extended_key_usage",
    "basic_constraints",
    "subject_key_identifier",
    "authority_key_identifier",
    "private_key_usage_period",
    "document_types",
)


@lru_cache(maxsize=512)
def read_certificate(der: bytes) -> Certificate:
    """One certificate, nothing before or after it. Raises `DerError`."""
    if len(der) > MAX_CERTIFICATE_BYTES:
        raise DerError("larger than any certificate")
    try:
        return _read(der, der, None, [])
    except DerError:
        tree = ber.read_ber(der, 0, len(der))
        if tree.der == der or not tree.children:
            raise
        return _read(der, tree.der, der[tree.children[0].start : tree.children[0].end], ["encoding.ber"])


def _read(received: bytes, der: bytes, signed: bytes | None, odd: list[str]) -> Certificate:
    """received: the file; der: its DER; signed: the part of the file that was signed, when that is not in `der`."""
    tbs, outer_algorithm, signature = read_signed(der, odd)
    reader = Reader(tbs).enter(SEQUENCE)
    version = 0
    if reader.peek() == context(0):
        held = reader.enter(context(0))
        version = held.integer()
        held.done()
    serial = reader.content(INTEGER)
    inner_algorithm, issuer = reader.whole(SEQUENCE), reader.whole(SEQUENCE)
    validity = reader.enter(SEQUENCE)
    not_before, not_after = read_time(validity, odd), read_time(validity, odd)
    validity.done()
    subject, spki = reader.whole(SEQUENCE), reader.whole(SEQUENCE)
    unique = False
    while reader.peek() in (0x81, 0x82):
        unique = bool(reader.whole())
    listed = read_extensions(reader, 3, odd)
    reader.done()
    issuer_name, subject_name = read_name(issuer, odd), read_name(subject, odd)
    for name in (issuer_name, subject_name):
        if [a.oid for a in name].count(COUNTRY) > 1:
            note(odd, "name.country_twice", "two countries in one name")
    return Certificate(
        der=received,
        tbs=signed or tbs,
        version=version + 1,
        serial=integer(serial, odd),
        serial_content=serial,
        inner_algorithm_der=inner_algorithm,
        outer_algorithm_der=outer_algorithm,
        issuer_der=issuer,
        subject_der=subject,
        issuer=issuer_name,
        subject=subject_name,
        not_before=not_before,
        not_after=not_after,
        spki_der=spki,
        has_unique_ids=unique,
        extensions=listed,
        signature=signature,
        _noted=odd,
    )


def read_name(der: bytes, odd: Oddities = None) -> tuple[NameAttribute, ...]:
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
            found.append(NameAttribute(oid, tag, _name_value(tag, value, odd)))
            attribute.done()
    return tuple(found)


def _name_value(tag: int, value: bytes, odd: Oddities) -> str:
    try:
        return text(tag, value, odd)
    except DerError:
        if odd is None and tag in STRING_TAGS:
            raise
        note(odd, "string.type", "")
        return value.hex()


def read_signed(der: bytes, odd: Oddities = None) -> tuple[bytes, bytes, bytes]:
    """(to be signed, outer algorithm, signature) of a certificate or revocation list; the first two whole elements."""
    outer = Reader(der)
    reader = outer.enter(SEQUENCE)
    outer.done()
    tbs, algorithm = reader.whole(SEQUENCE), reader.whole(SEQUENCE)
    signature = whole_bytes(reader.content(BIT_STRING), odd)
    reader.done()
    return tbs, algorithm, signature


def read_time(reader: Reader, odd: Oddities = None) -> WrittenTime:
    """The next element, a Time."""
    tag = reader.peek()
    return WrittenTime(tag, time(tag, reader.content(tag), odd))
