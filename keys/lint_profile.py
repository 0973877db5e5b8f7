"""Rules of one kind of certificate (Doc 9303-12 table 6 and its kin), for every State; one function a rule.

The tables stand in `specs/pki/profiles.yaml`. What only we have promised (our names, our periods) is
`keys.lint_state`'s.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from keys.der import SEQUENCE, Reader, context
from keys.form import GATE, TABLE_ONLY, Findings, fault
from keys.lint_fields import TABLE_5, TABLE_6
from keys.verdict import Check
from keys.x509 import COMMON_NAME, COUNTRY, Certificate, NameAttribute, read_name
from specs.schema.pki import CertificateProfile, Days, Pki

LOCALITY: Final = "2.5.4.7"
_ORGANIZATION: Final = "2.5.4.10"
_MRZ_CODE: Final = re.compile("[A-Z]{1,3}")
_PERIODS: Final = "Doc 9303-12 §4.1"


@dataclass(frozen=True, slots=True)
class Case:
    """A certificate under the profile of that name."""

    certificate: Certificate
    name: str
    pki: Pki

    @property
    def profile(self) -> CertificateProfile:
        return self.pki.profiles[self.name]

    @property
    def authority(self) -> bool:
        """Whether the profile's certificates issue others."""
        return "key_cert_sign" in self.profile.key_usage

    @property
    def ours(self) -> bool:
        return self.certificate.country == self.pki.names.country_code


def _extensions_are_those_of_the_profile(case: Case) -> Findings:
    held, gate = {e.name: e for e in case.certificate.extensions}, case.pki.pkd_gate
    forbidden = (*gate.forbidden, *(gate.forbidden_in_authorities if case.authority else ()))
    for name, rule in case.profile.extensions.items():
        extension = held.get(name)
        if extension is None:
            if rule.presence == "mandatory":
                en, ar = f"{name} is mandatory", "امتداد إلزامي غير موجود"
                yield name in gate.mandatory, fault(f"certificate.{name}.missing", en, ar, TABLE_6)
        elif rule.presence == "forbidden":
            en, ar = f"{name} is forbidden here", "امتداد محظور موجود"
            yield name in forbidden, fault(f"certificate.{name}.forbidden", en, ar, TABLE_6)
        elif extension.critical != rule.critical:
            mark = "critical" if rule.critical else "not critical"
            en, ar = f"{name} must be {mark}", "علامة الأهمية للامتداد خاطئة"
            yield GATE, fault(f"certificate.{name}.critical", en, ar, TABLE_6)


def _key_is_given_as_the_profile_says(case: Case) -> Findings:
    key, ordered = case.certificate.public_key, case.profile.key_parameters
    if key.parameters is not None and key.parameters != ordered:
        en, ar = f"EC parameters are {key.parameters}, not {ordered}", "معاملات المنحنى ليست بالصيغة المطلوبة"
        yield TABLE_ONLY, fault("certificate.key.parameters", en, ar, "Doc 9303-12 §4.2.3")
    if key.parameters == "explicit" and not key.cofactor:
        en, ar = "the cofactor is missing", "العامل المرافق غير موجود"
        yield TABLE_ONLY, fault("certificate.key.cofactor", en, ar, "Doc 9303-12 §4.2.3")


def _usage_is_that_of_the_profile(case: Case) -> Findings:
    c, profile = case.certificate, case.profile
    if (c.key_usage or frozenset()) != frozenset(profile.key_usage) and (c.key_usage is not None or profile.key_usage):
        en, ar = f"key usage must be exactly {list(profile.key_usage)}", "استعمال المفتاح خاطئ"
        yield GATE, fault("certificate.key_usage", en, ar, TABLE_6)
    if sorted(c.extended_key_usage) != sorted(profile.extended_key_usage):
        en, ar = f"extended key usage must be {list(profile.extended_key_usage)}", "الاستعمال الموسع للمفتاح خاطئ"
        yield GATE, fault("certificate.extended_key_usage", en, ar, TABLE_6)


def _authority_is_that_of_the_profile(case: Case) -> Findings:
    authority, length = case.certificate.basic_constraints
    if authority != case.authority or (case.authority and length != case.profile.path_length):
        what = f"a CA of path length {case.profile.path_length}" if case.authority else "no CA"
        en, ar = f"basic constraints must say: {what}", "القيود الأساسية خاطئة"
        yield GATE, fault("certificate.basic_constraints", en, ar, TABLE_6)


def _root_issues_itself_and_others_do_not(case: Case) -> Findings:
    c = case.certificate
    if case.pki.is_link(case.name):
        yield from _link_names_two_keys_and_says_a_new_name(c)
        return
    if case.pki.is_root(case.name) != (c.issuer_der == c.subject_der):
        en, ar = "only a root issues itself", "المُصدِر لا يوافق نوع الشهادة"
        yield GATE, fault("certificate.issuer", en, ar, TABLE_5)
    if case.pki.is_root(case.name) and c.authority_key_identifier not in (None, c.subject_key_identifier):
        en, ar = "a root names its own key", "معرف المُصدِر خاطئ"
        yield TABLE_ONLY, fault("certificate.authority_key_identifier", en, ar, TABLE_6)


def _link_names_two_keys_and_says_a_new_name(c: Certificate) -> Findings:
    if c.authority_key_identifier == c.subject_key_identifier:
        en, ar = "a link certifies another key than its own issuer's", "شهادة الربط لا تربط مفتاحين"
        yield GATE, fault("certificate.link.key", en, ar, TABLE_6)
    renamed = c.issuer_der != c.subject_der
    if _state_and_organization(c.issuer) != _state_and_organization(c.subject):
        en, ar = "issuer and subject are not of one State and organization", "اسما شهادة الربط ليسا لجهة واحدة"
        yield GATE, fault("certificate.link.name", en, ar, "ICAO PKD, Checks Against Doc9303, §1.8")
    if renamed != (c.extension("name_change") is not None):
        en, ar = "nameChange stands exactly when the name changed", "امتداد تغيير الاسم لا يوافق الاسمين"
        yield TABLE_ONLY, fault("certificate.name_change", en, ar, TABLE_6)


