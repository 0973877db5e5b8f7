"""Find clauses of an edition by words of either language, by number, id, value or source. Pure; keeps no query.

Letters are compared without their variants: hamza and alef forms, teh marbuta, vowel signs, Latin case, digits of
either script. A word is found inside longer ones, so `صورة` finds `الصورة`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from specs.clauses import NumberedClause, numbered
from specs.schema import Specification

MAXIMUM_CHARACTERS = 100
MAXIMUM_WORDS = 8
_TATWEEL = "\u0640"
_LEFT_TO_RIGHT = "\u2066{}\u2069"  # a date among Arabic words would be shown backwards

Where = Literal["number", "title", "id", "value", "source", "why"]
_ORDER: Sequence[Where] = ("number", "title", "id", "value", "source", "why")
Piece = tuple[str, bool]
"""(text, whether it was asked for): the pieces of a line in order make the line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a clause. folded: as compared; origin: for each folded character its place in `text`."""

    where: Where
    text: str
    folded: str
    origin: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A line in which something asked for stands, cut into pieces."""

    where: Where
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A clause in which every word stands. lines: all it says; words: as they are compared."""

    clause: NumberedClause
    lines: tuple[Line, ...]
    words: tuple[str, ...]

    @property
    def matches(self) -> tuple[Match, ...]:
        """The lines that matched, cut into pieces; made when asked for, since few of many found are shown."""
        return _matches(self.lines, self.words)


def search(spec: Specification, edition: str, query: str) -> tuple[Found, ...]:
    """Clauses and headings in which every word of `query` stands, the best first; none for an empty query.

    At most 100 characters and eight words are looked at. Raises KeyError for an unknown edition.
    """
    folds, article = _folds(spec), spec.text_name_search.arabic_words.article
    asked = _folded(query[:MAXIMUM_CHARACTERS], folds)[0].split()
    words = [_without_article(word, article) for word in asked]
    words = [word for word in dict.fromkeys(words) if word][:MAXIMUM_WORDS]
    found = []
    for place, (clause, lines) in enumerate(_lines(spec, edition)):
        if words and (ranked := _ranked(lines, words, " ".join(asked))) is not None:
            found.append((ranked, place, Found(clause, lines, tuple(words))))
    return tuple(held for *_, held in sorted(found, key=lambda one: one[:2]))


def _ranked(lines: Sequence[Line], words: Sequence[str], whole: str) -> int | None:
    """How far down the worst word stands; None when one stands nowhere. A whole number, title or id comes first."""
    if any(line.where in ("number", "title", "id") and line.folded == whole for line in lines):
        return -1
    places = []
    for word in words:
        held = [_ORDER.index(line.where) for line in lines if _stands(word, line)]
        if not held:
            return None
        places.append(min(held))
    return max(places)


def _stands(word: str, line: Line) -> bool:
    """A number is known by its beginning: `3.1` asks for 3.1 and 3.1.4, not for 5.3.1."""
    return line.folded.startswith(word) if line.where == "number" else word in line.folded


def _matches(lines: Sequence[Line], words: Sequence[str]) -> tuple[Match, ...]:
    held = [(line, [w for w in words if _stands(w, line)]) for line in lines]
    return tuple(Match(line.where, _pieces(line, asked)) for line, asked in held if asked)


def _pieces(line: Line, words: Sequence[str]) -> tuple[Piece, ...]:
    marked = [False] * len(line.text)
    for word in words:
        at = line.folded.find(word)
        while at >= 0:
            for n in range(line.origin[at], line.origin[at + len(word) - 1] + 1):
                marked[n] = True
            at = -1 if line.where == "number" else line.folded.find(word, at + 1)
    out: list[Piece] = []
    for character, asked in zip(line.text, marked, strict=True):
        if out and out[-1][1] == asked:
            out[-1] = out[-1][0] + character, asked
        else:
            out.append((character, asked))
    return tuple(out)


@lru_cache(maxsize=8)
def _lines(spec: Specification, edition: str) -> tuple[tuple[NumberedClause, tuple[Line, ...]], ...]:
    folds = _folds(spec)
    out = []
    for clause in numbered(spec, edition):
        written = dict.fromkeys(_written(clause))
        out.append((clause, tuple(Line(where, text, *_folded(text, folds)) for where, text in written)))
    return tuple(out)


def _written(clause: NumberedClause) -> Iterator[tuple[Where, str]]:
    yield "number", clause.number
    yield "title", clause.title.ar
    yield "title", clause.title.en
    yield "id", clause.id
    for value in clause.values:
        for n, label in enumerate((value.label.ar, value.label.en)):
            text, unit = value.text[n], value.unit[n]
            plain = text.isascii()
            text += f" ± {value.tolerance:g}" if value.tolerance is not None else ""
            if n == 0 and plain:
                text = _LEFT_TO_RIGHT.format(text)
            yield "value", f"{label}: {text} {unit}".rstrip() if text else label
    if clause.clause is not None:
        yield "source", clause.clause.source
        if clause.clause.why:
            yield "why", clause.clause.why


def _folds(spec: Specification) -> dict[str, str]:
    return spec.text_name_search.spelling.written_as


def _folded(text: str, folds: dict[str, str]) -> tuple[str, tuple[int, ...]]:
    """`text` as compared, and for each of its characters where it came from. Blanks of any kind are one blank."""
    out: list[str] = []
    origin: list[int] = []
    for n, character in enumerate(text):
        for plain in unicodedata.normalize("NFKD", character):
            if unicodedata.combining(plain) or plain == _TATWEEL or unicodedata.category(plain) == "Cf":
                continue
            digit = unicodedata.digit(plain, None)
            folded = str(digit) if digit is not None else " " if plain.isspace() else folds.get(plain, plain).casefold()
            out += folded
            origin += [n] * len(folded)
    return "".join(out), tuple(origin)


def _without_article(word: str, article: str) -> str:
    return word[len(article) :] if word.startswith(article) and len(word) > len(article) + 2 else word
