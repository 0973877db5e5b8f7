"""The difference of two editions: every change once, by clause id, with values and units; nothing else."""

from __future__ import annotations

from collections import Counter

import pytest

from specs.clauses import clause
from specs.difference import FORM, ClauseChange, Difference, difference
from specs.drafted import with_edition
from specs.load import SHIPPED, load
from specs.schema import Specification
from tests.unit.specs.editions import NEXT, edition_files

pytestmark = pytest.mark.heavy

SPEC = load(SHIPPED)


def drafted(*changes: tuple[str, str, str]) -> Specification:
    made, found = with_edition(SPEC, "2027", edition_files(*NEXT, *changes), SHIPPED)
    assert made is not None
    assert found == []
    return made


def against_2026(*changes: tuple[str, str, str]) -> dict[str, ClauseChange]:
    """The changes beside those every new edition has: its dates and its series."""
    found = difference((SPEC, "2026"), (drafted(*changes), "2027"))
    held = {change.id: change for change in found.changes}
    assert held.pop("booklet.in_force").kind == "changed"
    assert held.pop("series.number").kind == "changed"
    return held


def test_an_edition_does_not_differ_from_itself() -> None:
    assert difference((SPEC, "2026"), (SPEC, "2026")).changes == ()


def test_a_changed_value_is_told_with_path_unit_and_both_sides() -> None:
    (change,) = against_2026(("booklet.yaml", "maximum_mm: 7.0", "maximum_mm: 6.5")).values()
    (value,) = change.values
    assert (change.kind, change.id, value.path) == ("changed", "booklet.thickness", "maximum_mm")
    assert (value.shown("before", "en"), value.shown("after", "en")) == ("7 mm", "6.5 mm")
    assert (value.shown("before", "ar"), value.shown("after", "ar")) == ("7 مم", "6.5 مم")
    assert value.raw == (7.0, 6.5)


def test_a_changed_tolerance_is_a_change_of_its_own() -> None:
    (change,) = against_2026(("booklet.yaml", "radius_tolerance_mm: 0.3", "radius_tolerance_mm: 0.25")).values()
    (value,) = change.values
    assert (value.shown("before", "en"), value.shown("after", "en")) == ("± 0.3 mm", "± 0.25 mm")


def test_a_changed_source_or_standing_is_told() -> None:
    told = against_2026(("booklet.yaml", "source: ISO/IEC 7810 (ID-3)", "source: ISO/IEC 7810:2019 (ID-3)"))
    assert [(value.path, value.after) for value in told["booklet.corners"].values] == [
        ("source", ("ISO/IEC 7810:2019 (ID-3)", "ISO/IEC 7810:2019 (ID-3)"))
    ]


def test_an_added_clause_is_told_and_one_that_only_got_another_number_is_moved() -> None:
    text = edition_files()["validity.yaml"].decode()
    rule = text[text.index("rules:\n") + 7 : text.index("  - from_age_years", text.index("rules:\n") + 12)]
    split = rule.replace("below_age_years: ", "below_age_years: 9\n    # ", 1)
    rest = rule.replace("from_age_years: 0", "from_age_years: 9", 1)
    told = against_2026(("validity.yaml", rule, split + rest))
    added = [change for change in told.values() if change.kind == "added"]
    assert [change.before for change in added] == [None]
    assert all(value.before is None for change in added for value in change.values)
    assert [change.title.en for change in added] == ["Rules 3"]


def test_a_removed_clause_stands_where_it_stood() -> None:
    reverse = difference((drafted(*_longer_list()), "2027"), (SPEC, "2026"))
    removed = [change for change in reverse.changes if change.kind == "removed"]
    assert removed
    assert all(change.after is None and change.before for change in removed)


def _longer_list() -> list[tuple[str, str, str]]:
    text = edition_files()["validity.yaml"].decode()
    rule = text[text.index("rules:\n") + 7 : text.index("  - from_age_years", text.index("rules:\n") + 12)]
    split = rule.replace("below_age_years: ", "below_age_years: 9\n    # ", 1)
    return [("validity.yaml", rule, split + rule.replace("from_age_years: 0", "from_age_years: 9", 1))]


def test_the_json_form_is_versioned_and_counts_what_it_holds() -> None:
    found = difference((SPEC, "2021"), (SPEC, "2026"))
    told = found.as_json()
    assert told["form"] == FORM == "ly.issuance.specification.difference/1"
    assert told["before"] == {"edition": "2021", "from_date": "2021-01-01"}
    kinds = Counter(change["kind"] for change in told["changes"])
    assert {kind: n for kind, n in told["counts"].items() if n} == dict(kinds)
    (code,) = (change for change in told["changes"] if change["id"] == "mrz.document_code")
    assert code["number"]["before"] == clause(SPEC, "2021", "mrz.document_code").number
    first = next(value for value in code["values"] if value["path"] == "code")
    assert (first["before"]["value"], first["after"]["value"]) == ("P", "PP")


def test_every_change_forward_is_the_same_change_backward() -> None:
    there, back = (by_id(difference((SPEC, a), (SPEC, b))) for a, b in (("2021", "2026"), ("2026", "2021")))
    assert there.keys() == back.keys()
    for id_, change in there.items():
        pairs = {(value.path, value.before, value.after) for value in change.values}
        assert pairs == {(value.path, value.after, value.before) for value in back[id_].values}, id_


def by_id(found: Difference) -> dict[str, ClauseChange]:
    return {change.id: change for change in found.changes}
