"""Invented cases: legal, chained, numbered without a gap, resumable, and nowhere near a register in use."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlmodel import col, func, select

from issuance.cases import bulk_generate
from issuance.cases.act import Move, open_case
from issuance.cases.bulk_generate import invented_id
from issuance.cases.case_rules import CaseRules
from issuance.cases.fold import apply, begin
from issuance.cases.history import action_of, broken_links
from issuance.cases.legal import faults
from issuance.cases.model import CaseAction, CaseCounter, CaseRow
from issuance.cases.rebuild import rebuild
from issuance.core.outbox import events_after
from issuance.jobs.case_generator import generate_cases
from issuance.people.model import Person
from issuance.service import Service
from specs.errors import Refused
from tests.casework import THEFT, officer
from tests.service import CLERK, NOW


def _quiet(done: int, total: int) -> None:
    assert 0 <= done <= total


def _rows(service: Service) -> list[CaseAction]:
    with service.db.reading() as read:
        return list(read.exec(select(CaseAction).order_by(col(CaseAction.case_id), col(CaseAction.seq))))


def test_invented_histories_are_legal_chained_and_what_the_projections_say(service: Service) -> None:
    assert generate_cases(service, CLERK, 60, 1, _quiet) == 60
    rules, files = CaseRules.of(service.spec), {}
    for row in _rows(service):
        files.setdefault(row.case_id, []).append(row)
    assert len(files) == 60
    for case_id, rows in files.items():
        assert list(broken_links(case_id, rows)) == []
        file = begin(case_id, "any", action_of(rows[0]), rules)
        for row in rows[1:]:
            assert [fault.en for fault in faults(file, action_of(row), rules)] == []
            file = apply(file, action_of(row), rules)
    outcome = rebuild(service, CLERK, NOW, _quiet, only_check=True)
    assert (outcome.files, outcome.found, outcome.differences) == (60, 0, [])


def test_a_run_goes_on_where_it_was_cut_short(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk_generate, "BATCH", 10)

    def cut_short(done: int, total: int) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        generate_cases(service, CLERK, 30, 5, cut_short)
    assert generate_cases(service, CLERK, 30, 5, _quiet) == 10
    assert generate_cases(service, CLERK, 30, 5, _quiet) == 0
    assert generate_cases(service, CLERK, 32, 5, _quiet) == 2
    with service.db.reading() as read:
        assert read.exec(select(func.count()).select_from(CaseRow)).one() == 32


def test_one_seed_makes_the_same_cases_and_another_seed_others(service: Service, desk: Service) -> None:
    generate_cases(service, CLERK, 12, 9, _quiet)
    generate_cases(desk, CLERK, 12, 9, _quiet)
    first, second = ([(row.id, row.name, row.at) for row in _rows(one)] for one in (service, desk))
    assert first == second
    generate_cases(service, CLERK, 12, 10, _quiet)
    assert len({row.case_id for row in _rows(service)}) == 24


def test_numbers_have_no_gap_and_live_work_goes_on_from_them(service: Service) -> None:
    generate_cases(service, CLERK, 80, 3, _quiet)
    with service.db.reading() as read:
        numbers = sorted(read.exec(select(CaseRow.number)))
        counters = {(row.office, row.year): row.last for row in read.exec(select(CaseCounter))}
    counted: dict[tuple[str, int], list[int]] = {}
    for number in numbers:
        office, year, serial = number.rsplit("-", 2)
        counted.setdefault((office, int(year)), []).append(int(serial))
    assert all(serials == list(range(1, len(serials) + 1)) for serials in counted.values())
    assert counters == {key: len(serials) for key, serials in counted.items()}
    office, last = next((office, last) for (office, year), last in counters.items() if year == 2026)
    opening = Move("open", THEFT, happened_on=date(2026, 1, 11))
    assert (
        open_case(service, officer("station_officer", office), opening, NOW).number == f"{office}-2026-{last + 1:06d}"
    )


def test_what_is_invented_is_marked_and_told_to_nobody(service: Service) -> None:
    generate_cases(service, CLERK, 20, 3, _quiet)
    for row in _rows(service):
        assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}", row.id)
        assert row.actor_id == "system:cases.generate"
    with service.db.reading() as read:
        invented = read.exec(
            select(Person).where(col(Person.registered_at) == NOW, col(Person.portrait).is_(None))
        ).all()
        assert invented and all(
            person.synthetic and int(person.national_number[5:11]) >= 900_000 for person in invented
        )
        assert list(events_after(read, CLERK, 0, 10)) == []


def test_ids_sort_in_the_order_the_files_were_opened() -> None:
    ids = [invented_id(2026, place, seq) for place in (0, 1, 255, 256, 65_536) for seq in (0, 1, 15, 16)]
    assert ids == sorted(ids)
    assert len({*ids}) == len(ids)


def test_production_refuses_invented_cases(service: Service) -> None:
    service.settings = service.settings.model_copy(update={"environment": "production"})
    with pytest.raises(Refused) as caught:
        generate_cases(service, CLERK, 1, 1, _quiet)
    assert caught.value.faults[0].code == "cases.generate.production"
    assert _rows(service) == []
