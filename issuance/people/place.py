"""A place as a document prints it: Arabic in Arabic letters, Latin in Latin ones. Pure."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

from issuance.documents.printable import text_faults
from issuance.mrtd.text.names import standing_name_rules
from specs.errors import Fault

CLAUSE = "Doc 9303-3 §3.1"


def place_faults(arabic: str, latin: str, maximum_characters: int, field: str = "place_of_birth") -> Iterator[Fault]:
    """What keeps a place from being printed: empty, too long, hidden characters, letters of another script, and marks
    that are no part of the names of places."""
    places = standing_name_rules().clauses.places
    for part, text, script in (("arabic", arabic, "ARABIC"), ("latin", latin, "LATIN")):
        where, found = f"{field}.{part}", False
        for fault in text_faults(where, text, maximum_characters):
            found = True
            yield replace(fault, clause=CLAUSE)
        letters = [character for character in text if unicodedata.category(character).startswith("L")]
        strange = any(not unicodedata.name(letter, "").startswith(script) for letter in letters)
        if not found and (strange or not letters):
            ar, en = {
                "ARABIC": ("يُكتب المكان بحروف عربية", "write the place in Arabic letters"),
                "LATIN": ("يُكتب المكان بحروف لاتينية", "write the place in Latin letters"),
            }[script]
            yield Fault("people.place.script", ar, en, field=where, clause=CLAUSE)
        if not found and not all(_of_a_place(character, places.place_marks) for character in text):
            ar, en = "في المكان علامات لا مكان لها في أسماء الأماكن", "this holds marks that no name of a place has"
            yield Fault("people.place.marks", ar, en, field=where, clause=places.source)


def _of_a_place(character: str, marks: str) -> bool:
    return character in marks or character == " " or unicodedata.category(character)[0] in "LMN"
