"""Cases leave within what the reader may read, each look kept; what left whole can be taken in elsewhere as it was."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import SQLModel, col, select

from issuance.cases.act import Move, open_case
from issuance.cases.exchange_export import COLUMNS, export_cases
from issuance.cases.exchange_files import _action
from issuance.cases.exchange_import import Fate, Import, import_cases
from issuance.cases.exchange_rows import Form
from issuance.cases.history import GENESIS, digest
from issuance.cases.looks_model import CaseLook
from issuance.cases.model import CaseAction, CaseCounter
from issuance.cases.projection import TABLES
from issuance.core.actor import Actor
from issuance.core.purpose import Purpose
from issuance.core.uow import unit_of_work
from issuance.service import Service
from issuance.staff.model import Office
from specs.errors import Invalid, NotAllowed
from tests.casework import (
    PROSECUTOR,
    STATION_OFFICER,
    THEFT,
    at_prosecution,
    before_summary_court,
    officer,
    opened,
    step,
    with_case_offices,
)
from tests.service import CLERK, NOW, trail

DUTY = Purpose("duty")
SYSTEM = Actor("station-system", "client", frozenset({"case_system"}), "ST-TIP")


def _export(service: Service, actor: Actor = CLERK, form: Form = "jsonl", purpose: Purpose = DUTY) -> str:
    out = io.StringIO()
    export_cases(service, actor, purpose, out, form, NOW, lambda done, total: None)
    return out.getvalue()


def _import(service: Service, content: str, actor: Actor = CLERK) -> list[Fate]:
    fates: list[Fate] = []
    stream = io.BytesIO(content.encode())
    import_cases(service, actor, Import(stream, "jsonl", "export", fates.append, lambda done: None), NOW)
    return fates


def _tables(service: Service) -> dict[str, list[dict[str, Any]]]:
    held: tuple[type[SQLModel], ...] = (CaseAction, CaseCounter, *TABLES)
    with service.db.reading() as read:
        return {
            str(table.__tablename__): sorted((row.model_dump() for row in read.exec(select(table))), key=str)
            for table in held
        }


def _life(service: Service) -> Service:
    with_case_offices(service)
    opened(service, reporter_name="علي سالم")
    before_summary_court(service)
    file = at_prosecution(service)
    step(service, PROSECUTOR, file, "ban_travel", date(2026, 1, 13), accused="A1", legal_basis="أمر النيابة")
    return service


def test_an_export_taken_into_an_empty_register_equals_it(service: Service) -> None:
    _life(service)
    content, before = _export(service), _tables(service)
    assert len(content.splitlines()) == 3
    with service.db.writing() as session:  # the same register, emptied of its cases
        for table in (*reversed(TABLES), CaseAction, CaseCounter):
            for row in session.execute(select(table)).scalars():
                session.delete(row)
            session.flush()
    fates = _import(service, content)
    assert [fate.outcome for fate in fates] == ["accepted"] * 3
    assert _tables(service) == before
    assert [fate.outcome for fate in _import(service, content)] == ["already_there"] * 3
    number = open_case(service, STATION_OFFICER, Move("open", THEFT, happened_on=date(2026, 1, 11)), NOW).number
    assert number == "ST-TIP-2026-000004"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda line: line["entries"][0]["body"].update(place="آخر"), "cases.import.digest"),
        (lambda line: line["entries"][0].update(actor="somebody"), "cases.import.digest"),
        (lambda line: line["entries"].pop(0), "cases.import.digest"),
        (lambda line: line.update(number="ST-TIP-2026-000099"), "cases.import.form"),
        (lambda line: line.update(id="another"), "cases.import.digest"),
        (lambda line: line.update(entries=[]), "cases.import.form"),
        (lambda line: line.update(entries={}), "cases.import.form"),
        (lambda line: line["entries"][0].pop("receipt"), "cases.import.form"),
    ],
)
def test_a_file_that_was_changed_on_the_way_is_refused(service: Service, change: Any, code: str) -> None:
    _life(service)
    line = json.loads(_export(service).splitlines()[1])
    change(line)
    assert [fault.code for fault in _import(service, json.dumps(line))[0].faults] == [code]


def test_a_file_that_went_on_here_is_there_already_and_one_with_another_history_is_not(service: Service) -> None:
    with_case_offices(service)
    file = opened(service)
    older = _export(service)
    step(service, STATION_OFFICER, file, "begin_evidence", date(2026, 1, 12))
    assert [fate.outcome for fate in _import(service, older)] == ["already_there"]
    line = json.loads(_export(service))
    with service.db.writing() as session:
        row = session.execute(select(CaseAction).where(col(CaseAction.seq) == 2)).scalars().one()
        row.digest = "0" * 64
        session.add(row)
    assert [fault.code for fault in _import(service, json.dumps(line))[0].faults] == ["cases.import.history"]


def test_a_file_of_a_person_who_is_not_entered_here_is_refused(service: Service, desk: Service) -> None:
    _life(service)
    fates = _import(desk, _export(service))[1:]  # nobody is named in the first
    assert [[fault.code for fault in fate.faults] for fate in fates] == [["cases.import.person"]] * 2


def test_a_file_whose_offices_did_not_stand_here_or_are_of_another_kind_is_refused(
    service: Service, desk: Service
) -> None:
    file = opened(with_case_offices(service))
    step(service, STATION_OFFICER, file, "send_to_prosecution", date(2026, 1, 12), to_office="PR-TIP")
    founded, ended = date(2014, 1, 1), date(2025, 12, 31)
    with unit_of_work(desk.db, CLERK, "offices of another register", NOW) as tx:
        tx.session.merge(
            Office(
                code="ST-TIP",
                name_arabic="مركز",
                name_english="Station",
                kind="station",
                valid_from=founded,
                valid_to=ended,
            )
        )
        tx.session.merge(
            Office(code="PR-TIP", name_arabic="محكمة", name_english="Court", kind="summary_court", valid_from=founded)
        )
        tx.audit("offices.import", "file:test")
    (fate,) = _import(desk, _export(service))
    assert sorted((fault.field, fault.code) for fault in fate.faults) == [
        ("entries.1", "cases.import.office_closed"),
        ("entries.2", "cases.import.office_closed"),
        ("entries.2", "cases.import.office_kind"),
    ]


def test_a_hand_over_without_its_receipt_is_taken_in_and_listed_in_the_fate(service: Service) -> None:
    file = opened(with_case_offices(service))
    step(service, STATION_OFFICER, file, "send_to_prosecution", date(2026, 1, 12), to_office="PR-TIP")
    line = json.loads(_export(service))
    with service.db.writing() as session:  # the same register, emptied of its cases
        for table in (*reversed(TABLES), CaseAction, CaseCounter):
            session.execute(delete(table))
    line["entries"][1]["receipt"] = None
    (fate,) = _import(service, json.dumps(line))
    assert (fate.outcome, fate.unsigned) == ("accepted", (2,))


def test_only_the_console_takes_in_whole_files(service: Service) -> None:
    _life(service)
    fates = _import(service, _export(service), SYSTEM)
    assert [fault.code for fate in fates for fault in fate.faults] == ["cases.import.console"] * 3


def test_a_reader_gets_what_it_may_read_and_not_who_reported(service: Service) -> None:
    _life(service)
    opened_elsewhere = Move("open", THEFT, happened_on=date(2026, 1, 11))
    open_case(service, officer("station_officer", "ST-BEN"), opened_elsewhere, NOW)
    whole, part = _export(service), _export(service, SYSTEM)
    assert len(whole.splitlines()) == 4
    assert "علي سالم" in whole
    assert "علي سالم" not in part
    assert {json.loads(line)["number"] for line in part.splitlines()} == {"ST-TIP-2026-000001"}
    assert [fault.code for fault in _import(service, part)[0].faults] == ["cases.import.digest"]


def test_every_file_given_out_is_a_look_with_its_purpose(service: Service) -> None:
    _life(service)
    _export(service)
    with service.db.reading() as read:
        looks = read.exec(select(CaseLook)).all()
    assert [(look.kind, look.purpose) for look in looks] == [("read", "duty")] * 3
    assert trail(service.db)[-2:].count("cases.export") >= 1
    with pytest.raises(Invalid):
        _export(service, purpose=Purpose(""))
    with pytest.raises(NotAllowed):
        _export(service, PROSECUTOR)


def test_the_list_names_no_person(service: Service) -> None:
    _life(service)
    rows = list(csv.reader(io.StringIO(_export(service, form="csv"))))
    assert tuple(rows[0]) == COLUMNS
    assert [row[0] for row in rows[1:]] == [f"ST-TIP-2026-00000{place}" for place in (1, 2, 3)]
    assert THEFT["accused_name"] not in str(rows)


def _forged(service: Service, change: Any) -> list[str]:
    """The codes of what is told of another file with this history, rewritten so that its digests fit."""
    line = json.loads(_export(service).splitlines()[1])
    line |= {"id": "forged", "number": "ST-TIP-2026-000099"}
    for seq, entry in enumerate(line["entries"]):
        entry |= {"id": f"forged-{seq}", "receipt": None}
    line["entries"][0]["resolved"]["number"] = line["number"]
    change(line["entries"])
    before = GENESIS
    for seq, entry in enumerate(line["entries"], 1):
        entry["digest"] = before = digest("forged", _action(seq, entry), before)
    return [fault.code for fate in _import(service, json.dumps(line)) for fault in fate.faults]


def _second_officer(entries: list[dict[str, Any]], asked_by: str | None) -> None:
    body = {"corrects": 1, "corrected": {"place": "آخر"}, "note": "خطأ"}
    last = entries[-1] | {"id": "forged-9", "name": "correct", "matters": [], "resolved": {"of_corrected": {}}}
    entries.append(last | {"body": body, "asked_by": asked_by or last["actor"]})


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda entries: None, []),
        (lambda entries: _second_officer(entries, "staff:another"), []),
        (lambda entries: _second_officer(entries, None), ["cases.import.four_eyes"]),
        (lambda entries: entries[-1].update(at="2027-01-01T00:00:00+00:00"), ["cases.import.future"]),
        (lambda entries: entries[-1].update(name="open"), ["cases.import.action"]),
        (lambda entries: entries[-1].update(name="execute", body={}), ["cases.illegal"]),
        (lambda entries: entries[0].update(happened_on="2026-11-23"), ["cases.future"]),
        (lambda entries: entries[1].update(receipt="bm90IGEgcmVjZWlwdA=="), ["cases.import.receipt"]),
    ],
)
def test_a_whole_file_is_taken_in_only_with_a_history_the_law_admits(
    service: Service, change: Any, codes: list[str]
) -> None:
    _life(service)
    assert _forged(service, change) == codes
