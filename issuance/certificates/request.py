"""What is asked for: a certificate for a person, a purpose, one addressee; every fault, before anything is made."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from issuance.core.shapes import read_shape
from issuance.documents.printable import text_faults
from specs.errors import Fault
from specs.schema import Specification
from specs.schema.certificate import CertificateSpec, FieldId
from specs.schema.certificate_requests import Channel
from specs.schema.disclosure import Level

CLAUSE = "certificate/certificate.yaml"
_Text = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True, pattern=r"^[^\x00]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Wording(_Strict):
    """Arabic is required; English where there is one."""

    ar: _Text
    en: _Text | None = None


class CertificateRequest(_Strict):
    """purpose: its id; purpose_text: only where that purpose is free text; office None: the actor's.

    legal_basis: the law or the consent by which somebody else than the person asks; level: who will read it.
    """

    national_number: _Text
    purpose: _Text
    purpose_text: Wording | None = None
    addressee: Wording
    passport_number: _Text | None = None
    office: _Text | None = None
    level: Level = "person"
    legal_basis: _Text | None = None


def read_request(data: Any) -> CertificateRequest:
    """The request in `data` (decoded JSON). Raises `Invalid` naming every field of wrong shape."""
    return read_shape(CertificateRequest, data, code="certificates.request", clause=CLAUSE)


def request_faults(asked: CertificateRequest, channel: Channel, specification: Specification) -> list[Fault]:
    """Everything wrong with what was asked, whoever it is for."""
    found = []
    spec = specification.certificate_certificate
    if asked.level not in specification.certificate_requests.channels.entries[channel].levels:
        found.append(
            _fault(
                "level", "level", "هذا المستوى لا يطلب من هذه القناة", "this level is not given through this channel"
            )
        )
    if asked.level != "person" and asked.legal_basis is None:
        found.append(
            _fault("legal_basis", "legal_basis", "اذكر السند القانوني", "name the law by which this level is asked for")
        )
    purposes = {item.id: item for item in spec.purposes.items}
    if asked.purpose not in purposes:
        known = "، ".join(purposes)
        found.append(
            _fault("purpose.unknown", "purpose", f"غرض غير معروف؛ المتاح: {known}", f"one of {', '.join(purposes)}")
        )
    elif purposes[asked.purpose].free_text != (asked.purpose_text is not None):
        ar, en = (
            ("يجب كتابة الغرض", "write the purpose in words")
            if purposes[asked.purpose].free_text
            else ("هذا الغرض له عبارة محددة فلا يكتب غيرها", "this purpose has a fixed wording; leave the text out")
        )
        found.append(_fault("purpose.text", "purpose_text", ar, en))
    if specification.certificate_requests.channels.entries[channel].with_passport and asked.passport_number is None:
        found.append(_fault("passport_number.missing", "passport_number", "اكتب رقم الجواز", "name the passport"))
    found += _text_faults(asked, spec)
    return found


def _text_faults(asked: CertificateRequest, spec: CertificateSpec) -> Iterator[Fault]:
    """What cannot be printed, found before a number is taken and the seal is signed."""
    texts: list[tuple[FieldId, str, str | None]] = [
        ("addressee", "addressee.ar", asked.addressee.ar),
        ("addressee", "addressee.en", asked.addressee.en),
        ("passport_number", "passport_number", asked.passport_number),
    ]
    if asked.purpose_text is not None:
        texts.append(("purpose", "purpose_text.ar", asked.purpose_text.ar))
        texts.append(("purpose", "purpose_text.en", asked.purpose_text.en))
    for field, where, text in texts:
        if text is not None:
            clause = spec.field(field)
            for fault in text_faults(where, text, clause.maximum_characters):
                yield replace(fault, clause=clause.source)
            yield from _script_faults(where, text, spec)


def _script_faults(where: str, text: str, spec: CertificateSpec) -> Iterator[Fault]:
    """Arabic texts hold Arabic letters, English ones Latin letters and no Arabic, none a sign of markup or a word that
    would be set too small to read."""
    rule = spec.request_texts
    if where == "passport_number":
        if re.fullmatch(rule.passport_number_pattern, text, re.ASCII) is None:
            ar, en = "ليس رقم جواز سفر", f"no passport has this number ({rule.passport_number_pattern})"
            yield _fault("passport_number", where, ar, en)
        return
    if strange := [sign for sign in rule.forbidden_characters if sign in text]:
        ar, en = f"علامات لا تطبع: {' '.join(strange)}", f"signs that are not printed: {' '.join(strange)}"
        yield _fault("text.marks", where, ar, en)
    if any(len(word) > rule.maximum_word_characters for word in text.split()):
        ar, en = "في النص كلمة أطول من أن تُقرأ مطبوعة", f"a word of more than {rule.maximum_word_characters} letters"
        yield _fault("text.word", where, ar, en)
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in text if c.isalpha()}
    if where.endswith(".ar") and "ARABIC" not in scripts:
        yield _fault("text.script", where, "يُكتب بحروف عربية", "write it in Arabic letters")
    if where.endswith(".en") and ("ARABIC" in scripts or "LATIN" not in scripts):
        yield _fault("text.script", where, "يُكتب بحروف لاتينية", "write it in Latin letters")


def _fault(code: str, field: str, ar: str, en: str) -> Fault:
    return Fault(code=f"certificates.{code}", field=field, clause="certificate/certificate.yaml", ar=ar, en=en)
