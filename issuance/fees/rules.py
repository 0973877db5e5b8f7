"""What is due: a pure function of the tariff, the document, the channel, the exemption and the day of the request.

Amounts are exact decimals here and whole dirhams (1/1000 dinar) in tables; nowhere a binary fraction.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from specs.errors import Fault, Invalid
from specs.schema.certificate_requests import Channel
from specs.schema.fees import Fees, Paid

CLAUSE = "specs/fees.yaml"
NOTHING = Decimal("0.000")
_UNITS = 1000


@dataclass(frozen=True, slots=True)
class Fee:
    """What one request costs. tariff: the row it follows from, None: no row is in force; exemption: why nothing is
    due though a row is in force."""

    fee: Decimal = NOTHING
    electronic: Decimal = NOTHING
    tariff: str | None = None
    exemption: str | None = None

    @property
    def total(self) -> Decimal:
        return self.fee + self.electronic


def due(rules: Fees, document: Paid, channel: Channel, exemption: str | None, on: date) -> Fee:
    """on: civil day of the request. Raises `Invalid` for an exemption the tariff does not know for this document."""
    if exemption is not None:
        require_exemption(rules, document, exemption)
    for row in rules.tariff.rows:
        if row.document == document and channel in row.channels and row.holds(on):
            return Fee(tariff=row.id, exemption=exemption) if exemption else Fee(row.fee, row.electronic, row.id)
    return Fee()


def require_exemption(rules: Fees, document: str, exemption: str) -> None:
    """Raises `Invalid` (`fees.exemption`)."""
    known = [code for code, held in rules.exemptions.entries.items() if document in held.documents]
    if exemption not in known:
        names = ", ".join(known)
        raise Invalid(
            Fault("fees.exemption", f"إعفاء غير معروف؛ المتاح: {names}", f"one of {names}", "exemption", CLAUSE)
        )


def units(amount: Decimal) -> int:
    """Whole dirhams. Raises `ValueError` for a fraction of one: a bug, since amounts were read by `amount_of`."""
    scaled = amount * _UNITS
    if scaled != scaled.to_integral_value():
        raise ValueError("an amount has three decimals at most")
    return int(scaled)


def money(held: int) -> Decimal:
    """The amount of so many dirhams, with three decimals."""
    return (Decimal(held) / _UNITS).quantize(NOTHING)


def text(amount: Decimal) -> str:
    """As it is printed and sent: `5.000`, in Western digits; below zero with `-`."""
    return f"{amount.quantize(NOTHING):f}"


def amount_of(said: object, field: str = "amount") -> Decimal:
    """An amount as people and programs write it: text, digits of any script, `.` or the Arabic decimal sign.

    Raises `Invalid` (`fees.amount.form`), also for a JSON number, which may have lost its last digit on its way.
    """
    if isinstance(said, str) and len(said) <= 20:
        western = "".join(str(int(sign)) if sign.isdecimal() else sign for sign in said.strip().replace("٫", "."))
        try:
            value = Decimal(western)
            if value.is_finite() and value >= 0 and value == value.quantize(NOTHING):
                return value.quantize(NOTHING)
        except InvalidOperation:
            pass
    words = 'اكتب المبلغ نصاً بثلاثة كسور على الأكثر، مثل "5.000"', 'write the amount as text, like "5.000"'
    raise Invalid(Fault("fees.amount.form", *words, field=field, clause=CLAUSE))
