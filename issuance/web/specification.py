"""The specification of the passport for everybody: editions, contents, chapters, single clauses, search. Shows only."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from issuance.api.guard import TheService
from issuance.core import clock
from issuance.specification.look import clause_of, in_force_on, require_edition
from issuance.specification.search import MAXIMUM_CHARACTERS, search
from issuance.web.language import asked_for
from issuance.web.render import page
from issuance.web.specification_drawings import drawings_shown
from issuance.web.specification_shown import (
    clause_shown,
    contents_shown,
    edition_shown,
    found_shown,
    neighbours,
    other_editions,
    standing_shown,
)
from issuance.web.visitor import Here
from specs.clauses import numbered
from specs.errors import Fault, NotFound

router = APIRouter(include_in_schema=False)
PAGE = "/specification"
SHOWN = 50


@router.get(PAGE)
def editions(request: Request, service: TheService, _visitor: Here) -> Response:
    """Every edition with its period; the one in force first in sight."""
    spec, today = service.spec, clock.now().date()
    names = sorted(spec.passport.editions, reverse=True)
    shown = [edition_shown(spec, name, today, service.settings.editions) for name in names]
    current = in_force_on(spec, today)
    return page(request, "specification.html", editions=shown, edition=current, book=spec.passport.book, query="")


@router.get(PAGE + "/{edition}")
def contents(request: Request, service: TheService, _visitor: Here, edition: str) -> Response:
    """The contents: chapters, sections, and how many clauses rest on law, on a standard, or wait for the Ministry."""
    spec = service.spec
    require_edition(spec, edition)
    return page(
        request,
        "specification_contents.html",
        edition=edition,
        book=spec.passport.book,
        about=edition_shown(spec, edition, clock.now().date(), service.settings.editions),
        others=[name for name in spec.passport.editions if name != edition],
        query="",
        **contents_shown(spec, edition),
    )


@router.get(PAGE + "/{edition}/chapters/{chapter}")
def chapter(request: Request, service: TheService, _visitor: Here, edition: str, chapter: str) -> Response:
    """A chapter with all its clauses, each with an anchor that is its id."""
    spec, t = service.spec, asked_for(request)
    require_edition(spec, edition)
    held = [c for c in numbered(spec, edition) if c.id == f"chapter.{chapter}"]
    if not held:
        raise NotFound(
            Fault("specification.chapter", "لا يوجد فصل بهذا الاسم", "there is no such chapter", "chapter", "specs")
        )
    head = held[0]
    inside = [c for c in numbered(spec, edition) if c.number.startswith(f"{head.number}.")]
    about = next(c for c in spec.passport.book.chapters if c.id == chapter)
    return page(
        request,
        "specification_chapter.html",
        edition=edition,
        book=spec.passport.book,
        head=head,
        scope=about.scope,
        drawings=drawings_shown(spec, edition, t.code),
        clauses=[clause_shown(c, spec, t) for c in inside],
        query="",
        **neighbours(spec, edition, head.id),
    )


@router.get(PAGE + "/{edition}/clauses/{clause_id:path}")
def one(request: Request, service: TheService, _visitor: Here, edition: str, clause_id: str) -> Response:
    """One clause under its lasting address, with what stands on it and how the other editions have it."""
    spec, t = service.spec, asked_for(request)
    clause = clause_of(spec, edition, clause_id)
    address = f"{service.settings.base_url}{PAGE}/{edition}/clauses/{quote(clause_id)}"
    return page(
        request,
        "specification_clause.html",
        edition=edition,
        book=spec.passport.book,
        clause=clause_shown(clause, spec, t),
        chapter=next(c for c in numbered(spec, edition) if c.number == clause.number.partition(".")[0]),
        drawings=drawings_shown(spec, edition, t.code),
        address=address,
        others=other_editions(spec, edition, clause, t),
        standing=standing_shown(clause),
        below=[c for c in numbered(spec, edition) if c.number.rpartition(".")[0] == clause.number],
        query="",
        **neighbours(spec, edition, clause_id),
    )


@router.get(PAGE + "/{edition}/search")
def found(
    request: Request,
    service: TheService,
    _visitor: Here,
    edition: str,
    q: Annotated[str, Query(max_length=MAXIMUM_CHARACTERS)] = "",
) -> Response:
    """Clauses in which every word asked for stands, with those words marked."""
    spec, t = service.spec, asked_for(request)
    require_edition(spec, edition)
    everything = search(spec, edition, q)
    shown: list[dict[str, Any]] = [found_shown(one, t) for one in everything[:SHOWN]]
    return page(
        request,
        "specification_search.html",
        edition=edition,
        book=spec.passport.book,
        query=q.strip(),
        count=len(everything),
        found=shown,
    )
