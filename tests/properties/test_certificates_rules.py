"""What any certificate may show of any record, held against the law as LIBYA.md section 4 tells it.

Dates crowd about the days on which something begins or ends, where a rule errs.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.cases.facts import EffectFacts, RulingFacts
from issuance.certificates.compile import Compiled, of_text
from issuance.certificates.rules import Question, disclose
from issuance.people.birth_date import BirthDate
from specs.load import load
from specs.schema.disclosure import Disclosure, Level
from tests.properties.law import on_the_register, told_to_the_person

pytestmark = pytest.mark.heavy

WORDS = load().certificate_disclosure
RULE = WORDS.version("2026-2")
LEVELS: tuple[Level, ...] = ("public", "person", "authority", "court")
BORN = BirthDate.parse("1996-02-29")
ADULT = date(2014, 3, 1)  # the first day of who was born on 29 February 1996 and has ended eighteen years
DAYS = [ADULT + timedelta(days=n) for n in (-400, -1, 0, 1, 30, 31, 365, 1826, 1827, 2192, 4384)]
_day = st.sampled_from(DAYS)


def kept(ruling: RulingFacts, on: date) -> bool:
    return on_the_register(ruling, ruling.effects, on)


def own(ruling: RulingFacts, on: date) -> bool:
    return told_to_the_person(ruling, ruling.effects, ADULT, on)


TOLD = {"public": own, "person": own, "authority": own, "court": kept}
EFFECTS = st.builds(
    EffectFacts,
    kind=st.sampled_from([*load().cases_register.effects.entries]),
    effective_on=_day,
    legal_basis=st.just("Law 35/2012"),
    revoked_on=st.none() | _day,
)
RULINGS = st.lists(
    st.builds(
        RulingFacts,
        id=st.uuids().map(str),
        case_number=st.just("1/2020"),
        court_arabic=st.just("محكمة"),
        court_english=st.just("Court"),
        kind=st.sampled_from(["felony", "felony", "misdemeanour", "misdemeanour", "contravention"]),
        presence=st.sampled_from(["in_presence", "in_absentia", "deemed_in_presence"]),
        verdict=st.sampled_from(["conviction", "conviction", "conviction", "acquittal"]),
        ruled_on=_day,
        final_on=st.none() | _day,
        committed_on=_day,
        offence_arabic=st.just("جرم"),
        offence_english=st.just("Offence"),
        penalty_arabic=st.just("حبس"),
        penalty_english=st.just("Detention"),
        foreign_judgment=st.sampled_from([False, False, True]),
        recidivist=st.booleans(),
        penalty_ended_on=st.none() | _day,
        effects=st.lists(EFFECTS, max_size=3).map(tuple),
    ),
    max_size=5,
    unique_by=lambda one: one.id,
)
quick = settings(max_examples=100, deadline=None)


def shown(rulings: list[RulingFacts], on: date, level: Level = "person") -> set[str]:
    return {one.id for one in disclose(rulings, BORN, RULE, Question(level, "employment", on)).shown}


@quick
@given(RULINGS, _day)
def test_each_level_sees_exactly_what_the_law_lets_it_see(rulings: list[RulingFacts], on: date) -> None:
    wanted = {level: {one.id for one in rulings if TOLD[level](one, on)} for level in LEVELS}
    for level in ("person", "authority", "court"):
        assert shown(rulings, on, level) == wanted[level]
    assert shown(rulings, on, "public") == set()
    for level in LEVELS:
        told = disclose(rulings, BORN, RULE, Question(level, "employment", on))
        assert told.outcome == ("entries" if wanted[level] else "clear")


@quick
@given(RULINGS, _day)
def test_every_level_sees_what_the_one_before_it_sees_and_hides_nothing_without_a_reason(
    rulings: list[RulingFacts], on: date
) -> None:
    seen = [shown(rulings, on, level) for level in LEVELS]
    assert all(less <= more for less, more in pairwise(seen))
    for level in LEVELS:
        told = disclose(rulings, BORN, RULE, Question(level, "employment", on))
        assert sorted([*(r.id for r in told.shown), *(e.ruling.id for e in told.left_out)]) == sorted(
            r.id for r in rulings
        )
        assert all(e.reason in WORDS.left_out_reasons.entries for e in told.left_out)


@quick
@given(RULINGS, _day, st.sampled_from(LEVELS))
def test_a_pending_or_in_absentia_ruling_that_is_not_final_is_shown_to_nobody(
    rulings: list[RulingFacts], on: date, level: Level
) -> None:
    pending = [replace(one, final_on=None) for one in rulings]
    late = [replace(one, final_on=on + timedelta(days=1)) for one in rulings]
    for held in (pending, late):
        told = disclose(held, BORN, RULE, Question(level, "employment", on))
        assert (told.outcome, told.shown) == ("clear", ())


@quick
@given(RULINGS, _day, _day, st.none() | _day, st.sampled_from(LEVELS), st.integers(0, 4))
def test_adding_an_amnesty_never_adds_an_entry(
    rulings: list[RulingFacts], on: date, since: date, revoked: date | None, level: Level, which: int
) -> None:
    """To all, or to one alone (Penal Code Art 106: only the amnestied one of several), in force, to come or revoked."""
    amnesty = EffectFacts("amnesty", since, "Law 6/2015", revoked)
    for reached in (range(len(rulings)), {which}):
        after = [replace(r, effects=(*r.effects, amnesty)) if n in reached else r for n, r in enumerate(rulings)]
        assert shown(after, on, level) <= shown(rulings, on, level)
        asked = Question(level, "employment", on)
        if disclose(rulings, BORN, RULE, asked).outcome == "clear":
            assert disclose(after, BORN, RULE, asked).outcome == "clear"
        if amnesty.effective_on <= on and (revoked is None or revoked > on):
            assert not shown(after, on, level) & {r.id for n, r in enumerate(after) if n in reached}


@quick
@given(RULINGS, _day, st.sampled_from(["rehabilitation", "suspension_kept", "decriminalisation", "quashing"]))
def test_no_effect_that_favours_the_person_adds_an_entry_and_its_revocation_only_gives_back_what_stood_before(
    rulings: list[RulingFacts], on: date, kind: str
) -> None:
    for level in LEVELS:
        granted = [replace(r, effects=(*r.effects, EffectFacts(kind, on, "basis", None))) for r in rulings]
        taken = [replace(r, effects=(*r.effects, EffectFacts(kind, on, "basis", on))) for r in rulings]
        assert shown(granted, on, level) <= shown(rulings, on, level) == shown(taken, on, level)


@quick
@given(RULINGS, _day)
def test_a_pardon_or_a_suspension_under_way_changes_nothing_that_is_shown(rulings: list[RulingFacts], on: date) -> None:
    """Both end or stay the penalty (Penal Code Arts 112-134), neither the conviction."""
    for kind in ("pardon", "suspension"):
        after = [replace(r, effects=(*r.effects, EffectFacts(kind, on, "basis", None))) for r in rulings]
        for level in LEVELS:
            assert shown(after, on, level) == shown(rulings, on, level)


@quick
@given(RULINGS, _day, st.sampled_from(LEVELS), st.permutations(range(5)))
def test_the_order_in_which_facts_are_held_decides_nothing(
    rulings: list[RulingFacts], on: date, level: Level, order: list[int]
) -> None:
    mixed = [rulings[n] for n in order if n < len(rulings)]
    turned = [replace(r, effects=tuple(reversed(r.effects))) for r in mixed]
    assert shown(turned, on, level) == shown(rulings, on, level)


@quick
@given(RULINGS, _day, st.sampled_from(LEVELS), st.booleans())
def test_a_certificate_computes_to_the_same_from_its_text_whatever_rules_came_after(
    rulings: list[RulingFacts], on: date, level: Level, harsh: bool
) -> None:
    asked = Question(level, "employment", on)
    held = Compiled("p1", BORN, asked, RULE.rule_version, tuple(rulings), 0, {r.id: on for r in rulings[:1]})
    again = of_text(held.text())
    assert again == held
    assert (again.text(), again.digest()) == (held.text(), held.digest())
    later = amended(harsh=harsh)
    assert again.disclosed(later) == held.disclosed(WORDS) == disclose(rulings, BORN, RULE, asked)
    assert again.doubts(later) == held.doubts(WORDS)


def amended(*, harsh: bool) -> Disclosure:
    """The specification after a reform: a level sees everything that is a final conviction, or nothing at all."""
    kinds = ["felony", "misdemeanour", "contravention"] if harsh else ["felony"]
    removed = [] if harsh else [*load().cases_register.effects.entries]
    levels = {
        name: one.model_copy(update={"kinds": kinds, "removed_by": removed, "children": harsh, "foreign": harsh})
        for name, one in RULE.levels.items()
    }
    new = RULE.model_copy(update={"rule_version": "2027-1", "effective_from": date(2027, 1, 1), "levels": levels})
    return WORDS.model_copy(update={"versions": [*WORDS.versions, new]})


@pytest.mark.parametrize(("born", "shows"), [("1996-02-29", True), ("1996-03-01", True), ("1996-03-02", False)])
@pytest.mark.parametrize("level", ["person", "authority"])
def test_the_day_one_ends_eighteen_years_is_the_first_of_an_adult(born: str, shows: bool, level: Level) -> None:
    """Penal Code Arts 80, 81: below eighteen; who was born on 29 February has ended the year on 28 February."""
    ruling = RulingFacts(
        "r", "1/2015", "محكمة", "Court", "felony", "in_presence", "conviction", ADULT, ADULT, ADULT, "جرم", "Offence",
        "سجن", "Imprisonment", False, False, None, (),
    )  # fmt: skip
    asked = Question(level, "employment", ADULT + timedelta(days=100))
    assert (disclose((ruling,), BirthDate.parse(born), RULE, asked).outcome == "entries") is shows
