"""An MRZ at the counter: is it well formed and unexpired? Unsigned, it never proves a document genuine."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from issuance.core.civil import civil_day
from issuance.mrtd.mrz import MrzReport, check, rules_of
from keys.verdict import Check, Result, Verdict
from specs.errors import Fault

if TYPE_CHECKING:
    from issuance.border.reading.arbitration import ZoneReading
    from issuance.border.reading.page_reading import PageReading
    from specs.schema import Specification

_LINE: Final = re.compile(r"[A-Z0-9<]{28,46}")
_MAXIMUM_CHARACTERS: Final = 200
_CLAUSE: Final = "Doc 9303-3 §4"


def looks_like_mrz(text: str) -> bool:
    """Two or three lines of MRZ characters of about the right length, a filler among them."""
    if len(text) > _MAXIMUM_CHARACTERS:
        return False
    lines = text.split()
    return len(lines) in (2, 3) and "<" in text and all(_LINE.fullmatch(line) for line in lines)


def verify_mrz(text: str, at: datetime, spec: Specification) -> Verdict:
    """The verdict on the lines of an MRZ: check digits, codes, dates, names; expiry at `at`."""
    report = check(text.split(), rules_of(spec))
    checks = [
        *mrz_checks(report, spec),
        Check(
            "mrz.authenticity",
            "crypto",
            "warning",
            "an MRZ has no signature: this says nothing of the document being genuine",
            "لا توقيع في المنطقة المقروءة آليًا: لا دليل هنا على أصالة الوثيقة",
            _CLAUSE,
        ),
    ]
    if report.valid:
        checks.append(expiry_check(report, civil_day(at)))
    return Verdict.of(checks, mrz_facts(report))


def verify_page(page: PageReading, at: datetime, spec: Specification) -> Verdict:
    """The verdict on an MRZ that was read from a picture, by what its readers came to.

    A reading that does not hold together says nothing against the document: `indeterminate`, never `invalid`.
    """
    zone = page.zone
    if page.status not in ("verified", "corrected"):
        faults = (*zone.errors, *page.faults)
        words = "the MRZ in the picture could not be read without a fault", "لم تُقرأ المنطقة المقروءة آليًا دون خطأ"
        told = f"{words[0]}: {faults[0].en}" if faults else words[0]
        return Verdict.of([Check("mrz.reading", "profile", "unknown", told, words[1], _CLAUSE)], _read_facts(zone))
    edits = [f"line {one.line}, position {one.position}: {one.read} read for {one.taken}" for one in zone.edits]
    told = "; ".join(edits) or "as it stands"
    reading = Check(
        "mrz.reading",
        "profile",
        "warning",
        f"read from a picture ({told}); a name has no check digit: compare it with the page",
        "قُرئت من صورة؛ لا رقم تحقق للاسم، فقارنه بالصفحة",
        _CLAUSE,
    )
    judged = verify_mrz("\n".join(zone.lines), at, spec)
    return Verdict.of([reading, *judged.checks], {**judged.facts, "edits": edits})


def _read_facts(zone: ZoneReading) -> dict[str, object]:
    return {"kind": "mrz", "format": zone.format, **(zone.fields or {})}


def mrz_checks(report: MrzReport, spec: Specification) -> list[Check]:
    """Every error and warning of the report as a check; one pass when there is no error."""
    found = [_check(fault, "fail", spec) for fault in report.errors]
    found += [_check(fault, "warning", spec) for fault in report.warnings]
    if report.valid:
        found.insert(0, Check("mrz.form", "profile", "pass", "well formed", "سليمة البنية", _CLAUSE))
    return found


def _check(fault: Fault, result: Result, spec: Specification) -> Check:
    reason, reason_ar = fault.en, fault.ar
    if fault.field:
        reason, reason_ar = f"{fault.field}: {reason}", f"{spec.labels.keys.get(fault.field, fault.field)}: {reason_ar}"
    return Check(fault.code, "profile", result, reason, reason_ar, fault.clause or _CLAUSE)


def mrz_facts(report: MrzReport) -> dict[str, object]:
    """What the MRZ says, for display."""
    return {"kind": "mrz", "format": report.format, **report.fields}


def expiry_check(report: MrzReport, today: date) -> Check:
    """The expiry date of a well-formed MRZ against `today`. Its century is the one that lies nearer (±50 years)."""
    text = report.fields["expiry_date"]
    month, day = int(text[2:4]), int(text[4:6])
    year = min(
        (today.year // 100 * 100 + shift + int(text[:2]) for shift in (-100, 0, 100)), key=lambda y: abs(y - today.year)
    )
    expired = (year, month, day) < (today.year, today.month, today.day)
    shown = f"{year:04d}-{month:02d}-{day:02d}"
    if expired:
        return Check("document.expiry", "policy", "fail", f"expired on {shown}", f"انتهت في {shown}", _CLAUSE)
    return Check("document.expiry", "policy", "pass", f"valid until {shown}", f"صالحة حتى {shown}", _CLAUSE)
