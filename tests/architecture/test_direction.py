"""The direction of the house: who may import whom (docs/architecture.md)."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOMAINS = {"people", "passports", "certificates", "cases", "border", "staff", "fees", "specification", "stock"}
DOMAINS |= {"biometrics"}
EDGES = {"api", "web", "cli", "jobs"}
OPEN_TO_OTHER_DOMAINS = {"public", "facts", "birth_date", "verify", "schemas"}


def modules() -> Iterator[tuple[str, Path]]:
    for top in ("specs", "keys", "issuance"):
        for path in sorted((ROOT / top).rglob("*.py")):
            yield ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"), path


def imports(path: Path) -> set[str]:
    """Every module a file imports, `from a.b import c` giving both `a.b` and `a.b.c`; type-only imports included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


MODULES = dict(modules())
IMPORTS = {name: imports(path) for name, path in MODULES.items()}


def offenders(rule: dict[str, set[str]]) -> list[str]:
    """`module imports other` for each forbidden pair; a prefix stands for all below it."""
    return [
        f"{name} imports {other}"
        for name, held in IMPORTS.items()
        for scope, forbidden in rule.items()
        if name == scope or name.startswith(scope + ".")
        for other in sorted(held)
        if any(other == f or other.startswith(f + ".") for f in forbidden)
    ]


def test_specs_imports_nothing_of_keys_or_issuance() -> None:
    assert offenders({"specs": {"keys", "issuance"}}) == []


def test_specs_rests_on_pydantic_and_yaml_alone() -> None:
    web_or_data = {"fastapi", "sqlmodel", "sqlalchemy", "cryptography", "PIL", "typer", "jinja2"}
    assert offenders({"specs": web_or_data}) == []


def test_keys_never_imports_issuance() -> None:
    assert offenders({"keys": {"issuance", "fastapi", "sqlmodel", "sqlalchemy", "typer"}}) == []


def test_only_keys_loads_private_keys() -> None:
    loaders = ("load_pem_private_key", "load_der_private_key", "generate_private_key", "load_key_and_certificates")
    found = [
        f"{name}: {word}"
        for name, path in MODULES.items()
        if not name.startswith("keys")
        for word in loaders
        if word in path.read_text("utf-8")
    ]
    assert found == []


def test_core_and_codecs_know_no_web() -> None:
    web = {"fastapi", "starlette", "jinja2", "typer", "issuance.api", "issuance.web", "issuance.cli"}
    assert offenders({"issuance.core": web, "issuance.mrtd": web, "issuance.documents": web, "issuance.db": web}) == []


def test_codecs_touch_neither_database_nor_network_nor_clock() -> None:
    forbidden = {
        "sqlmodel",
        "sqlalchemy",
        "issuance.db",
        "issuance.core.clock",
        "httpx",
        "urllib",
        "socket",
        "subprocess",
    }
    assert offenders({"issuance.mrtd": forbidden}) == []
    rules = {name: forbidden for name in MODULES if name.startswith("issuance.") and name.endswith(".rules")}
    assert offenders(rules) == []


def test_domains_know_no_edge() -> None:
    edges = {f"issuance.{edge}" for edge in EDGES}
    found = offenders({f"issuance.{domain}": edges for domain in DOMAINS})
    assert [f for f in found if ".api" not in f.partition(" imports ")[0]] == []


def _open(module: list[str]) -> bool:
    """Shapes may stand in several modules, `schemas_*`."""
    return all(name in OPEN_TO_OTHER_DOMAINS or name.startswith("schemas_") for name in module)


@pytest.mark.parametrize("domain", sorted(DOMAINS))
def test_a_domain_meets_another_only_through_its_public_door(domain: str) -> None:
    found = []
    for name, held in IMPORTS.items():
        if not name.startswith("issuance.") or name.split(".")[1] not in DOMAINS - {domain}:
            continue
        for other in held:
            parts = other.split(".")
            if parts[:2] == ["issuance", domain] and not _open(parts[2:3]):
                found.append(f"{name} imports {other}")
    assert found == []


def test_edges_never_touch_tables() -> None:
    models = {
        name
        for name in MODULES
        if name.split(".")[1:2] in [[d] for d in DOMAINS] and name.endswith((".model", "_model"))
    }
    assert offenders({f"issuance.{edge}": models for edge in EDGES}) == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        n
        for n, p in MODULES.items()
        if p.read_text("utf-8").strip() and not ast.get_docstring(ast.parse(p.read_text("utf-8")))
    ]
    assert silent == []


def test_no_file_outgrows_its_reader() -> None:
    assert [n for n, p in MODULES.items() if p.read_text("utf-8").count("\n") > 400] == []
