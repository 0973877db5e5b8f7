"""What changed in the record between two readings for one certificate, in words: so that an officer need not search.

Pure. Names rulings by their case number and date; who else is in a file is not said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from issuance.cases.facts import EffectFacts, RulingFacts
from issuance.certificates.compile import Compiled
from specs.schema.base import Bilingual

Words = tuple[str, str]
"""Arabic, English."""


def changes(before: Compiled, after: Compiled, effects: Mapping[str, Bilingual]) -> tuple[Words, ...]:
    """Each difference that counts for the digest; none when they are equal. effects: the names of kinds of effects."""
    return tuple(_changes(before, after, effects))


def _changes(before: Compiled, after: Compiled, effects: Mapping[str, Bilingual]) -> Iterator[Words]:
    old, new = ({one.id: one for one in side.rulings} for side in (before, after))
    for id_, ruling in new.items():
        ar, en = _ruling(ruling)
        if id_ not in old:
            yield f"حكم جديد: {ar}", f"a new ruling: {en}"
        elif old[id_] != ruling:
            yield from ((f"{ar}: {a}", f"{en}: {e}") for a, e in _within(old[id_], ruling, effects))
    for id_, ruling in old.items():
        if id_ not in new:
            ar, en = _ruling(ruling)
            yield f"رُفع عن صاحب الشأن: {ar}", f"no longer the person's: {en}"
    for id_, day in after.by_law.items():
        if before.by_law.get(id_) != day and id_ in new and id_ in old:
            ar, en = _ruling(new[id_])
            yield f"{ar}: رد الاعتبار بحكم القانون من {day}", f"{en}: rehabilitated by law from {day}"
    if before.namesakes != after.namesakes:
        counted = after.namesakes
        yield f"المتهمون المتشابهة أسماؤهم الآن {counted}", f"accused of like name are now {counted}"
    if before.passport_differs != after.passport_differs:
        yield (
            ("رقم الجواز المذكور لا يوافق سجل الجوازات", "the passport named goes against the register of passports")
            if after.passport_differs
            else ("رقم الجواز المذكور يوافق السجل الآن", "the passport named agrees with the register now")
        )
    if before.born != after.born:
        yield "صُحح تاريخ الميلاد في القيد", "the birth date of the record was corrected"
    if before.rule_version != after.rule_version:
        version = after.rule_version
        yield f"سرت نسخة أخرى من قاعدة الإفصاح: {version}", f"another version of the rule holds: {version}"


def _within(old: RulingFacts, new: RulingFacts, effects: Mapping[str, Bilingual]) -> Iterator[Words]:
    if old.final_on != new.final_on:
        yield (
            (f"صار نهائياً في {new.final_on}", f"became final on {new.final_on}")
            if new.final_on
            else ("لم يعد نهائياً", "is no longer final")
        )
    if old.penalty_ended_on != new.penalty_ended_on:
        day = new.penalty_ended_on
        ended = f"انتهت عقوبته في {day}", f"its penalty ended on {day}"
        yield ended if day else ("عقوبته لم تنته", "its penalty has not ended")
    decided = ("verdict", "penalty_arabic", "penalty_english")
    if any(getattr(old, name) != getattr(new, name) for name in decided):
        yield f"العقوبة الآن: {new.penalty_arabic}", f"the penalty is now: {new.penalty_english}"
    yield from _effects(old.effects, new.effects, effects)
    told = {"final_on", "penalty_ended_on", "effects", *decided}
    names = [name for name in RulingFacts.__slots__ if name not in told]
    if any(getattr(old, name) != getattr(new, name) for name in names):
        yield "صُحح بيان من بياناته", "a detail of it was corrected"


def _effects(
    old: tuple[EffectFacts, ...], new: tuple[EffectFacts, ...], names: Mapping[str, Bilingual]
) -> Iterator[Words]:
    def told(one: EffectFacts) -> Words:
        name = names.get(one.kind)
        return (name.ar, name.en) if name else (one.kind, one.kind)

    for one in new:
        if one not in old:
            ar, en = told(one)
            if one.revoked_on is not None:
                yield f"رُجع في «{ar}» من {one.revoked_on}", f"“{en}” revoked from {one.revoked_on}"
            else:
                yield f"أثر جديد «{ar}» من {one.effective_on}", f"a new effect, “{en}”, from {one.effective_on}"
    for one in old:
        if not any((one.kind, one.effective_on) == (other.kind, other.effective_on) for other in new):
            ar, en = told(one)
            yield f"أُلغي قيد «{ar}»", f"“{en}” was taken out"


def _ruling(one: RulingFacts) -> Words:
    return f"القضية {one.case_number} بتاريخ {one.ruled_on}", f"case {one.case_number} of {one.ruled_on}"
