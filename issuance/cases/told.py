"""What other systems are told of an action: the difference between two states of a file. Pure; no name leaves here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from issuance.cases.file import Action, CaseFile, Matter, Ruling

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
    for matter in after.matters.values():
        if matter.state != "moved":
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


def _of_rulings(before: CaseFile | None, after: CaseFile, matter: Matter) -> Iterator[Told]:
    person = after.accused[matter.accused].person_id
    known = _rulings(before, matter)
    for ruling in matter.rulings:
        subject, which = f"ruling:{ruling.id}", {"ruling": ruling.id, "person": person}
        place = {"case_number": after.number, "matter": matter.code}
        old = known.get(ruling.id)
        if old is None:
            said = {"verdict": ruling.verdict, "presence": ruling.presence, "ruled_on": ruling.ruled_on}
            yield "ruling.recorded", subject, {**which, **place, **said, "court": ruling.court}
        if ruling.final_on is not None and (old is None or old.final_on != ruling.final_on):
            yield "ruling.final", subject, {**which, **place, "final_on": ruling.final_on}
        for effect in ruling.effects:
            if old is None or effect not in old.effects:
                said = {"kind": effect.kind, "effective_on": effect.effective_on, "revoked_on": effect.revoked_on}
                yield "effect.recorded", subject, {"effect": effect.id, **which, **said}


def _rulings(file: CaseFile | None, matter: Matter) -> dict[str, Ruling]:
    held = file.matters.get(matter.code) if file is not None else None
    return {ruling.id: ruling for ruling in held.rulings} if held is not None else {}


def _of_bans(before: CaseFile | None, after: CaseFile) -> Iterator[Told]:
    known = {ban.id: ban for ban in before.travel_bans} if before is not None else {}
    for ban in after.travel_bans:
        if known.get(ban.id) == ban:
            continue
        change = "lifted" if ban.lifted_on is not None else "extended" if ban.id in known else "ordered"
        yield (
            "travel_ban.changed",
            f"case:{after.id}",
            {
                "ban": ban.id,
                "case_number": after.number,
                "person": after.accused[ban.accused].person_id,
                "change": change,
                "starts_on": ban.since,
                "ends_on": ban.lifted_on or ban.until,
            },
        )
