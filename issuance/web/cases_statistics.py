"""Statistics of the register without persons: a chart and, beside it, the table that says the same."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.cases.statistics import Statistics, Table, statistics
from issuance.core import clock
from issuance.core.civil import civil_day
from issuance.web.cases_charts import Bar, bars
from issuance.web.cases_tabs import tabs
from issuance.web.cases_words import moment
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Staff

router = APIRouter()
TABLES = ("open_files", "open_by_age", "open_by_kind", "open_by_place", "breached_clocks", "opened", "final")
FIRST_YEAR, LAST_YEAR = 1953, 2200


@router.get("/cases/statistics")
def counts(
    request: Request,
    service: TheService,
    visitor: Staff,
    year: Annotated[int | None, Query(ge=FIRST_YEAR, le=LAST_YEAR)] = None,
) -> Response:
    """The register as it is, and the calendar year asked for (this one)."""
    t, now = asked_for(request), clock.now()
    found = statistics(service, visitor.actor, year or civil_day(now).year, now)
    return page(
        request,
        "case_statistics.html",
        tabs=tabs(visitor, "/cases/statistics"),
        year=found.year,
        at=moment(found.at),
        tables=[_shown(name, getattr(found, name), found, t) for name in TABLES],
        percents=found.percents,
        durations=[{"title": _title(d.code, found, t), "days": d.days, "level": d.level} for d in found.days_to_final],
        below=service.spec.cases_statistics.suppression.below,
    )


def _shown(name: str, table: Table, found: Statistics, t: Language) -> dict[str, Any]:
    lines = [
        {
            "title": _title(line.code, found, t),
            "cells": line.cells,
            "total": line.total,
            "strong": line.level != "row",
        }
        for line in table.lines or ()
    ]
    return {
        "name": name,
        "title": t(f"cases.statistics.{name}"),
        "columns": [_title(code, found, t) for code in table.columns],
        "lines": lines,
        "withheld": table.lines is None,
        "bars": _bars(table, found, t),
    }


def _bars(table: Table, found: Statistics, t: Language) -> list[Bar]:
    """One bar a line; of a table of one line, one bar a column."""
    lines = table.lines or ()
    rows = [line for line in lines if line.level == "row"]
    if rows:
        return bars([(_title(line.code, found, t), line.total) for line in rows], rtl=t.direction == "rtl")
    if not lines:
        return []
    return bars(
        [(_title(code, found, t), cell) for code, cell in zip(table.columns, lines[0].cells, strict=True)],
        rtl=t.direction == "rtl",
    )


def _title(code: str, found: Statistics, t: Language) -> str:
    held = found.titles.get(code)
    return t.pick(held) if held is not None else code
