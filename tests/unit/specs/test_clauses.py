"""Numbered clauses: every clause of an edition once, by a stable id, with its unit and tolerance."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from pydantic import BaseModel

from specs.clauses import clause, numbered
from specs.load import load
from specs.schema.base import Clause

SPEC = load()


def clauses_in(part: Any) -> int:
    """How many clauses stand in a value, counted without the walk under test."""
    if isinstance(part, BaseModel):
        below = [getattr(part, name) for name in type(part).model_fields]
        return int(isinstance(part, Clause)) + sum(map(clauses_in, below))
    held = part.values() if isinstance(part, dict) else part if isinstance(part, (list, tuple)) else ()
    return sum(map(clauses_in, held))


@pytest.mark.parametrize("edition", sorted(SPEC.passport.editions))
def test_every_clause_of_an_edition_has_one_number_and_one_id(edition: str) -> None:
    held = numbered(SPEC, edition)
    assert [i for i, n in Counter(one.id for one in held).items() if n > 1] == []
    assert [i for i, n in Counter(one.number for one in held).items() if n > 1] == []
    own = [one for one in held if one.clause is not None and one.file.startswith("passport/editions/")]
    assert len(own) == clauses_in(SPEC.passport.editions[edition])


def test_a_clause_is_told_with_unit_tolerance_place_and_date() -> None:
    size = clause(SPEC, "2026", "booklet.closed_size")
    assert [value.shown("en") for value in size.values] == ["125 ± 0.75 mm", "88 ± 0.75 mm"]
    assert [value.shown("ar") for value in size.values] == ["125 ± 0.75 مم", "88 ± 0.75 مم"]
    assert (size.file, size.path) == ("passport/editions/2026/booklet.yaml", ("closed_size",))
    assert size.effective_from == SPEC.passport.editions["2026"].booklet.in_force.from_date


def test_the_same_clause_keeps_its_id_in_another_edition() -> None:
    assert (
        clause(SPEC, "2021", "data_page.fields.number").title == clause(SPEC, "2026", "data_page.fields.number").title
    )
