"""The routes of the case register."""

from __future__ import annotations

from fastapi import APIRouter

from issuance.api.answers import PROBLEMS
from issuance.cases.api import evidence, files, register

router = APIRouter(tags=["cases"], responses=PROBLEMS)
for part in (register.router, evidence.router, files.router, files.approvals):  # `search` before any `{number}`
    router.include_router(part)
