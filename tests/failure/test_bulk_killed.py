"""A file of requests is worked off by processes that are killed (SIGKILL): as many outcomes as rows, none twice."""

from __future__ import annotations

import signal
from collections import Counter

import pytest
from sqlmodel import col, select

from issuance.certificates import bulk, bulk_report
from issuance.certificates.model import Certificate, Request
from issuance.service import Service
from tests import warm
from tests.certificate_bulk import many
from tests.failure.bulk_until import work_until, worked_off
from tests.service import CLERK, NOW

ROWS = 10


def work(service: Service, bulk_id: str, point: str = "", nth: int = 0) -> int:
    """The exit status of a process that works the file off, and dies at the `nth` call of `point`."""
    held = service.settings
    return warm.forked(work_until, str(held.home), held.database_url, str(held.keys_home), bulk_id, point, str(nth))


@pytest.mark.slow
def test_a_file_whose_process_is_killed_twice_has_one_outcome_a_row(service: Service) -> None:
    content = many(service, ROWS)
    sent = bulk.send(service, CLERK, "CTIP", content, NOW)
    # in the first rows, before their record is read; in later ones, before a paper is kept
    assert work(service, sent.id, "issuance.certificates.together:certificate_look", 3) == -signal.SIGKILL
    assert bulk.seen(service, CLERK, sent.id).settled == 4
    assert work(service, sent.id, "issuance.certificates.making:use_together", 2) == -signal.SIGKILL
    assert bulk.send(service, CLERK, "CTIP", content, NOW).id == sent.id
    assert bulk.seen(service, CLERK, sent.id).ended_at is None
    worked_off(service, sent.id)

    told = bulk_report.report(service, CLERK, sent.id, NOW)
    assert Counter(row.fate for row in told.rows) == {"issued": ROWS}
    with service.db.reading() as read:
        asked = read.exec(select(Request).where(Request.channel == "authority")).all()
        issued = list(read.exec(select(Certificate.number).order_by(col(Certificate.number))))
    assert len(asked) == ROWS == len(issued)
    assert sorted(str(row.number) for row in told.rows) == issued
