"""Each hold that courts, earlier books, guardians and pictures raise: who lifts it, and when it stands or goes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from issuance.biometrics.public import accepted_portrait
from issuance.cases.commands import EffectEntry, RulingEntry, record_effect, record_ruling
from issuance.cases.public import looks_told_to
from issuance.core.actor import Actor
from issuance.core.approvals import approvals_of
from issuance.passports import cut_offs, deciding, enrol, producing, quality
from issuance.passports.tracked import tracked
from issuance.passports.upkeep import check_held
from issuance.passports.way import subject_of
from issuance.people.registry_marks import mark
from issuance.service import Service
from issuance.staff import office_orders
from issuance.staff.office_orders import Order
from issuance.staff.offices import OfficeEntry, register_office
from specs.errors import Conflict, Invalid, NotAllowed, Refused
from tests.casework import PROSECUTION, PROSECUTOR, STATION_OFFICER, opened, step, with_case_offices
from tests.passport_books import SUPERVISOR, put_book
from tests.passports import (
    ENROLLER,
    MAKER,
    OFFICER,
    SECOND,
    approve,
    asked,
    enter_nth,
    filled,
    look,
    nth_person,
    pay,
    walk,
)
from tests.service import CLERK, NOW, TODAY, coarse_portrait, enter, found, portrait

RULING = RulingEntry(
    case_number="2025/77",
    court=("محكمة جنايات طرابلس", "Tripoli Felony Court"),
    kind="felony",
    presence="in_presence",
    verdict="conviction",
    ruled_on=date(2026, 3, 1),
    final_on=date(2026, 6, 1),
    committed_on=date(2025, 12, 1),
    offence=("سرقة", "Theft"),
    penalty=("السجن ثلاث سنوات", "Imprisonment, three years"),
)
SECRET = ("سرقة", "Theft", "السجن", "Imprisonment", "theft")
"""What the case is about, which neither officer nor applicant is told."""


@pytest.fixture(scope="module")
def courts(desk: Service) -> Service:
    return with_case_offices(desk)


def docket(service: Service, one: str, officer: Actor = OFFICER) -> deciding.Docket:
    return deciding.docket(service, officer, one, NOW)


def standing(service: Service, one: str) -> list[Any]:
    return [hold for hold in docket(service, one).holds if hold.open]


def kinds(service: Service, one: str) -> list[str]:
    return [hold.kind for hold in standing(service, one)]


def banned(service: Service, number: str, on: date = date(2026, 2, 2), **more: Any) -> Any:
    """The file of a person with this number whom the prosecution keeps from travelling."""
    file = opened(service)
    said = {"accused": "A1", "national_number": number, "confirmation": "fingerprints", "note": "مطابقة"}
    file = step(service, STATION_OFFICER, file, "identify_accused", date(2026, 1, 11), **said)
    file = step(service, STATION_OFFICER, file, "send_to_prosecution", date(2026, 1, 12), to_office=PROSECUTION)
    file = step(service, PROSECUTOR, file, "acknowledge", date(2026, 1, 12))
    return step(service, PROSECUTOR, file, "ban_travel", on, accused="A1", legal_basis="قرار النيابة 5", **more)


def barred(service: Service, serial: int, ruling: RulingEntry) -> tuple[str, str]:
    """(application, ruling) of somebody with that ruling who asks for a seaman's document."""
    person = enter_nth(service, serial)
    recorded = record_ruling(service, CLERK, person["national_number"], ruling, NOW)
    wanted = asked(person, papers={"medical_report": "MR-1/2026"})
    wanted["application"] |= {"document_type": "SEA_CREW"}
    return walk(service, "deciding", wanted).id, recorded


