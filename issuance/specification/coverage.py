"""Which code and which test stands on each clause, as traced by `make spec-coverage` (`specs/coverage.json`).

It speaks of the specification shipped and of this program; an installation's own copy changes neither.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from specs.load import SHIPPED

FILE = SHIPPED / "coverage.json"


@dataclass(frozen=True, slots=True)
class Standing:
    """code: `module:function` or a template's path -> what it reads there; tests: some that stand on the clause.

    What is read: a value below the clause (`box.x_mm`); `^fields`, the clause by its name where it stands; `rule()`,
    through that function of the specification; `M*`, chosen at run time.
    """

    code: Mapping[str, tuple[str, ...]]
    tests: tuple[str, ...]


NOTHING = Standing({}, ())


def standing(clause_id: str) -> Standing:
    """What stands on the clause of that id; `NOTHING` when nothing does."""
    return read(FILE).get(clause_id, NOTHING)


@lru_cache(maxsize=4)
def read(file: Path) -> Mapping[str, Standing]:
    """Clause id -> what stands on it."""
    held = json.loads(file.read_text("utf-8"))
    return {
        clause: Standing({code: tuple(what) for code, what in one["code"].items()}, tuple(one["tests"]))
        for clause, one in held.items()
    }
