"""Who may do what in which store, and reading the numbers they name. Raises before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from issuance.core import policy
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.staff.public import OfficeFacts, require_office
from issuance.stock.facts import fault
from issuance.stock.ledger import digits
from issuance.stock.ranges import Range, read_ranges
from specs.errors import Refused

if TYPE_CHECKING:
    from datetime import datetime

    from issuance.core.actor import Actor
    from issuance.db.session import ReadSession
    from issuance.service import Service


def subject(office: str) -> Subject:
    """The stock of an office, as permissions see it."""
    return Subject("stock", office, office)


def require_store(
    service: Service, read: ReadSession, actor: Actor, action: str, office: str, now: datetime
) -> OfficeFacts:
    """The office in whose stock the actor may do `action`. Raises `NotAllowed`, `NotFound`, `Refused` (closed, or of a
    kind that holds no blanks)."""
    policy.require(actor, action)
    policy.require(actor, action, subject(office))
    return holder(service, read, office, now)


def holder(service: Service, read: ReadSession, office: str, now: datetime) -> OfficeFacts:
    """An open office that may hold blanks. Raises `NotFound`, `Refused`."""
    found = require_office(read, office, civil_day(now))
    kinds = service.spec.passport.stock.locations.kinds
    if found.kind not in kinds:
        names = [service.spec.staff_offices.kinds.names[kind] for kind in kinds]
        ar, en = "، ".join(name.ar for name in names), ", ".join(name.en for name in names)
        words = f"لا يحفظ هذا المكتب دفاتر؛ تحفظها: {ar}", f"this office holds no blanks; {en} does"
        raise Refused(fault("no_store", *words, field="office"))
    return found


def named(service: Service, ranges: Sequence[str], field: str = "ranges") -> tuple[Range, ...]:
    """The numbers a person named. Raises `Invalid`."""
    limits = service.spec.passport.stock.limits
    return read_ranges(ranges, digits(), field=field, most=limits.numbers_at_once, most_ranges=limits.ranges_at_once)
