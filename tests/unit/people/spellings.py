"""Spellings of an Arabic name that the tables of `text/name_search.yaml` make: for properties."""

from __future__ import annotations

from hypothesis import strategies as st

from specs.schema.name_search import NameSearch

_WEAK = "اويعىئؤءأإآٱ"
_VOWELS = ("A", "E", "I", "O", "U", "OU", "EE", "AA", "Y")
_MARKS = "\u064e\u064f\u0650\u0651\u0652\u0640"


@st.composite
def arabic_spellings(draw: st.DrawFn, name: str, part: NameSearch) -> str:
    """Another seat of hamza, another last letter, marks and tatweel, `عبد ال` in one word or two."""
    kept = part.spelling.written_as
    alike = {
        letter: [other for other, to in kept.items() if to and kept.get(letter, letter) in (to, other)]
        for letter in set(name)
    }
    text = name.replace("عبد ال", draw(st.sampled_from(["عبد ال", "عبدال"])))
    out = ""
    for place, letter in enumerate(text):
        last = place == len(text) - 1 or text[place + 1] == " "
        others = [o for o in alike.get(letter, []) if "\u0621" <= o <= "\u064a" and (o != "ة" or last)]
        keep = letter == "ة" and not last
        chosen = letter if keep or not others else draw(st.sampled_from([letter, kept.get(letter, letter), *others]))
        out += chosen + (draw(st.sampled_from(["", *_MARKS])) if letter != " " else "")
    return out


@st.composite
def latin_spellings(draw: st.DrawFn, name: str, part: NameSearch) -> str:
    """Any Latin letters that may stand for each consonant, any vowels between, the article in any of its forms."""
    words = name.split()
    leads, lasts = _leads(part).get(words[0], []), _lasts(part).get(words[-1], [])
    lead = draw(st.sampled_from([None, *leads]))
    if lead is not None and lead.endswith("L"):  # it took the article of the next word
        words[1] = words[1].removeprefix("ال")
    spelt = [draw(_latin_word(word, place, words, part)) for place, word in enumerate(words)]
    if leads:  # what opens or closes a compound is written as the tables know it, or in one word with the rest
        return f"{lead} {spelt[1]}" if lead else _in_one(spelt)
    if lasts and len(words) > 1:
        return f"{spelt[0]} {draw(st.sampled_from(lasts))}" if draw(st.booleans()) else _in_one(spelt)
    return " ".join(spelt)


def _in_one(words: list[str]) -> str:
    return "".join(words).replace(" ", "").replace("-", "")


def _leads(part: NameSearch) -> dict[str, list[str]]:
    """How the word that opens a compound name is written when it stands alone."""
    known = part.latin_words
    return {
        "عبد": [word for word in known.joined_to_the_next if word.startswith("ABD")],
        "أبو": [word for word in known.joined_to_the_next if word.startswith(("AB", "B")) and "D" not in word],
        "بن": known.left_out,
    }


def _lasts(part: NameSearch) -> dict[str, list[str]]:
    closing = part.latin_words.joined_to_the_last
    return {
        "الدين": [word for word in closing if "D" in word],
        "الله": [word for word in closing if word.endswith(("LA", "LAH"))],
    }


@st.composite
def _latin_word(draw: st.DrawFn, word: str, place: int, words: list[str], part: NameSearch) -> str:
    out = ""
    if word.startswith("ال") and len(word) >= 5:
        choices = ["AL", "EL", "AL ", "el-"] + (["", "UL"] if place == 0 or words[0] != "بن" else [])
        out, word = draw(st.sampled_from(choices)), word[2:]
    for index, letter in enumerate(word):
        last = index == len(word) - 1
        if letter == "ة":
            before = word[index - 1]
            out += (
                draw(st.sampled_from(["A", "AH", "EH"] + (["AT"] if before == "ا" and last else []))) if last else "AT"
            )
            continue
        if letter in _WEAK:
            out += draw(st.sampled_from(_VOWELS))
            continue
        (sound,) = part.arabic_sounds.signs[letter]
        stands = [latin for latin, sounds in part.latin_sounds.signs.items() if sound in sounds]
        chosen = draw(st.sampled_from(sorted(stands)))
        single = len(chosen) == 1
        out += chosen * (2 if single and draw(st.booleans()) and index and out[-1:] != chosen else 1)
        repeated = not last and word[index + 1] == letter
        out += draw(st.sampled_from(_VOWELS)) if repeated or draw(st.booleans()) else ""
    return draw(st.sampled_from([out, out.lower(), out.title()]))
