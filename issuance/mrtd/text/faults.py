"""What can be wrong with a text that must become MRZ characters, said once in both languages. Pure."""

from __future__ import annotations

import unicodedata

from specs.errors import Fault, Invalid

ARABIC_CLAUSE = "Doc 9303-3 §6.C"
LATIN_CLAUSE = "Doc 9303-3 §4.6, §6.A"

_SENTENCES: dict[str, tuple[str, str]] = {
    "empty": ("النص فارغ", "the text is empty"),
    "too_long": ("النص أطول من المسموح", "the text is too long"),
    "invisible": (
        "في النص رمز خفي لا يجوز في الأسماء ({shown})",
        "an invisible or direction character does not belong in a name ({shown})",
    ),
    "digits": ("لا أرقام في الأسماء ({shown})", "a name holds no digits ({shown})"),
    "mixed_scripts": ("حرف لاتيني في نص عربي ({shown})", "a Latin letter in Arabic text ({shown})"),
    "not_in_table": (
        "لا مقابل لهذا الحرف في الجدول ({shown})",
        "the transliteration table does not carry this character ({shown})",
    ),
    "lone_mark": ("علامة بلا حرف قبلها ({shown})", "a mark without a letter before it ({shown})"),
    "not_reversible": (
        "لا يرجع هذا النص إلى كتابة عربية واحدة ({shown})",
        "this text does not lead back to one Arabic spelling ({shown})",
    ),
}


def text_fault(code: str, field: str, clause: str, shown: str = "") -> Fault:
    """One fault `text.<code>` at `field`; shown: what was met, already safe to print."""
    ar, en = _SENTENCES[code]
    return Fault(f"text.{code}", ar.format(shown=shown), en.format(shown=shown), field=field, clause=clause)


def code_point(character: str) -> str:
    """`U+0663`; never the character itself, which may turn the reader's line around."""
    return f"U+{ord(character):04X}"


def is_invisible(character: str) -> bool:
    """Direction marks, zero-width and control characters: they change what is shown and not what is read."""
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn"}:
        return not character.isspace()
    return False


def refuse(found: dict[str, dict[str, None]], field: str, clause: str) -> None:
    """Raise `Invalid` when `found` (fault code -> characters met, in order) holds anything: one fault a code."""
    if found:
        raise Invalid(
            *(text_fault(code, field, clause, ", ".join(map(code_point, list(met)[:8]))) for code, met in found.items())
        )
