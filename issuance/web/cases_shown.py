"""The parts of a case file as its page shows them: head, matters, people, clocks, custody, reports, timeline. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import level
from issuance.cases.deadlines import rehabilitation_due, running_clocks
from issuance.cases.file import Action, CaseFile, Effect, Matter, Ruling
from issuance.cases.fold import CORRECTIONS
from issuance.cases.receipts import wants_receipt
from issuance.core.civil import civil_day
from issuance.web.cases_words import CaseWords, Said, moment


def leading(file: CaseFile, rules: CaseRules) -> Matter | None:
    """The matter whose state stands for the file: the least advanced that has not ended, else the last."""
    ordered = sorted(file.matters.values(), key=lambda matter: rules.lifecycle.order[matter.state])
    live = [matter for matter in ordered if not rules.lifecycle.states[matter.state].ended]
    return next(iter(live or ordered[-1:]), None)


def head(file: CaseFile, words: CaseWords) -> dict[str, Any]:
    """What stands above everything else."""
    first = leading(file, words.rules)
    t = words.t
    facts = [
        Said(t("cases.holder"), words.office(file.holder)),
        Said(t("cases.opened_on"), file.opened_on.isoformat(), ltr=True),
        Said(t("cases.place"), file.place),
        Said(t("cases.more_places"), t("site.comma").join(file.more_places)),
        Said(t("cases.region"), words.choice("regions", file.region) if file.region else ""),
        Said(t("cases.assigned"), words.account(file.assigned) if file.assigned else ""),
        Said(t("cases.old_number"), file.old_number or "", ltr=True),
        Said(t("cases.version"), str(file.version), ltr=True),
        Said(t("cases.summary"), file.summary),
    ]
    return {
        "number": file.number,
        "version": file.version,
        "state": words.state(first.state) if first is not None else "",
        "stage": words.stage(first.state) if first is not None else "",
        "classification": words.choice("classifications", file.classification),
        "closed": file.classification != "public",
        "sealed": file.sealed,
        "facts": [fact for fact in facts if fact.value],
    }


def matters(file: CaseFile, words: CaseWords) -> list[dict[str, Any]]:
    """Accused by charge: where it stands, and every ruling on it with its effects."""
    return [
        {
            "code": matter.code,
            "accused": words.accused(file, matter.accused),
            "charge": words.charge(file, matter.charge),
            "kind": words.choice("kinds", file.charges[matter.charge].kind),
            "committed_on": file.charges[matter.charge].committed_on.isoformat(),
            "state": words.state(matter.state),
            "since": matter.since.isoformat(),
            "rulings": [_ruling(ruling, words) for ruling in reversed(matter.rulings)],
            "rehabilitation": list(_rehabilitation(file, matter, words)),
        }
        for matter in file.matters.values()
    ]


def _rehabilitation(file: CaseFile, matter: Matter, words: CaseWords) -> Iterator[dict[str, str]]:
    """The first day on which each kind of it may come, while that is waited for."""
    for kind in words.rules.vocabularies["rehabilitation_kinds"]:
        if (end := rehabilitation_due(file, matter, kind, words.rules)) is not None:
            clause = words.t.pick(end.legal_reference)
            yield {"title": words.clock(end.code), "not_before": civil_day(end.sure).isoformat(), "clause": clause}


def _ruling(ruling: Ruling, words: CaseWords) -> dict[str, Any]:
    t = words.t
    return {
        "verdict": words.choice("verdicts", ruling.verdict),
        "presence": words.choice("presence", ruling.presence),
        "court": t.pick(ruling, "court_arabic", "court_english"),
        "ruled_on": ruling.ruled_on.isoformat(),
        "penalty": t.pick(ruling, "penalty_arabic", "penalty_english"),
        "notified_on": _iso(ruling.notified_on),
        "final_on": _iso(ruling.final_on),
        "recidivist": ruling.recidivist,
        "penalty_ended_on": _iso(ruling.penalty_ended_on),
        "effects": [_effect(effect, words) for effect in ruling.effects],
    }


def _effect(effect: Effect, words: CaseWords) -> dict[str, str]:
    return {
        "kind": words.choice("effects", effect.kind),
        "effective_on": effect.effective_on.isoformat(),
        "basis": effect.legal_basis,
        "revoked_on": _iso(effect.revoked_on),
    }


def people(file: CaseFile, words: CaseWords) -> list[dict[str, Any]]:
    """The accused, and what is known of each."""
    return [
        {
            "code": held.code,
            "named": held.name is not None,
            "name": held.name or words.t("cases.unknown_person"),
            "birth_date": _iso(held.birth_date),
            "description": held.description or "",
            "identity": words.choice("confirmations", held.confirmation) if held.confirmation else "",
        }
        for held in file.accused.values()
    ]


def clocks(file: CaseFile, words: CaseWords, now: datetime) -> list[dict[str, Any]]:
    """Every period that runs, nearest end first."""
    running = sorted(running_clocks(file, words.rules), key=lambda one: one.due.at)
    return [
        {
            "title": words.clock(one.due.code),
            "target": _target(file, one.target, words),
            "last_day": one.due.last_day.isoformat(),
            "level": level(one.due, now),
            "clause": words.t.pick(one.due.legal_reference),
        }
        for one in running
    ]


def _target(file: CaseFile, target: str, words: CaseWords) -> str:
    if target == "transfer":
        return words.t("cases.transfer")
    return words.matter(file, target) if "/" in target else words.accused(file, target)


def transfer(file: CaseFile, words: CaseWords) -> dict[str, str] | None:
    """The hand-over that nobody received yet."""
    held = file.transfer
    if held is None:
        return None
    return {
        "action": words.action(held.name),
        "sender": words.office(held.sender),
        "receiver": words.office(held.receiver),
        "at": moment(held.at),
    }


def custody(file: CaseFile, words: CaseWords) -> list[dict[str, str]]:
    """Who is held, since when and on what basis."""
    return [
        {
            "accused": words.accused(file, held.accused),
            "kind": words.choice("custody_kinds", held.kind),
            "since": moment(held.since),
            "basis": held.legal_basis,
        }
        for held in file.custody.values()
    ]


def bans(file: CaseFile, words: CaseWords) -> list[dict[str, str]]:
    """Every travel ban, lifted ones too."""
    return [
        {
            "accused": words.accused(file, ban.accused),
            "since": ban.since.isoformat(),
            "until": ban.until.isoformat() if ban.until else "",
            "lifted_on": ban.lifted_on.isoformat() if ban.lifted_on else "",
            "basis": ban.legal_basis,
        }
        for ban in file.travel_bans
    ]


def reports(file: CaseFile, words: CaseWords, *, hidden: bool) -> list[dict[str, Any]]:
    """What was reported; hidden: who reported is withheld from this reader."""
    return [
        {
            "kind": words.choice("report_kinds", report.kind),
            "summary": report.summary,
            "reporter": [part for part in (report.reporter_name, report.reporter_contact) if part],
            "hidden": hidden,
        }
        for report in file.reports
    ]


def timeline(file: CaseFile, entries: Sequence[Action], words: CaseWords) -> list[dict[str, Any]]:
    """The entries, newest first: who, in which office and role, when, on what basis; a correction with old and new."""
    return list(_entries(file, entries, words))[::-1]


def _entries(file: CaseFile, entries: Sequence[Action], words: CaseWords) -> Iterator[dict[str, Any]]:
    bodies: dict[int, dict[str, Any]] = {}
    corrected_by: dict[int, list[int]] = {}
    for entry in entries:
        if entry.name in CORRECTIONS:
            corrected_by.setdefault(int(entry.body["corrects"]), []).append(entry.seq)
    for entry in entries:
        bodies[entry.seq] = {**entry.body, "happened_on": entry.happened_on.isoformat()}
        changes: list[Said] = []
        if entry.name in CORRECTIONS:
            target = bodies[int(entry.body["corrects"])]
            changes = words.changes(file, target, entry.body["corrected"])
            target |= entry.body["corrected"]
        yield {
            "seq": entry.seq,
            "title": words.action(entry.name),
            "happened_on": entry.happened_on.isoformat(),
            "at": moment(entry.at),
            "actor": words.account(entry.actor),
            "asked_by": words.account(entry.asked_by) if entry.asked_by else "",
            "role": words.role(entry.role),
            "office": words.office(entry.office),
            "basis": entry.basis,
            "matters": [words.matter(file, code) for code in entry.matters],
            "said": words.said(file, entry.body),
            "changes": changes,
            "receipt": wants_receipt(entry.name, words.rules.lifecycle.actions[entry.name]),
            "correctable": correctable(entry, words.rules),
            "corrected_by": corrected_by.get(entry.seq, []),
        }


def correctable(entry: Action, rules: CaseRules) -> bool:
    """Not a correction, for the entry is corrected again; not what the service made with another entry."""
    return not (rules.lifecycle.actions[entry.name].internal or entry.name in CORRECTIONS)


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
