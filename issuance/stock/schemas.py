"""Published shapes of the stock of blanks: balances, movements, fates, transfers, counts, forecasts, alarms."""

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
    Wrong,
    listed,
    maybe,
    members,
    number,
    one_of,
    text,
    words,
)
from issuance.core.terms import office
from issuance.stock.forecast import State
from issuance.stock.transfers import TransferState
from issuance.stock.two import ACTIONS
from specs.schema.stock import AccountKind, MovementKind

_ACCOUNT = text(48, pattern="^[a-z]+(:[A-Za-z0-9-]+)?$")
_WORDS = text(1000)
_KIND = one_of(get_args(AccountKind))


def _blank(source: Source) -> Schema:
    return text(pattern=f"^[0-9]{{{source.passport.series.blank_number.length_digits}}}$")


def _range(source: Source) -> Schema:
    """One number, or the first and the last with a dash between."""
    digits = source.passport.series.blank_number.length_digits
    return text(pattern=f"^[0-9]{{{digits}}}(-[0-9]{{{digits}}})?$")


def _ranges(source: Source) -> Schema:
    return listed(_range(source))


def _passport(source: Source) -> Schema:
    del source
    return text(9, least=6)


def balance(source: Source) -> Schema:
    """How many blanks stand in an account; below zero the supplier's, by what was received."""
    return members(
        {
            "account": _ACCOUNT,
            "kind": _KIND,
            "office": maybe(office(source)),
            "numbers": number(None),
            "frozen": {"type": "boolean"},
        }
    )


def movement(source: Source) -> Schema:
    """What moved, from where to where, by whom."""
    return members(
        {
            "id": ID,
            "kind": one_of(get_args(MovementKind)),
            "office": office(source),
            "by": TEXT,
            "second": maybe(TEXT),
            "reason": maybe(TEXT),
            "document": maybe(TEXT),
            "passport": maybe(_passport(source)),
            "numbers": number(1),
            "ranges": _ranges(source),
            "source": _ACCOUNT,
            "target": _ACCOUNT,
            "on": DAY,
            "at": MOMENT,
        }
    )


def _fate(source: Source) -> Schema:
    return members(
        {
            "blank": _blank(source),
            "account": _ACCOUNT,
            "kind": _KIND,
            "office": maybe(office(source)),
            "passport": maybe(_passport(source)),
            "history": listed(movement(source)),
        }
    )


def _transfer(source: Source) -> Schema:
    return members(
        {
            "id": ID,
            "from_office": office(source),
            "to_office": office(source),
            "numbers": number(1),
            "seals": text(200, least=1),
            "state": one_of(get_args(TransferState)),
            "sent_by": TEXT,
            "sent_at": MOMENT,
            "ended_by": maybe(TEXT),
            "ended_at": maybe(MOMENT),
            "missing": number(),
            "surplus": _ranges(source),
            "ranges": _ranges(source),
        }
    )


def _count(source: Source) -> Schema:
    return members(
        {
            "id": ID,
            "office": office(source),
            "on": DAY,
            "expected": number(),
            "counted": number(),
            "missing": number(),
            "surplus": _ranges(source),
            "words": maybe(TEXT),
            "by": TEXT,
            "at": MOMENT,
        }
    )


def _forecast(source: Source) -> Schema:
    return members(
        {
            "office": maybe(office(source)),
            "numbers": number(),
            "on_the_way": number(),
            "used": number(),
            "working_days": number(),
            "per_day": text(pattern=r"^[0-9]+\.[0-9]{2}$"),
            "dry_on": maybe(DAY),
            "order_by": maybe(DAY),
            "order": number(),
            "state": one_of(get_args(State)),
        }
    )


def _alarm(source: Source) -> Schema:
    return members(
        {
            "code": text(pattern=r"^stock\.alarm\.[a-z_]+$"),
            "office": maybe(office(source)),
            "numbers": number(),
            "ar": text(least=1),
            "en": text(least=1),
        }
    )


def _waiting(source: Source) -> Schema:
    return members(
        {
            "approval": ID,
            "kind": one_of(ACTIONS),
            "office": office(source),
            "ranges": _ranges(source),
            "document": TEXT,
            "reason": TEXT,
            "asked_by": TEXT,
            "asked_at": MOMENT,
            "words": TEXT,
        }
    )


def _overview(source: Source) -> Schema:
    return members(
        {
            "balances": listed(balance(source)),
            "forecasts": listed(_forecast(source)),
            "alarms": listed(_alarm(source)),
            "transfers": listed(_transfer(source)),
            "counts": listed(_count(source)),
            "movements": listed(movement(source)),
            "waiting": listed(_waiting(source)),
        }
    )


def _numbers(source: Source) -> Schema:
    return members({"office": office(source), "numbers": listed(_blank(source))})


