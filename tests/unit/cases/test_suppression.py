"""No count below the threshold is published, and none that is left out follows from what is. scipy is the judge."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from random import Random

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from issuance.cases.suppression import Line, publish

Rows = Mapping[tuple[str, str], Sequence[int]]
BELOW = 5


def published(rows: Rows, **more: bool) -> tuple[Line, ...]:
    lines = publish(rows, len(next(iter(rows.values()))), BELOW, **more)
    assert lines is not None
    return lines


def ranges(rows: Rows, lines: Sequence[Line], known: Sequence[int] = ()) -> dict[tuple[str, str, int], float]:
    """What a reader can compute: for each count left out, how far apart its least and greatest possible values are.

    Unknowns are the counts of the rows; every number published is an equation. known: sums published elsewhere.
    """
    keys = sorted(rows)
    columns = len(lines[0].cells)
    size = len(keys) * columns

    def selected(line: Line, column: int | None) -> numpy.ndarray:  # type: ignore[type-arg]
        taken = numpy.zeros(size)
        for index, (group, row) in enumerate(keys):
            held = {"row": (group, row) == (line.group, line.code), "group": group == line.code, "all": True}
            if held[line.level]:
                for at in range(columns) if column is None else [column]:
                    taken[index * columns + at] = 1
        return taken

    equations, values, open_ones = [], [], []
    for line in lines:
        for at, value in enumerate((*line.cells, line.total)):
            column = at if at < columns else None
            if value is None:
                open_ones.append(((line.level, line.group + line.code, at), selected(line, column)))
            else:
                equations.append(selected(line, column))
                values.append(value)
    whole = Line("all", "", "", (), None)
    for column, value in enumerate(known):
        equations.append(selected(whole, column))
        values.append(value)
    equal = {"A_eq": numpy.array(equations), "b_eq": numpy.array(values)} if equations else {}
    spread = {}
    for key, wanted in open_ones:
        least, most = (linprog(sign * wanted, bounds=(0, None), **equal) for sign in (1, -1))
        assert least.status == 0
        spread[key] = float("inf") if most.status == 3 else -most.fun - least.fun
    return spread


def test_a_table_of_large_counts_is_published_whole() -> None:
    lines = published({("west", "a"): [10, 0], ("west", "b"): [5, 7], ("east", "c"): [0, 12]})
    assert [(line.level, line.code, line.cells, line.total) for line in lines] == [
        ("row", "c", (0, 12), 12),
        ("group", "east", (0, 12), 12),
        ("row", "a", (10, 0), 10),
        ("row", "b", (5, 7), 12),
        ("group", "west", (15, 7), 22),
        ("all", "", (15, 19), 34),
    ]


def test_one_small_count_takes_others_with_it() -> None:
    """3 alone in its line and column would be total minus the rest: two lines and two columns lose a count."""
    lines = published({("", "a"): [3, 20, 30], ("", "b"): [40, 50, 60], ("", "c"): [70, 80, 90]})
    left_out = {(line.code, at) for line in lines for at, value in enumerate(line.cells) if value is None}
    assert ("a", 0) in left_out
    assert len(left_out) == 4
    assert [line.total for line in lines] == [53, 150, 240, 443]


def test_two_ones_that_make_two_do_not_follow_from_their_sum() -> None:
    """Whoever knows that only counts above zero are left out would read 1 + 1."""
    lines = published({("", "a"): [1, 1, 50], ("", "b"): [1, 1, 60], ("", "c"): [70, 80, 90]})
    by_code = {line.code: line for line in lines}
    visible = [value for value in (*by_code["a"].cells, by_code["a"].total) if value is not None]
    assert visible in ([], [50], [52])


counts = st.one_of(st.just(0), st.integers(1, 6), st.integers(5, 60))
tables = st.integers(1, 4).flatmap(
    lambda columns: st.dictionaries(
        st.tuples(st.sampled_from(["east", "south", "west"]), st.sampled_from("abcd")),
        st.lists(counts, min_size=columns, max_size=columns),
        min_size=1,
        max_size=6,
    )
)


@pytest.mark.slow
@settings(max_examples=60, deadline=None)
@given(rows=tables)
def test_nothing_left_out_follows_from_what_is_published(rows: Rows) -> None:
    lines = published(rows)
    true = _whole(rows)
    for line in lines:
        for at, value in enumerate((*line.cells, line.total)):
            whole = true[line.level, line.group, line.code][at]
            assert value in (whole, None)
            assert value is None or not 0 < whole < BELOW
    assert all(spread > 0.5 for spread in ranges(rows, lines).values())


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(rows=tables)
def test_nothing_follows_either_where_the_sums_are_published_elsewhere(rows: Rows) -> None:
    lines = publish(rows, len(next(iter(rows.values()))), BELOW, settled=True)
    if lines is None:
        return
    everything = _whole(rows)["all", "", ""]
    assert lines[-1] == Line("all", "", "", tuple(everything[:-1]), everything[-1])
    assert all(spread > 0.5 for spread in ranges(rows, lines, everything[:-1]).values())


def _whole(rows: Rows) -> dict[tuple[str, str, str], list[int]]:
    sums: dict[tuple[str, str, str], list[int]] = {}
    for (group, row), values in rows.items():
        for key in (("row", group, row), ("group", group, group), ("all", "", "")):
            before = sums.get(key, [0] * (len(values) + 1))
            sums[key] = [a + b for a, b in zip(before, [*values, sum(values)], strict=True)]
    return sums


def test_three_hundred_offices_in_twenty_two_regions_take_no_time() -> None:
    chance = Random(4)
    rows = {
        (f"R{number % 22:02}", f"O{number:03}"): [max(0, int(chance.gauss(mean, 20))) for mean in (90, 40, 12, 4, 1)]
        for number in range(300)
    }
    begun = time.perf_counter()
    lines = published(rows)
    assert time.perf_counter() - begun < 5
    assert sum(value is None for line in lines for value in line.cells) > 0
