"""Published shapes of printing lines: a line, its registration, its packages and what it answered."""

from __future__ import annotations

from issuance.core.schema import (
    BASE64,
    MOMENT,
    SHA256,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    keyed,
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
from issuance.passports.api_lines import Closing, Decision, Registration, Sending

_ID = text(36, least=1)
_LINE = text(16, pattern="^[A-Za-z0-9-]+$")
_BOOK = text(9, least=9)


def _line_members(source: Source) -> Schema:
    return members(
        {
            "id": _LINE,
            "office": office(source),
            "state": one_of(["in_use", "unusable", "closed"]),
            "fault": maybe(TEXT),
            "serial": text(pattern="^[0-9a-f]+$"),
            "sha256": SHA256,
            "valid_until": MOMENT,
            "registered_by": TEXT,
            "approved_by": maybe(TEXT),
            "registered_at": MOMENT,
            "closed_by": maybe(TEXT),
            "closed_at": maybe(MOMENT),
            "closed_reason": maybe(one_of(source.spec.passport.production.closing.entries)),
        }
    )


def _lines(source: Source) -> Schema:
    waits = members(
        {
            "approval": _ID,
            "line": _LINE,
            "office": office(source),
            "sha256": SHA256,
            "asked_by": TEXT,
            "asked_at": MOMENT,
            "expires_at": MOMENT,
            "words": TEXT,
        }
    )
    return members({"lines": listed(_line_members(source)), "waiting": listed(waits)})


def _registration(source: Source) -> Schema:
    return of_type(Registration, given=False, line=_LINE, office=office(source), public_key=BASE64, words=text(least=1))


def _asked(source: Source) -> Schema:
    del source
    return members({"approval": _ID, "sha256": SHA256})


def _decision(source: Source) -> Schema:
    del source
    return of_type(Decision, given=False, words=text(least=1))


def _decided(source: Source) -> Schema:
    return members({"line": maybe(_line_members(source))})


def _closing(source: Source) -> Schema:
    return of_type(
        Closing, given=False, reason=one_of(source.spec.passport.production.closing.entries), words=text(1000, least=1)
    )


def _sending(source: Source) -> Schema:
    most = source.spec.passport.production.work_package.maximum_books
    return of_type(Sending, given=False, numbers=maybe(listed(_BOOK, most, 1)))


def _sent(source: Source) -> Schema:
    del source
    return members(
        {
            "id": _ID,
            "line": _LINE,
            "sequence": number(1),
            "expires_at": MOMENT,
            "numbers": listed(_BOOK),
            "sha256": SHA256,
        }
    )


def _collected(source: Source) -> Schema:
    del source
    return members({"package": _ID, "bytes": number(1), "sha256": SHA256})


def _packages(source: Source) -> Schema:
    del source
    book = members(
        {
            "number": _BOOK,
            "result": maybe(one_of(["written", "failed"])),
            "reason": maybe(TEXT),
            "answered_at": maybe(MOMENT),
        }
    )
    one = members(
        {
            "id": _ID,
            "line": _LINE,
            "sequence": number(1),
            "state": one_of(["sent", "answered_in_part", "answered", "expired"]),
            "created_at": MOMENT,
            "expires_at": MOMENT,
            "made_by": TEXT,
            "collected_at": maybe(MOMENT),
            "outstanding": number(),
            "books": listed(book),
        }
    )
    return members({"packages": listed(one), "waiting": listed(_BOOK)})


def _taken(source: Source) -> Schema:
    del source
    return members({"package": _ID, "written": listed(_BOOK), "failed": keyed(TEXT), "outstanding": listed(_BOOK)})


DOCUMENTS = (
    Document("printing-line", 1, words("خط طباعة", "A printing line"), _line_members),
    Document("printing-lines", 1, words("خطوط الطباعة", "Printing lines"), _lines),
    Document("printing-line-registration", 1, words("طلب تسجيل خط طباعة", "Registration of a line"), _registration),
    Document("printing-line-asked", 1, words("تسجيل ينتظر شخصاً ثانياً", "A registration that waits"), _asked),
    Document("printing-line-decision", 1, words("اعتماد تسجيل خط أو رفضه", "Decision on a registration"), _decision),
    Document("printing-line-decided", 1, words("ما صار إليه التسجيل", "What became of a registration"), _decided),
    Document("printing-line-closing", 1, words("إغلاق خط طباعة", "Closing of a printing line"), _closing),
    Document("line-package-order", 1, words("دفاتر ترسل إلى خط", "Books to be sent to a line"), _sending),
    Document("line-package-sent", 1, words("أمر عمل خُتم لخط", "A package sealed to a line"), _sent),
    Document("line-package-collected", 1, words("أمر عمل تُسلِّم", "A package that was fetched"), _collected),
    Document("line-packages", 1, words("أوامر عمل خط", "Packages of a line"), _packages),
    Document("line-results-taken", 1, words("ما أُخذ من نتائج خط", "What was taken of a line's results"), _taken),
)
_AT = "/v1/passports/lines"
ROUTES = {
    f"GET {_AT}": Exchange(gives="printing-lines"),
    f"POST {_AT}": Exchange("printing-line-registration", "printing-line-asked"),
    f"POST {_AT}/approvals/{{approval}}": Exchange("printing-line-decision", "printing-line-decided"),
    f"POST {_AT}/results": Exchange(gives="line-results-taken"),
    f"GET {_AT}/{{line}}": Exchange(gives="printing-line"),
    f"GET {_AT}/{{line}}/certificate": Exchange(),
    f"POST {_AT}/{{line}}/closing": Exchange("printing-line-closing", "printing-line"),
    f"GET {_AT}/{{line}}/packages": Exchange(gives="line-packages"),
    f"POST {_AT}/{{line}}/packages": Exchange("line-package-order", "line-package-sent"),
    f"GET {_AT}/{{line}}/packages/{{package}}/content": Exchange(),
}
COMMANDS = {
    "passports lines list": Exchange(gives="printing-lines"),
    "passports lines register": Exchange(gives=("printing-line", "printing-line-asked")),
    "passports lines approve": Exchange(gives="printing-line"),
    "passports lines refuse": Exchange(gives="printing-line-decided"),
    "passports lines close": Exchange(gives="printing-line"),
    "passports lines packages": Exchange(gives="line-packages"),
    "passports lines send": Exchange(gives="line-package-sent"),
    "passports lines collect": Exchange(gives="line-package-collected"),
    "passports lines results": Exchange(gives="line-results-taken"),
}
