"""What changed between two editions of the passport, clause by clause. Pure; knows no typesetting and no screen.

Clauses are compared by their stable id, values by their path within the clause, so that a clause that only moved to
another number is told as moved, and one whose text was touched as changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal

from pydantic_core import to_jsonable_python

from specs.clauses import NumberedClause, Value, numbered
from specs.schema import Specification
from specs.schema.base import Bilingual
from specs.schema.book import Book

FORM: Final = "ly.issuance.specification.difference/1"
Kind = Literal["added", "removed", "changed", "moved"]
KINDS: Final[tuple[Kind, ...]] = ("added", "removed", "changed", "moved")
_NOTES: Final = {
    "effective_from": Bilingual(ar="يسري من", en="Effective from"),
    "source": Bilingual(ar="السند", en="Source"),
    "status": Bilingual(ar="الصفة", en="Status"),
    "proof": Bilingual(ar="طريقة الإثبات", en="Proof"),
    "why": Bilingual(ar="السبب", en="Why"),
}
_SPREAD: Final = Bilingual(ar="السماح", en="Tolerance")


@dataclass(frozen=True, slots=True)
class ValueChange:
    """One value before and after, as (Arabic, English) text; None where there is none. path: within the clause."""

    path: str
    label: Bilingual
    before: tuple[str, str] | None
    after: tuple[str, str] | None
    unit: tuple[str, str]
    raw: tuple[Any, Any]

    def shown(self, side: Literal["before", "after"], language: str) -> str:
        """The text with its unit in `ar` or `en`; empty where there is none."""
        n = 0 if language == "ar" else 1
        text = self.before if side == "before" else self.after
        return f"{text[n]} {self.unit[n]}".strip() if text is not None else ""


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """One clause that differs. before, after: its number in each edition, None where it is not."""

    kind: Kind
    id: str
    title: Bilingual
    file: str
    before: str | None
    after: str | None
    values: tuple[ValueChange, ...]

    @property
    def renumbered(self) -> bool:
        return None not in (self.before, self.after) and self.before != self.after


@dataclass(frozen=True, slots=True)
class Difference:
    """Every clause that differs, in the order of the newer edition; removed ones stand where they stood."""

    before: str
    after: str
    before_from: date
    after_from: date
    changes: tuple[ClauseChange, ...]

    def count(self, kind: Kind) -> int:
        return sum(change.kind == kind for change in self.changes)

    def as_json(self) -> dict[str, Any]:
        """The wire form `ly.issuance.specification.difference/1` (docs/editions.md)."""
        return {
            "form": FORM,
            "before": {"edition": self.before, "from_date": self.before_from.isoformat()},
            "after": {"edition": self.after, "from_date": self.after_from.isoformat()},
            "counts": {kind: self.count(kind) for kind in KINDS},
            "changes": [_clause_json(change) for change in self.changes],
        }


def difference(before: tuple[Specification, str], after: tuple[Specification, str]) -> Difference:
    """From one edition to another; each is named with the specification that holds it, since a draft has its own.

    Raises KeyError for an unknown edition.
    """
    (old_spec, old), (new_spec, new) = before, after
    was = {clause.id: clause for clause in numbered(old_spec, old)}
    now = {clause.id: clause for clause in numbered(new_spec, new)}
    book, named = new_spec.passport.book, {**was, **now}
    found = [
        change
        for id_ in _order(list(was), list(now))
        if (change := _compared(was.get(id_), now.get(id_), _title(id_, named), book)) is not None
    ]
    starts = [spec.passport.editions[name].booklet.in_force.from_date for spec, name in (before, after)]
    return Difference(old, new, starts[0], starts[1], tuple(found))


def _order(was: list[str], now: list[str]) -> list[str]:
    """The ids of the newer edition in their order, each removed one behind the clause it stood behind."""
    out, held = list(now), set(now)
    for n, id_ in enumerate(was):
        if id_ not in held:
            place = out.index(was[n - 1]) + 1 if n else 0
            out.insert(place, id_)
            held.add(id_)
    return out


def _title(id_: str, named: dict[str, NumberedClause]) -> Bilingual:
    """Its own; of an entry of a list that only has a place, with the name of the list."""
    title, above = named[id_].title, named.get(id_.rpartition(".")[0])
    if above is None or not title.en.isdecimal():
        return title
    return Bilingual(ar=f"{above.title.ar} {title.ar}", en=f"{above.title.en} {title.en}")


def _compared(
    was: NumberedClause | None, now: NumberedClause | None, title: Bilingual, book: Book
) -> ClauseChange | None:
    either = now or was
    if either is None:
        return None
    values = tuple(_values_changed(was, now, book))
    kind: Kind
    if was is None:
        kind = "added"
    elif now is None:
        kind = "removed"
    elif values:
        kind = "changed"
    elif was.number != now.number:
        kind = "moved"
    else:
        return None
    before, after = (one.number if one is not None else None for one in (was, now))
    return ClauseChange(kind, either.id, title, either.file, before, after, values)


def _values_changed(was: NumberedClause | None, now: NumberedClause | None, book: Book) -> Iterator[ValueChange]:
    old, new = _values_of(was, book), _values_of(now, book)
    for path in _order(list(old), list(new)):
        before, after = old.get(path), new.get(path)
        if before is not None and after is not None and before.text == after.text and before.unit == after.unit:
            continue
        either = after or before
        if either is not None:
            yield ValueChange(
                path,
                either.label,
                before.text if before is not None else None,
                after.text if after is not None else None,
                either.unit,
                (before.raw if before is not None else None, after.raw if after is not None else None),
            )


def _values_of(held: NumberedClause | None, book: Book) -> dict[str, Value]:
    """By path within the clause: what it says, its tolerances as values of their own, then its notes."""
    out: dict[str, Value] = {}
    if held is None:
        return out
    for value in held.values:
        if value.text == ("", "") and value.raw is None:
            continue  # heads others, says nothing itself
        path = ".".join(map(str, value.path[len(held.path) :]))
        out[path] = value
        if value.tolerance is not None:
            text = f"± {value.tolerance:g}"
            label = Bilingual(ar=f"{_SPREAD.ar}: {value.label.ar}", en=f"{_SPREAD.en}: {value.label.en}")
            out[f"{path}±"] = Value(value.path, value.depth, label, (text, text), value.unit, None, value.tolerance)
    for name, label in _NOTES.items() if held.clause is not None else ():
        raw = getattr(held.clause, name)
        if raw is not None:
            words = _word(raw, book)
            texts = (words.ar, words.en) if words is not None else (str(raw), str(raw))
            out[name] = Value((*held.path, name), 0, label, texts, ("", ""), None, raw)
    return out


def _word(code: Any, book: Book) -> Bilingual | None:
    """What a status or a proof is called in print."""
    named = [*book.statuses.items(), *book.proofs.items()]
    return next((words for name, words in named if name == code), None)


def _clause_json(change: ClauseChange) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "id": change.id,
        "number": {"before": change.before, "after": change.after},
        "title": change.title.model_dump(),
        "file": change.file,
        "values": [
            {
                "path": value.path,
                "label": value.label.model_dump(),
                "before": _side(value.before, value.raw[0]),
                "after": _side(value.after, value.raw[1]),
                "unit": {"ar": value.unit[0], "en": value.unit[1]} if any(value.unit) else None,
            }
            for value in change.values
        ],
    }


def _side(text: tuple[str, str] | None, raw: Any) -> dict[str, Any] | None:
    if text is None:
        return None
    return {"value": to_jsonable_python(raw), "ar": text[0], "en": text[1]}
