"""The direction of the house: who may import whom (docs/architecture.md)."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.sources import modules, sources

DOMAINS = {"people", "passports", "certificates", "cases", "border", "staff", "fees", "specification", "stock"}
DOMAINS |= {"biometrics"}
EDGES = {"api", "web", "cli", "jobs"}
OPEN_TO_OTHER_DOMAINS = {"public", "facts", "birth_date", "verify", "schemas"}


MODULES = dict(modules())


def offenders(rule: dict[str, set[str]]) -> list[str]:
    """`module imports other` for each forbidden pair; a prefix stands for all below it."""
    return [
        f"{name} imports {other}"
        for name, source in sources().items()
        for scope, forbidden in rule.items()
        if name == scope or name.startswith(scope + ".")
        for other in sorted(source.imports)
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
    for name, source in sources().items():
        if not name.startswith("issuance.") or name.split(".")[1] not in DOMAINS - {domain}:
            continue
        for other in source.imports:
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
    silent = [name for name, source in sources().items() if source.tree.body and not ast.get_docstring(source.tree)]
    assert silent == []


def test_no_file_outgrows_its_reader() -> None:
    assert [n for n, p in MODULES.items() if p.read_text("utf-8").count("\n") > 400] == []
