"""One applicant against all: the same face or birth under another number is stopped, and two officers decide."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlmodel import select

from issuance.biometrics import degraded, hits, status
from issuance.biometrics.facts import Clearance
from issuance.biometrics.model import BiometricSearch
from issuance.biometrics.public import clearance_of, search_for
from issuance.biometrics.search import search_again
from issuance.core.actor import Actor
from issuance.core.policy import available
from issuance.people.facts import PersonFacts
from issuance.service import Service
from specs.errors import Conflict, Invalid, IssuanceError, NotAllowed
from tests import faces
from tests.service import NOW, enter, trail

CLERK = Actor("clerk", "staff", frozenset({"passport_clerk"}), "PTIP")
FIRST = Actor("first", "staff", frozenset({"passport_officer"}), "PTIP")
SECOND = Actor("second", "staff", frozenset({"passport_officer"}), "PTIP")
ELSEWHERE = Actor("elsewhere", "staff", frozenset({"passport_officer"}), "PSEB")
SECURITY = Actor("security", "staff", frozenset({"security_officer"}))
_numbers = count(20)
FAMILIES = ("الزنتاني", "الورفلي", "الترهوني", "السويحلي", "الفيتوري", "البرعصي", "العبيدي", "الغرياني", "القماطي")


def person(service: Service, family: str, **changed: object) -> PersonFacts:
    """Another person; the birth day follows from the number, so that nobody is anybody's twin."""
    number = next(_numbers)
    names = {
        "arabic": {"first": "عمر", "father": "فرج", "grandfather": "مفتاح", "family": family},
        "latin": {"surname": "ALHOLDER", "given": "OMAR FARAJ MUFTAH"},
        "latin_confirmed": True,
    }
    record = {
        "national_number": f"11990900{number:04d}",
        "names": names,
        "birth_date": f"1990-01-{number % 28 + 1:02d}",
    }
    return enter(service, **(record | changed))


def found(clearance: Clearance) -> list[str]:
    return [candidate.person_id for candidate in clearance.candidates]


def code(error: pytest.ExceptionInfo[IssuanceError]) -> str:
    return error.value.faults[0].code


def small(service: Service, records: int) -> None:
    """The room of the stand-in, set by the specification."""
    afis = service.spec.passport.afis
    room = afis.capacity.model_copy(update={"records": records})
    passport = service.spec.passport.model_copy(update={"afis": afis.model_copy(update={"capacity": room})})
    service.spec = service.spec.model_copy(update={"passport": passport})


@pytest.fixture
def roomy(desk: Service) -> Iterator[Service]:
    """The module's service, its specification as shipped again afterwards."""
    spec = desk.spec
    yield desk
    desk.spec = spec


def test_a_second_passport_under_another_number_is_stopped_by_the_face_and_decided_by_two(service: Service) -> None:
    """LIBYA 1.3 [S16]: the same face, another name, another number."""
    honest, other = person(service, FAMILIES[0]), person(service, FAMILIES[1])
    face = faces.portrait(1)
    assert search_for(service, CLERK, "a-1", honest.id, face, NOW).state == "clear"
    again = search_for(service, CLERK, "a-2", other.id, faces.portrait(1, quality=60), NOW)
    assert (again.state, found(again)) == ("hits", [honest.id])
    assert again.candidates[0].face_percent in range(85, 101)
    assert again.search_id is not None
    assert [one.search_id for one in hits.waiting_hits(service, FIRST)] == [again.search_id]
    assert hits.waiting_hits(service, ELSEWHERE) == []

    with pytest.raises(NotAllowed):
        hits.settle(service, CLERK, again.search_id, "different", "looked", NOW)
    with pytest.raises(NotAllowed):
        hits.settle(service, ELSEWHERE, again.search_id, "different", "looked", NOW)
    approval = hits.settle(service, FIRST, again.search_id, "same", "one face, two names", NOW)
    with pytest.raises(Conflict):
        hits.settle(service, SECOND, again.search_id, "different", "no", NOW)
    with pytest.raises(NotAllowed):
        hits.confirm(service, FIRST, approval, True, "I agree with myself", NOW)
    settled = hits.confirm(service, SECOND, approval, True, "seen", NOW)
    assert (settled.state, settled.outcome) == ("hits", "same")
    with service.db.reading() as read:
        assert clearance_of(read, "a-2") == settled
        assert clearance_of(read, "a-1").state == "clear"
        assert clearance_of(read, "a-0") == Clearance("none")
        rows = read.exec(select(BiometricSearch)).all()
        assert [row.probe for row in rows] == [None, None]  # what was answered keeps no picture
    actions = trail(service.db)
    assert actions.count("biometrics.enrol") == 2
    assert actions[-1] == "biometrics.settled"


