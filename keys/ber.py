"""BER read into the DER of the same values: indefinite and longer lengths, strings in segments (X.690 §8).

For verifiers of what others wrote. What was signed stays the bytes received: every element knows where it stood. One
pass without recursion; depth and count are bounded, so that no input costs more than a few times its length.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from keys.der import DerError

MAX_DEPTH: Final = 32
MAX_ELEMENTS: Final = 4_000
_CONSTRUCTED: Final = 0x20
_BIT_STRING: Final = 0x03
_STRINGS: Final = (0x03, 0x04, 0x0C, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1A, 0x1C, 0x1E)


@dataclass(slots=True)
class Element:
    """One element of what is read: [start, end) with header and end mark, [content, stop) without; der: its DER."""

    tag: int
    start: int
    content: int
    stop: int
    end: int
    children: list[Element] = field(default_factory=list)
    der: bytes = b""


def read_ber(data: bytes, at: int, end: int) -> Element:
    """The one element that fills data[at:end], with all below it; `der` is its DER. Raises `DerError`."""
    root, found = Element(_CONSTRUCTED, at, at, end, end), []
    open_: list[Element] = [root]
    while open_:
        parent = open_[-1]
        if parent.stop >= 0 and at == parent.stop:
            parent.end = at
            open_.pop()
            continue
        if parent.stop < 0 and data[at : min(at + 2, end)] == b"\x00\x00":
            parent.stop, parent.end = at, at + 2
            at += 2
            open_.pop()
            continue
        item = _header(data, at, _limit(open_))
        found.append(item)
        parent.children.append(item)
        if len(found) > MAX_ELEMENTS or len(open_) > MAX_DEPTH:
            raise DerError("too many elements, or nested too deeply")
        at = item.content
        if item.tag & _CONSTRUCTED:
            open_.append(item)
        else:
            at = item.end = item.stop
    if len(root.children) != 1:
        raise DerError("not one element")
    for item in reversed(found):  # children stand after their parent
        item.der = _der(data, item)
    return root.children[0]


def _limit(open_: list[Element]) -> int:
    """Where the innermost element of known length ends: nothing inside may pass it."""
    return next(e.stop for e in reversed(open_) if e.stop >= 0)


def _header(data: bytes, at: int, end: int) -> Element:
    """stop -1: of indefinite length."""
    start = at + 2
    if start > end:
        raise DerError(f"truncated at byte {at}")
    tag, length = data[at], data[at + 1]
    if tag & 0x1F == 0x1F or tag == 0:
        raise DerError(f"multi-byte tag or end mark at byte {at}")
    if length == 0x80:
        if not tag & _CONSTRUCTED:
            raise DerError(f"a primitive element of indefinite length at byte {at}")
        return Element(tag, at, start, -1, -1)
    if length > 0x80:
        count = length & 0x7F
        if count > 8 or start + count > end:
            raise DerError(f"impossible length at byte {at}")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    if start + length > end:
        raise DerError(f"the element at byte {at} runs past its end")
    return Element(tag, at, start, start + length, start + length)


def _der(data: bytes, item: Element) -> bytes:
    tag = item.tag
    if not tag & _CONSTRUCTED:
        return _framed(tag, data[item.content : item.stop])
    plain = tag & ~_CONSTRUCTED
    if plain not in _STRINGS:
        return _framed(tag, b"".join(child.der for child in item.children))
    segments = []
    for child in item.children:
        if child.tag & ~_CONSTRUCTED not in (plain, 0x04) or (plain == _BIT_STRING) != (
            child.tag & 0x1F == _BIT_STRING
        ):
            raise DerError(f"a string segment of another type at byte {child.start}")
        segments.append(child.der[_header(child.der, 0, len(child.der)).content :])
    if plain == _BIT_STRING:
        if not segments or any(segment[:1] != b"\x00" for segment in segments[:-1]):
            raise DerError(f"BIT STRING segments that do not fit at byte {item.start}")
        segments = [segments[-1][:1], *(segment[1:] for segment in segments)]
    return _framed(plain, b"".join(segments))


def _framed(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + content
