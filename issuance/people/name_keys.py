"""The keys a name is indexed under and looked for by. Pure: text in, keys out.

Three kinds share one column and cannot meet: a spelling (`محمد`), a sound (`~مهمد`), two sounds in any order
(`~رفل مهمد`). Pairs make a search for two or more names short even when each alone fits a twentieth of the people.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, product

from issuance.people.name_words import SearchTables, Unit, standing_search_tables, unit_of, units_of

MAXIMUM_UNITS = 8
MAXIMUM_PROBE_KEYS = 1_000
_SOUND = "~"


@dataclass(frozen=True, slots=True)
class Probe:
    """One look-up: who has any of `keys`. names: of how many names of the query it speaks."""

    names: int
    keys: tuple[str, ...]


def name_keys(text: str, tables: SearchTables | None = None) -> tuple[str, ...]:
    """Every key of a name in either script, each once: spellings, sounds, pairs of sounds."""
    return tuple(dict.fromkeys(_keys(units_of(text, tables))))


def person_keys(arabic: Sequence[str], latin: str, tables: SearchTables | None = None) -> frozenset[str]:
    """What a person is indexed under. arabic: the parts of the name; latin: the spelling the holder uses.

    A Latin word that sounds like none of the Arabic ones (a foreign or unusual spelling) is kept by its letters.
    """
    known = tables or standing_search_tables()
    units = named_units(arabic, known)
    sounds = {sound for unit in units for sound in unit.sounds}
    strange = [
        Unit(unit.word, "", (unit.latin,), unit.latin)
        for unit in units_of(latin, known)
        if unit.latin and sounds.isdisjoint(unit.sounds)
    ]
    return frozenset(_keys((*units, *strange)))


def named_units(arabic: Sequence[str], tables: SearchTables | None = None) -> tuple[Unit, ...]:
    """The units of a name of several parts; a part of several words is a unit as a whole too (`سيف الإسلام`)."""
    known = tables or standing_search_tables()
    units: list[Unit] = []
    for part in arabic:
        found = units_of(part, known)
        units += found
        if len(found) > 1:
            units.append(unit_of(tuple(word for unit in found for word in unit.word.split()), True, known))
    return tuple(units)


def probes(units: Sequence[Unit]) -> tuple[Probe, ...]:
    """The look-ups of a query: each name by spelling and by sound, and every two of them by sound."""
    asked = units[:MAXIMUM_UNITS]
    out = [Probe(1, (unit.fold,)) for unit in asked if unit.fold]
    out += [Probe(1, tuple(_single(unit))) for unit in asked]
    for one, other in combinations(asked, 2):
        out.append(Probe(2, tuple(islice(dict.fromkeys(_pairs(one, other)), MAXIMUM_PROBE_KEYS))))
    return tuple(dict.fromkeys(out))


def _keys(units: Iterable[Unit]) -> Iterator[str]:
    held = tuple(units)
    for unit in held:
        if unit.fold:
            yield unit.fold
        yield from _single(unit)
    for one, other in combinations(held, 2):
        yield from _pairs(one, other)


def _single(unit: Unit) -> Iterator[str]:
    return (_SOUND + sound for sound in _heard(unit))


def _pairs(one: Unit, other: Unit) -> Iterator[str]:
    return (_SOUND + " ".join(sorted(pair)) for pair in product(_heard(one), _heard(other)))


def _heard(unit: Unit) -> tuple[str, ...]:
    """The sounds, and the letters of a Latin word, by which a spelling unlike its Arabic is kept."""
    return (*unit.sounds, unit.latin) if unit.latin and unit.latin not in unit.sounds else unit.sounds
