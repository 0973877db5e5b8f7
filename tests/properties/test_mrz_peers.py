"""Where our judgement of a zone differs from PassportEye's, a clause of Doc 9303 says why."""

from __future__ import annotations

import random

import pytest

from issuance.mrtd.mrz import check
from tests.mrz_peers import CLAUSES, FORMATS, Difference, compare, explained, valid_zone, written

pytestmark = pytest.mark.heavy

ICAO = {
    "TD1": ["I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<"],
    "TD2": ["I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6"],
    "TD3": ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"],
}


def test_every_difference_on_random_mutations_has_a_clause() -> None:
    compared = compare(10_000, seed=9303)
    assert compared.unexplained == []
    assert {name for name in CLAUSES if not compared.counts[name]} == set()


@pytest.mark.parametrize("name", list(ICAO))
@pytest.mark.parametrize("ours", [True, False])
def test_no_reason_explains_a_difference_over_a_specimen(name: str, ours: bool) -> None:
    for aspect in ("verdict", "document_number", "birth_date", "expiry_date", "composite", "format"):
        assert explained(Difference(tuple(ICAO[name]), name, aspect, ours, not ours)) is None


@pytest.mark.parametrize("name", list(FORMATS))
def test_a_zone_made_by_the_tables_of_doc_9303_is_valid(name: str) -> None:
    chance = random.Random(name)
    for _ in range(200):
        lines = written(name, valid_zone(name, chance))
        report = check(lines)
        assert (report.valid, report.format) == (True, name), (lines, report.errors)


def test_wrong_composite_leaves_an_emergency_document_a_td2() -> None:
    zone = ["PUUTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<<"]
    report = check(zone)
    assert (report.format, report.valid) == ("TD2", False)
    assert [(one.field, one.code) for one in report.errors] == [("composite", "mrz.check_digit")]
