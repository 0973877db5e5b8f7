"""A name is three facts: the Arabic (identity), the Latin as the holder spells it, the scheme form (matching). Pure.

The Latin is never derived in silence: `issuance.mrtd.text.suggest` proposes, a clerk confirms, `compose` only checks.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from issuance.mrtd.text import arabic as arabic_text
from issuance.mrtd.text import latin as latin_text
from issuance.mrtd.text.tables import Tables
from specs.errors import Fault, Invalid

if TYPE_CHECKING:
    from specs.schema import Specification
    from specs.schema.base import Bilingual
    from specs.schema.text import Names as NameClauses

_LATIN_MARKS = frozenset(" -'\u2019\u02bc")


@dataclass(frozen=True, slots=True)
class NameRules:
    """The name clauses of one specification with its tables."""

    clauses: NameClauses
    tables: Tables

    @classmethod
    def of(cls, spec: Specification) -> NameRules:
        """The rules of `spec`."""
        return cls(spec.text_names, Tables.of(spec))


@dataclass(frozen=True, slots=True)
class Names:
    """arabic: part (`first`, `father`, `grandfather`, `family`) -> normalised text; scheme: MRZ letters."""

    arabic: Mapping[str, str]
    surname: str
    given: str
    scheme: str

    @property
    def arabic_full(self) -> str:
        """The four parts in order, one space between."""
        return " ".join(self.arabic.values())


@lru_cache(maxsize=1)
def standing_name_rules() -> NameRules:
    """The rules of the specification in force when first asked."""
    from specs.load import load

    return NameRules.of(load())


def compose(
    arabic: Mapping[str, object], latin: Mapping[str, object], nationality: str, rules: NameRules | None = None
) -> Names:
    """The three facts from what a clerk typed. Raises `Invalid` with every fault of `check_names`."""
    known = rules or standing_name_rules()
    if faults := check_names(arabic, latin, nationality, known):
        raise Invalid(*faults)
    parts = {part: arabic_text.normalise(str(arabic[part])) for part in known.clauses.arabic_parts.order}
    scheme = arabic_text.to_mrz(" ".join(parts.values()), "names.arabic", known.tables.arabic)
    surname, given = (" ".join(str(latin[part]).split()) for part in ("surname", "given"))
    return Names(parts, surname, given, scheme)


def check_names(
    arabic: Mapping[str, object], latin: Mapping[str, object], nationality: str, rules: NameRules | None = None
) -> list[Fault]:
    """Every fault of a name as typed; fields `names.arabic.first` ... `names.latin.surname`. Empty when it may stand.

    Arabic: all four parts, Arabic letters only, lengths of the specification. Latin: letters A-Z and those of Doc
    9303-3 §6.A, with space, hyphen and apostrophe. Who is of a nationality that is not in `given_needed_of` may have a
    surname alone.
    """
    known = rules or standing_name_rules()
    clauses, faults = known.clauses, []
    for part in clauses.arabic_parts.order:
        faults += _arabic_part(part, arabic.get(part), known)
    faults += [_unknown("arabic", name) for name in arabic if name not in clauses.arabic_parts.order]
    if not faults:
        full = "<".join(arabic_text.normalise(str(arabic[part])) for part in clauses.arabic_parts.order)
        limit = clauses.arabic_lengths.full_maximum_bytes
        if (size := len(full.replace(" ", "<").encode())) > limit:
            source = clauses.arabic_lengths.source
            faults.append(
                Fault(
                    "names.too_long",
                    f"الاسم الكامل {size} بايت ولا يسع إلا {limit}",
                    f"the full name takes {size} bytes, at most {limit} fit",
                    field="names.arabic",
                    clause=source,
                )
            )
    limits = {
        "surname": clauses.latin_parts.surname_maximum_letters,
        "given": clauses.latin_parts.given_maximum_letters,
    }
    for part, limit in limits.items():
        if part == "given" and latin.get(part) == "" and nationality not in clauses.latin_parts.given_needed_of:
            continue  # a name of one word
        faults += _latin_part(part, latin.get(part), limit, known)
    return faults + [_unknown("latin", name) for name in latin if name not in limits]


def _arabic_part(part: str, value: object, rules: NameRules) -> list[Fault]:
    field, lengths = f"names.arabic.{part}", rules.clauses.arabic_lengths
    caption = rules.clauses.arabic_parts.captions[part]
    if not isinstance(value, str) or not value.strip():
        return [_missing(field, caption, rules.clauses.arabic_parts.source)]
    try:
        arabic_text.to_mrz(value, field, rules.tables.arabic)
    except Invalid as refused:
        return list(refused.faults)
    text = arabic_text.normalise(value)
    strange = [c for c in text if unicodedata.category(c)[0] in "PS" or c == "<"]
    if strange:
        return [_punctuation(field, strange, lengths.source)]
    letters = sum(c.isalpha() and c != "\u0640" for c in text)
    return _length(
        field, caption, letters, (lengths.part_minimum_letters, lengths.part_maximum_letters), lengths.source
    )


def _latin_part(part: str, value: object, limit: int, rules: NameRules) -> list[Fault]:
    field, clauses = f"names.latin.{part}", rules.clauses.latin_parts
    caption = clauses.captions[part]
    if not isinstance(value, str) or not value.strip():
        return [_missing(field, caption, clauses.source)]
    try:
        found = latin_text.components(value, field, rules.tables.latin)
    except Invalid as refused:
        return list(refused.faults)
    strange = [c for c in value if unicodedata.category(c)[0] in "PSC" and c not in _LATIN_MARKS]
    if strange:
        return [_punctuation(field, strange, clauses.source)]
    return _length(field, caption, sum(map(len, found)), (1, limit), clauses.source)


def _length(field: str, caption: Bilingual, letters: int, limits: tuple[int, int], clause: str) -> list[Fault]:
    if limits[0] <= letters <= limits[1]:
        return []
    return [
        Fault(
            "names.length",
            f"{caption.ar}: من {limits[0]} إلى {limits[1]} حرفاً، وفيه {letters}",
            f"{caption.en}: {limits[0]} to {limits[1]} letters, this has {letters}",
            field=field,
            clause=clause,
        )
    ]


def _missing(field: str, caption: Bilingual, clause: str) -> Fault:
    return Fault("names.missing", f"{caption.ar} مطلوب", f"{caption.en} is needed", field=field, clause=clause)


def _unknown(script: str, name: str) -> Fault:
    shown = name[:40].encode("ascii", "replace").decode()
    return Fault(
        "names.unknown_part", "جزء غير معروف من الاسم", "no such part of a name", field=f"names.{script}.{shown}"
    )


def _punctuation(field: str, strange: list[str], clause: str) -> Fault:
    shown = ", ".join(dict.fromkeys(f"U+{ord(c):04X}" for c in strange[:8]))
    return Fault(
        "names.punctuation", f"علامات لا مكان لها في الاسم: {shown}", f"marks that have no place in a name: {shown}",
        field=field, clause=clause,
    )  # fmt: skip
