"""Read the specification directory into validated, frozen values; name every fault with its file and line.

`load()` gives the specification the program runs on and raises `SpecInvalid` when it has any fault.
`faults()` lists them all, for a person who edits the files.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from specs.errors import Fault, Invalid
from specs.schema import Specification, registry
from specs.schema.base import SpecFault

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # pragma: no cover - PyYAML built without libyaml
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

SHIPPED = Path(__file__).parent
MAX_FILE_BYTES = 1_000_000


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


@dataclass(slots=True)
class _File:
    """One YAML file: its node tree (for lines) and its plain data."""

    name: str
    node: yaml.Node | None
    data: Any

    def line(self, path: tuple[str | int, ...]) -> int:
        node, line = self.node, 1
        if node is not None:
            line = node.start_mark.line + 1
        for step in path:
            found: yaml.Node | None = None
            if isinstance(node, yaml.MappingNode):
                for key, value in node.value:
                    if key.value == str(step):
                        line, found = key.start_mark.line + 1, value
                        break
            elif isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
                found = node.value[step]
                line = found.start_mark.line + 1
            if found is None:
                continue  # pydantic adds steps of its own (union tags): stay at the last line known
            node = found
        return line


def directory() -> Path:
    """The specification in force: `ISSUANCE_SPECS` when set, else the one shipped with the program."""
    return Path(os.environ.get("ISSUANCE_SPECS") or SHIPPED)


def faults(root: Path | None = None) -> list[SpecFault]:
    """Every fault of the specification in `root`, in file and line order."""
    return _read(root or directory())[1]


def load(root: Path | None = None) -> Specification:
    """The validated specification of `root` (default: the one in force). Raises `SpecInvalid`."""
    where = (root or directory()).resolve()
    return _load_cached(where, _stamp(where))


@lru_cache(maxsize=16)
def _load_cached(root: Path, stamp: tuple[tuple[str, int, int], ...]) -> Specification:
    del stamp  # part of the key: an edited file is read again
    specification, found = _read(root)
    if found or specification is None:
        raise SpecInvalid(found)
    return specification


def _stamp(root: Path) -> tuple[tuple[str, int, int], ...]:
    return tuple(
        (str(p.relative_to(root)), s.st_mtime_ns, s.st_size) for p in sorted(root.rglob("*.yaml")) for s in (p.stat(),)
    )


def _read(root: Path) -> tuple[Specification | None, list[SpecFault]]:
    found: list[SpecFault] = []
    if not root.is_dir():
        return None, [SpecFault(str(root), 1, "", "no such directory", "a directory laid out like specs/")]
    files: dict[str, _File] = {}
    for path in sorted(root.rglob("*.yaml")):
        name = path.relative_to(root).as_posix()
        if (file := _parse(path, name, found)) is not None:
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
            found.extend(_explain(file, error))
    for name in registry.missing(files):
        found.append(SpecFault(name, 1, "", "the file is missing", "add it: every edition needs all its parts"))
    if found:
        return None, sorted(found, key=lambda f: (f.file, f.line, f.path))
    specification = registry.assemble(parts)
    for cross in registry.cross_checks(specification):
        line = files[cross.file].line(cross.path) if cross.file in files else 1
        found.append(SpecFault(cross.file, line, ".".join(map(str, cross.path)), cross.wrong, cross.right))
    return specification, sorted(found, key=lambda f: (f.file, f.line, f.path))


def _parse(path: Path, name: str, found: list[SpecFault]) -> _File | None:
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            found.append(SpecFault(name, 1, "", "the file is too large", f"at most {MAX_FILE_BYTES} bytes"))
            return None
        loader = _Loader(path.read_bytes().decode("utf-8"))
        try:
            node = loader.get_single_node()
            _refuse_repeats(node, name, found)
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except (UnicodeDecodeError, OSError) as error:
        found.append(SpecFault(name, 1, "", f"cannot be read: {error}", "UTF-8 text"))
        return None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        found.append(SpecFault(name, line, "", str(getattr(error, "problem", error)), "well-formed YAML"))
        return None
    return _File(name, node, data)


def _refuse_repeats(node: yaml.Node | None, name: str, found: list[SpecFault], path: str = "") -> None:
    """YAML readers silently keep the last of two equal keys; a specification must not."""
    if isinstance(node, yaml.MappingNode):
        seen: dict[str, int] = {}
        for key, value in node.value:
            here = f"{path}.{key.value}" if path else str(key.value)
            line = key.start_mark.line + 1
            if key.value in seen:
                found.append(SpecFault(name, line, here, "the key stands twice", f"once (also line {seen[key.value]})"))
            seen[key.value] = line
            _refuse_repeats(value, name, found, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _refuse_repeats(value, name, found, f"{path}.{index}")


def _explain(file: _File, error: ValidationError) -> list[SpecFault]:
    out = []
    for item in error.errors(include_url=False):
        path = tuple(item["loc"])
        wrong, right = item["msg"], "see the source of this clause"
        if item["type"] == "missing":
            wrong, right = f"`{path[-1]}` is missing", f"add `{path[-1]}:`"
            if path[-1] == "source":
                right = "add `source:` naming the text this value rests on"
        elif item["type"] == "extra_forbidden":
            wrong, right = f"`{path[-1]}` is not known here", "remove it or correct its spelling"
        else:
            context = item.get("ctx", {})
            shown = str(item.get("input"))[:60]
            wrong = f"{shown!r}: {item['msg']}"
            right = str(context.get("expected") or context.get("pattern") or item["msg"])
            if item["type"] == "value_error" and "error" in context:
                words = str(context["error"])
                wrong, _, right = words.partition(" -> ")
                right = right or "see the source of this clause"
        out.append(SpecFault(file.name, file.line(path), ".".join(map(str, path)), wrong, right))
    return out
