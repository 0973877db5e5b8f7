"""Evidence and the case's own actions: take an item into a file, and follow through whose hands it went.

Custody is told by the actions that name the item (`add_evidence`, `hand_evidence`). They are appended, hashed and never
rewritten like every other action, so custody needs no second record that could say something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from issuance.cases.access_rows import access_of
from issuance.cases.act import Move, appended, held, stale
from issuance.cases.case_rules import CaseRules
from issuance.cases.evidence import Capture, Evidence, enter, evidence_of, store
from issuance.cases.fields import read_body
from issuance.cases.file import Action, CaseFile
from issuance.cases.fold import corrected_actions
from issuance.cases.history import actions_of, file_of
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service


@dataclass(frozen=True, slots=True)
class CustodyStep:
    """The item came to `keeper` (words, or the office code that took it in), at `place`, for `reason`.

    before: who had it until then, None at the first step; recorded_by: account id; action: id of the case action.
    """

    action: str
    before: str | None
    keeper: str
    place: str
    reason: str
    happened_on: date
    recorded_at: datetime
    recorded_by: str


def add_evidence(
    service: Service,
    actor: Actor,
    number: str,
    said: Capture,
    content: BinaryIO,
    note: str,
    now: datetime,
    *,
    expected: int | None = None,
) -> tuple[CaseFile, Evidence]:
    """Keep a file, then enter it and name it in the case, both or none.

    Raises `NotFound`, `NotAllowed`, `Refused`, `StaleCase` before anything is kept; `Invalid`, `Unavailable`.
    """
    rules = CaseRules.of(service.spec)
    with service.db.reading() as read:
        file = file_of(read, number, rules)
        reader = access_of(read, actor, civil_day(now), rules)
        reader.require_readable(file)
        if expected is not None and expected != file.version:
            raise stale(read, file, expected, rules)
        reader.require_move("add_evidence", file)
    read_body("add_evidence", {"evidence_list": ["-"], "note": note}, rules)
    stored = store(service, said, content, now)
    with unit_of_work(service.db, actor, "cases.add_evidence", now) as tx:
        before = held(tx, number, rules, "add_evidence", expected)
        item = enter(tx, before.id, said, stored)
        move = Move("add_evidence", {"evidence_list": [item.id], "note": note})
        return appended(tx, before, move, rules), item


def custody_of(read: ReadSession, file: CaseFile, item_id: str) -> tuple[CustodyStep, ...]:
    """Through whose hands the item went, oldest step first, before and after its file was joined to this one or split.

    Raises `NotFound` for an item this file does not have.
    """
    (item,) = evidence_of(read, [item_id] if item_id in file.evidence else ["?"])
    told = {item.case_id, file.id, *(link.case_id for link in file.links)}
    actions = [action for case_id in told for action in corrected_actions(actions_of(read, case_id))]
    return tuple(steps(sorted(actions, key=lambda action: (action.at, action.seq)), item))


def steps(actions: Iterable[Action], item: Evidence) -> Iterator[CustodyStep]:
    """The steps of one item among actions in order. Pure."""
    before: str | None = None
    for action in actions:
        if item.id not in action.evidence or action.name not in ("add_evidence", "hand_evidence"):
            continue
        keeper = action.body.get("evidence_keeper") or action.office or action.actor
        place = action.body.get("evidence_place") or item.place
        reason = action.body.get("note", "")
        yield CustodyStep(action.id, before, keeper, place, reason, action.happened_on, action.at, action.actor)
        before = keeper
