"""Which offices answer for which: who succeeded whom, and who stands below whom on a day. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Succession:
    """From effective_on the predecessor is closed, and the successor answers for what it held."""

    predecessor: str
    successor: str
    effective_on: date


@dataclass(frozen=True, slots=True)
class Placement:
    """From effective_on the office stands below parent (None: below none) and under this authority."""

    office: str
    parent: str | None
    authority: str | None
    effective_on: date


@dataclass(frozen=True, slots=True)
class Reach:
    """own: the office itself and the closed ones it succeeds; territory: all that and every office below."""

    own: frozenset[str]
    territory: frozenset[str]


NOWHERE = Reach(frozenset(), frozenset())


def closed_on(office: str, successions: Iterable[Succession]) -> date | None:
    """The first day on which the office is no more, None while nobody succeeds it."""
    return min((s.effective_on for s in successions if s.predecessor == office), default=None)


def reach(
    office: str, day: date, successions: Collection[Succession], parents: Mapping[str, str | None] | None = None
) -> Reach:
    """What a person of `office` answers for on `day`; a closed office answers for nothing.

    parents: parent of every office on that day; None when nobody asks for the territory, which then is `own`.
    """
    in_force = [s for s in successions if s.effective_on <= day]
    closed = {s.predecessor for s in in_force}
    if office in closed:
        return NOWHERE
    predecessors: dict[str, set[str]] = defaultdict(set)
    for s in in_force:
        predecessors[s.successor].add(s.predecessor)
    own = _closure({office}, predecessors)
    if parents is None:
        return Reach(own, own)
    children: dict[str, set[str]] = defaultdict(set)
    for child, parent in parents.items():
        if parent is not None and child not in closed:
            children[parent].add(child)
    return Reach(own, own | _closure(_closure({office}, children), predecessors))


def parents_on(day: date, entered: Mapping[str, str | None], placements: Iterable[Placement]) -> dict[str, str | None]:
    """The parent of every office on `day`; entered: as the register first had it; placements: in order of recording."""
    held = dict(entered)
    for p in sorted((p for p in placements if p.effective_on <= day), key=lambda p: p.effective_on):
        held[p.office] = p.parent
    return held


def stands_below(office: str, above: str, parents: Mapping[str, str | None]) -> bool:
    """Whether `above` is `office` itself or one of those above it."""
    seen: set[str] = set()
    step: str | None = office
    while step is not None and step not in seen:
        if step == above:
            return True
        seen.add(step)
        step = parents.get(step)
    return False


def _closure(start: Iterable[str], edges: Mapping[str, set[str]]) -> frozenset[str]:
    found, fresh = set(start), set(start)
    while fresh:
        fresh = {to for code in fresh for to in edges.get(code, ())} - found
        found |= fresh
    return frozenset(found)
