"""A clause as programs receive it: the API and the console send the same fields. Pure."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_jsonable_python

from specs.clauses import NumberedClause, Value
from specs.schema.base import Bilingual


def clause_as_json(held: NumberedClause) -> dict[str, Any]:
    """A clause or heading (`clause` null). Paths are below the file; `tolerance` is plus or minus, in `unit`."""
    own = held.clause
    return {
        "id": held.id,
        "number": held.number,
        "title": both(held.title),
        "file": held.file,
        "path": list(held.path),
        "effective_from": held.effective_from.isoformat(),
        "clause": {"source": own.source, "status": own.status, "why": own.why, "proof": own.proof} if own else None,
        "values": [_value(value) for value in held.values],
    }


def _value(value: Value) -> dict[str, Any]:
    return {
        "path": list(value.path),
        "label": both(value.label),
        "value": to_jsonable_python(value.raw),
        "text": {"ar": value.text[0], "en": value.text[1]},
        "unit": {"ar": value.unit[0], "en": value.unit[1]},
        "tolerance": value.tolerance,
    }


def both(words: Bilingual) -> dict[str, str]:
    """A wording in its two languages."""
    return {"ar": words.ar, "en": words.en}
