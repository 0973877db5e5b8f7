"""A ruling nobody challenged becomes final by the service itself, the day after its last time is over, never before."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.cases.case_rules import CaseRules
from issuance.cases.file import Accused, CaseFile, Charge, Matter, Ruling
from issuance.cases.finality import lapsed_matters, make_final
from issuance.cases.history import file_of
from issuance.core.actor import system
from issuance.service import Service
from specs.errors import Invalid, NotAllowed
from specs.load import load
from tests.casework import (
    DETENTION,
    FELONY_REGISTRAR,
    FIRST,
    FIRST_REGISTRAR,
    PRISON,
    PROSECUTOR,
    SUMMARY,
    SUMMARY_REGISTRAR,
    before_felony_court,
    before_summary_court,
    step,
    with_case_offices,
)

JOB = system("finality")
CONVICTED: dict[str, Any] = {"verdict": "conviction", "penalties": DETENTION}


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


def morning(year: int, month: int, day: int) -> datetime:
    """06:00 in Libya."""
    return datetime(year, month, day, 4, tzinfo=UTC)


def now_of(service: Service, number: str) -> CaseFile:
    with service.db.reading() as read:
        return file_of(read, number, CaseRules.of(service.spec))


def final(service: Service, number: str) -> tuple[str, date | None, str | None]:
    """State of A1/C1, when its ruling became final, and by what."""
    matter = now_of(service, number).matters["A1/C1"]
    return matter.state, matter.rulings[-1].final_on, matter.rulings[-1].final_by


def test_a_ruling_in_presence_is_final_after_the_longer_time_of_the_attorney_general(register: Service) -> None:
    """Ruled on Sunday 1 March 2026: the parties have until 11 March, the Attorney General until 31 March (CCP 369)."""
    file = before_summary_court(register)
    step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_presence", **CONVICTED)
    for early in (morning(2026, 3, 12), morning(2026, 3, 31), datetime(2026, 3, 31, 21, 59, tzinfo=UTC)):
        assert make_final(register, JOB, early) == []
    assert make_final(register, JOB, datetime(2026, 3, 31, 22, tzinfo=UTC)) == [file.number]  # midnight in Libya
    assert final(register, file.number) == ("final_convicted", date(2026, 4, 1), "lapsed")
    assert make_final(register, JOB, morning(2026, 4, 2)) == []


def test_an_acquittal_of_the_felony_court_is_final_after_the_time_of_cassation(register: Service) -> None:
    """60 days from 1 October 2026: 30 of October and 30 of November."""
    file = before_felony_court(register)
    step(register, FELONY_REGISTRAR, file, "rule", date(2026, 10, 1), presence="in_presence", verdict="acquittal")
    assert make_final(register, JOB, morning(2026, 11, 30)) == []
    assert make_final(register, JOB, morning(2026, 12, 1)) == [file.number]
    assert final(register, file.number) == ("final_acquitted", date(2026, 12, 1), "lapsed")


def test_a_ruling_in_absentia_waits_for_its_notice_then_for_objection_and_appeal(register: Service) -> None:
    """Served on 1 October: until 11 October to object, then until 21 October to appeal; 30 days have gone long ago."""
    file = before_summary_court(register)
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_absentia", **CONVICTED)
    assert make_final(register, JOB, morning(2026, 9, 1)) == []
    step(register, SUMMARY_REGISTRAR, file, "notify", date(2026, 10, 1), notice_kind="in_person")
    assert make_final(register, JOB, morning(2026, 10, 12)) == []
    assert make_final(register, JOB, morning(2026, 10, 21)) == []
    assert make_final(register, JOB, morning(2026, 10, 22)) == [file.number]
    assert final(register, file.number) == ("final_convicted", date(2026, 10, 22), "lapsed")


def test_a_felony_conviction_in_absentia_never_becomes_final_by_time(register: Service) -> None:
    file = before_felony_court(register)
    file = step(
        register, FELONY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_absentia", verdict="conviction",
        penalties=PRISON,
    )  # fmt: skip
    step(register, FELONY_REGISTRAR, file, "notify", date(2026, 3, 2), notice_kind="in_person")
    assert make_final(register, JOB, morning(2060, 1, 1)) == []


def test_a_challenged_ruling_does_not_become_final(register: Service) -> None:
    file = before_summary_court(register)
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_presence", **CONVICTED)
    appeal = {"challenger": "accused", "to_office": FIRST}
    file = step(register, SUMMARY_REGISTRAR, file, "appeal", date(2026, 3, 10), **appeal)
    assert make_final(register, JOB, morning(2026, 11, 1)) == []
    step(register, FIRST_REGISTRAR, file, "acknowledge", date(2026, 3, 11))
    assert make_final(register, JOB, morning(2026, 11, 1)) == []
    assert final(register, file.number) == ("appeal", None, None)


def test_a_party_is_late_after_ten_days_and_the_attorney_general_after_thirty(register: Service) -> None:
    file = before_summary_court(register)
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), presence="in_presence", **CONVICTED)
    with pytest.raises(Invalid, match="2026-03-11"):
        step(register, SUMMARY_REGISTRAR, file, "appeal", date(2026, 3, 12), challenger="accused", to_office=FIRST)
    said = {"challenger": "attorney_general", "to_office": FIRST}
    assert step(register, SUMMARY_REGISTRAR, file, "appeal", date(2026, 3, 12), **said).transfer is not None


def test_an_end_beside_an_expected_feast_is_waited_for(register: Service) -> None:
    """30 days from 20 February 2026 end on 22 March, Eid al-Fitr as expected, and so on Monday 23 March beside it."""
    file = before_summary_court(register)
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 2, 20), presence="in_presence", **CONVICTED)
    assert make_final(register, JOB, morning(2026, 3, 24)) == []
    assert make_final(register, JOB, morning(2026, 4, 2)) == []
    assert make_final(register, JOB, morning(2026, 4, 3)) == [file.number]
    assert final(register, file.number) == ("final_convicted", date(2026, 3, 24), "lapsed")


def test_only_who_may_makes_rulings_final(register: Service) -> None:
    with pytest.raises(NotAllowed):
        make_final(register, PROSECUTOR, morning(2026, 11, 1))


def ruled_file(ruled: date, notified: date, presence: str) -> CaseFile:
    """A file of one matter before the summary court, convicted on `ruled`."""
    at = datetime(2026, 11, 22, tzinfo=UTC)
    ruling = Ruling(
        "r", "summary", SUMMARY, "محكمة", "Court", presence, "conviction", ruled, (), "غرامة", "fine", at,
        notified_on=notified,
    )  # fmt: skip
    matter = Matter("A1/C1", "A1", "C1", "ruled", ruled, rulings=(ruling,))
    charge = Charge("C1", "theft", "misdemeanour", "سرقة", "Theft", ruled)
    return CaseFile(
        "c", "n", 1, at, ruled, at, SUMMARY, (SUMMARY,), "", "", None,
        accused={"A1": Accused("A1", "متهم", None, None)}, charges={"C1": charge}, matters={"A1/C1": matter},
    )  # fmt: skip


RULES = CaseRules.of(load())


@settings(max_examples=150, deadline=None)
@given(
    ruled=st.dates(date(2024, 1, 1), date(2026, 6, 30)),
    notice_days=st.integers(0, 90),
    presence=st.sampled_from(["in_presence", "in_absentia", "deemed_in_presence"]),
    looks=st.lists(st.integers(0, 24 * 240), min_size=1, max_size=40),
)
def test_finality_never_comes_before_every_time_to_challenge_is_over(
    ruled: date, notice_days: int, presence: str, looks: list[int]
) -> None:
    """On paper: at least 30 days from the ruling, and 10 (20 with an objection) from the notice where one is needed."""
    file = ruled_file(ruled, ruled + timedelta(days=notice_days), presence)
    needed = ruled + timedelta(days=30)
    if presence != "in_presence":
        needed = max(needed, ruled + timedelta(days=notice_days + (20 if presence == "in_absentia" else 10)))
    begin = datetime(ruled.year, ruled.month, ruled.day, tzinfo=UTC)
    final_before = False
    for hours in sorted(looks):
        now = begin + timedelta(hours=hours)
        is_final = lapsed_matters(file, now, RULES) == ("A1/C1",)
        if is_final:
            assert (now + timedelta(hours=2)).date() > needed
        assert is_final or not final_before  # once over, over
        final_before = is_final
    assert lapsed_matters(file, begin + timedelta(days=240), RULES) == ("A1/C1",)
