"""Latin names as MRZ components: punctuation by Doc 9303-3 §4.6, national letters by §6.A. Pure."""

from __future__ import annotations

import unicodedata

from issuance.mrtd.text.faults import LATIN_CLAUSE, is_invisible, refuse, text_fault
from issuance.mrtd.text.tables import FILLER, LatinTable, standing_tables
from specs.errors import Invalid

MAXIMUM_CHARACTERS = 400


def components(text: str, field: str = "text", table: LatinTable | None = None) -> list[str]:
    """The name components of `text`, each A-Z only; `Al-Basri d'Arc` gives `["AL", "BASRI", "DARC"]`.

    Space, hyphen, comma and filler part components; an apostrophe and every other punctuation mark is dropped; a letter
    without an entry in the table loses its marks. Raises `Invalid` with every fault (digits, other scripts, invisible
    characters). An empty list means nothing was left.
    """
    if len(text) > MAXIMUM_CHARACTERS:
        raise Invalid(text_fault("too_long", field, LATIN_CLAUSE))
    known = table or standing_tables().latin
    out: list[str] = []
    refused: dict[str, dict[str, None]] = {}
    for character in unicodedata.normalize("NFC", text):
        found = known.letters.get(character)
        if found is not None:
            out.append(found)
        elif character in known.separating or character.isspace():
            out.append(FILLER)
        elif character not in known.omitted:
            part, code = _other(character, known)
            out.append(part)
            if code:
                refused.setdefault(code, {})[character] = None
    refuse(refused, field, LATIN_CLAUSE)
    return [part for part in "".join(out).split(FILLER) if part]


def to_mrz(text: str, field: str = "text", table: LatinTable | None = None) -> str:
    """`Müller d'Arc` gives `MUELLER<DARC`. Raises `Invalid`."""
    found = components(text, field, table)
    if not found:
        raise Invalid(text_fault("empty", field, LATIN_CLAUSE))
    return FILLER.join(found)


def split_identifiers(text: str, table: LatinTable | None = None) -> tuple[str, str]:
    """`ERIKSSON, ANNA MARIA` or `ERIKSSON<<ANNA<MARIA` as primary and secondary identifier (§4.6, comma)."""
    known = table or standing_tables().latin
    primary, separator, secondary = text.partition(FILLER * 2)
    if separator:
        return primary, secondary
    for index, character in enumerate(text):
        if character in known.commas:
            return text[:index], text[index + 1 :]
    return text, ""


def _other(character: str, table: LatinTable) -> tuple[str, str]:
    """What a character outside the table becomes, and the fault code when it may not stand in a name."""
    category = unicodedata.category(character)
    if is_invisible(character):
        return "", "invisible"
    if category.startswith("N"):
        return "", "digits"
    if category.startswith("P"):
        return "", ""
    bare = [c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c)]
    if bare and all(c in table.letters for c in bare):
        return "".join(table.letters[c] for c in bare), ""
    if not bare and category == "Mn":
        return "", "" if unicodedata.name(character, "").startswith("COMBINING") else "not_in_table"
    return "", "not_in_table"
