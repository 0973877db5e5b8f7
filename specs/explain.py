"""What pydantic says of a value, in words for the person who edits it: what is wrong, what would be right."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from specs.schema.base import SpecFault
from specs.yaml_file import YamlFile

_SHOWN_CHARACTERS = 60
_SEE_SOURCE = "see the source of this clause"
_KINDS = {"int": "a whole number", "float": "a number", "finite": "a number", "string": "text", "date": "a date"}
_KINDS |= {"bool": "true or false", "list": "a list", "tuple": "a list", "set": "a list"}
_KINDS |= {"dict": "a mapping (key: value)", "mapping": "a mapping (key: value)", "invalid": "text as key"}
# By pydantic's error type; {…} are the names of its context.
_RIGHT = {
    "literal_error": "one of {expected}",
    "enum": "one of {expected}",
    "string_pattern_mismatch": "text of the form {pattern}",
    "greater_than": "a number above {gt}",
    "greater_than_equal": "a number from {ge} up",
    "less_than": "a number below {lt}",
    "less_than_equal": "a number up to {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "string_too_short": "text of {min_length} characters or more",
    "string_too_long": "text of {max_length} characters or fewer",
    "too_short": "a list of {min_length} entries or more",
    "too_long": "a list of {max_length} entries or fewer",
    "int_from_float": "a whole number",
    "date_parsing": "a date, written YYYY-MM-DD",
    "date_type": "a date, written YYYY-MM-DD",
    "date_from_datetime_parsing": "a date, written YYYY-MM-DD",
}


def explain(file: YamlFile, model: type[BaseModel], error: ValidationError) -> list[SpecFault]:
    """One fault an error, at its line. What stands at or below a repeated key is left out: the repeat is the fault."""
    out = []
    for item in error.errors(include_url=False):
        path = tuple(item["loc"])
        shown = ".".join(map(str, path))
        if any(shown == held or shown.startswith(f"{held}.") for held in file.repeated):
            continue
        wrong, right = _sentences(item, model)
        out.append(SpecFault(file.name, file.line(path), shown, wrong, right))
    return out


def _sentences(item: Mapping[str, Any], model: type[BaseModel]) -> tuple[str, str]:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "missing":
        last = item["loc"][-1]
        if last == "source":
            return "`source` is missing", "add `source:` naming the text this value rests on"
        return f"`{last}` is missing", f"add `{last}:`"
    if kind == "extra_forbidden":
        return f"`{item['loc'][-1]}` is not known here", "remove it or correct its spelling"
    if kind == "value_error":  # raised by a validator of ours
        wrong, _, right = str(context["error"]).partition(" -> ")
        return wrong, right or _SEE_SOURCE
    return f"{_shown(item['input'])} does not fit here", _right(kind, context, model)


def _right(kind: str, context: Mapping[str, Any], model: type[BaseModel]) -> str:
    if kind == "model_type":
        keys = next((m.model_fields for m in _models(model, set()) if m.__name__ == context["class_name"]), {})
        return f"a mapping with the keys {', '.join(keys)}"
    if kind in ("too_short", "too_long") and context["field_type"] == "Dictionary":
        return _RIGHT[kind].format_map(context).replace("list", "mapping")
    if kind in _RIGHT:
        return _RIGHT[kind].format_map(context)
    return _KINDS.get(kind.partition("_")[0], _SEE_SOURCE)


def _models(annotation: Any, met: set[Any]) -> Iterator[type[BaseModel]]:
    """Every model an annotation speaks of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel) and annotation not in met:
        met.add(annotation)
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation, met)
    for part in get_args(annotation):
        yield from _models(part, met)


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, int) and value.bit_length() > 2 * _SHOWN_CHARACTERS:
        return "a very long number"  # Python refuses to write the longest ones
    return repr(value[:_SHOWN_CHARACTERS]) if isinstance(value, str) else str(value)  # quotes tell text from numbers
