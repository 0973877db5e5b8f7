"""The receipt of a fee and the credit note of a refund: facts, their canonical JSON, and the PDF that shows both.

Renders what it is given. Numbers, ledger and signing are decided elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pydantic import TypeAdapter

from issuance.core.canonical import canonical
from issuance.documents.certificate import BilingualText
from issuance.documents.guilloche import certificate_background, emblem
from issuance.documents.typesetting import require_fonts, typeset
from specs.schema.certificate import CertificateSpec
from specs.schema.fees import Receipts

FORMAT: Final = "fee-receipt/1"
ATTACHMENT: Final = "receipt.json"
_TEMPLATE: Final = "receipt.typ"
_EMBLEM_MM: Final = 22.0


@dataclass(frozen=True, slots=True)
class ReceiptData:
    """The facts of one paper. received, fee, electronic: amounts as text, `5.000`; refunds: the number of the receipt
    that a credit note gives back, None on a receipt; currency: as it is written after an amount."""

    number: str
    received: str
    currency: BilingualText
    purpose: BilingualText
    reference: str
    fee: str
    electronic: str
    method: BilingualText
    transaction: str | None
    legal_basis: BilingualText | None
    office: BilingualText
    on: date
    refunds: str | None
    reason: BilingualText | None
    synthetic: bool


_ADAPTER: TypeAdapter[ReceiptData] = TypeAdapter(ReceiptData)


def receipt_json(data: ReceiptData) -> bytes:
    """The facts as they are attached to the PDF: canonical JSON, equal facts give equal bytes."""
    return canonical({"format": FORMAT, **_ADAPTER.dump_python(data, mode="json")})


def render_receipt(
    data: ReceiptData, letter: CertificateSpec, rule: Receipts, *, attachment: bytes, timestamp: datetime
) -> bytes:
    """The unsigned PDF. letter: fonts and issuer, as of a certificate; timestamp: aware. Raises `Unavailable` when a
    font is missing."""
    require_fonts((letter.fonts.arabic, letter.fonts.latin, letter.fonts.mono))
    size = {"width_mm": rule.width_mm, "height_mm": rule.height_mm, "margin_mm": rule.margin_mm}
    paper = letter.paper.model_copy(update={"attachment_name": ATTACHMENT, **size})
    spec = letter.model_dump(mode="json", include={"issuer", "fonts", "page_label", "specimen"})
    title = rule.title if data.refunds is None else rule.credit_title
    spec |= {"title": title.model_dump(), "signed": rule.signed.model_dump()}
    values = _ADAPTER.dump_python(data)
    captions = {field.id: field.caption.model_dump() for field in rule.fields}
    shown = [field.id for field in rule.fields if field.id not in ("number", "received")]
    return typeset(
        _TEMPLATE,
        {
            "spec": spec,
            "paper": paper.model_dump(mode="json"),
            "number": data.number,
            "number_caption": captions["number"],
            "amount": data.received,
            "amount_caption": captions["received"],
            "currency": values["currency"],
            "facts": [
                {"id": name, "caption": captions[name], "value": _shown(values[name])}
                for name in shown
                if values[name] is not None
            ],
            "credit": data.refunds is not None,
            "synthetic": data.synthetic,
        },
        raw={
            "background": certificate_background(paper.width_mm, paper.height_mm, paper.margin_mm),
            "emblem": emblem(_EMBLEM_MM),
            "attachment": attachment.decode(),
        },
        standards=paper.pdf_standards,
        timestamp=timestamp,
    )


def _shown(value: Any) -> dict[str, str | None]:
    if isinstance(value, dict):
        return {"ar": value["ar"], "en": value["en"]}
    return {"code": value.isoformat() if isinstance(value, date) else value}
