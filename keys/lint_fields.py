"""Rules every certificate keeps whatever it is for (Doc 9303-12 table 5, RFC 5280 §4.1); one function a rule.

Reads finished certificates, ours and foreign. What belongs to one kind of certificate is `keys.lint_profile`'s.
"""

from __future__ import annotations

import re
from typing import Final

from keys.der import GENERALIZED_TIME, PRINTABLE_STRING, SEQUENCE, UTC_TIME, UTF8_STRING, Reader, context
from keys.form import GATE, TABLE_ONLY, Findings, fault
from keys.oddities import ODDITIES
from keys.verdict import Check
from keys.x509 import COMMON_NAME, COUNTRY, SERIAL_NUMBER, Certificate, NameAttribute, WrittenTime

TABLE_5: Final = "Doc 9303-12 §7.1 table 5"
TABLE_6: Final = "Doc 9303-12 §7.1 table 6"
_ADDRESS: Final = re.compile(r"(ldap|https?)://\S+")


def _nothing_is_odd(c: Certificate) -> Findings:
    for name in c.oddities:
        yield TABLE_ONLY, fault(f"certificate.odd.{name}", ODDITIES[name].en, ODDITIES[name].ar, ODDITIES[name].clause)


def _version_is_3(c: Certificate) -> Findings:
    if c.version != 3:
        yield GATE, fault("certificate.version", f"version {c.version}, not 3", "إصدار الشهادة ليس 3", TABLE_5)


def _serial_is_positive_and_short(c: Certificate) -> Findings:
    if c.serial <= 0 or len(c.serial_content) > 20:
        en, ar = "the serial is not positive or over 20 octets", "الرقم التسلسلي غير صالح"
        yield GATE, fault("certificate.serial", en, ar, TABLE_5)


def _inner_algorithm_is_the_outer(c: Certificate) -> Findings:
    if c.inner_algorithm_der != c.outer_algorithm_der:
        en, ar = "inner and outer signature algorithm differ", "خوارزميتا التوقيع مختلفتان"
        yield GATE, fault("certificate.algorithm", en, ar, TABLE_5)
    if c.algorithm.scheme == "ecdsa" and c.algorithm.null:
        en, ar = "ECDSA carries no parameters", "لا معاملات لخوارزمية ECDSA"
        yield TABLE_ONLY, fault("certificate.algorithm.null", en, ar, "RFC 5758 §3.2")


def _country_is_one_and_the_same(c: Certificate) -> Findings:
    countries = []
    for whose, attributes in (("issuer", c.issuer), ("subject", c.subject)):
        country = next((a for a in attributes if a.oid == COUNTRY), None)
        countries.append(country.value.upper() if country else None)
        if country is None:
            en, ar = "countryName is missing", "رمز الدولة غير موجود"
            yield GATE, fault(f"certificate.{whose}.country", en, ar, TABLE_5)
        elif country.tag != PRINTABLE_STRING or not re.fullmatch("[A-Z]{2}", country.value):
            en, ar = (
                "countryName must be two upper-case letters, PrintableString",
                "رمز الدولة يجب أن يكون حرفين كبيرين",
            )
            yield TABLE_ONLY, fault(f"certificate.{whose}.country", en, ar, TABLE_5)
    if countries[0] != countries[1]:
        en, ar = "issuer and subject country differ", "دولة المُصدِر غير دولة صاحب الشهادة"
        yield GATE, fault("certificate.country", en, ar, TABLE_5)


def _names_are_complete(c: Certificate) -> Findings:
    for whose, attributes in (("issuer", c.issuer), ("subject", c.subject)):
        if not any(a.oid == COMMON_NAME for a in attributes):
            en, ar = "commonName is missing", "الاسم الشائع غير موجود"
            yield TABLE_ONLY, fault(f"certificate.{whose}.common_name", en, ar, TABLE_5)
        for a in attributes:
            if a.oid != COUNTRY and a.tag not in _string_types(a):
                en, ar = f"{a.oid} has another string type", "نوع نص غير مسموح"
                yield TABLE_ONLY, fault(f"certificate.{whose}.string", en, ar, TABLE_5)


