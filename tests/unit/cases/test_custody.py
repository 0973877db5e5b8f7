"""Evidence belongs to a case by an action of the case, and its actions tell through whose hands it went."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlmodel import select

from issuance.cases.act import Move, StaleCase, act, open_case
from issuance.cases.custody import add_evidence, custody_of
from issuance.cases.evidence import Capture, Evidence
from issuance.cases.evidence_model import EvidenceItem
from issuance.cases.file import CaseFile
from issuance.cases.four_eyes import propose
from issuance.service import Service
from specs.errors import Invalid, IssuanceError, NotFound, Refused
from tests.casework import (
    PROSECUTOR,
    STATION,
    STATION_OFFICER,
    SUMMARY_REGISTRAR,
    SYSTEM,
    THEFT,
    officer,
    opened,
    taken_in_alone,
    with_case_offices,
)
from tests.service import NOW, TODAY, found

PDF = b"%PDF-1.7\nstatement"
SAID = Capture("محضر.pdf", "محضر معاينة", "مركز شرطة المدينة", TODAY)


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


def added(service: Service, file: CaseFile, content: bytes = PDF) -> tuple[CaseFile, Evidence]:
    return add_evidence(service, STATION_OFFICER, file.number, SAID, io.BytesIO(content), "ضبط في المعاينة", NOW)


def handed(service: Service, file: CaseFile, item: str, keeper: str, minutes: int = 1) -> CaseFile:
    body = {"evidence_list": [item], "evidence_keeper": keeper, "evidence_place": "خزينة الأحراز", "note": "للفحص"}
    now = NOW + timedelta(minutes=minutes)
    return act(service, STATION_OFFICER, file.number, Move("hand_evidence", body), now)


def items(service: Service) -> int:
    with service.db.reading() as read:
        return len(read.exec(select(EvidenceItem)).all())


def test_evidence_is_added_by_an_action_and_its_custody_is_told(register: Service) -> None:
    file, item = added(register, opened(register))
    assert (file.evidence, item.case_id) == ((item.id,), file.id)
    file = handed(register, file, item.id, "معمل الأدلة الجنائية")
    file = handed(register, file, item.id, "خبير الخطوط", 2)
    with register.db.reading() as read:
        told = custody_of(read, file, item.id)
        with pytest.raises(NotFound):
            custody_of(read, opened(register), item.id)
    assert [(step.before, step.keeper) for step in told] == [
        (None, STATION),
        (STATION, "معمل الأدلة الجنائية"),
        ("معمل الأدلة الجنائية", "خبير الخطوط"),
    ]
    assert [step.place for step in told] == ["مركز شرطة المدينة", "خزينة الأحراز", "خزينة الأحراز"]
    assert [step.reason for step in told] == ["ضبط في المعاينة", "للفحص", "للفحص"]


def test_who_may_not_add_evidence_leaves_no_file_and_no_row(register: Service) -> None:
    file = opened(register)
    for actor in (SUMMARY_REGISTRAR, PROSECUTOR):
        with pytest.raises(IssuanceError):
            add_evidence(register, actor, file.number, SAID, io.BytesIO(PDF), "x", NOW)
    with pytest.raises(StaleCase):
        add_evidence(register, STATION_OFFICER, file.number, SAID, io.BytesIO(PDF), "x", NOW, expected=7)
    assert items(register) == 0
    assert not (register.settings.home / "evidence").exists()


def test_only_evidence_of_the_file_is_named_in_it(register: Service) -> None:
    file, item = added(register, opened(register))
    other = opened(register)
    stray = taken_in_alone(register, STATION_OFFICER, other.id, SAID, PDF)
    for name, ids, code in (
        ("add_evidence", [stray.id], "unknown"),
        ("add_evidence", ["none"], "unknown"),
        ("add_evidence", [item.id], "held"),
    ):
        move = Move(name, {"evidence_list": ids, "note": "x"})
        with pytest.raises(Invalid) as caught:
            act(register, STATION_OFFICER, file.number, move, NOW)
        assert found(caught.value) == {("evidence_list", f"cases.evidence.{code}")}
    with pytest.raises(Invalid):
        handed(register, other, stray.id, "x")  # taken in for the file, but not yet added to it
    with pytest.raises(Invalid):
        handed(register, other, item.id, "x")
    with pytest.raises((Invalid, Refused)):
        act(register, STATION_OFFICER, file.number, Move("begin_evidence", evidence=(stray.id,)), NOW)
    after = act(register, STATION_OFFICER, file.number, Move("begin_evidence", evidence=(item.id,)), NOW)
    assert after.evidence == (item.id,)


def test_an_item_that_the_case_cannot_name_has_no_row_either(register: Service) -> None:
    """The file goes on, or its moment is before its last entry: whatever refuses the action refuses the item."""
    file, before = opened(register), items(register)
    with pytest.raises(Invalid) as caught:
        add_evidence(register, STATION_OFFICER, file.number, SAID, io.BytesIO(PDF), " ", NOW)
    assert {fault.field for fault in caught.value.faults} == {"note"}

    class Meanwhile(io.BytesIO):
        """Another acts on the case while the file is read."""

        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == 0:
                act(register, STATION_OFFICER, file.number, Move("begin_evidence"), NOW)
            return super().read(size)

    with pytest.raises(StaleCase):
        add_evidence(register, STATION_OFFICER, file.number, SAID, Meanwhile(PDF), "ضبط", NOW, expected=1)
    assert items(register) == before


def test_which_item_an_entry_names_is_not_corrected_for_its_custody_is_told_by_it(register: Service) -> None:
    file, item = added(register, opened(register))
    move = Move("correct", {"corrects": 2, "corrected": {"evidence_list": ["other"]}, "note": "سهو"})
    with pytest.raises(Invalid) as caught:
        propose(register, officer("station_chief", STATION), file.number, move, "سهو", NOW)
    assert found(caught.value) == {("corrected.evidence_list", "cases.fixed")}
    assert file.evidence == (item.id,)


def test_evidence_goes_on_with_a_joined_file(register: Service) -> None:
    file, item = added(register, opened(register))
    file = handed(register, file, item.id, "المعمل")
    into = opened(register)
    move = Move("join", {"other_case": file.number, "note": "واقعة واحدة"})
    into = act(register, SYSTEM, into.number, move, NOW + timedelta(minutes=5))
    assert into.evidence == (item.id,)
    into = handed(register, into, item.id, "الخزينة", 6)
    with register.db.reading() as read:
        assert [step.keeper for step in custody_of(read, into, item.id)] == [STATION, "المعمل", "الخزينة"]


def test_a_file_is_not_opened_with_evidence_of_another(register: Service) -> None:
    item = taken_in_alone(register, STATION_OFFICER, opened(register).id, SAID, PDF)
    with pytest.raises(Invalid) as caught:
        open_case(register, STATION_OFFICER, Move("open", THEFT, evidence=(item.id,)), NOW)
    assert found(caught.value) == {("evidence_list", "cases.evidence.unknown")}
