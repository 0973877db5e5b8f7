"""The specification of the passport as numbered clauses, in the order of the book. Pure; knows no typesetting.

One walk serves the book, the pages, the difference of two editions, the coverage and the bidder's checklist, so that
all of them speak of the same clause by the same `id` and number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from specs.schema import EDITION_FILES, Specification
from specs.schema.base import Bilingual, Clause, Proof
from specs.schema.labels import Labels
from specs.show import plain_text, stated

Path = tuple[str | int, ...]
_TITLES = ("title", "name", "caption", "description", "label")
_IDS = ("id", "name", "code", "format")
_UNFIT_IN_AN_ID = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a clause. path: below the file; tolerance: plus or minus, in `unit`; raw: as the program holds it.

    A value that only heads others (`box`) has an empty text; `depth` says how far it stands in.
    """

    path: Path
    depth: int
    label: Bilingual
    text: tuple[str, str]
    unit: tuple[str, str]
    tolerance: float | None
    raw: Any

    def shown(self, language: str) -> str:
        """Text, tolerance and unit on one line, in `ar` or `en`."""
        n = 0 if language == "ar" else 1
        spread = f" ± {self.tolerance:g}" if self.tolerance is not None else ""
        return f"{self.text[n]}{spread} {self.unit[n]}".strip()


@dataclass(frozen=True, slots=True)
class NumberedClause:
    """A heading or a clause of one edition.

    number: as printed (`3.1.4`); id: stable over editions (`data_page.fields.number`; `pki/profiles...` for a shared
    file); file, path: where it is written; clause: None for a heading; effective_from: its own, or the edition's.
    """

    number: str
    id: str
    file: str
    path: Path
    title: Bilingual
    clause: Clause | None
    values: tuple[Value, ...]
    effective_from: date

    @property
    def level(self) -> int:
        """1 for a chapter, 2 for a section, and so on."""
        return self.number.count(".") + 1

    @property
    def proof(self) -> Proof | None:
        return self.clause.proof if self.clause is not None else None


@lru_cache(maxsize=32)
def numbered(spec: Specification, edition: str) -> tuple[NumberedClause, ...]:
    """Every heading and clause of the edition, in order. Raises KeyError for an unknown edition."""
    held = spec.passport.editions[edition]
    start, out = held.booklet.in_force.from_date, []
    for n, chapter in enumerate(spec.passport.book.chapters, 1):
        out.append(NumberedClause(str(n), f"chapter.{chapter.id}", "", (), chapter.title, None, (), start))
        for m, name in enumerate(chapter.parts, 1):
            own = name in EDITION_FILES
            part = getattr(held, name) if own else _shared(spec, name)
            file = f"passport/editions/{edition}/{name}.yaml" if own else f"{name}.yaml"
            title = _label(spec.labels, name.rpartition("/")[2])
            out.extend(_walk(spec.labels, part, f"{n}.{m}", name, file, (), title, start))
    return tuple(out)


@lru_cache(maxsize=8)
def numbered_part(spec: Specification, name: str, start: date) -> tuple[NumberedClause, ...]:
    """Every clause of a file that stands in no passport book (`certificate/certificate`), numbered by itself from 1.

    start: since when it holds where a clause does not say.
    """
    title = _label(spec.labels, name.rpartition("/")[2])
    return tuple(_walk(spec.labels, _shared(spec, name), "1", name, f"{name}.yaml", (), title, start))


def clause(spec: Specification, edition: str, clause_id: str) -> NumberedClause:
    """The clause of that id. Raises KeyError."""
    for held in numbered(spec, edition):
        if held.id == clause_id:
            return held
    raise KeyError(clause_id)


def _shared(spec: Specification, name: str) -> BaseModel:
    if name.startswith("passport/"):
        part: BaseModel = getattr(spec.passport, name.removeprefix("passport/"))
        return part
    held: BaseModel = getattr(spec, name.replace("/", "_"))
    return held


def _walk(
    labels: Labels, part: Any, number: str, id_: str, file: str, path: Path, title: Bilingual, start: date
) -> Iterator[NumberedClause]:
    """The heading or clause of `part`, then those below it."""
    own = part if isinstance(part, Clause) else None
    since = (own.effective_from if own is not None else None) or start
    values = tuple(_values(labels, part, path)) if isinstance(part, BaseModel) else ()
    yield NumberedClause(number, id_, file, path, title, own, values, since)
    below = (item for item in _items(part) if _has_clauses(item[1]))
    for n, (name, value) in enumerate(below, 1):
        listed = isinstance(part, (list, tuple))
        called = _called(value, name) if listed else name
        named = None if isinstance(part, BaseModel) else _own_title(value)
        step = int(name) if listed else name
        title = named or _label(labels, called)
        yield from _walk(labels, value, f"{number}.{n}", f"{id_}.{called}", file, (*path, step), title, since)


def _items(part: Any) -> list[tuple[str, Any]]:
    if isinstance(part, BaseModel):
        return stated(part)
    if isinstance(part, dict):
        return [(str(name), value) for name, value in part.items()]
    if isinstance(part, (list, tuple)):
        return [(str(n), value) for n, value in enumerate(part)]
    return []


def _has_clauses(value: Any) -> bool:
    """Whether a clause stands in `value` or is it."""
    return isinstance(value, Clause) or any(_has_clauses(held) for _, held in _items(value))


def _values(labels: Labels, part: Any, path: Path, depth: int = 0) -> Iterator[Value]:
    """What the clause says itself; clauses inside it speak for themselves."""
    items = _items(part)
    names = {name for name, _ in items}
    for name, value in items:
        if _has_clauses(value) or spread_of(name) in names or name == "id":  # the id stands in that of the clause
            continue
        listed = isinstance(part, (list, tuple))
        label = _label(labels, str(int(name) + 1) if listed else name)
        here = (*path, int(name) if listed else name)
        texts = plain_text(value, "ar"), plain_text(value, "en")
        if texts[0] is not None and texts[1] is not None:
            unit = labels.of(name, "ar")[1], labels.of(name, "en")[1]
            spread = next((held for other, held in items if spread_of(other) == name), None)
            none = value is None
            yield Value(here, depth, label, (texts[0], texts[1]), ("", "") if none else unit, spread, value)
        else:
            own = None if isinstance(part, BaseModel) else _own_title(value)
            yield Value(here, depth, own or label, ("", ""), ("", ""), None, None)
            yield from _values(labels, value, here, depth + 1)


def spread_of(name: str) -> str:
    """The value a tolerance belongs to: `width_tolerance_mm` -> `width_mm`; "" for any other name."""
    head, tolerance, unit = name.rpartition("_tolerance_")
    return f"{head}_{unit}" if tolerance else ""


def _label(labels: Labels, key: str) -> Bilingual:
    english = labels.of(key, "en")[0]
    return Bilingual(ar=labels.of(key, "ar")[0], en=english[:1].upper() + english[1:])


def _own_title(part: Any) -> Bilingual | None:
    """The bilingual name an entry of a list carries itself."""
    held = (getattr(part, name, None) for name in _TITLES)
    return next((name for name in held if isinstance(name, Bilingual)), None)


def _called(value: Any, position: str) -> str:
    """The name of an entry of a list: its own id where it has one, else its place."""
    for name in _IDS:
        held = getattr(value, name, None)
        if isinstance(held, str):
            return _UNFIT_IN_AN_ID.sub("_", held)
    return str(int(position) + 1)
