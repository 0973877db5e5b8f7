"""What the issuing State itself says to be wrong with a document: its deviation list beside what an inspection found.

A breach of the standard (`profile`) that the list names becomes a warning that names the list. A signature or a digest
that does not hold (`crypto`) stays a failure: an announcement proves no document genuine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from issuance.border.mrz import mrz_checks
from issuance.mrtd.mrz import MrzReport
from keys.algorithms import Unsupported
from keys.der import DerError
from keys.deviations import DEVIATIONS, DG_MALFORMED, MRZ
from keys.lists.deviation_list import DeviationList, Document, read_deviation_list, verify_deviation_list
from keys.lists.deviations import Description
from keys.trust import TrustStore
from keys.trust_import import acceptable
from keys.verdict import Check
from specs.schema import Specification
from specs.schema.pki import Pki

_CLAUSE: Final = "Doc 9303-3 §7.3"
_EVERY_FIELD: Final = 0
_MRZ_FIELDS: Final = {  # MRZField of Doc 9303-3 §7.3.5, as a report names the fields
    1: "document_code",
    2: "issuer",
    3: "name",
    4: "document_number",
    5: "nationality",
    6: "birth_date",
    7: "sex",
    8: "expiry_date",
    9: "optional",
}


def with_known_deviations(
    checks: Sequence[Check],
    document: Document,
    report: MrzReport | None,
    trust: TrustStore,
    at: datetime,
    spec: Specification,
) -> list[Check]:
    """The checks, those that the list in force of the document's State knows as warnings. report: of the MRZ in DG1.

    The list in force is the State's newest that was signed by `at` and whose signature and path hold then.
    """
    if document.signer is None or not any(c.result == "fail" and c.deviation for c in checks):
        return list(checks)
    held = _in_force(document.signer.country, trust, at, spec.pki_profiles)
    if held is None:
        return list(checks)
    said = held.of(document)
    fields = _fields(report, spec)
    return [_judged(check, held, said, fields.get((check.id, check.reason), "")) for check in checks]


def _in_force(state: str, trust: TrustStore, at: datetime, pki: Pki) -> DeviationList | None:
    found = []
    for der in trust.deviation_lists:
        held = trust.remembered(_read, der)
        signed_at = held.message.signed_at if held is not None else None
        if held is None or signed_at is None or signed_at > at:
            continue
        if (signer := held.message.signer) is not None and signer.country.casefold() == state.casefold():
            found.append((signed_at, der, held))
    found.sort(key=lambda one: one[0], reverse=True)
    return next((held for _, der, held in found if acceptable(verify_deviation_list(der, trust, at, pki))), None)


def _read(_trust: TrustStore, der: bytes) -> DeviationList | None:
    try:
        return read_deviation_list(der)
    except (DerError, Unsupported):
        return None


def _fields(report: MrzReport | None, spec: Specification) -> Mapping[tuple[str, str], str]:
    """The field of each finding on the MRZ, by identifier and reason."""
    if report is None or report.valid:
        return {}
    return {
        (check.id, check.reason): fault.field or ""
        for check, fault in zip(
            mrz_checks(report, spec), report.errors, strict=False
        )  # after the errors stand the warnings
    }


def _judged(check: Check, held: DeviationList, said: Iterable[Description], field: str) -> Check:
    if check.result != "fail" or not check.deviation:
        return check
    if not any(_names(one, check, field) for one in said):
        return check
    name, name_ar = _named(held)
    if check.level != "profile":
        return replace(
            check,
            reason=f"{check.reason}; {name} knows of it, which makes no such document genuine",
            reason_ar=f"{check.reason_ar}؛ تذكره {name_ar}، ولا يجعل ذلك الوثيقة أصلية",
        )
    return replace(
        check,
        result="warning",
        reason=f"{check.reason}; known: {name}",
        reason_ar=f"{check.reason_ar}؛ معروف: {name_ar}",
        clause=f"{check.clause}; {_CLAUSE}",
    )


def _names(one: Description, check: Check, field: str) -> bool:
    """Whether a description means this finding: its OID or the one above it, and the same data group or MRZ field."""
    if one.deviation not in DEVIATIONS:
        return False
    if one.deviation != check.deviation and not check.deviation.startswith(f"{one.deviation}."):
        return False
    about = one.field
    if about is None or about == _EVERY_FIELD:
        return True
    if check.deviation == DG_MALFORMED:
        return check.id.startswith(f"chip.dg{about}.")
    return check.deviation.startswith(f"{MRZ}.") and isinstance(about, int) and _MRZ_FIELDS.get(about, "-") == field


def _named(held: DeviationList) -> tuple[str, str]:
    signer, signed_at = held.message.signer, held.message.signed_at
    state = signer.country.upper() if signer is not None else ""
    day = f"{signed_at:%Y-%m-%d}" if signed_at is not None else ""
    return f"the deviation list of {state} of {day}", f"قائمة انحرافات {state} بتاريخ {day}"
