"""The pages of the case register, in one router. Fixed addresses come before those that name a case."""

from __future__ import annotations

from fastapi import APIRouter

from issuance.web import (
    cases_alarms,
    cases_evidence,
    cases_file,
    cases_identity,
    cases_looks,
    cases_moves,
    cases_open,
    cases_proofs,
    cases_proposals,
    cases_search,
    cases_statistics,
    cases_work,
)

router = APIRouter()
FIXED = (cases_work, cases_alarms, cases_open, cases_search, cases_looks, cases_statistics)
for part in (*FIXED, cases_file, cases_evidence, cases_moves, cases_proposals, cases_identity, cases_proofs):
    router.include_router(part.router)
