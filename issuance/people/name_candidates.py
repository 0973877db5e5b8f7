"""Which of many may answer a query: a few capped look-ups in an index of names. Pure but for the look-up it is handed.

The rarest names decide. A range that reaches its cap says little; one under its cap holds everyone who can answer all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from issuance.people.name_keys import Probe, probes
from issuance.people.name_words import Unit

FEW = 1_000
MANY = 20_000
OTHERS = 200

LookUp = Callable[[Sequence[str], int], Sequence[str]]
"""(keys, most) -> at most `most` ids that are held under any of the keys; an id may come twice."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """ids: at most 1200, the likeliest first; whole: all who answer the whole query are among them."""

    ids: tuple[str, ...]
    whole: bool


def candidates(asked: Sequence[Unit], look_up: LookUp) -> Candidates:
    """Who may be meant by `asked`. Two names together are looked for first, single names when no two are found."""
    every = probes(asked)
    for group in ([p for p in every if p.names == 2], [p for p in every if p.names == 1]):
        found = _found(group, look_up)
        if any(ids for _, ids, _ in found):
            return _ranked(found)
    return Candidates((), whole=True)


def _found(group: Sequence[Probe], look_up: LookUp) -> list[tuple[Probe, set[str], bool]]:
    """(probe, ids, whether these are all), with the lower cap; with the higher where only that can part many from few.

    Three names or more give several ranges of pairs, and whoever answers all stands in each of them.
    """
    found: list[tuple[Probe, set[str], bool]] = []
    for most in (FEW, MANY) if len(group) > 1 and group[0].names == 2 else (FEW,):
        ranges = [(probe, look_up(probe.keys, most)) for probe in group]
        found = [(probe, set(ids), len(ids) < most) for probe, ids in ranges]
        if not any(ids for _, ids, _ in found) or any(ids and entire for _, ids, entire in found):
            break
    return found


def _ranked(found: Sequence[tuple[Probe, set[str], bool]]) -> Candidates:
    """Who answers everything stands in every entire range; the rest is ordered by how much of the query it met."""
    sure: Counter[str] = Counter()
    met: Counter[str] = Counter()
    for probe, ids, entire in found:
        met.update(dict.fromkeys(ids, probe.names))
        if entire:
            sure.update(ids)
    ordered = sorted(met, key=lambda id_: (-sure[id_], -met[id_], id_))
    best = sum(sure[id_] == sure[ordered[0]] for id_ in ordered)
    whole = any(entire for _, _, entire in found) and best <= FEW
    return Candidates(tuple(ordered[: (best if whole else 0) + OTHERS]), whole)
