"""Published shapes of production: what waits, an order, the finding of quality control, spoiling."""

from __future__ import annotations

from issuance.core.schema import (
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
    of_type,
    one_of,
    text,
    words,
)
from issuance.core.terms import office
from issuance.passports.api_production import Order, Said

_ID = text(36, least=1)
_BOOK = text(9, least=9)
_TRUE_OR_FALSE: Schema = {"type": "boolean"}


def _waiting(source: Source) -> Schema:
    rules = source.spec.passport.office
    one = members(
        {
            "application": _ID,
            "kind": one_of(rules.kinds.entries),
            "document_type": TEXT,
            "office": office(source),
            "state": one_of(["approved", "production", "quality"]),
            "number": maybe(_BOOK),
            "since": MOMENT,
            "due_at": maybe(MOMENT),
            "late": _TRUE_OR_FALSE,
        }
    )
    return members({"waiting": listed(one)})


def _order(source: Source) -> Schema:
    del source
    return of_type(Order, given=False, application=_ID, blank=maybe(text(12)))


def _said(source: Source) -> Schema:
    del source
    return of_type(Said, given=False, words=text(1000, least=1))


def _checked(source: Source) -> Schema:
    del source
    difference = members(
        {
            "file": TEXT,
            "kind": one_of(["missing", "not_ordered", "differs", "zone", "picture", "seal"]),
            "at": maybe(number()),
            "ar": TEXT,
            "en": TEXT,
        }
    )
    return members(
        {
            "number": _BOOK,
            "passed": _TRUE_OR_FALSE,
            "scan_again": _TRUE_OR_FALSE,
            "differences": listed(difference),
            "approval": maybe(_ID),
        }
    )


def _asked(source: Source) -> Schema:
    del source
    return members({"number": _BOOK, "approval": _ID})


def _spoiled(source: Source) -> Schema:
    del source
    return members({"number": _BOOK, "spoiled": {"const": True}})


def _written(source: Source) -> Schema:
    del source
    return members({"number": _BOOK, "state": {"const": "quality"}})


def _batch(source: Source) -> Schema:
    del source
    one = members(
        {
            "application": _ID,
            "fate": one_of(["made", "taken", "refused"]),
            "number": maybe(_BOOK),
            "fault": maybe(TEXT),
        }
    )
    return members({"made": number(), "not_made": number(), "books": listed(one)})


DOCUMENTS = (
    Document("production-waiting", 1, words("ما ينتظر الشخصنة والفحص", "What waits in production"), _waiting),
    Document("production-order", 1, words("أمر شخصنة دفتر", "Order to make a book"), _order),
    Document("production-words", 1, words("سبب أو وصف", "What was seen, or why"), _said),
    Document("quality-finding", 1, words("نتيجة فحص الجودة", "Finding of quality control"), _checked),
    Document("production-batch", 1, words("ما صار إليه كل دفتر من دفعة", "Fates of a batch of books"), _batch),
    Document("spoiling-asked", 1, words("طلب إتلاف دفتر", "A spoiling that waits for a second person"), _asked),
    Document("book-spoiled", 1, words("دفتر أُتلف", "A book that is spoiled"), _spoiled),
    Document("book-written", 1, words("دفتر كُتب", "A book that is written"), _written),
)
ROUTES = {
    "GET /v1/passports/production": Exchange(gives="production-waiting"),
    "POST /v1/passports/production": Exchange("production-order", "issued-passport"),
    "POST /v1/passports/{number}/written": Exchange(),
    "POST /v1/passports/{number}/quality": Exchange(gives="quality-finding"),
    "POST /v1/passports/{number}/spoiling": Exchange("production-words", "spoiling-asked"),
    "POST /v1/passports/spoilings/{approval}": Exchange("production-words", "book-spoiled"),
}
COMMANDS = {
    "passports production": Exchange(gives="production-waiting"),
    "passports personalise": Exchange(gives="issued-passport"),
    "passports batch": Exchange(gives="production-batch"),
    "passports written": Exchange(gives="book-written"),
    "passports quality": Exchange(gives="quality-finding"),
}
