"""Which model reads which file, and how the files become one `Specification`.

To add a part: write its model, name its file in `FILES` (or `EDITION_FILES`), give it a place in `Specification`.
A `ValueError("wrong -> right")` raised by a model's validator is shown in those two columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel

from specs.schema import EDITION_FILES, FILES, PassportEdition, PassportSpec, Specification
from specs.schema.base import CrossFault
from specs.schema.ceremonies import Ceremony

_EDITION = re.compile(r"passport/editions/([0-9]{4})/([a-z_]+)\.yaml")
_CEREMONY = re.compile(r"pki/ceremonies/([a-z_]+)\.yaml")


def model_for(name: str) -> type[BaseModel] | None:
    """The model that reads the file `name` (path below the specification directory), or None."""
    if match := _EDITION.fullmatch(name):
        return EDITION_FILES.get(match[2])
    if _CEREMONY.fullmatch(name):
        return Ceremony
    stem = name.removesuffix(".yaml")
    return FILES.get(stem)


def known_names() -> str:
    """The file names a specification may hold, for a person who misspelt one."""
    return "one of " + ", ".join(
        [*FILES, "pki/ceremonies/NAME", *(f"passport/editions/YYYY/{n}" for n in EDITION_FILES)]
    )


def missing(present: Iterable[str]) -> Iterator[str]:
    """Files that a complete specification needs and `present` lacks."""
    names = set(present)
    yield from (f"{stem}.yaml" for stem in FILES if f"{stem}.yaml" not in names)
    editions = {m[1] for n in names if (m := _EDITION.fullmatch(n))}
    if not editions:
        yield "passport/editions/2026/booklet.yaml"
    for edition in sorted(editions):
        for part in EDITION_FILES:
            if (name := f"passport/editions/{edition}/{part}.yaml") not in names:
                yield name


def assemble(parts: dict[str, Any]) -> Specification:
    """One `Specification` from well-formed parts."""
    editions: dict[str, dict[str, Any]] = {}
    ceremonies: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    for name, part in parts.items():
        if match := _EDITION.fullmatch(name):
            editions.setdefault(match[1], {})[match[2]] = part
        elif match := _CEREMONY.fullmatch(name):
            ceremonies[match[1]] = part
        else:
            plain[name.removesuffix(".yaml")] = part
    shared = {stem.removeprefix("passport/"): plain.pop(stem) for stem in list(plain) if stem.startswith("passport/")}
    passport = PassportSpec(
        **shared,
        editions={year: PassportEdition(edition=year, **held) for year, held in sorted(editions.items())},
    )
    named = {stem.replace("/", "_"): part for stem, part in plain.items()}
    return Specification(passport=passport, pki_ceremonies=ceremonies, **named)


def cross_checks(specification: Specification) -> Iterator[CrossFault]:
    """Faults between values of different clauses or files."""
    for check in CROSS_CHECKS:
        yield from check(specification)


from specs.schema.crosschecks import CROSS_CHECKS  # noqa: E402  (the checks need `Specification`)
