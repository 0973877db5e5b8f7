"""The source of the program, parsed once a run and walked once: what it imports, and what it names."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Source:
    """imports: every module it imports, `from a.b import c` giving both `a.b` and `a.b.c`; type-only ones included.

    reached: the attributes it reaches, by a dot or by their text (`getattr`).
    """

    path: Path
    tree: ast.Module
    imports: frozenset[str]
    reached: frozenset[str] = field(repr=False)

    @property
    def file(self) -> str:
        return self.path.relative_to(ROOT).as_posix()


def modules() -> Iterator[tuple[str, Path]]:
    for top in ("specs", "keys", "issuance"):
        for path in sorted((ROOT / top).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


@cache
def sources() -> dict[str, Source]:
    """By the name of the module."""
    return {name: _source(path) for name, path in modules()}


def _source(path: Path) -> Source:
    tree = ast.parse(path.read_text("utf-8"))
    imports, reached = set[str](), set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            reached.add(node.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            reached.add(node.value)
        elif isinstance(node, ast.Import):
            imports |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            imports |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return Source(path, tree, frozenset(imports), frozenset(reached))
