"""BER-TLV by hand."""

from __future__ import annotations


def tlv(tag: int, *values: bytes) -> bytes:
    """One element with the shortest length."""
    value = b"".join(values)
    size = len(value)
    length = bytes((size,)) if size < 0x80 else _long(size)
    return tag.to_bytes((tag.bit_length() + 7) // 8, "big") + length + value


def _long(size: int) -> bytes:
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(octets),)) + octets