def test_a_ban_tells_officers_which_prosecution_ordered_it_and_whom_to_call_and_nothing_of_the_case(
    courts: Service,
) -> None:
    person = enter_nth(courts, 701)
    file = banned(courts, person["national_number"], until="2027-02-01")
    drafted = enrol.draft(courts, ENROLLER, asked(person), NOW)
    enrol.attach(courts, ENROLLER, drafted.view.id, "portrait", portrait(), "image/jpeg", NOW)
    one = pay(courts, enrol.submit(courts, ENROLLER, drafted.view.id, NOW)).id
    shown = docket(courts, one)
    (hold,) = [held for held in shown.holds if held.open]
    told = shown.as_json(courts.spec.passport.office)["holds"][0]["measure"]
    prosecution = {"ar": "نيابة طرابلس", "en": "Tripoli prosecution"}
    assert told == {
        "authority": prosecution,
        "reference": file.number,
        "on": "2026-02-02",
        "until": "2027-02-01",
        "legal_basis": {"ar": "قرار النيابة 5", "en": "قرار النيابة 5"},
        "call": prosecution,
    }
    public = tracked(courts, drafted.tracking).as_json(courts.spec)
    assert public["waits"] == [
        {
            "ar": "تدبير قضائي؛ راجع نيابة طرابلس",
            "en": "A measure of a court or a prosecution: please contact Tripoli prosecution",
        }
    ]
    assert file.number not in str(public)
    assert not any(word in str((told, public)) for word in (*SECRET, "محل تجاري"))

    for officer in (OFFICER, SECOND):
        with pytest.raises(Refused) as refused:
            deciding.lift(courts, officer, hold.id, "known to me", NOW)
        assert found(refused.value) == {("hold", "passports.decide.not_lifted")}
    with pytest.raises(Conflict):
        approve(courts, one)

    lifted = step(courts, PROSECUTOR, file, "lift_travel_ban", TODAY, accused="A1", legal_basis="قرار")
    assert lifted.travel_bans[0].lifted_on == TODAY
    assert check_held(courts, NOW) >= 1
    assert (look(courts, one).state, kinds(courts, one)) == ("deciding", [])
    assert docket(courts, one).measures == {}


def test_the_person_is_told_that_the_case_register_was_read_for_a_passport(courts: Service) -> None:
    person = enter(courts, national_number="119909000702")
    one = walk(courts, "deciding", asked({"national_number": "119909000702"})).id
    with courts.db.reading() as read:
        looks = looks_told_to(read, person.id, courts.spec.cases_reading.told_to_person, NOW)
    assert [(held.purpose, held.by_service) for held in looks] == [("passport", True)]
    banned(courts, "119909000702")
    with pytest.raises(Refused):
        approve(courts, one)
    docket(courts, one)
    with courts.db.reading() as read:
        looks = looks_told_to(read, person.id, courts.spec.cases_reading.told_to_person, NOW)
    assert {(held.purpose, held.office, held.by_service) for held in looks} == {
        ("passport", None, True),
        ("passport", "PTIP", False),
    }


def test_a_ban_after_the_decision_is_found_again_when_the_book_is_made(courts: Service) -> None:
    person = enter_nth(courts, 703)
    one = walk(courts, "approved", asked(person)).id
    banned(courts, person["national_number"])
    filled(courts)
    with pytest.raises(Refused):
        producing.produce(courts, MAKER, one, NOW)
    assert (look(courts, one).state, kinds(courts, one)) == ("held", ["travel_ban"])


def test_whom_to_call_is_who_answers_after_the_prosecution_was_merged(service: Service) -> None:
    with_case_offices(service)
    person = enter_nth(service, 704)
    banned(service, person["national_number"])
    one = walk(service, "deciding", asked(person)).id
    heir = OfficeEntry("PR-ALL", "نيابة طرابلس الكلية", "Tripoli joint prosecution", "prosecution", date(2014, 1, 1))
    register_office(service.db, CLERK, heir, service.spec, NOW)
    order = Order(TODAY, "one prosecution", "order 9/2026")
    office_orders.merge(service.db, CLERK, order, [PROSECUTION], "PR-ALL", NOW)
    (measure,) = docket(service, one).measures.values()
    assert (measure.authority.en, measure.call.en) == ("Tripoli prosecution", "Tripoli joint prosecution")


def test_a_ruling_that_is_not_final_names_its_court_and_two_officers_let_a_seaman_go_on(courts: Service) -> None:
    one, ruling = barred(courts, 705, replace(RULING, final_on=None))
    shown = docket(courts, one)
    (hold,) = [held for held in shown.holds if held.open]
    assert (hold.kind, hold.reference) == ("not_final", ruling)
    measure = shown.measures[hold.id]
    court = ("محكمة جنايات طرابلس", "Tripoli Felony Court")
    assert (measure.authority.ar, measure.authority.en) == (measure.call.ar, measure.call.en) == court
    assert (measure.reference, measure.on, measure.until) == ("2025/77", date(2026, 3, 1), None)
    assert "678" in measure.legal_basis.ar and "678" in measure.legal_basis.en
    assert not any(word in str(measure) for word in SECRET)

    deciding.lift(courts, OFFICER, hold.id, "the appeal is pending", NOW)
    assert look(courts, one).state == "held"
    (approval,) = docket(courts, one).approvals
    with pytest.raises(NotAllowed):
        deciding.approve_lift(courts, OFFICER, approval.id, "agreed", NOW)
    assert deciding.approve_lift(courts, SECOND, approval.id, "agreed", NOW).state == "deciding"
    before = docket(courts, one)
    assert before.measures[hold.id] == measure, "what was lifted is still seen by who decides"
    assert approve(courts, one).state == "approved"


