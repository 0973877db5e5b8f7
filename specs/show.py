"""The specification as a person reads it: labelled rows with unit and source, in Arabic or English. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from specs.schema import Specification
from specs.schema.base import Bilingual, Clause
from specs.schema.labels import Labels

Language = Literal["ar", "en"]
NOTES = frozenset({"source", "status", "effective_from", "why", "proof"})
_EMPTY = {"ar": "غير محدد", "en": "not set"}
_YES_NO = {"ar": {True: "نعم", False: "لا"}, "en": {True: "yes", False: "no"}}


@dataclass(frozen=True, slots=True)
class Row:
    """One line. depth: 0 for a heading's own level; value "" for a heading; source "" below its clause."""

    depth: int
    label: str
    value: str
    unit: str
    source: str
    status: str


def subjects(spec: Specification) -> dict[str, dict[str, Any]]:
    """What can be shown: `passport` (by edition), and one subject a directory or file of the specification."""
    shown: dict[str, dict[str, Any]] = {}
    for name in type(spec).model_fields:
        if name != "passport":
            head, _, rest = name.partition("_")
            shown.setdefault(head, {})[rest or head] = getattr(spec, name)
    shared = {n: getattr(spec.passport, n) for n in type(spec.passport).model_fields if n != "editions"}
    shown["passport"] = shared
    return shown


def rows(part: Any, labels: Labels, language: Language, depth: int = 0) -> Iterator[Row]:
    """Rows of a part, a mapping of parts or a list, in the order of the file."""
    if isinstance(part, BaseModel):
        items = stated(part)
    elif isinstance(part, dict):
        items = list(part.items())
    else:
        items = [(str(index), value) for index, value in enumerate(part, 1)]
    for key, value in items:
        label, unit = labels.of(str(key), language)
        if (text := plain_text(value, language)) is not None:
            yield Row(depth, label, text, unit if value is not None else "", "", "")
            continue
        clause = value if isinstance(value, Clause) else None
        yield Row(depth, label, "", "", clause.source if clause else "", clause.status if clause else "")
        yield from rows(value, labels, language, depth + 1)


def stated(part: BaseModel) -> list[tuple[str, Any]]:
    """(key, value) of a part in the order of its model; an optional key that its file leaves out says nothing."""
    held = [(name, getattr(part, name)) for name in type(part).model_fields if name not in NOTES]
    return [(name, value) for name, value in held if value is not None or name in part.model_fields_set]


def plain_text(value: Any, language: Language) -> str | None:
    """The text of a value that fits one line, or None for one that needs lines of its own."""
    if value is None:
        return _EMPTY[language]
    if isinstance(value, bool):
        return _YES_NO[language][value]
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Bilingual) and type(value) is Bilingual:
        return str(getattr(value, language))
    if isinstance(value, BaseModel):
        return None
    if isinstance(value, (list, tuple)):
        plain = [plain_text(item, language) for item in value]
        worded = any(isinstance(item, Bilingual) for item in value)  # wordings have commas of their own
        comma = {("ar", False): "، ", ("ar", True): "؛ "}.get((language, worded), "; " if worded else ", ")
        return comma.join(map(str, plain)) if all(p is not None for p in plain) else None
    if isinstance(value, dict):
        return None if value else _EMPTY[language]
    return str(value)
