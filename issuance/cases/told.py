"""What other systems are told of an action: the difference between two states of a file. Pure; no name leaves here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from issuance.cases.file import MOVED, Action, CaseFile, Matter, TravelBan

Told = tuple[str, str, dict[str, Any]]


def told(before: CaseFile | None, after: CaseFile, action: Action) -> Iterator[Told]:
    """(topic, subject, body) of `specs/events.py`, in the order they happened."""
    subject, case = f"case:{after.id}", {"case_number": after.number}
    if before is None:
        opened = {"case_version": after.version, "office": after.holder, "opened_on": after.opened_on}
        yield "case.opened", subject, {**case, **opened}
    else:
        states = {m.code: m.state for m in after.matters.values() if _state(before, m) != m.state}
        acted = {"case_version": after.version, "action": action.name, "office": action.office or after.holder}
        corrects = action.body.get("corrects")
        body = {**case, **acted, "happened_on": action.happened_on, "states": states, "corrects": corrects}
        yield "case.action", subject, body
    if before is not None:
        yield from _withdrawn(before, after)
        yield from _not_final(before, after)
    for matter in after.matters.values():
        if matter.state != MOVED:
            yield from _of_rulings(before, after, matter)
    yield from _of_bans(before, after)
    if after.transfer is not None and (before is None or before.transfer != after.transfer):
        sent = {"from_office": after.transfer.sender, "to_office": after.transfer.receiver}
        matters = [matter.code for matter in after.transfer.before]
        body = {**case, **sent, "case_version": after.version, "matters": matters, "sent_on": action.happened_on}
        yield "transfer.pending", subject, body


def _state(file: CaseFile, matter: Matter) -> str | None:
    held = file.matters.get(matter.code)
    return held.state if held is not None else None


def _withdrawn(before: CaseFile, after: CaseFile) -> Iterator[Told]:
    """The rulings and bans told of a person whom they do not concern: the accused was somebody else.

    What went to another file with its matter stands, and is told of there.
    """
    case = {"case_number": after.number}
    for matter in before.matters.values():
        person = before.accused[matter.accused].person_id
        now = after.matters.get(matter.code)
        if now is not None and now.state == MOVED:
            continue
        if person not in (None, after.accused[matter.accused].person_id if now is not None else None):
            for ruling in matter.rulings:
                body = {**case, "ruling": ruling.id, "matter": matter.code, "person": person}
                yield "ruling.withdrawn", f"ruling:{ruling.id}", body
    for ban in before.travel_bans:
        person = before.accused[ban.accused].person_id
        if ban.accused in after.present and person not in (None, after.accused[ban.accused].person_id):
            yield "travel_ban.withdrawn", f"case:{after.id}", {**case, "ban": ban.id, "person": person}


def _not_final(before: CaseFile, after: CaseFile) -> Iterator[Told]:
    """The rulings told as final that are final no more."""
    for matter in after.matters.values():
        held = before.matters.get(matter.code)
        told_final = {ruling.id: ruling.final_on for ruling in held.rulings} if held is not None else {}
        for ruling in matter.rulings:
            if ruling.final_on is None and (final_on := told_final.get(ruling.id)) is not None:
                which = {"ruling": ruling.id, "person": after.accused[matter.accused].person_id}
                place = {"case_number": after.number, "matter": matter.code}
                yield "ruling.not_final", f"ruling:{ruling.id}", {**which, **place, "final_on": final_on}


def _of_rulings(before: CaseFile | None, after: CaseFile, matter: Matter) -> Iterator[Told]:
    """What is said of the rulings of a matter now and was not before: also when a correction changed it."""
    known = [*_said(before, before.matters[matter.code])] if before and matter.code in before.matters else []
    yield from (said for said in _said(after, matter) if said not in known)


def _said(file: CaseFile, matter: Matter) -> Iterator[Told]:
    person = file.accused[matter.accused].person_id
    for ruling in matter.rulings:
        subject, which = f"ruling:{ruling.id}", {"ruling": ruling.id, "person": person}
        place = {"case_number": file.number, "matter": matter.code}
        given = {"verdict": ruling.verdict, "presence": ruling.presence, "ruled_on": ruling.ruled_on}
        yield "ruling.recorded", subject, {**which, **place, **given, "court": ruling.court}
        if ruling.final_on is not None:
            yield "ruling.final", subject, {**which, **place, "final_on": ruling.final_on}
        for effect in ruling.effects:
            days = {"effective_on": effect.effective_on, "revoked_on": effect.revoked_on}
            yield "effect.recorded", subject, {"effect": effect.id, **which, "kind": effect.kind, **days}


def _of_bans(before: CaseFile | None, after: CaseFile) -> Iterator[Told]:
    known = {ban.id: _of_ban(before, ban) for ban in before.travel_bans} if before is not None else {}
    for ban in after.travel_bans:
        said = _of_ban(after, ban)
        if ban.accused not in after.present or known.get(ban.id) == said:
            continue
        moved = ban.id in known and known[ban.id]["ends_on"] != said["ends_on"]
        change = "lifted" if ban.lifted_on is not None else "extended" if moved else "ordered"
        yield "travel_ban.changed", f"case:{after.id}", {**said, "change": change}


def _of_ban(file: CaseFile, ban: TravelBan) -> dict[str, Any]:
    """ends_on is the last day: a lifted ban ended on the day before."""
    return {
        "ban": ban.id,
        "case_number": file.number,
        "person": file.accused[ban.accused].person_id,
        "starts_on": ban.since,
        "ends_on": ban.until if ban.lifted_on is None else ban.lifted_on - timedelta(days=1),
    }