def test_one_birth_and_one_name_under_two_numbers_is_a_hit_without_any_face(desk: Service) -> None:
    """LIBYA 1.3 [S23]: a person entered again. The face differs, the spelling too."""
    family, born = "بن غشير", "1971-03-09"
    first = person(desk, family, birth_date=born, national_number="119719000101")
    second = person(desk, "بنغشير", birth_date=born, national_number="119719000102")
    person(desk, family, birth_date="1971-03-10", national_number="119719000103")
    unknown_day = person(desk, family, birth_date="1971-00-00", national_number="119719000104")
    held = search_for(desk, CLERK, "n-1", second.id, faces.portrait(2), NOW)
    assert held.state == "hits"
    assert set(found(held)) == {first.id, unknown_day.id}
    assert all(one.face_percent is None and (one.name_percent or 0) >= 85 for one in held.candidates)


def test_a_renewal_finds_others_only(desk: Service) -> None:
    holder = person(desk, FAMILIES[2])
    assert search_for(desk, CLERK, "r-1", holder.id, faces.portrait(3), NOW).state == "clear"
    assert search_for(desk, CLERK, "r-2", holder.id, faces.portrait(3, quality=70), NOW).state == "clear"


def test_of_two_officers_one_may_refuse_and_the_hit_waits_again(desk: Service) -> None:
    one, two = person(desk, FAMILIES[3]), person(desk, FAMILIES[4])
    search_for(desk, CLERK, "d-1", one.id, faces.portrait(4), NOW)
    search = search_for(desk, CLERK, "d-2", two.id, faces.portrait(4), NOW).search_id
    assert search is not None
    with pytest.raises(Invalid):
        hits.settle(desk, FIRST, search, "different", " ", NOW)
    refused = hits.settle(desk, FIRST, search, "different", "twins", NOW)
    assert hits.confirm(desk, SECOND, refused, False, "show me the family booklet", NOW).outcome is None
    agreed = hits.settle(desk, SECOND, search, "different", "twins, booklet seen", NOW)
    cleared = hits.confirm(desk, FIRST, agreed, True, "seen", NOW)
    assert (cleared.state, cleared.outcome) == ("clear", "different")


def test_full_tables_stop_issue_and_only_a_declared_outage_lets_humanitarian_cases_through(roomy: Service) -> None:
    """LIBYA 1.3 [S16], February 2018."""
    service = roomy
    used = status.status(service, SECURITY, NOW).capacity
    assert used is not None
    small(service, used.used + 1)
    early, late, twin = (person(service, family) for family in FAMILIES[5:8])
    assert search_for(service, CLERK, "f-1", early.id, faces.portrait(5), NOW).state == "clear"
    assert status.status(service, SECURITY, NOW).alarm
    assert "biometrics.afis.capacity" in {fault.code for fault in status.alarms(service, NOW)}

    assert search_for(service, CLERK, "f-2", late.id, faces.portrait(6), NOW).state == "pending"
    asked = search_for(service, CLERK, "f-2", late.id, faces.portrait(6), NOW, humanitarian="treatment")
    assert asked.state == "pending"  # a humanitarian case alone opens nothing
    with pytest.raises(Invalid, match="humanitarian"):
        search_for(service, CLERK, "f-2", late.id, faces.portrait(6), NOW, humanitarian="friend")

    until = NOW + timedelta(hours=24)
    with pytest.raises(Invalid, match="until"):
        degraded.declare(service, FIRST, "tables full", NOW + timedelta(hours=73), NOW)
    approval = degraded.declare(service, FIRST, "tables full", until, NOW)
    with pytest.raises(NotAllowed):
        degraded.approve(service, FIRST, approval, "yes", NOW)
    declared = degraded.approve(service, SECURITY, approval, "vendor called", NOW)
    assert (declared.declared_by, declared.approved_by, declared.until) == ("first", "security", until)

    assert search_for(service, CLERK, "f-3", late.id, faces.portrait(6), NOW).state == "pending"
    let = search_for(service, CLERK, "f-2", late.id, faces.portrait(6), NOW, humanitarian="treatment")
    assert (let.state, let.humanitarian) == ("degraded", "treatment")
    assert let.recheck_due == until + timedelta(hours=48)
    thief = search_for(service, CLERK, "f-4", twin.id, faces.portrait(5), NOW, humanitarian="return_home")
    assert thief.state == "degraded"  # nobody can know yet
    assert search_again(service, NOW) == 0

    after = until + timedelta(hours=49)
    codes = {fault.code for fault in status.alarms(service, after)}
    assert {"biometrics.afis.overdue", "biometrics.afis.capacity"} <= codes
    assert "biometrics.afis.degraded" not in codes  # it ended by itself
    assert (
        search_for(service, CLERK, "f-5", late.id, faces.portrait(6), after, humanitarian="treatment").state
        == "pending"
    )
    small(service, 1000)
    while search_again(service, after):
        pass
    with service.db.reading() as read:
        assert clearance_of(read, "f-2").state == "clear"
        caught = clearance_of(read, "f-4")
        assert (caught.state, found(caught)) == ("hits", [early.id])
        assert all(row.probe is None for row in read.exec(select(BiometricSearch)))
    held = status.status(service, SECURITY, after)
    assert (held.unanswered, held.overdue, held.found_late) == (0, 0, 1)
    assert "biometrics.afis.found_late" in {fault.code for fault in status.alarms(service, after)}


