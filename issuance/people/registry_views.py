"""Read what the registry says of a number, and why it would hold an application. Each look is audited."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.uow import unit_of_work
from issuance.people.national_number import parse
from issuance.people.public import find_person, registry_holds
from issuance.people.registry import nobody
from issuance.people.registry_form import record_as_json
from issuance.people.registry_resolve import civil_registry
from issuance.service import Service
from specs.errors import NotFound


def registry_record(service: Service, actor: Actor, national_number: str, now: datetime) -> dict[str, Any]:
    """`{record, holds, person}`: the record, whatever its state; why an application of today is held; our id of the
    person, if held here. Keeps nothing but the audit row.

    Raises `NotAllowed`, `Invalid`, `NotFound` (no such number), `Unavailable`.
    """
    policy.require(actor, "people.read")
    number = parse(national_number).text
    record = civil_registry(service).look_up(number, now)
    with unit_of_work(service.db, actor, "read a record of the civil registry", now) as tx:
        held = find_person(tx.read, number)
        tx.audit("people.read_registry", "people" if held is None else f"person:{held.id}")
        rules = service.spec.passport.registry
        holds = [asdict(one) for one in registry_holds(tx.read, record, rules, civil_day(now))] if record else []
    if record is None:
        raise NotFound(nobody())
    for one in holds:
        one |= {name: None if one[name] is None else one[name].isoformat() for name in ("on", "until")}
    return {"record": record_as_json(record), "holds": holds, "person": None if held is None else held.id}
