"""A case file in the words of one language: states, people, offices, what each entry says. Pure, over values read.

What a reader may not see was taken out before it came here (`cases.reading`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from issuance.cases.case_rules import CaseRules
from issuance.cases.file import REGISTER_OFFICE, REGISTER_TITLE, CaseFile, Penalty
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
        if code == REGISTER_OFFICE:
            return self.t.pick(REGISTER_TITLE)
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
