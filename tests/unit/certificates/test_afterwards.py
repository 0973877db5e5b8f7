"""Officers end a certificate in two; a step of legalisation is corrected and both stay visible. Issue 5, after."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlmodel import col, select

from issuance.certificates import afterwards, legalisation
from issuance.certificates.model import Request
from issuance.certificates.standing import standing
from issuance.certificates.status import events_of
from issuance.core import approvals
from issuance.core.actor import Actor, system
from issuance.core.uow import unit_of_work
from issuance.service import Service
from keys.record_verify import verify_record
from specs.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from tests.service import NOW, officer
from tests.unit.certificates.test_status import ATTESTER, DIPLOMAT, code, of

LATER = NOW + timedelta(minutes=5)


def test_a_replacement_takes_two_officers_and_the_old_one_holds_until_the_new_one_is_issued(desk: Service) -> None:
    number = of(desk, "119909000821")
    asked = afterwards.ask_replacement(desk, officer("a"), number, "damaged", "بها بلل", NOW)
    assert code(desk, number) == "good"
    with pytest.raises(NotAllowed):
        afterwards.approve(desk, officer("a"), asked, "نعم", NOW)
    with pytest.raises(Conflict):
        afterwards.ask_withdrawal(desk, officer("c"), number, "court_order", "أمر", NOW)
    held = afterwards.approve(desk, officer("b"), asked, "نعم", NOW)
    assert (held.code, held.reason) == ("replaced", "damaged")
    assert held.replaced_by is not None
    assert code(desk, held.replaced_by) == "good"
    with pytest.raises(Conflict):
        afterwards.approve(desk, officer("b"), asked, "نعم", NOW)


def test_a_replacement_approved_before_a_crash_is_asked_for_by_upkeep(desk: Service) -> None:
    number = of(desk, "119909000822")
    asked = afterwards.ask_replacement(desk, officer("a"), number, "lost", "فقدت", NOW)
    with unit_of_work(desk.db, officer("b"), "approved, and then the power went", NOW) as tx:
        approvals.approve(tx, asked, afterwards._digest(tx.read, number), "نعم")
    assert code(desk, number) == "good"
    assert afterwards.settle_replacements(desk, LATER) == 1
    assert afterwards.settle_replacements(desk, LATER) == 0
    assert code(desk, number, LATER) == "replaced"
    with desk.db.reading() as read:
        made = read.exec(select(Request).where(col(Request.request_id).like(f"replace:{number}:%"))).all()
    assert len(made) == 1


def test_whoever_asked_takes_it_back_and_another_refuses(desk: Service) -> None:
    number = of(desk, "119909000823")
    first = afterwards.ask_withdrawal(desk, officer("a"), number, "court_order", "أمر", NOW)
    afterwards.refuse(desk, officer("a"), first, "أخطأت الرقم", NOW)
    second = afterwards.ask_withdrawal(desk, officer("a"), number, "court_order", "أمر", NOW)
    with pytest.raises(NotFound):
        afterwards.refuse(desk, officer("b", "PTIP"), second, "لا", NOW)
    afterwards.refuse(desk, officer("b"), second, "لا يثبت", NOW)
    assert code(desk, number) == "good"


def test_every_fault_of_a_request_to_withdraw_is_named(desk: Service) -> None:
    number = of(desk, "119909000824")
    with pytest.raises(Invalid) as refused:
        afterwards.ask_withdrawal(desk, officer("a"), number, "bad_mood", " ", NOW)
    assert {fault.field for fault in refused.value.faults} == {"reason", "words"}


def test_what_the_console_withdrew_alone_waits_for_an_officer_to_look(desk: Service) -> None:
    number = of(desk, "119909000825")
    held = afterwards.withdraw_at_console(desk, system("console"), number, "obtained_by_fraud", NOW, "خطر عاجل")
    assert (held.code, held.replaced_by) == ("withdrawn", None)
    seen = standing(desk, officer("a"), number, NOW)
    assert seen.ways == ("confirm",)
    with desk.db.reading() as read:
        assert number in afterwards.emergencies(read, frozenset({"CTIP"}))
        assert afterwards.emergencies(read, frozenset({"PTIP"})) == []
    with pytest.raises(NotAllowed):
        afterwards.confirm_emergency(desk, system("console"), number, "نعم", NOW)
    afterwards.confirm_emergency(desk, officer("a"), number, "راجعت المستند", LATER)
    with desk.db.reading() as read:
        assert number not in afterwards.emergencies(read, None)
    assert code(desk, number, LATER) == "withdrawn"
    with pytest.raises(Conflict):
        afterwards.confirm_emergency(desk, officer("a"), number, "مرة أخرى", LATER)


def test_a_step_entered_by_mistake_is_corrected_by_its_own_authority_and_both_stay_visible(desk: Service) -> None:
    number = of(desk, "119909000826")
    legalisation.legalise(desk, ATTESTER, number, "interior", None, NOW)
    legalisation.legalise(desk, DIPLOMAT, number, "foreign_ministry", None, NOW)
    with pytest.raises(Refused):  # the Foreign Ministry's step rests on it
        legalisation.correct(desk, ATTESTER, number, "interior", "رقم آخر", LATER)
    with pytest.raises(NotAllowed):
        legalisation.correct(desk, ATTESTER, number, "foreign_ministry", "رقم آخر", LATER)
    with pytest.raises(Invalid):
        legalisation.correct(desk, DIPLOMAT, number, "foreign_ministry", "", LATER)
    held = legalisation.correct(desk, DIPLOMAT, number, "foreign_ministry", "رقم آخر", LATER)
    assert [one.step for one in held.legalised] == ["interior"]
    assert [(one.step, one.corrected_on) for one in held.corrected] == [("foreign_ministry", NOW.date())]
    told = held.as_json(desk.spec.certificate_status)
    assert [one["step"] for one in told["legalised"]] == ["interior"]
    assert [(one["step"], one["corrected_on"]) for one in told["corrected"]] == [("foreign_ministry", "2026-11-22")]
    with desk.db.reading() as read:
        events = events_of(read, number)
    assert [one.kind for one in events] == ["legalised", "legalised", "corrected"]
    assert verify_record(events[-1].signed, desk.trust, LATER).verdict.status == "valid"
    again = legalisation.legalise(desk, DIPLOMAT, number, "foreign_ministry", None, LATER)
    assert [one.step for one in again.legalised] == ["interior", "foreign_ministry"]
    assert len(again.corrected) == 1


def test_each_sees_the_ways_open_to_them_and_a_diplomat_no_reasons(desk: Service) -> None:
    number = of(desk, "119909000827")
    assert standing(desk, officer("a"), number, NOW).ways == ("withdraw", "replace")
    assert standing(desk, ATTESTER, number, NOW).ways == ("legalise",)
    assert standing(desk, DIPLOMAT, number, NOW).ways == ()
    with pytest.raises(NotFound):
        standing(desk, officer("x", "PTIP"), number, NOW)
    with pytest.raises(NotAllowed):
        standing(desk, Actor("s", "staff", frozenset({"statistics_officer"})), number, NOW)
    asked = afterwards.ask_withdrawal(desk, officer("a"), number, "court_order", "حكم المحكمة", NOW)
    assert standing(desk, officer("a"), number, NOW).ways == ("take_back",)
    assert standing(desk, officer("b"), number, NOW).ways == ("decide",)
    afterwards.approve(desk, officer("b"), asked, "نعم", NOW)
    seen = standing(desk, DIPLOMAT, number, NOW).as_json(desk.spec)
    assert seen["waiting"] is None
    assert "court_order" not in str(seen)
    assert "حكم المحكمة" not in str(seen)
