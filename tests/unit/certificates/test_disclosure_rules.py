"""What a certificate shows, rule by rule. Expected values come from LIBYA.md section 4, not from the code.

What holds of any record stands in `tests/properties/test_certificates_rules.py`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from issuance.cases.facts import EffectFacts, RulingFacts
from issuance.certificates.rules import Question, disclose, why_left_out
from issuance.people.birth_date import BirthDate
from specs.load import load
from specs.schema.disclosure import Level

ON = date(2026, 11, 22)
BORN = BirthDate.parse("1980-01-01")
WORDS = load().certificate_disclosure
RULE = WORDS.version("2026-2")


def at(on: date = ON, level: Level = "person", purpose: str = "employment") -> Question:
    return Question(level, purpose, on)


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
    recidivist=False,
    penalty_ended_on=None,
    effects=(),
)


def effect(kind: str, on: date = date(2020, 1, 1), revoked: date | None = None) -> EffectFacts:
    return EffectFacts(kind, on, "Law 35/2012", revoked)


def test_a_person_without_rulings_is_clear() -> None:
    assert disclose((), BORN, RULE, at()).outcome == "clear"


def test_a_final_conviction_is_shown() -> None:
    result = disclose((FELONY,), BORN, RULE, at())
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
    result = disclose((ruling,), BORN, RULE, at())
    assert result.outcome == "clear"
    assert [(e.ruling, e.reason) for e in result.left_out] == [(ruling, reason)]
    assert reason in WORDS.left_out_reasons.entries


@pytest.mark.parametrize("kind", ["pardon", "suspension"])
def test_a_pardon_or_suspension_ends_the_penalty_and_leaves_the_conviction(kind: str) -> None:
    assert why_left_out(replace(FELONY, effects=(effect(kind),)), BORN, RULE, at()) is None


def test_a_revoked_amnesty_shows_the_conviction_again() -> None:
    amnestied = replace(FELONY, effects=(effect("amnesty", date(2012, 5, 2), revoked=date(2016, 1, 1)),))
    assert why_left_out(amnestied, BORN, RULE, at(date(2015, 12, 31))) == "amnesty"
    assert why_left_out(amnestied, BORN, RULE, at(date(2016, 1, 1))) is None


def test_an_offence_at_eighteen_is_an_adults() -> None:
    assert why_left_out(replace(FELONY, committed_on=date(1998, 1, 1)), BORN, RULE, at()) is None


HIDDEN = {
    "rehabilitation": replace(FELONY, effects=(effect("rehabilitation"),)),
    "suspension_kept": replace(FELONY, effects=(effect("suspension_kept"),)),
    "foreign": replace(FELONY, foreign_judgment=True),
    "child": replace(FELONY, committed_on=date(1997, 12, 31)),
    "contravention": replace(FELONY, kind="contravention"),
    "amnesty": replace(FELONY, effects=(effect("amnesty"),)),
    "quashing": replace(FELONY, effects=(effect("quashing"),)),
    "decriminalisation": replace(FELONY, effects=(effect("decriminalisation"),)),
    "not_final": replace(FELONY, final_on=None, presence="in_absentia"),
    "acquittal": replace(FELONY, verdict="acquittal"),
}


@pytest.mark.parametrize(
    ("level", "seen"),
    [
        ("court", {"rehabilitation", "suspension_kept", "foreign", "child", "contravention"}),
        ("authority", set()),
        ("person", set()),
        ("public", set()),
    ],
)
def test_a_judge_sees_more_and_nobody_sees_what_was_struck_off_or_is_not_final(level: Level, seen: set[str]) -> None:
    shown = {why for why, ruling in HIDDEN.items() if disclose((ruling,), BORN, RULE, at(level=level)).shown}
    assert shown == seen


def test_the_public_check_learns_the_outcome_and_no_ruling() -> None:
    result = disclose((FELONY,), BORN, RULE, at(level="public"))
    assert (result.outcome, result.shown) == ("entries", ())
    assert [e.reason for e in result.left_out] == ["level"]


def test_a_law_may_name_a_purpose_for_which_rehabilitation_hides_nothing() -> None:
    levels = RULE.levels | {
        "authority": RULE.levels["authority"].model_copy(update={"despite": {"candidacy": ["rehabilitation"]}})
    }
    changed = RULE.model_copy(update={"levels": levels})
    for purpose, outcome in (("candidacy", "entries"), ("employment", "clear")):
        asked = at(level="authority", purpose=purpose)
        assert disclose((HIDDEN["rehabilitation"],), BORN, changed, asked).outcome == outcome


@pytest.mark.parametrize(
    ("committed", "doubts"),
    [
        (date(2012, 5, 1), ("matched",)),
        (date(2012, 5, 2), ("matched", "amnesty_revocable")),
        (date(2017, 5, 1), ("matched", "amnesty_revocable")),
        (date(2017, 5, 2), ("matched",)),
    ],
)
def test_a_conviction_of_an_offence_within_five_years_of_an_amnesty_is_looked_at_by_an_officer(
    committed: date, doubts: tuple[str, ...]
) -> None:
    """Law 35/2012 Art 3."""
    old = replace(FELONY, committed_on=date(2010, 1, 1), effects=(effect("amnesty", date(2012, 5, 2)),))
    new = replace(FELONY, id="r2", committed_on=committed, ruled_on=date(2018, 1, 1), final_on=date(2018, 3, 1))
    assert disclose((old, new), BORN, RULE, at()).doubts == doubts
