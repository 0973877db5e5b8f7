"""LDIF (RFC 2849), the text in which directories are exchanged: read one entry at a time, and written.

Own code instead of the PyPI package `ldif`: that one joins folded lines with `+=` (minutes for one master list), bounds
nothing, and drops bad base64 in silence. Reads content records only; a URL (`attr:<`) is refused, never fetched.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from keys.der import DerError
from specs.schema.lists import Directory

_ATTRIBUTE: Final = re.compile(rb"[A-Za-z0-9][A-Za-z0-9.-]*(;[A-Za-z0-9-]+)*")
_SAFE: Final = re.compile(rb"(?![ :<])[\x01-\x09\x0b\x0c\x0e-\x7f]*(?<! )|")  # RFC 2849 SAFE-STRING
_LINE_BYTES: Final = 65_536  # of the file; a folded line may be as long as a value may
_FOLD_AT: Final = 76
_LINES_OF_ENTRY: Final = 256


class LdifError(DerError):
    """The text is not LDIF, or larger than allowed. The message names the line."""


@dataclass(frozen=True, slots=True)
class Entry:
    """dn: as written; attributes: (lower-case name with its options, value) in order; line: where it begins."""

    dn: str
    attributes: tuple[tuple[str, bytes], ...]
    line: int

    def values(self, name: str) -> list[bytes]:
        """The values of an attribute, with or without the option `;binary`."""
        wanted = (name.lower(), f"{name.lower()};binary")
        return [value for held, value in self.attributes if held in wanted]


def entries(file: BinaryIO, limits: Directory) -> Iterator[Entry]:
    """Every content record of a file opened for bytes, holding one in memory. Raises `LdifError`."""
    count = 0
    for lines in _records(file, limits):
        if (entry := _entry(lines, limits)) is None:
            continue
        count += 1
        if count > limits.maximum_entries:
            raise LdifError(f"line {entry.line}: more than {limits.maximum_entries} entries")
        yield entry


def write(records: Iterable[tuple[str, Sequence[tuple[str, bytes | str]]]]) -> Iterator[bytes]:
    """A file of (dn, attributes) piece by piece: version line, then one record each."""
    yield b"version: 1\n"
    for dn, attributes in records:
        lines = [_line("dn", dn), *(_line(name, value) for name, value in attributes)]
        yield b"\n" + b"".join(lines)


def _physical_lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 0
    while line := file.readline(_LINE_BYTES + 1):
        number += 1
        if len(line) > _LINE_BYTES:
            raise LdifError(f"line {number}: longer than {_LINE_BYTES} bytes")
        yield number, line.rstrip(b"\n").removesuffix(b"\r")


def _records(file: BinaryIO, limits: Directory) -> Iterator[list[tuple[int, bytes]]]:
    """Unfolded lines without comments, in blocks between blank lines."""
    longest = 2 * limits.maximum_value_bytes
    record: list[tuple[int, list[bytes]]] = []
    octets = 0
    for number, line in _physical_lines(file):
        octets += len(line)
        if octets > longest:
            raise LdifError(f"line {number}: an entry larger than {longest} bytes")
        if line[:1] == b" " and record:
            record[-1][1].append(line[1:])
        elif line[:1] == b" ":
            raise LdifError(f"line {number}: a continuation of nothing")
        elif line:
            record.append((number, [line]))
            if len(record) > _LINES_OF_ENTRY:
                raise LdifError(f"line {number}: more than {_LINES_OF_ENTRY} attributes in one entry")
        else:
            yield _unfolded(record)
            record, octets = [], 0
    yield _unfolded(record)


def _unfolded(record: list[tuple[int, list[bytes]]]) -> list[tuple[int, bytes]]:
    joined = ((number, b"".join(parts)) for number, parts in record)
    return [(number, line) for number, line in joined if not line.startswith(b"#")]


def _entry(lines: list[tuple[int, bytes]], limits: Directory) -> Entry | None:
    """One record; None for a block of comments or the version line alone."""
    if lines and lines[0][1].lower().startswith(b"version:"):
        lines = lines[1:]
    if not lines:
        return None
    pairs = [_pair(number, line, limits.maximum_value_bytes) for number, line in lines]
    (first, dn), *attributes = pairs
    if first != "dn":
        raise LdifError(f"line {lines[0][0]}: an entry begins with dn:")
    if attributes and attributes[0][0] == "changetype":
        if attributes[0][1].lower() != b"add":
            raise LdifError(f"line {lines[1][0]}: a change other than add")
        attributes = attributes[1:]
    try:
        return Entry(dn.decode("utf-8"), tuple(attributes), lines[0][0])
    except UnicodeDecodeError as error:
        raise LdifError(f"line {lines[0][0]}: a name that is not UTF-8") from error


def _pair(number: int, line: bytes, limit: int) -> tuple[str, bytes]:
    name, colon, rest = line.partition(b":")
    if not colon or not _ATTRIBUTE.fullmatch(name):
        raise LdifError(f"line {number}: no attribute and value")
    if rest.startswith(b"<"):
        raise LdifError(f"line {number}: a value at a URL, which is never fetched")
    if rest.startswith(b":"):
        try:
            value = binascii.a2b_base64(rest[1:].strip(b" "), strict_mode=True)
        except binascii.Error as error:
            raise LdifError(f"line {number}: {error}") from error
    else:
        value = rest.lstrip(b" ")
    if len(value) > limit:
        raise LdifError(f"line {number}: a value larger than {limit} bytes")
    return name.decode("ascii").lower(), value


def _line(name: str, value: bytes | str) -> bytes:
    """One attribute, base64 where RFC 2849 asks for it or the value is binary, folded."""
    plain = isinstance(value, str) and _SAFE.fullmatch(value.encode())
    octets = value.encode() if isinstance(value, str) else value
    line = name.encode("ascii") + (b": " + octets if plain else b":: " + binascii.b2a_base64(octets, newline=False))
    parts = [line[:_FOLD_AT], *(b" " + line[at : at + _FOLD_AT - 1] for at in range(_FOLD_AT, len(line), _FOLD_AT - 1))]
    return b"\n".join(parts) + b"\n"
