"""An answer of an inspection in the words of one language, as the border page shows it without script. Pure.

`static/border_view.js` shows the same with script; a test holds the two together.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from issuance.web.cases_words import moment
from issuance.web.language import Language

QUESTIONS: Final = ("genuine", "current", "travel")
FIELDS: Final = (
    *("document_code", "issuer", "surname", "given", "document_number", "nationality", "birth_date", "sex"),
    *("expiry_date", "optional"),
)
_SIX_DIGITS: Final = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Shown:
    """status: of the verdict, or `ready` before any; the rest as the page lays it out, empty where there is nothing."""

    status: str
    heading: str
    words: str
    questions: Sequence[Mapping[str, str]] = ()
    call: Mapping[str, str] | None = None
    differences: Sequence[str] = ()
    facts: Sequence[Mapping[str, str]] = ()
    steps: Sequence[Mapping[str, str]] = ()
    checks: Sequence[Mapping[str, str]] = ()
    knowledge: str = ""


def ready(t: Language) -> Shown:
    """Before anything was read."""
    return Shown("ready", t("border.heading.ready"), t("border.ready"))


def refused(t: Language, words: str) -> Shown:
    """There is no answer; `words` names why."""
    return Shown("indeterminate", t(f"border.heading.{words}"), t(f"border.refused.{words}"))


def shown(answer: Mapping[str, Any], t: Language, today: date) -> Shown:
    """`answer`: the wire form of an inspection; today: the civil day, for the century of a date."""
    questions, knowledge = answer["questions"], answer["knowledge"]
    return Shown(
        status=answer["status"],
        heading=t(f"border.heading.{_heading(answer)}"),
        words=_told(t, answer["advice"], "text"),
        questions=[_question(name, questions[name], t) for name in QUESTIONS],
        call=_call(questions["travel"], t),
        differences=[_told(t, one, "reason") for one in answer["differences"]],
        facts=_facts(answer["document"], t, today),
        steps=[
            {"text": _told(t, step, "text"), "result": step["result"]}
            for step in answer["routes"].get("chip", {}).get("steps", ())
        ],
        checks=[{**check, "reason": _told(t, check, "reason")} for check in answer["checks"]],
        knowledge=t(f"border.knowledge.{knowledge['kind']}", as_of=_isolated(knowledge["as_of"])),
    )


def _heading(answer: Mapping[str, Any]) -> str:
    """What stands against the document first, or that nothing does."""
    if answer["status"] != "invalid":
        return str(answer["status"])
    against = (name for name in QUESTIONS if answer["questions"][name]["status"] == "invalid")
    return next(against, "invalid")


def _question(name: str, one: Mapping[str, Any], t: Language) -> Mapping[str, str]:
    word = one["status"] if one.get("applies", True) else "none"
    return {
        "title": t(f"border.question.{name}"),
        "status": one["status"] if word != "none" else "none",
        "word": t(f"border.word.{name}.{word}") if word != "none" else t("border.word.none"),
        "reason": _told(t, one, "reason"),
    }


def _call(travel: Mapping[str, Any], t: Language) -> Mapping[str, str] | None:
    if not travel.get("authority"):
        return None
    return {"authority": _told(t, travel, "authority"), "call": travel.get("call") or ""}


def _label(name: str, t: Language) -> str:
    return t(f"border.field.{name}") if t.has(f"border.field.{name}") else name


def _facts(document: Mapping[str, Any], t: Language, today: date) -> list[Mapping[str, str]]:
    return [
        {"name": name, "label": _label(name, t), "value": _fact(name, str(document[name]), today)}
        for name in FIELDS
        if document.get(name)
    ]


def _fact(name: str, value: str, today: date) -> str:
    """Dates of a zone as `YYYY-MM-DD`: an expiry in the nearest century, a birth in the last one that has been."""
    if not name.endswith("_date") or not _SIX_DIGITS.fullmatch(value):
        return value
    years = [(today.year // 100 + shift) * 100 + int(value[:2]) for shift in (-1, 0, 1)]
    rest = f"-{value[2:4]}-{value[4:]}"
    if name == "birth_date":
        return next(f"{year:04d}{rest}" for year in reversed(years) if f"{year:04d}{rest}" <= today.isoformat())
    return f"{min(years, key=lambda year: abs(year - today.year)):04d}{rest}"


def _told(t: Language, value: Mapping[str, Any], key: str) -> str:
    return t.pick(value, f"{key}_ar", key)


def _isolated(as_of: str) -> str:
    return f"\u2066{moment(datetime.fromisoformat(as_of))}\u2069"
