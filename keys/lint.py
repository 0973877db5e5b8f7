"""Rules every certificate of ours keeps, read from the finished bytes; one function a rule.

One rule set in both directions: what `lint_certificate` fails we refuse to sign, and a reviewer runs the same on any
certificate. Judges form only: signatures and trust are `keys.chain`'s. Values stand in `specs/pki/profiles.yaml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from keys.algorithms import Unsupported
from keys.der import (
    GENERALIZED_TIME,
    PRINTABLE_STRING,
    SEQUENCE,
    UTC_TIME,
    UTF8_STRING,
    DerError,
    Reader,
    context,
)
from keys.oddities import ODDITIES
from keys.verdict import Check
from keys.x509 import (
    COMMON_NAME,
    COUNTRY,
    SERIAL_NUMBER,
    Certificate,
    WrittenTime,
    read_certificate,
    read_name,
)
from specs.schema.pki import CertificateProfile, Pki

TABLE_5: Final = "Doc 9303-12 §7.1 table 5"
TABLE_6: Final = "Doc 9303-12 §7.1 table 6"
LOCALITY: Final = "2.5.4.7"
_ADDRESS: Final = re.compile(r"(ldap|https?)://\S+")


def fault(name: str, en: str, ar: str, clause: str) -> Check:
    """A broken rule of form."""
    return Check(name, "profile", "fail", en, ar, clause)


def lint_certificate(der: bytes, profile_name: str | None, pki: Pki) -> list[Check]:
    """What is wrong with this certificate under the profile of that name (None: the common rules alone).

    An empty list means nothing. Any bytes are allowed: what cannot be read is one fault.
    """
    try:
        certificate = read_certificate(der)
        found = [check for rule in _BASE_RULES for check in rule(certificate)]
        if profile_name is not None:
            profile = pki.profiles[profile_name]
            found += [check for rule in _PROFILE_RULES for check in rule(certificate, profile)]
            found += [check for rule in _STATE_RULES for check in rule(certificate, profile, pki)]
    except (DerError, Unsupported) as error:
        return [
            fault("certificate.encoding", f"not a certificate in DER: {error}", "ليست شهادة بترميز DER صحيح", TABLE_5)
        ]
    return found


def _version_is_3(c: Certificate) -> Iterator[Check]:
    if c.version != 3:
        yield fault("certificate.version", f"version {c.version}, not 3", "إصدار الشهادة ليس 3", TABLE_5)


def _serial_is_positive_and_short(c: Certificate) -> Iterator[Check]:
    if c.serial <= 0 or len(c.serial_content) > 20:
        yield fault(
            "certificate.serial", "the serial is not positive or over 20 octets", "الرقم التسلسلي غير صالح", TABLE_5
        )


def _inner_algorithm_is_the_outer(c: Certificate) -> Iterator[Check]:
    if c.inner_algorithm_der != c.outer_algorithm_der:
        yield fault(
            "certificate.algorithm", "inner and outer signature algorithm differ", "خوارزميتا التوقيع مختلفتان", TABLE_5
        )
    if c.algorithm.scheme == "ecdsa" and c.algorithm.null:
        yield fault(
            "certificate.algorithm.null", "ECDSA carries no parameters", "لا معاملات لخوارزمية ECDSA", "RFC 5758 §3.2"
        )


def _names_are_complete(c: Certificate) -> Iterator[Check]:
    countries = []
    for whose, attributes in (("issuer", c.issuer), ("subject", c.subject)):
        held = {a.oid: a for a in attributes}
        country = held.get(COUNTRY)
        countries.append(country.value if country else None)
        if country is None or country.tag != PRINTABLE_STRING or not re.fullmatch("[A-Z]{2}", country.value):
            yield fault(
                f"certificate.{whose}.country",
                "countryName must be two upper-case letters, PrintableString",
                "رمز الدولة يجب أن يكون حرفين كبيرين",
                TABLE_5,
            )
        if COMMON_NAME not in held:
            yield fault(f"certificate.{whose}.common_name", "commonName is missing", "الاسم الشائع غير موجود", TABLE_5)
        for a in attributes:
            allowed = (PRINTABLE_STRING,) if a.oid == SERIAL_NUMBER else (PRINTABLE_STRING, UTF8_STRING)
            if a.tag not in allowed:
                yield fault(
                    f"certificate.{whose}.string", f"{a.oid} has another string type", "نوع نص غير مسموح", TABLE_5
                )
    if countries[0] != countries[1]:
        yield fault(
            "certificate.country", "issuer and subject country differ", "دولة المُصدِر غير دولة صاحب الشهادة", TABLE_5
        )


def _times_are_written_by_their_year(c: Certificate) -> Iterator[Check]:
    yield from time_rule("certificate.validity", TABLE_5, c.not_before, c.not_after)
    if c.not_after.at <= c.not_before.at:
        yield fault("certificate.validity.order", "ends before it begins", "تنتهي الصلاحية قبل أن تبدأ", TABLE_5)


def _nothing_is_odd(c: Certificate) -> Iterator[Check]:
    for name in c.oddities:
        yield fault(f"certificate.odd.{name}", ODDITIES[name].en, ODDITIES[name].ar, ODDITIES[name].clause)


def _no_unique_ids(c: Certificate) -> Iterator[Check]:
    if c.has_unique_ids:
        yield fault("certificate.unique_ids", "unique identifiers are forbidden", "المعرفات الفريدة محظورة", TABLE_5)


def _extensions_are_well_formed(c: Certificate) -> Iterator[Check]:
    seen: set[str] = set()
    for e in c.extensions:
        if e.name in seen:
            yield fault("certificate.extension.twice", f"{e.name} stands twice", "امتداد مكرر", "RFC 5280 §4.2")
        if e.explicit_false:
            yield fault(
                "certificate.extension.default", f"{e.name}: FALSE is written out", "قيمة افتراضية مكتوبة", TABLE_5
            )
        if e.critical and "." in e.name:
            yield fault(
                "certificate.extension.critical", f"unknown critical {e.name}", "امتداد حرج مجهول", "RFC 5280 §4.2"
            )
        seen.add(e.name)


def _extensions_are_those_of_the_profile(c: Certificate, profile: CertificateProfile) -> Iterator[Check]:
    held = {e.name: e for e in c.extensions}
    for name, rule in profile.extensions.items():
        extension = held.get(name)
        if extension is None:
            if rule.presence == "mandatory":
                yield fault(f"certificate.{name}.missing", f"{name} is mandatory", "امتداد إلزامي غير موجود", TABLE_6)
        elif rule.presence == "forbidden":
            yield fault(f"certificate.{name}.forbidden", f"{name} is forbidden here", "امتداد محظور موجود", TABLE_6)
        elif extension.critical != rule.critical:
            mark = "critical" if rule.critical else "not critical"
            yield fault(
                f"certificate.{name}.critical", f"{name} must be {mark}", "علامة الأهمية للامتداد خاطئة", TABLE_6
            )


def _key_is_given_as_the_profile_says(c: Certificate, profile: CertificateProfile) -> Iterator[Check]:
    key = c.public_key
    if key.parameters is not None and key.parameters != profile.key_parameters:
        yield fault(
            "certificate.key.parameters",
            f"EC parameters are {key.parameters}, not {profile.key_parameters}",
            "معاملات المنحنى ليست بالصيغة المطلوبة",
            "Doc 9303-12 §4.2.3",
        )
    if key.parameters == "explicit" and not key.cofactor:
        yield fault(
            "certificate.key.cofactor", "the cofactor is missing", "العامل المرافق غير موجود", "Doc 9303-12 §4.2.3"
        )


def _usage_is_that_of_the_profile(c: Certificate, profile: CertificateProfile) -> Iterator[Check]:
    if (c.key_usage or frozenset()) != frozenset(profile.key_usage):
        yield fault(
            "certificate.key_usage",
            f"key usage must be exactly {list(profile.key_usage)}",
            "استعمال المفتاح خاطئ",
            TABLE_6,
        )
    if sorted(c.extended_key_usage) != sorted(profile.extended_key_usage):
        yield fault(
            "certificate.extended_key_usage",
            f"extended key usage must be {list(profile.extended_key_usage)}",
            "الاستعمال الموسع للمفتاح خاطئ",
            TABLE_6,
        )
    if tuple(sorted(c.document_types)) != tuple(sorted(profile.document_types)):
        yield fault(
            "certificate.document_types",
            f"document types must be {list(profile.document_types)}",
            "أنواع الوثائق في الشهادة خاطئة",
            TABLE_6,
        )
    authority = "key_cert_sign" in profile.key_usage
    if c.basic_constraints != ((True, profile.path_length) if authority else (False, None)):
        yield fault("certificate.basic_constraints", "wrong basic constraints", "القيود الأساسية خاطئة", TABLE_6)


def _periods_are_those_of_the_profile(c: Certificate, profile: CertificateProfile) -> Iterator[Check]:
    days = (c.not_after.at - c.not_before.at).days
    if days > profile.certificate_days:
        yield fault(
            "certificate.validity.length",
            f"valid for {days} days, at most {profile.certificate_days}",
            "مدة صلاحية الشهادة أطول من المسموح",
            "Doc 9303-12 §4.1",
        )
    if c.extension("private_key_usage_period") is None:
        return
    since, until = c.private_key_usage_period
    if since is None and until is None:
        yield fault("certificate.private_key_usage_period", "names neither end", "فترة المفتاح بلا طرف", TABLE_6)
    elif (since or c.not_before.at) < c.not_before.at or (until or c.not_after.at) > c.not_after.at:
        yield fault(
            "certificate.private_key_usage_period",
            "the key outlives its certificate",
            "فترة المفتاح خارج الصلاحية",
            TABLE_6,
        )


def _identifiers_and_addresses_are_complete(c: Certificate) -> Iterator[Check]:
    if c.extension("authority_key_identifier") and c.authority_key_identifier is None:
        yield fault("certificate.authority_key_identifier", "without keyIdentifier", "معرف مفتاح المُصدِر ناقص", TABLE_6)
    if held := c.extension("crl_distribution_points"):
        addresses = list(_addresses(held.value))
        if not addresses or not all(_ADDRESS.fullmatch(a) for a in addresses):
            yield fault(
                "certificate.crl_distribution_points", "no ldap or http address", "عنوان قائمة الإبطال خاطئ", TABLE_6
            )


def _subject_and_issuer_fit_the_profile(c: Certificate, profile: CertificateProfile, pki: Pki) -> Iterator[Check]:
    if c.country != pki.names.country_code:
        yield fault("certificate.subject.country", f"not {pki.names.country_code}", "دولة صاحب الشهادة خاطئة", TABLE_5)
    if not profile.subject_has_organization:
        held = [(a.oid, len(a.value)) for a in c.subject]
        if held != [(COUNTRY, 2), (COMMON_NAME, 2)]:
            yield fault(
                "certificate.subject",
                "must be C and CN of two letters, no more",
                "اسم صاحب الشهادة خاطئ",
                profile.source,
            )
    own = pki.profiles[profile.issuer] is profile
    link = not own and pki.profiles[profile.issuer].purpose == profile.purpose
    if not link and own != (c.issuer_der == c.subject_der):
        yield fault("certificate.issuer", "only a root issues itself", "المُصدِر لا يوافق نوع الشهادة", TABLE_5)
    if own and c.authority_key_identifier not in (None, c.subject_key_identifier):
        yield fault("certificate.authority_key_identifier", "a root names its own key", "معرف المُصدِر خاطئ", TABLE_6)


def _alternative_names_name_the_state(c: Certificate, profile: CertificateProfile, pki: Pki) -> Iterator[Check]:
    subject, issuer = c.extension("subject_alternative_name"), c.extension("issuer_alternative_name")
    for held in (subject, issuer):
        if held is not None:
            yield from _alternative_name(held.name, held.value, pki.names.mrz_country_code)
    own = pki.profiles[profile.issuer] is profile
    if own and subject and issuer and subject.value != issuer.value:
        yield fault("certificate.alternative_names", "differ in a root", "الاسمان البديلان مختلفان في الجذر", TABLE_6)


_BASE_RULES: Final = (
    _nothing_is_odd,
    _version_is_3,
    _serial_is_positive_and_short,
    _inner_algorithm_is_the_outer,
    _names_are_complete,
    _times_are_written_by_their_year,
    _no_unique_ids,
    _extensions_are_well_formed,
    _identifiers_and_addresses_are_complete,
)
_PROFILE_RULES: Final = (
    _extensions_are_those_of_the_profile,
    _key_is_given_as_the_profile_says,
    _usage_is_that_of_the_profile,
    _periods_are_those_of_the_profile,
)
_STATE_RULES: Final = (_subject_and_issuer_fit_the_profile, _alternative_names_name_the_state)


def time_rule(name: str, clause: str, *times: WrittenTime) -> Iterator[Check]:
    """RFC 5280 §4.1.2.5: the form of a time follows from its year."""
    for written in times:
        if written.tag != (UTC_TIME if written.at.year < 2050 else GENERALIZED_TIME):
            yield fault(name, "UTCTime to 2049, GeneralizedTime from 2050", "صيغة الوقت خاطئة", clause)


def _alternative_name(name: str, value: bytes, code: str) -> Iterator[Check]:
    reader = Reader(value).enter(SEQUENCE)
    localities, contact = [], False
    for tag, general in reader.rest():
        contact |= tag in (0x81, 0x82, 0x86)
        if tag == context(4):
            inner = Reader(general).enter(tag).whole(SEQUENCE)
            localities += [a.value for a in read_name(inner) if a.oid == LOCALITY]
    if localities != [code]:
        yield fault(
            f"certificate.{name}.locality", f"localityName must be {code}", "رمز الدولة في الاسم البديل خاطئ", TABLE_6
        )
    if not contact:
        yield fault(
            f"certificate.{name}.contact", "mail, DNS or URI is missing", "لا وسيلة اتصال في الاسم البديل", TABLE_6
        )


def _addresses(value: bytes) -> Iterator[str]:
    points = Reader(value).enter(SEQUENCE)
    while points.more():
        general = points.enter(SEQUENCE).enter(context(0)).enter(context(0))
        for tag, address in general.rest():
            if tag == 0x86:
                yield Reader(address).content(tag).decode("ascii", "replace")
