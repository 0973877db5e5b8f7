"""A web form between its flat fields and what a command takes, and its faults back beside their fields. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from specs.errors import Fault, IssuanceError


@dataclass(frozen=True, slots=True)
class Form:
    """What a page shows of a form: values by field name, faults by field name, and faults of no field on the page."""

    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, list[Fault]] = field(default_factory=dict)
    loose: tuple[Fault, ...] = ()

    @property
    def count(self) -> int:
        """How many things are wrong."""
        return len(self.loose) + sum(len(found) for found in self.faults.values())

    def refused(self, error: IssuanceError, shown: Iterable[str], aliases: Mapping[str, str] | None = None) -> Form:
        """The same values with every fault of `error`, each beside its field among `shown`, or at the head.

        A fault of a field inside a shown one (`portrait.eyes` in `portrait`) stands beside that; one of a group of
        fields (`addressee`) beside the field that `aliases` names for it.
        """
        names = set(shown)
        faults: dict[str, list[Fault]] = {}
        loose = []
        for fault in error.faults:
            name = (aliases or {}).get(fault.field or "", fault.field or "")
            while name and name not in names:
                name = name.rpartition(".")[0]
            if name:
                faults.setdefault(name, []).append(fault)
            else:
                loose.append(fault)
        return Form(self.values, faults, tuple(loose))


def nested(values: Mapping[str, str]) -> dict[str, Any]:
    """`{"names.latin.given": "X"}` as `{"names": {"latin": {"given": "X"}}}`; empty fields are left out."""
    out: dict[str, Any] = {}
    for name, value in values.items():
        if not value.strip():
            continue
        *path, last = name.split(".")
        place = out
        for step in path:
            place = place.setdefault(step, {})
        place[last] = value.strip()
    return out


def flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """The inverse of `nested`, for filling a form with known values."""
    out: dict[str, str] = {}
    for name, value in data.items():
        if isinstance(value, Mapping):
            out |= flat(value, f"{prefix}{name}.")
        elif value is not None:
            out[f"{prefix}{name}"] = str(value)
    return out
