"""Values of the specification replaced by others: what a document would be that keeps another clause. Pure."""

from __future__ import annotations

from typing import Any, TypeVar

from pydantic import BaseModel

from specs.schema import PassportEdition, Specification

M = TypeVar("M", bound=BaseModel)
Path = tuple[str | int, ...]
Change = tuple[Path, Any]


def with_values(part: M, *changes: Change) -> M:
    """The part with these values: `(("chip", "lds", "lds_version"), "0107")`. An entry of a list is named by its
    place, or by its `id` or `name`. Raises `LookupError` for a path that leads nowhere."""
    for path, value in changes:
        part = _with(part, path, value)
    return part


def specification_with(spec: Specification, edition: PassportEdition) -> Specification:
    """The specification with this edition in the place of the one of its name."""
    editions = spec.passport.editions | {edition.edition: edition}
    return spec.model_copy(update={"passport": spec.passport.model_copy(update={"editions": editions})})


def _with(part: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(part, BaseModel):
        if step not in type(part).model_fields:
            raise LookupError(f"{type(part).__name__} has no {step!r}")
        return part.model_copy(update={str(step): _with(getattr(part, str(step)), rest, value)})
    if isinstance(part, list):
        n = step if isinstance(step, int) else [_called(entry) for entry in part].index(step)
        return [*part[:n], _with(part[n], rest, value), *part[n + 1 :]]
    return {**part, step: _with(part[step], rest, value)}


def _called(entry: Any) -> Any:
    return next((getattr(entry, name) for name in ("id", "name") if isinstance(getattr(entry, name, None), str)), None)
