"""What an action's values mean at this moment: person, court, receiver, assigned officer, day of finality.

Looked up once, when the action is made, and kept in it: a fold then needs no table.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from issuance.cases.case_rules import CaseRules
from issuance.cases.deadlines import challenge_due
from issuance.cases.file import CaseFile
from issuance.cases.public import record_of
from issuance.db.session import ReadSession
from issuance.people.public import require_person
from issuance.staff.public import OfficeFacts, reach_of, require_account, require_office
from specs.errors import Refused
from specs.schema.lifecycle import CaseAction


def resolved(
    read: ReadSession,
    file: CaseFile | None,
    kind: CaseAction,
    body: Mapping[str, Any],
    matters: tuple[str, ...],
    day: date,
    rules: CaseRules,
    acting: str | None = None,
) -> dict[str, Any]:
    """JSON to keep in the action. acting: the office that acts, which may succeed the one that holds the file.

    Raises `NotFound` (person, office, account), `Refused` (office closed)."""
    found: dict[str, Any] = {}
    if "national_number" in body:
        person = require_person(read, body["national_number"])
        found |= {"person_id": person.id, "name": person.arabic.full}
        born = person.birth_date.latest()
        found["birth_date"] = born.isoformat() if born is not None else None
    if "to_office" in body:
        office = require_office(read, body["to_office"], day)
        found["to_office"] = {"kind": office.kind, "arabic": office.arabic, "english": office.english}
    if "account" in body:
        found["account_office"] = require_account(read, body["account"]).office
    if kind.records == "ruling" and file is not None:
        court = _court(read, file.holder, acting, day)
        found["court"] = {"code": court.code, "arabic": court.arabic, "english": court.english}
    if kind.while_handed_over:
        found["answers_for"] = sorted(reach_of(read, acting, day, territory=False).own)
    if kind.after == "challenge" and file is not None:
        found["final_on"] = final_days(file, matters, rules)
    if kind.after == "waiting" and file is not None:
        found["convicted_again"] = [m for m in matters if _convicted_again(read, file, m, day, rules)]
    return found


def final_days(file: CaseFile, matters: tuple[str, ...], rules: CaseRules) -> dict[str, str]:
    """Matter -> the day after the time to challenge its ruling is over."""
    return {
        code: (over.last_day + timedelta(days=1)).isoformat()
        for code in matters
        if code in file.matters and (over := challenge_due(file.matters[code], rules)) is not None
    }


def _convicted_again(read: ReadSession, file: CaseFile, code: str, day: date, rules: CaseRules) -> bool:
    """Whether a ruling final by that day convicted the person anew after the penalty ended, of what is waited for.

    Not one that was quashed, amnestied or decriminalised: the law holds it for none.
    """
    matter = file.matters.get(code)
    person = file.accused[matter.accused].person_id if matter is not None else None
    ended_on = matter.standing.penalty_ended_on if matter is not None and matter.standing is not None else None
    if person is None or ended_on is None:
        return False
    kinds = {offence for _, offence, _ in rules.clocks.waiting}
    final = record_of(read, person, day).rulings
    later = (one for one in final if one.verdict == "conviction" and one.kind in kinds and one.ruled_on > ended_on)
    return any(not any(effect.kind in rules.lifecycle.undoing for effect in one.effects) for one in later)


def _court(read: ReadSession, holder: str, acting: str | None, day: date) -> OfficeFacts:
    """The court that holds the file; when it was closed meanwhile, the one that answers for it and acts."""
    try:
        return require_office(read, holder, day)
    except Refused:
        if acting is None or acting == holder:
            raise
        return require_office(read, acting, day)
