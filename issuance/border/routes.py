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
from issuance.border.numbers import DOCUMENT_SEALS
from issuance.border.steps import steps_json
from issuance.mrtd.mrz import MrzReport, check, rules_of
from keys.seal_verify import verify_seal
from keys.trust import TrustStore
from keys.verdict import Check, Verdict
from specs.schema import Specification

RouteName = Literal["chip", "seal", "register", "mrz", "page"]
TRUNCATED: Final = "mrz.possibly_truncated"
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
    return Route("mrz", Verdict.of(mrz_checks(report, spec)), fields_of(report), filled(report), True, _form(report))


def by_page(reading: Mapping[str, Any], spec: Specification) -> Route:
    """The reading of a page picture, as `border.reading.page_reading` writes it.

    Only what was verified, or corrected as a second reader confirms, is taken for what stands there. A misread picture
    says nothing against the document; a fault that the readers agree is printed does, and so does a code that
    contradicts the zone.
    """
    status = str(reading.get("status"))
    sure = status == "verified" or (status == "corrected" and bool(reading.get("confirmed_by")))
    lines = reading.get("lines") or []
    report = check(list(lines), rules_of(spec)) if status in ("verified", "corrected") else None
    fields = fields_of(report) if report is not None and report.valid else {}
    words = _READINGS.get(status, _READINGS["unreadable"])
    checks = [Check("page.reading", "profile", "pass" if sure and fields else "unknown", *words, _READING)]
    for error in reading.get("errors") or ():
        if error.get("code") == "printed_fault":
            reason, reason_ar = error["message"], error.get("message_ar") or error["message"]
            checks.append(Check("page.printed_fault", "profile", "fail", reason, reason_ar, _READING))
    for code in reading.get("barcodes") or ():
        if code.get("kind") == "document_number" and code.get("status") == "invalid":
            checks.append(Check("page.barcode", "profile", "fail", code["reason"], code["reason_ar"], _READING))
    cut = report is not None and filled(report)
    return Route("page", Verdict.of(checks), fields, cut, sure, {"reading": dict(reading)})


_READING: Final = "border/reading.yaml"
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
    """A printed seal, of a travel document, a visa or a certificate."""
    return of_seal(verify_seal(seal, trust, at, spec), spec)


def of_seal(verdict: Verdict, spec: Specification) -> Route:
    """The same of a seal that was judged already, as those on a page picture are. A visa is no travel document: what
    it says is shown, and is not compared with the passport it is for."""
    facts = verdict.facts
    more = {"facts": dict(facts)}
    lines, fields = facts.get("mrz"), facts.get("fields")
    if facts.get("kind") not in DOCUMENT_SEALS or not isinstance(fields, Mapping) or not lines:
        return Route("seal", verdict, more=more)
    cut = filled(check(list(lines), rules_of(spec)))
    return Route("seal", verdict, {name: fields[name] for name in FIELDS if name in fields}, cut, True, more)


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
