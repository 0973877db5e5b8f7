"""How the keys of the specification are called for a person (`labels.yaml`). Units are the last word of a key."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from specs.schema.base import Bilingual, Clause, Words


class Labels(Clause):
    """keys: key of a model -> its Arabic name (spelt out, the key is the English one); units: suffix -> unit."""

    units: dict[Words, Bilingual] = Field(min_length=1)
    keys: dict[Words, Words] = Field(min_length=1)

    def of(self, key: str, language: Literal["ar", "en"]) -> tuple[str, str]:
        """(label, unit) of `key`. A code that is itself a value (a role, an algorithm) is its own label."""
        stem, _, suffix = key.rpartition("_")
        unit = getattr(self.units[suffix], language) if stem and suffix in self.units else ""
        if language == "ar":
            return self.keys.get(key, key), unit
        return (stem if unit else key).replace("_", " "), unit
