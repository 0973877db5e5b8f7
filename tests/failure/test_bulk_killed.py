"""A file of requests is worked off by processes that are killed (SIGKILL): as many outcomes as rows, none twice."""

from __future__ import annotations

import signal
from collections import Counter

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from issuance.certificates import bulk, bulk_report
from issuance.certificates.model import Certificate, Request
from issuance.service import Service
from tests import warm
from tests.certificate_bulk import few_at_once, many
from tests.failure.bulk_until import work_until, worked_off
from tests.service import CLERK, NOW


def work(service: Service, bulk_id: str, rows: int, point: str = "", nth: int = 0, seconds: float = 100) -> int | None:
    """The exit status of a process that works the file off, `rows` at a time, and dies at the `nth` call of `point`."""
    held = service.settings
    given = (str(held.home), held.database_url, str(held.keys_home), bulk_id, point, str(nth), str(rows), str(seconds))
    return warm.forked(work_until, *given, seconds=seconds + 20)


def killed_twice(service: Service, count: int, rows: int, seconds: float = 100) -> None:
    """A file of `count` rows, `rows` at a time; its process dies in the middle of some rows, and before others are
    kept."""
    content = many(service, count, first=5000)
    sent = bulk.send(service, CLERK, "CTIP", content, NOW)
    third = max(1, count // rows // 3)
    look = "issuance.certificates.together:record_look"
    assert work(service, sent.id, rows, look, rows * third + 3, seconds) == -signal.SIGKILL
    assert bulk.seen(service, CLERK, sent.id).settled == rows * (third + 1)
    assert work(service, sent.id, rows, "issuance.certificates.making:use_together", third, seconds) == -signal.SIGKILL
    assert bulk.send(service, CLERK, "CTIP", content, NOW).id == sent.id
    assert bulk.seen(service, CLERK, sent.id).ended_at is None
    worked_off(service, sent.id, seconds)

    told = bulk_report.report(service, CLERK, sent.id, NOW)
    assert Counter(row.fate for row in told.rows) == {"issued": count}
    with service.db.reading() as read:
        asked = read.exec(select(func.count()).where(Request.channel == "authority")).one()
        issued = list(read.exec(select(Certificate.number).order_by(col(Certificate.number))))
    assert asked == count == len(issued)
    assert sorted(str(row.number) for row in told.rows) == issued


@pytest.mark.slow
def test_a_file_whose_process_is_killed_twice_has_one_outcome_a_row(service: Service) -> None:
    killed_twice(few_at_once(service, 4), 14, 4)
