"""What a record discloses, to whom (`certificate/disclosure.yaml`): versions of one rule, each for every level."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.cases import Register, Vocabulary

Level = Literal["court", "authority", "person", "public"]
OURS = ("not_final", "child", "foreign", "later", "level")
"""Reasons that are no effect, kind or verdict of the register."""


class LevelRule(Clause):
    """Who stands at this level sees final convictions of `kinds` that no effect of `removed_by` took away.

    shows: `outcome` tells only whether there are any. children, foreign: whether these are shown. despite: purpose of a
    certificate -> effects that do not hide a conviction for that purpose.
    """

    title: Bilingual
    shows: Literal["entries", "outcome"]
    kinds: list[Words] = Field(min_length=1)
    removed_by: list[Words]
    children: bool
    foreign: bool
    despite: dict[Words, list[Words]] = Field(default_factory=dict)


class Childhood(Clause):
    below_age_years: int = Field(gt=0)


class AmnestyWindow(Clause):
    """An amnesty may be revoked for a conviction of an offence committed within these years of it."""

    revocable_years: int = Field(gt=0)


class DisclosureVersion(Part):
    """The rule as it stood from one day on. effective_from: the first day it computes new certificates."""

    rule_version: Words
    effective_from: date
    children: Childhood
    amnesty: AmnestyWindow
    levels: dict[Level, LevelRule]

    @model_validator(mode="after")
    def _every_level(self) -> DisclosureVersion:
        wanted = ("court", "authority", "person", "public")
        if missing := [name for name in wanted if name not in self.levels]:
            raise ValueError(f"the level {missing[0]!r} is missing -> every one of {', '.join(wanted)}")
        return self


class Disclosure(Part):
    """Every version there ever was, oldest first."""

    versions: list[DisclosureVersion] = Field(min_length=1)
    left_out_reasons: Vocabulary
    doubts: Vocabulary

    @model_validator(mode="after")
    def _in_order(self) -> Disclosure:
        names = [v.rule_version for v in self.versions]
        if len(set(names)) != len(names):
            raise ValueError("a version stands twice -> each rule_version once")
        days = [v.effective_from for v in self.versions]
        if days != sorted(set(days)):
            raise ValueError("the versions are out of order -> oldest first, one a day")
        return self

    def on(self, day: date) -> DisclosureVersion:
        """The version that computes a certificate of that day. Raises `LookupError` before the first one."""
        return next(_newest_first(v for v in self.versions if v.effective_from <= day))

    def version(self, name: str) -> DisclosureVersion:
        """The version of that name. Raises `LookupError`."""
        return next(_newest_first(v for v in self.versions if v.rule_version == name))


def disclosure_speaks_the_register_vocabulary(register: Register, disclosure: Disclosure) -> CrossCheck:
    """Every kind and effect a disclosure rule names exists in the register, and every reason has its wording."""
    reasons: set[str] = set(OURS) | set(register.verdicts.entries) - {"conviction"}
    for index, version in enumerate(disclosure.versions):
        for level, rule in version.levels.items():
            at = ("versions", index, "levels", level)
            yield from _known(rule.kinds, register.kinds, (*at, "kinds"), "kind of offence")
            yield from _known(rule.removed_by, register.effects, (*at, "removed_by"), "effect")
            for purpose, effects in rule.despite.items():
                yield from _known(effects, register.effects, (*at, "despite", purpose), "effect")
            reasons |= set(rule.removed_by) | set(register.kinds.entries) - set(rule.kinds)
    for reason in sorted(reasons - set(disclosure.left_out_reasons.entries)):
        yield CrossFault(_FILE, ("left_out_reasons", "entries"), f"no wording for {reason!r}", f"add `{reason}:`")


_FILE = "certificate/disclosure.yaml"


def _known(named: list[str], held: Vocabulary, path: tuple[str | int, ...], what: str) -> CrossCheck:
    for index, name in enumerate(named):
        if name not in held.entries:
            yield CrossFault(_FILE, (*path, index), f"{name!r} is no {what}", f"one of {sorted(held.entries)}")


def _newest_first(found: Iterator[DisclosureVersion]) -> Iterator[DisclosureVersion]:
    held = list(found)
    if not held:
        raise LookupError("no such version of the disclosure rule")
    return reversed(held)
