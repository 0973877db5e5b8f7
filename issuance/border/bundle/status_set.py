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
CHUNK: Final = 1 << 16
"""Values packed at a time: a multiple of 8."""
Values = NDArray[np.uint64]
Codes = NDArray[np.uint8]


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
        body, value = number[len(self.prefix) :].ljust(self.length, FILLER), 0
        for character in body:
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
    for start in range(0, len(values) if width else 0, CHUNK):
        bits = (values[start : start + CHUNK, None] >> shifts) & np.uint64(1)
        out += np.packbits(bits.astype(np.uint8).ravel(), bitorder="little").tobytes()
    return bytes(out)
