"""The inspection of a chip: passive authentication, then what the signed data say of one another and of their signer.

Reads only, whichever State issued it; never raises for what a chip holds. The steps, their order and words stand in
`specs/border/inspection.yaml`; signatures and paths are judged by `keys.verify`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, Final

from issuance.border.binding import birth_date_check, day_of, expiry_date, issue_date_check, signer_checks, text_of
from issuance.border.chip_files import Chip
from issuance.border.known_deviations import with_known_deviations
from issuance.border.liveness import liveness_checks
from issuance.border.mrz import expiry_check, mrz_checks
from issuance.border.steps import in_order
from issuance.core.civil import civil_day
from issuance.mrtd.data_groups import read_com
from issuance.mrtd.data_groups.reading import GroupReading, group_rules, read_group
from issuance.mrtd.mrz import MrzReport, check, rules_of
from issuance.mrtd.tlv import LdsInvalid
from keys import deviations
from keys.lists.deviation_list import Document
from keys.security_object import SecurityObject
from keys.trust import TrustStore
from keys.verdict import Check, Result, Verdict
from keys.verify import judge_sod, numbered
from keys.x509 import Certificate
from specs.schema import Specification

_LDS: Final = "Doc 9303-10 §4.6"
_WEAKNESS: Final = ("policy.", "chain.algorithm")


def inspect_chip(chip: Chip, trust: TrustStore, at: datetime, spec: Specification) -> Verdict:
    """The verdict at `at` (aware). Checks stand in the order of the steps; facts: those of the SOD, `mrz`, `groups`.

    Every group the EF.SOD lists must be there, except those a reader may have no right to: what it vouches for and
    nobody has seen is not known to be genuine, so an EF.SOD alone is `indeterminate`.
    """
    sod = chip.files.get("EF_SOD")
    if sod is None:
        words = "there is no EF.SOD: nothing here is signed", "لا يوجد EF.SOD: لا شيء موقّع"
        return Verdict.of([_check("sod", "fail", words)], {"kind": "chip"})
    groups, com = chip.groups, chip.files.get("EF_COM")
    rules = group_rules(spec)
    read = {number: read_group(number, data, rules) for number, data in groups.items()}
    issued = day_of(read[12].values.get("issue_date")) if 12 in read else None
    judged = judge_sod(
        sod,
        groups,
        trust,
        at,
        com=com,
        unread=spec.border_inspection.unread_data_groups.numbers,
        issued_on=issued,
        pki=spec.pki_profiles,
        signing_time=spec.pki_tolerances.signing_time,
    )
    held, signed = judged.held, judged.verdict
    checks = [_files_check(chip), *signed.checks, *(found for reading in read.values() for found in reading.findings)]
    if held is not None and com is not None:
        checks.append(_version_check(com, held))
    checks += liveness_checks(chip, spec.border_chip_reading)
    if held is not None and not any(c.id.startswith(_WEAKNESS) for c in checks):
        words = "no weak algorithm was met", "لم تُستعمل خوارزمية ضعيفة"
        checks.append(Check("policy.algorithms", "policy", "pass", *words, "Doc 9303-12 §4.2"))
    facts: dict[str, Any] = {**signed.facts, "kind": "chip" if groups else "sod"}
    facts["groups"] = {f"DG{number}": reading.values for number, reading in read.items() if number != 1}
    report = _report(read, spec)
    if held is not None:
        checks += _binding(report, judged.signers, spec)
    if report is not None:
        facts["mrz"] = dict(report.fields)
        checks += _zone_checks(report, read, at, spec)
    document = _document(report, judged.signers[0] if judged.signers else None, issued)
    checks = with_known_deviations(checks, document, report, trust, at, spec)
    return Verdict.of(in_order(checks, spec.border_inspection), facts)


def _document(report: MrzReport | None, signer: Certificate | None, issued: date | None) -> Document:
    """What selects entries of a deviation list."""
    fields = report.fields if report is not None else {}
    return Document(fields.get("document_code", ""), signer, issued, fields.get("document_number", ""))


def _report(read: Mapping[int, GroupReading], spec: Specification) -> MrzReport | None:
    lines = read[1].values.get("mrz") if 1 in read else None
    return check(list(lines), rules_of(spec)) if lines else None


def _binding(report: MrzReport | None, signers: Sequence[Certificate | None], spec: Specification) -> Iterable[Check]:
    """Each signer, as `judge_sod` found it, against the MRZ; nobody at all is one who is not known."""
    for index, signer in enumerate(signers or (None,)):
        yield from numbered(signer_checks(report, signer, spec.border_inspection.signer_countries), index)


def _zone_checks(
    report: MrzReport, read: Mapping[int, GroupReading], at: datetime, spec: Specification
) -> Iterable[Check]:
    """What the MRZ of DG1 says by itself and against DG11 and DG12."""
    today = civil_day(at)
    yield from map(_as_signed, mrz_checks(report, spec))
    if 11 in read and report.fields and (full := text_of(read[11].values, "birth_date")):
        yield birth_date_check(report, full)
    if 12 in read and report.fields and (issued := day_of(read[12].values.get("issue_date"))):
        yield issue_date_check(report, issued, today)
    if expiry_date(report, today) is not None:
        yield expiry_check(report, today)
    elif report.fields:
        words = "its last day cannot be read", "تعذّرت قراءة آخر يوم لصلاحيتها"
        yield Check("document.expiry", "policy", "unknown", *words, "Doc 9303-3 §4")


def _as_signed(check: Check) -> Check:
    """A fault in a zone that its issuer signed is the issuer's deviation, not a misreading."""
    if check.result != "fail":
        return check
    digit = check.id == "mrz.check_digit"
    return replace(check, deviation=deviations.MRZ_WRONG_CHECK_DIGIT if digit else deviations.MRZ_WRONG_DATA)


def _files_check(chip: Chip) -> Check:
    known = [name for name in ("EF_SOD", "EF_COM") if name in chip.files] + [f"DG{number}" for number in chip.groups]
    names = ", ".join(name.replace("EF_", "EF.") for name in known)
    return _check("files", "pass", (f"read: {names}", f"قُرئت: {names}"))


def _version_check(com: bytes, held: SecurityObject) -> Check:
    """EF.COM is not signed; the versions it states must be those the security object signed, where it signed any."""
    try:
        stated = read_com(com)
    except LdsInvalid as broken:
        fault = broken.faults[0]
        return _check("com", "fail", (fault.en, fault.ar), deviations.COM_INCONSISTENT)
    if held.lds_version is not None and (stated.lds_version, stated.unicode_version) != (
        held.lds_version,
        held.unicode_version,
    ):
        words = "EF.COM states other versions than were signed", "إصدارات EF.COM غير الموقّعة"
        return _check("com", "fail", words, deviations.COM_INCONSISTENT)
    return _check("com", "pass", ("EF.COM is well formed", "ملف EF.COM سليم البنية"))


def _check(name: str, result: Result, words: tuple[str, str], deviation: str = "") -> Check:
    """words: reason in English and in Arabic."""
    return Check(f"chip.{name}", "profile", result, *words, _LDS, deviation)
