"""What the law lets a certificate show, from LIBYA.md section 4: what the rule of the service is held against."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol


class Effect(Protocol):
    @property
    def kind(self) -> str: ...
    @property
    def effective_on(self) -> date: ...
    @property
    def revoked_on(self) -> date | None: ...


class Given(Protocol):
    """A ruling, as a court's registry says it."""

    @property
    def kind(self) -> str: ...
    @property
    def verdict(self) -> str: ...
    @property
    def ruled_on(self) -> date: ...
    @property
    def final_on(self) -> date | None: ...
    @property
    def committed_on(self) -> date: ...
    @property
    def foreign_judgment(self) -> bool: ...


def on_the_register(ruling: Given, effects: Iterable[Effect], on: date) -> bool:
    """Only a conviction, given and final by that day, and not undone: an amnesty strikes it off (Laws 35/2012, 6/2015),
    a more lenient law ends its effects (Penal Code Art 2), a quashed ruling is none."""
    final = ruling.final_on is not None and ruling.final_on <= on
    undone = in_force(effects, on) & {"amnesty", "decriminalisation", "quashing"}
    return ruling.verdict == "conviction" and ruling.ruled_on <= on and final and not undone


def told_to_the_person(ruling: Given, effects: Iterable[Effect], adult_from: date, on: date) -> bool:
    """Of these, felonies and misdemeanours of an adult before a Libyan court; not who is rehabilitated, nor who kept a
    suspension to its end, which counts as if not convicted."""
    held = list(effects)
    return (
        on_the_register(ruling, held, on)
        and ruling.kind != "contravention"
        and not ruling.foreign_judgment
        and ruling.committed_on >= adult_from
        and not in_force(held, on) & {"rehabilitation", "suspension_kept"}
    )


def in_force(effects: Iterable[Effect], on: date) -> set[str]:
    return {e.kind for e in effects if e.effective_on <= on and not (e.revoked_on and e.revoked_on <= on)}
