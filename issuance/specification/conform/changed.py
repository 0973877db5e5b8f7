"""A specification with other values at some paths: what a document would be like that keeps another clause. Pure."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from specs.schema import PassportEdition, Specification

Path = tuple[str | int, ...]


def edition_with(edition: PassportEdition, *changes: tuple[Path, Any]) -> PassportEdition:
    """The edition with these values: `(("chip", "lds", "lds_version"), "0107")`."""
    for path, value in changes:
        edition = _with(edition, path, value)
    return edition


def specification_with(spec: Specification, edition: PassportEdition) -> Specification:
    """The specification with this edition in the place of the one of its name."""
    editions = spec.passport.editions | {edition.edition: edition}
    return spec.model_copy(update={"passport": spec.passport.model_copy(update={"editions": editions})})


def _with(part: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(part, BaseModel):
        return part.model_copy(update={str(step): _with(getattr(part, str(step)), rest, value)})
    if isinstance(part, list):
        n = int(step)
        return [*part[:n], _with(part[n], rest, value), *part[n + 1 :]]
    return {**part, step: _with(part[step], rest, value)}
