"""A machine readable zone as a verdict, for `issuance verify`: check digits are no proof of origin. Pure."""

from __future__ import annotations

from issuance.mrtd.mrz.check import MrzReport
from keys.verdict import Check, Verdict


def verdict(report: MrzReport) -> Verdict:
    """`invalid` with a failed check a fault; else `indeterminate`, since printed characters carry no signature."""
    checks = [Check(f.code, "profile", "fail", f"{f.field}: {f.en}", f.ar, f.clause or "") for f in report.errors]
    checks += [Check(f.code, "profile", "warning", f"{f.field}: {f.en}", f.ar, f.clause or "") for f in report.warnings]
    if report.valid:
        checks.append(
            Check(
                "mrz.profile",
                "profile",
                "pass",
                "form, codes, dates and digits hold",
                "الصيغة والأرقام سليمة",
                "Doc 9303-3 §4",
            )
        )
        checks.append(
            Check(
                "mrz.origin",
                "crypto",
                "unknown",
                "a machine readable zone carries no signature",
                "لا توقيع في منطقة القراءة الآلية",
                "Doc 9303-3 §4.1",
            )
        )
    return Verdict.of(checks, {"kind": "mrz", "format": report.format, **report.fields})
