"""`make bench`: every measurement of this folder in one run, as ratios, in one table."""

from __future__ import annotations

import importlib
import pkgutil
import sys

from rich.console import Console
from rich.table import Table

import tests.bench


def main() -> int:
    """Run every `bench_*.run()`; exit 1 when a ratio misses its goal."""
    table = Table("what is measured", "ratio", "goal", "measured", "", title="make bench")
    missed = 0
    console = Console()
    for module in sorted(m.name for m in pkgutil.iter_modules(tests.bench.__path__) if m.name.startswith("bench_")):
        console.print(f"[dim]{module} ...[/]")
        for row in importlib.import_module(f"tests.bench.{module}").run():
            met = row["met"]
            missed += not met
            table.add_row(row["name"], f"{row['ratio']:.2f}", row["goal"], row["detail"], "[green]met[/]" if met else "[red]missed[/]")
    console.print(table)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
