"""What other domains may know of staff: the register of offices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import col, select

from issuance.db.session import ReadSession
from issuance.staff.model import Office
from issuance.staff.rules import OFFICES_CLAUSE
from specs.errors import Fault, NotFound, Refused
from specs.schema.staff import Offices


@dataclass(frozen=True, slots=True)
class OfficeFacts:
    """An office as a document names it; valid_to: its last day, None while open."""

    code: str
    arabic: str
    english: str
    kind: str
    region: str | None
    parent: str | None
    valid_from: date
    valid_to: date | None

    def open_on(self, day: date) -> bool:
        """Whether it may act on that day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


def require_office(read: ReadSession, code: str, day: date) -> OfficeFacts:
    """The office that is to act on `day`. Raises `NotFound`, `Refused` (`staff.office.closed`)."""
    row = read.get(Office, code)
    if row is None:
        words = "لا يوجد مكتب بهذا الرمز", "There is no office with this code"
        raise NotFound(Fault("staff.office.unknown", *words, field="office", clause=OFFICES_CLAUSE))
    facts = _facts(row)
    if not facts.open_on(day):
        words = "المكتب غير قائم في هذا التاريخ", "The office is not open on this date"
        raise Refused(Fault("staff.office.closed", *words, field="office", clause=OFFICES_CLAUSE))
    return facts


def require_issuing_office(
    read: ReadSession, code: str, day: date, document: Literal["passports", "certificates"], rules: Offices
) -> OfficeFacts:
    """The office that is to issue `document` on `day`. Raises as `require_office`, and `Refused`
    (`staff.office.document`) when offices of its kind do not issue it."""
    office = require_office(read, code, day)
    if office.kind not in (kinds := getattr(rules.may_issue, document)):
        names = [rules.kinds.names[kind] for kind in kinds]
        ar, en = "، ".join(name.ar for name in names), ", ".join(name.en for name in names)
        words = f"لا يصدر هذا المكتب هذه الوثيقة؛ تصدرها: {ar}", f"this office does not issue this document; {en} does"
        raise Refused(Fault("staff.office.document", *words, field="office", clause=OFFICES_CLAUSE))
    return office


def offices(read: ReadSession) -> list[OfficeFacts]:
    """Every office, open or not, by code."""
    return [_facts(row) for row in read.exec(select(Office).order_by(col(Office.code)))]


def _facts(row: Office) -> OfficeFacts:
    return OfficeFacts(
        code=row.code,
        arabic=row.name_arabic,
        english=row.name_english,
        kind=row.kind,
        region=row.region,
        parent=row.parent,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
    )
