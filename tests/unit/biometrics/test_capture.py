"""Fingerprints: quality, count, missing fingers, a second officer for few; portraits taken in spite of a warning."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.biometrics.capture import CaptureRecord, capture_faults
from issuance.biometrics.public import (
    AcceptedPortrait,
    accept_portrait,
    accepted_portrait,
    capture_of,
    confirm_capture,
    fingers_required,
    read_record,
    record_capture,
)
from issuance.core.uow import unit_of_work
from issuance.people.public import BirthDate
from issuance.service import Service
from specs.errors import Conflict, Invalid, NotAllowed
from specs.load import load
from tests.service import NOW, found, trail
from tests.unit.biometrics.test_search import CLERK, ELSEWHERE, FIRST, SECOND

RULES = load().passport.editions["2026"].fingerprints
CODES = tuple(range(1, 11))


def record(**changed: dict[str, Any]) -> CaptureRecord:
    """Ten good prints; `f3={...}` replaces what is said of finger 3."""
    fingers = [{"code": code, "score": 62, "attempts": 1} | changed.get(f"f{code}", {}) for code in CODES]
    return read_record({"device": "maker model 0001", "fingers": fingers})


AWAY = replace(CLERK, id="away", office="PSEB")


def missing(*codes: int, reason: str = "amputation") -> dict[str, dict[str, Any]]:
    return {f"f{code}": {"score": None, "missing": reason} for code in codes}


def test_ten_good_prints_are_complete_and_the_newest_capture_counts(desk: Service) -> None:
    first = record_capture(desk, CLERK, "c-1", record(), NOW)
    assert (first.state, first.present, first.approval) == ("complete", 10, None)
    later = record_capture(desk, CLERK, "c-1", record(**missing(2)), NOW + timedelta(minutes=5))
    with desk.db.reading() as read:
        assert capture_of(read, "c-1", "PTIP") == later
        assert capture_of(read, "c-none", "PTIP") is None
    assert later.present == 9


def test_no_capture_at_another_office_takes_the_place_of_the_one_where_it_was_enrolled(
    desk: Service,
) -> None:
    own = record_capture(desk, CLERK, "o-1", record(), NOW)
    record_capture(desk, AWAY, "o-1", record(**missing(2, 3)), NOW + timedelta(minutes=5))
    with desk.db.reading() as read:
        assert capture_of(read, "o-1", "PTIP") == own


def test_a_poor_print_is_taken_again_and_after_the_last_attempt_kept_and_marked(desk: Service) -> None:
    with pytest.raises(Invalid) as again:
        record_capture(desk, CLERK, "q-1", record(f2={"score": 39}, f1={"score": 44}), NOW)
    assert [fault.code for fault in again.value.faults] == ["biometrics.capture.again"] * 2
    assert "44 < 45" in again.value.faults[0].en and "39 < 40" in again.value.faults[1].en
    kept = record_capture(desk, CLERK, "q-1", record(f2={"score": 39, "attempts": 3}), NOW)
    assert [finger.code for finger in kept.fingers if finger.low] == [2]


def test_every_fault_of_a_record_is_named_at_once(desk: Service) -> None:
    wrong = record(f2={"score": None}, f3={"score": 50, "missing": "worn"}, f4={"attempts": 4}, f5={"score": 101})
    with pytest.raises(Invalid) as error:
        record_capture(desk, CLERK, "w-1", wrong, NOW)
    kinds = {code.removeprefix("biometrics.capture.") for _, code in found(error.value)}
    assert kinds == {"reason", "score", "attempts"}
    with pytest.raises(Invalid, match="fingers"):
        record_capture(desk, CLERK, "w-1", record(f2={"code": 3}), NOW)


def test_fewer_fingers_than_the_least_wait_for_another_officer(desk: Service) -> None:
    few = record(**missing(1, 2, 3, 4, 5, 6, 7))  # three of ten, four are the least
    taken = record_capture(desk, FIRST, "f-1", few, NOW)
    assert (taken.state, taken.present) == ("awaiting", 3)
    assert taken.approval is not None
    for other in (FIRST, CLERK, ELSEWHERE):
        with pytest.raises(NotAllowed):
            confirm_capture(desk, other, taken.approval, True, "seen", NOW)
    assert confirm_capture(desk, SECOND, taken.approval, True, "both hands seen", NOW).state == "complete"
    with pytest.raises(Conflict):
        confirm_capture(desk, SECOND, taken.approval, False, "no", NOW)
    again = record_capture(desk, FIRST, "f-2", few, NOW)
    assert again.approval is not None
    assert confirm_capture(desk, SECOND, again.approval, False, "six fingers are there", NOW).state == "refused"
    assert trail(desk.db)[-1] == "biometrics.capture_confirmed"


def test_fingerprints_are_taken_from_the_twelfth_birthday_on() -> None:
    day = date(2026, 11, 22)
    assert fingers_required(BirthDate(2014, 11, 22), day, RULES)
    assert not fingers_required(BirthDate(2014, 11, 23), day, RULES)
    assert not fingers_required(BirthDate(2014, 0, 0), day, RULES)  # the lesser age where the day leaves a doubt
    assert fingers_required(BirthDate(0, 0, 0), day, RULES)


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "code": st.integers(-1, 12),
                "score": st.none() | st.integers(-5, 120),
                "attempts": st.integers(-1, 5),
                "missing": st.sampled_from([None, "amputation", "worn", "lazy"]),
            }
        ),
        max_size=10,
    )
)
def test_a_record_without_fault_says_of_each_finger_one_thing(fingers: list[dict[str, Any]]) -> None:
    held = read_record({"device": "d", "fingers": fingers})
    if not list(capture_faults(held, RULES)):
        assert sorted(finger.code for finger in held.fingers) == list(CODES)
        for finger in held.fingers:
            assert (finger.score is None) != (finger.missing is None)
            low = finger.score is not None and finger.score < (45 if finger.code in (1, 6) else 40)
            assert not low or finger.attempts == 3


def test_a_record_has_no_place_for_a_picture_of_a_finger() -> None:
    with pytest.raises(Invalid, match="unknown"):
        read_record({"device": "d", "fingers": [{"code": 2, "score": 60, "image": "AAAA"}]})


def test_a_portrait_with_a_warning_is_taken_only_with_words_that_are_kept(desk: Service) -> None:
    coarse = ("passports.portrait.coarse",)
    with pytest.raises(Invalid) as silent, unit_of_work(desk.db, CLERK, "a portrait", NOW) as tx:
        accept_portrait(tx, "p-1", "ab" * 32, coarse, " ")
    assert found(silent.value) == {("words", "biometrics.portrait.words")}
    with unit_of_work(desk.db, CLERK, "a portrait", NOW) as tx:
        accept_portrait(tx, "p-1", "ab" * 32, coarse, "the mission has no better camera ")
    with desk.db.reading() as read:
        taken = accepted_portrait(read, "p-1")
        assert accepted_portrait(read, "p-2") is None
    assert taken == AcceptedPortrait("p-1", "ab" * 32, coarse, "the mission has no better camera", CLERK.id, NOW)
