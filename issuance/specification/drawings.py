"""Drawings of the booklet as marks in millimetres, and the dimension lines that measure them. Pure.

Where a mark stands always comes from the specification; what is drawn of which part says `book_drawings`. The book sets
the marks with Typst, so that the words in them are text like any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from specs.schema.base import Bilingual

Align = Literal["left", "center", "right"]
Words = Bilingual | str
_ARROW_MM = 1.4
_TEXT_MM = 2.6
_LONG_ENOUGH_MM = 13.0


@dataclass(frozen=True, slots=True)
class Rect:
    """style: a name of `book_drawing.typ`."""

    x: float
    y: float
    width: float
    height: float
    style: str
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Line:
    points: tuple[tuple[float, float], ...]
    style: str
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Words centred in the height of their box; wider ones are made smaller. turned: read from below upwards."""

    x: float
    y: float
    width: float
    height: float
    words: Words
    size: float = _TEXT_MM
    style: str = "text"
    align: Align = "center"
    turned: bool = False


Mark = Rect | Line | Text


@dataclass(frozen=True, slots=True)
class Table:
    """What the drawing's numbers stand for: `head` names the columns; an entry of `rows` is as long as it."""

    head: tuple[Bilingual, ...]
    rows: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """part: the part of the edition it stands with; scale: paper to nature (1 is true size), None for a diagram."""

    id: str
    part: str
    title: Bilingual
    scale: float | None
    width: float
    height: float
    marks: tuple[Mark, ...]
    table: Table | None = None


def number(value: float, tolerance: float | None = None) -> str:
    """`125`, `3.18`, `125 ± 0.75`."""
    return f"{round(value, 3):g}" + (f" ± {tolerance:g}" if tolerance is not None else "")


def measured_across(x1: float, x2: float, y: float, from_y: float, words: str) -> Iterator[Mark]:
    """A dimension line from x1 to x2 at height y, its two helping lines beginning at from_y."""
    yield from (Line(((x, from_y), (x, y + (1.0 if y > from_y else -1.0))), "help") for x in (x1, x2))
    yield from _arrows(x1, y, x2, y)
    if x2 - x1 >= _LONG_ENOUGH_MM:
        yield Text(x1, y - 3.1, x2 - x1, 3, words, style="measure")
    else:
        yield Text(x2 + 3.2, y - 1.5, _beside(words), 3, words, style="measure", align="left")


def measured_down(y1: float, y2: float, x: float, from_x: float, words: str) -> Iterator[Mark]:
    """The same from y1 down to y2 at x."""
    yield from (Line(((from_x, y), (x + (1.0 if x > from_x else -1.0), y)), "help") for y in (y1, y2))
    yield from _arrows(x, y1, x, y2)
    if y2 - y1 >= _LONG_ENOUGH_MM:
        yield Text(x - 3.1, y1, 3, y2 - y1, words, style="measure", turned=True)
    elif x > from_x:
        yield Text(x + 1.2, (y1 + y2) / 2 - 1.5, _beside(words), 3, words, style="measure", align="left")
    else:
        wide = _beside(words)
        yield Text(x - 1.2 - wide, (y1 + y2) / 2 - 1.5, wide, 3, words, style="measure", align="right")


def _beside(words: str) -> float:
    """Room for words that stand beside a dimension line too short for them."""
    return len(words) * 1.5 + 1


def _arrows(x1: float, y1: float, x2: float, y2: float) -> Iterator[Mark]:
    across, half = y1 == y2, _ARROW_MM / 4
    span = (x2 - x1) if across else (y2 - y1)
    # A span too short for two arrows inside has them outside, pointing in.
    inside = span >= 3 * _ARROW_MM
    reach = 0.0 if inside else 2 * _ARROW_MM
    tips = ((x1, y1, 1.0 if inside else -1.0), (x2, y2, -1.0 if inside else 1.0))
    if across:
        yield Line(((x1 - reach, y1), (x2 + reach, y2)), "measure")
    else:
        yield Line(((x1, y1 - reach), (x2, y2 + reach)), "measure")
    for x, y, way in tips:
        step = way * _ARROW_MM
        wings = ((x + step, y - half), (x + step, y + half)) if across else ((x - half, y + step), (x + half, y + step))
        yield Line(((x, y), *wings), "arrow", closed=True)


def moved(marks: Iterator[Mark] | tuple[Mark, ...], dx: float, dy: float) -> tuple[Mark, ...]:
    """The same marks elsewhere."""
    out: list[Mark] = []
    for mark in marks:
        if isinstance(mark, Line):
            out.append(Line(tuple((x + dx, y + dy) for x, y in mark.points), mark.style, mark.closed))
        elif isinstance(mark, Rect):
            out.append(Rect(mark.x + dx, mark.y + dy, mark.width, mark.height, mark.style, mark.radius))
        else:
            text = (mark.words, mark.size, mark.style, mark.align, mark.turned)
            out.append(Text(mark.x + dx, mark.y + dy, mark.width, mark.height, *text))
    return tuple(out)


def as_json(drawing: Drawing, language: Literal["ar", "en"]) -> dict[str, Any]:
    """The drawing as the template takes it, its words in one language."""

    def said(words: Words) -> str:
        return words if isinstance(words, str) else str(getattr(words, language))

    def mark_json(mark: Mark) -> dict[str, Any]:
        if isinstance(mark, Line):
            return {"kind": "line", "points": mark.points, "style": mark.style, "closed": mark.closed}
        place = {"x": mark.x, "y": mark.y, "width": mark.width, "height": mark.height, "style": mark.style}
        if isinstance(mark, Rect):
            return {"kind": "rect", **place, "radius": mark.radius}
        held = {"words": said(mark.words), "size": mark.size, "align": mark.align, "turned": mark.turned}
        return {"kind": "text", **place, **held}

    table = drawing.table
    return {
        "id": drawing.id,
        "title": said(drawing.title),
        "scale": None if drawing.scale is None else f"{drawing.scale:g}:1",
        "width": drawing.width,
        "height": drawing.height,
        "marks": [mark_json(mark) for mark in drawing.marks],
        "table": None
        if table is None
        else {
            "head": [said(words) for words in table.head],
            "rows": [[said(words) for words in row] for row in table.rows],
        },
    }
