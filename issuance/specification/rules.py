"""What a draft of an edition may become, who may move it, and how it begins. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from typing import Final, Literal

from specs.schema import PassportSpec

State = Literal["drafting", "review", "approved", "published", "rejected", "withdrawn"]
StepKind = Literal[
    "proposed", "changed", "submitted", "approved", "returned", "rejected", "withdrawn", "lapsed", "published"
]
OPEN: Final[frozenset[State]] = frozenset({"drafting", "review", "approved"})
EDITORS: Final[frozenset[StepKind]] = frozenset({"proposed", "changed", "submitted"})
WORDS_MAXIMUM: Final = 1000
FILE_MAXIMUM: Final = 200_000

_BY_STATE: Final[Mapping[State, frozenset[str]]] = {
    "drafting": frozenset({"specification.draft"}),
    "review": frozenset({"specification.draft", "specification.approve"}),
}


def permitted(state: State, account: str, concerned: Collection[str]) -> frozenset[str]:
    """The actions a draft in `state` admits to `account`. concerned: who had a hand in it or approved it already."""
    actions = _BY_STATE.get(state, frozenset())
    return (actions - {"specification.approve"} if account in concerned else actions) | {"specification.read_drafts"}


def begun_from(files: Mapping[str, str], passport: PassportSpec, based_on: str, from_date: date) -> dict[str, str]:
    """The first text of a draft: that of `based_on` with a first day of its own, no last day, a free series."""
    held, begun = passport.editions[based_on], dict(files)
    booklet = re.sub(r"(?m)^(\s+from_date:).*$", rf"\1 {from_date.isoformat()}", begun["booklet.yaml"], count=1)
    begun["booklet.yaml"] = re.sub(r"(?m)^(\s+until_date:).*$", r"\1 null", booklet, count=1)
    old, new = held.series.number.prefix, free_prefix(passport, based_on)
    if old and new:
        series = begun["series.yaml"].replace(f"^{old}", f"^{new}")
        begun["series.yaml"] = re.sub(rf"(?m)^(\s+prefix:\s*){old}\s*$", rf"\g<1>{new}", series, count=1)
    return begun


def free_prefix(passport: PassportSpec, based_on: str) -> str:
    """The prefix after that of `based_on` that no edition has; its own when none is free."""
    held = passport.editions[based_on].series.number
    letters = [letter for letter in held.alphabet if letter.isalpha()]
    taken = {edition.series.number.prefix for edition in passport.editions.values()}
    stem, last = held.prefix[:-1], held.prefix[-1:]
    later = [letter for letter in letters if letter > last] + [letter for letter in letters if letter < last]
    return next((stem + letter for letter in later if stem + letter not in taken), held.prefix)
