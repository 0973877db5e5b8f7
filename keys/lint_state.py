"""Rules of this State's own certificates: our country, key kinds and periods, as `specs/pki/profiles.yaml` has them.

One function a rule. A foreign certificate is never held to them.
"""

from __future__ import annotations

from typing import Final

from keys.form import TABLE_ONLY, Findings, fault
from keys.lint_fields import TABLE_5, TABLE_6
from keys.lint_profile import Case


def _country_is_ours(case: Case) -> Findings:
    if not case.ours:
        en, ar = f"not {case.pki.names.country_code}", "دولة صاحب الشهادة خاطئة"
        yield TABLE_ONLY, fault("certificate.subject.country", en, ar, TABLE_5)


def _key_is_of_a_kind_we_know(case: Case) -> Findings:
    kinds = sorted({algorithm.key for algorithm in case.pki.algorithms.values()})
    if (kind := case.certificate.public_key.kind) not in kinds:
        en, ar = f"the key is {kind}, not one of {kinds}", "نوع المفتاح غير مستعمل هنا"
        yield TABLE_ONLY, fault("certificate.key.kind", en, ar, "Doc 9303-12 §4.2")


def _document_types_are_ours(case: Case) -> Findings:
    ordered = case.profile.document_types
    if tuple(sorted(case.certificate.document_types)) != tuple(sorted(ordered)):
        en, ar = f"document types must be {list(ordered)}", "أنواع الوثائق في الشهادة خاطئة"
        yield TABLE_ONLY, fault("certificate.document_types", en, ar, TABLE_6)


def _validity_is_at_most_ours(case: Case) -> Findings:
    days, most = (case.certificate.not_after.at - case.certificate.not_before.at).days, case.profile.certificate_days
    if days > most:
        en, ar = f"valid for {days} days, at most {most}", "مدة صلاحية الشهادة أطول من المسموح"
        yield TABLE_ONLY, fault("certificate.validity.length", en, ar, "Doc 9303-12 §4.1")


def _key_is_used_at_most_as_long_as_ours(case: Case) -> Findings:
    since, until = case.certificate.private_key_usage_period
    if until is None:
        return
    days, most = (until - (since or case.certificate.not_before.at)).days, case.profile.private_key_usage_days
    if days > most:
        en, ar = f"the key is used for {days} days, at most {most}", "مدة استعمال المفتاح أطول من المسموح"
        yield TABLE_ONLY, fault("certificate.private_key_usage_period", en, ar, "Doc 9303-12 §4.1")


STATE_RULES: Final = (
    _country_is_ours,
    _key_is_of_a_kind_we_know,
    _document_types_are_ours,
    _validity_is_at_most_ours,
    _key_is_used_at_most_as_long_as_ours,
)