def _state_and_organization(name: Sequence[NameAttribute]) -> list[str]:
    return [a.value.casefold() for oid in (COUNTRY, _ORGANIZATION) for a in name if a.oid == oid]


def _alternative_names_can_be_used(case: Case) -> Findings:
    c = case.certificate
    subject, issuer = c.extension("subject_alternative_name"), c.extension("issuer_alternative_name")
    for held in (subject, issuer):
        if held is not None:
            yield from _alternative_name(case, held.name, held.value)
    if case.pki.is_root(case.name) and subject and issuer and subject.value != issuer.value:
        en, ar = "differ in a root", "الاسمان البديلان مختلفان في الجذر"
        yield TABLE_ONLY, fault("certificate.alternative_names", en, ar, TABLE_6)


def _alternative_name(case: Case, name: str, value: bytes) -> Findings:
    localities, contact = [], False
    for tag, general in Reader(value).enter(SEQUENCE).rest():
        contact |= tag in (0x81, 0x82, 0x86)
        if tag == context(4):
            inner = Reader(general).enter(tag).whole(SEQUENCE)
            localities += [a.value for a in read_name(inner) if a.oid == LOCALITY]
    code = case.pki.names.mrz_country_code
    if localities != [code] if case.ours else [_MRZ_CODE.fullmatch(held) is None for held in localities] != [False]:
        en, ar = (
            f"localityName must be {code if case.ours else 'the MRZ country code'}",
            "رمز الدولة في الاسم البديل خاطئ",
        )
        yield TABLE_ONLY, fault(f"certificate.{name}.locality", en, ar, TABLE_6)
    if not contact:
        en, ar = "mail, DNS or URI is missing", "لا وسيلة اتصال في الاسم البديل"
        yield TABLE_ONLY, fault(f"certificate.{name}.contact", en, ar, TABLE_6)


def _key_period_lies_inside_the_certificate(case: Case) -> Findings:
    c = case.certificate
    if c.extension("private_key_usage_period") is None:
        return
    since, until = c.private_key_usage_period
    if since is None and until is None:
        en, ar = "names neither end", "فترة المفتاح بلا طرف"
        yield TABLE_ONLY, fault("certificate.private_key_usage_period", en, ar, TABLE_6)
    elif (until or c.not_after.at) > c.not_after.at:
        en, ar = "the key outlives its certificate", "فترة المفتاح خارج الصلاحية"
        yield TABLE_ONLY, fault("certificate.private_key_usage_period", en, ar, TABLE_6)
    elif (since or c.not_before.at) < c.not_before.at:
        en, ar = "the key is used before its certificate begins", "استعمال المفتاح يسبق شهادته"
        name = "certificate.private_key_usage_period.early"
        yield TABLE_ONLY, Check(name, "policy", "warning", en, ar, _PERIODS)


def _periods_are_in_the_standard_s_ranges(case: Case) -> Findings:
    """The ranges are advice (Doc 9303-12 §4.1), so a warning; what we promised ourselves is `keys.lint_state`'s."""
    c, ranges = case.certificate, case.profile.advised
    if ranges is None:
        return
    since, until = c.private_key_usage_period
    if until is not None and ranges.key_use:
        used = (until - (since or c.not_before.at)).days
        yield from _out_of_range("private_key_usage_period", used, ranges.key_use)
    yield from _out_of_range("validity", (c.not_after.at - c.not_before.at).days, ranges.certificate_validity)


def _out_of_range(name: str, days: int, advised: Days) -> Findings:
    if not advised.minimum_days <= days <= advised.maximum_days:
        en = f"{days} days, advised are {advised.minimum_days} to {advised.maximum_days}"
        ar = f"المدة {days} يوما، والموصى به من {advised.minimum_days} إلى {advised.maximum_days}"
        yield TABLE_ONLY, Check(f"certificate.{name}.advised", "policy", "warning", en, ar, _PERIODS)


def _short_subject_is_country_and_two_letters(case: Case) -> Findings:
    if case.profile.subject_has_organization:
        return
    if [(a.oid, len(a.value)) for a in case.certificate.subject] != [(COUNTRY, 2), (COMMON_NAME, 2)]:
        en, ar = "must be C and CN of two letters, no more", "اسم صاحب الشهادة خاطئ"
        yield TABLE_ONLY, fault("certificate.subject", en, ar, case.profile.source)


def _document_types_are_one_or_two_letters(case: Case) -> Findings:
    if case.certificate.extension("document_type_list") is None:
        return
    types = case.certificate.document_types
    if not types or not all(1 <= len(t) <= 2 for t in types):
        en, ar = "document types are one or two letters each", "أنواع الوثائق في الشهادة خاطئة"
        yield TABLE_ONLY, fault("certificate.document_types", en, ar, TABLE_6)


PROFILE_RULES: Final = (
    _extensions_are_those_of_the_profile,
    _key_is_given_as_the_profile_says,
    _usage_is_that_of_the_profile,
    _authority_is_that_of_the_profile,
    _root_issues_itself_and_others_do_not,
    _alternative_names_can_be_used,
    _key_period_lies_inside_the_certificate,
    _periods_are_in_the_standard_s_ranges,
    _short_subject_is_country_and_two_letters,
    _document_types_are_one_or_two_letters,
)
