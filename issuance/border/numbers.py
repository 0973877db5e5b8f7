"""Whose document is it by its MRZ, and can its number be one of ours? Pure; compiled once for each specification."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from specs.schema import Specification

DOCUMENT_SEALS: Final = ("passport_seal", "etd_seal")
"""Kinds of seals that hold the zone of a travel document."""


@dataclass(frozen=True, slots=True)
class Ours:
    """issuers: State codes of our editions; series: whole numbers of the types they issue."""

    issuers: frozenset[str]
    series: re.Pattern[str]

    def issued(self, fields: Mapping[str, str]) -> bool:
        """Whether the zone claims to be of a travel document of our State; a visa is none."""
        return fields.get("issuer") in self.issuers and not fields.get("document_code", "").startswith("V")

    def number_of(self, fields: Mapping[str, str]) -> str | None:
        """The number of a travel document of ours, without fillers; None: not of ours, or empty."""
        number = fields.get("document_number", "").rstrip("<")
        return number if number and self.issued(fields) else None


@lru_cache(maxsize=8)
def ours(spec: Specification) -> Ours:
    """Gathered from every edition."""
    editions = spec.passport.editions.values()
    patterns = {
        held.document_form.numbers(edition.series.number).pattern
        for edition in editions
        for held in edition.document_types.issued().values()
    }
    series = "|".join(f"(?:{pattern})" for pattern in sorted(patterns))
    return Ours(frozenset(edition.mrz.issuer.code for edition in editions), re.compile(f"(?:{series})\\Z"))


def number_said(facts: Mapping[str, Any], spec: Specification) -> str | None:
    """Number of a travel document of our State, from what a verdict says it saw: a zone that was typed or seen on a
    page, a chip, a seal. None: none of ours."""
    places = {"mrz": facts, "chip": facts.get("mrz")} | dict.fromkeys(DOCUMENT_SEALS, facts.get("fields"))
    zone = places.get(str(facts.get("kind")))
    return ours(spec).number_of(zone) if isinstance(zone, Mapping) else None
