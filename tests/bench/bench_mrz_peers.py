"""Our judgement of zones against PassportEye's on random mutations: what differs, how often, and by which clause."""

from __future__ import annotations

import pytest

from tests.bench.measure import Measured
from tests.mrz_peers import CLAUSES, compare

ZONES, SEED = 100_000, 8
LEAST_VALID = 0.2


def run() -> list[Measured]:
    """A row for each reason with the times it was met, one for what no reason explains, one for zones ours takes."""
    compared = compare(ZONES, SEED)
    rows = [
        Measured(f"PassportEye differs: {name}", compared.counts[name], 1, clause, at_least=True)
        for name, clause in CLAUSES.items()
    ]
    shown = "; ".join(f"{one.aspect} of {' '.join(one.lines)}" for one in compared.unexplained[:2])
    detail = shown or f"of {compared.zones} mutations of TD1, TD2, TD3, MRV-A, MRV-B"
    rows.append(Measured("PassportEye differs: unexplained", len(compared.unexplained), 0, detail))
    share, detail = compared.valid / compared.zones, "mutations that our check still takes: both sides are tried"
    return [*rows, Measured("valid zones / mutations", share, LEAST_VALID, detail, at_least=True)]


@pytest.mark.bench
def test_every_difference_from_passporteye_has_a_clause() -> None:
    for row in run():
        assert row.met, row
