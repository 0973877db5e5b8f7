"""Offices from a CSV file: each row's fate, and a second run that changes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from issuance.core.actor import PUBLIC, system
from issuance.db.session import Database
from issuance.staff.office_import import import_offices
from issuance.staff.public import offices, orders, reach_of
from specs.errors import Invalid, NotAllowed
from specs.load import load
from tests.service import trail

SPEC = load()
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ADMIN = system("test")
HEADING = "code,name_arabic,name_english,kind,region,authority,parent,valid_from,valid_to\n"
GOOD = (
    HEADING
    + "S-SOUQ,مركز شرطة سوق الجمعة,Souq al Jumaa Station,station,LY-TB,gnu_interior,D-TIP,2015-01-01,\n"
    + "D-TIP,مديرية أمن طرابلس,Tripoli Directorate,directorate,LY-TB,gnu_interior,,2015-01-01,\n"
)
BAD = (
    HEADING
    + "S-ONE,مركز,Station,castle,LY-XX,nobody,,2015-13-01,\n"
    + "S-TWO,مركز,,castle,LY-XX,nobody,,2015-01-01,2014-01-01\n"
    + "S-SIX,مركز,Station,station,,,S-SIX,2015-01-01,\n"
    + "S-ORPHAN,مركز,Station,station,,,D-NONE,2015-01-01,\n"
    + "D-TIP,مديرية,Directorate,directorate,,,,2015-01-01,\n"
    + "D-TIP,مديرية,Directorate,directorate,,,,2015-01-01,\n"
    + "S-LONG,مركز,Station,station,,,,2015-01-01,,more\n"
)


def run(database: Database, text: str, *, dry_run: bool = False) -> list[tuple[int, str, set[str | None]]]:
    fates = import_offices(database, ADMIN, text.encode(), SPEC, NOW, dry_run=dry_run)
    return [(fate.line, fate.outcome, {f.field for f in fate.faults}) for fate in fates]


def test_rows_go_in_with_parents_anywhere_in_the_file_and_a_second_run_knows_them(database: Database) -> None:
    assert run(database, GOOD) == [(2, "added", set()), (3, "added", set())]
    with database.reading() as read:
        held = {office.code: office for office in offices(read, date(2015, 1, 1))}
    assert (held["S-SOUQ"].parent, held["S-SOUQ"].authority) == ("D-TIP", "gnu_interior")
    assert held["S-SOUQ"].arabic == "مركز شرطة سوق الجمعة"
    assert run(database, "\ufeff" + GOOD) == [(2, "known", set()), (3, "known", set())]
    assert trail(database) == ["offices.register"] * 2 + ["offices.import"] * 2


def test_a_dry_run_tells_the_same_fates_and_adds_nothing(sqlite_database: Database) -> None:
    assert run(sqlite_database, GOOD, dry_run=True) == run(sqlite_database, GOOD)
    assert [outcome for _, outcome, _ in run(sqlite_database, GOOD, dry_run=True)] == ["known", "known"]


def test_every_bad_row_is_refused_with_all_its_faults_and_good_rows_go_in(sqlite_database: Database) -> None:
    assert run(sqlite_database, BAD) == [
        (2, "refused", {"valid_from"}),
        (3, "refused", {"kind", "region", "authority", "name_english", "valid_to"}),
        (4, "refused", {"parent"}),
        (5, "refused", {"parent"}),
        (6, "added", set()),
        (7, "refused", {"code"}),
        (8, "refused", {"row"}),
    ]
    with sqlite_database.reading() as read:
        assert [office.code for office in offices(read)] == ["D-TIP"]


def test_an_entry_is_not_rewritten_by_an_import(sqlite_database: Database) -> None:
    run(sqlite_database, GOOD)
    fates = import_offices(
        sqlite_database, ADMIN, GOOD.replace("Tripoli Directorate", "Other").encode(), SPEC, NOW, dry_run=False
    )
    assert [(fate.code, fate.outcome) for fate in fates] == [("S-SOUQ", "known"), ("D-TIP", "refused")]
    assert "name_english" in fates[1].faults[0].en


@pytest.mark.parametrize("content", [b"", b"code,kind\n", b"\xff\xfe", HEADING.encode() + b'"open\n', b"x" * 200_000])
def test_what_is_no_such_csv_is_refused_whole(sqlite_database: Database, content: bytes) -> None:
    with pytest.raises(Invalid):
        import_offices(sqlite_database, ADMIN, content, SPEC, NOW, dry_run=False)


def test_only_administrators_import_offices(sqlite_database: Database) -> None:
    with pytest.raises(NotAllowed):
        import_offices(sqlite_database, PUBLIC, GOOD.encode(), SPEC, NOW, dry_run=True)


ENDED = "code,name_arabic,name_english,kind,valid_from,valid_to,successor,law\n"


def test_an_office_that_ended_comes_with_who_answers_for_it(database: Database) -> None:
    file = (
        ENDED + "S-OLD,مركز,Old,station,2015-01-01,2020-06-30,S-NEW,قرار 7/2020\nS-NEW,مركز,New,station,2015-01-01,,,\n"
    )
    assert run(database, file, dry_run=True) == run(database, file) == [(2, "added", set()), (3, "added", set())]
    with database.reading() as read:
        old = {office.code: office for office in offices(read)}["S-OLD"]
        before, after = (
            reach_of(read, "S-NEW", day, territory=False).own for day in (date(2020, 6, 30), date(2020, 7, 1))
        )
        (order,) = orders(read, "S-OLD")
    assert (old.valid_to, old.successors) == (date(2020, 6, 30), ("S-NEW",))
    assert ("S-OLD" in before, "S-OLD" in after) == (False, True)
    assert (order.kind, order.effective_on, order.legal_reference) == ("close", date(2020, 7, 1), "قرار 7/2020")
    assert run(database, file) == [(2, "known", set()), (3, "known", set())]
    changed = file.replace("S-NEW,قرار", "S-OTHER,قرار")
    assert run(database, changed) == [(2, "refused", {"code"}), (3, "known", set())]


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("S-OLD,مركز,Old,station,2015-01-01,,S-NEW,قرار 7", "valid_to"),
        ("S-OLD,مركز,Old,station,2015-01-01,2020-06-30,S-NEW,", "law"),
        ("S-OLD,مركز,Old,station,2015-01-01,2020-06-30,S-NONE,قرار 7", "successor"),
        ("S-OLD,مركز,Old,station,2015-01-01,2020-06-30,S-OLD,قرار 7", "successor"),
        ("S-OLD,مركز,Old,station,2015-01-01,2014-06-30,S-NEW,قرار 7", "valid_to"),
    ],
)
def test_an_end_without_a_successor_that_stands_or_without_a_text_is_refused(
    sqlite_database: Database, row: str, field: str
) -> None:
    fates = run(sqlite_database, f"{ENDED}{row}\nS-NEW,مركز,New,station,2015-01-01,,,\n")
    assert (fates[0][1], field in fates[0][2], fates[1][1]) == ("refused", True, "added")
