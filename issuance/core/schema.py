"""Words for the published shapes of what this service takes and gives: JSON Schema 2020-12 as plain values. Pure.

A domain says its shapes in its own `schemas.py`, beside the code that reads and writes them; this module knows none.
Shapes come from the types of the program where it has them (`of_type`), and are narrowed by the specification.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import TypeAdapter

from specs.schema import PassportEdition, Specification
from specs.schema.base import Bilingual

Schema = dict[str, Any]
REMOVED: Final = object()
"""The value of a counter-example in which the member is left out."""


@dataclass(frozen=True, slots=True)
class Source:
    """What a shape is made from. passport: the edition, for documents that follow one."""

    spec: Specification
    passport: PassportEdition


@dataclass(frozen=True, slots=True)
class Wrong:
    """A counter-example: the first example with `value` at `path` (`REMOVED`: without it); words: why it is none."""

    path: tuple[str | int, ...]
    value: Any
    words: Bilingual


@dataclass(frozen=True, slots=True)
class Document:
    """One published document. version: raised when its shape changes; by_edition: each edition has its own shape.

    beyond: what the program checks besides the shape, for those who send it; table: it is a row of a CSV file.
    """

    name: str
    version: int
    title: Bilingual
    shape: Callable[[Source], Schema]
    by_edition: bool = False
    beyond: Bilingual | None = None
    wrong: tuple[Wrong, ...] = ()
    table: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """What a route or a command takes and gives: names of documents; None: nothing, or a file that is no JSON.

    gives: several where the answer depends on what was asked.
    """

    takes: str | None = None
    gives: str | tuple[str, ...] | None = None


def words(ar: str, en: str) -> Bilingual:
    return Bilingual(ar=ar, en=en)


def text(most: int | None = None, *, least: int | None = None, pattern: str | None = None) -> Schema:
    """Text of so many characters, of a form."""
    held: Schema = {"type": "string"}
    for name, value in (("minLength", least), ("maxLength", most), ("pattern", pattern)):
        if value is not None:
            held[name] = value
    return held


def number(least: int | None = 0, most: int | None = None) -> Schema:
    """A whole number."""
    held: Schema = {"type": "integer"}
    if least is not None:
        held["minimum"] = least
    return held | ({"maximum": most} if most is not None else {})


def maybe(held: Schema) -> Schema:
    """The same, or null."""
    if set(held) == {"enum"}:
        return {"enum": [*held["enum"], None]}
    return {**held, "type": [held["type"], "null"]} if isinstance(held.get("type"), str) and "enum" not in held else {
        "anyOf": [held, {"type": "null"}]
    }  # fmt: skip


def listed(item: Schema, most: int | None = None, least: int | None = None) -> Schema:
    """A list of such."""
    held: Schema = {"type": "array", "items": item}
    return held | ({"maxItems": most} if most is not None else {}) | ({"minItems": least} if least is not None else {})


def one_of(codes: Iterable[str]) -> Schema:
    """One of these codes."""
    return {"enum": list(codes)}


def either(*shapes: Schema) -> Schema:
    """Exactly one of these shapes."""
    return {"oneOf": list(shapes)}


def keyed(value: Schema, key: str | None = None) -> Schema:
    """An object of such values under keys of a form."""
    held: Schema = {"type": "object", "additionalProperties": value}
    return held | ({"propertyNames": {"pattern": key}} if key is not None else {})


def members(required: Mapping[str, Schema], optional: Mapping[str, Schema] | None = None) -> Schema:
    """An object of these members and no others."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
    }


def joined(*shapes: Schema) -> Schema:
    """One object of the members of all; a later one replaces an earlier one."""
    held: dict[str, Schema] = {}
    needed: dict[str, None] = {}
    for shape in shapes:
        held |= shape["properties"]
        needed |= dict.fromkeys(shape.get("required", ()))
    return members({name: held[name] for name in needed}, {n: s for n, s in held.items() if n not in needed})


def without(shape: Schema, *names: str) -> Schema:
    """The object without these members."""
    kept = {name: held for name, held in shape["properties"].items() if name not in names}
    needed = [name for name in shape.get("required", ()) if name not in names]
    return members({name: kept[name] for name in needed}, {n: s for n, s in kept.items() if n not in needed})


def of_type(kind: Any, *, given: bool = True, **narrowed: Schema) -> Schema:
    """The shape of a type of the program, without references. given: as written out, every member there.

    narrowed: dotted path with `__` (`names__latin`) -> the shape that stands there instead.
    """
    held = TypeAdapter(kind).json_schema(mode="serialization" if given else "validation")
    shape: Schema = _plain(held, held.get("$defs", {}), given)
    for path, value in narrowed.items():
        replace(shape, tuple(path.split("__")), value)
    return shape


def replace(shape: Schema, path: Sequence[str], value: Schema) -> None:
    """Put `value` in place of the member at `path` (`*`: the items of a list). Raises KeyError where there is none."""
    held = shape
    for step in path[:-1]:
        held = held["items"] if step == "*" else held["properties"][step]
    if path[-1] == "*":
        held["items"] = value
    else:
        held["properties"][path[-1]]  # a name that is not there is a mistake here
        held["properties"][path[-1]] = value


def _plain(held: Any, defs: Mapping[str, Schema], given: bool) -> Any:
    """Without references, and without what pydantic says for Python's sake."""
    if isinstance(held, list):
        return [_plain(item, defs, given) for item in held]
    if not isinstance(held, dict):
        return held
    if "$ref" in held:
        return _plain(defs[held["$ref"].rpartition("/")[2]], defs, given)
    out: Schema = {}
    for name, value in held.items():
        if name in ("properties", "patternProperties"):
            out[name] = {key: _plain(item, defs, given) for key, item in value.items()}
        elif name not in ("$defs", "title", "description", "default"):
            out[name] = _plain(value, defs, given)
    if given and "properties" in out:
        out |= {"required": list(out["properties"]), "additionalProperties": False}
    return out


def changed(example: Any, path: Sequence[str | int], value: Any) -> Any:
    """A copy of the example with `value` at `path`, or without the member."""
    out = deepcopy(example)
    held = out
    for step in path[:-1]:
        held = held[step]
    if value is REMOVED:
        del held[path[-1]]
    elif path:
        held[path[-1]] = value
    else:
        out = value
    return out


Kind = Literal["taken", "given"]
TEXT: Final = text()
ANY: Final[Schema] = {}
FLAG: Final[Schema] = {"type": "boolean"}
DAY: Final[Schema] = {"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
MOMENT: Final[Schema] = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
}
SHA256: Final = text(pattern="^[0-9a-f]{64}$")
BASE64: Final[Schema] = {"type": "string", "contentEncoding": "base64", "pattern": "^[A-Za-z0-9+/]*={0,2}$"}
CODE: Final = text(pattern="^[A-Za-z][A-Za-z0-9_.-]{0,59}$")
ID: Final = text(pattern="^[A-Za-z0-9:/._-]{1,120}$")
BILINGUAL: Final = members({"ar": text(least=1), "en": text(least=1)})
CODED: Final = members({"code": text(least=1), "title": maybe(BILINGUAL)})
FAULT: Final = members(
    {"code": CODE, "field": maybe(TEXT), "clause": maybe(TEXT), "ar": text(least=1), "en": text(least=1)}
)
"""One thing that is wrong (`specs.errors.Fault`)."""
