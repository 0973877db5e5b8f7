"""A name, Arabic or Latin, as the units it is looked for by: its spelling without variants, and its sounds. Pure.

Knows nothing of people or of a database, and decides nothing: two names with one sound are two names.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING

from issuance.mrtd.text.arabic import normalise
from issuance.mrtd.text.tables import standing_tables

if TYPE_CHECKING:
    from specs.schema.name_search import NameSearch

MAXIMUM_CHARACTERS = 400
MAXIMUM_SOUNDS = 128
MAXIMUM_TEXTS = 16
_TATWEEL = "\u0640"
_LATIN_VOWELS = re.compile("[AEIOUWY]")
_TWICE = re.compile(r"(.)\1+")


@dataclass(frozen=True, slots=True)
class Unit:
    """One name of a name. word: as written; fold: its Arabic spelling without variants, empty for a Latin one.

    sounds: every skeleton of consonants it may have, in Arabic signs; latin: consonants of a Latin word, else empty.
    """

    word: str
    fold: str
    sounds: tuple[str, ...]
    latin: str


@dataclass(frozen=True, eq=False)
class SearchTables:
    """`text/name_search.yaml` compiled for look-up. silent_folds: the letters that have no sound of their own."""

    part: NameSearch
    folds: Mapping[int, str]
    silent_folds: Mapping[int, str]
    double_signs: tuple[str, ...]
    arabic_signs: Mapping[str, Sequence[str]]
    asked_signs: Mapping[str, Sequence[str]]

    @classmethod
    def of(cls, part: NameSearch) -> SearchTables:
        """Compile `text/name_search`."""
        folds, signs = part.spelling.written_as, part.arabic_sounds.signs
        silent = {letter: kept for letter, kept in folds.items() if letter not in signs}
        doubled = sorted((sign for sign in part.latin_sounds.signs if len(sign) > 1), key=len, reverse=True)
        asked = {letter: [*sounds, *part.arabic_sounds.asked_too.get(letter, ())] for letter, sounds in signs.items()}
        return cls(part, str.maketrans(folds), str.maketrans(silent), tuple(doubled), signs, asked)


@lru_cache(maxsize=1)
def standing_search_tables() -> SearchTables:
    """The tables of the specification in force when first asked."""
    from specs.load import load

    return SearchTables.of(load().text_name_search)


def units_of(text: str, tables: SearchTables | None = None, *, asked: bool = False) -> tuple[Unit, ...]:
    """`عبد السلام الورفلي` gives two units; so does `Abd al-Salam Werfalli`. Any text gives units, perhaps none.

    asked: the text is a query, whose letters are looked for under confused ones too. Marks, digits and other scripts
    are left out; at most 400 characters are read.
    """
    return _units(text[:MAXIMUM_CHARACTERS], tables or standing_search_tables(), asked)


@lru_cache(maxsize=65_536)
def _units(text: str, tables: SearchTables, asked: bool) -> tuple[Unit, ...]:
    units: list[Unit] = []
    for arabic, words in _runs(text, tables):
        group = _arabic_groups(words, tables) if arabic else _latin_groups(words, tables)
        units += [unit_of(tuple(words), arabic, tables, asked) for words in group]
    return tuple(units)


def fold(word: str, tables: SearchTables | None = None) -> str:
    """Arabic letters without their variants: `إبراهيم` and `ابراهيم` are one."""
    return word.translate((tables or standing_search_tables()).folds)


@lru_cache(maxsize=65_536)
def unit_of(words: tuple[str, ...], arabic: bool, tables: SearchTables, asked: bool = False) -> Unit:
    """The unit of bare words that belong together (`عبد`, `السلام`), in their order."""
    texts = _arabic_texts(words, tables) if arabic else _latin_texts(words, tables)
    sounds = dict.fromkeys(sound for text in texts for sound in _sounds(text, arabic, tables, asked))
    latin = "" if arabic else _LATIN_VOWELS.sub("", _TWICE.sub(r"\1", texts[0]))
    return Unit(" ".join(words), fold(texts[0], tables) if arabic else "", tuple(sounds), latin)


def _runs(text: str, tables: SearchTables) -> Iterator[tuple[bool, list[str]]]:
    """(Arabic, bare words) for each stretch of one script."""
    held: list[str] = []
    script = True
    for typed in re.split(r"[\s\-\u2010-\u2015_,،.;/<]+", normalise(text)):
        arabic = any("\u0620" <= c <= "\u06d3" for c in typed)
        word = _bare_arabic(typed) if arabic else _bare_latin(typed)
        if not word:
            continue
        if held and arabic != script:
            yield script, held
            held = []
        script = arabic
        held += _parted(word, tables) if arabic else [word]
    if held:
        yield script, held


def _bare_arabic(word: str) -> str:
    return "".join(c for c in word if unicodedata.category(c) == "Lo" and c >= "\u0620" and c != _TATWEEL)


def _bare_latin(word: str) -> str:
    letters = standing_tables().latin.letters
    plain = "".join(letters.get(c) or letters.get(unicodedata.normalize("NFD", c)[0], "") for c in word)
    return "".join(c for c in plain if "A" <= c <= "Z")


def _parted(word: str, tables: SearchTables) -> list[str]:
    """`عبدالسلام` as `عبد`, `السلام`; other words as they are."""
    known = tables.part.arabic_words
    for prefix in known.joined_to_the_next:
        if len(prefix) > 2 and fold(word, tables).startswith(prefix + known.article) and len(word) > len(prefix) + 3:
            return [word[: len(prefix)], word[len(prefix) :]]
    return [word]


def _arabic_groups(words: list[str], tables: SearchTables) -> list[list[str]]:
    known = tables.part.arabic_words
    opening = {*known.joined_to_the_next, *known.left_out, known.article}
    return _groups(words, [fold(word, tables) for word in words], opening, set(known.joined_to_the_last))


def _latin_groups(words: list[str], tables: SearchTables) -> list[list[str]]:
    known = tables.part.latin_words
    return _groups(words, words, {*known.joined_to_the_next, *known.left_out}, set(known.joined_to_the_last))


def _groups(words: list[str], known_as: list[str], opening: set[str], closing: set[str]) -> list[list[str]]:
    """Words in units: an opening word takes the next, and a closing one (`al-Din`, written in one or two) the last."""
    parts: list[tuple[list[str], str]] = []
    is_open = False
    for word, name in zip(words, known_as, strict=True):
        if is_open:
            held, before = parts.pop()
            parts.append(([*held, word], before + name))
        else:
            parts.append(([word], name))
        is_open = name in opening
    out: list[list[str]] = []
    for held, name in parts:
        if out and name in closing:
            out[-1] += held
        else:
            out.append(held)
    return out


def _arabic_texts(words: tuple[str, ...], tables: SearchTables) -> list[str]:
    """The letters of a unit, the plainest first: particles left out and articles dropped, then with them."""
    known = tables.part.arabic_words
    lead, rest = _led(words, [fold(word, tables) in known.left_out for word in words])
    ways = [["", "بن"] if lead else [""]]
    joined = False
    for place, word in enumerate(rest):
        last = place == len(rest) - 1
        opening = None if last else known.joined_to_the_next.get(fold(word, tables))
        found = [opening] if opening else _with_article(word, place == 0, joined, tables)
        if not last and word.endswith("ه"):  # perhaps a teh marbuta
            found = found + [way[:-1] + "ة" for way in found]
        ways.append(found)
        joined = opening is not None
    return ["".join(parts) for parts in islice(product(*ways), MAXIMUM_TEXTS)]


def _with_article(word: str, first: bool, joined: bool, tables: SearchTables) -> list[str]:
    """A word without its article, and with it where that may be heard or belongs to the name."""
    known = tables.part.arabic_words
    after = fold(word, tables).removeprefix(known.article)
    heard = known.article[-1]
    if after == fold(word, tables):
        return [word, heard + word] if joined else [word]  # `Abdel Rabbo` for `عبد ربه`
    bare = word[len(known.article) :]
    if not first:
        return [bare, heard + bare]
    if len(after) < known.letters_after_article:
        return [word] if after else [bare, word]
    return [bare] if word.startswith(known.article) else [bare, word]  # a hamza: the name begins so (`إلياس`)


def _latin_texts(words: tuple[str, ...], tables: SearchTables) -> list[str]:
    known = tables.part.latin_words
    lead, rest = _led(words, [word in known.left_out for word in words])
    whole = "".join(rest)
    bare = next(
        (
            whole[len(article) :]
            for article in known.articles
            if whole.startswith(article) and len(whole) >= len(article) + known.letters_after_article
        ),
        None,
    )
    plain = [text for text in (bare, whole) if text is not None]
    return plain + ["".join(lead) + text for text in plain] if lead else plain


def _led(words: tuple[str, ...], left_out: list[bool]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Leading particles and the rest; particles alone are a name."""
    first = left_out.index(False) if False in left_out else 0
    return words[:first], words[first:]


