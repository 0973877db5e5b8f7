"""Steps that several stories share, and what they look at."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from issuance.cases.act import Move, act
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import CaseFile
from issuance.cases.four_eyes import approve, propose
from issuance.cases.history import file_of
from issuance.cases.public import rulings_of
from issuance.core.actor import Actor
from issuance.people.public import require_person
from issuance.service import Service
from tests.casework import (
    DETENTION,
    SUMMARY,
    SUMMARY_REGISTRAR,
    before_summary_court,
    officer,
    step,
)
from tests.service import NOW, TODAY

SECOND = "219950000015"
JUDGE = officer("judge", SUMMARY)
CONVICTED = {"presence": "in_presence", "verdict": "conviction", "penalties": DETENTION}


def state(file: CaseFile, code: str = "A1/C1") -> str:
    return file.matters[code].state


def read(service: Service, number: str) -> CaseFile:
    with service.db.reading() as session:
        return file_of(session, number, CaseRules.of(service.spec))


def record(service: Service, national_number: str, case: CaseFile) -> list[tuple[str, date | None]]:
    """(verdict, final on) of the person's rulings in this case, as certificates read them."""
    with service.db.reading() as session:
        person = require_person(session, national_number)
        return [(r.verdict, r.final_on) for r in rulings_of(session, person.id) if r.case_number == case.number]


def record_final(file: CaseFile) -> date | None:
    return file.matters["A1/C1"].rulings[0].final_on


def by_two(service: Service, first: Actor, second: Actor, file: CaseFile, name: str, on: date | None = None,
           now: datetime = NOW, matters: Sequence[str] = (), **body: Any) -> CaseFile:  # fmt: skip
    asked = propose(service, first, file.number, Move(name, body, tuple(matters), on), "سبب", now)
    return approve(service, second, asked, "نعم", now)


def on_matter(
    service: Service, actor: Actor, file: CaseFile, name: str, on: date, matter: str, **body: Any
) -> CaseFile:
    return act(service, actor, file.number, Move(name, body, (matter,), on), NOW, expected=file.version)


def convicted(service: Service, on: date = date(2026, 3, 1), **body: Any) -> CaseFile:
    """A misdemeanour on which the summary court ruled, in presence."""
    file = before_summary_court(service, **body)
    return step(service, SUMMARY_REGISTRAR, file, "rule", on, **CONVICTED)


def finally_convicted(service: Service, **body: Any) -> CaseFile:
    return step(service, SUMMARY_REGISTRAR, convicted(service, **body), "become_final", TODAY)
