"""Clauses of the specification as the pages show them: values with unit and tolerance, neighbours, differences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from issuance.specification.coverage import standing
from issuance.specification.look import has, in_force_on, signature_of
from issuance.specification.search import Found
from issuance.web.language import Language
from specs.clauses import NumberedClause, Value, numbered
from specs.difference import ClauseChange, difference
from specs.schema import Specification

_LINES_OF_A_MATCH = 4
_DEEPEST = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One value. direction: `ltr` of digits and Latin letters, `rtl` of an Arabic list, else `auto`; depth: 0 to 4."""

    label: str
    text: str
    unit: str
    direction: str
    depth: int


def edition_shown(spec: Specification, name: str, today: date, signed: Path) -> dict[str, Any]:
    """An edition: its name, its period, whether it is in force on `today`, and its signature (below `signed`)."""
    held = spec.passport.editions[name].booklet
    period = held.in_force
    return {
        "edition": name,
        "name": held.name,
        "from": period.from_date.isoformat(),
        "until": period.until_date.isoformat() if period.until_date else None,
        "state": _state(spec, name, today),
        "signature": signature_of(signed, name),
        "clauses": sum(c.clause is not None for c in numbered(spec, name)),
    }


def _state(spec: Specification, name: str, today: date) -> str:
    """`coming`, `over`, `issued` (the one that new books follow) or `open` (may still be issued)."""
    period = spec.passport.editions[name].booklet.in_force
    if period.from_date > today:
        return "coming"
    if period.until_date is not None and period.until_date < today:
        return "over"
    return "issued" if name == in_force_on(spec, today) else "open"


def contents_shown(spec: Specification, edition: str) -> dict[str, Any]:
    """Chapters with their sections, and the number of clauses by status and by proof."""
    everything, book = numbered(spec, edition), spec.passport.book
    clauses = [c.clause for c in everything if c.clause is not None]
    chapters = [c for c in everything if c.level == 1]
    return {
        "chapters": [
            {
                "head": chapter,
                "id": about.id,
                "scope": about.scope,
                "sections": [c for c in everything if c.level == 2 and c.number.startswith(f"{chapter.number}.")],
                "count": sum(c.clause is not None and c.number.startswith(f"{chapter.number}.") for c in everything),
            }
            for chapter, about in zip(chapters, book.chapters, strict=True)
        ],
        "count": len(clauses),
        "statuses": [(name, title, sum(c.status == name for c in clauses)) for name, title in book.statuses.items()],
        "proofs": [(name, title, sum(c.proof == name for c in clauses)) for name, title in book.proofs.items()],
    }


def clause_shown(held: NumberedClause, spec: Specification, t: Language) -> dict[str, Any]:
    """A clause or a heading in one language."""
    own, book = held.clause, spec.passport.book
    return {
        "id": held.id,
        "number": held.number,
        "level": held.level,
        "title": t.pick(held.title),
        "other_title": held.title.en if t.code == "ar" else held.title.ar,
        "rows": [_row(value, t) for value in held.values],
        "file": held.file,
        "since": held.effective_from.isoformat(),
        "heading": own is None,
        "source": own.source if own is not None else "",
        "why": (own.why or "") if own is not None else "",
        "status": own.status if own is not None else "",
        "status_title": t.pick(book.statuses[own.status]) if own is not None else "",
        "proof": own.proof if own is not None else "",
        "proof_title": t.pick(book.proofs[own.proof]) if own is not None else "",
    }


def _row(value: Value, t: Language) -> Row:
    n = 0 if t.code == "ar" else 1
    spread = f" ± {value.tolerance:g}" if value.tolerance is not None else ""
    text = value.text[n] + spread
    direction = "ltr" if text.isascii() or spread else "rtl" if "،" in text else "auto"
    return Row(t.pick(value.label), text, value.unit[n], direction, min(value.depth, _DEEPEST))


def neighbours(spec: Specification, edition: str, clause_id: str) -> dict[str, Any]:
    """`before` and `after` in the order of the book; of a chapter, the chapters before and after it."""
    everything = numbered(spec, edition)
    here = next(c for c in everything if c.id == clause_id)
    alike = [c for c in everything if (c.level == 1) == (here.level == 1)]
    n = alike.index(here)
    return {"before": alike[n - 1] if n else None, "after": alike[n + 1] if n + 1 < len(alike) else None}


def other_editions(spec: Specification, edition: str, held: NumberedClause, t: Language) -> list[dict[str, Any]]:
    """How every other edition has this clause: absent, the same, or with which values otherwise.

    below: of a heading, how many clauses under it differ.
    """
    out = []
    for name in sorted(spec.passport.editions):
        if name == edition:
            continue
        changes = _changes(spec, name, edition)
        change, below = changes.get(held.id), sum(id_.startswith(f"{held.id}.") for id_ in changes)
        differs = change.values if change is not None and change.kind == "changed" else ()
        rows = [
            {"label": t.pick(v.label), "theirs": v.shown("before", t.code), "ours": v.shown("after", t.code)}
            for v in differs
        ]
        out.append({"edition": name, "there": has(spec, name, held.id), "differs": rows, "below": below})
    return out


@lru_cache(maxsize=32)
def _changes(spec: Specification, before: str, after: str) -> Mapping[str, ClauseChange]:
    return {change.id: change for change in difference((spec, before), (spec, after)).changes}


def standing_shown(held: NumberedClause) -> dict[str, Any]:
    """The functions that use the clause, each with the values it reads, and tests that stand on it."""
    found = standing(held.id)
    code = [{"where": where, "what": [w for w in map(_plainly, what) if w]} for where, what in found.code.items()]
    return {"code": code, "tests": found.tests}


def _plainly(what: str) -> str:
    return what.removeprefix("^").removesuffix("*")


def found_shown(one: Found, t: Language) -> dict[str, Any]:
    """A clause found: its title with what was asked for marked, and the lines that say it."""
    title = t.pick(one.clause.title)
    heads = [m for m in one.matches if m.where == "title" and "".join(text for text, _ in m.pieces) == title]
    lines = [m for m in one.matches if m.where != "number" and m not in heads]
    return {
        "clause": one.clause,
        "title": heads[0].pieces if heads else ((title, False),),
        "lines": [{"where": m.where, "pieces": m.pieces} for m in lines[:_LINES_OF_A_MATCH]],
        "more": max(len(lines) - _LINES_OF_A_MATCH, 0),
    }
