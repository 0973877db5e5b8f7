"""What was traced, gathered by clause and made small: `specs/coverage.json`."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import NamedTuple

TESTS_NAMED = 3


class Read(NamedTuple):
    """code: `module:function`, or a template by its path. what: the value read, below the clause (`box.x_mm`).

    `^fields`: the clause itself, by this attribute of what it stands in; `rule()`: through this function of the
    specification; `M*`: a value chosen at run time (`getattr`).
    """

    code: str
    what: str


class Record:
    """Reads by clause, and the tests that made them."""

    def __init__(self) -> None:
        self.reads: dict[str, dict[Read, None]] = defaultdict(dict)
        self.chosen: dict[str, dict[Read, str]] = defaultdict(dict)
        self.tests: dict[str, set[str]] = defaultdict(set)

    def add(self, clause: str, read: Read, test: str) -> None:
        self.reads[clause][read] = None
        self.tests[clause].add(test)

    def add_if_named(self, clause: str, read: Read, test: str) -> None:
        """A value chosen at run time counts when the same function names its clause."""
        self.chosen[clause][read] = test

    def write(self, file: Path) -> None:
        """Sorted, one clause a line; of the tests those that stand on the fewest clauses."""
        for clause, reads in self.chosen.items():
            named = {read.code for read in self.reads[clause] if read.what.startswith("^")}
            for read, test in reads.items():
                if read.code in named:
                    self.add(clause, read, test)
        width = Counter(test for tests in self.tests.values() for test in tests)
        lines = []
        for clause in sorted(clause for clause, reads in self.reads.items() if reads):
            code: dict[str, list[str]] = {}
            for read in sorted(self.reads[clause]):
                code.setdefault(read.code, []).append(read.what)
            plain = {test.partition("[")[0] for test in self.tests[clause]}
            least = {test: min(n for held, n in width.items() if held.partition("[")[0] == test) for test in plain}
            tests = sorted(plain, key=lambda test: (least[test], test))[:TESTS_NAMED]
            lines.append(f" {json.dumps(clause)}: {json.dumps({'code': code, 'tests': tests}, ensure_ascii=False)}")
        file.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")
