"""Fees (`fees.yaml`): what is due for which document through which channel, who is exempt, when money goes back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import combinations
from typing import Annotated, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from specs.schema.base import Bilingual, Clause, CrossCheck, CrossFault, Part, Words
from specs.schema.cases import Vocabulary
from specs.schema.certificate import CertificateSpec
from specs.schema.certificate_requests import CertificateRequests, Channel
from specs.schema.certificate_status import CertificateStatus
from specs.schema.traffic import Pace

Paid = Literal["certificate", "passport"]
"""Kinds of document a fee is taken for."""
Ending = Literal["refused", "cancelled", "expired"]
RefundReason = Literal["late", "twice", "amount", "ended", "our_mistake"]
Method = Literal["cash", "online"]
ReceiptFieldId = Literal[
    "number", "received", "purpose", "reference", "fee", "electronic", "method", "transaction", "legal_basis",
    "office", "on", "refunds", "reason",
]  # fmt: skip


def _exact(value: object) -> object:
    """Money is written as text: a YAML number would be a binary fraction before anybody looks at it."""
    if not isinstance(value, str):
        raise ValueError("an amount stands in quotes -> '5.000'")
    return value


Money = Annotated[Decimal, BeforeValidator(_exact), Field(ge=0, max_digits=12, decimal_places=3)]


class Currency(Clause):
    code: Words = Field(pattern=r"^[A-Z]{3}$")
    decimals: Literal[3]
    name: Bilingual


class TariffRow(Part):
    """fee and electronic: due together; valid_from, valid_to: first and last day of the request, both included.

    A row without a first day is prepared: nothing is due by it.
    """

    id: Words
    document: Paid
    channels: list[Channel] = Field(min_length=1)
    fee: Money
    electronic: Money
    valid_from: date | None
    valid_to: date | None = None
    legal_basis: Bilingual
    needs_confirmation: bool

    def holds(self, on: date) -> bool:
        """Whether it is in force on that day."""
        return self.valid_from is not None and self.valid_from <= on <= (self.valid_to or date.max)


class Tariff(Clause):
    rows: list[TariffRow] = Field(min_length=1)

    @model_validator(mode="after")
    def _one_at_a_time(self) -> Tariff:
        if len({row.id for row in self.rows}) != len(self.rows):
            raise ValueError("two rows share an id -> a name of its own for each")
        for one, other in combinations(self.rows, 2):
            if one.valid_from is None or other.valid_from is None or one.document != other.document:
                continue
            shared = set(one.channels) & set(other.channels)
            if shared and (one.holds(other.valid_from) or other.holds(one.valid_from)):
                raise ValueError(
                    f"{one.id} and {other.id} hold for {min(shared)} on one day -> `valid_to` of the first"
                )
        return self


class Exemption(Part):
    """legal_basis: printed beside it; who exempts writes down the paper that proves it."""

    title: Bilingual
    legal_basis: Bilingual
    documents: list[Paid] = Field(min_length=1)
    needs_confirmation: bool


class Exemptions(Clause):
    """replacements: reason of a replacement (`certificate/status.yaml`) -> the exemption that it is free by."""

    entries: dict[Words, Exemption]
    replacements: dict[Words, Words] = Field(default_factory=dict)


class Refunds(Clause):
    """on_end: of a fee already paid, when the request ends without the document."""

    on_end: dict[Ending, Literal["keep", "refund"]]
    reasons: dict[RefundReason, Bilingual]

    @model_validator(mode="after")
    def _complete(self) -> Refunds:
        for held, known in ((self.on_end, Ending), (self.reasons, RefundReason)):
            if missing := [name for name in get_args(known) if name not in held]:
                raise ValueError(f"{missing[0]!r} is missing -> each of {', '.join(get_args(known))}")
        return self


class ReceiptField(Part):
    id: ReceiptFieldId
    caption: Bilingual


class Receipts(Clause):
    """series, credit_series: of the numbers of receipts and of credit notes, beside those of the certificates."""

    width_mm: float = Field(gt=0)
    height_mm: float = Field(gt=0)
    margin_mm: float = Field(gt=0)
    series: Words = Field(pattern=r"^[A-Z0-9]{1,4}$")
    credit_series: Words = Field(pattern=r"^[A-Z0-9]{1,4}$")
    title: Bilingual
    credit_title: Bilingual
    fields: list[ReceiptField]
    methods: dict[Method, Bilingual]
    signed: Bilingual

    @model_validator(mode="after")
    def _complete(self) -> Receipts:
        if sorted(field.id for field in self.fields) != sorted(get_args(ReceiptFieldId)):
            raise ValueError(f"`fields` -> each of {', '.join(get_args(ReceiptFieldId))} once")
        if missing := [name for name in get_args(Method) if name not in self.methods]:
            raise ValueError(f"the way {missing[0]!r} has no name -> add it to `methods`")
        return self


class Online(Clause):
    """callback_minutes: how old a signed callback may be; ask_minutes: after so long an outside payment is asked for;
    callbacks: what one address may send."""

    callback_minutes: int = Field(gt=0)
    ask_minutes: int = Field(gt=0)
    callbacks: Pace


class Fees(Part):
    currency: Currency
    tariff: Tariff
    documents: Vocabulary
    exemptions: Exemptions
    refunds: Refunds
    receipts: Receipts
    online: Online

    @model_validator(mode="after")
    def _named(self) -> Fees:
        if missing := [name for name in get_args(Paid) if name not in self.documents.entries]:
            raise ValueError(f"{missing[0]!r} has no wording -> add it to `documents`")
        return self


def free_replacements_are_known(fees: Fees, status: CertificateStatus) -> CrossCheck:
    """Both the reason of a replacement and the exemption exist."""
    for reason, exemption in fees.exemptions.replacements.items():
        path = ("exemptions", "replacements", reason)
        if reason not in status.replacement.entries:
            yield CrossFault("fees.yaml", path, "no such reason of a replacement", "one of certificate/status.yaml")
        if exemption not in fees.exemptions.entries:
            yield CrossFault("fees.yaml", path, f"no exemption {exemption!r}", "one of `entries`")


def receipts_have_series_of_their_own(
    fees: Fees, certificate: CertificateSpec, requests: CertificateRequests
) -> CrossCheck:
    """A receipt, a credit note, a certificate and a refusal never share a number."""
    taken = {certificate.serial.series, requests.refusal.series}
    for name in ("series", "credit_series"):
        series = getattr(fees.receipts, name)
        if series in taken:
            yield CrossFault("fees.yaml", ("receipts", name), f"{series!r} is a series already", "another one")
        taken.add(series)
