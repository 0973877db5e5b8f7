"""`cases rebuild`: the projections follow from the actions alone, and every way to differ from them is found."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import SQLModel, col, select

from issuance.cases import rebuild as module
from issuance.cases.act import Move, open_case
from issuance.cases.commands import EffectEntry, RulingEntry, record_effect, record_ruling
from issuance.cases.model import (
    CaseAccused,
    CaseAction,
    CaseClock,
    CaseCounter,
    CaseMatter,
    CaseOffice,
    CaseRow,
    Ruling,
)
from issuance.cases.projection import TABLES
from issuance.cases.rebuild import Outcome, rebuild
from issuance.core.actor import Actor
from issuance.service import Service
from specs.errors import NotAllowed
from tests.casework import (
    PROSECUTOR,
    STATION_OFFICER,
    SUMMARY_REGISTRAR,
    THEFT,
    at_prosecution,
    before_summary_court,
    opened,
    step,
    with_case_offices,
)
from tests.service import CLERK, NOW, PERSON, trail

EARLIER = RulingEntry(
    "99/2010", ("محكمة قديمة", "Old court"), "misdemeanour", "in_presence", "conviction", date(2010, 5, 1),
    date(2010, 1, 1), ("سرقة", "Theft"), ("حبس", "Detention"), final_on=date(2010, 6, 1),
)  # fmt: skip


def _told(service: Service, *, only_check: bool) -> Outcome:
    return rebuild(service, CLERK, NOW, lambda done, total: None, only_check=only_check)


def _mixed(service: Service) -> None:
    """Files of many kinds: at a station, on the way, ruled, split, joined, banned, of an earlier register."""
    with_case_offices(service)
    opened(service, accused_name="")
    at_prosecution(service)
    file = before_summary_court(service)
    step(service, SUMMARY_REGISTRAR, file, "rule", date(2026, 2, 1), presence="in_presence", verdict="acquittal")
    file = at_prosecution(service)
    step(service, PROSECUTOR, file, "ban_travel", date(2026, 1, 13), accused="A1", legal_basis="أمر النيابة")
    ruling = record_ruling(service, CLERK, PERSON["national_number"], EARLIER, NOW)
    record_effect(service, CLERK, ruling, EffectEntry("amnesty", date(2012, 5, 2), "Law 35/2012"), NOW)
    file = opened(service)
    step(
        service,
        STATION_OFFICER,
        file,
        "add_charge",
        date(2026, 1, 12),
        offence="fraud",
        committed_on="2026-01-02",
        accused_list=["A1"],
    )


def _everything(service: Service) -> dict[str, list[dict[str, Any]]]:
    with service.db.reading() as read:
        return {
            str(table.__tablename__): sorted((row.model_dump() for row in read.exec(select(table))), key=str)
            for table in TABLES
        }


def test_the_projection_of_a_mixed_history_is_what_its_actions_say(service: Service) -> None:
    _mixed(service)
    before = _everything(service)
    outcome = _told(service, only_check=False)
    assert (outcome.files, outcome.found, outcome.mended) == (6, 0, 0)
    assert _everything(service) == before


def test_every_projection_is_made_anew_from_the_actions_alone(service: Service) -> None:
    _mixed(service)
    before = _everything(service)
    with service.db.writing() as session:
        for table in reversed(TABLES):
            session.execute(delete(table))
        session.execute(delete(CaseCounter))
    assert _told(service, only_check=True).found > 6
    assert _told(service, only_check=False).mended == 6
    assert _everything(service) == before
    assert _told(service, only_check=True).found == 0
    number = open_case(service, STATION_OFFICER, Move("open", THEFT, happened_on=date(2026, 1, 11)), NOW).number
    assert number not in {row["number"] for row in before["cases"]}


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        (CaseRow, "state", "completed"),
        (CaseRow, "holder", "ST-BEN"),
        (CaseRow, "sealed", True),
        (CaseMatter, "state", "completed"),
        (CaseAccused, "name", "آخر"),
        (CaseClock, "alarm_role", "nobody"),
        (Ruling, "verdict", "acquittal"),
    ],
)
def test_a_changed_column_is_named_and_put_right(
    service: Service, table: type[SQLModel], column: str, value: object
) -> None:
    _mixed(service)
    before = _everything(service)
    with service.db.writing() as session:
        session.execute(update(table).values({column: value}))
    outcome = _told(service, only_check=True)
    assert {(d.kind, d.table) for d in outcome.differences} == {("changed", table.__tablename__)}
    assert all(d.columns == (column,) for d in outcome.differences)
    assert "آخر" not in str(outcome.as_json())
    _told(service, only_check=False)
    assert _everything(service) == before


def test_rows_too_many_and_rows_of_no_file_are_taken_away(service: Service) -> None:
    _mixed(service)
    before = _everything(service)
    with service.db.writing() as session:
        case_id = session.execute(select(CaseRow.id)).scalars().first()
        session.add(CaseOffice(case_id=case_id, office="ST-BEN"))
        session.add(CaseOffice(case_id="of no file", office="ST-BEN"))
    outcome = _told(service, only_check=True)
    assert sorted((d.kind, d.table) for d in outcome.differences) == [
        ("extra", "case_offices"),
        ("orphan", "case_offices"),
    ]
    _told(service, only_check=False)
    assert _everything(service) == before


def test_a_file_whose_entries_were_tampered_with_is_told_and_left_alone(service: Service) -> None:
    _mixed(service)
    with service.db.writing() as session:
        session.execute(update(CaseAction).where(col(CaseAction.name) == "ban_travel").values(basis="another"))
        session.execute(update(CaseRow).values(region="LY-TB"))
    outcome = _told(service, only_check=False)
    assert [d.table for d in outcome.differences if d.kind == "tampered"] == ["case_actions"]
    assert (outcome.tampered, outcome.mended) == (1, 5)
    with service.db.reading() as read:
        assert len(read.exec(select(CaseRow).where(CaseRow.region == "LY-TB")).all()) == 1


def test_an_interrupted_rebuild_leaves_whole_files_and_is_simply_run_again(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    _mixed(service)
    before = _everything(service)
    monkeypatch.setattr(module, "BATCH", 2)
    with service.db.writing() as session:
        for table in reversed(TABLES):
            session.execute(delete(table))

    def cut_short(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(service, CLERK, NOW, cut_short)
    assert len(_everything(service)["cases"]) == 2
    assert _told(service, only_check=False).mended == 4
    assert _everything(service) == before


def test_a_comparison_is_audited_and_needs_its_right(desk: Service) -> None:
    _told(desk, only_check=True)
    assert trail(desk.db)[-1] == "cases.rebuild"
    with pytest.raises(NotAllowed):
        rebuild(desk, Actor("x", "staff", frozenset({"prosecutor"}), "PR-TIP"), NOW, lambda done, total: None)
