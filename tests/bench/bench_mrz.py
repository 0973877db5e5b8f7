"""MRZ check of a TD3 against PassportEye's `MRZ` text class, both on the same lines in one run."""

from __future__ import annotations

import timeit

import pytest
from passporteye.mrz.text import MRZ

from issuance.mrtd.mrz import check, standing_rules
from tests.bench.measure import Measured

LINES = ["P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10"]
GOAL = 2.0
ROUNDS, CALLS = 25, 1000


def run() -> list[Measured]:
    """How many times faster than PassportEye. The two take turns, and the best round of each counts."""
    rules = standing_rules()
    assert check(LINES, rules).valid and MRZ(LINES).valid
    theirs, ours = [], []
    for _ in range(ROUNDS):
        theirs.append(timeit.timeit(lambda: MRZ(LINES), number=CALLS))
        ours.append(timeit.timeit(lambda: check(LINES, rules), number=CALLS))
    their_us, our_us = (min(times) / CALLS * 1e6 for times in (theirs, ours))
    detail = f"ours {our_us:.1f} µs, PassportEye {their_us:.1f} µs"
    return [
        Measured(
            "PassportEye's MRZ text class / our MRZ check of a TD3", their_us / our_us, GOAL, detail, at_least=True
        )
    ]


@pytest.mark.bench
def test_mrz_check_is_twice_as_fast_as_passporteye() -> None:
    for row in run():
        assert row.met, row
