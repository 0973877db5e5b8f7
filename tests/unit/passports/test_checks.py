"""What stands against an application: the frauds of LIBYA 1.3 that live between the desk and the decision."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from issuance.core.actor import Actor
from issuance.fees import desk as cash
from issuance.fees import public as fees
from issuance.passports import deciding, enrol, producing, work
from issuance.passports.earlier import books_of, spelling
from issuance.passports.holds import open_holds
from issuance.passports.tracked import tracked
from issuance.passports.upkeep import check_held, tick
from issuance.passports.way import subject_of
from issuance.people.public import civil_registry
from issuance.people.registry_marks import decide as decide_mark
from issuance.people.registry_marks import mark
from issuance.service import Service
from specs.errors import Conflict, Fault, IssuanceError, NotFound, Refused
from tests.passports import ENROLLER, MAKER, OFFICER, SECOND, approve, asked, duty, enter_nth, look, nth_person, walk
from tests.service import CLERK, NOW, enter, found, portrait


def holds(service: Service, application_id: str) -> list[str]:
    with service.db.reading() as read:
        return [one.kind for one in open_holds(read, application_id)]


def handed_in(service: Service, wanted: dict[str, object]) -> str:
    """The id of a draft with its portrait."""
    drafted = enrol.draft(service, ENROLLER, wanted, NOW)
    enrol.attach(service, ENROLLER, drafted.view.id, "portrait", portrait(), "image/jpeg", NOW)
    return drafted.view.id


def test_a_number_that_resolves_to_nobody_is_refused_and_the_draft_stays(desk: Service) -> None:
    """S27: 88,819 numbers that were in no registry."""
    one = handed_in(desk, asked(nth_person(99_999)))
    with pytest.raises(Refused) as error:
        enrol.submit(desk, ENROLLER, one, NOW)
    assert ("application.national_number", "people.registry.nobody") in found(error.value)
    assert look(desk, one).state == "draft"


def test_the_record_must_be_live_at_the_decision_and_under_review_blocks_without_an_officer(desk: Service) -> None:
    """S25-S27: what was live at the desk may be under review, or dead, when it is decided or made."""
    changed = enter_nth(desk, 201)
    view = walk(desk, "deciding", asked(changed))
    shown = deciding.docket(desk, OFFICER, view.id, NOW)
    mark(desk, CLERK, changed["national_number"], "under_review", "R/2026-1", "file named", NOW)
    with pytest.raises(Refused):
        deciding.decide(desk, OFFICER, view.id, "approve", shown.digest, "complete", NOW)
    assert (look(desk, view.id).state, holds(desk, view.id)) == ("held", ["under_review"])
    (hold,) = [one for one in deciding.docket(desk, OFFICER, view.id, NOW).holds if one.open]
    assert hold.reference == "R/2026-1"
    with pytest.raises(Refused):
        deciding.lift(desk, OFFICER, hold.id, "known to me", NOW)
    assert check_held(desk, NOW) == 0
    first, second = (Actor(name, "staff", frozenset({"registry_officer"}), "CTIP") for name in ("first", "second"))
    cleared = mark(desk, first, changed["national_number"], "cleared", "R/2026-1", "family book seen", NOW)
    decide_mark(desk, second, cleared.approval or "", "read it", NOW, approved=True)
    assert check_held(desk, NOW) == 1
    assert look(desk, view.id).state == "deciding"

    dead = enter_nth(desk, 202)
    approved = walk(desk, "approved", asked(dead))
    mark(desk, CLERK, dead["national_number"], "deceased", "D/1", "told", NOW)
    with pytest.raises(Refused):
        producing.produce(desk, MAKER, approved.id, NOW)
    assert (look(desk, approved.id).state, holds(desk, approved.id)) == ("held", ["not_live"])


def test_who_had_a_book_gets_none_without_the_link_and_keeps_its_spelling(desk: Service) -> None:
    """S30-S31: the replacement note was forgotten and history vanished."""
    changed = enter_nth(desk, 203)
    first = walk(desk, "handed_over", asked(changed))
    other = walk(desk, "deciding", asked(enter_nth(desk, 204)))
    for wanted, code in (
        (asked(changed), "earlier_book"),
        (asked(changed, "renewal", predecessor="A1234567"), "not_the_last"),
    ):
        one = handed_in(desk, wanted)
        with pytest.raises(Refused) as error:
            enrol.submit(desk, ENROLLER, one, NOW)
        assert ("predecessor", f"passports.enrol.{code}") in found(error.value)
    stolen = handed_in(desk, asked(enter_nth(desk, 205), "renewal", predecessor=first.number))
    with pytest.raises(Refused) as error:
        enrol.submit(desk, ENROLLER, stolen, NOW)
    assert ("predecessor", "passports.enrol.of_another") in found(error.value)
    renewed = walk(desk, "deciding", asked(changed, "renewal", predecessor=first.number))
    assert renewed.predecessor == first.number
    with desk.db.reading() as read:
        assert [book.number for book in books_of(read, first.person_id or "")] == [first.number]
    kept = spelling(desk, first.person_id or "", "ORDINARY")
    assert (kept.surname, kept.given) == ("ALMABROUK", "SALEM ALI MOHAMED")
    assert other.predecessor is None


def test_a_fee_taken_at_the_desk_lets_the_application_go_on_by_itself(desk: Service) -> None:
    view = walk(desk, "paying", asked(enter_nth(desk, 206)))
    with desk.db.reading() as read:
        payment = fees.payment_for(read, subject_of(view.id))
    assert payment is not None
    cash.take(desk, CLERK, payment.reference, payment.amount, NOW)
    assert look(desk, view.id).state == "deciding"


def test_two_officers_on_one_application_and_a_lease_that_ends(desk: Service) -> None:
    view = walk(desk, "deciding", asked(enter_nth(desk, 207)))
    work.lease(desk, OFFICER, view.id, NOW)
    with pytest.raises(Conflict):
        work.lease(desk, SECOND, view.id, NOW)
    with pytest.raises(Conflict):
        approve(desk, view.id, officer=SECOND)
    later = NOW + timedelta(minutes=30)
    assert approve(desk, view.id, later, SECOND).state == "approved"
    with pytest.raises(Conflict):
        approve(desk, view.id, later, OFFICER)


def test_a_childs_guardian_is_the_one_of_the_record_or_an_officer_looks(desk: Service) -> None:
    child = {"national_number": "120159000208", "birth_date": "2015-03-01"}
    enter(desk, **child)
    guardian = {"national_number": enter_nth(desk, 208)["national_number"], "relation": "father", "proof": "KA-1"}
    view = walk(desk, "deciding", asked(child, guardians=[guardian]))
    assert (view.state, holds(desk, view.id)) == ("held", ["guardianship"])
    (hold,) = [one for one in deciding.docket(desk, OFFICER, view.id, NOW).holds if one.open]
    assert deciding.lift(desk, OFFICER, hold.id, "family booklet seen", NOW).state == "deciding"


def test_what_ran_out_of_time_ends_and_frees_the_person(desk: Service) -> None:
    changed = enter_nth(desk, 209)
    view = walk(desk, "paying", asked(changed))
    assert view.due_at is not None
    tick(desk, view.due_at - timedelta(seconds=1))
    assert look(desk, view.id).state == "paying"
    tick(desk, view.due_at)
    assert look(desk, view.id).state == "expired"
    assert walk(desk, "paying", asked(changed)).state == "paying"


def test_an_applicant_follows_without_a_name_or_a_number_and_a_wrong_code_says_nothing(desk: Service) -> None:
    drafted = enrol.draft(desk, ENROLLER, asked(enter_nth(desk, 210)), NOW)
    told = str(tracked(desk, drafted.tracking).as_json(desk.spec))
    assert not any(said in told for said in ("سالم", "المبروك", "ALMABROUK", "SALEM", "1199090"))
    with pytest.raises(NotFound):
        tracked(desk, drafted.tracking[:-1] + ("0" if drafted.tracking[-1] != "0" else "1"))


ACTORS = (ENROLLER, OFFICER, SECOND, duty("passport_officer", ENROLLER.id), duty("personaliser"), CLERK)
SERIALS = count(300)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["submit", "pay", "approve", "lift", "mark", "return", "lease", "withdraw", "tick", "save"]),
        st.sampled_from(ACTORS),
    ),
    min_size=4,
    max_size=12,
)


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_no_order_of_calls_approves_without_two_people_a_live_record_and_lifted_holds(
    desk: Service, steps: list[tuple[str, Actor]]
) -> None:
    changed = enter_nth(desk, next(SERIALS))
    one, marked = handed_in(desk, asked(changed)), False
    for name, actor in steps:
        before = look(desk, one).state
        with suppress(IssuanceError):
            take(desk, name, actor, one, changed)
        marked = marked or _marked(desk, changed["national_number"])
        view = look(desk, one)
        if view.state == "approved" and before != "approved":
            assert view.decided_by in (OFFICER.id, SECOND.id)
            assert not marked
            assert not holds(desk, one)


def _marked(service: Service, number: str) -> bool:
    record = civil_registry(service).look_up(number, NOW)
    return record is None or record.state != "live" or record.under_review is not None


def take(service: Service, name: str, who: Actor, one: str, changed: dict[str, str]) -> None:
    now = NOW
    if name == "submit":
        enrol.submit(service, who, one, now)
    elif name == "save":
        enrol.save(service, who, one, asked(changed), now)
    elif name == "pay":
        with service.db.reading() as read:
            payment = fees.payment_for(read, subject_of(one))
        if payment is not None:
            cash.take(service, CLERK, payment.reference, payment.amount, now)
    elif name == "approve":
        approve(service, one, now, who)
    elif name == "return":
        digest = deciding.docket(service, who, one, now).digest
        field = Fault("x", "صحح", "correct", field="application.sex")
        deciding.decide(
            service,
            who,
            one,
            "return",
            digest,
            "x",
            now,
            reason="details_wrong",
            faults=(field,),
        )
    elif name == "lift":
        for hold in deciding.docket(service, who, one, now).holds:
            if hold.open:
                deciding.lift(service, who, hold.id, "seen", now)
        for asked_ in deciding.docket(service, SECOND, one, now).approvals:
            deciding.approve_lift(service, SECOND, asked_.id, "seen", now)
    elif name == "mark":
        mark(service, CLERK, changed["national_number"], "under_review", "R/1", "told", now)
    elif name == "lease":
        work.lease(service, who, one, now)
    elif name == "withdraw":
        work.withdraw(service, who, one, "wish", now)
    else:
        tick(service, now)
