"""How like a person's name is to what was asked, and why. Pure. A likeness proposes; it identifies nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Literal

from issuance.people.name_keys import named_units
from issuance.people.name_words import SearchTables, Unit, standing_search_tables, units_of

How = Literal["same", "spelling", "latin", "sound"]


@dataclass(frozen=True, slots=True)
class Match:
    """One name of the query: the part it was found in (`family`; `latin`: in no Arabic one) and how it is alike."""

    word: str
    part: str
    how: How


@dataclass(frozen=True, slots=True)
class Likeness:
    """percent: 100 when all that was asked is written the same; matches: in the order of the query, the found ones."""

    percent: int
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class _Held:
    place: int
    part: str
    unit: Unit


def likeness(
    query: Sequence[Unit], arabic: Mapping[str, str], latin: str, tables: SearchTables | None = None
) -> Likeness:
    """query: `units_of(text, asked=True)`; arabic: part -> text, in order; latin: as the holder spells it.

    Each name of the person answers one name of the query; what is asked and not found weighs nothing.
    """
    known = tables or standing_search_tables()
    pieces = [(part, unit) for part, text in arabic.items() for unit in named_units([text], known)]
    held = [_Held(place, part, unit) for place, (part, unit) in enumerate(pieces)]
    spelt = [unit.word.replace(" ", "") for unit in units_of(latin, known)]
    ways = [(asked, *way) for asked, unit in enumerate(query) for way in _ways(unit, held, spelt, known)]
    ways.sort(key=lambda way: (-way[1], way[0], way[2].place))
    taken: dict[int, tuple[int, _Held, How]] = {}
    used: set[int] = set()
    for asked, percent, one, how in ways:
        if asked not in taken and one.place not in used:
            taken[asked] = (percent, one, how)
            used.add(one.place)
    found = sorted(taken.items())
    places = [one.place for _, (_, one, _) in found]
    percent = sum(percent for percent, _, _ in taken.values()) // max(1, len(query))
    if places != sorted(places):
        percent = max(0, percent - known.part.how.out_of_order_percent)
    return Likeness(percent, tuple(Match(query[asked].word, one.part, how) for asked, (_, one, how) in found))


def _ways(
    unit: Unit, held: Sequence[_Held], spelt: Sequence[str], tables: SearchTables
) -> Iterator[tuple[int, _Held, How]]:
    """(percent, name of the person, how) for each name of the person this one may be."""
    word = unit.word.replace(" ", "")
    for one in held:
        if set(unit.sounds).isdisjoint(one.unit.sounds):
            continue
        if unit.latin:
            nearest = max((_share(word, other) for other in spelt), default=0.0)
            yield _weighed("latin" if word in spelt else "sound", nearest, one, tables)
        elif word == one.unit.word.replace(" ", ""):
            yield _weighed("same", 1, one, tables)
        else:
            how: How = "spelling" if unit.fold == one.unit.fold else "sound"
            yield _weighed(how, _share(unit.fold, one.unit.fold), one, tables)
    if word in spelt:
        place = len(held) + spelt.index(word)
        yield _weighed("latin", 1, _Held(place, "latin", unit), tables)


def _weighed(how: How, share: float, one: _Held, tables: SearchTables) -> tuple[int, _Held, How]:
    weight = tables.part.how.weights[how]
    return weight.least_percent + round((weight.most_percent - weight.least_percent) * share), one, how


@lru_cache(maxsize=65_536)
def _share(one: str, other: str) -> float:
    """How many of their letters two words share in order, 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
