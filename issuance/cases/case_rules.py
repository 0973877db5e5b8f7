"""What the law says of cases, gathered once: life cycle, offences, words, clocks, who may act and read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from specs.schema import Specification
from specs.schema.base import Bilingual
from specs.schema.cases import Register
from specs.schema.clocks import Clocks, Holidays
from specs.schema.lifecycle import Lifecycle, Offences, vocabularies
from specs.schema.reading import Reading
from specs.schema.roles import Roles


@dataclass(frozen=True, slots=True)
class CaseRules:
    """vocabularies: name -> code -> wording, for every `choice` of the life cycle."""

    lifecycle: Lifecycle
    offences: Offences
    register: Register
    clocks: Clocks
    holidays: Holidays
    roles: Roles
    reading: Reading
    vocabularies: Mapping[str, Mapping[str, Bilingual]]

    @staticmethod
    @lru_cache(maxsize=4)
    def of(spec: Specification) -> CaseRules:
        """Gathered once for a specification."""
        words = vocabularies(spec.cases_register, spec.cases_offences, spec.staff_offices)
        return CaseRules(
            spec.cases_lifecycle,
            spec.cases_offences,
            spec.cases_register,
            spec.cases_clocks,
            spec.cases_holidays,
            spec.roles,
            spec.cases_reading,
            words,
        )
