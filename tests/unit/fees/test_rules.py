"""What is due: by document, channel, exemption and the day of the request. Expected amounts: LIBYA.md 1 and 3.1."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from issuance.fees.payments import written
from issuance.fees.rules import amount_of, due, money, text, units
from specs.errors import Invalid
from specs.load import load
from specs.schema.certificate_requests import Channel
from specs.schema.fees import Paid, Tariff, TariffRow
from tests.fees import IN_FORCE_FROM, in_force

RULES = in_force()


@pytest.mark.parametrize(
    ("document", "channel", "total"),
    [
        ("certificate", "clerk", "5.000"),
        ("certificate", "citizen", "6.000"),
        ("certificate", "abroad", "6.000"),
        ("certificate", "authority", "0.000"),
        ("passport", "clerk", "50.500"),
    ],
)
def test_a_fee_follows_from_document_and_channel(document: Paid, channel: Channel, total: str) -> None:
    assert due(RULES, document, channel, None, IN_FORCE_FROM).total == Decimal(total)


def test_the_day_of_the_request_picks_the_row() -> None:
    assert due(RULES, "certificate", "clerk", None, IN_FORCE_FROM - timedelta(days=1)).total == 0
    assert due(RULES, "certificate", "clerk", None, IN_FORCE_FROM).tariff == "certificate-office"


def test_the_shipped_edition_takes_no_fee_for_a_certificate_before_a_decision_orders_one() -> None:
    channels: tuple[Channel, ...] = ("clerk", "citizen", "abroad", "authority")
    assert all(due(load().fees, "certificate", channel, None, date(2099, 1, 1)).total == 0 for channel in channels)


def test_an_exemption_leaves_nothing_due_and_says_so() -> None:
    fee = due(RULES, "certificate", "citizen", "indigence", IN_FORCE_FROM)
    assert (fee.total, fee.exemption, fee.tariff) == (0, "indigence", "certificate-online")
    with pytest.raises(Invalid):
        due(RULES, "certificate", "citizen", "friendship", IN_FORCE_FROM)


def _row(name: str, first: date, last: date | None) -> TariffRow:
    held = next(row for row in RULES.tariff.rows if row.id == "certificate-office")
    return held.model_copy(update={"id": name, "valid_from": first, "valid_to": last})


def test_two_rows_never_hold_for_one_channel_on_one_day() -> None:
    day = date(2026, 12, 31)
    rows = [_row("old", date(2026, 1, 1), day), _row("new", day + timedelta(days=1), None)]
    plain = [row.model_dump(mode="json") for row in rows]
    assert Tariff.model_validate({"source": "x", "status": "default", "rows": plain})
    plain[0]["valid_to"] = None
    with pytest.raises(ValidationError, match="on one day"):
        Tariff.model_validate({"source": "x", "status": "default", "rows": plain})


def test_an_amount_in_the_specification_is_never_a_binary_fraction() -> None:
    plain = _row("x", IN_FORCE_FROM, None).model_dump(mode="json") | {"fee": 5.1}
    with pytest.raises(ValidationError, match="quotes"):
        TariffRow.model_validate(plain)


@pytest.mark.parametrize(
    ("said", "amount"),
    [("5", "5.000"), (" 5.5 ", "5.500"), ("٥٫٢٥٠", "5.250"), ("0.001", "0.001"), ("50.500", "50.500")],
)
def test_amounts_are_read_as_people_write_them(said: str, amount: str) -> None:
    assert text(amount_of(said)) == amount


@pytest.mark.parametrize("said", ["", "5.0001", "-5", "NaN", "Infinity", "5,000", "1e3000", "x", 5, 5.0, None, True])
def test_what_is_no_amount_is_refused(said: object) -> None:
    with pytest.raises(Invalid):
        amount_of(said)


@given(st.integers(min_value=0, max_value=10**12))
def test_dirhams_and_dinars_say_the_same(held: int) -> None:
    assert units(money(held)) == held
    assert units(amount_of(text(money(held)))) == held if held < 10**9 else True


def test_a_reference_is_found_however_it_is_written_down() -> None:
    assert {written(said) for said in ("7K2M-9Q0A", "7k2m 9qoa", " ٧K٢M٩Q٠A", "7K2M9Q0A")} == {"7K2M-9Q0A"}
