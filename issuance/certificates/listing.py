"""Certificates as an officer's list shows them: what each is now and why, and when all were compared with the record.

Reading is kept, like every read of certificates.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast, get_args

from sqlalchemy.orm import defer
from sqlmodel import col, select

from issuance.certificates import afterwards
from issuance.certificates.facts import CertificateView
from issuance.certificates.model import Certificate, CertificateEvent, CertificateMark
from issuance.certificates.status import ENDING, Status, status_given
from issuance.certificates.views import view_of
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.policy import offices_in_scope
from issuance.core.uow import unit_of_work
from issuance.service import Service
from specs.schema import Specification

Show = Literal["all", "ended", "withdrawn", "replaced", "superseded", "emergency", "expired"]
SHOWS: tuple[Show, ...] = get_args(Show)


_UNREAD = defer(cast("Any", Certificate.pdf)), defer(cast("Any", Certificate.compiled))
"""A quarter of a megabyte a row, which no list shows."""


def known_show(asked: str) -> Show:
    """What an address asks for; all, for anything else."""
    return next((one for one in SHOWS if one == asked), "all")


@dataclass(frozen=True, slots=True)
class Listed:
    """words: what officers wrote, or what the record changed; emergency: withdrawn at the console, unconfirmed."""

    view: CertificateView
    status: Status
    words: str | None
    emergency: bool

    def as_json(self, spec: Specification) -> dict[str, Any]:
        """The wire form: the certificate, with its status as officers know it."""
        status = self.status.as_json(spec.certificate_status)
        own = {"reason": self.status.reason, "replaced_by": self.status.replaced_by, "words": self.words}
        return self.view.as_json() | {"status": status | own | {"emergency": self.emergency}}


@dataclass(frozen=True, slots=True)
class Listing:
    """rows: newest first; emergencies: how many wait for an officer; rechecked: the civil day all were computed anew
    last, and followed: when the register was followed last; None: never yet."""

    rows: tuple[Listed, ...]
    emergencies: int
    rechecked: str | None
    followed: datetime | None


def listing(service: Service, actor: Actor, show: Show, now: datetime, limit: int = 100) -> Listing:
    """The newest of the kind, of the offices the reader may read; at most 200. Raises `NotAllowed`."""
    policy.require(actor, "certificates.read")
    scope = offices_in_scope(actor, "certificates.read")
    with unit_of_work(service.db, actor, "list certificates", now) as tx:
        read = tx.read
        waiting = afterwards.emergencies(read, scope)
        query = select(Certificate).options(*_UNREAD).order_by(col(Certificate.issued_at).desc())
        query = query.limit(max(1, min(limit, 200)))
        if scope is not None:
            query = query.where(col(Certificate.office).in_(scope))
        if show == "expired":
            query = query.where(col(Certificate.expires_on) < civil_day(now))
        elif show == "emergency":
            query = query.where(col(Certificate.number).in_(waiting))
        elif show != "all":
            kinds = ENDING if show == "ended" else (show,)
            ended = select(CertificateEvent.number).where(col(CertificateEvent.kind).in_(kinds))
            query = query.where(col(Certificate.number).in_(ended))
        held = read.exec(query).all()
        events: dict[str, list[CertificateEvent]] = defaultdict(list)
        numbers = [row.number for row in held]
        ordered = select(CertificateEvent).where(col(CertificateEvent.number).in_(numbers))
        for event in read.exec(ordered.order_by(col(CertificateEvent.number), col(CertificateEvent.seq))):
            events[event.number].append(event)
        rows = tuple(_listed(row, events[row.number], row.number in waiting, now) for row in held)
        day, register = read.get(CertificateMark, "day"), read.get(CertificateMark, "register")
        tx.audit("certificates.read", "certificates", {"count": len(rows), "show": show})
        return Listing(rows, len(waiting), day.value if day else None, register.at if register else None)


def _listed(row: Certificate, events: list[CertificateEvent], emergency: bool, now: datetime) -> Listed:
    status = status_given(row, events, now)
    ending = [one for one in events if one.kind == cast("str", status.code)]
    return Listed(view_of(row), status, ending[0].words if ending else None, emergency)
