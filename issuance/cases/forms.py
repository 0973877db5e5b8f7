"""What a form for a move may offer besides the vocabularies: receiving offices, evidence at hand, ways to open."""

from __future__ import annotations

from datetime import datetime

from issuance.cases.access_rows import access_of
from issuance.cases.case_rules import CaseRules
from issuance.cases.evidence import evidence_of
from issuance.cases.file import CaseFile
from issuance.cases.forms_as_json import Choices
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.service import Service
from issuance.staff.public import offices
from specs.errors import NotAllowed


def choices_of(service: Service, file: CaseFile, now: datetime) -> Choices:
    """For a file that the caller has read."""
    with service.db.reading() as read:
        items = {item.id: item.file_name for item in evidence_of(read, file.evidence)}
        return Choices(offices(read, civil_day(now)), items)


def openings(service: Service, actor: Actor, now: datetime) -> list[str]:
    """The actions by which the actor may open a file today, in the order of the life cycle."""
    rules, found = CaseRules.of(service.spec), []
    with service.db.reading() as read:
        access = access_of(read, actor, civil_day(now), rules)
    for name, action in rules.lifecycle.actions.items():
        if action.opens and not action.internal:
            try:
                access.require_opening(name)
            except NotAllowed:
                continue
            found.append(name)
    return found
