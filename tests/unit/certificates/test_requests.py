"""A request from its first step to the paper: who is asked what, who decides, what runs out. Issue 5; LIBYA.md 3.1."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete
from sqlmodel import Session, col

from issuance.cases import commands as cases
from issuance.cases.model import CaseAccused, CaseNameKey
from issuance.certificates import engine, requests, review
from issuance.certificates.compile import of_text
from issuance.certificates.life import RequestView
from issuance.certificates.model import Certificate
from issuance.core import messages
from issuance.people.public import name_keys
from issuance.service import Service
from specs.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from tests.service import CLERK, NOW, PERSON, enter, found, officer, request
from tests.unit.cases.test_commands import AMNESTY, RULING

PHONE = "+218910000000"


def citizen(service: Service, number: str) -> str:
    enter(service, national_number=number, phone=PHONE)
    return number


def begun(service: Service, number: str, birth_date: str = PERSON["birth_date"]) -> requests.Begun:
    return requests.begin(service, "citizen", request(national_number=number), birth_date, NOW)


def code_of(service: Service, begun: requests.Begun) -> str:
    with service.db.reading() as read:
        (sent,) = [m for m in messages.messages(read) if m.subject == f"certificate_request:{begun.view.id}"]
    assert sent.phone == PHONE
    return re.findall(r"\d{6}", sent.text)[0]


def waiting(service: Service, number: str) -> RequestView:
    return requests.open_at_office(service, CLERK, request(national_number=number), NOW)


def test_a_citizen_without_entries_has_the_certificate_at_once_and_nobody_looked(desk: Service) -> None:
    asked = begun(desk, citizen(desk, "119909000701"))
    assert asked.view.state == "confirming"
    view = requests.confirm(desk, asked.tracking, code_of(desk, asked), NOW)
    assert view.state == "issued"
    assert [s.after for s in view.steps] == ["confirming", "compiling", "issuing", "issued"]
    assert requests.tracked(desk, asked.tracking) == view


def test_digits_of_the_code_may_be_arabic(desk: Service) -> None:
    asked = begun(desk, citizen(desk, "119909000702"))
    arabic = code_of(desk, asked).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    assert requests.confirm(desk, asked.tracking, f" {arabic[:3]} {arabic[3:]}", NOW).state == "issued"


@pytest.mark.parametrize(
    ("number", "birth_date"), [("119909000703", "1990-05-18"), ("119909999990", "1990-05-17")], ids=["date", "number"]
)
def test_a_stranger_learns_nothing_from_the_answer(desk: Service, number: str, birth_date: str) -> None:
    if number == "119909000703":
        citizen(desk, number)
    asked = begun(desk, number, birth_date)
    assert asked.view.state == "confirming"
    with desk.db.reading() as read:
        assert not [m for m in messages.messages(read) if m.subject.endswith(asked.view.id)]
    with pytest.raises(Invalid):
        requests.confirm(desk, asked.tracking, "000000", NOW)


def test_a_code_is_good_for_five_tries_and_fifteen_minutes(desk: Service) -> None:
    asked = begun(desk, citizen(desk, "119909000704"))
    right = code_of(desk, asked)
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    for _ in range(5):
        with pytest.raises(Invalid) as caught:
            requests.confirm(desk, asked.tracking, wrong, NOW)
        assert found(caught.value) == {("code", "certificates.request.code")}
    with pytest.raises(Refused):
        requests.confirm(desk, asked.tracking, right, NOW)
    late = begun(desk, "119909000704")
    with pytest.raises(Refused):
        requests.confirm(desk, late.tracking, code_of(desk, late), NOW + timedelta(minutes=15))


def test_a_person_has_three_codes_a_day(desk: Service) -> None:
    number = citizen(desk, "119909000705")
    for asked in [begun(desk, number) for _ in range(3)]:
        code_of(desk, asked)
    with desk.db.reading() as read:
        fourth = begun(desk, number)
        assert not [m for m in messages.messages(read) if m.subject.endswith(fourth.view.id)]


def test_a_clear_outcome_after_review_needs_one_officer_and_one_with_entries_two(desk: Service) -> None:
    clear, convicted = citizen(desk, "119909000706"), citizen(desk, "119909000707")
    amnestied = cases.record_ruling(desk, CLERK, clear, RULING, NOW)
    cases.record_effect(desk, CLERK, amnestied, AMNESTY, NOW)
    cases.record_ruling(desk, CLERK, convicted, RULING, NOW)
    first, second = waiting(desk, clear), waiting(desk, convicted)
    assert [(v.state, v.reason) for v in (first, second)] == [("review", "matched")] * 2
    assert review.decide_issue(desk, officer("a"), first.id, "العفو ثابت", NOW).state == "issued"
    asked = review.decide_issue(desk, officer("a"), second.id, "الأحكام صحيحة", NOW)
    assert asked.state == "approval"
    approval = review.docket(desk, officer("b"), second.id, NOW).approval
    assert approval is not None
    with pytest.raises(NotAllowed):
        review.approve(desk, officer("a"), approval.id, "نعم", NOW)
    assert review.approve(desk, officer("b"), approval.id, "نعم", NOW).state == "issued"


def test_a_program_decides_nothing(desk: Service) -> None:
    number = citizen(desk, "119909000708")
    cases.record_ruling(desk, CLERK, number, RULING, NOW)
    asked = waiting(desk, number)
    with pytest.raises(NotAllowed):
        review.decide_issue(desk, CLERK, asked.id, "x", NOW)


def test_a_ruling_that_comes_between_decision_and_paper_voids_the_approval(desk: Service) -> None:
    number = citizen(desk, "119909000709")
    cases.record_ruling(desk, CLERK, number, RULING, NOW)
    asked = waiting(desk, number)
    review.decide_issue(desk, officer("a"), asked.id, "صحيح", NOW)
    approval = review.docket(desk, officer("b"), asked.id, NOW).approval
    assert approval is not None
    ruling = cases.record_ruling(desk, CLERK, number, replace(RULING, case_number="2016/1"), NOW)
    assert ruling
    with pytest.raises(Conflict) as caught:
        review.approve(desk, officer("b"), approval.id, "نعم", NOW)
    assert [fault.code.rpartition(".")[2] for fault in caught.value.faults] == ["record_changed", "change"]
    assert "2016/1" in caught.value.faults[1].ar
    assert "a new ruling: case 2016/1" in caught.value.faults[1].en
    assert len(review.docket(desk, officer("a"), asked.id, NOW).disclosed.shown) == 2


def test_a_decision_on_a_record_that_changed_is_refused_once_and_then_made_on_what_is_there(desk: Service) -> None:
    number = citizen(desk, "119909000717")
    ruling = cases.record_ruling(desk, CLERK, number, RULING, NOW)
    asked = waiting(desk, number)
    cases.record_effect(desk, CLERK, ruling, AMNESTY, NOW)
    with pytest.raises(Conflict) as caught:
        review.decide_issue(desk, officer("a"), asked.id, "صحيح", NOW)
    assert found(caught.value) == {("request", f"certificates.request.{code}") for code in ("record_changed", "change")}
    assert "2015/123" in caught.value.faults[1].en
    assert "General amnesty" in caught.value.faults[1].en
    assert "عفو عام" in caught.value.faults[1].ar
    seen = review.docket(desk, officer("a"), asked.id, NOW)
    assert (seen.request.reason, seen.disclosed.outcome) == ("record_changed", "clear")
    assert review.decide_issue(desk, officer("a"), asked.id, "العفو ثابت", NOW).state == "issued"


def test_an_approval_nobody_gives_in_time_goes_back_to_the_first_officer(desk: Service) -> None:
    number = citizen(desk, "119909000718")
    cases.record_ruling(desk, CLERK, number, RULING, NOW)
    asked = waiting(desk, number)
    review.decide_issue(desk, officer("a"), asked.id, "صحيح", NOW)
    engine.tick(desk, NOW + timedelta(days=1))
    assert engine.request(desk, asked.id).state == "approval", "the approval is still good"
    later = NOW + timedelta(days=desk.spec.staff_access.approval.validity_days)
    engine.tick(desk, later)
    assert engine.request(desk, asked.id).state == "review"
    assert review.decide_issue(desk, officer("a"), asked.id, "صحيح", later).state == "approval"


def test_an_accused_of_like_name_whose_identity_is_open_is_looked_at(desk: Service) -> None:
    number = citizen(desk, "119909000710")
    with desk.db.writing() as session:
        namesake(session)
        session.commit()
    view = waiting(desk, number)
    assert (view.state, view.reason) == ("review", "namesake")
    with desk.db.writing() as session:
        forget(session)
        session.commit()


def test_a_request_returned_is_answered_and_read_anew(desk: Service) -> None:
    number = citizen(desk, "119909000711")
    ruling = cases.record_ruling(desk, CLERK, number, RULING, NOW)
    asked = begun(desk, number)
    view = requests.confirm(desk, asked.tracking, code_of(desk, asked), NOW)
    assert view.state == "review"
    back = review.decide_return(desk, officer("a"), view.id, "document_needed", "صورة حكم العفو", NOW)
    assert (back.state, back.reason) == ("returned", "document_needed")
    cases.record_effect(desk, CLERK, ruling, AMNESTY, NOW)
    again = requests.answer(desk, asked.tracking, "أرفقت صورة الحكم", NOW)
    assert again.state == "review"
    assert review.docket(desk, officer("a"), view.id, NOW).disclosed.outcome == "clear"


def test_one_request_of_a_person_for_a_purpose_runs_at_a_time(desk: Service) -> None:
    number = citizen(desk, "119909000712")
    cases.record_ruling(desk, CLERK, number, RULING, NOW)
    first = waiting(desk, number)
    assert waiting(desk, number).id == first.id, "asked again by the office, it is the same"
    with pytest.raises(Conflict):
        other = request(national_number=number, addressee={"ar": "مصرف آخر"})
        requests.open_at_office(desk, CLERK, other, NOW)
    other = request(national_number=number, purpose="visa")
    assert requests.open_at_office(desk, CLERK, other, NOW).id != first.id


def test_what_waits_too_long_for_the_applicant_ends_and_frees_the_person(desk: Service) -> None:
    asked = begun(desk, citizen(desk, "119909000713"))
    assert engine.tick(desk, NOW + timedelta(minutes=16)) >= 1
    assert requests.tracked(desk, asked.tracking).state == "expired"


def test_a_certificate_can_be_computed_again_from_what_it_keeps(desk: Service) -> None:
    view = waiting(desk, citizen(desk, "119909000714"))
    with desk.db.reading() as read:
        kept = read.get(Certificate, view.number or "")
        assert kept is not None
        assert kept.compiled is not None
        again = of_text(kept.compiled)
    assert again.text() == kept.compiled
    assert again.disclosed(desk.spec.certificate_disclosure).outcome == kept.outcome


def test_another_office_finds_nothing(desk: Service) -> None:
    number = citizen(desk, "119909000715")
    cases.record_ruling(desk, CLERK, number, RULING, NOW)
    view = waiting(desk, number)
    assert view.id in [one.id for one in review.queue(desk, officer("a"))]
    assert view.id not in [one.id for one in review.queue(desk, officer("a", "PTIP"))]
    with pytest.raises(NotFound):
        review.docket(desk, officer("a", "PTIP"), view.id, NOW)


def test_a_court_level_names_its_law_and_shows_more(desk: Service) -> None:
    number = citizen(desk, "119909000716")
    foreign = replace(RULING, foreign_judgment=True)
    cases.record_ruling(desk, CLERK, number, foreign, NOW)
    asked = request(national_number=number, level="court")
    with pytest.raises(Invalid) as caught:
        requests.open_at_office(desk, officer("a"), asked, NOW)
    assert found(caught.value) == {("legal_basis", "certificates.legal_basis")}
    view = requests.open_at_office(desk, officer("a"), asked | {"legal_basis": "طلب محكمة جنايات طرابلس"}, NOW)
    assert review.docket(desk, officer("b"), view.id, NOW).disclosed.outcome == "entries"


def namesake(session: Session) -> None:
    name = "سالم على محمد المبروك"
    session.add(CaseAccused(case_id="namesake", code="A1", name=name))
    for key in name_keys(name):
        session.add(CaseNameKey(key=key, case_id="namesake", accused="A1"))


def forget(session: Session) -> None:
    session.execute(delete(CaseNameKey).where(col(CaseNameKey.case_id) == "namesake"))
    session.execute(delete(CaseAccused).where(col(CaseAccused.case_id) == "namesake"))


def test_a_private_code_is_found_however_it_is_written_down(desk: Service) -> None:
    asked = begun(desk, "119909999990")
    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}", asked.tracking)
    arabic = asked.tracking.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    for written in (asked.tracking.lower(), asked.tracking.replace("-", " "), arabic, asked.tracking.replace("0", "o")):
        assert requests.tracked(desk, written) == asked.view


def test_the_same_key_and_facts_give_the_same_request(desk: Service) -> None:
    def ask(key: str, birth_date: str) -> str:
        asked = request(national_number="119909999990")
        return requests.begin(desk, "citizen", asked, birth_date, NOW, key=key).tracking

    first = ask("k", "1990-05-17")
    assert ask("k", "1990-05-17") == first
    assert len({first, ask("k", "1990-05-18"), ask("l", "1990-05-17")}) == 3
