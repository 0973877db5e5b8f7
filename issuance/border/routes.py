"""One document by several routes: what each route read, and how it is judged by itself.

Nothing here compares routes or asks a register. Never raises for what was read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from issuance.border.chip_files import Chip
from issuance.border.inspection import inspect_chip
from issuance.border.mrz import mrz_checks
from issuance.border.steps import steps_json
from issuance.mrtd.mrz import MrzReport, check, rules_of
from keys.seal_verify import verify_seal
from keys.trust import TrustStore
from keys.verdict import Check, Verdict
from specs.schema import Specification

RouteName = Literal["chip", "seal", "register", "mrz", "page"]
TRUNCATED: Final = "mrz.possibly_truncated"
DOCUMENT_SEALS: Final = ("passport_seal", "etd_seal")
FIELDS: Final = (
    "document_code", "issuer", "name", "surname", "given", "document_number", "nationality", "birth_date", "sex",
    "expiry_date", "optional",
)  # fmt: skip
_CLAUSE: Final = "Doc 9303-3 §4"


@dataclass(frozen=True, slots=True)
class Route:
    """fields: of the zone it read, empty when it read none; filled: the name fills its field and may be cut; sure: the
    fields are what stands there, not what a reader of pictures made of it; more: what its JSON says besides."""

    name: RouteName
    verdict: Verdict
    fields: Mapping[str, str] = field(default_factory=dict)
    filled: bool = False
    sure: bool = True
    more: Mapping[str, Any] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """`{"status", "levels", "fields"}` and what the route has of its own."""
        held: dict[str, Any] = {"status": self.verdict.status, "levels": self.verdict.levels()}
        return {**held, "fields": dict(self.fields), **self.more}


def by_text(lines: Sequence[str], spec: Specification) -> Route:
    """The lines of a zone as typed or scanned."""
    held = " ".join(lines)
    too_long = len(held) > spec.border_inspections.limits.mrz_maximum_characters
    report = check([] if too_long else held.upper().split(), rules_of(spec))
    return Route("mrz", Verdict.of(mrz_checks(report)), fields_of(report), filled(report), True, _form(report))


def by_page(reading: Mapping[str, Any], spec: Specification) -> Route:
    """The reading of a page picture, in the form of `border.reading`.

    Only what was verified is taken for what stands there; a misread picture says nothing against the document.
    """
    status = str(reading.get("status"))
    lines = reading.get("lines") or []
    report = check(list(lines), rules_of(spec)) if status in ("verified", "corrected") else None
    words = _READINGS.get(status, _READINGS["unreadable"])
    result: Literal["pass", "unknown"] = "pass" if status == "verified" and report and report.valid else "unknown"
    checks = [Check("page.reading", "profile", result, *words, "shared/READING.md")]
    fields = fields_of(report) if report is not None and report.valid else {}
    cut = report is not None and filled(report)
    return Route("page", Verdict.of(checks), fields, cut, status == "verified", {"reading": dict(reading)})


_READINGS: Final = {
    "verified": ("the zone was read from the picture", "قُرئت المنطقة من الصورة"),
    "corrected": (
        "the zone was read from the picture with a correction: compare it with the page",
        "قُرئت المنطقة من الصورة بعد تصحيح: قارنها بالصفحة",
    ),
    "conflicting": ("the readers disagree about the zone in the picture", "اختلفت القراءات في المنطقة المصورة"),
    "unreadable": ("the zone in the picture could not be read", "تعذرت قراءة المنطقة المصورة"),
    "none": ("there is no zone in the picture", "لا منطقة مقروءة آلياً في الصورة"),
}


def by_chip(chip: Chip, trust: TrustStore, at: datetime, spec: Specification) -> Route:
    """The files of a chip, with what a terminal recorded."""
    verdict = inspect_chip(chip, trust, at, spec)
    zone = verdict.facts.get("mrz") or {}
    cut = any(one.id == TRUNCATED for one in verdict.checks)
    more = {"facts": dict(verdict.facts), **steps_json(verdict, spec.border_inspection)}
    return Route("chip", verdict, {name: zone[name] for name in FIELDS if name in zone}, cut, True, more)


def by_seal(seal: str | bytes, trust: TrustStore, at: datetime, spec: Specification) -> Route:
    """A printed seal, of a travel document or of a certificate."""
    verdict = verify_seal(seal, trust, at, spec)
    facts = verdict.facts
    lines = facts.get("mrz")
    report = check(list(lines), rules_of(spec)) if facts.get("kind") in DOCUMENT_SEALS and lines else None
    if report is None:
        return Route("seal", verdict, more={"facts": dict(facts)})
    return Route("seal", verdict, fields_of(report), filled(report), True, {"facts": dict(facts)})


def by_register(lines: Sequence[str], spec: Specification) -> Route | None:
    """What was issued under the number; None where the lines kept are no zone. It proves nothing: it only compares."""
    report = check(list(lines), rules_of(spec))
    return Route("register", Verdict.of([]), fields_of(report), filled(report)) if report.valid else None


def fields_of(report: MrzReport) -> dict[str, str]:
    """The fields that two zones of one document share."""
    return {name: report.fields[name] for name in FIELDS} if report.fields else {}


def filled(report: MrzReport) -> bool:
    """Whether the name takes its whole field."""
    return any(one.code == TRUNCATED for one in report.warnings)


def _form(report: MrzReport) -> dict[str, Any]:
    return {"format": report.format}
