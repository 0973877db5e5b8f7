"""The route of the anomaly report: what stands out in the work of passport officers, counts alone."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter

from issuance.api.answers import PROBLEMS
from issuance.api.guard import SignedIn, TheService
from issuance.core import clock
from issuance.passports import anomalies

router = APIRouter(prefix="/passports", tags=["passports"], responses=PROBLEMS)


@router.get("/anomalies", summary="Anomaly report / ما يلفت النظر")
def report(service: TheService, actor: SignedIn) -> dict[str, Any]:
    """Hours, holds lifted, refusals, haste and own family, officer by officer; it names no applicant."""
    return anomalies.report(service, actor, clock.now()).as_json()
