"""Statistics count what the register holds, tell durations by nearest rank, and point at nobody."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest

from issuance.cases.model import CaseClock, CaseMatter, CaseRow
from issuance.cases.statistics import Statistics, Table, percentile, statistics
from issuance.cases.suppression import Line
from issuance.core.actor import Actor, system
from issuance.core.ids import new_id
from issuance.db.session import Database
from issuance.service import Service
from issuance.staff.offices import OfficeEntry, register_office
from specs.errors import NotAllowed
from tests.service import CLERK, NOW, TODAY, trail

STAGES = ("evidence_gathering", "preliminary_investigation", "trial", "execution", "after")
OFFICER = Actor("huda", "staff", frozenset({"statistics_officer"}))


def file(db: Database, office: str, stage: str, age_days: int = 10, kind: str = "misdemeanour", **more: object) -> str:
    opened_on = TODAY - timedelta(days=age_days)
    at = datetime(opened_on.year, opened_on.month, opened_on.day, 9, tzinfo=UTC)
    case_id = new_id()
    values = {
        "id": case_id, "number": case_id, "version": 1, "opened_at": at, "opened_on": opened_on, "updated_at": at,
        "office": office, "holder": office, "classification": "public", "sealed": False, "state": "reported",
        "stage": stage, "ended": False, "kind": kind,
    }  # fmt: skip
    with db.writing() as session:
        session.add(CaseRow(**(values | more)))
    return case_id


def final(db: Database, office: str, days: int, on: date) -> None:
    case_id = file(db, office, "after", (TODAY - on).days + days, ended=True)
    with db.writing() as session:
        session.add(
            CaseMatter(
                case_id=case_id, code="A1/C1", accused="A1", charge="C1", state="final_convicted", since=on,
                kind="misdemeanour", final_on=on, office=office, opened_on=on - timedelta(days=days),
            )
        )  # fmt: skip


@pytest.fixture
def register(service: Service) -> Service:
    for code, region in (("STA-TIP", "LY-TB"), ("PRO-TIP", "LY-TB"), ("STA-BEN", "LY-BA")):
        entry = OfficeEntry(code, "مكتب", "Office", "branch", date(2014, 1, 1), region=region)
        register_office(service.db, CLERK, entry, service.spec, NOW)
    return service


def counted(service: Service, year: int = 2026) -> Statistics:
    return statistics(service, OFFICER, year, NOW)


def lines(table: Table) -> dict[tuple[str, str], tuple[int | None, ...]]:
    assert table.lines is not None
    return {(line.level, line.code): (*line.cells, line.total) for line in table.lines}


def test_large_counts_are_told_by_stage_place_age_and_kind(register: Service) -> None:
    for office, stage, age, kind, times in (
        ("STA-TIP", "evidence_gathering", 30, "misdemeanour", 6),
        ("STA-BEN", "evidence_gathering", 31, "misdemeanour", 5),
        ("PRO-TIP", "trial", 2000, "felony", 7),
    ):
        for _ in range(times):
            file(register.db, office, stage, age, kind)
    file(register.db, "STA-TIP", "after", ended=True)
    found = counted(register)
    assert found.open_files.columns == STAGES
    assert lines(found.open_files)["all", ""] == (11, 0, 7, 0, 0, 18)
    assert lines(found.open_by_place) == {
        ("row", "STA-BEN"): (5, 0, 0, 0, 0, 5),
        ("group", "LY-BA"): (5, 0, 0, 0, 0, 5),
        ("row", "PRO-TIP"): (0, 0, 7, 0, 0, 7),
        ("row", "STA-TIP"): (6, 0, 0, 0, 0, 6),
        ("group", "LY-TB"): (6, 0, 7, 0, 0, 13),
        ("all", ""): (11, 0, 7, 0, 0, 18),
    }
    by_age = {code: cells[-1] for (level, code), cells in lines(found.open_by_age).items() if level == "row"}
    assert by_age == {"age_0": 6, "age_1": 5, "age_6": 7}
    by_kind = {code: cells[-1] for (level, code), cells in lines(found.open_by_kind).items() if level == "row"}
    assert by_kind == {"misdemeanour": 11, "felony": 7}
    assert lines(found.opened) == {
        ("row", "STA-BEN"): (5, 5),
        ("group", "LY-BA"): (5, 5),
        ("row", "STA-TIP"): (7, 7),
        ("group", "LY-TB"): (7, 7),
        ("all", ""): (12, 12),
    }
    assert trail(register.db)[-1] == "cases.statistics"


def test_a_count_of_four_is_not_told_and_does_not_follow(register: Service) -> None:
    for office, times in (("STA-TIP", 4), ("PRO-TIP", 20), ("STA-BEN", 30)):
        for _ in range(times):
            file(register.db, office, "trial")
    for _ in range(9):
        file(register.db, "STA-TIP", "execution")
    place = lines(counted(register).open_by_place)
    assert place["row", "STA-TIP"][2] is None
    assert place["all", ""][2] == 54
    others = [place["row", "PRO-TIP"][2], place["group", "LY-TB"][2], place["row", "STA-BEN"][2]]
    assert others.count(None) >= 1


def test_a_register_too_small_tells_only_what_is_safe(register: Service) -> None:
    for _ in range(3):
        file(register.db, "STA-TIP", "trial")
    found = counted(register)
    assert (found.open_by_place.lines, found.open_by_age.lines, found.open_by_kind.lines) == (None, None, None)
    assert lines(found.open_files)["all", ""][2] is None


def test_an_empty_register_has_statistics(register: Service) -> None:
    found = counted(register)
    assert found.breached_clocks.lines == ()
    assert lines(found.open_files)["all", ""] == (0, 0, 0, 0, 0, 0)
    assert found.days_to_final == ()


def test_clocks_past_their_end_are_counted_by_office_and_kind(register: Service) -> None:
    case_id = file(register.db, "STA-TIP", "trial")
    with register.db.writing() as session:
        for number, minutes in enumerate([-1] * 6 + [0] * 3 + [1] * 5):
            due = NOW + timedelta(minutes=minutes)
            session.add(
                CaseClock(
                    case_id=case_id, target=f"A{number}/C1", code="evidence_review", office="STA-TIP", started_at=NOW,
                    due_at=due, warn_at=NOW, last_day=TODAY, alarm_role="station_chief",
                )
            )  # fmt: skip
    found = counted(register).breached_clocks
    assert found.columns == ("evidence_review",)
    assert lines(found)["row", "STA-TIP"] == (9, 9)


def test_days_to_final_are_nearest_ranks_of_the_year(register: Service) -> None:
    """Days 1 to 10: the fifth of ten is the median, the ninth the ninetieth percentile. Last year's do not count."""
    for days in range(1, 11):
        final(register.db, "STA-TIP", days, date(2026, 3, 31))
        final(register.db, "STA-BEN", days * 100, date(2026, 1, 1))
    for _ in range(8):
        final(register.db, "STA-TIP", 900, date(2025, 12, 31))
    found = counted(register)
    assert {(held.level, held.code): held.days for held in found.days_to_final} == {
        ("row", "STA-BEN"): (500, 900),
        ("group", "LY-BA"): (500, 900),
        ("row", "STA-TIP"): (5, 9),
        ("group", "LY-TB"): (5, 9),
        ("all", ""): (10, 800),  # the tenth and the eighteenth of twenty
    }
    assert {(held.level, held.code): held.days for held in counted(register, 2025).days_to_final} == {
        ("row", "STA-TIP"): (900, 900),
        ("all", ""): (900, 900),
    }


