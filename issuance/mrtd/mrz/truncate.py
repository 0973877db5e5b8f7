"""Fit a name into its field by one of the three legal truncations (Doc 9303-4 §4.2.3; 9303-5, -6, -7 alike). Pure.

A name that fits is never cut. One that does not ends in a letter at the last position, keeps `<<` and at least the
first letter of the secondary identifier, and each component that remains is the beginning of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Style = Literal["initials", "cut", "fixed"]

# A surname is what a traveller is looked up by, so a letter lost there weighs more than one in the given names.
PRIMARY_WEIGHT = 1.5


@dataclass(frozen=True, slots=True)
class Fitted:
    """text: the name field, `width` characters; style: None when nothing was cut."""

    text: str
    style: Style | None
    loss: tuple[float, ...] = ()


def fit(primary: Sequence[str], secondary: Sequence[str], width: int) -> Fitted | None:
    """The whole name, or the least lossy legal truncation of it; None when there is none (all one-letter components).

    Least lossy: fewest components gone, then fewest touched (the surname's first), then the smallest share lost.
    """
    whole = _write(primary, secondary)
    if len(whole) <= width:
        return Fitted(whole.ljust(width, "<"), None)
    found = list(truncations(primary, secondary, width)) or list(_any(primary, secondary, width))
    return min(found, key=lambda one: one.loss, default=None)


def truncations(primary: Sequence[str], secondary: Sequence[str], width: int) -> Iterator[Fitted]:
    """The best line of each style that has one."""
    for style in (_initials, _cut, _fixed):
        if (fitted := style(primary, secondary, width)) is not None:
            yield fitted


def _initials(primary: Sequence[str], secondary: Sequence[str], width: int) -> Fitted | None:
    """Components become initials from the end of the primary identifier; the secondary takes the room left."""
    for whole in range(len(primary), -1, -1):
        kept = [part if i < whole else part[0] for i, part in enumerate(primary)]
        if (tail := _fill(secondary, width - len("<".join(kept)) - 2)) is not None:
            return _fitted("initials", primary, secondary, kept, tail)
    return None


def _cut(primary: Sequence[str], secondary: Sequence[str], width: int) -> Fitted | None:
    """The first given name stays whole; primary components after the first share what is left."""
    if not secondary:
        kept = _fill(primary, width)
        return _fitted("cut", primary, secondary, kept, []) if kept else None
    room = width - 2 - len(secondary[0])
    shared = _share(primary, room)
    return _fitted("cut", primary, secondary, shared, [secondary[0]]) if shared else None


def _fixed(primary: Sequence[str], secondary: Sequence[str], width: int) -> Fitted | None:
    """Every primary component is cut to one number of characters, the first few to one more where none fits else."""
    longest = max(map(len, primary))
    for extra in range(len(primary)):
        found = []
        for number in range(1, longest + 1):
            kept = [part[: number + (i < extra)] for i, part in enumerate(primary)]
            room = width - len("<".join(kept)) - 2
            tail = _fill(secondary, room) if secondary else ([] if room == -2 else None)
            if tail is not None:
                found.append(_fitted("fixed", primary, secondary, kept, tail))
        if found:
            return min(found, key=lambda one: (one.loss[0], one.loss[-1]))
    return None


def _any(primary: Sequence[str], secondary: Sequence[str], width: int) -> Iterator[Fitted]:
    """Every division of the field between the two identifiers, for names the styles leave no line for."""
    if not secondary:
        return
    for room in range(width - 3, 0, -1):
        kept, tail = _fill(primary, room), _fill(secondary, width - 2 - room)
        if kept is not None and tail is not None:
            yield _fitted("cut", primary, secondary, kept, tail)


def _fill(parts: Sequence[str], room: int) -> list[str] | None:
    """As many components as can show a letter, filled from the first, taking exactly `room` characters."""
    for count in range(min(len(parts), (room + 1) // 2), 0, -1):
        letters = room - (count - 1)
        if count <= letters <= sum(map(len, parts[:count])):
            spare, kept = letters - count, []
            for part in parts[:count]:
                more = min(spare, len(part) - 1)
                kept.append(part[: 1 + more])
                spare -= more
            return kept
    return None


def _share(parts: Sequence[str], room: int) -> list[str] | None:
    """All components in exactly `room` characters: the first whole if it can be, the others as even as can be."""
    letters = room - (len(parts) - 1)
    if not len(parts) <= letters <= sum(map(len, parts)):
        return None
    lengths = [1] * len(parts)
    lengths[0] += min(len(parts[0]) - 1, letters - len(parts))
    spare = letters - sum(lengths)
    while spare:
        shortest = min((n, i) for i, n in enumerate(lengths) if n < len(parts[i]))[1]
        lengths[shortest] += 1
        spare -= 1
    return [part[:length] for part, length in zip(parts, lengths, strict=True)]


def _fitted(
    style: Style, primary: Sequence[str], secondary: Sequence[str], kept: Sequence[str], tail: Sequence[str]
) -> Fitted:
    gone = len(primary) - len(kept) + len(secondary) - len(tail)
    first = [(PRIMARY_WEIGHT, part, left) for part, left in zip(primary, kept, strict=False)]
    second = [(1.0, part, left) for part, left in zip(secondary, tail, strict=False)]
    shares = sum(weight * (1 - len(left) / len(part)) ** 2 for weight, part, left in first + second)
    surname_touched = sum(len(left) < len(part) for _, part, left in first)
    touched = surname_touched + sum(len(left) < len(part) for _, part, left in second)
    return Fitted(_write(kept, tail), style, (gone, surname_touched, touched, shares))


def _write(primary: Sequence[str], secondary: Sequence[str]) -> str:
    name = "<".join(primary)
    return f"{name}<<{'<'.join(secondary)}" if secondary else name
