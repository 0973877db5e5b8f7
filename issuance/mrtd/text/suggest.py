"""Propose a Latin spelling for an Arabic name, for a clerk to confirm with the holder. Pure; never the answer."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from issuance.mrtd.text.arabic import normalise

if TYPE_CHECKING:
    from specs.schema.text import LatinSpellings

_TATWEEL = "\u0640"


@dataclass(frozen=True, slots=True)
class SuggestedPart:
    """basis: `table` for a usual spelling, `sound` for one built from its letters and more likely wrong."""

    arabic: str
    latin: str
    basis: Literal["table", "sound"]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """text: the parts joined by spaces; letters without a sound are left out."""

    text: str
    parts: tuple[SuggestedPart, ...]


def suggest_latin(arabic: str, spellings: LatinSpellings | None = None) -> Suggestion:
    """`محمد سالم الزاوي` gives `MOHAMED SALEM ALZAWI`. Any text gives a suggestion, perhaps an empty one."""
    if spellings is None:
        from specs.load import load

        spellings = load().text_latin_spellings
    bare = "".join(c for c in normalise(arabic[:400]) if not unicodedata.combining(c) and c != _TATWEEL)
    parts = tuple(_part(word, spellings) for word in bare.replace("-", " ").split())
    return Suggestion(" ".join(part.latin for part in parts if part.latin), parts)


def _part(word: str, spellings: LatinSpellings) -> SuggestedPart:
    known = spellings.names.spellings
    if word in known:
        return SuggestedPart(word, known[word], "table")
    for prefix in (spellings.letters.servant_of, spellings.letters.article):
        rest = word.removeprefix(prefix.arabic)
        if rest != word and len(rest) > 1:
            return SuggestedPart(word, prefix.latin + (known.get(rest) or _sound(rest, spellings)), "sound")
    return SuggestedPart(word, _sound(word, spellings), "sound")


def _sound(word: str, spellings: LatinSpellings) -> str:
    """Letters by sound; a short vowel goes in before every second consonant in a row."""
    letters = spellings.letters
    out = ""
    consonants = 1  # since the last vowel; the edge of a word counts as one
    for index, letter in enumerate(word):
        following = word[index + 1 : index + 2]
        if letter in letters.consonants:
            if consonants >= 2:
                out += letters.between_consonants
                consonants = 0
            out += letters.consonants[letter]
            consonants += 1
        elif letter in letters.long_vowels:
            long = index > 0 and consonants > 0 and following not in letters.vowels
            out += letters.long_vowels[letter] if long else letters.half_vowels[letter]
            consonants = 0 if long else consonants + 1
        elif vowel := letters.vowels.get(letter, ""):
            out += "" if out.endswith(vowel) else vowel
            consonants = 0
    return out
