"""Books of an office and a window invalidated together, next to the bare statements, and the lists that follow.

`ISSUANCE_BENCH_INVALIDATED=100000` books; the default is smaller. Whole: what the second person's word does, in one
transaction, with events and the queue for INTERPOL; a book in a hundred waits for its holder, and its application is
decided on again. Bare: the same rows of another office's books by one UPDATE and two INSERTs. In CPU seconds, also of
the database's server. Memory: the most that was resident meanwhile.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from functools import partial
from hashlib import sha256
from typing import Any, Final

import pytest
from sqlalchemy import insert, text
from sqlmodel import col, func, select

from issuance.core.uow import unit_of_work
from issuance.passports import invalidating, sltd, status_list
from issuance.passports.model import Passport, PassportEvent, SltdRecord
from issuance.service import Service
from tests.bench import many_books
from tests.bench.measure import Measured, peak, processor_seconds
from tests.bench.registers import register_of, servers
from tests.passport_books import SECOND, SUPERVISOR
from tests.service import CLERK, NOW, TODAY

DEFAULT_BOOKS: Final = 10_000
WHOLE_GOAL, DRY_GOAL, MEMORY_GOAL, LIST_GOAL, KEPT_GOAL, EXPORT_GOAL = 3.0, 3.0, 1.25, 3.0, 0.1, 10.0
WINDOW: Final = {"issued_from": "2000-01-01", "issued_to": TODAY.isoformat()}
_OFFICES: Final = 2


def run() -> list[Measured]:
    """Rows for the table of `make bench`."""
    with servers() as (urls, _):  # what is invalidated is of no use to the next run
        return [row for name, server in urls.items() for row in _on(name, server)]


def _on(name: str, server: str | None) -> Iterator[Measured]:
    books = int(os.environ.get("ISSUANCE_BENCH_INVALIDATED", DEFAULT_BOOKS))
    copies = -(-books // 96) * 100 * _OFFICES  # of a hundred, 96 can be invalidated
    with register_of("invalidated", copies, partial(many_books.fill, offices=_OFFICES), server) as service:
        yield from _invalidated(name, service)
        yield from _listed(name, service)


def _invalidated(name: str, service: Service) -> Iterator[Measured]:
    scope = {"office": "B100", **WINDOW}
    found: list[invalidating.Affected] = []
    dry = processor_seconds(service.db, lambda: found.append(invalidating.dry_run(service, SUPERVISOR, scope)))
    read = processor_seconds(service.db, lambda: _numbers(service, "B100"))
    request = invalidating.ask(service, SUPERVISOR, scope, "2015/17", "seized", NOW)
    told: list[tuple[int, int]] = []
    with peak() as memory:
        whole = processor_seconds(
            service.db,
            lambda: invalidating.approve(service, SECOND, request, "agreed", NOW, lambda *at: told.append(at)),
        )
    books = len(found[0].numbers)
    assert told[-1] == (books, books)
    assert _waiting_for_interpol(service) == books
    bare = processor_seconds(service.db, lambda: _bare(service, "B101"))
    head = f"{name}, {books} books"
    yield Measured(f"{head}: dry run / reading their rows", dry / read, DRY_GOAL, f"{dry:.2f} s, {read:.2f} s of CPU")
    detail = f"{whole / books * 1000:.3f} ms, {bare / books * 1000:.3f} ms of CPU a book; told {len(told)} times"
    yield Measured(f"{head}: invalidated / bare UPDATE and INSERTs", whole / bare, WHOLE_GOAL, detail)
    detail = f"{memory.before / 2**20:.0f} MiB, at most {memory.most / 2**20:.0f} MiB"
    yield Measured(f"{head}: memory meanwhile / before", memory.most / memory.before, MEMORY_GOAL, detail)


def _listed(name: str, service: Service) -> Iterator[Measured]:
    """The signed status list with them on it, and the first export for INTERPOL."""
    made: list[str] = []
    new = processor_seconds(service.db, lambda: made.append(status_list.status_list(service, NOW)))
    kept = processor_seconds(service.db, lambda: status_list.status_list(service, NOW))
    bare = processor_seconds(service.db, lambda: _digests(service))
    listed = json.loads(made[0])["head"]["books"]
    head = f"{name}, {listed} on the list"
    detail = f"{new:.2f} s, {bare:.2f} s of CPU; {len(made[0]) / 2**20:.1f} MiB, {len(made[0]) / listed:.0f} B a book"
    yield Measured(f"{head}: made / its digests as JSON", new / bare, LIST_GOAL, detail)
    yield Measured(f"{head}: given out again / made", kept / new, KEPT_GOAL, f"{kept * 1000:.0f} ms of CPU")
    sent: list[sltd.Export | None] = []
    export = processor_seconds(service.db, lambda: sent.append(sltd.export(service, SUPERVISOR, NOW)))
    assert sent[0] is not None
    rows = len(sent[0].rows)
    read = processor_seconds(service.db, lambda: _records(service, rows))
    detail = f"{export:.2f} s, {read:.2f} s of CPU"
    yield Measured(f"{name}: {rows} records exported / reading them as JSON", export / read, EXPORT_GOAL, detail)


def _numbers(service: Service, office: str) -> list[tuple[str, str]]:
    query = select(Passport.number, Passport.state).where(Passport.office == office)
    with service.db.reading() as read:
        return list(read.exec(query.where(col(Passport.state).in_(("active", "passed")))).all())


def _waiting_for_interpol(service: Service) -> int:
    with service.db.reading() as read:
        return read.exec(select(func.count()).where(col(SltdRecord.export).is_(None))).one()


def _bare(service: Service, office: str) -> None:
    """As few statements as there are tables, in one transaction."""
    numbers = [number for number, _ in _numbers(service, office)]
    event: dict[str, Any] = {"seq": 9, "kind": "invalidated", "at": NOW, "on": TODAY, "actor": CLERK.id}
    record: dict[str, Any] = {
        "action": "add", "document_code": "P<", "issuing_state": "LBY", "category": "revoked", "on": TODAY, "at": NOW,
    }  # fmt: skip
    with unit_of_work(service.db, CLERK, "bare statements", NOW) as tx:
        connection = tx.session.connection()
        connection.execute(
            text("UPDATE passports SET state = 'invalidated' WHERE office = :office AND state IN ('active', 'passed')"),
            {"office": office},
        )
        connection.execute(insert(PassportEvent), [{"number": number, **event} for number in numbers])
        connection.execute(insert(SltdRecord), [{"number": number, **record} for number in numbers])
        tx.audit("passports.invalidate", "bench")


def _digests(service: Service) -> str:
    query = select(Passport.number).where(col(Passport.state).in_(("invalidated", "lost")))
    with service.db.reading() as read:
        digests = [sha256(number.encode()).digest()[:16].hex() for number in read.exec(query)]
    return json.dumps(sorted(digests))


def _records(service: Service, rows: int) -> int:
    query = text('SELECT action, number, document_code, issuing_state, category, "on" FROM sltd_records ORDER BY seq')
    with service.db.engine.connect() as connection:
        return len(json.dumps([[str(value) for value in row] for row in connection.execute(query).fetchmany(rows)]))


@pytest.mark.bench
@pytest.mark.slow
def test_invalidating_many_books_costs_little_beside_the_bare_statements() -> None:
    assert [row for row in run() if not row.met] == []
