"""What readers of the specification ask for by name: an edition, a clause, the edition of a day, its signature."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from specs.clauses import NumberedClause, clause
from specs.errors import Fault, NotFound
from specs.schema import Specification
from specs.schema.base import SpecFault
from specs.signed_editions import MANIFEST, read_signed


def require_edition(spec: Specification, edition: str) -> None:
    """Raises `NotFound`, naming the editions there are."""
    if edition not in spec.passport.editions:
        known = sorted(spec.passport.editions)
        raise NotFound(
            Fault(
                "specification.edition",
                f"لا توجد إصدارة بهذا الاسم. المتاح: {'، '.join(known)}",
                f"there is no such edition; there is: {', '.join(known)}",
                field="edition",
                clause="specs",
            )
        )


def clause_of(spec: Specification, edition: str, clause_id: str) -> NumberedClause:
    """The clause or heading of that id. Raises `NotFound`, naming the editions that do have it."""
    require_edition(spec, edition)
    try:
        return clause(spec, edition, clause_id)
    except KeyError:
        elsewhere = sorted(name for name in spec.passport.editions if has(spec, name, clause_id))
        ar = f"لا يوجد في إصدارة {edition} بند بهذا المعرّف"
        en = f"edition {edition} has no clause of this id"
        if elsewhere:
            ar, en = f"{ar}، وهو في: {'، '.join(elsewhere)}", f"{en}; it stands in: {', '.join(elsewhere)}"
        raise NotFound(Fault("specification.clause", ar, en, field="clause", clause="specs")) from None


def has(spec: Specification, edition: str, clause_id: str) -> bool:
    """Whether the edition has that clause."""
    try:
        clause(spec, edition, clause_id)
    except KeyError:
        return False
    return True


def in_force_on(spec: Specification, day: date) -> str:
    """The latest edition that may be issued on `day`; when there is none, the latest of all."""
    periods = {name: held.booklet.in_force for name, held in spec.passport.editions.items()}
    open_ = [
        name
        for name, period in periods.items()
        if period.from_date <= day and (period.until_date is None or day <= period.until_date)
    ]
    return max(open_ or periods, key=lambda name: periods[name].from_date)


def signature_of(editions: Path, edition: str) -> dict[str, str] | None:
    """When the edition was signed and over which digest; None for one that came with the program and is not signed.

    editions: where signed editions lie. That the signature holds was proved when the service opened.
    """
    if not (editions / edition / MANIFEST).is_file():
        return None
    held = read_signed(edition, editions / edition)
    if isinstance(held, SpecFault):
        return None
    return {"signed_at": str(held.manifest["signed_at"]), "digest": str(held.manifest["digest"])}


def edition_or_current(spec: Specification, edition: str | None, day: date) -> str:
    """The edition named, or the one in force on `day`. Raises `NotFound`."""
    if edition is not None:
        require_edition(spec, edition)
    return edition or in_force_on(spec, day)
