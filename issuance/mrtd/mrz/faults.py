"""What can be wrong with a machine readable zone, said once in both languages. Pure."""

from __future__ import annotations

from specs.errors import Fault

PREFIX = "mrz."
NAMES, DATES, DIGITS = "Doc 9303-3 §4.6", "Doc 9303-3 §4.8", "Doc 9303-3 §4.9"
STATES, ALPHABET, CODES = "Doc 9303-3 §5", "Doc 9303-3 §4.3", "Doc 9303-4 §4.4"
SHAPE, TRUNCATION = "Doc 9303-3 §4.10", "Doc 9303-4 §4.2.3"

SENTENCES: dict[str, tuple[str, str]] = {
    "type": ("القيمة ليست نصاً كما يجب: {shown}", "not the expected kind of value: {shown}"),
    "length": ("الطول لا يوافق أي صيغة: {shown}", "the length fits no format: {shown}"),
    "alphabet": ("رمز غير مسموح: {shown}", "a character that may not stand here: {shown}"),
    "check_digit": ("رقم التحقق خاطئ: {shown}", "the check digit is wrong: {shown}"),
    "not_allowed": ("قيمة غير مسموحة: {shown}", "this value is not allowed here: {shown}"),
    "shape": ("ليس على صورة رمز دولة: {shown}", "not the shape of a State code: {shown}"),
    "calendar": ("ليس تاريخاً في التقويم: {shown}", "not a date of the calendar: {shown}"),
    "empty": ("الحقل فارغ", "the field is empty"),
    "digits": ("لا أرقام في الاسم", "a name holds no digits"),
    "separator": (
        "فواصل الاسم خاطئة: فاصل مزدوج واحد بين اللقب والاسم، ومفرد بين الأجزاء",
        "misplaced fillers: one << between the identifiers, one < between components",
    ),
    "long_number": (
        "تتمة رقم الوثيقة الطويل غير سليمة",
        "the rest of the long document number, its check digit and a filler must open the optional data",
    ),
    "unknown_code": ("رمز غير مدرج: {shown}", "a code that is not listed: {shown}"),
    "deprecated_code": ("رمز ملغى يقرأ ولا يكتب: {shown}", "a withdrawn code, to be read and not written: {shown}"),
    "unlisted_code": (
        "رمز الوثيقة ليس من الرموز الموحدة: {shown}",
        "the document code is not one of the harmonised codes: {shown}",
    ),
    "outlived_code": (
        "جواز بلا رمز موحد يجب أن ينتهي قبل {shown}",
        "a passport without a harmonised code must expire before {shown}",
    ),
    "possibly_truncated": (
        "الاسم يملأ الحقل فقد يكون مقتطعاً",
        "the name fills its field and must be read as possibly truncated",
    ),
    "missing": ("الحقل مطلوب", "this field is needed"),
    "unknown_field": ("حقل غير معروف", "no such field"),
    "unknown_format": ("صيغة غير معروفة؛ المعروف: {shown}", "no such format; known: {shown}"),
    "too_long": ("القيمة أطول من الحقل: {shown}", "the value is longer than its field: {shown}"),
    "cannot_truncate": (
        "لا اقتطاع مشروع يسع هذا الاسم",
        "no legal truncation makes this name fit",
    ),
}


def fault(field: str, code: str, clause: str, shown: str = "") -> Fault:
    """One fault `mrz.<code>` at `field`; shown: the detail, ASCII and safe to print."""
    ar, en = SENTENCES[code]
    return Fault(PREFIX + code, ar.format(shown=shown), en.format(shown=shown), field=field, clause=clause)


def as_json(found: Fault) -> dict[str, str]:
    """`{"field","code","message"}`; the code without its prefix."""
    return {"field": found.field or "", "code": found.code.rpartition(".")[2], "message": found.en}
