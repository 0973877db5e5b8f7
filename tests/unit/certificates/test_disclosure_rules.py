"""What a certificate shows, rule by rule. Expected values come from LIBYA.md section 4, not from the code."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from issuance.cases.facts import EffectFacts, RulingFacts
from issuance.certificates.rules import disclose, why_left_out
from issuance.people.birth_date import BirthDate
from specs.load import load

ON = date(2026, 11, 22)
BORN = BirthDate.parse("1980-01-01")
RULE = load().certificate_disclosure
FELONY = RulingFacts(
    id="r1",
    case_number="2015/123",
    court_arabic="محكمة جنايات طرابلس",
    court_english="Tripoli Felony Court",
    kind="felony",
    presence="in_presence",
    verdict="conviction",
    ruled_on=date(2015, 3, 1),
    final_on=date(2015, 6, 1),
    committed_on=date(2014, 12, 1),
    offence_arabic="سرقة",
    offence_english="Theft",
    penalty_arabic="السجن ثلاث سنوات",
    penalty_english="Imprisonment, three years",
    foreign_judgment=False,
    effects=(),
)


def effect(kind: str, on: date = date(2020, 1, 1), revoked: date | None = None) -> EffectFacts:
    return EffectFacts(kind, on, "Law 35/2012", revoked)


def test_a_person_without_rulings_is_clear() -> None:
    assert disclose((), BORN, RULE, ON).outcome == "clear"


def test_a_final_conviction_is_shown() -> None:
    result = disclose((FELONY,), BORN, RULE, ON)
    assert result.outcome == "entries"
    assert result.shown == (FELONY,)
    assert result.left_out == ()
    assert result.rule_version == "2026-2"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"verdict": "acquittal"}, "acquittal"),
        ({"final_on": None}, "not_final"),
        ({"final_on": None, "presence": "in_absentia"}, "not_final"),
        ({"final_on": ON + timedelta(days=1)}, "not_final"),
        ({"kind": "contravention"}, "contravention"),
        ({"foreign_judgment": True}, "foreign"),
        ({"committed_on": date(1997, 12, 31)}, "child"),
        ({"ruled_on": ON + timedelta(days=1), "final_on": None}, "later"),
        ({"effects": (effect("amnesty"),)}, "amnesty"),
        ({"effects": (effect("rehabilitation"),)}, "rehabilitation"),
        ({"effects": (effect("decriminalisation"),)}, "decriminalisation"),
        ({"effects": (effect("quashing"),)}, "quashing"),
    ],
)
def test_what_the_law_keeps_off_the_certificate_is_left_out_with_its_reason(
    change: dict[str, object], reason: str
) -> None:
    ruling = replace(FELONY, **change)  # type: ignore[arg-type]
    result = disclose((ruling,), BORN, RULE, ON)
    assert result.outcome == "clear"
    assert [(e.ruling, e.reason) for e in result.left_out] == [(ruling, reason)]
    assert reason in RULE.left_out_reasons.entries


@pytest.mark.parametrize("kind", ["pardon", "suspension"])
def test_a_pardon_or_suspension_ends_the_penalty_and_leaves_the_conviction(kind: str) -> None:
    assert why_left_out(replace(FELONY, effects=(effect(kind),)), BORN, RULE, ON) is None


def test_a_revoked_amnesty_shows_the_conviction_again() -> None:
    amnestied = replace(FELONY, effects=(effect("amnesty", date(2012, 5, 2), revoked=date(2016, 1, 1)),))
    assert why_left_out(amnestied, BORN, RULE, date(2015, 12, 31)) == "amnesty"
    assert why_left_out(amnestied, BORN, RULE, date(2016, 1, 1)) is None


def test_an_offence_at_eighteen_is_an_adults() -> None:
    assert why_left_out(replace(FELONY, committed_on=date(1998, 1, 1)), BORN, RULE, ON) is None


_effects = st.builds(
    EffectFacts,
    kind=st.sampled_from(["amnesty", "pardon", "suspension", "rehabilitation", "decriminalisation", "quashing"]),
    effective_on=st.dates(date(2000, 1, 1), date(2030, 1, 1)),
    legal_basis=st.just("basis"),
    revoked_on=st.none() | st.dates(date(2000, 1, 1), date(2030, 1, 1)),
)
_rulings = st.builds(
    RulingFacts,
    id=st.text(max_size=4),
    case_number=st.just("1/2020"),
    court_arabic=st.just("محكمة"),
    court_english=st.just("Court"),
    kind=st.sampled_from(["felony", "misdemeanour", "contravention"]),
    presence=st.sampled_from(["in_presence", "in_absentia", "deemed_in_presence"]),
    verdict=st.sampled_from(["conviction", "acquittal"]),
    ruled_on=st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    final_on=st.none() | st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    committed_on=st.dates(date(1990, 1, 1), date(2030, 1, 1)),
    offence_arabic=st.just("جرم"),
    offence_english=st.just("Offence"),
    penalty_arabic=st.just("حبس"),
    penalty_english=st.just("Detention"),
    foreign_judgment=st.booleans(),
    effects=st.lists(_effects, max_size=3).map(tuple),
)


@given(rulings=st.lists(_rulings, max_size=6), on=st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_every_ruling_is_shown_or_left_out_with_a_worded_reason(rulings: list[RulingFacts], on: date) -> None:
    result = disclose(rulings, BORN, RULE, on)
    assert len(result.shown) + len(result.left_out) == len(rulings)
    assert all(e.reason in RULE.left_out_reasons.entries for e in result.left_out)
    assert all(r.verdict == "conviction" and r.final_on is not None and r.final_on <= on for r in result.shown)


@given(rulings=st.lists(_rulings, max_size=6), on=st.dates(date(1990, 1, 1), date(2030, 1, 1)))
def test_adding_an_amnesty_never_adds_an_entry(rulings: list[RulingFacts], on: date) -> None:
    before = disclose(rulings, BORN, RULE, on).shown
    amnestied = [replace(r, effects=(*r.effects, effect("amnesty", date(2010, 1, 1)))) for r in rulings]
    after = disclose(amnestied, BORN, RULE, on).shown
    assert {r.case_number + r.id for r in after} <= {r.case_number + r.id for r in before}
    assert len(after) <= len(before)
