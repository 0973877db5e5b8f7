"""The reasoned refusal of a request for a certificate: its facts, their canonical JSON, and the PDF that shows both.

Renders what it is given. Who may refuse, for which reason, and signing are decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from pydantic import TypeAdapter

from issuance.core.canonical import canonical
from issuance.documents.certificate import BilingualText
from issuance.documents.guilloche import certificate_background, emblem
from issuance.documents.printable import text_faults
from issuance.documents.typesetting import require_fonts, typeset
from specs.errors import Fault, Invalid
from specs.schema.certificate import CertificateSpec
from specs.schema.certificate_requests import Refusal, RefusalFieldId

FORMAT: Final = "criminal-status-refusal/1"
ATTACHMENT: Final = "refusal.json"
WORDS_MAXIMUM: Final = 1000
_TEMPLATE: Final = "refusal.typ"
_EMBLEM_MM: Final = 22.0
_REQUEST: tuple[RefusalFieldId, ...] = (
    "name", "national_number", "birth_date", "purpose", "addressee", "requested_on", "request",
)  # fmt: skip
_DECISION: tuple[RefusalFieldId, ...] = ("upholds", "reason", "words", "legal_basis", "office", "decided_on")
_APPEAL: tuple[RefusalFieldId, ...] = ("appeal_to", "appeal_until")


@dataclass(frozen=True, slots=True)
class RefusalData:
    """The facts of one refusal. words: what the officer added to the reason; appeal_until: its last day; upholds: the
    number of the refusal that this one upholds after a grievance."""

    number: str
    name: BilingualText
    national_number: str
    birth_date: str
    purpose: BilingualText
    addressee: BilingualText
    requested_on: date
    request: str
    reason: BilingualText
    words: str
    legal_basis: BilingualText
    office: BilingualText
    decided_on: date
    appeal_to: BilingualText
    appeal_until: date
    synthetic: bool
    upholds: str | None = None


_ADAPTER: TypeAdapter[RefusalData] = TypeAdapter(RefusalData)


def words_faults(words: str) -> Iterator[Fault]:
    """What an officer wrote and no paper can show."""
    yield from text_faults("words", words, WORDS_MAXIMUM)


def refusal_json(data: RefusalData) -> bytes:
    """The facts as they are attached to the PDF: canonical JSON, equal facts give equal bytes."""
    return canonical({"format": FORMAT, **_ADAPTER.dump_python(data, mode="json")})


def render_refusal(
    data: RefusalData, letter: CertificateSpec, rule: Refusal, *, attachment: bytes, timestamp: datetime
) -> bytes:
    """The unsigned PDF. letter: paper, fonts and issuer, as of a certificate; timestamp: aware.

    Raises `Invalid` with every fault of the data, `Unavailable` when a font is missing.
    """
    if found := [*words_faults(data.words)]:
        raise Invalid(*found)
    require_fonts((letter.fonts.arabic, letter.fonts.latin, letter.fonts.mono))
    paper = letter.paper.model_copy(update={"attachment_name": ATTACHMENT})
    spec = letter.model_dump(mode="json", include={"issuer", "fonts", "page_label", "specimen"})
    spec |= rule.model_dump(mode="json", include={"title", "decision", "appeal_heading", "signed"})
    if data.upholds is not None:
        spec |= rule.upheld.model_dump(mode="json", include={"title", "decision"})
    captions = {field.id: field.caption.model_dump() for field in rule.fields}
    values = _ADAPTER.dump_python(data)

    def rows(names: tuple[RefusalFieldId, ...]) -> list[dict[str, Any]]:
        return [
            {"id": name, "caption": captions[name], "value": _shown(values[name], name)}
            for name in names
            if values[name] is not None
        ]

    return typeset(
        _TEMPLATE,
        {
            "spec": spec,
            "paper": paper.model_dump(mode="json"),
            "number": data.number,
            "number_caption": captions["number"],
            "request": rows(_REQUEST),
            "decision": rows(_DECISION),
            "appeal": rows(_APPEAL),
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


def _shown(value: Any, name: RefusalFieldId) -> dict[str, str | None]:
    if isinstance(value, dict):
        return {"ar": value["ar"], "en": value["en"]}
    if isinstance(value, date):
        return {"code": value.isoformat()}
    return {"ar": value, "en": None} if name == "words" else {"code": value}
