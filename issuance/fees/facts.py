"""What others may know of a payment: amounts, state, where to pay, its papers. Names nobody. Pure and frozen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from issuance.fees.rules import text
from specs.schema.fees import Fees


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """One movement of money. amount: below zero for a refund; number: of its receipt or credit note, None: not made
    yet; refunds: the entry it gives back."""

    id: str
    kind: str
    amount: Decimal
    method: str
    office: str
    cashier: str
    on: date
    at: datetime
    transaction: str | None
    refunds: str | None
    reason: str | None
    number: str | None

    def as_json(self) -> dict[str, Any]:
        """The wire form; who the cashier was stays inside."""
        return {
            "kind": self.kind,
            "amount": text(self.amount),
            "method": self.method,
            "office": self.office,
            "at": self.at.isoformat(),
            "reason": self.reason,
            "number": self.number,
        }


@dataclass(frozen=True, slots=True)
class PaymentView:
    """subject: what it is paid for, as in the audit trail; owed: what is to go back; pay_at: the provider's page."""

    id: str
    reference: str
    subject: str
    document: str
    channel: str
    office: str
    tariff: str
    fee: Decimal
    electronic: Decimal
    state: str
    exemption: str | None
    reason: str | None
    owed: Decimal
    refunding: str | None
    pay_at: str | None
    opened_at: datetime
    entries: tuple[EntryFacts, ...]

    @property
    def amount(self) -> Decimal:
        return self.fee + self.electronic

    @property
    def settled(self) -> bool:
        """Whether the request may go on."""
        return self.state in ("paid", "exempt")

    @property
    def receipts(self) -> tuple[str, ...]:
        """The numbers of its papers, in order."""
        return tuple(one.number for one in self.entries if one.number is not None)

    def as_json(self, rules: Fees) -> dict[str, Any]:
        """The wire form."""
        title = rules.documents.entries[self.document]
        return {
            "reference": self.reference,
            "for": {"document": self.document, "ar": title.ar, "en": title.en},
            "amount": text(self.amount),
            "fee": text(self.fee),
            "electronic": text(self.electronic),
            "currency": rules.currency.code,
            "state": self.state,
            "exemption": self.exemption,
            "owed": text(self.owed),
            "reason": self.reason,
            "pay_at": self.pay_at,
            "office": self.office,
            "opened_at": self.opened_at.isoformat(),
            "entries": [one.as_json() for one in self.entries],
        }