def _sounds(text: str, arabic: bool, tables: SearchTables, asked: bool) -> list[str]:
    if arabic:
        signs, ends = tables.asked_signs if asked else tables.arabic_signs, tables.part.arabic_sounds.at_the_end
        bare = text.translate(tables.silent_folds)
        once = _TWICE.sub(r"\1", bare)  # two like letters may sound as one (a doubled one) or have a vowel between them
        return _read(bare, signs, ends) + (_read(once, signs, ends) if once != bare else [])
    once = _TWICE.sub(r"\1", text)
    for sign in tables.double_signs:
        once = once.replace(sign + sign, sign)
    return _read(once, tables.part.latin_sounds.signs, tables.part.latin_sounds.at_the_end)


def _read(text: str, signs: Mapping[str, Sequence[str]], at_the_end: Mapping[str, Sequence[str]]) -> list[str]:
    """Every way to read `text`, letter by letter and by the letters that belong together; the likeliest first."""
    longest = max(map(len, signs))
    ways: list[list[str]] = [[] for _ in text] + [[""]]
    for start in range(len(text) - 1, -1, -1):
        found: dict[str, None] = {}
        for size in range(min(longest, len(text) - start), 0, -1):
            letters, rest = text[start : start + size], ways[start + size]
            last = start + size == len(text)
            choices = (at_the_end if last and letters in at_the_end else signs).get(letters)
            for choice in choices if choices is not None else ([] if size > 1 else [""]):
                found |= dict.fromkeys(choice + way for way in rest)
        ways[start] = list(islice(found, MAXIMUM_SOUNDS))
    return ways[0]
