"""Reading a case file: a stated purpose, what is hidden, and the look that is left behind."""

from __future__ import annotations

from datetime import timedelta

import pytest

from issuance.cases.act import Move, act
from issuance.cases.four_eyes import approve, propose
from issuance.cases.reading import look, who_looked_at_case, who_looked_at_person
from issuance.cases.record import record
from issuance.core.actor import Actor
from issuance.core.purpose import Purpose
from issuance.service import Service
from specs.errors import Invalid, NotAllowed, NotFound
from tests.casework import (
    CHIEF_PROSECUTOR,
    PROSECUTOR,
    STATION_CHIEF,
    STATION_OFFICER,
    at_prosecution,
    officer,
    opened,
    with_case_offices,
)
from tests.service import NOW, PERSON, TODAY, trail

DUTY = Purpose("duty")
WORDS = "بلاغ مرتبط بالواقعة"
REPORTER = {"reporter_name": "مبلغ خائف", "reporter_contact": "0910000000"}
SUPERVISOR = Actor("supervisor", "staff", frozenset({"case_supervisor"}))


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


@pytest.mark.parametrize("purpose", [Purpose(""), Purpose("curiosity"), Purpose("supervision")])
def test_no_file_is_read_without_a_purpose(register: Service, purpose: Purpose) -> None:
    held = opened(register)
    before = len(trail(register.db))
    with pytest.raises(Invalid):
        look(register, STATION_OFFICER, held.number, purpose, NOW)
    assert len(trail(register.db)) == before


def test_who_reported_is_hidden_in_the_file_its_timeline_and_its_corrections(register: Service) -> None:
    held = opened(register, **REPORTER)
    move = Move("correct", {"corrects": 1, "corrected": {"reporter_name": "اسم آخر"}, "note": "خطأ"})
    request = propose(register, STATION_OFFICER, held.number, move, "خطأ في الاسم", NOW)
    approve(register, STATION_CHIEF, request, "صحيح", NOW)
    shown = look(register, STATION_CHIEF, held.number, DUTY, NOW)
    assert shown.reporter_shown
    assert shown.file.reports[0].reporter_name == "اسم آخر"
    hidden = look(register, STATION_OFFICER, held.number, DUTY, NOW)
    assert not hidden.reporter_shown
    assert (hidden.file.reports[0].reporter_name, hidden.file.reports[0].reporter_contact) == (None, None)
    assert hidden.entries[0].body["reporter_contact"] is None
    for secret in (*REPORTER.values(), "اسم آخر"):
        assert secret not in repr(hidden)
        assert secret in repr(shown)


def test_a_reader_sees_only_the_moves_open_to_them(register: Service) -> None:
    held = at_prosecution(register)
    assert {"shelve", "investigate", "refer_summary"} <= look(register, PROSECUTOR, held.number, DUTY, NOW).moves.keys()
    assert look(register, STATION_OFFICER, held.number, DUTY, NOW).moves == {}


def test_a_refused_look_and_one_at_nothing_answer_alike_and_both_are_kept(register: Service) -> None:
    held = at_prosecution(register)
    stranger = officer("prosecutor", "PR-BEN")
    answers = []
    for number in (held.number, "N-1"):
        with pytest.raises(NotFound) as caught:
            look(register, stranger, number, DUTY, NOW)
        answers.append(caught.value.faults)
    assert answers[0] == answers[1]
    assert trail(register.db)[-2:] == ["cases.read_denied"] * 2
    told = who_looked_at_case(register, SUPERVISOR, held.number, NOW).items
    assert [(t.kind, t.account.id, t.found) for t in told] == [("denied", stranger.id, 0)]


def test_the_supervisor_sees_who_looked_at_a_case_and_at_a_person(register: Service) -> None:
    held = at_prosecution(register)
    other = opened(register)
    look(register, PROSECUTOR, held.number, DUTY, NOW)
    look(register, STATION_OFFICER, held.number, Purpose("related_case", WORDS), NOW + timedelta(minutes=1))
    look(register, STATION_OFFICER, other.number, DUTY, NOW)
    record(register, PROSECUTOR, PERSON["national_number"], DUTY, NOW)
    by_case = who_looked_at_case(register, SUPERVISOR, held.number, NOW).items
    assert [(t.account.id, t.purpose, t.words, t.own_part) for t in by_case] == [
        (STATION_OFFICER.id, "related_case", WORDS, True),
        (PROSECUTOR.id, "duty", "", True),
    ]
    by_person = who_looked_at_person(register, SUPERVISOR, PERSON["national_number"], NOW).items
    assert sorted(t.kind for t in by_person) == ["read", "read", "record"]
    for nobody in (PROSECUTOR, officer("attorney_general", "AG-TIP")):
        with pytest.raises(NotAllowed):
            who_looked_at_case(register, nobody, held.number, NOW)
        with pytest.raises(NotAllowed):
            who_looked_at_person(register, nobody, PERSON["national_number"], NOW)
    with pytest.raises(NotFound):
        who_looked_at_case(register, SUPERVISOR, "N-1", NOW)


def test_the_file_of_a_child_is_sealed_by_itself_until_the_chief_assigns_it(register: Service) -> None:
    held = opened(register, accused_birth_date="2010-01-12")  # sixteen years, less two days, on the day of the act
    assert held.sealed
    with pytest.raises(NotFound):
        look(register, STATION_OFFICER, held.number, DUTY, NOW)
    assert look(register, STATION_CHIEF, held.number, DUTY, NOW).file.sealed
    grown = opened(register, accused_birth_date="2008-01-10")  # eighteen on the day of the act
    assert not grown.sealed
    assert look(register, STATION_OFFICER, grown.number, DUTY, NOW).file.number == grown.number


def test_a_secret_file_is_the_chiefs_and_the_assigned_prosecutors(register: Service) -> None:
    held = at_prosecution(register)
    secret = Move("classify", {"classification": "secret", "note": "أمن الدولة"}, happened_on=TODAY)
    act(register, CHIEF_PROSECUTOR, held.number, secret, NOW)
    for reader in (PROSECUTOR, STATION_OFFICER, STATION_CHIEF):
        with pytest.raises(NotFound):
            look(register, reader, held.number, DUTY, NOW)
    assert look(register, CHIEF_PROSECUTOR, held.number, DUTY, NOW).file.classification == "secret"


def test_who_looked_goes_on_page_by_page(register: Service) -> None:
    held = opened(register)
    for _ in range(5):
        look(register, STATION_OFFICER, held.number, DUTY, NOW)
    whole = who_looked_at_case(register, SUPERVISOR, held.number, NOW)
    first = who_looked_at_case(register, SUPERVISOR, held.number, NOW, limit=3)
    second = who_looked_at_case(register, SUPERVISOR, held.number, NOW, limit=3, after=first.after)
    assert (len(first.items), len(second.items), second.after) == (3, 2, None)
    assert first.items + second.items == whole.items
    with pytest.raises(Invalid, match="goes on from here"):
        who_looked_at_case(register, SUPERVISOR, held.number, NOW, after="yesterday")
