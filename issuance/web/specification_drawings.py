"""The drawings of the booklet for the pages: the same marks, in millimetres, as SVG that a template writes. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Literal

from issuance.specification.book_drawings import drawings
from issuance.specification.drawings import as_json
from specs.schema import Specification

_LETTER = 0.55  # width of a letter by its size, on the generous side
_ANCHOR = {"left": ("start", 0.0), "center": ("middle", 0.5), "right": ("end", 1.0)}


@lru_cache(maxsize=16)
def drawings_shown(spec: Specification, edition: str, language: Literal["ar", "en"]) -> dict[str, list[dict[str, Any]]]:
    """The drawings of an edition by the part they stand with (`data_page`), words in one language."""
    out: dict[str, list[dict[str, Any]]] = {}
    for drawing in drawings(spec, edition):
        shown = as_json(drawing, language)
        out.setdefault(drawing.part, []).append(shown | {"marks": [_mark(mark) for mark in shown["marks"]]})
    return out


def _mark(mark: dict[str, Any]) -> dict[str, Any]:
    if mark["kind"] == "line":
        return mark | {"points": " ".join(f"{x:g},{y:g}" for x, y in mark["points"])}
    return mark if mark["kind"] == "rect" else mark | _placed(mark)


def _placed(mark: dict[str, Any]) -> dict[str, Any]:
    """Where the words of a mark stand: baseline, anchor, and a size at which they fit their box."""
    across = mark["height"] if mark["turned"] else mark["width"]
    size = mark["size"] * min(1.0, across / max(len(mark["words"]) * mark["size"] * _LETTER, 0.1))
    anchor, share = _ANCHOR["center" if mark["turned"] else mark["align"]]
    middle = mark["x"] + mark["width"] / 2, mark["y"] + mark["height"] / 2
    if mark["turned"]:
        x, y, turn = *middle, f"rotate(-90 {middle[0]:.2f} {middle[1]:.2f})"
    else:
        x, y, turn = mark["x"] + mark["width"] * share, middle[1], ""
    return {"x": f"{x:.2f}", "y": f"{y + size * 0.35:.2f}", "size": f"{size:.2f}", "anchor": anchor, "turn": turn}
