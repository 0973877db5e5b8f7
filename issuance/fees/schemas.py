"""Published shapes of fees: the tariff, payments, cash desks, refunds, and what an outside provider tells."""

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
    joined,
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
from issuance.core.terms import office, receipt_number
from specs.schema.fees import Exemption, Method, TariffRow

_REFERENCE = text(pattern="^[0-9A-Z-]{4,40}$")
_WORDS = text(1000)


def _money(source: Source, *, signed: bool = False) -> Schema:
    """Text with the decimals of the currency: `5.000`."""
    return text(pattern=rf"^{'-?' if signed else ''}[0-9]{{1,12}}\.[0-9]{{{source.spec.fees.currency.decimals}}}$")


def _amount(source: Source) -> Schema:
    """As somebody writes it."""
    return text(pattern=rf"^[0-9]{{1,12}}(\.[0-9]{{1,{source.spec.fees.currency.decimals}}})?$")


def payment(source: Source) -> Schema:
    """What is due for a document, what came and went."""
    fees, amount = source.spec.fees, _money(source)
    entry = {
        "kind": text(least=1),
        "amount": _money(source, signed=True),
        "method": one_of(get_args(Method)),
        "office": office(source),
        "at": MOMENT,
        "reason": maybe(TEXT),
        "number": maybe(receipt_number(source)),
    }
    return members(
        {
            "reference": _REFERENCE,
            "for": members({"document": one_of(fees.documents.entries), "ar": text(least=1), "en": text(least=1)}),
            "amount": amount,
            "fee": amount,
            "electronic": amount,
            "currency": {"const": fees.currency.code},
            "state": text(least=1),
            "exemption": maybe(one_of(fees.exemptions.entries)),
            "owed": amount,
            "reason": maybe(TEXT),
            "pay_at": maybe(text(pattern="^https?://")),
            "office": office(source),
            "opened_at": MOMENT,
            "entries": listed(members(entry)),
        }
    )


def _held(source: Source) -> Schema:
    asked = members({"approval": ID, "reason": one_of(source.spec.fees.refunds.reasons), "words": TEXT})
    return joined(payment(source), members({}, {"refund_asked": maybe(asked)}))


def _payments(source: Source) -> Schema:
    return members({"payments": listed(payment(source))})


def _tariff(source: Source) -> Schema:
    row = of_type(TariffRow, fee=_money(source), electronic=_money(source))
    exemption = keyed(of_type(Exemption))
    return members(
        {
            "currency": {"const": source.spec.fees.currency.code},
            "rows": listed(joined(row, members({}, {"total": _money(source)}))),
        },
        {"exemptions": exemption},
    )


def _closing(source: Source) -> Schema:
    amount = _money(source)
    return members(
        {
            "id": ID,
            "cashier": ID,
            "office": office(source),
            "on": DAY,
            "entries": number(),
            "expected": _money(source, signed=True),
            "counted": amount,
            "difference": _money(source, signed=True),
            "words": maybe(TEXT),
            "at": MOMENT,
        }
    )


def _closings(source: Source) -> Schema:
    return members({"closings": listed(_closing(source))})


def _till(source: Source) -> Schema:
    return members({"office": office(source), "entries": number(), "expected": _money(source, signed=True)})


def _taken(source: Source) -> Schema:
    return members({"amount": _amount(source)})


def _exempted(source: Source) -> Schema:
    return members({"exemption": one_of(source.spec.fees.exemptions.entries), "proof": TEXT})


def _refund(source: Source) -> Schema:
    return members({"reason": one_of(source.spec.fees.refunds.reasons), "words": _WORDS})


def _refund_decided(source: Source) -> Schema:
    del source
    return members({"decision": one_of(("approve", "refuse")), "words": _WORDS})


def _counted(source: Source) -> Schema:
    return members({"counted": _amount(source)}, {"words": _WORDS})


def _asked(source: Source) -> Schema:
    del source
    return members({"approval": ID})


def _callback(source: Source) -> Schema:
    return members(
        {"payment": ID, "state": one_of(("open", "paid", "failed")), "amount": _amount(source), "transaction": TEXT}
    )


_LAW = words("تُطلب القيم بحسب لائحة الرسوم (specs/fees.yaml)", "Amounts and codes are those of specs/fees.yaml")
DOCUMENTS = (
    Document("fee-tariff", 1, words("تعريفة الرسوم", "The tariff"), _tariff),
    Document("payment", 1, words("رسم وما قُبض ورُد منه", "A fee, what came and what went back"), _held),
    Document("payments", 1, words("رسوم تنتظر", "Fees that wait"), _payments),
    Document("fee-closing", 1, words("إقفال خزينة", "The closing of a cash desk"), _closing),
    Document("fee-closings", 1, words("إقفال الخزائن", "Closings of cash desks"), _closings),
    Document("fee-till", 1, words("رصيد الخزينة", "What a drawer should hold"), _till),
    Document(
        "fee-taken",
        1,
        words("قبض رسم نقداً", "Cash taken"),
        _taken,
        beyond=words("يلزم المبلغ المستحق نفسه", "It must be exactly what is due"),
        wrong=(Wrong(("amount",), 5.0, words("المبلغ نص", "an amount is text, no binary fraction")),),
    ),
    Document("fee-exemption", 1, words("إعفاء من رسم", "A fee waived"), _exempted, beyond=_LAW),
    Document("fee-refund", 1, words("طلب رد رسم", "A refund asked for"), _refund, beyond=_LAW),
    Document("fee-refund-decision", 1, words("البت في رد رسم", "A refund decided"), _refund_decided),
    Document("fee-count", 1, words("جرد الخزينة", "The count of a drawer"), _counted),
    Document("approval-asked", 1, words("ما ينتظر موظفاً ثانياً", "What waits for a second person"), _asked),
    Document(
        "payment-callback",
        1,
        words("إشعار من مزود الدفع", "What a payment provider tells"),
        _callback,
        beyond=words("يُصدَّق بتوقيعه في الترويسة Issuance-Signature", "Believed by its header Issuance-Signature"),
        wrong=(Wrong(("state",), "maybe", words("حالة غير معروفة", "no such state")),),
    ),
)
ROUTES = {
    "GET /v1/fees/tariff": Exchange(gives="fee-tariff"),
    "GET /v1/fees/payments": Exchange(gives="payments"),
    "GET /v1/fees/payments/{reference}": Exchange(gives="payment"),
    "POST /v1/fees/payments/{reference}/take": Exchange("fee-taken", "payment"),
    "POST /v1/fees/payments/{reference}/exemption": Exchange("fee-exemption", "payment"),
    "POST /v1/fees/payments/{reference}/refunds": Exchange("fee-refund", "approval-asked"),
    "POST /v1/fees/refunds/{approval}": Exchange("fee-refund-decision", "payment"),
    "GET /v1/fees/receipts/{number}/receipt.pdf": Exchange(),
    "GET /v1/fees/till": Exchange(gives="fee-till"),
    "GET /v1/fees/closings": Exchange(gives="fee-closings"),
    "POST /v1/fees/closings": Exchange("fee-count", "fee-closing"),
    "POST /v1/fees/callbacks": Exchange("payment-callback"),
}
COMMANDS = {
    "fees tariff": Exchange(gives="fee-tariff"),
    "fees list": Exchange(gives="payments"),
    "fees show": Exchange(gives="payment"),
    "fees take": Exchange(gives="payment"),
    "fees exempt": Exchange(gives="payment"),
    "fees close": Exchange(gives="fee-closing"),
}