def test_a_lifting_asked_for_is_void_when_what_was_shown_changes(courts: Service) -> None:
    """The second officer agrees to exactly what the first one saw: another hold came meanwhile."""
    one, _ = barred(courts, 706, replace(RULING, final_on=None))
    (hold,) = standing(courts, one)
    deciding.lift(courts, OFFICER, hold.id, "the appeal is pending", NOW)
    (approval,) = docket(courts, one).approvals
    record_ruling(courts, CLERK, "119909000706", replace(RULING, case_number="2025/78", final_on=None), NOW)
    check_held(courts, NOW)
    assert kinds(courts, one) == ["not_final", "not_final"]
    with pytest.raises(Conflict):
        deciding.approve_lift(courts, SECOND, approval.id, "agreed", NOW)
    assert kinds(courts, one) == ["not_final", "not_final"]


def test_a_final_felony_bars_a_crew_document_until_it_is_rehabilitated_and_no_officer_lifts_it(
    courts: Service,
) -> None:
    one, ruling = barred(courts, 707, RULING)
    (hold,) = standing(courts, one)
    assert hold.kind == "conviction"
    with pytest.raises(Refused):
        deciding.lift(courts, OFFICER, hold.id, "a good man", NOW)
    record_effect(courts, CLERK, ruling, EffectEntry("rehabilitation", TODAY, "CCP"), NOW)
    check_held(courts, NOW)
    assert (look(courts, one).state, kinds(courts, one)) == ("deciding", [])


def test_a_final_misdemeanour_is_examined_by_two_and_an_acquittal_by_nobody(courts: Service) -> None:
    one, _ = barred(courts, 708, replace(RULING, kind="misdemeanour"))
    (hold,) = standing(courts, one)
    assert (hold.kind, courts.spec.passport.office.holds.entries["honour_offence"].officers) == ("honour_offence", 2)
    acquitted, _ = barred(courts, 709, replace(RULING, verdict="acquittal"))
    assert kinds(courts, acquitted) == []
    plain = enter_nth(courts, 710)
    record_ruling(courts, CLERK, plain["national_number"], RULING, NOW)
    assert walk(courts, "deciding", asked(plain)).state == "deciding", "no bar to an ordinary passport"


def test_another_spelling_than_the_earlier_books_is_lifted_by_one_officer_or_goes_when_it_is_kept(
    courts: Service,
) -> None:
    person = nth_person(711)
    first = put_book(courts, "S7110001", person=enter(courts, **person).id, wanted=asked(person))
    wanted = asked(person, "renewal", predecessor=first)
    wanted["application"]["names"]["latin"] = {"surname": "ELMABROUK", "given": "SALEM ALI MOHAMED"}
    one = walk(courts, "deciding", wanted).id
    (hold,) = standing(courts, one)
    assert (hold.kind, hold.reference) == ("spelling_changed", first)
    with pytest.raises(NotAllowed):
        deciding.lift(courts, ENROLLER, hold.id, "the holder wishes it", NOW)
    with pytest.raises(Invalid):
        deciding.lift(courts, OFFICER, hold.id, " ", NOW)

    shown = docket(courts, one)
    deciding.decide(courts, OFFICER, one, "return", shown.digest, "as before", NOW, reason="details_wrong")
    wanted["application"]["names"]["latin"]["surname"] = "ALMABROUK"
    enrol.save(courts, ENROLLER, one, wanted, NOW)
    assert enrol.submit(courts, ENROLLER, one, NOW).state == "deciding"
    assert kinds(courts, one) == []


def test_a_spelling_lifted_once_is_not_asked_again_and_the_decision_stands_on_the_digest(courts: Service) -> None:
    person = nth_person(712)
    first = put_book(courts, "S7120001", person=enter(courts, **person).id, wanted=asked(person))
    wanted = asked(person, "renewal", predecessor=first)
    wanted["application"]["names"]["latin"] = {"surname": "ELMABROUK", "given": "SALEM ALI MOHAMED"}
    one = walk(courts, "deciding", wanted).id
    seen_before = docket(courts, one).digest
    (hold,) = standing(courts, one)
    assert deciding.lift(courts, OFFICER, hold.id, "family booklet seen", NOW).state == "deciding"
    with pytest.raises(Conflict):
        deciding.decide(courts, OFFICER, one, "approve", seen_before, "complete", NOW)
    assert approve(courts, one).state == "approved"
    filled(courts)
    assert producing.produce(courts, MAKER, one, NOW).number


