"""What ties a chip's data to who signed it and to one another: State, document type, dates.

Pure. The signature is judged elsewhere; nothing here proves anything by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from issuance.mrtd.mrz import MrzReport
from keys import deviations
from keys.right_to_sign import signs_for_state, signs_type
from keys.verdict import Check, Level, Result
from keys.x509 import Certificate
from specs.schema.border import SignerCountries

BINDING: Final = "Doc 9303-12 §7.1"
_DETAILS: Final = "Doc 9303-10 §4.7.11, §4.7.12"


def signer_checks(report: MrzReport | None, signer: Certificate | None, rules: SignerCountries) -> list[Check]:
    """State and document type of the MRZ against one signer; what cannot be compared is not known to agree."""
    if signer is None:
        words = "who signed is not known, so neither is the State", "الموقّع غير معروف، فدولته غير معروفة"
        return [_check("country", "unknown", words)]
    if report is None or not report.fields:
        words = "there is no MRZ to compare the signer's State with", "لا منطقة مقروءة آليًا تُقارن بها دولة الموقّع"
        return [_check("country", "unknown", words)]
    return [country_check(report, signer, rules), type_check(report, signer)]


def country_check(report: MrzReport, signer: Certificate, rules: SignerCountries) -> Check:
    """A signer signs for its own State only: else one State's key could make another's passports."""
    return _check("country", *signs_for_state(report.fields["issuer"], signer, rules))


def type_check(report: MrzReport, signer: Certificate) -> Check:
    """documentTypeList: an entry of one letter admits every code that begins with it."""
    said = signs_type(report.fields["document_code"], signer)
    if said is None:
        words = "the signer names no document types", "لا يذكر الموقّع أنواع الوثائق"
        return _check("document_type", "warning", words)
    return _check("document_type", *said)


def birth_date_check(report: MrzReport, full: str) -> Check:
    """full: birth date of DG11, CCYYMMDD with 00 for what is unknown; the MRZ has YYMMDD with fillers there."""
    pairs = zip((full[2:4], full[4:6], full[6:8]), _pairs(report.fields["birth_date"]), strict=True)
    known = [(long, short) for long, short in pairs if short != "<<" and long != "00"]
    if any(long != short for long, short in known):
        words = "the dates of birth in DG1 and DG11 differ", "تاريخ الميلاد في DG1 غيره في DG11"
        return _check("birth_date", "fail", words, clause=_DETAILS, deviation=deviations.MRZ_WRONG_DATA)
    words = "DG11 gives the date of birth of the MRZ", "تاريخ الميلاد واحد في DG1 وDG11"
    return _check("birth_date", "pass", words, clause=_DETAILS)


def _pairs(text: str) -> tuple[str, str, str]:
    return text[:2], text[2:4], text[4:6]


def issue_date_check(report: MrzReport, issued: date, today: date) -> Check:
    """The day of issue is past, and not after the last day of the document."""
    if issued > today:
        reason = f"its day of issue, {issued}, is in the future"
        return _check("issue_date", "fail", (reason, f"تاريخ الإصدار {issued} في المستقبل"), "policy", _DETAILS)
    expiry = expiry_date(report, today)
    if expiry is not None and issued > expiry:
        reason = f"issued on {issued}, after its last day {expiry}"
        words = reason, f"صدرت في {issued} بعد آخر يوم لصلاحيتها {expiry}"
        return _check("issue_date", "fail", words, clause=_DETAILS, deviation=deviations.MRZ_WRONG_DATA)
    return _check("issue_date", "pass", (f"issued on {issued}", f"صدرت في {issued}"), clause=_DETAILS)


def expiry_date(report: MrzReport, today: date) -> date | None:
    """The last day of the document; its century is the one that lies nearest to `today`. None when it is no date."""
    text = report.fields.get("expiry_date", "")
    if len(text) != 6 or not text.isdigit():
        return None
    found: list[date] = []
    for century in (-100, 0, 100):
        try:
            found.append(date(today.year // 100 * 100 + century + int(text[:2]), int(text[2:4]), int(text[4:])))
        except ValueError:
            continue
    return min(found, key=lambda day: abs(day.year - today.year), default=None)


def day_of(value: Any) -> date | None:
    """A whole day out of a reader's value: a date, or CCYYMMDD without unknown parts."""
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        return None


def text_of(values: Mapping[str, Any], name: str) -> str:
    """CCYYMMDD of a reader's value, empty without one."""
    value = values.get(name)
    text = "" if value is None else str(value).replace("-", "")
    return text if len(text) == 8 and text.isdigit() else ""


def _check(
    name: str,
    result: Result,
    words: tuple[str, str],
    level: Level = "profile",
    clause: str = BINDING,
    deviation: str = "",
) -> Check:
    """words: reason in English and in Arabic."""
    return Check(f"chip.{name}", level, result, *words, clause, deviation)
