"""`issuance cases statistics`: counts of the register, without persons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table as Shown

from issuance.cli.output import answer, console
from issuance.cli.session import opened

if TYPE_CHECKING:
    from issuance.cases.statistics import Statistics, Table

TITLES = {
    "open_files": "القضايا المفتوحة / open files",
    "open_by_place": "حسب المكان / open files by place",
    "open_by_age": "حسب العمر / open files by age",
    "open_by_kind": "حسب نوع الجريمة / open files by kind of offence",
    "breached_clocks": "مواعيد فاتت / clocks breached",
    "opened": "قضايا فُتحت في السنة / files opened in the year",
    "final": "أحكام صارت نهائية في السنة / matters final in the year",
}
LEFT_OUT = "·"
"""Stands for a count that is not told."""


def statistics(
    year: Annotated[int | None, typer.Option(min=1953, max=2200, help="Calendar year; default: this one.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="Answer as JSON; null is a count left out.")] = False,
) -> None:
    """Open files by stage, place, age and kind, clocks breached, days to final. Small counts are left out."""
    from issuance.cases.statistics import statistics as counted
    from issuance.core.civil import civil_day

    with opened(json_, "cases.statistics") as (service, actor):
        now = service.clock()
        found = counted(service, actor, year or civil_day(now).year, now)
    if json_:
        answer(found.as_json())
        return
    for name, title in TITLES.items():
        console.print(_shown(title, getattr(found, name), found))
    percents = " / ".join(f"{percent}%" for percent in found.percents)
    days = Shown("", percents, title="الأيام من البلاغ إلى الحكم النهائي / days from report to final")
    for held in found.days_to_final:
        days.add_row(_words(held.code, found), " / ".join(map(str, held.days)) if held.days else LEFT_OUT)
    console.print(days)


def _shown(title: str, table: Table, found: Statistics) -> Shown:
    shown = Shown("", *(_words(code, found) for code in table.columns), "المجموع / total", title=title)
    if table.lines is None:
        shown.caption = "عدد قليل لا يُنشر تفصيله / too few to be told in detail"
    for line in table.lines or ():
        counts = [LEFT_OUT if count is None else str(count) for count in (*line.cells, line.total)]
        shown.add_row(_words(line.code, found), *counts, style="bold" if line.level != "row" else None)
    return shown


def _words(code: str, found: Statistics) -> str:
    title = found.titles.get(code)
    return f"{title.ar} / {title.en}" if title is not None else code
