"""Looks numbers up in a status set where it lies, without reading it; the layout: docs/border-bundle.md."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Any, Final

import numpy as np

from issuance.border.bundle.status_set import (
    BUCKETS,
    CHUNK,
    MAGIC,
    MOST_STATES,
    OTHERS,
    RANKED,
    VERSION,
    Content,
    Section,
    StatusSetInvalid,
    Universe,
    Values,
    normal,
)

Buffer = bytes | memoryview
_MOST_BITS: Final = 62
_HEADER_MAXIMUM: Final = 1 << 20


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
        place += _behind_zeros(word, skip)
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


def _behind_zeros(word: int, zeros: int) -> int:
    """The bit behind so many zeros of a word of 64 bits that has as many."""
    if not zeros:
        return 0
    place = 0
    for half in (32, 16, 8, 4, 2, 1):
        below = half - (word & ((1 << half) - 1)).bit_count()
        if below < zeros:
            zeros, place, word = zeros - below, place + half, word >> half
    return place + 1


def _count(told: Any) -> int:
    if type(told) is not int or not 0 <= told < 1 << 40:
        raise StatusSetInvalid("a size that is none")
    return told


def _text(told: Any) -> str:
    if not isinstance(told, str) or not told.isascii():
        raise StatusSetInvalid("a text that is none")
    return told


def _unpacked(data: Buffer, count: int, width: int) -> Values:
    out, powers = np.zeros(count, np.uint64), np.uint64(1) << np.arange(width, dtype=np.uint64)
    for start in range(0, count if width else 0, CHUNK):
        some = min(CHUNK, count - start)
        first = start * width // 8
        raw = np.frombuffer(data[first : first + (some * width + 7) // 8], np.uint8)
        bits = np.unpackbits(raw, count=some * width, bitorder="little").reshape(some, width)
        out[start : start + some] = (bits * powers).sum(axis=1, dtype=np.uint64)
    return out
