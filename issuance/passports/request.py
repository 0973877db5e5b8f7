"""An application for a document as an office sends it: what is asked for, how, and whose book it follows.

What is to stand in the document is the `application` (`application.py`). Its use: docs/passport-office.md.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from issuance.core.shapes import read_shape
from issuance.passports.application import Application
from issuance.people.public import normal_number
from specs.errors import Fault
from specs.schema.base import Bilingual
from specs.schema.passport_office import Channel, Kind, PassportOffice

CLAUSE = "specs/passport/office.yaml"
_Text = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True, pattern=r"^[^\x00]*$")]
_Book = Annotated[str, StringConstraints(strip_whitespace=True, to_upper=True, pattern=r"^[A-Za-z0-9]{6,9}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Guardian(_Strict):
    """Who consents for a child. proof: number of the paper (family booklet, order of the court)."""

    national_number: Annotated[_Text, AfterValidator(normal_number)]
    relation: Literal["father", "mother", "guardian"]
    proof: _Text


class PassportRequest(_Strict):
    """predecessor: number of the earlier book, ours or older; delivery_office: where it is handed over, None: where it
    was asked for; court_order: its reference, instead of guardians; report_reference: of the police report, for a book
    lost or stolen; humanitarian: the case for the degraded mode of the one-to-many search; papers: what proves the
    conditions of the type (`asks` in document_types.yaml), name -> number of the paper."""

    kind: Kind
    channel: Channel = "office"
    application: dict[str, Any]
    predecessor: _Book | None = None
    delivery_office: _Text | None = None
    delivery: Literal["office", "proxy", "post"] = "office"
    guardians: tuple[Guardian, ...] = Field(default=(), max_length=2)
    court_order: _Text | None = None
    report_reference: _Text | None = None
    humanitarian: _Text | None = None
    legal_basis: _Text | None = None
    papers: dict[Annotated[str, StringConstraints(pattern=r"^[a-z_]{3,30}$")], _Text] = Field(
        default_factory=dict, max_length=8
    )


def read_request(data: Any) -> PassportRequest:
    """Raises `Invalid`, one fault a field. The `application` in it is judged by `commands.judge`."""
    return read_shape(PassportRequest, data, code="passports.request", clause=CLAUSE)


def request_faults(
    request: PassportRequest,
    asked: Application,
    age: int | None,
    rules: PassportOffice,
    papers: Mapping[str, Bilingual],
) -> Iterator[Fault]:
    """What kind, predecessor, guardians and papers lack. age: of the holder, in years; None: the birth year is unknown;
    papers: that the type of document asks for."""
    kind = rules.kinds.entries[request.kind]
    if kind.predecessor == "required" and request.predecessor is None:
        yield _fault(
            "predecessor", "رقم الجواز السابق مطلوب", "the number of the earlier book is needed", "predecessor"
        )
    if kind.predecessor == "none" and request.predecessor is not None:
        words = "لا جواز سابق لطلب أول مرة؛ اختر النوع الصحيح", "a first passport follows no other: choose another kind"
        yield _fault("predecessor_given", *words, "predecessor")
    own = {code for rule in rules.kinds.entries.values() for code in rule.document_types}
    fits = asked.document_type in kind.document_types if kind.document_types else asked.document_type not in own
    if not fits:
        words = (
            "هذا المستند لا يُطلب بهذا النوع من الطلبات",
            "this document is not asked for by this kind of application",
        )
        yield _fault("document_type", *words, "application.document_type")
    if kind.reports in ("lost", "stolen") and not request.report_reference:
        words = "رقم محضر البلاغ مطلوب", "the reference of the report is needed"
        yield _fault("report_reference", *words, "report_reference")
    for name, condition in papers.items():
        if not request.papers.get(name):
            words = f"رقم المستند مطلوب: {condition.ar}", f"the number of the paper is needed: {condition.en}"
            yield _fault("paper", *words, f"papers.{name}")
    for name in sorted(request.papers.keys() - papers.keys()):
        yield _fault("paper_unasked", "لا يُطلب هذا المستند", "no such paper is asked for", f"papers.{name}")
    child = age is not None and age < rules.child.adult_from_years
    if child and not request.court_order and len(request.guardians) < rules.child.guardians:
        words = "يلزم ولي القاصر أو أمر المحكمة", "a child needs the guardian's consent or an order of the court"
        yield _fault("guardians", *words, "guardians")
    if not child and request.guardians:
        words = "لا أولياء لبالغ", "an adult has no guardians"
        yield _fault("guardians_of_adult", *words, "guardians")
    for index, guardian in enumerate(request.guardians):
        if guardian.national_number == asked.national_number:
            words = "لا يكون القاصر ولي نفسه", "nobody is their own guardian"
            yield _fault("guardian_self", *words, f"guardians.{index}.national_number")
        if not guardian.proof:
            yield _fault("guardian_proof", "مستند الولاية مطلوب", "the proof is needed", f"guardians.{index}.proof")


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"passports.request.{code}", ar, en, field=field, clause=CLAUSE)
