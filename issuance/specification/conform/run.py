"""Judge one document against one edition: every clause in book order, by the judges that stand on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from issuance.specification.conform import certificate_judges, chip_judges, page_judges, seal_judges, zone_judges
from issuance.specification.conform.given import Given, given
from issuance.specification.conform.registry import Needs, Wanted, judges_of
from issuance.specification.conform.report import ClauseResult, Measured, Report
from specs.clauses import NumberedClause, numbered, numbered_part
from specs.errors import Fault, NotFound
from specs.schema import PassportEdition, Specification

JUDGING = (
    certificate_judges,
    chip_judges,
    page_judges,
    seal_judges,
    zone_judges,
)  # imported: their judges are registered
CERTIFICATE = "certificate/certificate"


def conform_path(path: Path, spec: Specification, edition: str | None = None) -> Report:
    """The report on the document at `path`. edition: default, the one it names, else the newest.

    Raises `NotFound` for an unknown edition; any content ends in a report.
    """
    return conform(given(path, spec), spec, edition)


def conform(document: Given, spec: Specification, edition: str | None = None) -> Report:
    """As `conform_path`, of what was read already."""
    stated = document.work.get("edition")
    chosen = edition_named(spec, edition or (stated if stated in spec.passport.editions else None))
    document.edition = chosen
    results = tuple(_judged(document, Wanted(spec, chosen, clause)) for clause in _clauses(document, spec, chosen))
    return Report(document.kind, chosen.edition, results, tuple(document.checks))


def edition_named(spec: Specification, named: str | None) -> PassportEdition:
    """The edition of that name; without one, the newest. Raises `NotFound`."""
    known = spec.passport.editions
    if named is None:
        return max(known.values(), key=lambda held: held.booklet.in_force.from_date)
    if named not in known:
        listed = ", ".join(known)
        raise NotFound(
            Fault(
                "specs.edition.unknown",
                f"إصدارة غير معروفة؛ المتاح: {listed}",
                f"no such edition; there is: {listed}",
                field="edition",
                clause="specs/passport/editions",
            )
        )
    return known[named]


def _clauses(document: Given, spec: Specification, edition: PassportEdition) -> Iterator[NumberedClause]:
    """Those of the certificate for a certificate, else those of the passport's book."""
    if document.kind == "certificate":
        held = numbered_part(spec, CERTIFICATE, edition.booklet.in_force.from_date)
    else:
        held = numbered(spec, edition.edition)
    return (clause for clause in held if clause.clause is not None)


def _judged(document: Given, want: Wanted) -> ClauseResult:
    registered = tuple(judges_of(want.clause.id))
    if not registered:
        return ClauseResult.unjudged(want.clause)
    values: list[Measured] = []
    for held in registered:
        if _has(document, held.needs):
            values += held.judge(document, want)
    return ClauseResult.of(want.clause, tuple(values))


def _has(document: Given, needs: Needs) -> bool:
    """Whether the document holds what a judge looks at."""
    return {
        "chip": lambda: document.chip is not None and bool(document.chip.files),
        "zone": lambda: document.zone is not None,
        "page": lambda: document.page is not None,
        "page_text": lambda: document.page_text is not None,
        "certificate": lambda: document.certificate is not None,
        "seal": lambda: document.seal is not None,
        "sealed_page": lambda: document.sealed_page is not None,
    }[needs]()
