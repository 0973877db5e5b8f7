"""Published shapes of the daily reconciliation of blanks against books."""

from __future__ import annotations

from typing import get_args

from issuance.core.schema import (
    DAY,
    ID,
    MOMENT,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    listed,
    maybe,
    members,
    number,
    one_of,
    text,
    words,
)
from issuance.core.terms import office
from specs.schema.stock import FindingKind

_BOOK = text(pattern="^[A-Z0-9]{6,9}$")
_COUNTS: dict[str, Schema] = {"tied": number(), "books": number(), "claimed": number()}


def entry(source: Source) -> Schema:
    """What one day's reconciliation found: counts by office, and each finding with its words."""
    finding = {
        "kind": one_of(get_args(FindingKind)),
        "office": maybe(office(source)),
        "blank": maybe(text(12)),
        "number": maybe(_BOOK),
        "last": maybe(_BOOK),
        "count": number(1),
        "since": maybe(MOMENT),
        "ar": TEXT,
        "en": TEXT,
    }
    return members(
        {
            "id": ID,
            "on": DAY,
            "at": MOMENT,
            "agrees": {"type": "boolean"},
            "found": number(),
            "country": members(_COUNTS),
            "offices": listed(members({"office": office(source), **_COUNTS, "found": number()})),
            "findings": listed(members(finding)),
        }
    )


def _days(source: Source) -> Schema:
    return members({"days": listed(entry(source))})


DOCUMENTS = (
    Document(
        "passport-reconciliation", 1, words("مطابقة الدفاتر والجوازات ليوم", "Blanks against books of a day"), entry
    ),
    Document("passport-reconciliations", 1, words("مطابقات الدفاتر والجوازات", "Blanks against books, by day"), _days),
)
ROUTES = {"GET /v1/passports/reconciliation": Exchange(gives="passport-reconciliations")}
COMMANDS = {"passports reconcile": Exchange(gives="passport-reconciliation")}
