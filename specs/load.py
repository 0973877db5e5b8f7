"""Read the specification directory into validated, frozen values; name every fault with its file and line.

`load()` gives the specification the program runs on and raises `SpecInvalid` when it has any fault.
`faults()` lists them all, for a person who edits the files.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ValidationError

from specs.errors import Fault, Invalid
from specs.explain import explain
from specs.schema import Specification, registry
from specs.schema.base import SpecFault
from specs.schema.ceremonies import Ceremony
from specs.signed_editions import BELOW, MANIFEST, SignedEdition, directories, faults_of, read_signed
from specs.yaml_file import YamlFile, read

SHIPPED = Path(__file__).parent


class SpecInvalid(Invalid):
    """The specification has faults; `spec_faults` holds every one."""

    def __init__(self, found: list[SpecFault]) -> None:
        self.spec_faults = found
        super().__init__(
            *(
                Fault(
                    code="specs.invalid",
                    field=f"{f.file}:{f.line}:{f.path}",
                    clause="specs",
                    ar=f"خطأ في المواصفة: {f.wrong}، والصواب: {f.right}",
                    en=f"{f.wrong}; right would be: {f.right}",
                )
                for f in found
            )
        )


def directory() -> Path:
    """The specification in force: `ISSUANCE_SPECS` when set, else the one shipped with the program."""
    return Path(os.environ.get("ISSUANCE_SPECS") or SHIPPED)


def editions_directory() -> Path:
    """Where this installation keeps the editions it signed: beside its database (docs/editions.md)."""
    return Path(os.environ.get("ISSUANCE_HOME") or "var") / "editions"


def faults(root: Path | None = None, editions: Path | None = None) -> list[SpecFault]:
    """Every fault of the specification in `root` with the signed `editions`, in file and line order."""
    return _read(*_places(root, editions))[1]


def load(root: Path | None = None, editions: Path | None = None) -> Specification:
    """The validated specification of `root` with the signed `editions`. Raises `SpecInvalid`.

    Default: both as this installation has them. A root named alone is read alone.
    """
    where, beside = _places(root, editions)
    return _load_cached(where, beside, _stamp(where) + (_stamp(beside) if beside is not None else ()))


def _places(root: Path | None, editions: Path | None) -> tuple[Path, Path | None]:
    beside = editions if editions is not None or root is not None else editions_directory()
    held = beside.resolve() if beside is not None and beside.is_dir() else None
    return (root or directory()).resolve(), held


def load_ceremony(path: Path) -> Ceremony:
    """One ceremony from its file, wherever it lies. Raises `SpecInvalid`."""
    found: list[SpecFault] = []
    file = read(path, path.name, found)
    if file is None or found:
        raise SpecInvalid(found)
    try:
        return Ceremony.model_validate(file.data)
    except ValidationError as error:
        raise SpecInvalid(explain(file, Ceremony, error)) from error


@lru_cache(maxsize=16)
def _load_cached(root: Path, editions: Path | None, stamp: tuple[tuple[str, int, int], ...]) -> Specification:
    del stamp  # part of the key: an edited file is read again
    specification, found = _read(root, editions)
    if found or specification is None:
        raise SpecInvalid(found)
    return specification


def _stamp(root: Path) -> tuple[tuple[str, int, int], ...]:
    """Name, time and size of every file. Asked for at every load, so without a `Path` for each file."""
    found: list[tuple[str, int, int]] = []
    below = [str(root)]
    while below:
        try:
            with os.scandir(below.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.path)
                    elif entry.name.endswith(".yaml") or entry.name == MANIFEST:
                        status = entry.stat()
                        found.append((entry.path, status.st_mtime_ns, status.st_size))
        except OSError:
            continue  # `_read` says what cannot be read
    return tuple(sorted(found))


def _read(root: Path, editions: Path | None) -> tuple[Specification | None, list[SpecFault]]:
    found: list[SpecFault] = []
    if not root.is_dir():
        return None, [SpecFault(str(root), 1, "", "no such directory", "a directory laid out like specs/")]
    paths = {path.relative_to(root).as_posix(): path for path in sorted(root.rglob("*.yaml"))}
    for edition, where in directories(editions):
        signed = read_signed(edition, where)
        found.extend(faults_of(signed, root) if isinstance(signed, SignedEdition) else [signed])
        paths |= {f"{BELOW}/{edition}/{path.name}": path for path in sorted(where.glob("*.yaml"))}
    files: dict[str, YamlFile] = {}
    for name, path in paths.items():
        if (file := read(path, name, found)) is not None:
            files[name] = file
    parts: dict[str, BaseModel] = {}
    for name, file in files.items():
        model = registry.model_for(name)
        if model is None:
            found.append(SpecFault(name, 1, "", "no part of the specification has this name", registry.known_names()))
            continue
        try:
            parts[name] = model.model_validate(file.data)
        except ValidationError as error:
            found.extend(explain(file, model, error))
    for name in registry.missing(paths):
        found.append(SpecFault(name, 1, "", "the file is missing", "add it: every edition needs all its parts"))
    if found:
        return None, sorted(found, key=lambda f: (f.file, f.line, f.path))
    specification = registry.assemble(parts)
    for cross in registry.cross_checks(specification):
        line = files[cross.file].line(cross.path) if cross.file in files else 1
        found.append(SpecFault(cross.file, line, ".".join(map(str, cross.path)), cross.wrong, cross.right))
    return specification, sorted(found, key=lambda f: (f.file, f.line, f.path))
