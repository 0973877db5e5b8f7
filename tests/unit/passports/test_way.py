"""The way of a passport: nothing becomes a valid book without two people, a live record, a blank and a passed check."""

from __future__ import annotations

from datetime import timedelta

import pytest

from issuance.core.actor import Actor
from issuance.passports import deciding, delivering, enrol, producing, quality
from issuance.service import Service
from issuance.stock import public as stock
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound, Refused
from tests.passports import (
    AT_THE_DESK,
    CONTROLLER,
    DELIVERER,
    ENROLLER,
    MAKER,
    OFFICER,
    approve,
    as_written,
    asked,
    book,
    check,
    duty,
    enter_nth,
    filled,
    look,
    pay,
    walk,
)
from tests.service import NOW, found, portrait


def test_a_book_goes_from_application_to_hand_over_and_every_step_is_kept(service: Service) -> None:
    view = walk(service)
    states = [step.after for step in view.steps]
    assert states == [
        "draft", "paying", "checking", "deciding", "approved", "production", "quality", "ready", "handed_over",
    ]  # fmt: skip
    made = book(service, view.number or "")
    assert (made.state, made.application_id, made.document_type) == ("active", view.id, "ORDINARY")
    with service.db.reading() as read:
        assert stock.of_passport(read, made.number) == made.blank
    assert view.decided_by == OFFICER.id


def test_who_enrolled_does_not_decide_and_a_program_is_nobody(desk: Service) -> None:
    both = Actor("both", "staff", frozenset({"passport_officer"}), "PTIP")
    changed = enter_nth(desk, 101)
    drafted = enrol.draft(desk, both, asked(changed), NOW)
    enrol.attach(desk, ENROLLER, drafted.view.id, "portrait", portrait(), "image/jpeg", NOW)
    view = pay(desk, enrol.submit(desk, ENROLLER, drafted.view.id, NOW))
    with pytest.raises(NotAllowed):
        approve(desk, view.id, officer=both)
    helper = duty("passport_officer", ENROLLER.id)
    with pytest.raises(NotAllowed):
        approve(desk, view.id, officer=helper)
    assert approve(desk, view.id).state == "approved"


def test_a_decision_holds_for_what_was_shown_alone(desk: Service) -> None:
    view = walk(desk, "deciding", asked(enter_nth(desk, 102)))
    shown = deciding.docket(desk, OFFICER, view.id, NOW)
    with pytest.raises(Conflict):
        deciding.decide(desk, OFFICER, view.id, "approve", "0" * 64, "complete", NOW)
    field = Fault("x", "أعد التصوير", "take it again", field="portrait")
    back = deciding.decide(
        desk, OFFICER, view.id, "return", shown.digest, "blurred", NOW, reason="portrait_unfit", faults=(field,)
    )
    assert back.state == "returned"
    assert back.steps[-1].faults[0]["field"] == "portrait"
    enrol.attach(desk, ENROLLER, view.id, "portrait", portrait("PNG"), "image/png", NOW)
    assert enrol.submit(desk, ENROLLER, view.id, NOW).state == "deciding"
    with pytest.raises(Conflict):
        deciding.decide(desk, OFFICER, view.id, "approve", shown.digest, "complete", NOW)


def test_without_a_blank_there_is_no_security_object_and_the_application_waits(desk: Service) -> None:
    view = walk(desk, "approved", asked(enter_nth(desk, 103)))
    elsewhere = duty("personaliser", "far", "PNEW")
    with pytest.raises(Refused):
        producing.produce(desk, elsewhere, view.id, NOW)
    assert look(desk, view.id).state == "approved"
    assert look(desk, view.id).number is None


