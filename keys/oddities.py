"""What the strict reading of certificates would refuse, and real issuers have written: stable names, and their words.

A reader notes these names (`Certificate.oddities`); the lint judges them. Names only what is read with one meaning:
whatever could mean two things stays a `DerError`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_DER: Final = "Doc 9303-12 §7.1, X.690 §"
_CURVE: Final = "Doc 9303-12 §4.1.6.3, SEC 1 §C.2"


@dataclass(frozen=True, slots=True)
class Oddity:
    """en, ar: what is odd, for a person; clause: the rule it breaks."""

    en: str
    ar: str
    clause: str


ODDITIES: Final = {
    "encoding.ber": Oddity("BER, not DER", "ترميز BER وليس DER", _DER + "10.1"),
    "integer.minimal": Oddity("an INTEGER with a superfluous octet", "عدد صحيح ببايت زائد", _DER + "8.3.2"),
    "boolean.value": Oddity("TRUE is not written FF", "قيمة منطقية بغير FF", _DER + "11.1"),
    "bit_string.unused": Oddity("a BIT STRING does not hold whole bytes", "سلسلة بتات غير مكتملة", _DER + "8.6"),
    "named_bits.trailing": Oddity("named bits with trailing zero bits", "بتات صفرية زائدة", _DER + "11.2.2"),
    "string.characters": Oddity("characters the string type does not allow", "محارف غير مسموحة", _DER + "8.23"),
    "string.type": Oddity("a string type that is not allowed", "نوع نص غير مسموح", "Doc 9303-12 §7.1 table 5"),
    "name.country_twice": Oddity(
        "a name with more than one country", "اسم فيه أكثر من دولة", "Doc 9303-12 §7.1 table 5"
    ),
    "time.form": Oddity("a time without seconds or Z", "وقت بلا ثوان أو بلا Z", "RFC 5280 §4.1.2.5"),
    "extension.unreadable": Oddity("an extension cannot be read", "امتداد غير مقروء", "RFC 5280 §4.2"),
    "algorithm.unreadable": Oddity("an algorithm cannot be read", "خوارزمية غير مقروءة", "RFC 5280 §4.1.1.2"),
    "ec.parameters.length": Oddity("a field element of another length", "عنصر حقل بطول آخر", _CURVE),
    "ec.seed": Oddity("the seed of the curve is no whole bytes", "بذرة المنحنى غير مكتملة", _CURVE),
    "ec.base_point": Oddity("the base point is not uncompressed", "نقطة الأساس مضغوطة", _CURVE),
    "ec.point": Oddity("the public point is not uncompressed", "النقطة العامة مضغوطة", _CURVE),
    "rsa.negative": Oddity("the RSA modulus is written as negative", "معامل RSA مكتوب سالبا", "RFC 8017 §A.1.1"),
    "rsa.parameters": Oddity("the RSA key identifier lacks its NULL", "معرف مفتاح RSA بلا NULL", "RFC 3279 §2.3.1"),
}
