"""Which of many may answer a query: a few capped look-ups in an index of names. Pure but for the index it is handed.

The rarest names decide. A range that reaches its cap says little; one under its cap holds everyone who can answer all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import combinations
from typing import Protocol

from issuance.people.name_keys import Probe, probes
from issuance.people.name_words import Unit

FEW = 1_000
MANY = 20_000
OTHERS = 200


class NameRanges(Protocol):
    """An index of names."""

    def held(self, keys: Sequence[str], most: int) -> Sequence[str]:
        """At most `most` ids that are held under any of the keys; an id may come twice."""

    def count(self, keys: Sequence[str], most: int) -> int:
        """How many `held` would give: cheaper by far than to fetch them."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """ids: of one query at most 1200, the likeliest first; whole: all who answer the whole query are among them."""

    ids: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class _Range:
    """entire: `ids` are all whom the probe can find."""

    probe: Probe
    ids: frozenset[str]
    entire: bool


def candidates(asked: Sequence[Unit], index: NameRanges) -> Candidates:
    """Who may be meant by `asked`. Two names together are looked for first, single names when no two are found."""
    every = probes(asked)
    for names in (2, 1):
        found = [_range(probe, index, FEW) for probe in every if probe.names == names]
        if names == 2 and len(found) > 1 and not any(one.entire and one.ids for one in found):
            found = _deeper(found, index)
        if any(one.ids for one in found):
            return _ranked(found)
    return Candidates((), whole=True)


def sharing(asked: Sequence[Unit], names: int, index: NameRanges) -> Candidates:
    """Who may bear `names` or more of the names asked, whichever: a shorter name of the same person has fewer.

    The rarest pair alone would miss them, as it may hold a name they lack. whole: all of them are here.
    """
    kept = _Remembered(index, {}, {})
    some = [candidates(part, kept) for part in combinations(asked, min(names, len(asked)))]
    ids = dict.fromkeys(id_ for one in some for id_ in one.ids)
    return Candidates(tuple(ids), all(one.whole for one in some))


@dataclass(frozen=True, slots=True)
class _Remembered:
    """An index that is asked the same thing once."""

    index: NameRanges
    ids: dict[tuple[tuple[str, ...], int], Sequence[str]]
    counts: dict[tuple[tuple[str, ...], int], int]

    def held(self, keys: Sequence[str], most: int) -> Sequence[str]:
        asked = tuple(keys), most
        if asked not in self.ids:
            self.ids[asked] = self.index.held(keys, most)
        return self.ids[asked]

    def count(self, keys: Sequence[str], most: int) -> int:
        asked = tuple(keys), most
        if asked not in self.counts:
            self.counts[asked] = self.index.count(keys, most)
        return self.counts[asked]


def _range(probe: Probe, index: NameRanges, most: int) -> _Range:
    ids = index.held(probe.keys, most)
    return _Range(probe, frozenset(ids), len(ids) < most)


def _deeper(found: Sequence[_Range], index: NameRanges) -> list[_Range]:
    """The same ranges, the rarest of them whole where they fit under the higher cap, at most two caps in all.

    Three names or more give several ranges of pairs, and whoever answers all stands in each of them: two are enough.
    """
    counts = {place: index.count(one.probe.keys, MANY) for place, one in enumerate(found) if not one.entire}
    deeper, taken = list(found), 0
    for place in sorted(counts, key=counts.__getitem__):
        taken += counts[place]
        if counts[place] >= MANY or taken > 2 * MANY:
            break
        deeper[place] = _range(found[place].probe, index, MANY)
    return deeper


def _ranked(found: Sequence[_Range]) -> Candidates:
    """Who answers everything stands in every entire range; the rest is ordered by how much of the query it met."""
    sure: Counter[str] = Counter()
    met: Counter[str] = Counter()
    for one in found:
        met.update(one.ids if one.probe.names == 1 else dict.fromkeys(one.ids, one.probe.names))
        if one.entire:
            sure.update(one.ids)
    most = max(sure.values(), default=0)
    best = sum(count == most for count in sure.values()) if most else len(met)
    whole = any(one.entire for one in found) and best <= FEW
    length = (best if whole else 0) + OTHERS
    return Candidates(tuple(nsmallest(length, met, key=lambda id_: (-sure[id_], -met[id_], id_))), whole)
