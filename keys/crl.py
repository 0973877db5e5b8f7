"""Revocation lists as strictly read values. Judges nothing: `keys.lint_crl` and `keys.chain` do.

A list may name tens of thousands of certificates: its entries are scanned once, without an object for each.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from keys import algorithms
from keys.der import (
    BOOLEAN,
    GENERALIZED_TIME,
    INTEGER,
    OCTET_STRING,
    OID,
    SEQUENCE,
    UTC_TIME,
    DerError,
    Reader,
    boolean,
    dotted,
    element,
    integer,
    only,
    time,
)
from keys.extensions import Extension, authority_key, read_extensions
from keys.x509 import WrittenTime, read_signed, read_time

MAX_CRL_BYTES: Final = 262_144  # some 7,000 entries of the usual kind; a State names some hundred certificates
_ENUMERATED: Final = 0x0A
_ENTRY_TAGS: Final = bytes((SEQUENCE, INTEGER))
_UTC_HEADER: Final = bytes((UTC_TIME, 13))
_PAIRS: Final = struct.Struct("2s" * 6).unpack
_REASON_CODE: Final = "2.5.29.21"
_READ_ENTRY_EXTENSIONS: Final = (_REASON_CODE, "2.5.29.23", "2.5.29.24")  # reason, hold instruction, invalidity date


@dataclass(frozen=True)
class RevocationList:
    """One complete CRL. revoked: serial number -> time of revocation; reasons: serial number -> reasonCode, if given.

    entry_extensions: some entry has one; unread_entry_extension: a critical one nothing here understands, so that the
    list says nothing (RFC 5280 §5.3). oddities: what the strict rules refuse and has one meaning (`keys.oddities`).
    """

    der: bytes
    tbs: bytes
    version: int
    inner_algorithm_der: bytes
    outer_algorithm_der: bytes
    issuer_der: bytes
    this_update: WrittenTime
    next_update: WrittenTime | None
    revoked: Mapping[int, datetime]
    reasons: Mapping[int, int]
    empty_list_written: bool
    entry_extensions: bool
    unread_entry_extension: bool
    extensions: tuple[Extension, ...]
    signature: bytes
    oddities: tuple[str, ...] = ()

    @property
    def algorithm(self) -> algorithms.SignatureAlgorithm:
        return algorithms.signature_algorithm(self.outer_algorithm_der)

    def extension(self, name: str) -> Extension | None:
        return next((e for e in self.extensions if e.name == name), None)

    @property
    def number(self) -> int | None:
        held = self.extension("crl_number")
        return integer(only(held.value, INTEGER)) if held else None

    @property
    def authority_key_identifier(self) -> bytes | None:
        return authority_key(self.extension("authority_key_identifier"))


class _Entries:
    """The scan of revokedCertificates: fills revoked, reasons and what its extensions are."""

    def __init__(self, odd: list[str]) -> None:
        self.odd = odd
        self.revoked: dict[int, datetime] = {}
        self.reasons: dict[int, int] = {}
        self.extensions = self.unread = False

    def read(self, data: bytes, at: int, end: int) -> None:
        """The entries that are [at, end) of `data`. Raises `DerError`."""
        revoked = self.revoked
        while at < end:
            start = at + 4
            if start < end and data[at : at + 3 : 2] == _ENTRY_TAGS and (size := data[at + 1]) < 0x80 > data[at + 3]:
                digits, date, stop = start, start + data[at + 3], at + 2 + size  # by far the most entries
                if date > stop or stop > end:
                    raise DerError(f"the CRL entry at byte {at} runs past its end")
            else:
                tag, start, stop = element(data, at, end)
                number, digits, date = element(data, start, stop)
                if tag != SEQUENCE or number != INTEGER:
                    raise DerError(f"no CRL entry at byte {at}")
            serial = integer(data[digits:date])
            after = date + 15
            written = data[date:after]
            if written[:2] == _UTC_HEADER and written[14:] == b"Z" and after <= stop and written[2:14].isdigit():
                revoked[serial] = _utc(written[2:14])
            else:
                kind, start, after = element(data, date, stop)
                revoked[serial] = time(kind, data[start:after], self.odd)
            if after != stop:
                self.extensions = True
                self._extensions(serial, Reader(data, after, stop))
            at = stop

    def _extensions(self, serial: int, entry: Reader) -> None:
        held = entry.enter(SEQUENCE)
        entry.done()
        while held.more():
            item = held.enter(SEQUENCE)
            oid = dotted(item.content(OID))
            critical = boolean(item.content(BOOLEAN)) if item.peek() == BOOLEAN else False
            value = item.content(OCTET_STRING)
            item.done()
            if oid == _REASON_CODE:
                self.reasons[serial] = integer(only(value, _ENUMERATED))
            self.unread |= critical and oid not in _READ_ENTRY_EXTENSIONS


def _utc(digits: bytes) -> datetime:
    """YYMMDDhhmmss, as `keys.der.time` reads it, at a tenth of the time."""
    year, month, day, hour, minute, second = map(int, _PAIRS(digits))
    try:
        return datetime(year + (2000 if year < 50 else 1900), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as error:
        raise DerError(f"no such time: {error}") from error


def read_crl(der: bytes) -> RevocationList:
    """One CRL, nothing before or after it. Raises `DerError`."""
    if len(der) > MAX_CRL_BYTES:
        raise DerError("larger than any CRL")
    odd: list[str] = []
    tbs, outer_algorithm, signature = read_signed(der, odd)
    reader = Reader(tbs).enter(SEQUENCE)
    version = reader.integer() + 1 if reader.peek() == INTEGER else 1
    inner_algorithm, issuer = reader.whole(SEQUENCE), reader.whole(SEQUENCE)
    this_update = read_time(reader, odd)
    next_update = read_time(reader, odd) if reader.peek() in (UTC_TIME, GENERALIZED_TIME) else None
    entries = _Entries(odd)
    listed = reader.peek() == SEQUENCE
    if listed:
        entries.read(tbs, *reader.span(SEQUENCE))
    extensions = read_extensions(reader, 0)
    reader.done()
    return RevocationList(
        der=der,
        tbs=tbs,
        version=version,
        inner_algorithm_der=inner_algorithm,
        outer_algorithm_der=outer_algorithm,
        issuer_der=issuer,
        this_update=this_update,
        next_update=next_update,
        revoked=entries.revoked,
        reasons=entries.reasons,
        empty_list_written=listed and not entries.revoked,
        entry_extensions=entries.extensions,
        unread_entry_extension=entries.unread,
        extensions=extensions,
        signature=signature,
        oddities=tuple(sorted(set(odd))),
    )
