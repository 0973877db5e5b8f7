"""Published shapes of the civil registry's entries, as they come in and as they are shown."""

from __future__ import annotations

from issuance.core.schema import (
    FLAG,
    REMOVED,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    joined,
    listed,
    maybe,
    members,
    of_type,
    text,
    words,
)
from issuance.core.terms import BIRTH_DATE, PERCENT, arabic_names, national_number, sex
from issuance.people import registry_schemas
from issuance.people.entry import PersonRecord
from issuance.people.name_match import Likeness

_STATE = text(pattern="^[A-Z]{3}$")


def _record(source: Source) -> Schema:
    """The types of `PersonRecord`, with the lengths and patterns of the specification."""
    names = source.spec.text_names
    arabic = text(200, least=1)
    parts = {f"names__arabic__{part}": arabic for part in names.arabic_parts.order}
    return of_type(
        PersonRecord,
        given=False,
        **parts,
        national_number=national_number(source),
        names__latin__surname=text(names.latin_parts.surname_maximum_letters, least=1),
        names__latin__given=text(names.latin_parts.given_maximum_letters),
        mother_arabic=arabic,
        sex=sex(source),
        birth_date=BIRTH_DATE,
        place_of_birth__arabic=arabic,
        place_of_birth__latin=text(200, least=1),
        nationality=_STATE,
    )


def person(source: Source) -> Schema:
    """Of the register, for those who may read it."""
    latin = members({"surname": TEXT, "given": TEXT})
    return members(
        {
            "national_number": national_number(source),
            "sex": sex(source),
            "birth_date": BIRTH_DATE,
            "names": members({"arabic": arabic_names(source), "latin": latin, "scheme": TEXT}),
            "place_of_birth": members({"arabic": TEXT, "latin": TEXT}),
            "nationality": _STATE,
            "synthetic": FLAG,
        }
    )


def likeness() -> Schema:
    """How a name answers to what was asked; it proposes, it identifies nobody."""
    return of_type(Likeness, percent=PERCENT)


def _people(source: Source) -> Schema:
    return members({"people": listed(person(source))})


def _found(source: Source) -> Schema:
    return members(
        {"proposals": listed(joined(likeness(), members({"person": person(source)}))), "narrow": maybe(TEXT)}
    )


DOCUMENTS = (
    Document(
        "person-record",
        1,
        words("قيد من السجل المدني", "An entry of the civil registry"),
        _record,
        beyond=words(
            "تُحذف الفراغات حول كل قيمة. ويُفحص فوق الشكل: أن الرقم الوطني يوافق الجنس وسنة الميلاد، وأن التاريخ في "
            "التقويم، وأن الأسماء والأماكن بحروفها",
            "Blanks around a value are taken off. Checked besides the shape: that the national number agrees with sex "
            "and year of birth, that the date is in the calendar, that names and places are in their letters",
        ),
        wrong=(
            Wrong(("national_number",), "11990900001", words("12 رقماً", "12 digits")),
            Wrong(("mother_arabic",), REMOVED, words("اسم الأم مطلوب", "the mother's name is needed")),
        ),
    ),
    Document("person", 1, words("شخص في السجل", "A person of the register"), person),
    Document("people", 1, words("أشخاص في السجل", "People of the register"), _people),
    Document("people-search", 1, words("من قد يُقصد باسم", "Whom a name may mean, best first"), _found),
    *registry_schemas.DOCUMENTS,
)
ROUTES = registry_schemas.ROUTES
COMMANDS = registry_schemas.COMMANDS | {
    "people register": Exchange("person-record", "person"),
    "people show": Exchange(gives="person"),
    "people list": Exchange(gives="people"),
    "people search": Exchange(gives="people-search"),
}
