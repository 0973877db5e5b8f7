"""What an officer is told of a record that changed under a decision. Each thing the digest counts has words."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from issuance.cases.facts import EffectFacts, RulingFacts
from issuance.certificates.changes import changes
from issuance.certificates.compile import Compiled
from issuance.certificates.rules import Question
from issuance.people.birth_date import BirthDate
from specs.load import load

EFFECTS = load().cases_register.effects.entries
DAY = date(2020, 1, 1)
ONE = RulingFacts(
    id="r1",
    case_number="2015/123",
    court_arabic="محكمة طرابلس",
    court_english="Tripoli",
    kind="misdemeanour",
    presence="present",
    verdict="conviction",
    ruled_on=DAY,
    final_on=None,
    committed_on=DAY,
    offence_arabic="سرقة",
    offence_english="Theft",
    penalty_arabic="حبس",
    penalty_english="Prison",
    foreign_judgment=False,
    recidivist=False,
    penalty_ended_on=None,
    effects=(),
)
HELD = Compiled("p1", BirthDate.parse("1990-05-17"), Question("person", "employment", DAY), "2026-2", (ONE,), 0)


def english(after: Compiled, before: Compiled = HELD) -> list[str]:
    return [en for _, en in changes(before, after, EFFECTS)]


def test_a_ruling_that_came_or_went_is_named_by_its_case_and_date() -> None:
    two = replace(ONE, id="r2", case_number="2016/1")
    assert english(replace(HELD, rulings=(ONE, two))) == ["a new ruling: case 2016/1 of 2020-01-01"]
    assert english(replace(HELD, rulings=())) == ["no longer the person's: case 2015/123 of 2020-01-01"]


def test_an_effect_that_came_was_revoked_or_went_is_named() -> None:
    amnesty = EffectFacts("amnesty", date(2021, 2, 3), "Law 6/2015", None)
    with_it = replace(HELD, rulings=(replace(ONE, effects=(amnesty,)),))
    revoked = replace(HELD, rulings=(replace(ONE, effects=(replace(amnesty, revoked_on=date(2022, 1, 1)),)),))
    case = "case 2015/123 of 2020-01-01"
    assert english(with_it) == [f"{case}: a new effect, “General amnesty”, from 2021-02-03"]
    assert english(revoked, with_it) == [f"{case}: “General amnesty” revoked from 2022-01-01"]
    assert english(HELD, with_it) == [f"{case}: “General amnesty” was taken out"]


OTHERS = {bool: lambda v: not v, str: lambda v: v + "x", tuple: lambda v: (EffectFacts("pardon", DAY, "x", None),)}


@given(st.sampled_from([f.name for f in fields(RulingFacts) if f.name != "id"]))
def test_whatever_changes_in_a_ruling_there_are_words_in_both_languages(name: str) -> None:
    value = getattr(ONE, name)
    other = OTHERS.get(type(value), lambda _: date(2021, 1, 1))(value)  # type: ignore[no-untyped-call]
    told = changes(HELD, replace(HELD, rulings=(replace(ONE, **{name: other}),)), EFFECTS)
    assert told
    assert all(any("\u0621" <= sign <= "\u064a" for sign in ar) and en for ar, en in told)


def test_what_stands_beside_the_rulings_has_words_too_and_an_equal_record_none() -> None:
    assert english(HELD) == []
    others = (
        replace(HELD, namesakes=2),
        replace(HELD, born=BirthDate.parse("1990-05-18")),
        replace(HELD, rule_version="2026-9"),
        replace(HELD, passport_differs=True),
        replace(HELD, by_law={"r1": date(2026, 1, 1)}),
    )
    assert [len(english(one)) for one in others] == [1, 1, 1, 1, 1]
    assert all(one.digest() != HELD.digest() for one in others)