def test_a_guardian_who_dies_after_the_decision_holds_the_child_again_when_the_book_is_made(courts: Service) -> None:
    child = {"national_number": "120159000713", "birth_date": "2015-03-01"}
    enter(courts, **child)
    father = enter_nth(courts, 713)["national_number"]
    guardian = {"national_number": father, "relation": "father", "proof": "KA-1"}
    one = walk(courts, "deciding", asked(child, guardians=[guardian])).id
    (hold,) = standing(courts, one)
    assert (hold.kind, hold.reference) == ("guardianship", "0:not_of_record")
    deciding.lift(courts, OFFICER, hold.id, "family booklet seen", NOW)
    approve(courts, one)
    mark(courts, CLERK, father, "deceased", "D/713", "told", NOW)
    filled(courts)
    with pytest.raises(Refused):
        producing.produce(courts, MAKER, one, NOW)
    assert [(held.kind, held.reference) for held in standing(courts, one)] == [("guardianship", "0:not_live")]


def test_a_portrait_below_a_recommended_limit_is_taken_by_an_officer_who_says_why(courts: Service) -> None:
    one, shown = coarse(courts, 714)
    (hold,) = [held for held in shown.holds if held.open]
    assert (look(courts, one).state, hold.kind) == ("held", "portrait")
    assert [limit["code"] for limit in shown.warnings] == ["passports.portrait.coarse"]
    assert "90" in shown.warnings[0]["en"] and "90" in shown.warnings[0]["ar"]  # the limit, in pixels
    with pytest.raises(Conflict):
        approve(courts, one)
    with pytest.raises(NotAllowed):
        deciding.lift(courts, ENROLLER, hold.id, "fine", NOW)
    with pytest.raises(Invalid):
        deciding.lift(courts, OFFICER, hold.id, " ", NOW)
    assert deciding.lift(courts, OFFICER, hold.id, "the mission has no better camera", NOW).state == "deciding"
    with courts.db.reading() as read:
        taken = accepted_portrait(read, one)
    assert taken is not None
    assert (taken.words, taken.accepted_by) == ("the mission has no better camera", OFFICER.id)
    assert approve(courts, one).state == "approved"


def test_a_portrait_sent_back_names_the_limit_and_another_picture_is_judged_anew(courts: Service) -> None:
    one, shown = coarse(courts, 715)
    back = deciding.decide(
        courts, OFFICER, one, "return", shown.digest, "a better picture", NOW, reason="portrait_unfit"
    )
    (fault,) = back.steps[-1].faults
    assert (fault["field"], fault["code"]) == ("portrait", "passports.portrait.coarse")
    assert "90" in fault["ar"] and "90" in fault["en"]
    enrol.attach(courts, ENROLLER, one, "portrait", portrait(), "image/jpeg", NOW)
    assert enrol.submit(courts, ENROLLER, one, NOW).state == "deciding"
    assert kinds(courts, one) == []


def test_an_office_that_is_cut_off_lifts_nothing_agrees_to_nothing_and_writes_no_book(service: Service) -> None:
    """LIBYA 1.3 [S28]: stolen credentials of a seized office push no application through."""
    service = with_case_offices(service)
    portrait_, _ = coarse(service, 716)
    two, _ = barred(service, 717, replace(RULING, final_on=None))
    (first,) = standing(service, portrait_)
    (second,) = standing(service, two)
    deciding.lift(service, OFFICER, second.id, "pending", NOW)
    (approval,) = docket(service, two).approvals
    made = walk(service, "production", asked(enter_nth(service, 718)))
    cut_offs.cut_off(service, SUPERVISOR, "PTIP", "seized", NOW)
    for attempt in (
        lambda: deciding.lift(service, OFFICER, first.id, "fine", NOW),
        lambda: deciding.approve_lift(service, SECOND, approval.id, "fine", NOW),
        lambda: deciding.refuse_lift(service, SECOND, approval.id, "not fine", NOW),
        lambda: quality.written(service, MAKER, made.number or "", NOW),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        assert found(refused.value) == {("office", "staff.office.cut_off")}
    assert [look(service, held).state for held in (portrait_, two, made.id)] == ["held", "held", "production"]
    with service.db.reading() as read:
        assert [held.state(NOW) for held in approvals_of(read, subject_of(two))] == ["pending"]


def coarse(service: Service, serial: int) -> tuple[str, deciding.Docket]:
    """An application with a picture that is taken with a warning, and its docket."""
    one = enrol.draft(service, ENROLLER, asked(enter_nth(service, serial)), NOW).view.id
    enrol.attach(service, ENROLLER, one, "portrait", coarse_portrait(), "image/jpeg", NOW)
    pay(service, enrol.submit(service, ENROLLER, one, NOW))
    return one, docket(service, one)
