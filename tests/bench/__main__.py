"""`make bench`: every measurement of this folder in one run, as ratios, in one table."""

from __future__ import annotations

import importlib
import pkgutil
import sys

from rich.console import Console
from rich.table import Table

import tests.bench
from tests.bench.measure import Measured


def main() -> int:
    """Run every `bench_*.run()`; exit 1 when a ratio misses its goal."""
    console = Console(width=None if sys.stdout.isatty() else 180)
    modules = sorted(m.name for m in pkgutil.iter_modules(tests.bench.__path__) if m.name.startswith("bench_"))
    rows: list[Measured] = []
    with console.status("") as status:
        for name in modules:
            status.update(f"{name} ({len(rows)} measured)")
            rows += importlib.import_module(f"tests.bench.{name}").run()
    table = Table("what is measured", "ratio", "goal", "figures", "", title="make bench")
    for row in rows:
        met = "[green]met[/]" if row.met else "[red]missed[/]"
        table.add_row(row.name, f"{row.ratio:.2f}", row.goal_text, row.detail, met)
    console.print(table)
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
