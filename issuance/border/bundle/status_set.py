"""Every number and its state in one file: exact, about 13 bits a number, looked up in place without reading the file.

The numbers of a series lie in a dense universe (prefix, alphabet, length), so a number is an integer of it. The sorted
integers are kept as Elias and Fano did: the low bits side by side, the high bits as a bit vector with a sample every
`BUCKETS` buckets. What is not in the default state is marked by rank, with its state in four bits. Equal content gives
equal bytes. The layout, byte by byte: docs/border-bundle.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

MAGIC: Final = b"LYSTATUS"
VERSION: Final = 1
FILLER: Final = "<"
BUCKETS: Final = 256
"""Buckets of high bits between two samples."""
RANKED: Final = 512
"""Bits of the marks between two counts."""
MOST_STATES: Final = 16
_CHUNK: Final = 1 << 16
_MOST_BITS: Final = 62
_HEADER_MAXIMUM: Final = 1 << 20
Values = NDArray[np.uint64]
Codes = NDArray[np.uint8]
Buffer = bytes | memoryview


class StatusSetInvalid(ValueError):
    """The bytes are no status set."""


@dataclass(frozen=True, slots=True)
class Universe:
    """Numbers of `prefix` and `length` characters of `alphabet`, the first digit the most significant.

    A shorter number is filled up with `<`; so where the alphabet has no `<`, every number has its full length.
    """

    prefix: str
    alphabet: str
    length: int

    @property
    def size(self) -> int:
        return int(len(self.alphabet) ** self.length)

    @property
    def width(self) -> int:
        return len(self.prefix) + self.length

    def value(self, number: str) -> int | None:
        """Its place in the universe, None: it does not fit. number: capitals without fillers at its end."""
        if len(number) > self.width or not number.startswith(self.prefix):
            return None
        value = 0
        for character in number[len(self.prefix) :].ljust(self.length, FILLER):
            digit = self.alphabet.find(character)
            if digit < 0:
                return None
            value = value * len(self.alphabet) + digit
        return value

    def number(self, value: int) -> str:
        """The number at this place."""
        digits = []
        for _ in range(self.length):
            value, digit = divmod(value, len(self.alphabet))
            digits.append(self.alphabet[digit])
        return (self.prefix + "".join(reversed(digits))).rstrip(FILLER)

    def as_json(self) -> dict[str, Any]:
        return {"prefix": self.prefix, "alphabet": self.alphabet, "length": self.length}


OTHERS: Final = Universe("", "<0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 9)
"""Every number a machine readable zone holds: for those of no series."""


@dataclass(frozen=True, slots=True)
class Section:
    """Numbers of one universe: places, ascending, each once, and as many codes (indexes of `Content.states`)."""

    values: Values
    codes: Codes


@dataclass(frozen=True, slots=True)
class Content:
    """What a status set says. states: identifiers by code; default: that of a number that is not marked. A number
    stands in the first universe it fits."""

    states: tuple[str, ...]
    default: str
    universes: tuple[Universe, ...]
    sections: tuple[Section, ...]

    @property
    def count(self) -> int:
        return sum(len(one.values) for one in self.sections)


def normal(number: str) -> str:
    """As numbers are compared: capitals, without blanks round them and fillers at the end."""
    return number.strip().upper().rstrip(FILLER)


def content_of(
    rows: Iterable[tuple[Sequence[str], Sequence[int]]],
    states: Sequence[str],
    default: str,
    universes: Sequence[Universe],
) -> Content:
    """rows: portions of (numbers, codes), each number once, in any order.

    Raises `StatusSetInvalid` for a number that fits no universe, one that stands twice, and more than 16 states.
    """
    if len(states) > MOST_STATES or default not in states:
        raise StatusSetInvalid(f"{len(states)} states, at most {MOST_STATES}, among them the default")
    held: list[list[tuple[Values, Codes]]] = [[] for _ in universes]
    for numbers, codes in rows:
        where, values = places(numbers, universes)
        told = np.asarray(codes, np.uint8)
        for index in range(len(universes)):
            chosen = where == index
            if chosen.any():
                held[index].append((values[chosen], told[chosen]))
    return Content(tuple(states), default, tuple(universes), tuple(_sorted(parts) for parts in held))


def _sorted(parts: list[tuple[Values, Codes]]) -> Section:
    if not parts:
        return Section(np.zeros(0, np.uint64), np.zeros(0, np.uint8))
    values, codes = (np.concatenate([part[i] for part in parts]) for i in (0, 1))
    order = np.argsort(values, kind="stable")
    values, codes = values[order], codes[order]
    if (values[1:] == values[:-1]).any():
        raise StatusSetInvalid("a number stands twice")
    return Section(values.astype(np.uint64), codes.astype(np.uint8))


def places(numbers: Sequence[str], universes: Sequence[Universe]) -> tuple[NDArray[np.intp], Values]:
    """Of each number the index of its universe and its place there. Raises `StatusSetInvalid`."""
    width = max(one.width for one in universes)
    try:
        filled = [normal(number).encode("ascii").ljust(width, b"<") for number in numbers]
    except UnicodeEncodeError as error:
        raise StatusSetInvalid("a number outside A to Z and 0 to 9") from error
    if any(len(one) != width for one in filled):
        raise StatusSetInvalid(f"a number of more than {width} characters")
    matrix = np.frombuffer(b"".join(filled), np.uint8).reshape(len(filled), width)
    where, values = np.full(len(filled), -1, np.intp), np.zeros(len(filled), np.uint64)
    for index, one in enumerate(universes):
        digits, fits = _digits(matrix, one)
        fits &= where < 0
        where[fits] = index
        powers = np.array([len(one.alphabet) ** k for k in reversed(range(one.length))], np.uint64)
        values[fits] = (digits[fits].astype(np.uint64) * powers).sum(axis=1, dtype=np.uint64)
    if (where < 0).any():
        raise StatusSetInvalid("a number that fits no universe")
    return where, values


def _digits(matrix: NDArray[np.uint8], one: Universe) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    table = np.full(256, 255, np.uint8)
    table[np.frombuffer(one.alphabet.encode(), np.uint8)] = np.arange(len(one.alphabet), dtype=np.uint8)
    prefix = np.frombuffer(one.prefix.encode(), np.uint8)
    digits = table[matrix[:, len(prefix) : one.width]]
    fits = (matrix[:, : len(prefix)] == prefix).all(axis=1) & (matrix[:, one.width :] == ord(FILLER)).all(axis=1)
    return digits, fits & (digits != 255).all(axis=1)


def encode(content: Content) -> bytes:
    """The file. The same content gives the same bytes."""
    default = content.states.index(content.default)
    data, sections = bytearray(), []
    for universe, section in zip(content.universes, content.sections, strict=True):
        parts, low_bits, marked = _encoded(universe, section, default)
        told: dict[str, Any] = universe.as_json()
        told |= {"count": len(section.values), "low_bits": low_bits, "marked": marked}
        for name, part in parts.items():
            told[name] = [len(data), len(part)]
            data += part.ljust(-(-len(part) // 8) * 8, b"\0")
        sections.append(told)
    head = {"states": list(content.states), "default": content.default, "sections": sections}
    text = json.dumps(head, separators=(",", ":"), sort_keys=True).encode()
    text = text.ljust(-(-len(text) // 8) * 8)
    return MAGIC + VERSION.to_bytes(4, "little") + len(text).to_bytes(4, "little") + text + bytes(data)


def _encoded(universe: Universe, section: Section, default: int) -> tuple[dict[str, bytes], int, int]:
    values, codes, count = section.values, section.codes, len(section.values)
    low_bits = max(0, (universe.size // count).bit_length() - 1) if count else 0
    buckets = ((universe.size - 1) >> low_bits) + 1 if count else 0
    high = (values >> np.uint64(low_bits)).astype(np.int64)
    bits = np.zeros(buckets + count, np.uint8)
    bits[high + np.arange(count)] = 1
    firsts = np.arange(0, buckets, BUCKETS, dtype=np.int64)
    marks = codes != default
    ranks = np.zeros(-(-count // RANKED), "<u4")
    if count:
        ranks[1:] = np.cumsum(np.add.reduceat(marks, np.arange(0, count, RANKED), dtype=np.int64))[:-1]
    parts = {
        "low": _packed(values & np.uint64((1 << low_bits) - 1), low_bits),
        "high": np.packbits(bits, bitorder="little").tobytes(),
        "starts": (firsts + np.searchsorted(high, firsts)).astype("<u4").tobytes(),
        "marks": np.packbits(marks, bitorder="little").tobytes(),
        "ranks": ranks.tobytes(),
        "codes": _packed(codes[marks].astype(np.uint64), 4),
    }
    return parts, low_bits, int(marks.sum())


def _packed(values: Values, width: int) -> bytes:
    """`width` bits each, the lowest first."""
    shifts, out = np.arange(width, dtype=np.uint64), bytearray()
    for start in range(0, len(values) if width else 0, _CHUNK):
        bits = (values[start : start + _CHUNK, None] >> shifts) & np.uint64(1)
        out += np.packbits(bits.astype(np.uint8).ravel(), bitorder="little").tobytes()
    return bytes(out)


def _unpacked(data: Buffer, count: int, width: int) -> Values:
    out, powers = np.zeros(count, np.uint64), np.uint64(1) << np.arange(width, dtype=np.uint64)
    for start in range(0, count if width else 0, _CHUNK):
        some = min(_CHUNK, count - start)
        first = start * width // 8
        raw = np.frombuffer(data[first : first + (some * width + 7) // 8], np.uint8)
        bits = np.unpackbits(raw, count=some * width, bitorder="little").reshape(some, width)
        out[start : start + some] = (bits * powers).sum(axis=1, dtype=np.uint64)
    return out


class StatusSet:
    """Reads a status set in place. buffer: the file's bytes, or a mapping of it. Raises `StatusSetInvalid`."""

    def __init__(self, buffer: Buffer) -> None:
        self._view = view = memoryview(buffer)
        if bytes(view[:8]) != MAGIC or len(view) < 16 or int.from_bytes(view[8:12], "little") != VERSION:
            raise StatusSetInvalid("not a status set of version 1")
        size = int.from_bytes(view[12:16], "little")
        if size > _HEADER_MAXIMUM or 16 + size > len(view):
            raise StatusSetInvalid("its header is too long")
        try:
            head = json.loads(bytes(view[16 : 16 + size]))
            self.states = tuple(map(_text, head["states"]))
            self.default = _text(head["default"])
            self._default = self.states.index(self.default)
            self._sections = tuple(_Reader(one, view[16 + size :], len(self.states)) for one in head["sections"])
        except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
            raise StatusSetInvalid(f"its header does not read: {type(error).__name__}") from error
        if not 0 < len(self.states) <= MOST_STATES:
            raise StatusSetInvalid("more states than four bits tell")

    def close(self) -> None:
        """Let go of the buffer, so that a mapping of it can be closed."""
        for one in self._sections:
            one.close()
        self._view.release()

    @property
    def universes(self) -> tuple[Universe, ...]:
        return tuple(one.universe for one in self._sections)

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return sum(one.count for one in self._sections)

    def of_series(self, number: str) -> bool:
        """Whether the number is of one of its series, held or not."""
        number = normal(number)
        return any(one.universe != OTHERS and one.universe.value(number) is not None for one in self._sections)

    def state_of(self, number: str) -> str | None:
        """The state of this number, None: it is not held."""
        number = normal(number)
        for one in self._sections:
            value = one.universe.value(number)
            if value is not None:
                index = one.find(value)
                return None if index is None else self.states[one.code(index, self._default)]
        return None

    def content(self) -> Content:
        """All of it. Raises `StatusSetInvalid` for parts that do not fit one another."""
        try:
            sections = tuple(one.section(self._default) for one in self._sections)
        except (ValueError, IndexError) as error:
            raise StatusSetInvalid("its parts do not fit one another") from error
        return Content(self.states, self.default, self.universes, sections)


