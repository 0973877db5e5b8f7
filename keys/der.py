"""A strict DER reader: every byte has one meaning, anything else is a `DerError`, quickly and in bounded memory.

For verifiers, so it must share nothing with the encoders (`keys.encode`). It knows no structure; it never recurses.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, PRINTABLE_STRING, IA5_STRING, UTC_TIME, GENERALIZED_TIME = 0x0C, 0x13, 0x16, 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31

_PRINTABLE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
_MAX_OID_BYTES = 64
MAX_ELEMENTS = 64


class DerError(ValueError):
    """The bytes are not DER of the expected shape. The message says where and why."""


def context(number: int, *, constructed: bool = True) -> int:
    """The tag byte of context-specific `[number]`."""
    return (0xA0 if constructed else 0x80) | number


def element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """(tag, content start, content end) of the element at `at`. Single-byte tags and definite minimal lengths only."""
    start = at + 2
    if start > end:
        raise DerError(f"truncated at byte {at}")
    tag, length = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:
        raise DerError(f"multi-byte tag at byte {at}")
    if length >= 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4 or start + count > end:
            raise DerError(f"indefinite or impossible length at byte {at}")
        length = int.from_bytes(data[start : start + count], "big")
        if length < 0x80 or data[start] == 0:
            raise DerError(f"length not minimal at byte {at}")
        start += count
    stop = start + length
    if stop > end:
        raise DerError(f"the element at byte {at} runs past its end")
    return tag, start, stop


def elements(data: bytes, at: int, end: int) -> list[tuple[int, int, int, int]]:
    """(tag, start, content start, end) of every element of the content [at, end). At most `MAX_ELEMENTS`."""
    found = []
    while at < end:
        start = at + 2
        if start < end and data[at] & 0x1F != 0x1F and (first := data[at + 1]) <= 0x82 and first != 0x80:
            # by far the most elements; `element` says the same for every other, and for all that is wrong here
            tag = data[at]
            if first < 0x80:
                stop = start + first
            elif first == 0x81 and data[start] >= 0x80:
                start += 1
                stop = start + data[start - 1]
            elif first == 0x82 and data[start] and start + 1 < end:
                start += 2
                stop = start + (data[start - 2] << 8 | data[start - 1])
            else:
                tag, start, stop = element(data, at, end)
            if stop > end:
                raise DerError(f"the element at byte {at} runs past its end")
        else:
            tag, start, stop = element(data, at, end)
        found.append((tag, at, start, stop))
        at = stop
        if len(found) > MAX_ELEMENTS:
            raise DerError("too many elements")
    return found


class Reader:
    """A cursor over the elements of one constructed value; read in order, then `done()`."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    def more(self) -> bool:
        return self.at < self.end

    def peek(self) -> int:
        """The next tag, or -1 at the end."""
        return self.data[self.at] if self.at < self.end else -1

    def span(self, tag: int) -> tuple[int, int]:
        """(start, end) of the content of the next element, which must carry `tag`."""
        data, at = self.data, self.at
        start = at + 2
        if start <= self.end and data[at] == tag and data[at + 1] < 0x80:  # most elements: short form
            stop = start + data[at + 1]
            if stop <= self.end:
                self.at = stop
                return start, stop
        found, start, stop = element(data, at, self.end)
        if found != tag:
            raise DerError(f"tag {found:02X} at byte {at}, expected {tag:02X}")
        self.at = stop
        return start, stop

    def enter(self, tag: int) -> Reader:
        start, stop = self.span(tag)
        return Reader(self.data, start, stop)

    def content(self, tag: int) -> bytes:
        start, stop = self.span(tag)
        return self.data[start:stop]

    def whole(self, tag: int | None = None) -> bytes:
        """The next element with its header."""
        at = self.at
        found, _, stop = element(self.data, at, self.end)
        if tag is not None and found != tag:
            raise DerError(f"tag {found:02X} at byte {at}, expected {tag:02X}")
        self.at = stop
        return self.data[at:stop]

    def integer(self, tag: int = INTEGER) -> int:
        return integer(self.content(tag))

    def done(self) -> None:
        if self.at != self.end:
            raise DerError(f"unexpected data at byte {self.at}")

    def rest(self) -> Iterator[tuple[int, bytes]]:
        """(tag, whole element) of all that remains."""
        while self.at < self.end:
            tag = self.data[self.at]
            yield tag, self.whole()


