"""Revocation lists as strictly read values. Judges nothing: `keys.lint_crl` and `keys.chain` do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from keys import algorithms
from keys.der import GENERALIZED_TIME, INTEGER, SEQUENCE, UTC_TIME, DerError, Reader, integer, only
from keys.x509 import Extension, WrittenTime, read_authority_key, read_extensions, read_signed, read_time

MAX_CRL_BYTES: Final = 8_388_608


@dataclass(frozen=True)
class RevocationList:
    """One complete CRL. revoked: serial number -> time of revocation."""

    der: bytes
    tbs: bytes
    version: int
    inner_algorithm_der: bytes
    outer_algorithm_der: bytes
    issuer_der: bytes
    this_update: WrittenTime
    next_update: WrittenTime | None
    revoked: Mapping[int, datetime]
    empty_list_written: bool
    entry_extensions: bool
    extensions: tuple[Extension, ...]
    signature: bytes

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
        return read_authority_key(self.extension("authority_key_identifier"))


def read_crl(der: bytes) -> RevocationList:
    """One CRL, nothing before or after it. Raises `DerError`."""
    if len(der) > MAX_CRL_BYTES:
        raise DerError("larger than any CRL")
    tbs, outer_algorithm, signature = read_signed(der)
    reader = Reader(tbs).enter(SEQUENCE)
    version = reader.integer() + 1 if reader.peek() == INTEGER else 1
    inner_algorithm, issuer = reader.whole(SEQUENCE), reader.whole(SEQUENCE)
    this_update = read_time(reader)
    next_update = read_time(reader) if reader.peek() in (UTC_TIME, GENERALIZED_TIME) else None
    revoked: dict[int, datetime] = {}
    listed, entry_extensions = reader.peek() == SEQUENCE, False
    if listed:
        entries = reader.enter(SEQUENCE)
        while entries.more():
            entry = entries.enter(SEQUENCE)
            serial = entry.integer()
            revoked[serial] = read_time(entry).at
            entry_extensions |= entry.more()
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
        revoked=revoked,
        empty_list_written=listed and not revoked,
        entry_extensions=entry_extensions,
        extensions=extensions,
        signature=signature,
    )