def test_an_outage_ends_by_a_word(desk: Service) -> None:
    approval = degraded.declare(desk, FIRST, "network away", NOW + timedelta(hours=5, days=1), NOW)
    later = NOW + timedelta(days=1, hours=4)
    degraded.approve(desk, SECURITY, approval, "seen", later)
    with pytest.raises(Conflict):
        degraded.approve(desk, SECURITY, approval, "again", later)
    degraded.end(desk, SECOND, later + timedelta(minutes=1))
    with pytest.raises(Conflict) as nothing:
        degraded.end(desk, SECOND, later + timedelta(minutes=2))
    assert code(nothing) == "biometrics.degraded.none"


def test_a_face_found_late_reopens_what_two_officers_decided_without_it(roomy: Service) -> None:
    service = roomy
    used = status.status(service, SECURITY, NOW).capacity
    assert used is not None
    born = "1966-06-06"
    face = faces.portrait(9)
    namesake = person(service, "القماطي", birth_date=born, national_number="119669000201")
    applicant = person(service, "القماطي", birth_date=born, national_number="119669000202")
    stranger = person(service, FAMILIES[8])
    search_for(service, CLERK, "l-1", stranger.id, face, NOW)
    small(service, used.used + 1)
    held = search_for(service, CLERK, "l-2", applicant.id, face, NOW)
    assert (held.state, found(held)) == ("hits", [namesake.id])
    assert held.search_id is not None
    first = hits.settle(service, FIRST, held.search_id, "different", "cousins", NOW)
    assert hits.confirm(service, SECOND, first, True, "seen", NOW).state == "pending"  # the faces are still unsearched
    small(service, 1000)
    search_again(service, NOW)
    with service.db.reading() as read:
        reopened = clearance_of(read, "l-2")
    assert (reopened.state, reopened.outcome) == ("hits", None)
    assert set(found(reopened)) == {namesake.id, stranger.id}


def test_a_decision_holds_for_the_candidates_that_were_shown(roomy: Service) -> None:
    service = roomy
    used = status.status(service, SECURITY, NOW).capacity
    assert used is not None
    born, face = "1955-05-05", faces.portrait(11)
    person(service, "الشريف", birth_date=born, national_number="119559000301")
    applicant = person(service, "الشريف", birth_date=born, national_number="119559000302")
    stranger = person(service, "المصراتي")
    search_for(service, CLERK, "s-1", stranger.id, face, NOW)
    small(service, used.used + 1)
    held = search_for(service, CLERK, "s-2", applicant.id, face, NOW)
    assert held.search_id is not None
    asked = hits.settle(service, FIRST, held.search_id, "different", "cousins", NOW)
    small(service, 1000)
    search_again(service, NOW)
    with pytest.raises(Conflict) as void:
        hits.confirm(service, SECOND, asked, True, "seen", NOW)
    assert code(void) == "core.approvals.changed"


def test_the_clerk_who_searches_sees_no_one_else() -> None:
    granted = set(available(CLERK))
    assert {"biometrics.search", "biometrics.capture"} <= granted
    assert granted.isdisjoint({"biometrics.read", "biometrics.settle", "biometrics.confirm"})