def _times_are_written_by_their_year(c: Certificate) -> Findings:
    for found in time_faults("certificate.validity", TABLE_5, c.not_before, c.not_after):
        yield GATE, found
    if c.not_after.at <= c.not_before.at:
        en, ar = "ends before it begins", "تنتهي الصلاحية قبل أن تبدأ"
        yield GATE, fault("certificate.validity.order", en, ar, TABLE_5)


def _no_unique_ids(c: Certificate) -> Findings:
    if c.has_unique_ids:
        en, ar = "unique identifiers are forbidden", "المعرفات الفريدة محظورة"
        yield GATE, fault("certificate.unique_ids", en, ar, TABLE_5)


def _extensions_are_well_formed(c: Certificate) -> Findings:
    seen: set[str] = set()
    for e in c.extensions:
        if e.name in seen:
            yield GATE, fault("certificate.extension.twice", f"{e.name} stands twice", "امتداد مكرر", "RFC 5280 §4.2")
        if e.explicit_false:
            en, ar = f"{e.name}: FALSE is written out", "قيمة افتراضية مكتوبة"
            yield TABLE_ONLY, fault("certificate.extension.default", en, ar, TABLE_5)
        if e.critical and "." in e.name:
            en, ar = f"unknown critical {e.name}", "امتداد حرج مجهول"
            yield GATE, fault("certificate.extension.critical", en, ar, "RFC 5280 §4.2")
        seen.add(e.name)


def _authority_key_is_named_by_its_identifier(c: Certificate) -> Findings:
    if c.extension("authority_key_identifier") and c.authority_key_identifier is None:
        en, ar = "without keyIdentifier", "معرف مفتاح المُصدِر ناقص"
        yield GATE, fault("certificate.authority_key_identifier", en, ar, TABLE_6)


def _list_addresses_can_be_followed(c: Certificate) -> Findings:
    held = c.extension("crl_distribution_points")
    if held is None:
        return
    addresses = _addresses(held.value)
    if not addresses or not all(_ADDRESS.fullmatch(a) for a in addresses):
        en, ar = "no ldap or http address", "عنوان قائمة الإبطال خاطئ"
        yield TABLE_ONLY, fault("certificate.crl_distribution_points", en, ar, TABLE_6)


FIELD_RULES: Final = (
    _nothing_is_odd,
    _version_is_3,
    _serial_is_positive_and_short,
    _inner_algorithm_is_the_outer,
    _country_is_one_and_the_same,
    _names_are_complete,
    _times_are_written_by_their_year,
    _no_unique_ids,
    _extensions_are_well_formed,
    _authority_key_is_named_by_its_identifier,
    _list_addresses_can_be_followed,
)


def time_faults(name: str, clause: str, *times: WrittenTime) -> list[Check]:
    """RFC 5280 §4.1.2.5: the form of a time follows from its year."""
    return [
        fault(name, "UTCTime to 2049, GeneralizedTime from 2050", "صيغة الوقت خاطئة", clause)
        for written in times
        if written.tag != (UTC_TIME if written.at.year < 2050 else GENERALIZED_TIME)
    ]


def _string_types(attribute: NameAttribute) -> tuple[int, ...]:
    return (PRINTABLE_STRING,) if attribute.oid == SERIAL_NUMBER else (PRINTABLE_STRING, UTF8_STRING)


def _addresses(value: bytes) -> list[str]:
    """Every URI of CRLDistributionPoints; a point that names a directory entry has none."""
    found, points = [], Reader(value).enter(SEQUENCE)
    while points.more():
        point = points.enter(SEQUENCE)
        if point.more() and point.peek() == context(0):
            name = point.enter(context(0))
            if name.peek() == context(0):
                uris = (address for tag, address in name.enter(context(0)).rest() if tag == 0x86)
                found += [Reader(address).content(0x86).decode("ascii", "replace") for address in uris]
    return found
