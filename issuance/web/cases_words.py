"""A case file in the words of one language: states, people, offices, what each entry says. Pure, over values read.

What a reader may not see was taken out before it came here (`cases.reading`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from issuance.cases.case_rules import CaseRules
from issuance.cases.clocks import level
from issuance.cases.deadlines import running_clocks
from issuance.cases.file import Action, CaseFile, Effect, Matter, Penalty, Ruling
from issuance.cases.fold import CORRECTIONS
from issuance.cases.penalties import penalty_words
from issuance.core.civil import TRIPOLI
from issuance.staff.public import AccountName, OfficeFacts
from issuance.web.language import Language
from specs.schema.roles import Roles


@dataclass(frozen=True, slots=True)
class Said:
    """One thing an entry says. old: what stood there before, of a correction; ltr: a number, code or date."""

    label: str
    value: str
    old: str | None = None
    ltr: bool = False


@dataclass(frozen=True, slots=True)
class CaseWords:
    """t: the language; offices, accounts: those that the file names, by code and id."""

    t: Language
    rules: CaseRules
    roles: Roles
    offices: Mapping[str, OfficeFacts]
    accounts: Mapping[str, AccountName]

    def office(self, code: str | None) -> str:
        """The name of an office; the code where the register has none."""
        if code is None:
            return ""
        held = self.offices.get(code)
        return code if held is None else self.t.pick(held, "arabic", "english")

    def account(self, id_: str) -> str:
        """The name of a person; the id of a program."""
        held = self.accounts.get(id_)
        return (held.name if held is not None else None) or id_

    def role(self, code: str | None) -> str:
        """The title of a role."""
        return self.t.pick(self.roles.roles[code].title) if code in self.roles.roles else ""

    def state(self, code: str) -> str:
        """The title of a state."""
        return self.t.pick(self.rules.lifecycle.states[code].title)

    def stage(self, state: str) -> str:
        """The title of the stage a state belongs to."""
        return self.t.pick(self.rules.lifecycle.stages.entries[self.rules.lifecycle.states[state].stage])

    def action(self, name: str) -> str:
        """The title of an action."""
        return self.t.pick(self.rules.lifecycle.actions[name].title)

    def field(self, name: str) -> str:
        """The title of a field; of `happened_on`, which every entry has, ours."""
        held = self.rules.lifecycle.fields.get(name)
        return self.t(f"cases.{name}") if held is None else self.t.pick(held.title)

    def choice(self, vocabulary: str, code: str) -> str:
        """The wording of a code; the code itself where it is known no more."""
        held = self.rules.vocabularies[vocabulary].get(code)
        return code if held is None else self.t.pick(held)

    def clock(self, code: str) -> str:
        """The title of a period."""
        return self.t.pick(self.rules.clocks.clocks[code].title)

    def accused(self, file: CaseFile, code: str) -> str:
        """Whom a code means."""
        held = file.accused.get(code)
        name = held.name if held is not None else None
        return f"{apart(code)} – {apart(name or self.t('cases.unknown_person'))}"

    def charge(self, file: CaseFile, code: str) -> str:
        """What a code charges with."""
        held = file.charges.get(code)
        return code if held is None else f"{apart(code)} – {apart(self.t.pick(held, 'arabic', 'english'))}"

    def matter(self, file: CaseFile, code: str) -> str:
        """Accused and charge of a matter, in words."""
        accused, _, charge = code.partition("/")
        return f"{self.accused(file, accused)} · {self.charge(file, charge)}"

    def value(self, file: CaseFile, name: str, value: Any) -> str:
        """One value of an entry, in words."""
        field = self.rules.lifecycle.fields.get(name)
        if value is None:
            return self.t("cases.withheld" if field is not None and field.confidential else "cases.nothing")
        kind = "date" if field is None else field.kind
        if kind == "choice" and field is not None:
            return self.choice(field.vocabulary or "", value)
        if kind == "moment":
            return moment(datetime.fromisoformat(value))
        if kind == "flag":
            return self.t("cases.yes" if value else "cases.no")
        if kind == "penalties":
            words = penalty_words([Penalty(**part) for part in value], self.rules.register)
            return words[0 if self.t.code == "ar" else 1]
        if kind == "office":
            return self.office(value)
        if kind == "account":
            return self.account(value)
        if kind == "accused":
            return self.accused(file, value)
        if kind in ("accused_list", "charges"):
            shown = self.accused if kind == "accused_list" else self.charge
            return self.t("site.comma").join(shown(file, code) for code in value)
        if kind == "evidence_list":
            return str(len(value))
        if kind == "object":
            return str(value.get("number", ""))
        return apart(str(value))

    def said(self, file: CaseFile, body: Mapping[str, Any]) -> list[Said]:
        """What an entry says, field by field, without what a correction says (`changes`)."""
        plain = {name: value for name, value in body.items() if name != "corrected"}
        return [Said(self.field(n), self.value(file, n, v), ltr=self._ltr(n)) for n, v in plain.items()]

    def changes(self, file: CaseFile, before: Mapping[str, Any], corrected: Mapping[str, Any]) -> list[Said]:
        """What a correction puts in the place of what."""
        return [
            Said(
                self.field(name),
                self.value(file, name, value),
                self.value(file, name, before[name]) if name in before else self.t("cases.nothing"),
                self._ltr(name),
            )
            for name, value in corrected.items()
        ]

    def _ltr(self, name: str) -> bool:
        field = self.rules.lifecycle.fields.get(name)
        return field is None or field.kind in ("date", "moment", "dinars", "sequence", "case", "person")


def apart(text: str) -> str:
    """Isolated, so that a name or code of either script keeps the order of the sentence around it (UAX #9, FSI)."""
    return f"\u2068{text}\u2069"


def moment(at: datetime) -> str:
    """A moment as Libya's clocks show it."""
    return at.astimezone(TRIPOLI).strftime("%Y-%m-%d %H:%M")


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
        }
        for matter in file.matters.values()
    ]


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
        "effects": [_effect(effect, words) for effect in ruling.effects],
    }


def _effect(effect: Effect, words: CaseWords) -> dict[str, str]:
    return {
        "kind": words.choice("effects", effect.kind),
        "effective_on": effect.effective_on.isoformat(),
        "basis": effect.legal_basis,
        "revoked_on": _iso(effect.revoked_on),
    }


def people(file: CaseFile, words: CaseWords) -> list[dict[str, str]]:
    """The accused, and what is known of each."""
    return [
        {
            "code": held.code,
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
            "clause": one.due.legal_reference,
        }
        for one in running
    ]


def _target(file: CaseFile, target: str, words: CaseWords) -> str:
    if target == "transfer":
        return words.t("cases.transfer")
    return words.matter(file, target) if "/" in target else words.accused(file, target)


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
            "correctable": correctable(entry, words.rules),
            "corrected_by": corrected_by.get(entry.seq, []),
        }


def correctable(entry: Action, rules: CaseRules) -> bool:
    """Not a correction, for the entry is corrected again; not what the service made with another entry."""
    return not (rules.lifecycle.actions[entry.name].internal or entry.name in CORRECTIONS)


def _iso(day: date | None) -> str:
    return "" if day is None else day.isoformat()
