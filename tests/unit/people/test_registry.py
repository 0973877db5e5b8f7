"""When a record of the civil registry is good for a document, and when a second officer looks. LIBYA 1.3 [S23-S27]."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.people.public import ArabicName, BirthDate, LatinName, RegistryRecord, Transfer, provenance, state_fault
from specs.load import load
from tests.service import TODAY, assert_complete

RULES = load().passport.registry
TRANSFER = RULES.recent_transfer[-1].days
LATE = RULES.late_registration[-1].days
LIVE = RegistryRecord(
    national_number="119909000012",
    state="live",
    sex="M",
    birth_date=BirthDate.parse("1990-05-17"),
    arabic=ArabicName("سالم", "علي", "محمد", "المبروك"),
    latin=LatinName("ALMABROUK", "SALEM ALI MOHAMED"),
    mother_arabic="فاطمة حسن",
    birth_place_arabic="طرابلس",
    birth_place_latin="TRIPOLI",
    nationality="LBY",
    synthetic=True,
    family_record="F-1001",
    registered_on=date(1990, 6, 1),
    registered_late=False,
    transfers=(),
    under_review=None,
    father=None,
    mother=None,
    guardian=None,
    as_of=datetime(2026, 11, 22, 9, tzinfo=UTC),
)


def kinds(record: RegistryRecord, today: date = TODAY, watched: str | None = None) -> list[str]:
    return [reason.kind for reason in provenance(record, RULES, today, watched)]


def moved(on: date) -> RegistryRecord:
    return replace(LIVE, transfers=(Transfer("Ubari", "Hun", on),))


def test_a_record_that_stood_where_it_is_since_birth_is_held_by_nothing() -> None:
    assert kinds(LIVE) == []
    assert state_fault(LIVE, RULES) is None


@given(st.integers(0, 20_000))
def test_a_transferred_family_record_holds_for_its_period_and_not_a_day_longer_s23(days: int) -> None:
    assert kinds(moved(TODAY - timedelta(days=days))) == (["recent_transfer"] if days <= TRANSFER else [])


def test_of_several_transfers_the_latest_counts_s23() -> None:
    old, new = TODAY - timedelta(days=9000), TODAY - timedelta(days=30)
    for transfers in ((old, new), (new, old)):
        (reason,) = provenance(replace(LIVE, transfers=tuple(Transfer("a", "b", on) for on in transfers)), RULES, TODAY)
        assert (reason.on, reason.until) == (new, new + timedelta(days=TRANSFER))
        assert not reason.blocks


@given(st.integers(0, 20_000))
def test_a_late_registration_holds_for_its_period_and_not_a_day_longer_s27(days: int) -> None:
    late = replace(LIVE, registered_late=True, registered_on=TODAY - timedelta(days=days))
    assert kinds(late) == (["late_registration"] if days <= LATE else [])
    assert kinds(replace(late, registered_late=False)) == []


def test_under_review_blocks_and_calls_nobody_guilty_s25_s26() -> None:
    (reason,) = provenance(replace(LIVE, under_review="REV/2026/17"), RULES, TODAY)
    assert (reason.kind, reason.blocks, reason.reference) == ("under_review", True, "REV/2026/17")
    for word in ("forg", "fraud", "crim", "guilt", "suspect", "illegal"):
        assert word not in reason.en.lower()
    for word in ("تزوير", "مزور", "جريمة", "مذنب", "متهم", "مشتبه", "احتيال"):
        assert word not in reason.ar
    assert "appeal" in reason.en
    assert "يتظلم" in reason.ar


def test_a_watched_family_record_goes_to_a_second_officer_with_its_case_s24() -> None:
    (reason,) = provenance(LIVE, RULES, TODAY, "PP/SRT/2024/598")
    assert (reason.kind, reason.blocks, reason.reference) == ("watched_family_record", False, "PP/SRT/2024/598")


def test_every_reason_is_told_not_the_first_alone() -> None:
    record = replace(moved(TODAY), registered_late=True, registered_on=TODAY, under_review="R1")
    assert kinds(record, watched="C1") == [
        "recent_transfer",
        "late_registration",
        "under_review",
        "watched_family_record",
    ]


def test_before_its_first_day_a_period_holds_nothing() -> None:
    before = RULES.recent_transfer[0].valid_from - timedelta(days=1)
    assert kinds(moved(before), before) == []


@given(st.dates(), st.dates())
def test_no_date_of_a_registry_is_too_strange_to_judge(on: date, today: date) -> None:
    record = replace(moved(on), registered_late=True, registered_on=on)
    for reason in provenance(record, RULES, today):
        assert reason.until is not None
        assert today <= reason.until


@pytest.mark.parametrize("state", ["deceased", "nationality_withdrawn", "number_withdrawn", "unregistered"])
def test_only_a_live_record_is_good_for_a_document(state: str) -> None:
    fault = state_fault(replace(LIVE, state=state), RULES)  # type: ignore[arg-type]
    assert fault is not None
    assert_complete(fault)
    assert fault.code == f"people.registry.{state}"
