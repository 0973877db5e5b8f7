"""The anomaly report: the hours of work it judges by, and each measure counted as on paper. Issue 7, faces."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from issuance.core.uow import unit_of_work
from issuance.passports.anomalies import Share, at_work, report
from issuance.passports.model import PassportApplication, PassportApplicationStep, PassportHold
from issuance.people.public import require_person
from issuance.service import Service
from issuance.staff.model import Account
from specs.load import load
from tests.passport_books import SUPERVISOR
from tests.passports import family_entry
from tests.service import NOW, PERSON, enter


@pytest.mark.parametrize(
    ("at", "worked"),
    [
        (datetime(2026, 11, 22, 6, 0, tzinfo=UTC), True),  # a Sunday, 08:00 in Tripoli, two hours ahead of UTC
        (datetime(2026, 11, 22, 5, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 12, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 22, 13, 0, tzinfo=UTC), False),  # 15:00
        (datetime(2026, 11, 20, 9, 0, tzinfo=UTC), False),  # a Friday
        (datetime(2026, 11, 21, 9, 0, tzinfo=UTC), False),  # a Saturday
        (datetime(2026, 11, 19, 23, 30, tzinfo=UTC), False),  # Thursday in London, Friday in Tripoli
    ],
)
def test_work_is_from_eight_to_three_on_sunday_to_thursday_by_the_clock_of_tripoli(at: datetime, worked: bool) -> None:
    assert at_work(at, load().passport.anomalies.work_time) is worked


def test_every_measure_is_counted_as_on_paper(desk: Service) -> None:
    """Amal's window: seven decisions on a Sunday and a Friday, three of five holds lifted, two of seven of hers."""
    sunday, friday = datetime(2026, 11, 15, 7, 0, tzinfo=UTC), datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
    after = [(0, "approved"), (30, "approved"), (600, "approved"), (1200, "refused"), (1800, "returned")]
    decided = [(sunday + timedelta(seconds=at), to) for at, to in (*after, (2700, "approved"))]
    with desk.db.reading() as read:
        stranger = require_person(read, PERSON["national_number"]).id
    amal, sister = (enter(desk, national_number=f"1199090{serial:05d}").id for serial in (801, 802))
    with unit_of_work(desk.db, SUPERVISOR, "the window of a test", NOW) as tx:
        for person in (amal, sister):
            tx.session.add(family_entry(person, "F-801"))
        tx.session.add(account("amal", person=amal))
        tx.session.add(account("badr"))
        whose = {1: amal, 3: sister, 8: sister}
        for serial in range(1, 10):
            tx.session.add(put_application(f"a{serial}", whose.get(serial, stranger)))
        tx.session.flush()
        for serial, (at, to) in enumerate((*decided, (friday, "approved")), 1):
            tx.session.add(step(f"a{serial}", "amal", at, to))
        tx.session.add(step("a9", "amal", NOW - timedelta(days=31), "refused"))  # before the window
        tx.session.add(step("a8", "passport-office", friday, "deciding"))  # the service itself
        tx.session.add(step("a8", "badr", sunday, "draft", 2))
        for serial, (application, by) in enumerate(
            [("a1", "amal"), ("a1", "badr"), ("a2", None), ("a3", "amal"), ("a3", "amal")]
        ):
            tx.session.add(hold(application, f"reference {serial}", by, sunday))
        tx.audit("passports.test", "passports")
    found = report(desk, SUPERVISOR, NOW)
    first, second = found.officers
    assert (first.account, first.steps, first.decisions, first.median_seconds) == ("amal", 7, 7, 600)
    assert first.shares == {
        "outside_hours": Share(1, 7, 14),  # the Friday
        "overrides": Share(3, 5, 60),  # three of the five holds on a1, a2, a3
        "refusals": Share(1, 7, 14),
        "hasty": Share(1, 5, 20),  # 30 s; the Friday's came five days after
        "family": Share(2, 7, 29),  # a1 her own, a3 her sister's; a8 she never touched
    }
    assert (second.account, second.shares["outside_hours"]) == ("badr", Share(0, 1, None))
    assert second.shares["overrides"] == Share(1, 2, None)
    assert found.everybody["outside_hours"] == Share(1, 8, 12)  # an eighth, rounded to even
    assert (found.unknown, found.as_json()["officers"][1]["shares"]["overrides"]) == (1, None)


def account(name: str, person: str | None = None) -> Account:
    """As `staff.open_account` leaves it, without the second that hashing a password takes."""
    return Account(
        id=name,
        username=name,
        display_name=name,
        office="PTIP",
        roles=[],
        password_hash="-",
        created_at=NOW,
        person=person,
    )


def put_application(id_: str, person: str) -> PassportApplication:
    return PassportApplication(
        id=id_, tracking=id_, kind="first", channel="office", document_type="ORDINARY", office="PTIP", asked={},
        person_id=person, state="approved", since=NOW, enrolled_by="clerk", authors=["clerk"], enrolled_at=NOW,
    )  # fmt: skip


def step(application: str, actor: str, at: datetime, after: str, seq: int = 1) -> PassportApplicationStep:
    return PassportApplicationStep(application_id=application, seq=seq, at=at, actor=actor, after=after)


def hold(application: str, reference: str, by: str | None, at: datetime) -> PassportHold:
    ended = "lifted" if by else "gone"
    return PassportHold(
        application_id=application, kind="portrait", reference=reference, raised_at=at, raised_by="passport-office",
        lifted_at=at, ended=ended, lifted_by=by or "passport-office",
    )  # fmt: skip
