"""A tariff in force for tests: the rows the specification ships prepared, given their first day."""

from __future__ import annotations

from datetime import date

from issuance.core.actor import Actor
from issuance.service import Service
from specs.load import load
from specs.schema.fees import Fees

IN_FORCE_FROM = date(2026, 11, 1)


def in_force(since: date = IN_FORCE_FROM) -> Fees:
    """The shipped fees as if a decision had put every prepared row in force."""
    fees = load().fees
    rows = [row if row.valid_from else row.model_copy(update={"valid_from": since}) for row in fees.tariff.rows]
    return fees.model_copy(update={"tariff": fees.tariff.model_copy(update={"rows": rows})})


def charge(service: Service, fees: Fees | None = None) -> Service:
    """From now on this service takes the fees."""
    service.spec = service.spec.model_copy(update={"fees": fees or in_force()})
    return service


def cashier(name: str = "cashier", office: str = "CTIP") -> Actor:
    """Somebody at a cash desk."""
    return Actor(name, "staff", frozenset({"cashier"}), office)


def supervisor(name: str = "supervisor", office: str = "CTIP") -> Actor:
    """Who waives fees and approves refunds."""
    return Actor(name, "staff", frozenset({"fee_supervisor"}), office)
