"""A clock past 50, 80 or 100 per cent is told to its role once each, and stands on that role's list while it runs."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlmodel import col, select

from issuance.cases.alarms import CLOCKS_AT_ONCE, Alarm, standing_alarms, tell_alarms
from issuance.cases.file import CaseFile
from issuance.cases.model import CaseAlarm, CaseClock
from issuance.cases.rebuild import rebuild
from issuance.core.actor import Actor, system
from issuance.core.outbox import events_after
from issuance.service import Service
from specs.errors import Invalid, NotAllowed
from tests.casework import (
    CHIEF_PROSECUTOR,
    PROSECUTION,
    PROSECUTOR,
    STATION,
    STATION_CHIEF,
    STATION_OFFICER,
    at_prosecution,
    officer,
    opened,
    step,
    with_case_offices,
)
from tests.service import TODAY

JOB = system("alarms")


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    """A moment of 2026 in UTC; Libya is two hours ahead."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


def told(service: Service) -> list[tuple[str, int, date, str, str]]:
    with service.db.reading() as read:
        rows = read.exec(select(CaseAlarm).order_by(col(CaseAlarm.told_at), col(CaseAlarm.case_id)))
        return [(row.code, row.percent, row.due_on, row.role, row.office) for row in rows]


def listed(service: Service, actor: Actor, now: datetime) -> list[Alarm]:
    return list(standing_alarms(service, actor, now).items)


def reported(service: Service) -> CaseFile:
    """Reported on Sunday 11 January 2026: 30 days from its first moment end with Tuesday 10 February."""
    return opened(service, date(2026, 1, 11))


def test_each_share_is_told_once_to_the_named_role(register: Service) -> None:
    reported(register)
    # 31 days from 10 January 22:00 UTC: half is 26 January 10:00, four fifths 4 February 17:12, all 10 February 22:00
    looks = [
        (at(1, 26, 9, 59), 0), (at(1, 26, 10), 1), (at(1, 27), 0), (at(2, 4, 17, 11), 0), (at(2, 4, 17, 12), 1),
        (at(2, 10, 21, 59), 0), (at(2, 10, 22), 1), (at(11, 1), 0),
    ]  # fmt: skip
    assert [tell_alarms(register, JOB, now) for now, _ in looks] == [expected for _, expected in looks]
    whom = (date(2026, 2, 10), "station_chief", STATION)
    assert told(register) == [("evidence_review", percent, *whom) for percent in (50, 80, 100)]


def test_of_several_shares_passed_since_the_last_look_only_the_highest_is_told(register: Service) -> None:
    reported(register)
    assert tell_alarms(register, JOB, at(6, 1)) == 1
    assert [percent for _, percent, *_ in told(register)] == [100]


def test_an_alarm_is_told_to_other_systems_in_the_same_order(register: Service) -> None:
    file = reported(register)
    tell_alarms(register, JOB, at(2, 5))
    with register.db.reading() as read:
        events = [event for event in events_after(read, JOB, 0, 100) if event.topic == "clock.alarm"]
    assert [(event.subject, event.office, event.body) for event in events] == [
        (
            f"case:{file.id}",
            STATION,
            {
                "case_number": file.number,
                "clock": "evidence_review",
                "matter": "A1/C1",
                "percent": 80,
                "due_on": "2026-02-10",
                "role": "station_chief",
                "office": STATION,
            },
        )
    ]


def test_an_alarm_stands_on_the_list_of_its_role_and_office_alone(register: Service) -> None:
    file = reported(register)
    tell_alarms(register, JOB, at(1, 27))
    tell_alarms(register, JOB, at(2, 5))
    alarm = Alarm(file.number, "A1/C1", "evidence_review", 80, date(2026, 2, 10), "station_chief", STATION, True)
    assert listed(register, STATION_CHIEF, at(2, 5)) == [alarm]
    for other in (STATION_OFFICER, officer("station_chief", "ST-BEN"), CHIEF_PROSECUTOR):
        assert listed(register, other, at(2, 5)) == []


def test_a_clock_that_stopped_leaves_the_list_and_its_alarm_stays_told(register: Service) -> None:
    file = reported(register)
    tell_alarms(register, JOB, at(2, 5))
    file = step(register, STATION_OFFICER, file, "send_to_prosecution", date(2026, 2, 6), to_office=PROSECUTION)
    step(register, PROSECUTOR, file, "acknowledge", date(2026, 2, 6))
    assert listed(register, STATION_CHIEF, at(2, 7)) == []
    assert len(told(register)) == 1


def test_a_ban_that_outlived_its_case_is_told_to_the_chief_until_its_own_last_day(register: Service) -> None:
    """Shelved on Sunday 1 February; three days to look at the ban, which ends by itself on the 20th."""
    file = at_prosecution(register)
    said = {"accused": "A1", "legal_basis": "أمر", "until": "2026-02-20"}
    file = step(register, PROSECUTOR, file, "ban_travel", date(2026, 1, 20), **said)
    step(register, PROSECUTOR, file, "shelve", date(2026, 2, 1), shelving_reason="no_offence")
    assert tell_alarms(register, JOB, at(2, 5)) == 1
    alarm = Alarm(file.number, "A1", "travel_ban_review", 100, date(2026, 2, 4), "chief_prosecutor", PROSECUTION, True)
    assert listed(register, CHIEF_PROSECUTOR, at(2, 5)) == [alarm]
    assert listed(register, CHIEF_PROSECUTOR, at(2, 21)) == []