def _asked_for(source: Source) -> Schema:
    """A movement two people make."""
    return members(
        {"kind": one_of(ACTIONS), "office": office(source), "ranges": _ranges(source), "words": _WORDS},
        {"document": text(80), "reason": text(40), "count": number(1)},
    )


def _decided(source: Source) -> Schema:
    del source
    return members({"decision": one_of(("approve", "refuse")), "words": _WORDS})


def _decision(source: Source) -> Schema:
    """movement: none of a refusal."""
    return members({"movement": maybe(movement(source))})


def _sent(source: Source) -> Schema:
    return members(
        {"office": office(source), "to": office(source), "ranges": _ranges(source), "seals": text(200, least=1)}
    )


def _arrived(source: Source) -> Schema:
    return members({"arrived": _ranges(source)}, {"turned_back": {"type": "boolean"}})


def _counted(source: Source) -> Schema:
    return members({"office": office(source), "ranges": _ranges(source)}, {"words": _WORDS})


def _cut_off(source: Source) -> Schema:
    return members({"office": office(source), "frozen": {"type": "boolean"}, "reason": _WORDS})


def _cut(source: Source) -> Schema:
    return members({"office": office(source), "frozen": {"type": "boolean"}})


def _verified(source: Source) -> Schema:
    del source
    return members({"whole": {"type": "boolean"}, "faults": listed(members({"code": TEXT, "ar": TEXT, "en": TEXT}))})


_LAW = words("الأسباب والحسابات من specs/passport/stock.yaml", "Reasons and accounts: specs/passport/stock.yaml")
DOCUMENTS = (
    Document("stock", 1, words("عهدة الدفاتر الفارغة", "The stock of blanks"), _overview),
    Document("blank-fate", 1, words("مصير دفتر فارغ", "The fate of one blank"), _fate),
    Document("blank-numbers", 1, words("أرقام الدفاتر في مكتب", "Numbers of the blanks at an office"), _numbers),
    Document("stock-movement", 1, words("حركة في عهدة الدفاتر", "A movement of blanks"), movement),
    Document(
        "stock-asked",
        1,
        words("حركة يطلبها أمين ويعتمدها آخر", "A movement one keeper asks for and another confirms"),
        _asked_for,
        beyond=_LAW,
        wrong=(Wrong(("ranges", 0), "77", words("رقم ناقص", "too few digits")),),
    ),
    Document("stock-decision", 1, words("البت في حركة", "A movement decided"), _decided),
    Document("stock-decided", 1, words("حركة بُت فيها", "What became of a movement asked for"), _decision),
    Document("stock-sent", 1, words("إرسال دفاتر", "Blanks to be sent"), _sent),
    Document("stock-transfer", 1, words("إرسالية دفاتر", "Blanks sent and what arrived"), _transfer),
    Document("stock-arrived", 1, words("تسلُّم إرسالية", "Blanks that arrived"), _arrived),
    Document("stock-counted", 1, words("جرد مخزن", "What lies on the shelf"), _counted),
    Document("stock-count", 1, words("محضر جرد", "A count held against the books"), _count),
    Document("stock-freeze", 1, words("تجميد مخزن أو فتحه", "A store cut off or opened"), _cut_off),
    Document("stock-frozen", 1, words("حال مخزن", "Whether a store is cut off"), _cut),
    Document("stock-verified", 1, words("سلامة العهدة", "Whether the ledger is whole"), _verified),
)
ROUTES = {
    "GET /v1/passports/stock": Exchange(gives="stock"),
    "GET /v1/passports/stock/blanks/{blank}": Exchange(gives="blank-fate"),
    "GET /v1/passports/stock/offices/{office}/numbers": Exchange(gives="blank-numbers"),
    "POST /v1/passports/stock/movements": Exchange("stock-asked", "approval-asked"),
    "POST /v1/passports/stock/movements/{approval}": Exchange("stock-decision", "stock-decided"),
    "POST /v1/passports/stock/transfers": Exchange("stock-sent", "stock-transfer"),
    "POST /v1/passports/stock/transfers/{transfer}": Exchange("stock-arrived", "stock-transfer"),
    "POST /v1/passports/stock/counts": Exchange("stock-counted", "stock-count"),
    "POST /v1/passports/stock/freezes": Exchange("stock-freeze", "stock-frozen"),
}
COMMANDS = {
    "passports stock list": Exchange(gives="stock"),
    "passports stock show": Exchange(gives="blank-fate"),
    "passports stock numbers": Exchange(gives="blank-numbers"),
    "passports stock receive": Exchange(gives="stock-movement"),
    "passports stock count": Exchange(gives="stock-count"),
    "passports stock freeze": Exchange(gives="stock-frozen"),
    "passports stock unfreeze": Exchange(gives="stock-frozen"),
    "passports stock verify": Exchange(gives="stock-verified"),
}