def integer(content: bytes) -> int:
    """Two's complement, minimal."""
    if not content:
        raise DerError("an INTEGER without content")
    if len(content) > 1 and ((content[0] == 0 and content[1] < 0x80) or (content[0] == 0xFF and content[1] >= 0x80)):
        raise DerError("an INTEGER that is not minimal")
    return int.from_bytes(content, "big", signed=True)


def boolean(content: bytes) -> bool:
    if content not in (b"\x00", b"\xff"):
        raise DerError("a BOOLEAN other than 00 or FF")
    return content == b"\xff"


@lru_cache(maxsize=512)
def dotted(content: bytes) -> str:
    """The dotted form of an OBJECT IDENTIFIER's content."""
    if not 1 <= len(content) <= _MAX_OID_BYTES or content[-1] & 0x80:
        raise DerError("an OBJECT IDENTIFIER that does not end")
    arcs: list[int] = []
    value, fresh = 0, True
    for byte in content:
        if fresh and byte == 0x80:
            raise DerError("an OBJECT IDENTIFIER that is not minimal")
        value, fresh = value << 7 | byte & 0x7F, not byte & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def bit_string(content: bytes) -> tuple[bytes, int]:
    """(bytes, unused bits); unused bits must be 0."""
    if not content or content[0] > 7 or (len(content) == 1 and content[0]):
        raise DerError("a BIT STRING with an impossible count of unused bits")
    if content[0] and content[-1] & ((1 << content[0]) - 1):
        raise DerError("a BIT STRING whose unused bits are not zero")
    return content[1:], content[0]


def whole_bytes(content: bytes) -> bytes:
    """A BIT STRING that must hold whole bytes (keys, signatures)."""
    held, unused = bit_string(content)
    if unused:
        raise DerError("a BIT STRING that should hold whole bytes")
    return held


def named_bits(content: bytes) -> frozenset[int]:
    """The numbers of the set bits; trailing zero bits are not DER for named bits (X.690 §11.2.2)."""
    held, unused = bit_string(content)
    if held and not held[-1] >> unused & 1:
        raise DerError("a named BIT STRING with trailing zero bits")
    return frozenset(i for i in range(len(held) * 8) if held[i // 8] & 0x80 >> i % 8)


def text(tag: int, content: bytes) -> str:
    """A directory string of one of the two types Doc 9303-12 allows, or IA5."""
    if tag == PRINTABLE_STRING:
        if not _PRINTABLE.issuperset(content):
            raise DerError("a PrintableString with other characters")
        return content.decode("ascii")
    try:
        if tag == UTF8_STRING:
            return content.decode("utf-8")
        if tag == IA5_STRING:
            return content.decode("ascii")
    except UnicodeDecodeError as error:
        raise DerError("text that is not in its declared encoding") from error
    raise DerError(f"tag {tag:02X} is no string type known here")


def time(tag: int, content: bytes) -> datetime:
    """UTCTime or GeneralizedTime with seconds and `Z`, no fraction (RFC 5280 §4.1.2.5)."""
    digits = content[:-1]
    if content[-1:] != b"Z" or not digits.isdigit():
        raise DerError("a time without Z, or with other than digits")
    if tag == UTC_TIME and len(digits) == 12:
        digits = (b"20" if digits[:2] < b"50" else b"19") + digits
    elif tag != GENERALIZED_TIME or len(digits) != 14:
        raise DerError("a time of the wrong length")
    try:
        return datetime.strptime(digits.decode("ascii"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise DerError(f"no such time: {error}") from error
