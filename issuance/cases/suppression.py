"""Counts that could point at a person are left out of a table, and with them as many others as it takes that none of
them follows from the totals. Pure.

A table with its totals is a circulation: a line gives what its columns take, so every sum is a node and every number
an arc (a total runs back). The numbers that fit what is published are exactly the flows through the arcs left out; so
a number left out is safe when, and only when, it lies on a cycle of such arcs along which one unit can be moved. A
number below the threshold that lies on none gets the cheapest such cycle: those on it are left out too.
In the other world so made no number that is not zero becomes zero: to know that only numbers above zero are left out
helps nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

Node = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table as published; None: left out. level: `row`, `group` (a sum of rows) or `all`."""

    level: str
    code: str
    group: str
    cells: tuple[int | None, ...]
    total: int | None


@dataclass(frozen=True, slots=True)
class Arc:
    """A number of the table, as a flow. settled: known from elsewhere; listed: stands in the table."""

    tail: Node
    head: Node
    value: int
    settled: bool = False
    listed: bool = True


def publish(
    rows: Mapping[tuple[str, str], Sequence[int]], columns: int, below: int, *, settled: bool = False
) -> tuple[Line, ...] | None:
    """The lines of a table of counts: each group with its rows, then all. rows: (group, row) -> its counts.

    Groups are listed when there are several. below: a count from 1 to below - 1 is left out. settled: the sums over
    all rows are published elsewhere. None: no selection is safe, so nothing may be published.
    """
    groups = sorted({group for group, _ in rows})
    arcs = dict(_arcs(rows, columns, groups, settled))
    left_out = hide(arcs, below)
    if left_out is None:
        return None

    def line(level: str, code: str, group: str) -> Line:
        keys = [(level, group, code, str(column)) for column in range(columns)]
        *cells, total = [None if key in left_out else arcs[key].value for key in (*keys, (level, group, code, "total"))]
        return Line(level, code, group, tuple(cells), total)

    lines = []
    for group in groups:
        lines += [line("row", row, held) for held, row in sorted(rows) if held == group]
        if len(groups) > 1:
            lines.append(line("group", group, group))
    return (*lines, line("all", "", ""))


def hide(arcs: Mapping[Node, Arc], below: int) -> frozenset[Node] | None:
    """The arcs to leave out; None when some small number cannot be protected without what is settled."""
    small = [key for key, arc in arcs.items() if arc.listed and not arc.settled and 0 < arc.value < below]
    left_out = {key for key, arc in arcs.items() if not arc.listed} | set(small)
    ways: dict[Node, list[tuple[Node, Node, int]]] = {}
    for key, arc in arcs.items():
        if arc.settled:
            continue
        ways.setdefault(arc.tail, []).append((arc.head, key, arc.value))
        if arc.value > 1:
            ways.setdefault(arc.head, []).append((arc.tail, key, arc.value))
    for key in sorted(small, key=lambda key: (arcs[key].value, key)):
        arc = arcs[key]
        found = [_cheapest(ways, arc.head, arc.tail, key, left_out)]
        if arc.value > 1:
            found.append(_cheapest(ways, arc.tail, arc.head, key, left_out))
        cycles = [cycle for cycle in found if cycle is not None]
        if not cycles:
            return None
        left_out |= min(cycles)[1]
    return frozenset(left_out)


def _cheapest(
    ways: Mapping[Node, Sequence[tuple[Node, Node, int]]], start: Node, end: Node, without: Node, left_out: set[Node]
) -> tuple[int, frozenset[Node]] | None:
    """(cost, arcs) of the way from `start` to `end` that leaves out least; what is left out already costs nothing."""
    best: dict[Node, int] = {start: 0}
    came: dict[Node, tuple[Node, Node]] = {}
    waiting = [(0, start)]
    while waiting:
        cost, node = heappop(waiting)
        if node == end:
            used = set()
            while node != start:
                node, key = came[node]
                used.add(key)
            return cost, frozenset(used)
        if cost > best[node]:
            continue
        for other, key, value in ways.get(node, ()):
            total = cost + (0 if key in left_out else 1 + value)
            if key != without and total < best.get(other, total + 1):
                best[other], came[other] = total, (node, key)
                heappush(waiting, (total, other))
    return None


def _arcs(
    rows: Mapping[tuple[str, str], Sequence[int]], columns: int, groups: Sequence[str], settled: bool
) -> Iterator[tuple[Node, Arc]]:
    """Every number of the table by (level, group, code, column)."""
    several = len(groups) > 1
    sums = {group: [0] * columns for group in groups}
    source, sink = ("source",), ("sink",)
    for (group, row), counts in rows.items():
        for column, value in enumerate(counts):
            sums[group][column] += value
            yield (
                ("row", group, row, str(column)),
                Arc(("row", group, row), ("column", group, str(column)), value),
            )
        yield ("row", group, row, "total"), Arc(("group", group), ("row", group, row), sum(counts))
    for group, counts in sums.items():
        for column, value in enumerate(counts):
            arc = Arc(("column", group, str(column)), ("all", str(column)), value, listed=several)
            yield ("group", group, group, str(column)), arc
        yield ("group", group, group, "total"), Arc(source, ("group", group), sum(counts), listed=several)
    everything = [sum(counts[column] for counts in sums.values()) for column in range(columns)]
    for column, value in enumerate(everything):
        yield ("all", "", "", str(column)), Arc(("all", str(column)), sink, value, settled)
    yield ("all", "", "", "total"), Arc(sink, source, sum(everything), settled)
