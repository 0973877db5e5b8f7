"""The files of a passport chip at the counter: passive authentication, then what the signed data say of themselves.

The signature is judged by `keys.verify`; here the MRZ of DG1 is bound to the country and the document types of the
document signer, and to the moment. Reads only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import pycountry

from issuance.border.mrz import expiry_check, mrz_checks
from issuance.core.civil import civil_day
from issuance.mrtd.data_groups import read_com, read_dg1
from issuance.mrtd.mrz import MrzReport, check, rules_of
from issuance.mrtd.tlv import LdsInvalid
from keys.algorithms import Unsupported
from keys.der import DerError
from keys.security_object import SecurityObject, read_security_object
from keys.trust import TrustStore
from keys.verdict import Check, Result, Verdict
from keys.verify import verify_sod
from keys.x509 import Certificate
from specs.schema import Specification

CHIP_FILE: Final = re.compile(
    r"EF[_.](?P<file>COM|SOD)\.bin|(?:EF[_.])?DG(?P<group>0?[1-9]|1[0-6])\.bin", re.IGNORECASE
)
"""Names of chip files in a folder: EF_COM.bin, EF_SOD.bin, DG1.bin to DG16.bin."""

_BINDING: Final = "Doc 9303-12 §7.1"


def verify_chip(files: Mapping[str, bytes], trust: TrustStore, at: datetime, spec: Specification) -> Verdict:
    """The verdict on chip files by name (`EF_SOD`, `EF_COM`, `DG1` ... `DG16`). Facts: those of the SOD and of the MRZ.

    Every group the EF.SOD lists must be there, except those a reader may have no right to: what it vouches for and
    nobody has seen is not known to be genuine, so an EF.SOD alone is `indeterminate`.
    """
    sod = files.get("EF_SOD")
    if sod is None:
        reason = "there is no EF.SOD: nothing here is signed"
        return Verdict.of([_check("chip.sod", "fail", reason, "لا يوجد EF.SOD: لا شيء موقّع")], {"kind": "chip"})
    groups = {int(name[2:]): data for name, data in files.items() if name.startswith("DG")}
    held = _read(sod)
    partial = held is not None and _may_lack(held, groups, spec)
    signed = verify_sod(sod, groups, trust, at, com=files.get("EF_COM"), partial=partial, pki=spec.pki_profiles)
    facts = {**signed.facts, "kind": "chip" if groups else "sod"}
    checks = list(signed.checks)
    if held is not None and "EF_COM" in files:
        checks.append(_version_check(files["EF_COM"], held))
    if held is None or 1 not in groups:
        return Verdict.of(checks, facts)
    try:
        report = check(list(read_dg1(groups[1], rules_of(spec))), rules_of(spec))
    except LdsInvalid as broken:
        fault = broken.faults[0]
        return Verdict.of([*checks, _check("chip.dg1", "fail", fault.en, fault.ar)], facts)
    checks.extend(mrz_checks(report))
    if report.fields and held.signer is not None:
        checks.append(_country_check(report, held.signer, spec))
        checks.append(_type_check(report, held.signer))
    if report.valid:
        checks.append(expiry_check(report, civil_day(at)))
    return Verdict.of(checks, facts | {"mrz": dict(report.fields)})


def _read(sod: bytes) -> SecurityObject | None:
    try:
        return read_security_object(sod)
    except (DerError, Unsupported):
        return None  # `verify_sod` says why


def _may_lack(held: SecurityObject, groups: Mapping[int, bytes], spec: Specification) -> bool:
    lacking = held.digests.keys() - groups.keys()
    return lacking <= set(spec.border_inspection.unread_data_groups.numbers)


def _version_check(com: bytes, held: SecurityObject) -> Check:
    """EF.COM is not signed; the versions it states must be those the security object signed, where it signed any."""
    try:
        stated = read_com(com)
    except LdsInvalid as broken:
        fault = broken.faults[0]
        return _check("chip.com", "fail", fault.en, fault.ar)
    if held.lds_version is not None and (stated.lds_version, stated.unicode_version) != (
        held.lds_version,
        held.unicode_version,
    ):
        return _check("chip.com", "fail", "EF.COM states other versions than were signed", "إصدارات EF.COM غير الموقّعة")
    return _check("chip.com", "pass", "EF.COM is well formed", "ملف EF.COM سليم البنية")


def _country_check(report: MrzReport, signer: Certificate, spec: Specification) -> Check:
    """A signer signs for its own State only: else one State's key could make another's passports."""
    state = report.fields["issuer"]
    outside_iso = spec.border_inspection.signer_countries.by_mrz_state
    found = None if state in outside_iso else pycountry.countries.get(alpha_3=state)
    country = outside_iso.get(state) or (found.alpha_2 if found is not None else None)
    if country is None:
        reason = f"the country of the State code {state} is not known"
        return _check("chip.country", "unknown", reason, "رمز الدولة غير معروف")
    if country != signer.country:
        reason = f"issued by {state}, signed by {signer.country}"
        return _check("chip.country", "fail", reason, "الدولة المصدرة غير دولة الموقّع")
    return _check("chip.country", "pass", f"issuer and signer are {state}", "المصدر والموقّع دولة واحدة")


def _type_check(report: MrzReport, signer: Certificate) -> Check:
    """documentTypeList: an entry of one letter admits every code that begins with it."""
    code = report.fields["document_code"]
    try:
        types = signer.document_types
    except DerError:
        return _check("chip.document_type", "fail", "documentTypeList cannot be read", "قائمة أنواع الوثائق غير مقروءة")
    if not types:
        reason = "the signer names no document types"
        return _check("chip.document_type", "warning", reason, "لا يذكر الموقّع أنواع الوثائق")
    if not any(code == entry.rstrip("<") or (len(entry.rstrip("<")) == 1 and code[:1] == entry[:1]) for entry in types):
        reason = f"the signer may not sign documents of type {code}, only {', '.join(types)}"
        return _check("chip.document_type", "fail", reason, "لا يحق للموقّع توقيع هذا النوع من الوثائق")
    return _check("chip.document_type", "pass", f"the signer may sign {code}", "للموقّع توقيع هذا النوع")


def _check(check_id: str, result: Result, reason: str, reason_ar: str) -> Check:
    return Check(check_id, "profile", result, reason, reason_ar, _BINDING)
