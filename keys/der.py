"""A strict DER reader: every byte has one meaning, anything else is a `DerError`, quickly and in bounded memory.

For verifiers, so it must share nothing with the encoders (`keys.encode`). It knows no structure; it never recurses.
What other States are known to have written otherwise can be read with a list of oddities: then a value that has one
obvious meaning is taken, and its oddity is noted by name (`keys.oddities`). Without the list it is a `DerError`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, NULL, OID = 0x01, 0x02, 0x03, 0x04, 0x05, 0x06
UTF8_STRING, PRINTABLE_STRING, IA5_STRING, UTC_TIME, GENERALIZED_TIME = 0x0C, 0x13, 0x16, 0x17, 0x18
SEQUENCE, SET = 0x30, 0x31

Oddities = list[str] | None

_PRINTABLE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
_OTHER_STRINGS = {0x12: "ascii", 0x14: "latin-1", 0x1A: "ascii", 0x1C: "utf-32-be", 0x1E: "utf-16-be"}
_TIME = re.compile(rb"(\d{10})(\d\d)?(?:[.,](\d{1,9}))?(Z|[+-]\d{4})?")
_MAX_OID_BYTES = 64
_MAX_NAMED_BITS_BYTES = 16
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

    def integer(self, tag: int = INTEGER, odd: Oddities = None) -> int:
        return integer(self.content(tag), odd)

    def done(self) -> None:
        if self.at != self.end:
            raise DerError(f"unexpected data at byte {self.at}")

    def rest(self) -> Iterator[tuple[int, bytes]]:
        """(tag, whole element) of all that remains."""
        while self.at < self.end:
            tag = self.data[self.at]
            yield tag, self.whole()


def note(odd: Oddities, name: str, wrong: str) -> None:
    """Notes the oddity, or raises `DerError` when none is wanted."""
    if odd is None:
        raise DerError(wrong)
    if name not in odd:
        odd.append(name)


def integer(content: bytes, odd: Oddities = None) -> int:
    """Two's complement, minimal."""
    if not content:
        raise DerError("an INTEGER without content")
    if len(content) > 1 and ((content[0] == 0 and content[1] < 0x80) or (content[0] == 0xFF and content[1] >= 0x80)):
        note(odd, "integer.minimal", "an INTEGER that is not minimal")
    return int.from_bytes(content, "big", signed=True)


def boolean(content: bytes, odd: Oddities = None) -> bool:
    if content not in (b"\x00", b"\xff"):
        if len(content) != 1:
            raise DerError("a BOOLEAN of other than one octet")
        note(odd, "boolean.value", "a BOOLEAN other than 00 or FF")
    return content != b"\x00"


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


def whole_bytes(content: bytes, odd: Oddities = None) -> bytes:
    """A BIT STRING that must hold whole bytes (keys, signatures)."""
    held, unused = bit_string(content)
    if unused:
        note(odd, "bit_string.unused", "a BIT STRING that should hold whole bytes")
    return held


def named_bits(content: bytes, odd: Oddities = None) -> frozenset[int]:
    """The numbers of the set bits; trailing zero bits are not DER for named bits (X.690 §11.2.2)."""
    if len(content) > _MAX_NAMED_BITS_BYTES:
        raise DerError("a named BIT STRING of impossible length")
    held, unused = bit_string(content)
    if held and not held[-1] >> unused & 1:
        note(odd, "named_bits.trailing", "a named BIT STRING with trailing zero bits")
    return frozenset(i for i in range(len(held) * 8) if held[i // 8] & 0x80 >> i % 8)


def text(tag: int, content: bytes, odd: Oddities = None) -> str:
    """A directory string of one of the two types Doc 9303-12 allows, or IA5."""
    if tag == PRINTABLE_STRING:
        if not _PRINTABLE.issuperset(content):
            note(odd, "string.characters", "a PrintableString with other characters")
        return content.decode("latin-1")
    try:
        if tag == UTF8_STRING:
            return content.decode("utf-8")
        if tag == IA5_STRING:
            return content.decode("ascii")
        if tag in _OTHER_STRINGS:
            note(odd, "string.type", f"tag {tag:02X} is no string type known here")
            return content.decode(_OTHER_STRINGS[tag])
    except UnicodeDecodeError as error:
        if odd is None:
            raise DerError("text that is not in its declared encoding") from error
        note(odd, "string.characters", "")
        return content.decode("latin-1")
    raise DerError(f"tag {tag:02X} is no string type known here")


def time(tag: int, content: bytes, odd: Oddities = None) -> datetime:
    """UTCTime or GeneralizedTime with seconds and `Z`, no fraction (RFC 5280 §4.1.2.5). Fractions are cut off."""
    if tag == UTC_TIME:
        content = (b"20" if content[:2] < b"50" else b"19") + content
    elif tag != GENERALIZED_TIME:
        raise DerError("not a time")
    found = _TIME.fullmatch(content, 2)
    if found is None or (tag == UTC_TIME and found[3] is not None) or not content[:2].isdigit():
        raise DerError("a time of another form")
    minutes, seconds, fraction, zone = found.groups()
    if seconds is None or fraction is not None or zone != b"Z":
        note(odd, "time.form", "a time without seconds or Z, or with a fraction")
    numbers = (content[:2] + minutes + (seconds or b"00")).decode("ascii")
    try:
        at = datetime.strptime(numbers, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
        if zone in (None, b"Z"):
            return at
        ahead = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:5]))
        return at - ahead if zone[:1] == b"+" else at + ahead
    except (ValueError, OverflowError) as error:
        raise DerError(f"no such time: {error}") from error


def only(value: bytes, tag: int) -> bytes:
    """The content of the one element of this tag that `value` is."""
    found, start, stop = element(value, 0, len(value))
    if found != tag or stop != len(value):
        raise DerError(f"one element of tag {tag:02X} expected")
    return value[start:stop]
