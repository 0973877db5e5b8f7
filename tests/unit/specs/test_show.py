"""The specification as a person reads it: every key has a name in Arabic, every value its unit and source."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import Literal

import pytest
from pydantic import BaseModel

import specs.schema
from specs.load import load
from specs.schema.base import Clause
from specs.show import NOTES, rows, subjects

SPEC = load()


def models() -> list[type[BaseModel]]:
    """Every model of the schema."""
    found = []
    for module in pkgutil.iter_modules(specs.schema.__path__):
        held = importlib.import_module(f"specs.schema.{module.name}")
        for _name, item in inspect.getmembers(held, inspect.isclass):
            if issubclass(item, BaseModel) and item.__module__ == held.__name__:
                found.append(item)
    return found


def test_every_key_of_the_specification_has_an_arabic_name() -> None:
    notes = NOTES | {"ar", "en"}
    keys = {key for model in models() for key in model.model_fields} - notes
    assert sorted(keys - set(SPEC.labels.keys)) == []


def test_a_number_shows_its_unit_and_its_clause_shows_its_source() -> None:
    held = list(rows({"booklet": SPEC.passport.editions["2026"].booklet}, SPEC.labels, "en"))
    width = next(row for row in held if row.label == "width" and row.value == "125")
    assert width.unit == "mm"
    clause = next(row for row in held if row.label == "closed size")
    assert (clause.source, clause.status) == ("Doc 9303-4 §2.1 (TD3)", "standard")


@pytest.mark.parametrize("language", ["ar", "en"])
@pytest.mark.parametrize("subject", sorted(subjects(SPEC)))
def test_every_clause_of_every_subject_is_shown_with_its_source(subject: str, language: Literal["ar", "en"]) -> None:
    parts = subjects(SPEC)[subject]
    shown = list(rows(parts, SPEC.labels, language))
    assert shown
    sources = {row.source for row in shown if row.source}
    assert {part.source for part in parts.values() if isinstance(part, Clause)} <= sources
