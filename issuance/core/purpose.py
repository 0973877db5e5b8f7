"""For what somebody looks at criminal data: a purpose of `purposes.yaml`, with words where it asks for them. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from specs.errors import Fault, Invalid
from specs.schema.reading import Purposes

CLAUSE = "specs/purposes.yaml"


@dataclass(frozen=True, slots=True)
class Purpose:
    """code: of `purposes.yaml`; words: what the reader adds; they are kept with the look, never in the trail."""

    code: str
    words: str = ""


def settled(purpose: Purpose, rules: Purposes) -> Purpose:
    """The purpose with its words trimmed. Raises `Invalid` with every fault: no read of criminal data without one."""
    words, faults = purpose.words.strip(), []
    held = rules.entries.get(purpose.code)
    if held is None:
        known = ", ".join(rules.entries)
        faults.append(
            _fault("purpose", f"اذكر غرض الاطلاع؛ المتاح: {known}", f"state the purpose of looking: one of {known}")
        )
    elif held.words_needed and not words:
        faults.append(_fault("purpose_words", "اشرح هذا الغرض بالكلمات", "say this purpose in words too"))
    if len(words) > (most := rules.words_maximum_characters):
        faults.append(_fault("purpose_words", f"أطول من {most} حرفاً", f"longer than {most} characters"))
    if faults:
        raise Invalid(*faults)
    return Purpose(purpose.code, words)


def _fault(field: str, ar: str, en: str) -> Fault:
    return Fault(f"core.{field}", ar, en, field=field, clause=CLAUSE)
