"""What each function of the program names, read from its source without running it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOPS = ("specs", "keys", "issuance")
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_AFTER_A_DOT = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)")


def names_of(code: str, root: Path = ROOT) -> frozenset[str] | None:
    """What `module:function` (or a template, by its path) names; None when there is no such function or file.

    A name is an attribute, a keyword or an identifier in quotes; a local variable is not.
    """
    module, colon, function = code.partition(":")
    if not colon:
        path = root / code
        return frozenset(_AFTER_A_DOT.findall(path.read_text("utf-8"))) if path.is_file() else None
    return functions(module, root).get(function)


def outermost(qualified_name: str) -> str:
    """`making.<locals>.<genexpr>` -> `making`: what is inside a function counts for it."""
    return qualified_name.partition(".<locals>")[0]


def functions(module: str, root: Path = ROOT) -> Mapping[str, frozenset[str]]:
    """Every function and method of a module, by qualified name, with what it names. `<module>` is the rest."""
    stem = root / Path(*module.split("."))
    path = next((p for p in (stem.with_suffix(".py"), stem / "__init__.py") if p.is_file()), None)
    return _read(path, path.stat().st_mtime_ns) if path is not None else {}


@lru_cache(maxsize=1024)
def _read(path: Path, _changed: int) -> Mapping[str, frozenset[str]]:
    tree = ast.parse(path.read_text("utf-8"))
    out: dict[str, frozenset[str]] = {}
    for name, node in _defined(tree, ""):
        out[name] = out.get(name, frozenset()) | frozenset(_named(node))
    return out | {"<module>": frozenset(_named(tree))}


def _defined(node: ast.AST, within: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield within + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield within + child.name, child
            yield from _defined(child, f"{within}{child.name}.")
        elif isinstance(child, (ast.If, ast.Try, ast.With)):
            yield from _defined(child, within)


def _named(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _IDENTIFIER.fullmatch(node.value):
            yield node.value