def test_days_of_a_count_that_is_not_told_are_not_told(register: Service) -> None:
    for office, times in (("STA-BEN", 3), ("STA-TIP", 10), ("PRO-TIP", 12)):
        for days in range(times):
            final(register.db, office, days, date(2026, 1, 31))
    found = counted(register)
    told = {(held.level, held.code): held.days for held in found.days_to_final}
    counts = lines(found.final)
    assert (counts["row", "STA-BEN"], told["row", "STA-BEN"], told["group", "LY-BA"]) == ((None, None), None, None)
    assert all((told[place] is None) == (counts[place][-1] is None) for place in told)


@pytest.mark.parametrize(
    ("days", "percent", "expected"),
    [([1], 50, 1), ([1, 2], 50, 1), ([1, 2, 3], 50, 2), ([1, 2, 3], 90, 3), ([15, 20, 35, 40, 50], 30, 20),
     ([15, 20, 35, 40, 50], 40, 20), ([15, 20, 35, 40, 50], 100, 50), ([0, 0, 0, 9], 75, 0)],
)  # fmt: skip
def test_a_percentile_is_the_nearest_rank(days: list[int], percent: int, expected: int) -> None:
    assert percentile(Counter(days), percent) == expected


def test_nobody_stands_in_the_statistics(register: Service) -> None:
    for _ in range(6):
        file(register.db, "STA-TIP", "trial")
    said = counted(register).as_json()
    assert set(said["open_by_place"]["lines"][0]) == set(Line.__slots__)
    assert "person" not in json.dumps(said)


