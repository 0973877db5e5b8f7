"""Runs of blank numbers: reading what people write, and the arithmetic of sets of them. Pure.

A set of numbers is a sorted tuple of ranges that neither touch nor overlap; 500,000 books of one delivery are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from specs.errors import Fault, Invalid

CLAUSE = "specs/passport/stock.yaml"
_WRITTEN = re.compile(r"(\d+)(?:\s*[-–]\s*(\d+))?")
_EASTERN = str.maketrans("٠١٢٣٤٥٦٧٨٩", "0123456789")


@dataclass(frozen=True, slots=True, order=True)
class Range:
    """Every number from `first` to `last`, both included."""

    first: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first + 1


def read_ranges(
    written: Iterable[str], digits: int, *, field: str = "ranges", most: int, most_ranges: int
) -> tuple[Range, ...]:
    """`["900000000001-900000000250", "900000000301"]` as a set. digits: of one number; most: numbers in all.

    Raises `Invalid`, every fault at once: `stock.range.form`, `.order`, `.twice` (a number named twice), `.none`,
    `.many`.
    """
    found: list[Fault] = []
    read: list[Range] = []
    for item in written:
        if not (text := item.strip().translate(_EASTERN)):
            continue
        match = _WRITTEN.fullmatch(text)
        if match is None or any(part is not None and len(part) != digits for part in match.groups()):
            words = (
                f"رقم من {digits} رقماً أو مدى بين رقمين: {item}",
                f"{digits} digits, or two with a dash between: {item}",
            )
            found.append(_fault("form", *words, field))
            continue
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            found.append(
                _fault("order", f"آخر المدى قبل أوله: {item}", f"the range ends before it begins: {item}", field)
            )
            continue
        read.append(Range(first, last))
    for before, after in _doubled(sorted(read)):
        number = f"{max(before.first, after.first):0{digits}d}"
        found.append(_fault("twice", f"الرقم {number} ذُكر مرتين", f"the number {number} is named twice", field))
    if not read and not found:
        found.append(_fault("none", "اذكر رقماً واحداً على الأقل", "name one number at least", field))
    if size(read) > most:
        found.append(_fault("many", f"{most} رقم على الأكثر في المرة", f"{most} numbers at most at once", field))
    if len(read) > most_ranges:
        found.append(_fault("many", f"{most_ranges} مدى على الأكثر", f"{most_ranges} ranges at most at once", field))
    if found:
        raise Invalid(*found)
    return merged(read)


def written(ranges: Iterable[Range], digits: int) -> list[str]:
    """The inverse of `read_ranges`."""
    return [
        f"{one.first:0{digits}d}" if one.first == one.last else f"{one.first:0{digits}d}-{one.last:0{digits}d}"
        for one in ranges
    ]


def size(ranges: Iterable[Range]) -> int:
    """How many numbers."""
    return sum(map(len, ranges))


def merged(ranges: Iterable[Range]) -> tuple[Range, ...]:
    """The set of all their numbers."""
    out: list[Range] = []
    for one in sorted(ranges):
        if out and one.first <= out[-1].last + 1:
            out[-1] = Range(out[-1].first, max(out[-1].last, one.last))
        else:
            out.append(one)
    return tuple(out)


def minus(left: Sequence[Range], right: Sequence[Range]) -> tuple[Range, ...]:
    """The numbers of `left` that are not in `right`; both are sets."""
    out: list[Range] = []
    place = 0
    for one in left:
        first = one.first
        while place < len(right) and right[place].last < first:
            place += 1
        at = place
        while at < len(right) and right[at].first <= one.last:
            if right[at].first > first:
                out.append(Range(first, right[at].first - 1))
            first = right[at].last + 1
            at += 1
        if first <= one.last:
            out.append(Range(first, one.last))
    return tuple(out)


def _doubled(ordered: Sequence[Range]) -> Iterable[tuple[Range, Range]]:
    return ((a, b) for a, b in pairwise(ordered) if b.first <= a.last)


def _fault(kind: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"stock.range.{kind}", ar, en, field=field, clause=CLAUSE)
