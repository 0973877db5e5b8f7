"""What an inspection answers about a document and what is kept of it (`border/inspections.yaml`)."""

from __future__ import annotations

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.staff import Offices

Advice = Literal[
    "valid",
    "forged",
    "differs",
    "misformed",
    "not_current",
    "expired",
    "banned",
    "unproven",
    "unread",
    "issuer_unknown",
    "unregistered",
    "stale",
    "unknown",
]


class Posts(Clause):
    """kinds: of the offices that inspect; known_for_seconds: how long such an office is taken for known."""

    kinds: list[Words] = Field(min_length=1)
    known_for_seconds: int = Field(ge=0, le=60)


class Record(Clause):
    """inspections: `counted` by post, day and outcome, or `none`; travel_ban_looks: whether a look at the holder's
    record is kept: never, when a ban was `shown`, at `every` document of ours; flush_seconds: counts wait in memory."""

    inspections: Literal["counted", "none"]
    travel_ban_looks: Literal["none", "shown", "every"]
    flush_seconds: float = Field(gt=0, le=300)


class Limits(Clause):
    """How much is taken for one inspection."""

    mrz_maximum_characters: int = Field(gt=0)
    seal_maximum_characters: int = Field(gt=0)
    request_maximum_bytes: int = Field(gt=0)


class Comparison(Clause):
    """Fields of a zone that are compared between routes; checked_fields have a check digit of their own."""

    checked_fields: list[Words] = Field(min_length=1)
    unchecked_fields: list[Words] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Self:
        if set(self.checked_fields) & set(self.unchecked_fields):
            raise ValueError("a field stands twice -> checked or unchecked")
        return self


class BorderAdvice(Clause):
    """What an officer does next, by what came out."""

    sentences: dict[Advice, Bilingual]

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = set(get_args(Advice)) - set(self.sentences)
        if missing:
            raise ValueError(f"no sentence for {', '.join(sorted(missing))}")
        return self


class BorderInspections(Part):
    """All that is normative about the answer at a border post."""

    posts: Posts
    record: Record
    limits: Limits
    comparison: Comparison
    advice: BorderAdvice


def posts_are_kinds_of_offices(rules: BorderInspections, offices: Offices) -> CrossCheck:
    """A misspelt kind would let no post inspect."""
    for index, kind in enumerate(rules.posts.kinds):
        if kind not in offices.kinds.names:
            known = f"one of {sorted(offices.kinds.names)}"
            yield CrossFault("border/inspections.yaml", ("posts", "kinds", index), f"{kind!r} is no kind", known)