def test_one_byte_of_the_chip_or_one_character_of_the_page_keeps_a_book_from_its_holder(desk: Service) -> None:
    filled(desk)
    view = walk(desk, "quality", asked(enter_nth(desk, 104)))
    number = view.number or ""
    with pytest.raises(Conflict):
        delivering.hand_over(desk, DELIVERER, number, dict(AT_THE_DESK), NOW)
    with pytest.raises(NotAllowed):
        quality.check(desk, duty("quality_controller", MAKER.id), number, *as_written(desk.db, number), NOW)
    chip, page = as_written(desk.db, number)
    chip["DG2.bin"] = chip["DG2.bin"][:-1] + bytes([chip["DG2.bin"][-1] ^ 1])
    found = quality.check(desk, CONTROLLER, number, chip, page, NOW)
    assert [d.file for d in found.differences] == ["DG2.bin"]
    assert found.approval is not None
    with pytest.raises(NotAllowed):
        quality.approve_spoiling(desk, CONTROLLER, found.approval, "seen", NOW)
    quality.approve_spoiling(desk, OFFICER, found.approval, "seen", NOW)
    spoiled = book(desk, number)
    assert spoiled.state == "spoiled"
    again = producing.produce(desk, MAKER, view.id, NOW)
    assert again.number != number
    assert book(desk, again.number).blank != spoiled.blank
    with pytest.raises(Conflict):
        check(desk, number)


def test_a_person_has_one_application_for_a_document_at_a_time(desk: Service) -> None:
    changed = enter_nth(desk, 105)
    walk(desk, "paying", asked(changed))
    with pytest.raises(Conflict):
        walk(desk, "paying", asked(changed))


def test_every_fault_of_request_application_and_portrait_is_told_at_once(desk: Service) -> None:
    changed = enter_nth(desk, 106) | {"sex": "X"}
    drafted = enrol.draft(desk, ENROLLER, asked(changed, "renewal"), NOW)
    with pytest.raises(Invalid) as error:
        enrol.submit(desk, ENROLLER, drafted.view.id, NOW)
    assert {"predecessor", "application.sex", "portrait"} <= {fault.field for fault in error.value.faults}
    assert look(desk, drafted.view.id).state == "draft"


def test_an_office_that_does_not_issue_or_hand_over_is_named_before_anything_is_paid(desk: Service) -> None:
    changed = enter_nth(desk, 108)
    wanted = asked(changed, delivery_office="NOWHERE")
    wanted["application"]["document_type"] = "DIPLOMATIC"
    drafted = enrol.draft(desk, ENROLLER, wanted, NOW)
    enrol.attach(desk, ENROLLER, drafted.view.id, "portrait", portrait(), "image/jpeg", NOW)
    with pytest.raises(Refused) as error:
        enrol.submit(desk, ENROLLER, drafted.view.id, NOW)
    assert {field for field, _ in found(error.value)} == {"application.office", "delivery_office"}
    assert look(desk, drafted.view.id).state == "draft"


def test_what_no_book_can_be_made_of_any_more_goes_back_to_an_officer_who_sees_why(desk: Service) -> None:
    wanted = asked(enter_nth(desk, 109))
    wanted["application"]["issued_on"] = "2026-11-20"
    view = walk(desk, "approved", wanted)
    filled(desk)
    with pytest.raises(Invalid):
        producing.produce(desk, MAKER, view.id, NOW + timedelta(days=60))
    back = look(desk, view.id)
    assert (back.state, back.number) == ("deciding", None)
    assert [fault["field"] for fault in back.steps[-1].faults] == ["application.issued_on"]


def test_an_approval_is_for_what_it_was_asked_for(desk: Service) -> None:
    view = walk(desk, "quality", asked(enter_nth(desk, 110)))
    spoiling = quality.spoil(desk, CONTROLLER, view.number or "", "scratched", NOW)
    for approve_other in (deciding.approve_lift, delivering.approve_destruction):
        with pytest.raises(NotFound):
            approve_other(desk, OFFICER, spoiling, "seen", NOW)
    assert quality.approve_spoiling(desk, OFFICER, spoiling, "seen", NOW) == view.number


def test_another_office_learns_of_no_application(desk: Service) -> None:
    view = walk(desk, "paying", asked(enter_nth(desk, 107)))
    with pytest.raises(NotFound):
        deciding.docket(desk, duty("passport_officer", "far", "PNEW"), view.id, NOW)
