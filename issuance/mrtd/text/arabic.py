"""Arabic names to the MRZ by the table of Doc 9303-3 §6.C, and back where the scheme allows. Pure.

Some examples of Appendix B (informative) disagree with the table (normative), and the table wins: `ALLXH`
writes XH, a hah, for the heh of Allah (here `ALLH`), and `EZZ` doubles for a shadda its Arabic does not show (here
`EZ`: a shadda counts when it is written).
"""

from __future__ import annotations

import unicodedata
from itertools import product

from issuance.mrtd.text.faults import ARABIC_CLAUSE, is_invisible, refuse, text_fault
from issuance.mrtd.text.tables import FILLER, ArabicTable, standing_tables
from specs.errors import Fault, Invalid

MAXIMUM_CHARACTERS = 400
MAXIMUM_CANDIDATES = 64
_BREAKS = frozenset("-\u2010\u2011\u2013,\u060c<")


class NotReversible(Invalid):
    """The MRZ text leads to no Arabic spelling, or to several: `candidates`, at most 64."""

    def __init__(self, *faults: Fault, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(*faults)
        self.candidates = candidates


def normalise(text: str) -> str:
    """`text` in one stored form: presentation forms folded (NFKC), combining hamza composed (NFC), single spaces.

    A mark written on a space of its own (U+FE7C, U+FC60) joins the letter before it. A sign for a whole phrase (U+FDFA)
    or for money (U+FDFC) is not letters in another form and stays, for the table to refuse.
    """
    return " ".join(unicodedata.normalize("NFC", "".join(map(_folded, text))).split())


def _folded(character: str) -> str:
    if not ("\ufb50" <= character <= "\ufdff" or "\ufe70" <= character <= "\ufefc"):
        return character
    parts = unicodedata.normalize("NFKC", character)
    if parts[:1] == " " and unicodedata.combining(parts[1:2] or " "):
        parts = parts[1:]
    return character if " " in parts or unicodedata.category(character)[0] == "S" else parts


def to_mrz(text: str, field: str = "text", table: ArabicTable | None = None) -> str:
    """`محمد` gives `MXHMD`; components are parted by `<`. Raises `Invalid` with every fault.

    Shadda repeats the sequence before it (note 3); teh marbuta is XAH at the end of a component, else XTA (note 2);
    vowel signs, tatweel and the four obsolete letters are not encoded.
    """
    if len(text) > MAXIMUM_CHARACTERS:
        raise Invalid(text_fault("too_long", field, ARABIC_CLAUSE))
    known = table or standing_tables().arabic
    characters = normalise(text)
    out: list[str] = []
    refused: dict[str, dict[str, None]] = {}
    doubling: str | None = None  # the sequence a shadda here would repeat
    for index, character in enumerate(characters):
        code = ""
        if character in known.letters or character == known.teh_marbuta:
            doubling = known.letters.get(character) or _teh_marbuta(characters[index + 1 :], known)
            out.append(doubling)
        elif character == known.shadda:
            if doubling is None:
                code = "lone_mark"
            else:
                out.append(doubling)
                doubling = ""
        elif character in known.silent:
            if character not in known.marks:
                doubling = ""
        elif character.isspace() or character in _BREAKS:
            out.append(FILLER)
            doubling = None
        else:
            code = _refusal(character)
        if code:
            refused.setdefault(code, {})[character] = None
    refuse(refused, field, ARABIC_CLAUSE)
    parts = [part for part in "".join(out).split(FILLER) if part]
    if not parts:
        raise Invalid(text_fault("empty", field, ARABIC_CLAUSE))
    return FILLER.join(parts)


def from_mrz(text: str, field: str = "mrz", table: ArabicTable | None = None) -> str:
    """`MXHMD` gives `محمد` (Appendix B.6). Raises `NotReversible` when the scheme leaves a doubt.

    A doubled sequence is either a letter with shadda or the letter twice; the error carries every spelling. What is not
    encoded (vowel signs, tatweel, obsolete letters) cannot come back.
    """
    if len(text) > MAXIMUM_CHARACTERS:
        raise NotReversible(text_fault("too_long", field, ARABIC_CLAUSE))
    known = table or standing_tables().arabic
    spellings: list[list[str]] = [_component(part, field, known) for part in text.split(FILLER) if part]
    if not spellings:
        raise NotReversible(text_fault("empty", field, ARABIC_CLAUSE))
    total = 1
    for choices in spellings:
        total *= len(choices)
    if total == 1:
        return " ".join(choices[0] for choices in spellings)
    shown = f"{total} spellings" if total > MAXIMUM_CANDIDATES else f"{total}"
    candidates: tuple[str, ...] = ()
    if total <= MAXIMUM_CANDIDATES:
        candidates = tuple(" ".join(one) for one in product(*spellings))
    raise NotReversible(text_fault("not_reversible", field, "Doc 9303-3 B.5.5.11", shown), candidates=candidates)


def _component(part: str, field: str, table: ArabicTable) -> list[str]:
    """Every Arabic spelling of one component, at most 64 of them and one more to say there are more."""
    sequences = _sequences(part, table)
    if sequences is None or _misplaced_teh_marbuta(sequences, table):
        shown = part if part.isascii() and part.isalnum() else "?"
        raise NotReversible(text_fault("not_reversible", field, "Doc 9303-3 B.6.1", shown))
    spellings = [""]
    index = 0
    while index < len(sequences):
        sequence, run = sequences[index], 1
        while index + run < len(sequences) and sequences[index + run] == sequence:
            run += 1
        letter = table.back[sequence]
        ways = _runs(letter, run, table.shadda)
        spellings = [before + way for before in spellings for way in ways][: MAXIMUM_CANDIDATES + 1]
        index += run
    return spellings


def _runs(letter: str, count: int, shadda: str) -> list[str]:
    """A run of one sequence as letters, each with or without shadda; at most 65 of the ways."""
    ways: list[list[str]] = [[""], [letter]]
    for _ in range(count - 1):
        longer = [way + letter for way in ways[-1]] + [way + letter + shadda for way in ways[-2]]
        ways.append(longer[: MAXIMUM_CANDIDATES + 1])
    return ways[count]


def _sequences(part: str, table: ArabicTable) -> list[str] | None:
    """`MXHMD` as M, XH, M, D; no sequence begins another, so there is one reading or none."""
    out, start = [], 0
    while start < len(part):
        for length in range(1, 5):
            if (found := part[start : start + length]) in table.back:
                out.append(found)
                start += length
                break
        else:
            return None
    return out


def _misplaced_teh_marbuta(sequences: list[str], table: ArabicTable) -> bool:
    """XTA ends no component and XAH stands nowhere else (note 2)."""
    return sequences[-1] == table.teh_within or table.teh_last in sequences[:-1]


def _teh_marbuta(following: str, table: ArabicTable) -> str:
    for character in following:
        if character in table.marks or character == table.shadda:
            continue
        return table.teh_last if character.isspace() or character in _BREAKS else table.teh_within
    return table.teh_last


def _refusal(character: str) -> str:
    """Why a character outside the table is refused; empty for punctuation, which is left out (§4.6)."""
    category = unicodedata.category(character)
    if is_invisible(character):
        return "invisible"
    if category.startswith("N"):
        return "digits"
    if category.startswith("P"):
        return ""
    if category.startswith("L") and unicodedata.name(character, "").startswith("LATIN"):
        return "mixed_scripts"
    return "not_in_table"
