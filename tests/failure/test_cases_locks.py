"""Works that take several files at once, on a real PostgreSQL: none waits for another in a circle, whatever the order.

Every lock of a file is held a while before the next is taken, so that works begun together do meet.
"""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from issuance.cases.act import Move, act
from issuance.cases.case_rules import CaseRules
from issuance.cases.exchange_import import Import, import_cases
from issuance.cases.file import CaseFile
from issuance.cases.four_eyes import approve, propose
from issuance.cases.history import file_of
from issuance.service import Service
from specs.errors import Conflict, IssuanceError, Refused, Unavailable
from tests.casework import CHIEF_PROSECUTOR, PROSECUTION, at_prosecution, officer, with_case_offices
from tests.failure.together import together
from tests.service import CLERK, NOW

DAY = date(2026, 1, 14)
SECOND_CHIEF = officer("chief_prosecutor", PROSECUTION, "another chief")
HELD_SECONDS = 0.15

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one writer at a time


@pytest.fixture
def register(service: Service) -> Iterator[Service]:
    with_case_offices(service)

    def hold(_connection: Any, _cursor: Any, _statement: str, given: Any, *_more: Any) -> None:
        if isinstance(given, dict) and str(given.get("name", "")).startswith("case:"):
            time.sleep(HELD_SECONDS)

    event.listen(service.db.engine, "after_cursor_execute", hold)
    yield service


def now(service: Service, number: str) -> CaseFile:
    with service.db.reading() as read:
        return file_of(read, number, CaseRules.of(service.spec))


def joining(service: Service, file: CaseFile, other: CaseFile) -> Callable[[], CaseFile]:
    move = Move("join", {"other_case": other.number, "note": "ضم"}, happened_on=DAY)
    return lambda: act(service, CHIEF_PROSECUTOR, file.number, move, NOW)


def states(service: Service, *files: CaseFile) -> list[str]:
    return sorted(m.state for file in files for m in now(service, file.number).matters.values())


def asked(service: Service, file: CaseFile, place: str) -> str:
    """The id of a request to correct where it happened."""
    body = {"corrects": 1, "corrected": {"place": place}, "note": "سهو"}
    return propose(service, CHIEF_PROSECUTOR, file.number, Move("correct", body), "سهو", NOW)


def test_two_files_joined_to_each_other_at_once_are_joined_once(register: Service) -> None:
    one, two = at_prosecution(register), at_prosecution(register)
    given = together(joining(register, one, two), joining(register, two, one))
    assert sum(isinstance(each, CaseFile) for each in given) == 1
    assert sum(isinstance(each, Refused | Conflict) for each in given) == 1  # the second finds nothing to join
    assert states(register, one, two) == ["at_prosecution", "at_prosecution", "moved"]


def test_a_chain_of_files_joined_at_once_ends_with_every_matter_in_one_place(register: Service) -> None:
    a, b, c = (at_prosecution(register) for _ in range(3))
    given = together(joining(register, b, a), joining(register, c, b), joining(register, a, c))
    assert not [each for each in given if isinstance(each, Unavailable)]
    done = sum(isinstance(each, CaseFile) for each in given)
    assert done >= 1
    assert states(register, a, b, c).count("at_prosecution") == 3


def test_a_correction_that_follows_its_matters_down_a_chain_meets_a_join_of_the_same_files(register: Service) -> None:
    a, b, c, d = (at_prosecution(register) for _ in range(4))
    joining(register, b, a)()
    joining(register, c, b)()
    correction = asked(register, a, "شارع الرشيد")
    given = together(
        lambda: approve(register, SECOND_CHIEF, correction, "نعم", NOW),
        joining(register, c, d),
        joining(register, d, c),
    )
    assert not [each for each in given if isinstance(each, Unavailable)]
    assert isinstance(given[0], CaseFile)
    assert given[0].place == "شارع الرشيد"
    assert sum(isinstance(each, CaseFile) for each in given[1:]) == 1


def test_two_imports_that_name_the_same_files_in_opposite_order_meet_a_join_of_them(register: Service) -> None:
    one, two = at_prosecution(register), at_prosecution(register)

    def taking(source: str, *files: CaseFile) -> Callable[[], object]:
        rows = [
            {"row": str(place), "action": "shelve", "office": PROSECUTION, "happened_on": DAY.isoformat(),
             "case": file.number, "body": {"shelving_reason": "no_offence"}}
            for place, file in enumerate(files)
        ]  # fmt: skip
        raw = b"".join(json.dumps(row).encode() + b"\n" for row in rows)
        what = Import(io.BytesIO(raw), "jsonl", source, lambda fate: None, lambda done: None)
        return lambda: import_cases(register, CLERK, what, NOW)

    given = together(taking("north", one, two), taking("south", two, one), joining(register, one, two))
    assert not [each for each in given if isinstance(each, Unavailable)]
    assert {matter for matter in states(register, one, two)} <= {"shelved", "at_prosecution", "moved"}
    assert all(not isinstance(each, IssuanceError) for each in given[:2])
