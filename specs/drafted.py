"""A specification with one more edition that is not in force: what a draft would be, and every fault it has.

The parts in force are taken as they are, so judging a draft costs its own files only. Nothing is written anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ValidationError

from specs.explain import explain
from specs.schema import EDITION_FILES, PassportEdition, Specification, registry
from specs.schema.base import SpecFault
from specs.signed_editions import BELOW
from specs.yaml_file import YamlFile, parse, read


def with_edition(
    spec: Specification, edition: str, files: Mapping[str, bytes], root: Path
) -> tuple[Specification | None, list[SpecFault]]:
    """`spec` with `edition` made of `files` (`booklet.yaml` -> bytes), and every fault in file and line order.

    None where a file cannot be read as its model; with faults between clauses the specification is given all the same.
    root: where `spec` was read from, for the lines of its own files.
    """
    found: list[SpecFault] = []
    read_: dict[str, YamlFile] = {}
    parts: dict[str, BaseModel] = {}
    for name in sorted(set(files) | {f"{part}.yaml" for part in EDITION_FILES}):
        shown = f"{BELOW}/{edition}/{name}"
        model = EDITION_FILES.get(name.removesuffix(".yaml"))
        if model is None:
            known = ", ".join(f"{part}.yaml" for part in EDITION_FILES)
            found.append(SpecFault(shown, 1, "", "no part of an edition has this name", f"one of {known}"))
        elif name not in files:
            found.append(SpecFault(shown, 1, "", "the file is missing", "add it: every edition needs all its parts"))
        elif (file := parse(files[name], shown, found)) is not None:
            read_[shown] = file
            try:
                parts[name.removesuffix(".yaml")] = model.model_validate(file.data)
            except ValidationError as error:
                found.extend(explain(file, model, error))
    if found:
        return None, sorted(found, key=lambda f: (f.file, f.line, f.path))
    editions = {**spec.passport.editions, edition: PassportEdition(edition=edition, **parts)}
    passport = spec.passport.model_copy(update={"editions": dict(sorted(editions.items()))})
    whole = spec.model_copy(update={"passport": passport})
    for cross in registry.cross_checks(whole):
        held = read_[cross.file] if cross.file in read_ else read(root / cross.file, cross.file, [])
        line = held.line(cross.path) if held is not None else 1
        found.append(SpecFault(cross.file, line, ".".join(map(str, cross.path)), cross.wrong, cross.right))
    return whole, sorted(found, key=lambda f: (f.file, f.line, f.path))