def test_a_hand_over_nobody_answers_is_told_to_the_supervisor_and_hinders_nobody(register: Service) -> None:
    """Sent on Sunday 22 November, three working days: until Wednesday 25 November."""
    file = opened(register, TODAY)
    file = step(register, STATION_OFFICER, file, "send_to_prosecution", TODAY, to_office=PROSECUTION)
    assert tell_alarms(register, JOB, at(11, 25, 22)) == 1
    assert told(register) == [("transfer_acknowledgement", 100, date(2026, 11, 25), "case_supervisor", STATION)]
    supervisor = officer("case_supervisor", STATION)
    assert [alarm.target for alarm in listed(register, supervisor, at(11, 26))] == ["transfer"]
    file = step(register, PROSECUTOR, file, "acknowledge", date(2026, 11, 26), at(11, 26))
    assert (file.holder, listed(register, supervisor, at(11, 26))) == (PROSECUTION, [])


def test_custody_is_told_by_the_hour(register: Service) -> None:
    file = opened(register, date(2026, 1, 11), at(1, 11, 8))
    arrest = {"accused": "A1", "custody_kind": "arrest_to_prosecution", "moment": "2026-01-11T09:30:00+02:00"}
    step(register, STATION_OFFICER, file, "detain", date(2026, 1, 11), at(1, 11, 9), **arrest, legal_basis="CCP 24")
    assert tell_alarms(register, JOB, at(1, 12, 7, 29)) == 0
    assert tell_alarms(register, JOB, at(1, 12, 7, 30)) == 1
    assert tell_alarms(register, JOB, at(1, 13, 7, 30)) == 1
    assert [percent for _, percent, *_ in told(register)] == [50, 100]


def test_more_clocks_than_are_read_at_once_are_all_told(register: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("issuance.cases.alarms.CLOCKS_AT_ONCE", 2)
    assert CLOCKS_AT_ONCE > 2
    for _ in range(5):
        reported(register)
    assert tell_alarms(register, JOB, at(1, 27)) == 5
    assert tell_alarms(register, JOB, at(2, 11)) == 5


def test_a_second_job_tells_nothing_again_after_the_projection_was_written_anew(register: Service) -> None:
    file = reported(register)
    tell_alarms(register, JOB, at(2, 1))
    before = told(register)
    step(register, STATION_OFFICER, file, "add_report", date(2026, 2, 1), summary="بلاغ ثان", report_kind="victim")
    assert tell_alarms(register, JOB, at(2, 2)) == 0
    assert told(register) == before


def test_a_supervisor_sees_the_alarms_of_every_role_a_page_at_a_time(register: Service) -> None:
    files = [reported(register) for _ in range(3)]
    tell_alarms(register, JOB, at(2, 5))
    supervisor, seen, after = officer("case_supervisor", STATION), list[str](), None
    while True:
        found = standing_alarms(register, supervisor, at(2, 5), after=after, limit=2)
        seen += [alarm.case_number for alarm in found.items]
        if (after := found.after) is None:
            break
    assert set(seen) >= {file.number for file in files}
    assert len(seen) == len(set(seen))
    with pytest.raises(Invalid, match="no page"):
        standing_alarms(register, supervisor, at(2, 5), after="2026-02-10~x")


def test_a_supervisor_without_an_office_hears_the_alarms_of_the_whole_country_and_reads_none_of_the_files(
    register: Service,
) -> None:
    file, closed = reported(register), reported(register)
    tell_alarms(register, JOB, at(2, 5))
    step(
        register,
        officer("station_chief", STATION),
        closed,
        "classify",
        date(2026, 2, 5),
        classification="secret",
        note="x",
    )
    heard = listed(register, officer("case_supervisor", None), at(2, 5))
    assert [(alarm.case_number, alarm.readable) for alarm in heard] == [(file.number, False)]


def test_what_was_told_is_looked_at_no_more_and_stands_so_in_a_projection_made_anew(register: Service) -> None:
    file = reported(register)

    def next_alarm() -> datetime | None:
        with register.db.reading() as read:
            return read.exec(select(CaseClock.warn_at).where(CaseClock.case_id == file.id)).one()

    first = next_alarm()
    tell_alarms(register, JOB, at(2, 1))
    second = next_alarm()
    assert (first, second) == (at(1, 26, 10), at(2, 4, 17, 12))
    step(register, STATION_OFFICER, file, "add_report", date(2026, 2, 1), summary="بلاغ ثان", report_kind="victim")
    assert next_alarm() == second
    tell_alarms(register, JOB, at(3, 1))
    assert next_alarm() is None
    found = rebuild(register, JOB, at(3, 2), lambda done, total: None, only_check=True)
    assert [(one.table, one.columns) for one in found.differences if one.case == file.number] == []


def test_an_alarm_of_a_file_one_may_not_read_is_not_listed(register: Service) -> None:
    """A secret file is not for its chief of station (`roles.yaml`, `reading.yaml`)."""
    file = reported(register)
    tell_alarms(register, JOB, at(1, 27))
    step(register, STATION_CHIEF, file, "classify", date(2026, 1, 27), classification="secret", note="سرية التحقيق")
    assert listed(register, STATION_CHIEF, at(1, 28)) == []


def test_only_the_service_itself_watches_the_clocks(register: Service) -> None:
    with pytest.raises(NotAllowed):
        tell_alarms(register, CHIEF_PROSECUTOR, at(1, 27))
