"""The supervisor's page of what stands out, officer by officer: each measure as a chart and as a table."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.core import clock
from issuance.passports import anomalies
from issuance.passports.anomalies import AnomalyReport, Measure, Officer, Share
from issuance.web.cases_charts import bars
from issuance.web.cases_words import moment
from issuance.web.language import Language, asked_for
from issuance.web.render import page
from issuance.web.visitor import Staff

router = APIRouter()
PAGE = "/passport-office/anomalies"


@router.get(PAGE)
def report(request: Request, service: TheService, visitor: Staff) -> Response:
    """The window of the specification up to now."""
    t, rules = asked_for(request), service.spec.passport.anomalies
    found = anomalies.report(service, visitor.actor, clock.now())
    limits = {
        "outside_hours": f"{rules.work_time.from_hour}:00–{rules.work_time.to_hour}:00",
        "hasty": str(rules.haste.seconds),
    }
    return page(
        request,
        "passport_anomalies.html",
        since=moment(found.since),
        until=moment(found.until),
        below=found.below,
        unknown=found.unknown,
        measures=[_measure(measure, found, t, limits.get(measure, "")) for measure in anomalies.MEASURES],
        officers=[_officer(one) for one in found.officers],
    )


def _measure(measure: Measure, found: AnomalyReport, t: Language, limit: str) -> dict[str, Any]:
    rows = [(_name(one), one.shares[measure].percent) for one in found.officers]
    everybody = found.everybody[measure]
    return {
        "name": measure,
        "title": t(f"anomalies.{measure}"),
        "why": t(f"anomalies.{measure}.why", limit=f"\u2066{limit}\u2069"),
        "everybody": everybody,
        "bars": bars(rows, rtl=t.direction == "rtl") if any(value is not None for _, value in rows) else [],
        "lines": [
            (_name(one), one.account, one.shares[measure]) for one in found.officers if _seen(one.shares[measure])
        ],
    }


def _seen(share: Share) -> bool:
    return share.base > 0


def _officer(one: Officer) -> dict[str, Any]:
    return {"name": _name(one), "steps": one.steps, "decisions": one.decisions, "median": one.median_seconds}


def _name(one: Officer) -> str:
    return (one.name.username if one.name else None) or one.account
