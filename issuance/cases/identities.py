"""How the accused of a ruling was known to be a person, and who of like name is not: for an officer who compares.

Read only; who a person is was decided in the file (`identify_accused`), never here and never on a name alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlmodel import col, select

from issuance.cases.access_rows import access_of
from issuance.cases.case_rules import CaseRules
from issuance.cases.fold import fold
from issuance.cases.history import actions_of
from issuance.cases.model import CaseAccused, CaseNameKey, CaseRow, Ruling
from issuance.core.actor import Actor
from issuance.db.session import ReadSession
from issuance.people.public import MAXIMUM_UNITS, PersonFacts, TableRanges, likeness, sharing, units_of

MOST_AT_ONCE: Final = 5_000  # databases take so many values in one question
_NAMED: Any = CaseNameKey.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class AccusedIdentity:
    """name, birth_date: as the file had them before the register's; confirmation: of `confirmations`, None: unknown."""

    name: str | None
    birth_date: date | None
    confirmation: str | None


@dataclass(frozen=True, slots=True)
class Namesake:
    """An accused known by name only. number: of the file, None for who may not read it."""

    name: str
    birth_date: date | None
    percent: int
    number: str | None


def identities_of(read: ReadSession, person_id: str, rules: CaseRules) -> Mapping[str, AccusedIdentity]:
    """Id of each ruling on the person -> how the file knew the accused; rulings older than the register have none."""
    query = select(Ruling.id, Ruling.case_id, Ruling.matter).where(Ruling.person_id == person_id)
    rows = read.exec(query.where(col(Ruling.case_id).is_not(None), col(Ruling.matter).is_not(None))).all()
    files = {case: fold(case, "", actions_of(read, case), rules) for _, case, _ in rows if case is not None}
    found = {}
    for ruling, case, matter in rows:
        accused = files[case or ""].accused.get((matter or "").partition("/")[0])
        if accused is not None:
            name, born = accused.told_name or accused.name, accused.told_birth_date or accused.birth_date
            found[ruling] = AccusedIdentity(name, born, accused.confirmation)
    return found


def accused_ranges(read: ReadSession) -> TableRanges:
    """The names of accused known by name only; ids `case/A1`."""
    return TableRanges(read, _NAMED.c.key, _NAMED.c.case_id + "/" + _NAMED.c.accused)


def likely_namesakes(
    read: ReadSession, person: PersonFacts, percent: int, names: int
) -> tuple[list[tuple[CaseAccused, int]], bool]:
    """The accused known by a name only, one of at least `names` names that answers the person's by `percent`; and
    whether these are all: of names that tens of thousands bear only some are looked at."""
    found = sharing(units_of(person.arabic.full)[:MAXIMUM_UNITS], names, accused_ranges(read))
    held = {part: getattr(person.arabic, part) for part in ("first", "father", "grandfather", "family")}
    likely = []
    for row in _accused(read, found.ids):
        units = units_of(row.name or "")
        if len(units) >= names and (like := likeness(units, held, "").percent) >= percent:
            likely.append((row, like))
    return likely, found.whole


def _accused(read: ReadSession, ids: Sequence[str]) -> Iterator[CaseAccused]:
    for start in range(0, len(ids), MOST_AT_ONCE):
        some = set(ids[start : start + MOST_AT_ONCE])
        cases = {id_.partition("/")[0] for id_ in some}
        query = select(CaseAccused).where(col(CaseAccused.case_id).in_(cases), col(CaseAccused.person_id).is_(None))
        yield from (row for row in read.exec(query) if f"{row.case_id}/{row.code}" in some)


def namesakes_of(
    read: ReadSession, actor: Actor, person: PersonFacts, like: tuple[int, int], rules: CaseRules, day: date
) -> tuple[Namesake, ...]:
    """Those of `likely_namesakes`, the likest first. like: (percent, names) of it."""
    access = access_of(read, actor, day, rules)
    found = []
    for row, percent in likely_namesakes(read, person, *like)[0]:
        number = read.exec(select(CaseRow.number).where(CaseRow.id == row.case_id)).first()
        if number is not None and not access.readable(fold(row.case_id, number, actions_of(read, row.case_id), rules)):
            number = None
        found.append(Namesake(row.name or "", row.birth_date, percent, number))
    return tuple(sorted(found, key=lambda one: -one.percent))
