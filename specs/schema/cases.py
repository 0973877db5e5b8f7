"""The register's vocabulary and what a certificate discloses (`cases/register.yaml`, `certificate/disclosure.yaml`)."""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words


class Vocabulary(Clause):
    """Codes and their wording in both languages."""

    entries: dict[Words, Bilingual] = Field(min_length=1)


class PenaltyUnit(Part):
    """Forms a number takes: one, two, 3-10 (few), 11-99 (many), whole hundreds and one or two above them."""

    one_ar: Words
    two_ar: Words
    few_ar: Words
    hundred_ar: Words
    many_ar: Words
    one_en: Words
    many_en: Words


class PenaltyUnits(Clause):
    """measured_in: kind of penalty -> the units it may have; none: it has no measure."""

    suspended: Bilingual
    units: dict[Words, PenaltyUnit]
    measured_in: dict[Words, list[Words]]


class Register(Part):
    """Every list of codes that rulings and cases choose from."""

    kinds: Vocabulary
    presence: Vocabulary
    verdicts: Vocabulary
    effects: Vocabulary
    penalties: Vocabulary
    report_kinds: Vocabulary
    confirmations: Vocabulary
    shelving_reasons: Vocabulary
    no_ground_reasons: Vocabulary
    challengers: Vocabulary
    notice_kinds: Vocabulary
    rehabilitation_kinds: Vocabulary
    classifications: Vocabulary
    custody_kinds: Vocabulary
    penalty_units: PenaltyUnits


class FinalConvictions(Clause):
    only_final: bool
    disclosed_kinds: list[Words] = Field(min_length=1)


class EffectsThatRemove(Clause):
    kinds: list[Words]


class Children(Clause):
    disclosed: bool
    below_age_years: int = Field(gt=0)


class ForeignJudgments(Clause):
    disclosed: bool


class Disclosure(Part):
    """The rule of one version; a certificate records which version computed it."""

    rule_version: Words
    final_convictions: FinalConvictions
    effects_that_remove: EffectsThatRemove
    children: Children
    foreign_judgments: ForeignJudgments
    left_out_reasons: Vocabulary


def disclosure_speaks_the_register_vocabulary(register: Register, disclosure: Disclosure) -> CrossCheck:
    """Every kind and effect a disclosure rule names exists in the register."""
    file = "certificate/disclosure.yaml"
    for index, kind in enumerate(disclosure.final_convictions.disclosed_kinds):
        if kind not in register.kinds.entries:
            yield CrossFault(
                file,
                ("final_convictions", "disclosed_kinds", index),
                f"{kind!r} is no kind of offence",
                f"one of {sorted(register.kinds.entries)}",
            )
    for index, kind in enumerate(disclosure.effects_that_remove.kinds):
        if kind not in register.effects.entries:
            yield CrossFault(
                file,
                ("effects_that_remove", "kinds", index),
                f"{kind!r} is no effect",
                f"one of {sorted(register.effects.entries)}",
            )
    reasons = {"not_final", "child", "foreign", "later", *disclosure.effects_that_remove.kinds}
    reasons |= set(register.kinds.entries) - set(disclosure.final_convictions.disclosed_kinds)
    reasons |= set(register.verdicts.entries) - {"conviction"}
    for reason in sorted(reasons - set(disclosure.left_out_reasons.entries)):
        yield CrossFault(file, ("left_out_reasons", "entries"), f"no wording for {reason!r}", f"add `{reason}:`")
