"""What changed between two status sets, a few bytes a number; applied, it gives the newer one.

Bytes: a header as that of a status set (magic `LYCHANGE`), and for each universe the gaps between the places of the
changed numbers (LEB128) and one code each: the state, or `GONE`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from issuance.border.bundle.status_set import Codes, Content, Section, StatusSetInvalid, Universe, Values

MAGIC: Final = b"LYCHANGE"
VERSION: Final = 1
GONE: Final = 255
_MOST_BYTES: Final = 9
_HEADER_MAXIMUM: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Changes:
    """frame: states, default and universes, which both sets share; sections: as in `Content`, codes with `GONE`."""

    frame: tuple[tuple[str, ...], str, tuple[Universe, ...]]
    sections: tuple[Section, ...]


def frame_of(content: Content) -> tuple[tuple[str, ...], str, tuple[Universe, ...]]:
    return content.states, content.default, content.universes


def difference(before: Content, after: Content) -> Changes | None:
    """None: states or universes differ, so that only the whole will do."""
    if frame_of(before) != frame_of(after):
        return None
    return Changes(frame_of(after), tuple(map(_difference, before.sections, after.sections)))


def _difference(before: Section, after: Section) -> Section:
    place, there = _where(before.values, after.values)
    new = ~there
    new[there] = before.codes[place[there]] != after.codes[there]
    gone = before.values[~_where(after.values, before.values)[1]]
    values = np.concatenate([after.values[new], gone])
    codes = np.concatenate([after.codes[new], np.full(len(gone), GONE, np.uint8)])
    order = np.argsort(values, kind="stable")
    return Section(values[order], codes[order])


def _where(held: Values, asked: Values) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where each asked place stands or would stand, and whether it is held."""
    place = np.searchsorted(held, asked)
    there = np.zeros(len(asked), bool)
    inside = place < len(held)
    there[inside] = held[place[inside]] == asked[inside]
    return place, there


def apply(before: Content, changes: Changes) -> Content:
    """Raises `StatusSetInvalid` when the change is of sets of another frame."""
    if frame_of(before) != changes.frame:
        raise StatusSetInvalid("a change of another kind of status set")
    return Content(*changes.frame, tuple(map(_applied, before.sections, changes.sections)))


def _applied(before: Section, change: Section) -> Section:
    place, there = _where(before.values, change.values)
    codes = before.codes.copy()
    codes[place[there]] = change.codes[there]
    new = ~there & (change.codes != GONE)
    values = np.insert(before.values, place[new], change.values[new])
    codes = np.insert(codes, place[new], change.codes[new])
    stays = codes != GONE
    return Section(values[stays], codes[stays])


def composed(first: Changes, second: Changes) -> Changes:
    """One change that does what the two do in turn. Raises `StatusSetInvalid`."""
    if first.frame != second.frame:
        raise StatusSetInvalid("changes of different kinds of status sets")
    return Changes(first.frame, tuple(map(_composed, first.sections, second.sections)))


def _composed(first: Section, second: Section) -> Section:
    values, at = np.unique(np.concatenate([second.values, first.values]), return_index=True)
    return Section(values, np.concatenate([second.codes, first.codes])[at])


def encode(changes: Changes) -> bytes:
    states, default, universes = changes.frame
    data, sections = bytearray(), []
    for universe, section in zip(universes, changes.sections, strict=True):
        gaps = _leb128(np.diff(section.values, prepend=np.uint64(0)))
        sections.append(universe.as_json() | {"count": len(section.values), "gaps": len(gaps)})
        data += gaps + section.codes.tobytes()
    head = {"states": list(states), "default": default, "sections": sections}
    text = json.dumps(head, separators=(",", ":"), sort_keys=True).encode()
    return MAGIC + VERSION.to_bytes(4, "little") + len(text).to_bytes(4, "little") + text + bytes(data)


def decode(data: bytes) -> Changes:
    """Raises `StatusSetInvalid`."""
    size = int.from_bytes(data[12:16], "little")
    if data[:8] != MAGIC or data[8:12] != VERSION.to_bytes(4, "little") or size > _HEADER_MAXIMUM:
        raise StatusSetInvalid("not a change of a status set")
    at, universes, sections = 16 + size, [], []
    try:
        head = json.loads(data[16:at])
        for told in head["sections"]:
            universe = Universe(str(told["prefix"]), str(told["alphabet"]), _size(told["length"]))
            count, gaps = _size(told["count"]), _size(told["gaps"])
            if at + gaps + count > len(data):
                raise StatusSetInvalid("a change that ends early")
            values = _unleb128(np.frombuffer(data[at : at + gaps], np.uint8), count, universe.size)
            sections.append(Section(values, _codes(data[at + gaps : at + gaps + count], len(head["states"]))))
            universes.append(universe)
            at += gaps + count
        frame = tuple(map(str, head["states"])), str(head["default"]), tuple(universes)
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise StatusSetInvalid(f"a change that does not read: {type(error).__name__}") from error
    if at != len(data):
        raise StatusSetInvalid("a change with more behind it")
    return Changes(frame, tuple(sections))


def _codes(data: bytes, states: int) -> Codes:
    codes = np.frombuffer(data, np.uint8)
    if ((codes >= states) & (codes != GONE)).any():
        raise StatusSetInvalid("a code without a state")
    return codes


def _size(told: Any) -> int:
    if type(told) is not int or not 0 <= told < 1 << 31:
        raise StatusSetInvalid("a size that is none")
    return told


def _leb128(values: Values) -> bytes:
    """Seven bits a byte, the lowest first, the highest bit set where another follows."""
    out = bytearray()
    for value in values.tolist():
        left = value
        while left > 127:
            out.append(left & 127 | 128)
            left >>= 7
        out.append(left)
    return bytes(out)


def _unleb128(data: NDArray[np.uint8], count: int, size: int) -> Values:
    """Ascending places below `size`. Raises `StatusSetInvalid`."""
    ends = np.flatnonzero(data < 128)
    if len(ends) != count or (count and int(ends[-1]) != len(data) - 1) or (not count and len(data)):
        raise StatusSetInvalid("other than so many gaps")
    values, before, place = np.zeros(count, np.uint64), 0, -1
    for index, end in enumerate(ends.tolist()):
        part = data[before : end + 1].tolist()
        if len(part) > _MOST_BYTES:
            raise StatusSetInvalid("a gap that is too long")
        gap = sum((byte & 127) << 7 * n for n, byte in enumerate(part))
        new = gap if index == 0 else place + gap
        if new <= place or new >= size:
            raise StatusSetInvalid("places out of order")
        values[index] = place = new
        before = end + 1
    return values
