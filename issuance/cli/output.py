"""How every command answers: JSON on request, Rich for a person, a typed error as text or problem JSON, an exit code.

Exit codes: 0 done or valid, 1 refused or invalid, 2 indeterminate or wrong use of the command, 3 a part is unavailable.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import typer
from rich.console import Console

from specs.errors import IssuanceError, Unavailable

# Where the output is no terminal there is no edge to wrap at: numbers stay whole for whoever reads the file.
console = Console(width=None if sys.stdout.isatty() else 180)
errors = Console(stderr=True)


def answer(value: Any) -> None:
    """Write `value` as one JSON document on standard output, Arabic readable."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def problem(error: IssuanceError) -> dict[str, Any]:
    """The JSON form of a typed error, the same fields the API sends."""
    return {
        "error": error.family,
        "faults": [
            {"code": f.code, "field": f.field, "clause": f.clause, "ar": f.ar, "en": f.en} for f in error.faults
        ],
    }


def fail(error: IssuanceError, *, as_json: bool = False) -> NoReturn:
    """Say every fault in both languages and leave with the family's exit code."""
    if as_json:
        answer(problem(error))
    else:
        for f in error.faults:
            where = f" ({f.field})" if f.field else ""
            clause = f" - {f.clause}" if f.clause else ""
            errors.print(f"{f.ar}{where}\n{f.en}{where}{clause} [{f.code}]", style="red", markup=False, highlight=False)
    raise typer.Exit(3 if isinstance(error, Unavailable) else 1)


@contextmanager
def typed_errors(as_json: bool) -> Iterator[None]:
    """Turn a typed error inside the block into `fail`; anything else is a bug and keeps its trace."""
    try:
        yield
    except IssuanceError as error:
        fail(error, as_json=as_json)
