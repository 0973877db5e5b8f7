"""How the specification of the passport is ordered as a book (`passport/book.yaml`): chapters and the parts in each."""

from __future__ import annotations

from collections import Counter
from typing import Literal

from pydantic import Field

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words

_FILE = "passport/book.yaml"


class Chapter(Part):
    """parts: a file of the edition (`chip`), or one shared by all editions (`pki/profiles`), each a section."""

    id: Words = Field(pattern=r"^[a-z_]+$")
    title: Bilingual
    scope: Bilingual
    parts: list[Words] = Field(min_length=1)


class Book(Clause):
    """The printed booklet: what stands on its cover, and its chapters in order."""

    title: Bilingual
    publisher: Bilingual
    state: Bilingual
    statuses: dict[Literal["law", "standard", "default"], Bilingual]
    proofs: dict[Literal["program", "laboratory", "inspection", "declaration"], Bilingual]
    chapters: list[Chapter] = Field(min_length=1)


def book_holds_every_part(book: Book, edition_files: set[str], shared: set[str]) -> CrossCheck:
    """Every file of an edition stands in one chapter; nothing else stands there but shared files that exist."""
    named = Counter(part for chapter in book.chapters for part in chapter.parts)
    for i, chapter in enumerate(book.chapters):
        for j, part in enumerate(chapter.parts):
            path = ("chapters", i, "parts", j)
            if part not in edition_files | shared:
                yield CrossFault(_FILE, path, f"no part is called {part!r}", f"one of {sorted(edition_files | shared)}")
            elif named[part] > 1:
                yield CrossFault(_FILE, path, f"{part!r} stands in the book twice", "each part once")
    for part in sorted(edition_files - set(named)):
        yield CrossFault(_FILE, ("chapters",), f"{part!r} stands in no chapter", "every part of an edition once")
