"""The shapes every part of the specification is built from.

A `Clause` is a group of values that one text orders: it names that text in `source`. A plain `Part` only holds clauses.
Units stand in the key (`width_mm`, `period_days`); a number without a unit in its name counts things.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Proof = Literal["program", "laboratory", "inspection", "declaration"]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Part(BaseModel):
    """A node of the specification that orders nothing by itself."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Bilingual(Part):
    """One wording in the two languages of every document; Arabic is the source."""

    ar: Words
    en: Words


class Clause(Part):
    """A normative value or group of values, with the text it rests on.

    status: `law` (Libyan text read), `standard` (ICAO, ISO, BSI), `default` (ours, until the Ministry confirms it).
    proof: how one sees that a document keeps it. `program`: this program uses or measures it. The others say what a
    program cannot see: a `laboratory` test, an `inspection` of a sample, a `declaration` of the maker.
    """

    source: Words
    status: Literal["law", "standard", "default"]
    effective_from: date | None = None
    why: Words | None = None
    proof: Proof = "program"


@dataclass(frozen=True, slots=True)
class SpecFault:
    """One fault of the specification: where it is, what is wrong, what would be right."""

    file: str
    line: int
    path: str
    wrong: str
    right: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.path}: {self.wrong} -> {self.right}"


@dataclass(frozen=True, slots=True)
class CrossFault:
    """A fault found between values after each file was well formed; the loader turns `path` into a line."""

    file: str
    path: tuple[str | int, ...]
    wrong: str
    right: str


CrossCheck = Iterator[CrossFault]
