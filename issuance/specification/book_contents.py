"""The booklet's text as values: clauses with their rows, the references and counts. Pure.

Everything follows from `specs.clauses.numbered`: a clause added to the specification appears by itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Literal

from issuance.specification.book_words import WORDS
from specs.clauses import NumberedClause, Value
from specs.schema.base import Bilingual
from specs.schema.book import Book

Language = Literal["ar", "en"]
_STANDARD = re.compile(
    r"Doc 9303(?:-\d+)?|ICAO TR [A-Z][\w -]*\w|ISO(?:/IEC)?(?:/IEEE)? (?:TR |TS )?\d+(?:-\d+)?|RFC \d+|"
    r"ETSI EN \d+ \d+(?:-\d+)?|FIPS \d+-\d+|BSI TR-\d+(?:-\d+)?|EN \d+(?:-\d+)?|AAMVA|NIST [\w-]+"
)
_IN_ONE_ROW = 8
_SHORT = 34


def clause_json(clause: NumberedClause, language: Language) -> dict[str, Any]:
    """One heading or clause as the template takes it."""
    own = clause.clause
    return {
        "number": clause.number,
        "id": clause.id,
        "level": clause.level,
        "title": str(getattr(clause.title, language)),
        "rows": [*_rows(clause, language)],
        "note": None
        if own is None
        else {
            "status": own.status,
            "source": own.source,
            "since": clause.effective_from.isoformat(),
            "proof": own.proof,
            "why": own.why,
        },
    }


def _said_by_heading(value: Value, clause: NumberedClause) -> bool:
    """Its own id and title, which stand above the table."""
    own = value.path[-1] == "id" and clause.id.endswith(f".{value.raw}")
    return value.depth == 0 and (own or value.text == (clause.title.ar, clause.title.en))


def _rows(clause: NumberedClause, language: Language) -> Iterator[dict[str, Any]]:
    """Label, value, tolerance, unit; short values of one group (`box`) stand in one row.

    other: the same words in the other language, of what is printed on the passport.
    """
    values = [value for value in clause.values if not _said_by_heading(value, clause)]
    n = 0
    while n < len(values):
        value, n = values[n], n + 1
        row: dict[str, Any] = {"depth": value.depth, "label": str(getattr(value.label, language))}
        if value.text[0]:
            other = {"other": value.text[1 if language == "ar" else 0]} if _printed(value, clause) else {}
            yield row | _said(value, language) | other
            continue
        end = n
        while end < len(values) and values[end].depth > value.depth:
            end += 1
        group = values[n:end]
        if not group:  # an empty list
            yield row | {"value": WORDS["none"].model_dump()[language], "tolerance": "", "unit": ""}
        elif _fits_one_row(group, value.depth + 1, language):
            parts = [(str(getattr(held.label, language)), _said(held, language)) for held in group]
            yield row | {"parts": [{"label": label, **said} for label, said in parts]}
            n = end
        else:
            yield row


def _said(value: Value, language: Language) -> dict[str, str]:
    k = 0 if language == "ar" else 1
    tolerance = "" if value.tolerance is None else f"± {value.tolerance:g}"
    return {"value": value.text[k], "tolerance": tolerance, "unit": value.unit[k]}


def _printed(value: Value, clause: NumberedClause) -> bool:
    """Whether the passport itself bears these words, in both languages."""
    on_it = clause.id.startswith("data_page.") or value.path[-1] == "text" or clause.id == "booklet.cover"
    return isinstance(value.raw, Bilingual) and on_it


def _fits_one_row(group: list[Value], depth: int, language: Language) -> bool:
    return 0 < len(group) <= _IN_ONE_ROW and all(
        held.depth == depth and held.text[0] and len(held.shown(language)) <= _SHORT for held in group
    )


def references(clauses: Iterable[NumberedClause]) -> dict[str, list[dict[str, Any]]]:
    """`laws`: each legal source with its clauses; `standards`: each standard any source names, likewise."""
    laws: dict[str, list[dict[str, str]]] = {}
    standards: dict[str, list[dict[str, str]]] = {}
    for held in clauses:
        if held.clause is None:
            continue
        place = {"number": held.number, "id": held.id}
        if held.clause.status == "law":
            laws.setdefault(held.clause.source, []).append(place)
        else:
            for name in dict.fromkeys(_STANDARD.findall(held.clause.source)):
                standards.setdefault(name, []).append(place)
    return {
        "laws": [{"source": source, "clauses": held} for source, held in laws.items()],
        "standards": [{"source": name, "clauses": standards[name]} for name in sorted(standards, key=_natural)],
    }


def _natural(name: str) -> list[tuple[int, str]]:
    """Doc 9303-10 after Doc 9303-4."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.split(r"(\d+)", name)]


def counts(clauses: Iterable[NumberedClause], book: Book) -> dict[str, dict[str, int]]:
    """How many clauses there are of each status, and of each way of proof."""
    held = [item.clause for item in clauses if item.clause is not None]
    return {
        "statuses": {name: sum(item.status == name for item in held) for name in book.statuses},
        "proofs": {name: sum(item.proof == name for item in held) for name in book.proofs},
    }
