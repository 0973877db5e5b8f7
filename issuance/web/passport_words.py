"""Applications for passports and their fields in the words of one language, for every page of the passport office."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from issuance.passports.way import ApplicationView
from issuance.web.cases_words import moment
from issuance.web.language import Language
from specs.schema import Specification
from specs.schema.document_types import DocumentType
from specs.schema.passport_office import PassportOffice

APPLICATION = "application."
LABELS = {
    "national_number": "field.national_number",
    "names.arabic.first": "field.first",
    "names.arabic.father": "field.father",
    "names.arabic.grandfather": "field.grandfather",
    "names.arabic.family": "field.family",
    "names.latin.surname": "desk.latin_surname",
    "names.latin.given": "desk.latin_given",
    "sex": "field.sex",
    "birth_date": "field.birth_date",
    "place_of_birth.arabic": "field.birth_place_arabic",
    "place_of_birth.latin": "field.birth_place_latin",
    "nationality": "field.nationality",
    "portrait": "field.portrait",
}
"""Key of the words for a field of an application."""

LATIN = frozenset({"national_number", "names.latin.surname", "names.latin.given", "birth_date", "nationality"})
"""Fields written from left to right."""


def application_row(
    view: ApplicationView, rules: PassportOffice, t: Language, now: datetime, href: str
) -> dict[str, Any]:
    """One application as a list or the head of its page shows it; it names nobody."""
    state = rules.states.entries[view.state]
    return {
        "id": view.id,
        "href": href,
        "code": view.state,
        "state": t.pick(state.title),
        "kind": t.pick(rules.kinds.entries[view.kind].title),  # type: ignore[index]
        "channel": t.pick(rules.channels.entries[view.channel].title),  # type: ignore[index]
        "office": view.office,
        "reason": t.pick(rules.reasons.entries[view.reason]) if view.reason else "",
        "words": view.words or "",
        "since": moment(view.since),
        "due": moment(view.due_at) if view.due_at else "",
        "overdue": view.due_at is not None and view.due_at <= now,
        "number": view.number or "",
        "holder": "",  # the name of who has it, where a page shows it
        "lease_by": view.lease_by if view.lease_until is not None and now < view.lease_until else None,
        "lease_until": moment(view.lease_until) if view.lease_until else "",
    }


def type_of(spec: Specification, code: str) -> DocumentType | None:
    """The type of document, by the newest edition that has it."""
    editions = sorted(spec.passport.editions.values(), key=lambda one: one.booklet.in_force.from_date, reverse=True)
    return next((held for one in editions for held in one.document_types.types if held.id == code), None)


def type_title(spec: Specification, code: str, t: Language) -> str:
    """Its title; its code, where no edition knows it."""
    held = type_of(spec, code)
    return code if held is None else t.pick(held.title)


def step_rows(view: ApplicationView, rules: PassportOffice, t: Language) -> list[dict[str, Any]]:
    """What happened to it, oldest first."""
    return [
        {
            "at": moment(step.at),
            "state": t.pick(rules.states.entries[step.after].title),
            "reason": t.pick(rules.reasons.entries[step.reason]) if step.reason else "",
            "words": step.words or "",
        }
        for step in view.steps
    ]
