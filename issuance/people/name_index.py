"""Keep the index of names: the keys of each person, written with the person, made anew when the tables change.

Holds no rule of its own: what the keys are stands in `people.name_keys`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.people.model import Person, PersonNameKey
from issuance.people.name_keys import person_keys
from issuance.service import Service

BATCH = 10_000
Progress = Callable[[int, int], None]
_PEOPLE: Any = Person.__table__  # type: ignore[attr-defined]
_KEYS: Any = PersonNameKey.__table__  # type: ignore[attr-defined]
_NAMES = ("arabic_first", "arabic_father", "arabic_grandfather", "arabic_family", "latin_surname", "latin_given")


def index_rows(person_id: str, names: Sequence[str]) -> list[dict[str, str]]:
    """The rows of one person. names: the four Arabic parts, then surname and given names in Latin."""
    keys = person_keys(names[:4], " ".join(names[4:]))
    return [{"key": key, "person_id": person_id} for key in sorted(keys)]


def fill(connection: Connection, progress: Progress | None = None) -> int:
    """Write the keys of everyone into an empty index, in the connection's transaction; how many people it has."""
    total = connection.execute(select(func.count()).select_from(_PEOPLE)).scalar_one() if progress else 0
    done, last = 0, ""
    columns = [_PEOPLE.c.id, *(_PEOPLE.c[name] for name in _NAMES)]
    while True:
        people = connection.execute(
            select(*columns).where(_PEOPLE.c.id > last).order_by(_PEOPLE.c.id).limit(BATCH)
        ).all()
        if not people:
            return done
        rows = [row for person in people for row in index_rows(person[0], person[1:])]
        connection.execute(insert(_KEYS), sorted(rows, key=itemgetter("key")))  # in order: each page is written once
        done, last = done + len(people), people[-1][0]
        if progress is not None:
            progress(done, total)


def rebuild(service: Service, actor: Actor, now: datetime, progress: Progress | None = None) -> int:
    """Make the index anew, all or nothing, after `text/name_search.yaml` changed; how many people it has.

    Readers see the old index until it is done; writers of the embedded database wait. Raises `NotAllowed`.
    """
    policy.require(actor, "people.reindex")
    with unit_of_work(service.db, actor, "the name index made anew", now) as tx:
        connection = tx.session.connection()
        connection.execute(delete(_KEYS))
        count = fill(connection, progress)
        tx.audit("people.reindex", "people", {"count": count})
    return count
