"""Rulings that nobody challenged in time become final: an entry of the service itself, on the day after, never before.

What the entry says and where the matter goes is the life cycle's (`become_final`); this only sees that the time is
over, and waits where a day off not yet declared may lengthen it.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select

from issuance.cases.act import Move, appended, held
from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import Due
from issuance.cases.deadlines import challenge_due
from issuance.cases.file import CaseFile, Matter
from issuance.cases.legal import legal_moves
from issuance.cases.model import CaseClock, CaseRow
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from specs.errors import Conflict, Invalid, NotFound, Refused

ACTION = "become_final"
log = logging.getLogger("issuance.cases")


def make_final(service: Service, actor: Actor, now: datetime) -> list[str]:
    """Enter the finality of every ruling whose time to be challenged is surely over at `now`; the numbers of the files.

    One transaction a file: a file that another changes meanwhile is judged as it then is. A file that waits for its
    hand-over to be acknowledged waits with its finality. What a file itself refuses is logged and keeps no other file
    waiting. Raises `NotAllowed`, `Unavailable`.
    """
    policy.require(actor, "cases.watch_clocks")
    rules = CaseRules.of(service.spec)
    with service.db.reading() as read:
        numbers = lapsed_files(read, now, rules)
    return [number for number in numbers if _made_final(service, actor, number, now, rules)]


def lapsed_matters(file: CaseFile, now: datetime, rules: CaseRules) -> tuple[str, ...]:
    """The matters whose ruling is to become final at `now`, as the life cycle admits it."""
    over = []
    for code in legal_moves(file, rules).get(ACTION, ()):
        matter = file.matters[code]
        running = challenge_due(matter, rules)
        if running is not None and running.sure <= now and not _taken_back(matter, running):
            over.append(code)
    return tuple(over)


def _taken_back(matter: Matter, running: Due) -> bool:
    """Whether this time was over when two officers took the finality back: it may be final again only by a person."""
    revoked_on = matter.standing.finality_revoked_on if matter.standing is not None else None
    return revoked_on is not None and civil_day(running.sure) <= revoked_on


def _made_final(service: Service, actor: Actor, number: str, now: datetime, rules: CaseRules) -> bool:
    try:
        with unit_of_work(service.db, actor, f"cases.{ACTION}", now) as tx:
            file = held(tx, number, rules, ACTION)
            matters = lapsed_matters(file, now, rules)
            if matters:
                appended(tx, file, Move(ACTION, {}, matters, civil_day(now)), rules)
            return bool(matters)
    except (Conflict, Invalid, NotFound, Refused) as error:
        if error.faults[0].code != "cases.illegal":  # challenged meanwhile, or it waits for its hand-over
            log.warning("%s does not become final: %s", number, error.faults[0].code)
        return False


def lapsed_files(read: ReadSession, now: datetime, rules: CaseRules) -> Sequence[str]:
    """The numbers of files with a clock of a challenge that is over, the oldest first."""
    codes = [code for code, clock in rules.clocks.clocks.items() if clock.at_end == "challenge_ends"]
    query = (
        select(CaseRow.number, CaseClock.due_at)
        .join(CaseClock, col(CaseClock.case_id) == col(CaseRow.id))
        .where(col(CaseClock.code).in_(codes), col(CaseClock.due_at) <= now)
        .order_by(col(CaseClock.due_at), col(CaseRow.number))
    )
    return tuple(dict.fromkeys(number for number, _ in read.exec(query)))
