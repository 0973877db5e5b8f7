"""Rules every revocation list keeps (Doc 9303-12 table 7), read from the finished bytes. Judges form only."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

from keys.algorithms import Unsupported
from keys.crl import RevocationList, read_crl
from keys.der import PRINTABLE_STRING, DerError
from keys.extensions import Extension
from keys.form import GATE, TABLE_ONLY, Findings, FormLevel, at_level, fault
from keys.lint_fields import time_faults
from keys.oddities import ODDITIES
from keys.verdict import Check
from keys.x509 import COUNTRY, read_name

TABLE_7: Final = "Doc 9303-12 §7.1.4 table 7"
LONGEST: Final = timedelta(days=90)
_PERIOD: Final = "Doc 9303-12 §4.1.4"
_HASHES: Final = ("sha224", "sha256", "sha384", "sha512")
_ALGORITHMS: Final = "Doc 9303-12 §4.4"


def lint_crl(der: bytes, level: FormLevel = "strict") -> list[Check]:
    """What is wrong with the form of this revocation list; an empty list means nothing."""
    try:
        crl = read_crl(der)
        return at_level([each for rule in _RULES for each in rule(crl)], level)
    except (DerError, Unsupported) as error:
        return [fault("crl.encoding", f"not a CRL in DER: {error}", "ليست قائمة إبطال بترميز DER صحيح", TABLE_7)]


def _version_is_2(crl: RevocationList) -> Findings:
    if crl.version != 2:
        yield GATE, fault("crl.version", "version 2 is required", "إصدار قائمة الإبطال ليس 2", TABLE_7)


def _inner_algorithm_is_the_outer(crl: RevocationList) -> Findings:
    if crl.inner_algorithm_der != crl.outer_algorithm_der:
        yield GATE, fault("crl.algorithm", "inner and outer algorithm differ", "خوارزميتا التوقيع مختلفتان", TABLE_7)


def _the_algorithm_is_allowed(crl: RevocationList) -> Findings:
    try:
        held = crl.algorithm
    except Unsupported as error:
        yield TABLE_ONLY, fault("crl.algorithm.allowed", f"not allowed: {error}", "خوارزمية غير مسموحة", _ALGORITHMS)
        return
    if held.hash not in _HASHES:
        yield TABLE_ONLY, fault("crl.algorithm.allowed", f"{held.hash} is not allowed", "بصمة غير مسموحة", _ALGORITHMS)


def _the_issuer_names_its_country(crl: RevocationList) -> Findings:
    countries = [a for a in read_name(crl.issuer_der, []) if a.oid == COUNTRY]
    if not countries:
        yield GATE, fault("crl.issuer.country", "countryName is missing", "رمز الدولة غير موجود", TABLE_7)
    elif any(a.tag != PRINTABLE_STRING or not re.fullmatch("[A-Z]{2}", a.value) for a in countries):
        en, ar = "countryName must be two upper-case letters, PrintableString", "رمز الدولة يجب أن يكون حرفين كبيرين"
        yield TABLE_ONLY, fault("crl.issuer.country", en, ar, TABLE_7)


def _times_are_there_and_in_order(crl: RevocationList) -> Findings:
    if crl.next_update is None or crl.next_update.at <= crl.this_update.at:
        yield GATE, fault("crl.next_update", "nextUpdate is missing or too early", "موعد التحديث التالي خاطئ", TABLE_7)
    elif crl.next_update.at - crl.this_update.at > LONGEST:
        en, ar = "nextUpdate is more than 90 days after thisUpdate", "التحديث التالي بعد أكثر من 90 يوما"
        yield TABLE_ONLY, fault("crl.next_update.late", en, ar, _PERIOD)
    for found in time_faults("crl.times", TABLE_7, crl.this_update, *([crl.next_update] if crl.next_update else [])):
        yield GATE, found


def _an_empty_list_is_left_out(crl: RevocationList) -> Findings:
    if crl.empty_list_written:
        yield GATE, fault("crl.revoked.empty", "an empty list must be left out", "قائمة فارغة مكتوبة", TABLE_7)


def _entries_have_no_extensions(crl: RevocationList) -> Findings:
    """The PKD takes reasons that are not critical."""
    if crl.entry_extensions:
        en, ar = "entry extensions are forbidden", "امتدادات المداخل محظورة"
        yield TABLE_ONLY, fault("crl.entry_extensions", en, ar, TABLE_7)


def _extensions_are_those_of_the_table(crl: RevocationList) -> Findings:
    if crl.authority_key_identifier is None:
        yield GATE, fault("crl.authority_key_identifier", "is mandatory", "معرف مفتاح المُصدِر غير موجود", TABLE_7)
    elif _critical(crl.extension("authority_key_identifier")):
        en, ar = "must not be critical", "معرف مفتاح المُصدِر موسوم حرجا"
        yield TABLE_ONLY, fault("crl.authority_key_identifier", en, ar, TABLE_7)
    number = crl.extension("crl_number")
    if number is None or not 0 <= (crl.number or 0) < 1 << 159:
        yield GATE, fault("crl.number", "cRLNumber is mandatory, 0 to 20 octets", "رقم القائمة غير صالح", TABLE_7)
    elif number.critical:
        yield TABLE_ONLY, fault("crl.number", "cRLNumber must not be critical", "رقم القائمة موسوم حرجا", TABLE_7)
    for name in ("delta_crl_indicator", "issuing_distribution_point", "freshest_crl"):
        if crl.extension(name):
            yield GATE, fault(f"crl.{name}", f"{name} is forbidden", "امتداد محظور موجود", TABLE_7)


def _nothing_unknown_is_critical(crl: RevocationList) -> Findings:
    """A verifier must refuse such a list."""
    for held in crl.extensions:
        if held.critical and held.name not in _KNOWN:
            en, ar = f"the critical extension {held.name} is not known", f"امتداد حرج غير معروف {held.name}"
            yield GATE, fault("crl.extension.critical", en, ar, "RFC 5280 §5.2")


def _critical(held: Extension | None) -> bool:
    return held is not None and held.critical


def _nothing_is_odd(crl: RevocationList) -> Findings:
    for name in crl.oddities:
        yield GATE, fault(f"crl.odd.{name}", ODDITIES[name].en, ODDITIES[name].ar, ODDITIES[name].clause)


_KNOWN: Final = (
    "authority_key_identifier",
    "crl_number",
    "delta_crl_indicator",
    "issuing_distribution_point",
    "freshest_crl",
)
_RULES: Final = (
    _the_algorithm_is_allowed,
    _the_issuer_names_its_country,
    _nothing_unknown_is_critical,
    _nothing_is_odd,
    _version_is_2,
    _inner_algorithm_is_the_outer,
    _times_are_there_and_in_order,
    _an_empty_list_is_left_out,
    _entries_have_no_extensions,
    _extensions_are_those_of_the_table,
)
