"""Route of the daily reconciliation of blanks against books. No rule stands here."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query

from issuance.api.answers import PROBLEMS
from issuance.api.guard import SignedIn, TheService
from issuance.passports import reconciliation

router = APIRouter(prefix="/passports", tags=["passports"], responses=PROBLEMS)


@router.get("/reconciliation", summary="Blanks held against books / مطابقة الدفاتر والجوازات")
def latest(
    service: TheService, actor: SignedIn, limit: Annotated[int, Query(ge=1, le=366)] = 31
) -> dict[str, list[dict[str, Any]]]:
    """An entry a day, the newest first: counts and findings of the actor's offices."""
    found = reconciliation.entries(service, actor, limit)
    return {"days": [one.as_json(service.spec) for one in found]}