class _Reader:
    """One section in place."""

    def __init__(self, told: dict[str, Any], data: memoryview, states: int) -> None:
        self.universe = Universe(_text(told["prefix"]), _text(told["alphabet"]), _count(told["length"]))
        self.count, self.low_bits = _count(told["count"]), _count(told["low_bits"])
        self.marked, self.states = _count(told["marked"]), states
        bits = self.universe.length * len(self.universe.alphabet).bit_length()
        if not 1 < len(self.universe.alphabet) < 64 or bits > _MOST_BITS or self.low_bits > bits:
            raise StatusSetInvalid("a universe beyond 62 bits")
        names = ("low", "high", "starts", "marks", "ranks", "codes")
        parts = [self._part(told[name], data) for name in names]
        self.low, self.high, self.starts, self.marks, self.ranks, self.codes = parts
        buckets = (((self.universe.size - 1) >> self.low_bits) + 1) if self.count else 0
        wanted = (
            -(-self.count * self.low_bits // 8),
            -(-(buckets + self.count) // 8),
            -(-buckets // BUCKETS) * 4,
            -(-self.count // 8),
            -(-self.count // RANKED) * 4,
            -(-self.marked // 2),
        )
        if tuple(map(len, parts)) != wanted:
            raise StatusSetInvalid("a part of another length than its numbers need")

    def close(self) -> None:
        for part in (self.low, self.high, self.starts, self.marks, self.ranks, self.codes):
            part.release()

    @staticmethod
    def _part(told: Any, data: memoryview) -> memoryview:
        start, size = map(_count, told)
        if start + size > len(data):
            raise StatusSetInvalid("a part beyond the end")
        return data[start : start + size]

    @cached_property
    def _mask(self) -> int:
        return (1 << self.low_bits) - 1

    def find(self, value: int) -> int | None:
        """How many smaller numbers stand before it, None: it is not held."""
        if not self.count:
            return None
        bucket, wanted = value >> self.low_bits, value & self._mask
        sample, skip = divmod(bucket, BUCKETS)
        place = int.from_bytes(self.starts[4 * sample : 4 * sample + 4], "little")
        place = self._after(place, skip)
        index = place - bucket
        while 0 <= index < self.count and self.high[place >> 3] >> (place & 7) & 1:
            if self._low(index) == wanted:
                return index
            place, index = place + 1, index + 1
            if place >> 3 >= len(self.high):
                break
        return None

    def _after(self, place: int, skip: int) -> int:
        """The place behind so many zeros from `place` on. Raises `StatusSetInvalid` when there are not so many."""
        high, at = self.high, place >> 3
        word = int.from_bytes(high[at : at + 8], "little") >> (place & 7)
        left = 64 - (place & 7)
        while True:
            zeros = left - word.bit_count()
            if skip <= zeros:
                break
            skip, place, at = skip - zeros, place + left, at + 8
            if at >= len(high):
                raise StatusSetInvalid("a sample that leads beyond the end")
            word, left = int.from_bytes(high[at : at + 8], "little"), 64
        while skip:
            ones = (~word & (word + 1)).bit_length() - 1  # ones before the next zero
            word >>= ones + 1
            place, skip = place + ones + 1, skip - 1
        if place >> 3 >= len(high):
            raise StatusSetInvalid("a sample that leads beyond the end")
        return place

    def _low(self, index: int) -> int:
        bit = index * self.low_bits
        first, last = bit >> 3, (bit + self.low_bits + 7) >> 3
        return int.from_bytes(self.low[first:last], "little") >> (bit & 7) & self._mask

    def code(self, index: int, default: int) -> int:
        """The code of the number at this rank."""
        if not self.marks[index >> 3] >> (index & 7) & 1:
            return default
        block, within = divmod(index, RANKED)
        bits = int.from_bytes(self.marks[block * RANKED // 8 : (block + 1) * RANKED // 8], "little")
        rank = int.from_bytes(self.ranks[4 * block : 4 * block + 4], "little")
        rank += (bits & ((1 << within) - 1)).bit_count()
        if rank >= self.marked:
            raise StatusSetInvalid("a rank beyond the codes")
        code = self.codes[rank >> 1] >> 4 * (rank & 1) & 15
        if code >= self.states:
            raise StatusSetInvalid("a code without a state")
        return code

    def section(self, default: int) -> Section:
        """All of it. Raises `ValueError`, `IndexError`."""
        if not self.count:
            return Section(np.zeros(0, np.uint64), np.zeros(0, np.uint8))
        ones = np.flatnonzero(np.unpackbits(np.frombuffer(self.high, np.uint8), bitorder="little"))
        high = (ones - np.arange(self.count)).astype(np.uint64)
        values = (high << np.uint64(self.low_bits)) | _unpacked(self.low, self.count, self.low_bits)
        marks = np.unpackbits(np.frombuffer(self.marks, np.uint8), count=self.count, bitorder="little").astype(bool)
        codes = np.full(self.count, default, np.uint8)
        codes[marks] = _unpacked(self.codes, self.marked, 4).astype(np.uint8)
        if (values[1:] <= values[:-1]).any() or int(values[-1]) >= self.universe.size or (codes >= self.states).any():
            raise StatusSetInvalid("numbers out of order")
        return Section(values, codes)


def _count(told: Any) -> int:
    if type(told) is not int or not 0 <= told < 1 << 40:
        raise StatusSetInvalid("a size that is none")
    return told


def _text(told: Any) -> str:
    if not isinstance(told, str) or not told.isascii():
        raise StatusSetInvalid("a text that is none")
    return told
