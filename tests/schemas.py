"""What the service says in tests, held against what it publishes: every JSON answer of API and console has its schema.

The judge is `jsonschema`, which knows nothing of this program. `python -m tests.schemas --write` keeps the digests of
the shapes (`tests/unit/specification/golden/schemas.txt`). With `RECORD_EXAMPLES` (a folder) set, a run keeps
the richest small answer of each document there: the published examples (`templates/schemas`) were made so.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from starlette.testclient import TestClient

from issuance.core.schema import Exchange
from issuance.specification import schemas
from specs.load import SHIPPED, load
from specs.schema import Specification

GOLDEN = Path(__file__).parent / "unit" / "specification" / "golden" / "schemas.txt"
PROBLEM = "problem"
_ASKED = TestClient.request
_LONGEST_EXAMPLE = 20_000
_RECORD = os.environ.get("RECORD_EXAMPLES")


@lru_cache(maxsize=512)
def validator(spec: Specification, name: str, version: str) -> Draft202012Validator:
    """The judge of one published shape."""
    return Draft202012Validator(schemas.found(spec, name, version).shape)


@lru_cache(maxsize=512)
def versions(spec: Specification, name: str) -> list[str]:
    """Every published version of a document."""
    return [version for held, version in schemas.published(spec) if held == name]


def faults(value: Any, name: str, spec: Specification | None = None) -> list[str]:
    """Why the value is no such document by any of its versions; empty when it is one."""
    spec = spec or load(SHIPPED)
    least: list[str] | None = None
    for version in versions(spec, name):
        found = [
            f"{name}/{version} {'.'.join(map(str, error.absolute_path)) or '(whole)'}: {error.message[:300]}"
            for error in validator(spec, name, version).iter_errors(value)
        ]
        if not found:
            _record(name, version, value)
            return []
        least = found if least is None or len(found) < len(least) else least
    return [f"{name}: no such schema"] if least is None else least


def assert_published(value: Any, names: Iterable[str], spec: Specification | None = None) -> None:
    """The value is one of these documents."""
    found = {name: faults(value, name, spec) for name in names}
    if found and all(found.values()):
        raise AssertionError(f"{min(found.values(), key=len)[:5]} in {json.dumps(value, ensure_ascii=False)[:1500]}")


def judge_answers() -> None:
    """From now on every JSON answer to a test client is held against its schema."""
    TestClient.request = _request  # type: ignore[method-assign]


def _request(self: TestClient, method: str, url: Any, **more: Any) -> Any:
    answer = _ASKED(self, method, url, **more)
    kind = answer.headers.get("content-type", "").partition(";")[0]
    first = answer.history[0] if answer.history else answer
    path = first.request.url.path
    service = getattr(getattr(self.app, "state", None), "service", None)
    if service is None or not path.startswith("/v1/") or kind not in ("application/json", "application/problem+json"):
        return answer
    if kind == "application/problem+json":
        assert_published(answer.json(), [PROBLEM], service.spec)
        return answer
    if (route := route_of(method.upper(), path)) is not None:
        held = schemas.ROUTES[route]
        if held.takes is not None and more.get("json") is not None and answer.is_success:
            assert_published(more["json"], [held.takes], service.spec)
        assert_published(answer.json(), schemas.names_of(held), service.spec)
    return answer


def route_of(method: str, path: str) -> str | None:
    """`GET /v1/passports/{number}` for an address: of those that fit, the one with the fewest parameters."""
    fitting = [name for name, form in _forms() if name.startswith(f"{method} ") and form.fullmatch(path)]
    return min(fitting, key=lambda name: name.count("{"), default=None)


@cache
def _forms() -> list[tuple[str, re.Pattern[str]]]:
    held = []
    for name in schemas.ROUTES:
        form = re.escape(name.partition(" ")[2]).replace(r"\{clause_id\}", ".+")
        held.append((name, re.compile(re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", form))))
    return held


def exchange_of(arguments: Sequence[str]) -> Exchange | None:
    """Of a console command: the longest name it begins with."""
    for words in (3, 2, 1):
        if held := schemas.COMMANDS.get(" ".join(arguments[:words])):
            return held
    return None


def judge_console(arguments: Sequence[str], done: subprocess.CompletedProcess[str], specs: Path | None) -> None:
    """Hold what a command answered against its schema; lines of JSON line by line."""
    held = exchange_of(arguments)
    if held is None or not {"--json", "--jsonl"} & set(arguments) or done.returncode not in (0, 1, 2):
        return
    lines = done.stdout.splitlines() if "--jsonl" in arguments else [done.stdout]
    for line in lines:
        try:
            value = json.loads(line)
        except ValueError:
            return
        names = [*schemas.names_of(held), "console-problem"]
        assert_published(value, names, load(specs or SHIPPED))


def _record(name: str, version: str, value: Any) -> None:
    if _RECORD is None or len(json.dumps(value, ensure_ascii=False)) > _LONGEST_EXAMPLE:
        return
    path = Path(_RECORD) / f"{name}.{version}.json"
    if not path.exists() or _riches(value) > _riches(json.loads(path.read_text("utf-8"))[0]):
        path.write_text(json.dumps([value], ensure_ascii=False, indent=1) + "\n", "utf-8")


def _riches(value: Any) -> int:
    """How much an example shows."""
    if isinstance(value, dict):
        return sum(_riches(held) for held in value.values())
    if isinstance(value, list):
        return sum(_riches(held) for held in value[:3])
    return 0 if value in (None, "") else 1


def digests() -> str:
    """A line for each shape whose version is a promise."""
    held = schemas.published(load(SHIPPED)).values()
    return "".join(f"{one.name}/{one.version} {one.digest}\n" for one in held if one.version != schemas.CURRENT)


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        raise SystemExit("python -m tests.schemas --write")
    GOLDEN.parent.mkdir(parents=True, exist_ok=True)
    GOLDEN.write_text(digests(), "utf-8")