def test_only_who_may_see_statistics_does(service: Service) -> None:
    for nobody in (Actor("x", "staff", frozenset({"prosecutor"}), "PRO-TIP"), Actor("y", "staff", frozenset())):
        with pytest.raises(NotAllowed):
            statistics(service, nobody, 2026, NOW)
    statistics(service, system("console"), 2026, NOW)


@pytest.mark.slow
def test_random_registers_never_show_a_count_below_five(service: Service) -> None:
    chance = Random(11)
    for code in ("AA", "BB", "CC", "DD"):
        entry = OfficeEntry(
            code, "مكتب", "Office", "branch", date(2014, 1, 1), region=chance.choice(["LY-TB", "LY-BA"])
        )
        register_office(service.db, CLERK, entry, service.spec, NOW)
    for _ in range(300):
        file(service.db, chance.choice(["AA", "AA", "BB", "CC"]), chance.choice(STAGES[:4]), chance.randrange(900),
             chance.choice(["felony", "misdemeanour"]))  # fmt: skip
    found = counted(service)
    for table in (found.open_files, found.open_by_place, found.open_by_age, found.open_by_kind, found.opened):
        for line in table.lines or ():
            assert all(value is None or value == 0 or value >= 5 for value in (*line.cells, line.total))


def test_an_office_counts_only_its_own_files(register: Service) -> None:
    for office, times in (("STA-TIP", 6), ("STA-BEN", 7)):
        for _ in range(times):
            file(register.db, office, "evidence_gathering")
            final(register.db, office, 10, date(2026, 3, 1))
    chief = Actor("chief", "staff", frozenset({"station_chief"}), "STA-TIP")
    found = statistics(register, chief, 2026, NOW)
    assert found.as_json()["offices"] == ["STA-TIP"]
    assert lines(found.open_files)["all", ""][-1] == 6
    assert {code for level, code in lines(found.open_by_place) if level == "row"} == {"STA-TIP"}
    assert [lines(table)["all", ""] for table in (found.opened, found.final)] == [(12, 12), (6, 6)]
    assert found.titles[""].en == "Your office and those below it"


def test_what_the_service_entered_itself_stands_under_a_name(register: Service) -> None:
    for _ in range(6):
        file(register.db, "REGISTER", "after")
    found = counted(register)
    assert ("row", "REGISTER") in lines(found.open_by_place)
    assert found.titles["REGISTER"].ar == "سجل المنظومة"
