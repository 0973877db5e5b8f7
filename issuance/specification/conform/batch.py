"""A batch: every work package of a folder judged one after the other, and the clauses counted. Memory stays bounded:
of each document only its counts are kept, and of each clause the first documents that break it."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from issuance.specification.conform.report import Report, Result
from issuance.specification.conform.run import conform_path, edition_named
from keys.verdict import Check
from specs.errors import Fault, Invalid
from specs.schema import Specification

Told = Callable[[int], None]
_WHOLE: Final = "package"  # under which what belongs to no clause is counted


@dataclass(slots=True)
class ClauseCount:
    """Of one clause: how many documents keep and break it, and the names of the first that break it."""

    clause: str
    kept: int = 0
    broken: int = 0
    examples: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"id": self.clause, "kept": self.kept, "broken": self.broken, "examples": self.examples}


@dataclass(frozen=True, slots=True)
class BatchReport:
    """documents: how many are kept, broken, not judged; clauses: of those judged on any, in book order."""

    documents: dict[Result, int]
    clauses: tuple[ClauseCount, ...]

    @property
    def result(self) -> Result:
        if self.documents["broken"]:
            return "broken"
        return "kept" if self.documents["kept"] else "not_judged"

    def as_json(self) -> dict[str, Any]:
        return {
            "result": self.result,
            "kind": "batch",
            "documents": self.documents,
            "clauses": [held.as_json() for held in self.clauses],
        }


def packages_in(path: Path) -> bool:
    """Whether this is a folder of packages: none itself, and one directly below it."""
    if not path.is_dir() or (path / "package.json").exists():
        return False
    return next(_packages(path), None) is not None


def conform_batch(path: Path, spec: Specification, edition: str | None = None, told: Told | None = None) -> BatchReport:
    """Judge every package directly below `path`, by `edition` or by what each names. told: after each, how many so far.

    Raises `NotFound` for an unknown edition, `Invalid` for more documents than the specification lets a batch have.
    """
    edition_named(spec, edition)
    limits = spec.passport.conformance.batch
    documents: Counter[Result] = Counter()
    counts: dict[str, ClauseCount] = {}
    for n, package in enumerate(_packages(path), 1):
        if n > limits.maximum_documents:
            most = limits.maximum_documents
            raise Invalid(
                Fault(
                    "conform.batch.many", f"أكثر من {most} وثيقة", f"more than {most} documents", field="path",
                    clause="specs/passport/conformance.yaml",
                )
            )  # fmt: skip
        report = conform_path(package, spec, edition)
        documents[report.result] += 1
        _count(report, package.name, counts, limits.examples)
        if told is not None:
            told(n)
    results: tuple[Result, ...] = ("kept", "broken", "not_judged")
    return BatchReport({name: documents[name] for name in results}, tuple(counts.values()))


def _packages(path: Path) -> Iterator[Path]:
    """The folders below that hold a package, as the disk lists them: none of a long list is kept."""
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False) and (Path(entry.path) / "package.json").is_file():
                yield Path(entry.path)


def _count(report: Report, name: str, counts: dict[str, ClauseCount], examples: int) -> None:
    for held in report.clauses:
        count = counts.setdefault(held.clause.id, ClauseCount(held.clause.id))
        count.kept += held.result == "kept"
        if held.result == "broken":
            _broken(count, name, examples)
    failed: list[Check] = [check for check in report.checks if check.result == "fail"]
    if failed:
        _broken(counts.setdefault(_WHOLE, ClauseCount(_WHOLE)), name, examples)


def _broken(count: ClauseCount, name: str, examples: int) -> None:
    count.broken += 1
    if len(count.examples) < examples:
        count.examples.append(name)
