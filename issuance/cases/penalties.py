"""A sentence in words, Arabic and English, from its parts. Pure; the words stand in `cases/register.yaml`."""

from __future__ import annotations

from collections.abc import Sequence

from issuance.cases.file import Penalty
from specs.schema.cases import PenaltyUnit, Register


def penalty_words(parts: Sequence[Penalty], register: Register) -> tuple[str, str]:
    """(Arabic, English), parts in the order given: «الحبس 6 أشهر (مع وقف التنفيذ) والغرامة 500 دينار»."""
    arabic, english = [], []
    for part in parts:
        title = register.penalties.entries[part.kind]
        ar, en = title.ar, title.en
        if part.amount is not None and part.unit is not None:
            unit = register.penalty_units.units[part.unit]
            ar, en = f"{ar} {_arabic(part.amount, unit)}", f"{en}, {_english(part.amount, unit)}"
        if part.suspended:
            suspended = register.penalty_units.suspended
            ar, en = f"{ar} ({suspended.ar})", f"{en} ({suspended.en})"
        arabic.append(ar)
        english.append(en)
    return " و".join(arabic), "; ".join(english)


def _arabic(amount: int, unit: PenaltyUnit) -> str:
    """One and two have their own forms; then the last two digits decide: 3-10, 11-99, hundreds."""
    if amount == 1:
        return unit.one_ar
    if amount == 2:
        return unit.two_ar
    tail = amount % 100
    form = unit.few_ar if 3 <= tail <= 10 else unit.many_ar if tail > 10 else unit.hundred_ar
    return f"{amount} {form}"


def _english(amount: int, unit: PenaltyUnit) -> str:
    return f"{amount} {unit.one_en if amount == 1 else unit.many_en}"
