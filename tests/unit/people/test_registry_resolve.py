"""From a number to a living record: each time, also at issue; what is kept follows what the registry says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from issuance.core.civil import civil_day
from issuance.core.uow import unit_of_work
from issuance.people.public import family_members, registry_holds, resolve
from issuance.people.registry_kept import Ground, change, held_row, record_from
from issuance.people.registry_model import RegistryEntry
from issuance.service import Service
from specs.errors import Invalid, Refused
from tests.service import CLERK, NOW, PERSON, enter, found, trail

NUMBER = str(PERSON["national_number"])


def said(service: Service, number: str, **changed: object) -> str:
    """What the registry now says of a person; their id."""
    with unit_of_work(service.db, CLERK, "test", NOW) as tx:
        person, entry = held_row(tx.session, number)
        assert person is not None
        change(tx, person, entry, replace(record_from(person, entry), **changed), Ground("T/1"))  # type: ignore[arg-type]
        return person.id


def test_a_person_without_an_entry_of_the_registry_is_live_since_they_were_registered(service: Service) -> None:
    person, record = resolve(service, CLERK, NUMBER, NOW)
    assert person.national_number == NUMBER
    assert (record.state, record.registered_on, record.transfers) == ("live", civil_day(NOW), ())
    with service.db.reading() as read:
        assert registry_holds(read, record, service.spec.passport.registry, civil_day(NOW)) == ()
        assert read.exec(select(RegistryEntry)).all() == []
    assert trail(service.db)[-1] == "people.look_up"


def test_a_number_that_resolves_to_nobody_gets_no_document_s27(desk: Service) -> None:
    with pytest.raises(Refused) as caught:
        resolve(desk, CLERK, "119909000099", NOW)
    assert found(caught.value) == {("national_number", "people.registry.nobody")}
    assert trail(desk.db)[-1] == "people.look_up"


def test_what_is_no_number_is_asked_of_no_registry(desk: Service) -> None:
    with pytest.raises(Invalid) as caught:
        resolve(desk, CLERK, "../../etc/passwd", NOW)
    assert {field for field, _ in found(caught.value)} == {"national_number"}


@pytest.mark.parametrize(
    ("serial", "state"),
    list(enumerate(["deceased", "nationality_withdrawn", "number_withdrawn", "unregistered"])),
)
def test_a_record_no_longer_live_at_issue_is_refused_whatever_it_was_at_application(
    desk: Service, serial: int, state: str
) -> None:
    number = f"11990900020{serial}"
    held = enter(desk, national_number=number)
    assert resolve(desk, CLERK, number, NOW)[0].id == held.id
    said(desk, number, state=state)
    with pytest.raises(Refused) as caught:
        resolve(desk, CLERK, number, NOW + timedelta(minutes=1))
    assert found(caught.value) == {("national_number", f"people.registry.{state}")}


def test_members_of_a_family_record_are_found_together(desk: Service) -> None:
    ids = []
    for serial in (31, 32, 33):
        number = f"1199090003{serial}"
        enter(desk, national_number=number)
        ids.append(said(desk, number, family_record="F-61" if serial < 33 else "F-62"))
    with desk.db.reading() as read:
        assert set(family_members(read, "F-61")) == set(ids[:2])
        assert family_members(read, "F-63") == []
