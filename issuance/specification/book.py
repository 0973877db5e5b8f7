"""The specification booklet as PDF («كراسة المواصفات»): text, tables, drawings, specimen, all from the specification.

Signs nothing and reads no clock: equal specifications give equal bytes on any machine. The date in the file is the
edition's first day.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, Final

from issuance.documents.guilloche import certificate_background, emblem
from issuance.documents.typesetting import require_fonts, typeset
from issuance.specification import drawings
from issuance.specification.book_contents import Language, clause_json, counts, references
from issuance.specification.book_drawings import drawings as drawn
from issuance.specification.book_specimen import specimen_page
from issuance.specification.book_words import HOW_TO_READ, WORDS
from specs.clauses import numbered
from specs.errors import Fault, NotFound
from specs.schema import PassportEdition, Specification

_TEMPLATE: Final = "book.typ"
_STANDARDS: Final = ("a-2a", "ua-1")
_PAPER_MM: Final = (210.0, 297.0)
_MARGIN_MM: Final = 20.0


def edition_of(spec: Specification, edition: str) -> PassportEdition:
    """The edition of that name. Raises `NotFound` naming those there are."""
    held = spec.passport.editions.get(edition)
    if held is None:
        known = sorted(spec.passport.editions)
        raise NotFound(
            Fault(
                "specs.edition.unknown",
                f"لا توجد إصدارة باسم {edition}؛ المتاح: {'، '.join(known)}",
                f"there is no edition {edition!r}; there is: {', '.join(known)}",
                field="edition",
                clause="specs/passport/editions",
            )
        )
    return held


def render_book(spec: Specification, edition: str, language: Language, *, signed_digest: str | None) -> bytes:
    """The booklet before it is signed, PDF/A-2a and PDF/UA-1.

    signed_digest: of the signed edition, None for one that is not: every page then says that it is a draft.

    Raises `NotFound` for an edition that is not there, `Unavailable` when a font is missing.
    """
    held = edition_of(spec, edition)
    fonts = held.data_page.fonts
    names = {"arabic": fonts.arabic, "latin": fonts.latin, "mrz": fonts.mrz}
    names["mono"] = spec.certificate_certificate.fonts.mono
    require_fonts(names.values())
    return typeset(
        _TEMPLATE,
        _inputs(spec, edition, language, signed_digest) | {"fonts": names},
        raw={
            "emblem": emblem(34.0),
            "background": certificate_background(*_PAPER_MM, _MARGIN_MM),
            "specimen": specimen_page(spec, held),
        },
        standards=_STANDARDS,
        timestamp=datetime.combine(held.booklet.in_force.from_date, time(), UTC),
    )


def _inputs(spec: Specification, edition: str, language: Language, signed_digest: str | None) -> dict[str, Any]:
    held, book, clauses = spec.passport.editions[edition], spec.passport.book, numbered(spec, edition)
    force, size = held.booklet.in_force, held.data_page.page
    scopes = {f"chapter.{chapter.id}": chapter.scope.model_dump() for chapter in book.chapters}
    titles = {one.number: str(getattr(one.title, language)) for one in clauses if one.level > 2}
    return {
        "lang": language,
        "edition": edition,
        "draft": signed_digest is None,
        "digest": signed_digest,
        "book": book.model_dump(mode="json", include={"title", "publisher", "state", "statuses", "proofs"}),
        "from": force.from_date.isoformat(),
        "until": force.until_date.isoformat() if force.until_date else None,
        "words": {name: words.model_dump() for name, words in WORDS.items()},
        "how_to_read": [words.model_dump() for words in HOW_TO_READ],
        "counts": counts(clauses, book),
        "clauses": [
            clause_json(one, language)
            | {"scope": scopes.get(one.id), "within": titles.get(one.number.rpartition(".")[0])}
            for one in clauses
        ],
        "drawings": _by_part(spec, edition, language),
        "specimen": {
            "part": "data_page",
            "width": size.width_mm,
            "height": size.height_mm,
        },
        "references": references(clauses),
        "paper": {"width": _PAPER_MM[0], "height": _PAPER_MM[1], "margin": _MARGIN_MM},
    }


def _by_part(spec: Specification, edition: str, language: Language) -> dict[str, list[dict[str, Any]]]:
    """The drawings, each with its number, under the part of the book they stand with."""
    out: dict[str, list[dict[str, Any]]] = {}
    for n, one in enumerate(drawn(spec, edition), 1):
        out.setdefault(one.part, []).append(drawings.as_json(one, language) | {"number": n})
    return out
