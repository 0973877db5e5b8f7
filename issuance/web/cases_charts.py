"""Bars of a chart, computed here so that a page needs no script. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 1000


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in a field `WIDTH` wide. x, length: of the bar, in the units of the field; value None: left out."""

    label: str
    value: int | None
    x: int
    length: int


def bars(rows: Sequence[tuple[str, int | None]], *, rtl: bool) -> list[Bar]:
    """Lengths to the scale of the largest; they grow from the side on which the language begins to read."""
    largest = max((value for _, value in rows if value is not None), default=0)
    out = []
    for label, value in rows:
        length = 0 if not value or not largest else max(1, round(WIDTH * value / largest))
        out.append(Bar(label, value, WIDTH - length if rtl else 0, length))
    return out
