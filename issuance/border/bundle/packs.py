"""A set of byte strings as one file, and what changed between two: certificates, lists, ended certificates.

Each entry stands behind its length (four bytes, the lowest first), in ascending order, each once: equal sets, equal
bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

_LENGTH: Final = 4
MOST: Final = 1_000_000


class PackInvalid(ValueError):
    """The bytes are no pack, or no change of one."""


def pack(entries: Iterable[bytes]) -> bytes:
    """The file of these entries."""
    return b"".join(len(one).to_bytes(_LENGTH, "little") + one for one in sorted(set(entries)))


def unpack(data: bytes | memoryview) -> tuple[bytes, ...]:
    """Its entries in order. Raises `PackInvalid`."""
    found: list[bytes] = []
    view, at = memoryview(data), 0
    while at < len(view):
        end = at + _LENGTH + int.from_bytes(view[at : at + _LENGTH], "little")
        if at + _LENGTH > len(view) or end > len(view) or len(found) >= MOST:
            raise PackInvalid("an entry beyond the end")
        found.append(bytes(view[at + _LENGTH : end]))
        if len(found) > 1 and found[-2] >= found[-1]:
            raise PackInvalid("entries out of order")
        at = end
    return tuple(found)


def changes(before: bytes, after: bytes) -> bytes:
    """What makes the one file the other: digests of what goes, and what comes."""
    old, new = set(unpack(before)), set(unpack(after))
    return _joined({sha256(one).digest() for one in old - new}, new - old)


def changed(before: bytes, change: bytes) -> bytes:
    """The file after the change. Raises `PackInvalid`."""
    gone, come = _parts(change)
    return pack({one for one in unpack(before) if sha256(one).digest() not in gone} | come)


def composed(first: bytes, second: bytes) -> bytes:
    """One change that does what the two do in turn. Raises `PackInvalid`."""
    (gone, come), (gone_then, come_then) = _parts(first), _parts(second)
    gone |= gone_then
    come = {one for one in come if sha256(one).digest() not in gone_then} | come_then
    return _joined(gone, come)


def _joined(gone: set[bytes], come: set[bytes]) -> bytes:
    removed = pack(gone)
    return len(removed).to_bytes(_LENGTH, "little") + removed + pack(come)


def _parts(change: bytes) -> tuple[set[bytes], set[bytes]]:
    size = int.from_bytes(change[:_LENGTH], "little")
    if len(change) < _LENGTH + size:
        raise PackInvalid("a change that ends early")
    return set(unpack(change[_LENGTH : _LENGTH + size])), set(unpack(change[_LENGTH + size :]))
