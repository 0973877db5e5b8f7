"""The frauds of LIBYA 1.3: each row of docs/frauds.md names a test that is there; those without one are tried here."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from issuance.passports import deciding, producing
from issuance.service import Service
from specs.errors import NotAllowed, Refused
from tests.passports import MAKER, OFFICER, SECOND, approve, asked, filled, look, nth_person, walk
from tests.service import NOW, ROOT, found
from tests.unit.people.registry_server import Registry, record, serving

TABLE = (ROOT / "docs/frauds.md").read_text("utf-8")
NAMED = re.compile(r"`(tests/[a-z_/0-9]+\.py)::(test_\w+)`")
ROWS = [line for line in TABLE.splitlines() if line.startswith("| ") and "::" in line]
SOURCES = ("S16", "S17", "S18", "S23", "S24", "S25", "S26", "S27", "S28", "S29", "S30", "S31", "S33", "S34")
"""Those of LIBYA 1.3; S21 and S32 stand beside S18 in one row, and what S25 says of Henley is no fraud."""


@pytest.mark.parametrize(("file", "name"), sorted(set(NAMED.findall(TABLE))))
def test_every_test_that_the_table_of_frauds_names_is_there(file: str, name: str) -> None:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_source_of_libya_1_3_has_a_row_and_every_row_a_test() -> None:
    assert [source for source in SOURCES if not re.search(rf"\b{source}\b", TABLE)] == []
    assert len(ROWS) >= 13
    assert [row for row in ROWS if not NAMED.search(row)] == []


@pytest.fixture(scope="module")
def registry() -> Iterator[Registry]:
    with serving() as held:
        yield held


@pytest.fixture
def asking(desk: Service, registry: Registry) -> Service:
    """The desk, where another body keeps the civil registry."""
    return replace(desk, settings=desk.settings.model_copy(update={"civil_registry_url": registry.url}))


def test_a_family_record_moved_between_offices_waits_for_two_officers_and_is_seen_again_at_making(
    asking: Service, registry: Registry
) -> None:
    """S23: 225 foreigners, 61 family records moved from Ubari to Hun and Sokna."""
    number = nth_person(771)["national_number"]
    moved = {"from_office": "Ubari", "to_office": "Hun", "on": "2026-02-01"}
    registry.records[number] = record(number, transfers=[moved])
    one = walk(asking, "deciding", asked({"national_number": number})).id
    (hold,) = [held for held in deciding.docket(asking, OFFICER, one, NOW).holds if held.open]
    assert (hold.kind, hold.reference) == ("recent_transfer", "2026-02-01")
    deciding.lift(asking, OFFICER, hold.id, "file of the family seen", NOW)
    (approval,) = deciding.docket(asking, OFFICER, one, NOW).approvals
    with pytest.raises(NotAllowed):
        deciding.approve_lift(asking, OFFICER, approval.id, "seen", NOW)
    assert deciding.approve_lift(asking, SECOND, approval.id, "seen", NOW).state == "deciding"
    approve(asking, one)
    again = {"from_office": "Hun", "to_office": "Sokna", "on": "2026-11-20"}
    registry.records[number] = record(number, transfers=[moved, again])
    filled(asking)
    with pytest.raises(Refused):
        producing.produce(asking, MAKER, one, NOW)
    assert look(asking, one).state == "held"


def test_a_number_withdrawn_after_the_decision_gets_no_book(asking: Service, registry: Registry) -> None:
    """S24, S27: forged numbers are found and withdrawn while applications on them run."""
    number = nth_person(772)["national_number"]
    registry.records[number] = record(number)
    one = walk(asking, "approved", asked({"national_number": number})).id
    registry.records[number] = record(number, state="number_withdrawn")
    filled(asking)
    with pytest.raises(Refused) as refused:
        producing.produce(asking, MAKER, one, NOW)
    found(refused.value)
    assert look(asking, one).state == "held"
    assert look(asking, one).number is None
