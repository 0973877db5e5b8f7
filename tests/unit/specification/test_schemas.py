"""The published schemas: well formed, worded, exemplified, following the specification, never changed in silence."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from issuance.core.schema import changed
from issuance.mrtd.portrait import Portrait
from issuance.passports.commands import judge
from issuance.people.commands import portrait_of
from issuance.specification import schemas
from specs.errors import Invalid
from specs.load import SHIPPED, load
from tests.schemas import GOLDEN, digests, faults
from tests.service import TODAY, application, changed_specification, portrait

pytestmark = pytest.mark.heavy

SPEC = load(SHIPPED)
BASE = "https://verify.example"
ALL = list(schemas.published(SPEC).values())
DOCUMENTS = [one for one in ALL if one.version != schemas.CURRENT]


def named(one: schemas.Published) -> str:
    return f"{one.name}/{one.version}"


def properties(shape: Any) -> list[tuple[str, Any]]:
    """Every (name, shape) of a member, at any depth."""
    if isinstance(shape, list):
        return [item for held in shape for item in properties(held)]
    if not isinstance(shape, dict):
        return []
    own = list(shape.get("properties", {}).items())
    return own + [item for held in shape.values() for item in properties(held)]


@pytest.mark.parametrize("one", ALL, ids=named)
def test_a_schema_is_json_schema_2020_12_and_says_its_address_and_title(one: schemas.Published) -> None:
    held = schemas.schema(SPEC, one.name, one.version, BASE)
    Draft202012Validator.check_schema(held)
    assert held["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert held["$id"] == f"{BASE}/v1/schemas/{one.name}/{one.version}"
    assert held["title"]
    assert any("\u0621" <= letter <= "\u064a" for letter in held["x-title-ar"])


@pytest.mark.parametrize("one", ALL, ids=named)
def test_every_member_has_an_english_and_an_arabic_title(one: schemas.Published) -> None:
    held = schemas.schema(SPEC, one.name, one.version, BASE)
    shapes = [(name, shape) for name, shape in properties(held) if isinstance(shape, dict)]
    assert [name for name, shape in shapes if "title" not in shape] == []
    files = (".bin", ".pdf", ".png", ".p7m")
    assert [name for name, shape in shapes if "x-title-ar" not in shape and not name.endswith(files)] == []


@pytest.mark.parametrize("one", DOCUMENTS, ids=named)
def test_its_examples_validate_and_its_counter_examples_do_not(one: schemas.Published) -> None:
    judge = Draft202012Validator(schemas.schema(SPEC, one.name, one.version, BASE))
    sample = schemas.sample(one)
    assert sample["valid"]
    assert [error.message for held in sample["valid"] for error in judge.iter_errors(held)] == []
    assert sample["invalid"]
    assert [held["why"]["en"] for held in sample["invalid"] if judge.is_valid(held["document"])] == []


def test_a_published_version_never_changes_its_shape() -> None:
    """Raise the version of the document, or (not yet published) `python -m tests.schemas --write`."""
    assert digests() == GOLDEN.read_text("utf-8")


@pytest.mark.parametrize("file", sorted(SHIPPED.rglob("*.yaml")), ids=lambda file: file.stem)
def test_every_file_of_the_specification_is_valid_by_its_published_schema(file: Path) -> None:
    stem = file.relative_to(SHIPPED).with_suffix("").as_posix().split("/")
    if stem[:2] == ["passport", "editions"]:
        stem[2] = "edition"
    if stem[:2] == ["pki", "ceremonies"]:
        stem[2] = "name"
    name = "specification." + ".".join(stem)
    value = json.loads(json.dumps(yaml.safe_load(file.read_text("utf-8")), default=str))
    assert faults(value, name) == []


def test_a_misspelt_key_of_the_specification_is_refused_by_its_schema() -> None:
    text = (SHIPPED / "passport/editions/2026/validity.yaml").read_text("utf-8")
    value = json.loads(json.dumps(yaml.safe_load(text.replace("validity_years", "validity_yaers")), default=str))
    assert faults(value, "specification.passport.editions.edition.validity")


@pytest.mark.heavy
def test_an_edited_value_of_the_specification_changes_the_schema(tmp_path: Path) -> None:
    series = "passport/editions/2026/series.yaml"
    edited = load(changed_specification(tmp_path / "specs", (series, "LB", "LC")))
    for name in ("issued-passport", "passport-work-package"):
        ours, theirs = (schemas.found(spec, name, "1-2026") for spec in (SPEC, edited))
        assert "^LB" in json.dumps(ours.shape)
        assert "^LC" in json.dumps(theirs.shape)
        assert ours.digest != theirs.digest
    assert schemas.found(edited, "issued-passport", "1-2021").digest == schemas.found(
        SPEC, "issued-passport", "1-2021"
    ).digest  # fmt: skip


def test_a_document_that_follows_an_edition_is_found_by_the_day() -> None:
    assert schemas.in_force(SPEC, "passport-application", "1", TODAY) == "1-2026"
    assert schemas.in_force(SPEC, "passport-application", "1", TODAY.replace(year=2022)) == "1-2021"
    assert schemas.in_force(SPEC, "verdict", "1", TODAY) is None


_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text("LBYMFORDINARY-0129", max_size=14),
    st.sampled_from(
        ["", "M", "X", "LBY", "ITA", "1990-05-17", "1990-13-01", "119909000012", "ORDINARY", "2026", "x" * 201]
    ),
    st.lists(st.integers(), max_size=1),
    st.just({}),
)
_PATHS = [
    ("document_type",), ("edition",), ("national_number",), ("names",), ("names", "arabic", "first"),
    ("names", "latin", "surname"), ("names", "latin", "given"), ("names", "latin_confirmed"), ("sex",), ("birth_date",),
    ("place_of_birth", "arabic"), ("place_of_birth", "latin"), ("nationality",), ("issued_on",), ("more",),
]  # fmt: skip


@pytest.mark.heavy
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(_PATHS), _LEAVES)
def test_what_the_schema_of_an_application_refuses_the_program_refuses(path: tuple[str, ...], value: Any) -> None:
    sent = changed(application(), path, value)
    if not faults(sent, "passport-application"):
        return
    with pytest.raises(Invalid):
        judge(SPEC.passport, sent, picture(), TODAY)


@cache
def picture() -> Portrait:
    return portrait_of(SPEC, portrait())
