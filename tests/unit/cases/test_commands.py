"""Recording rulings and effects: faults at once, nothing kept of a refused entry. specs/cases/register.yaml."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from issuance.cases import commands
from issuance.cases.commands import EffectEntry, RulingEntry
from issuance.cases.record import record
from issuance.core.actor import Actor
from issuance.core.purpose import Purpose
from issuance.service import Service
from specs.errors import IssuanceError, NotAllowed, NotFound
from tests.service import CLERK, NOW, PERSON, TODAY, found, trail

NUMBER = PERSON["national_number"]
RULING = RulingEntry(
    case_number="2015/123",
    court=("محكمة جنايات طرابلس", "Tripoli Felony Court"),
    kind="felony",
    presence="in_presence",
    verdict="conviction",
    ruled_on=date(2015, 3, 1),
    final_on=date(2015, 6, 1),
    committed_on=date(2014, 12, 1),
    offence=("سرقة", "Theft"),
    penalty=("السجن ثلاث سنوات", "Imprisonment, three years"),
)
AMNESTY = EffectEntry("amnesty", date(2016, 1, 1), "Law 6/2015")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": "crime"}, "kind"),
        ({"presence": ""}, "presence"),
        ({"verdict": "guilty"}, "verdict"),
        ({"case_number": " "}, "old_number"),
        ({"court": ("محكمة", "")}, "court_english"),
        ({"offence": ("", "Theft")}, "offence_arabic"),
        ({"penalty": ("سجن", "")}, "penalty_english"),
        ({"ruled_on": date(2014, 11, 30)}, "committed_on"),
        ({"ruled_on": date(2026, 11, 23), "final_on": None}, "happened_on"),
        ({"final_on": date(2015, 2, 28)}, "final_on"),
    ],
)
def test_each_wrong_field_of_a_ruling_is_named_and_nothing_kept(
    desk: Service, change: dict[str, Any], field: str
) -> None:
    before = trail(desk.db)
    with pytest.raises(IssuanceError) as caught:
        commands.record_ruling(desk, CLERK, NUMBER, replace(RULING, **change), NOW)
    assert {named for named, _ in found(caught.value)} == {field}
    assert trail(desk.db) == before


def test_every_fault_of_a_ruling_is_said_at_once(desk: Service) -> None:
    wrong = replace(RULING, kind="", presence="", verdict="", case_number="", final_on=date(2000, 1, 1))
    with pytest.raises(IssuanceError) as caught:
        commands.record_ruling(desk, CLERK, NUMBER, wrong, NOW)
    assert {field for field, _ in found(caught.value)} == {"kind", "presence", "verdict", "old_number", "final_on"}


def test_every_fault_of_an_effect_is_said_at_once(desk: Service) -> None:
    wrong = EffectEntry("forgiven", date(2016, 1, 2), " ", date(2016, 1, 1))
    with pytest.raises(IssuanceError) as caught:
        commands.record_effect(desk, CLERK, "any", wrong, NOW)
    assert {field for field, _ in found(caught.value)} == {"effect_kind", "legal_basis", "revoked_on"}


def test_an_effect_needs_its_ruling_and_a_ruling_its_person(desk: Service) -> None:
    with pytest.raises(NotFound):
        commands.record_effect(desk, CLERK, "no-such-ruling", AMNESTY, NOW)
    with pytest.raises(NotFound):
        commands.record_ruling(desk, CLERK, "119909999990", RULING, NOW)


def test_a_ruling_and_its_effects_are_read_back_as_recorded(service: Service) -> None:
    ruling = commands.record_ruling(service, CLERK, NUMBER, RULING, NOW)
    earlier = commands.record_ruling(service, CLERK, NUMBER, replace(RULING, ruled_on=date(2015, 1, 1)), NOW)
    commands.record_effect(service, CLERK, ruling, replace(AMNESTY, kind="pardon", effective_on=TODAY), NOW)
    commands.record_effect(service, CLERK, ruling, AMNESTY, NOW)
    held = record(service, CLERK, NUMBER, Purpose("duty"), NOW).rulings
    assert [r.id for r in held] == [earlier, ruling]  # oldest first
    assert [e.kind for e in held[1].effects] == ["amnesty", "pardon"]
    assert (held[1].offence_arabic, held[1].final_on, held[1].presence) == ("سرقة", date(2015, 6, 1), "in_presence")
    assert trail(service.db)[-5:] == ["cases.record_past_ruling"] * 2 + ["cases.record_past_effect"] * 2 + [
        "cases.read_record"
    ]


def test_only_the_keepers_of_the_record_write_it(desk: Service) -> None:
    reader = Actor("c", "staff", frozenset({"certificate_officer"}), "CTIP")
    record(desk, reader, NUMBER, Purpose("certificate"), NOW)
    with pytest.raises(NotAllowed):
        commands.record_ruling(desk, reader, NUMBER, RULING, NOW)
    with pytest.raises(NotAllowed):
        record(desk, Actor("p", "staff", frozenset({"passport_officer"}), "PTIP"), NUMBER, Purpose("duty"), NOW)


def test_a_foreign_judgment_is_told_to_judges_alone(service: Service) -> None:
    """LIBYA.md 4: stored, disclosed only to judges."""
    commands.record_ruling(service, CLERK, PERSON["national_number"], replace(RULING, foreign_judgment=True), NOW)
    told = {
        role: len(record(service, Actor("x", "staff", frozenset({role}), "CTIP"), PERSON["national_number"],
                         Purpose("duty"), NOW).rulings)
        for role in ("judge", "prosecutor", "certificate_officer", "records_officer")
    }  # fmt: skip
    assert told == {"judge": 1, "prosecutor": 0, "certificate_officer": 0, "records_officer": 0}
