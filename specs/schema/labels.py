"""How the keys of the specification are called for a person (`labels.yaml`). Units are the last word of a key."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from specs.schema.base import Bilingual, Clause, Words


class Labels(Clause):
    """keys: every key of every model; units: suffix of a key -> unit."""

    units: dict[Words, Bilingual] = Field(min_length=1)
    keys: dict[Words, Bilingual] = Field(min_length=1)

    def of(self, key: str, language: Literal["ar", "en"]) -> tuple[str, str]:
        """(label, unit) of `key`. A code that is itself a value (a role, an algorithm) is its own label."""
        stem, _, suffix = key.rpartition("_")
        unit = ""
        if stem and suffix in self.units:
            unit = getattr(self.units[suffix], language)
        named = self.keys.get(key)
        return (getattr(named, language) if named else key), unit
