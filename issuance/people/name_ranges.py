"""An index of names in a table, for `people.name_candidates`: of people here, of accused in the register of cases."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement
from sqlmodel import func, select

from issuance.db.session import ReadSession
from issuance.people.model import PersonNameKey

_PEOPLE: Any = PersonNameKey.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class TableRanges:
    """key, id: of one table whose primary key begins with `key`. Plain columns: there are tens of thousands of rows."""

    read: ReadSession
    key: ColumnElement[str]
    id: ColumnElement[str]

    def held(self, keys: Sequence[str], most: int) -> Sequence[str]:
        return self.read.exec(select(self.id).where(self.key.in_(keys)).limit(most)).all()

    def count(self, keys: Sequence[str], most: int) -> int:
        some = select(self.key).where(self.key.in_(keys)).limit(most).subquery()
        return self.read.exec(select(func.count()).select_from(some)).one()


def people_ranges(read: ReadSession) -> TableRanges:
    """The names of everyone registered; ids of people."""
    return TableRanges(read, _PEOPLE.c.key, _PEOPLE.c.person_id)
