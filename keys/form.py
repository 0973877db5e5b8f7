"""Findings of form, and their two levels: what Doc 9303-12 orders, and what the upload gate of the ICAO PKD insists on.

A rule yields pairs: whether the gate looks for it, and the finding. Judges nothing itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Final, Literal

from keys.verdict import Check

FormLevel = Literal["strict", "pkd"]
FORM_LEVELS: Final[tuple[FormLevel, ...]] = ("strict", "pkd")
Findings = Iterator[tuple[bool, Check]]
GATE: Final = True
TABLE_ONLY: Final = False


def fault(name: str, en: str, ar: str, clause: str) -> Check:
    """A broken rule of form."""
    return Check(name, "profile", "fail", en, ar, clause)


def at_level(findings: Iterable[tuple[bool, Check]], level: FormLevel) -> list[Check]:
    """The findings at this level: below `strict`, a failure the gate does not look for (first value) is a warning."""
    return [c if gate or level == "strict" else replace(c, result="warning") for gate, c in findings]
