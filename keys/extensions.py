"""The extensions of certificates and revocation lists, and what stands in those that Doc 9303-12 knows.

Reads values only; what is odd is noted (`keys.oddities`) where a list for it is given, else it is a `DerError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keys.der import (
    BIT_STRING,
    BOOLEAN,
    GENERALIZED_TIME,
    INTEGER,
    MAX_ELEMENTS,
    OCTET_STRING,
    OID,
    SEQUENCE,
    SET,
    UTC_TIME,
    DerError,
    Oddities,
    Reader,
    boolean,
    context,
    dotted,
    named_bits,
    note,
    only,
    text,
    time,
)

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
KEY_USAGE_BITS: Final = {
    0: "digital_signature",
    1: "content_commitment",
    4: "key_agreement",
    5: "key_cert_sign",
    6: "crl_sign",
}


@dataclass(frozen=True, slots=True)
class Extension:
    """name: as in the specification, or the dotted identifier. explicit_false: critical FALSE was written out."""

    name: str
    critical: bool
    explicit_false: bool
    value: bytes


def read_extensions(reader: Reader, number: int, odd: Oddities = None) -> tuple[Extension, ...]:
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
        critical = boolean(item.content(BOOLEAN), odd) if written else False
        found.append(
            Extension(EXTENSION_NAMES.get(oid, oid), critical, written and not critical, item.content(OCTET_STRING))
        )
        item.done()
        if len(found) > MAX_ELEMENTS:
            raise DerError("too many extensions")
    return tuple(found)


def authority_key(held: Extension | None) -> bytes | None:
    """keyIdentifier of an AuthorityKeyIdentifier."""
    if held is None:
        return None
    reader = Reader(only(held.value, SEQUENCE))
    return reader.content(0x80) if reader.peek() == 0x80 else None


def key_usage(held: Extension | None, odd: Oddities = None) -> frozenset[str] | None:
    """Names of the bits set; a bit of another name stands as its number."""
    if held is None:
        return None
    return frozenset(KEY_USAGE_BITS.get(bit, str(bit)) for bit in named_bits(only(held.value, BIT_STRING), odd))


def extended_key_usage(held: Extension | None) -> tuple[str, ...]:
    """Dotted identifiers."""
    found = []
    reader = Reader(only(held.value, SEQUENCE) if held else b"")
    while reader.more():
        found.append(dotted(reader.content(OID)))
    return tuple(found)


def basic_constraints(held: Extension | None, odd: Oddities = None) -> tuple[bool, int | None]:
    """(is a CA, path length)."""
    if held is None:
        return False, None
    reader = Reader(only(held.value, SEQUENCE))
    authority = boolean(reader.content(BOOLEAN), odd) if reader.peek() == BOOLEAN else False
    length = reader.integer(INTEGER, odd) if reader.more() else None
    reader.done()
    return authority, length


def private_key_usage_period(held: Extension | None, odd: Oddities = None) -> tuple[datetime | None, datetime | None]:
    """(from, until)."""
    reader = Reader(only(held.value, SEQUENCE) if held else b"")
    ends: list[datetime | None] = []
    for number in (0, 1):
        tag = context(number, constructed=False)
        ends.append(_usage_end(reader.content(tag), odd) if reader.peek() == tag else None)
    reader.done()
    return ends[0], ends[1]


def _usage_end(content: bytes, odd: Oddities) -> datetime:
    """An end of the private key's usage period: GeneralizedTime, though some write the digits of a UTCTime."""
    if len(content) == len("YYMMDDhhmmssZ"):
        note(odd, "time.form", "a UTCTime where a GeneralizedTime belongs")
        return time(UTC_TIME, content, odd)
    return time(GENERALIZED_TIME, content, odd)


def document_types(held: Extension | None, odd: Oddities = None) -> tuple[str, ...]:
    """documentTypeList: `P` covers every code that begins with P."""
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
        found.append(text(tag, types.content(tag), odd))
    return tuple(found)
