"""What becomes of a certificate after its issue: who may end it, what ends it by itself. Issue 5; LIBYA.md 3.1."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from issuance.cases import commands as cases
from issuance.certificates import afterwards, legalisation, supersede
from issuance.certificates.model import Certificate
from issuance.certificates.status import events_of, status_of
from issuance.core import messages
from issuance.core.actor import Actor, system
from issuance.db.tables import OutboxRow
from issuance.service import Service
from keys.record_verify import verify_record
from specs.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from specs.schema.certificate_status import StatusCode
from tests.service import CLERK, NOW, enter, issued, officer, request
from tests.unit.cases.test_commands import AMNESTY, RULING

SUMMER = NOW + timedelta(days=200)
ATTESTER = Actor("attester", "staff", frozenset({"attestation_officer"}), "CTIP")
DIPLOMAT = Actor("diplomat", "staff", frozenset({"foreign_ministry_officer"}), None)


def of(desk: Service, number: str, phone: str | None = None) -> str:
    """The number of a certificate issued to a new person."""
    enter(desk, national_number=number, phone=phone)
    return issued(desk, request(national_number=number)).number


def code(desk: Service, number: str, at=NOW) -> StatusCode:  # type: ignore[no-untyped-def]
    with desk.db.reading() as read:
        return status_of(read, number, at).code


def test_a_certificate_is_good_to_its_last_day_in_libya_and_expired_after_it(desk: Service) -> None:
    number = of(desk, "119909000801")  # issued on 22 November 2026, three months
    assert code(desk, number, NOW.replace(year=2027, month=2, day=22, hour=21, minute=59)) == "good"
    assert code(desk, number, NOW.replace(year=2027, month=2, day=22, hour=22, minute=1)) == "expired"


def test_one_officer_asks_for_a_withdrawal_and_another_approves_it(desk: Service) -> None:
    number = of(desk, "119909000802", "+218910000001")
    asked = afterwards.ask_withdrawal(desk, officer("a"), number, "issued_in_error", "خطأ في القيد", NOW)
    assert code(desk, number) == "good"
    with pytest.raises(NotAllowed):
        afterwards.approve(desk, officer("a"), asked, "نعم", NOW)
    with pytest.raises(NotFound):
        afterwards.approve(desk, officer("b", "PTIP"), asked, "نعم", NOW)
    with pytest.raises(Conflict):
        afterwards.ask_withdrawal(desk, officer("c"), number, "issued_in_error", "خطأ", NOW)
    held = afterwards.approve(desk, officer("b"), asked, "نعم", NOW)
    assert (held.code, held.reason, held.since) == ("withdrawn", "issued_in_error", date(2026, 11, 22))
    assert code(desk, number, NOW - timedelta(seconds=1)) == "good"
    assert code(desk, number, SUMMER) == "withdrawn"
    with desk.db.reading() as read:
        assert any("سُحبت" in m.text and number in m.text for m in messages.messages(read))
        (event,) = events_of(read, number)
    assert verify_record(event.signed, desk.trust, NOW).verdict.status == "valid"
    with pytest.raises(Conflict):
        afterwards.ask_withdrawal(desk, officer("a"), number, "issued_in_error", "مرة أخرى", NOW)


def test_a_program_or_a_clerk_withdraws_nothing_and_the_console_names_a_known_reason(desk: Service) -> None:
    number = of(desk, "119909000803")
    clerk = Actor("clerk", "staff", frozenset({"certificate_clerk"}), "CTIP")
    with pytest.raises(NotAllowed):
        afterwards.ask_withdrawal(desk, clerk, number, "court_order", "x", NOW)
    with pytest.raises(NotAllowed):
        afterwards.withdraw_at_console(desk, officer("a"), number, "court_order", NOW, "عاجل")
    with pytest.raises(Invalid):
        afterwards.withdraw_at_console(desk, system("console"), number, "bad_mood", NOW, "x")
    assert (
        afterwards.withdraw_at_console(desk, system("console"), number, "court_order", NOW, "عاجل").code == "withdrawn"
    )


def test_a_replacement_says_the_same_and_ends_the_old_one(desk: Service) -> None:
    number = of(desk, "119909000804")
    view, held = afterwards.replace_at_console(desk, system("console"), number, "damaged", NOW)
    assert (view.state, held.code, held.replaced_by) == ("issued", "replaced", view.number)
    assert view.number is not None
    assert code(desk, view.number) == "good"
    with desk.db.reading() as read:
        old, new = read.get(Certificate, number), read.get(Certificate, view.number)
    assert old is not None
    assert new is not None
    assert (old.person_id, old.purpose, old.level) == (new.person_id, new.purpose, new.level)
    with pytest.raises(Conflict):
        afterwards.replace_at_console(desk, system("console"), number, "damaged", NOW)


def test_while_an_officer_looks_at_the_new_one_the_old_one_holds(desk: Service) -> None:
    enter(desk, national_number="119909000805")
    ruling = cases.record_ruling(desk, CLERK, "119909000805", RULING, NOW)
    cases.record_effect(desk, CLERK, ruling, AMNESTY, NOW)
    number = issued(desk, request(national_number="119909000805")).number
    view, held = afterwards.replace_at_console(desk, system("console"), number, "lost", NOW)
    assert (view.state, held.code) == ("review", "good")
    again, _ = afterwards.replace_at_console(desk, system("console"), number, "lost", NOW)
    assert again.id == view.id
    from issuance.certificates import review

    assert review.decide_issue(desk, officer("a"), view.id, "العفو ثابت", NOW).state == "issued"
    assert afterwards.settle_replacements(desk, NOW) == 1
    assert afterwards.settle_replacements(desk, NOW) == 0
    assert code(desk, number) == "replaced"


def test_legalisation_goes_interior_then_foreign_ministry_then_mission_each_by_its_own(desk: Service) -> None:
    number = of(desk, "119909000806")
    with pytest.raises(Refused):
        legalisation.legalise(desk, DIPLOMAT, number, "foreign_ministry", None, NOW)
    with pytest.raises(NotAllowed):
        legalisation.legalise(desk, DIPLOMAT, number, "interior", None, NOW)
    assert [s.step for s in legalisation.legalise(desk, ATTESTER, number, "interior", None, NOW).legalised] == [
        "interior"
    ]
    held = legalisation.legalise(desk, DIPLOMAT, number, "foreign_ministry", None, NOW)
    assert ([s.step for s in held.legalised], held.code) == (["interior", "foreign_ministry"], "good")
    with pytest.raises(Refused):
        legalisation.legalise(desk, ATTESTER, number, "interior", None, NOW)
    with pytest.raises(Conflict):
        legalisation.legalise(desk, ATTESTER, of_withdrawn(desk), "interior", None, NOW)


def of_withdrawn(desk: Service) -> str:
    number = of(desk, "119909000807")
    afterwards.withdraw_at_console(desk, system("console"), number, "court_order", NOW, "عاجل")
    return number


def test_a_later_final_ruling_supersedes_and_tells_holder_and_systems(desk: Service) -> None:
    number, other = of(desk, "119909000808", "+218910000002"), of(desk, "119909000809")
    supersede.follow(desk, NOW)
    cases.record_ruling(desk, CLERK, "119909000808", RULING, NOW)
    assert supersede.follow(desk, NOW) == 1
    assert (code(desk, number), code(desk, other)) == ("superseded", "good")
    assert supersede.follow(desk, NOW) == 0
    with desk.db.reading() as read:
        assert any("تغير السجل" in m.text and number in m.text for m in messages.messages(read))
        from sqlmodel import select

        told = read.exec(select(OutboxRow).where(OutboxRow.topic == "certificate.superseded")).all()
    assert [row.body["certificate"] for row in told if row.subject == f"certificate:{number}"] == [number]


def test_an_amnesty_supersedes_the_certificate_that_shows_the_ruling(desk: Service) -> None:
    enter(desk, national_number="119909000810")
    ruling = cases.record_ruling(desk, CLERK, "119909000810", RULING, NOW)
    shown = issued(desk, request(national_number="119909000810")).number
    supersede.follow(desk, NOW)
    assert code(desk, shown) == "good"
    cases.record_effect(desk, CLERK, ruling, AMNESTY, NOW)
    assert supersede.follow(desk, NOW) == 1
    assert code(desk, shown) == "superseded"


def test_a_recheck_of_all_finds_what_the_events_did_not_tell(desk: Service) -> None:
    number = of(desk, "119909000811")
    cases.record_ruling(desk, CLERK, "119909000811", RULING, NOW)
    told: list[tuple[int, int]] = []
    assert supersede.recheck(desk, NOW, lambda done, of_all: told.append((done, of_all))) == 1
    assert code(desk, number) == "superseded"
    assert told
    assert told[-1][0] == told[-1][1]
