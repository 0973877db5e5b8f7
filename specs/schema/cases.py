"""The register's vocabulary (`cases/register.yaml`): every list of codes and its wording."""

from __future__ import annotations

from pydantic import Field

from specs.schema.base import Bilingual, Clause, Part, Words


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
