"""What waits to be made and to be checked, and whether every blank and every number is accounted for. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import col

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval, approvals_of
from issuance.passports import views
from issuance.passports.model import Passport, PassportApplication
from issuance.passports.personalise import PAGE_BACK, PAGE_FRONT
from issuance.passports.producing import MAKE
from issuance.passports.quality import CHECK, SPOIL
from issuance.passports.queues import nearest
from issuance.passports.way import unknown
from issuance.service import Service
from specs.errors import NotFound
from specs.schema.passport_office import State

MAX_ROWS = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """An application on its way through production. number: of the book that is made; late: its time is over."""

    application: str
    kind: str
    document_type: str
    office: str
    state: str
    number: str | None
    since: datetime
    due_at: datetime | None
    late: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "application": self.application,
            "kind": self.kind,
            "document_type": self.document_type,
            "office": self.office,
            "state": self.state,
            "number": self.number,
            "since": self.since.isoformat(),
            "due_at": self.due_at.isoformat() if self.due_at else None,
            "late": self.late,
        }


@dataclass(frozen=True, slots=True)
class Book:
    """A book on its way. files: of the chip, as ordered; pages: pictures of its sides; spoiling: an asked spoiling that
    waits for a second person."""

    number: str
    blank: str | None
    office: str
    state: str
    application_state: str
    made_by: str
    made_at: datetime
    files: tuple[str, ...]
    pages: tuple[str, ...]
    spoiling: Approval | None


def book(service: Service, actor: Actor, number: str, now: datetime) -> Book:
    """A book that an application asked for. Raises `NotAllowed`, `NotFound`, also for one out of reach."""
    view = views.passport(service, actor, number)
    with service.db.reading() as read:
        row = read.get(Passport, number)
        application = read.get(PassportApplication, row.application_id) if row and row.application_id else None
        if row is None or application is None:
            raise NotFound(unknown())
        asked = [one for one in approvals_of(read, f"passport:{number}") if one.state(now) == "pending"]
    return Book(
        number,
        row.blank,
        row.office,
        row.state,
        application.state,
        row.issued_by,
        row.issued_at,
        tuple(name for name in view.files if name.endswith(".bin")),
        tuple(name for name in (PAGE_FRONT, PAGE_BACK) if name in view.files),
        next((one for one in asked if one.action == SPOIL), None),
    )


def waiting(
    service: Service, actor: Actor, now: datetime, *, office: str | None = None, limit: int = 100
) -> list[Waiting]:
    """Makers see what is to be made and what is being made, controllers what is to be checked: the nearest deadline
    first. office: of the application, None: all. Raises `NotAllowed`."""
    makes, checks = policy.allowed(actor, MAKE), policy.allowed(actor, CHECK)
    if not (makes or checks):
        policy.require(actor, MAKE)
    states: tuple[State, ...] = (*(("approved", "production") if makes else ()), *(("quality",) if checks else ()))
    within = [] if office is None else [col(PassportApplication.office) == office]
    with service.db.reading() as read:
        rows = nearest(read, states, max(1, min(limit, MAX_ROWS)), *within)
    return [
        Waiting(
            row.id,
            row.kind,
            row.document_type,
            row.office,
            row.state,
            row.number,
            row.since,
            row.due_at,
            row.due_at is not None and row.due_at < now,
        )
        for row in rows
    ]
