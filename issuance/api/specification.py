"""Routes of the specification: its editions, its clauses by their lasting ids, search. Public, and reads alone."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from issuance.api.answers import PROBLEMS
from issuance.api.guard import TheService
from issuance.core import clock
from issuance.specification.as_json import both, clause_as_json
from issuance.specification.coverage import standing
from issuance.specification.look import clause_of, in_force_on, require_edition, signature_of
from issuance.specification.search import MAXIMUM_CHARACTERS, search
from specs.clauses import numbered

router = APIRouter(prefix="/specification", tags=["specification"])
_UNKNOWN: dict[int | str, dict[str, Any]] = {status: PROBLEMS[status] for status in (404, 422)}
MOST = 50


@router.get("/editions", summary="Editions of the passport specification / إصدارات مواصفات الجواز")
def editions(service: TheService) -> dict[str, Any]:
    """Each with the days between which passports may be issued by it; `current`: what is issued today follows it."""
    held = service.spec.passport.editions
    return {
        "current": in_force_on(service.spec, clock.now().date()),
        "editions": [
            {
                "edition": name,
                "name": both(one.booklet.name),
                "from_date": one.booklet.in_force.from_date.isoformat(),
                "until_date": one.booklet.in_force.until_date and one.booklet.in_force.until_date.isoformat(),
                "signature": signature_of(service.settings.editions, name),
                "clauses": sum(c.clause is not None for c in numbered(service.spec, name)),
            }
            for name, one in sorted(held.items())
        ],
    }


@router.get("/{edition}/clauses", summary="Clauses of an edition / بنود إصدارة", responses=_UNKNOWN)
def clauses(
    service: TheService,
    edition: str,
    chapter: Annotated[str | None, Query(max_length=40, description="Id of a chapter, e.g. `data_page`.")] = None,
    status: Literal["law", "standard", "default"] | None = None,
    proof: Literal["program", "laboratory", "inspection", "declaration"] | None = None,
) -> dict[str, Any]:
    """Headings and clauses in the order of the book; with `status` or `proof` clauses alone."""
    require_edition(service.spec, edition)
    everything = numbered(service.spec, edition)
    head = next((c.number for c in everything if c.id == f"chapter.{chapter}"), "-") if chapter is not None else ""
    chosen = [
        c
        for c in everything
        if (not head or c.number == head or c.number.startswith(f"{head}."))
        and (status is None or (c.clause is not None and c.clause.status == status))
        and (proof is None or c.proof == proof)
    ]
    return {"edition": edition, "clauses": [clause_as_json(c) for c in chosen]}


@router.get("/{edition}/clauses/{clause_id:path}", summary="One clause / بند", responses=_UNKNOWN)
def one(service: TheService, edition: str, clause_id: str) -> dict[str, Any]:
    """By its id, with the code that uses it and tests that stand on it (as traced by `make spec-coverage`)."""
    held, found = clause_of(service.spec, edition, clause_id), standing(clause_id)
    return {
        "edition": edition,
        **clause_as_json(held),
        "link": f"{service.settings.base_url}/specification/{edition}/clauses/{clause_id}",
        "code": {where: list(what) for where, what in found.code.items()},
        "tests": list(found.tests),
    }


@router.get("/{edition}/search", summary="Search the clauses / البحث في البنود", responses=_UNKNOWN)
def find(
    service: TheService,
    edition: str,
    q: Annotated[str, Query(max_length=MAXIMUM_CHARACTERS, description="Words of either language, a number, an id.")],
    limit: Annotated[int, Query(ge=1, le=MOST)] = MOST,
) -> dict[str, Any]:
    """Clauses in which every word stands, the best first; `lines` are those that say it."""
    require_edition(service.spec, edition)
    found = search(service.spec, edition, q)
    return {
        "edition": edition,
        "count": len(found),
        "found": [
            {
                "id": held.clause.id,
                "number": held.clause.number,
                "title": both(held.clause.title),
                "lines": [{"where": m.where, "text": "".join(text for text, _ in m.pieces)} for m in held.matches],
            }
            for held in found[:limit]
        ],
    }
