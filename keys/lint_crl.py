"""Rules every revocation list of ours keeps (Doc 9303-12 table 7), read from the finished bytes. Judges form only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from keys.algorithms import Unsupported
from keys.crl import RevocationList, read_crl
from keys.der import DerError
from keys.lint import fault, time_rule
from keys.verdict import Check

TABLE_7: Final = "Doc 9303-12 §7.1.4 table 7"


def lint_crl(der: bytes) -> list[Check]:
    """What is wrong with this revocation list under Doc 9303-12 table 7."""
    try:
        return list(_crl_rules(read_crl(der)))
    except (DerError, Unsupported) as error:
        return [fault("crl.encoding", f"not a CRL in DER: {error}", "ليست قائمة إبطال بترميز DER صحيح", TABLE_7)]


def _crl_rules(crl: RevocationList) -> Iterator[Check]:
    if crl.version != 2:
        yield fault("crl.version", "version 2 is required", "إصدار قائمة الإبطال ليس 2", TABLE_7)
    if crl.inner_algorithm_der != crl.outer_algorithm_der:
        yield fault("crl.algorithm", "inner and outer algorithm differ", "خوارزميتا التوقيع مختلفتان", TABLE_7)
    if crl.next_update is None or crl.next_update.at <= crl.this_update.at:
        yield fault("crl.next_update", "nextUpdate is missing or too early", "موعد التحديث التالي خاطئ", TABLE_7)
    yield from time_rule("crl.times", TABLE_7, crl.this_update, *([crl.next_update] if crl.next_update else []))
    if crl.empty_list_written:
        yield fault("crl.revoked.empty", "an empty list must be left out", "قائمة فارغة مكتوبة", TABLE_7)
    if crl.entry_extensions:
        yield fault("crl.entry_extensions", "entry extensions are forbidden", "امتدادات المداخل محظورة", TABLE_7)
    if crl.authority_key_identifier is None:
        yield fault("crl.authority_key_identifier", "is mandatory", "معرف مفتاح المُصدِر غير موجود", TABLE_7)
    number = crl.extension("crl_number")
    if number is None or number.critical or not 0 <= (crl.number or 0) < 1 << 159:
        yield fault("crl.number", "cRLNumber is mandatory, 0 to 20 octets", "رقم القائمة غير صالح", TABLE_7)
    for name in ("delta_crl_indicator", "issuing_distribution_point", "freshest_crl"):
        if crl.extension(name):
            yield fault(f"crl.{name}", f"{name} is forbidden", "امتداد محظور موجود", TABLE_7)
