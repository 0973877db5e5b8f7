"""A verdict as a person reads it on a console, in both languages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from issuance.cli.output import console

if TYPE_CHECKING:
    from keys.verdict import Status, Verdict

_STATUS_WORDS: dict[Status, tuple[str, str]] = {
    "valid": ("صحيحة / valid", "green"),
    "invalid": ("غير صحيحة / invalid", "red"),
    "indeterminate": ("يتعذر الحكم / indeterminate", "yellow"),
}
_RESULT_COLOURS = {"pass": "green", "fail": "red", "unknown": "yellow", "warning": "yellow"}


def show_verdict(given: str, verdict: Verdict) -> None:
    """A table of the checks under the status; given: what was judged."""
    words, colour = _STATUS_WORDS[verdict.status]
    console.print(Text.assemble((words, f"bold {colour}"), "  ", given if len(given) <= 60 else given[:57] + "..."))
    table = Table("الفحص / check", "النتيجة / result", "السبب / reason", "السند / clause")
    for check in verdict.checks:
        table.add_row(
            Text(f"{check.id}\n{check.level}"),
            Text(check.result, style=_RESULT_COLOURS[check.result]),
            Text(f"{check.reason_ar}\n{check.reason}"),
            Text(check.clause, style="dim"),
        )
    console.print(table)
