"""Nobody works in their own matter: for themself refused, for their family record left to others (LIBYA 1.3, S24)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from issuance.core.actor import Actor, system
from issuance.core.uow import unit_of_work
from issuance.passports import deciding, enrol
from issuance.service import Service
from issuance.staff.holders import set_holder
from issuance.staff.public import holders
from specs.errors import NotAllowed, NotFound
from tests.passports import OFFICER, SECOND, approve, asked, duty, enter_nth, family_entry, look, pay, walk
from tests.service import NOW, enter, portrait
from tests.unit.passports.test_anomalies import account

RELATIVE = duty("passport_officer", "relative")
HOLDER = duty("passport_officer", "holder")
ADMINISTRATOR = Actor("administrator", "staff", frozenset({"administrator"}))


@pytest.fixture(scope="module")
def family(desk: Service) -> Service:
    """The account `holder` is the person 0901's, `relative` the 0902's of the same family record; so is 0904."""
    people = [enter(desk, national_number=f"1199090{serial:05d}") for serial in (901, 902, 904)]
    with unit_of_work(desk.db, system("tests"), "a family", NOW) as tx:
        tx.session.add_all(family_entry(one.id, "F-901") for one in people)
        tx.session.add_all(account(name) for name in ("holder", "relative"))
        tx.audit("passports.test", "passports")
    for name, one in zip(("holder", "relative"), people, strict=False):
        set_holder(desk.db, ADMINISTRATOR, name, one.national_number, NOW)
    return desk


@pytest.fixture
def lenient(family: Service) -> Iterator[Service]:
    """The specification that counts what is done for the family and refuses nothing of it."""
    whole = family.spec
    own = whole.passport.office.own_matters.model_copy(
        update={"family_enrolled_is_held": False, "family_decided_by_another": False}
    )
    office = whole.passport.office.model_copy(update={"own_matters": own})
    family.spec = whole.model_copy(update={"passport": whole.passport.model_copy(update={"office": office})})
    yield family
    family.spec = whole


def test_nobody_enrols_or_decides_for_themself_and_a_relative_leaves_it_to_others(family: Service) -> None:
    wanted = asked({"national_number": "119909000901"})
    own = enrol.draft(family, HOLDER, wanted, NOW).view.id
    enrol.attach(family, HOLDER, own, "portrait", portrait(), "image/jpeg", NOW)
    with pytest.raises(NotAllowed) as told:
        enrol.submit(family, HOLDER, own, NOW)
    assert told.value.faults[0].code == "passports.own_matters.own"
    view = walk(family, "deciding", wanted)
    shown = deciding.docket(family, OFFICER, view.id, NOW)
    for officer, code in ((HOLDER, "own"), (RELATIVE, "family")):
        with pytest.raises(NotAllowed) as told:
            deciding.decide(family, officer, view.id, "approve", shown.digest, "mine", NOW)
        assert told.value.faults[0].code == f"passports.own_matters.{code}"
    assert approve(family, view.id).state == "approved"


def test_what_a_relative_enrolled_waits_until_two_others_agree(family: Service) -> None:
    begun = enrol.draft(family, RELATIVE, asked({"national_number": "119909000904"}), NOW).view.id
    enrol.attach(family, RELATIVE, begun, "portrait", portrait(), "image/jpeg", NOW)
    pay(family, enrol.submit(family, RELATIVE, begun, NOW))
    assert look(family, begun).state == "held"
    held = deciding.docket(family, OFFICER, begun, NOW)
    assert [(one.kind, one.reference) for one in held.holds] == [("officer_family", "relative")]
    with pytest.raises(NotAllowed):
        deciding.lift(family, HOLDER, held.holds[0].id, "I know them", NOW)
    deciding.lift(family, OFFICER, held.holds[0].id, "papers seen", NOW)
    assert look(family, begun).state == "held"
    asked_for = deciding.docket(family, SECOND, begun, NOW).approvals[0]
    assert deciding.approve_lift(family, SECOND, asked_for.id, "seen too", NOW).state == "deciding"
    assert approve(family, begun).state == "approved"


def test_the_specification_may_leave_it_at_counting(lenient: Service) -> None:
    view = walk(lenient, "deciding", asked(enter_nth(lenient, 903)))
    with unit_of_work(lenient.db, system("tests"), "a third of the family", NOW) as tx:
        tx.session.add(family_entry(view.person_id or "", "F-901"))
        tx.audit("passports.test", "passports")
    assert approve(lenient, view.id, officer=RELATIVE).state == "approved"


def test_whose_an_account_is_is_said_by_another_and_kept_without_the_number(family: Service) -> None:
    with pytest.raises(NotFound):
        set_holder(family.db, ADMINISTRATOR, "holder", "119909099999", NOW)
    with pytest.raises(NotAllowed):
        set_holder(family.db, OFFICER, "holder", "119909000902", NOW)
    own = Actor("holder", "staff", frozenset({"administrator"}))
    with pytest.raises(NotAllowed):
        set_holder(family.db, own, "holder", "119909000902", NOW)
    with family.db.reading() as read:
        before = holders(read, ["holder", "relative", "nobody"])
    assert before.keys() == {"holder", "relative"}
    assert not [person for person in before.values() if "119909000" in person]
    set_holder(family.db, ADMINISTRATOR, "holder", "", NOW)
    with family.db.reading() as read:
        assert holders(read, ["holder"]) == {}
    set_holder(family.db, ADMINISTRATOR, "holder", "119909000901", NOW)
