"""What other domains may ask: a person's record on a day, and the travel bans of a day."""

from __future__ import annotations

from datetime import date

import pytest

from issuance.cases.commands import EffectEntry, RulingEntry, record_effect, record_ruling
from issuance.cases.public import record_of, travel_bans
from issuance.people.public import require_person
from issuance.service import Service
from tests.casework import PROSECUTOR, at_prosecution, step, with_case_offices
from tests.service import CLERK, NOW, PERSON

NUMBER = PERSON["national_number"]
EARLIER = RulingEntry(
    case_number="12/2015",
    court=("محكمة طرابلس الجزئية", "Tripoli Summary Court"),
    kind="misdemeanour",
    presence="in_presence",
    verdict="conviction",
    ruled_on=date(2015, 3, 1),
    committed_on=date(2014, 12, 1),
    offence=("سرقة", "Theft"),
    penalty=("الحبس ستة أشهر", "Six months of detention"),
    final_on=date(2015, 3, 12),
)


def person_id(service: Service) -> str:
    with service.db.reading() as read:
        return require_person(read, NUMBER).id


def test_a_record_holds_what_was_final_on_the_day_with_the_effects_in_force_on_it(service: Service) -> None:
    ruling = record_ruling(service, CLERK, NUMBER, EARLIER, NOW)
    amnesty = EffectEntry("amnesty", date(2016, 1, 1), "قانون 35 لسنة 2012", date(2019, 1, 1))
    record_effect(service, CLERK, ruling, amnesty, NOW)
    person, told = person_id(service), {}
    with service.db.reading() as read:
        for day in ("2015-03-11", "2015-03-12", "2015-12-31", "2016-01-01", "2018-12-31", "2019-01-01"):
            held = record_of(read, person, date.fromisoformat(day))
            told[day] = [[effect.kind for effect in one.effects] for one in held.rulings]
    assert told == {
        "2015-03-11": [],  # ruled, not yet final
        "2015-03-12": [[]],
        "2015-12-31": [[]],
        "2016-01-01": [["amnesty"]],
        "2018-12-31": [["amnesty"]],
        "2019-01-01": [[]],  # revoked from this day on
    }


@pytest.mark.parametrize(
    ("day", "banned"),
    [("2026-02-01", False), ("2026-02-02", True), ("2026-03-31", True), ("2026-04-01", False)],
)
def test_a_travel_ban_holds_from_its_first_day_to_its_last(desk: Service, day: str, banned: bool) -> None:
    if not _banned(desk):
        with_case_offices(desk)
        file = at_prosecution(desk)
        said = {"accused": "A1", "legal_basis": "قرار النيابة", "until": "2026-03-31"}
        step(desk, PROSECUTOR, file, "ban_travel", date(2026, 2, 2), **said)
    assert bool(_banned(desk, day)) is banned


def test_a_lifted_ban_ends_on_the_day_it_is_lifted(service: Service) -> None:
    with_case_offices(service)
    file = at_prosecution(service)
    file = step(service, PROSECUTOR, file, "ban_travel", date(2026, 2, 2), accused="A1", legal_basis="قرار")
    assert _banned(service, "2030-01-01")  # nobody said until when
    step(service, PROSECUTOR, file, "lift_travel_ban", date(2026, 5, 1), accused="A1", legal_basis="قرار")
    assert [bool(_banned(service, day)) for day in ("2026-04-30", "2026-05-01", "2030-01-01")] == [True, False, False]


def _banned(service: Service, day: str = "2026-02-02") -> tuple[object, ...]:
    person = person_id(service)
    with service.db.reading() as read:
        return travel_bans(read, person, date.fromisoformat(day))
