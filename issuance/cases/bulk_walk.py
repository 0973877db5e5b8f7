"""Invented case histories: random legal moves by the very rules the service lives by. Pure but for what is looked up.

Every entry passes `legal.faults` and `fold.apply`, so that an invented file is one that could have come about. How
often what happens is ours and says nothing of Libya.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from issuance.cases.case_rules import CaseRules
from issuance.cases.file import Action, CaseFile
from issuance.cases.fold import apply, begin
from issuance.cases.legal import faults, on_matters, targets
from issuance.core.civil import civil_day
from specs.schema.lifecycle import CaseAction

ACTOR: Final = "system:cases.generate"
FIRST_OFFICER: Final = "system:cases.generate.first"
_MOST_STEPS: Final = 24
_TRIES: Final = 4
_SUMMARIES = ("واقعة مخترعة للتجربة: بلاغ في المركز", "واقعة مخترعة للتجربة: محضر ضبط", "واقعة مخترعة للتجربة: شكوى")
_PLACES = ("شارع الجمهورية", "سوق الجمعة", "طريق المطار", "حي الأندلس", "الميناء", "المنطقة الصناعية")
_NOTE = "قيد مخترع"
_FREQUENT: Final[Mapping[str, tuple[Sequence[str], Sequence[int]]]] = {
    "verdict": (("conviction", "acquittal"), (7, 3)),
    "presence": (("in_presence", "in_absentia", "deemed_in_presence"), (7, 2, 1)),
}

# state -> (action, weight, days it takes on the average); None: the file rests for good.
Tendency = tuple[str | None, int, int]
_STATION: tuple[Tendency, ...] = (
    ("identify_accused", 5, 3), ("add_accused", 1, 3), ("add_charge", 1, 3), ("detain", 1, 1),
)  # fmt: skip
TENDENCIES: Final[Mapping[str, tuple[Tendency, ...]]] = {
    "reported": (("begin_evidence", 6, 2), ("send_to_prosecution", 14, 5), *_STATION),
    "evidence": (("send_to_prosecution", 14, 10), *_STATION),
    "at_prosecution": (
        ("investigate", 6, 5), ("refer_summary", 10, 12), ("penal_order", 6, 9), ("shelve", 12, 20),
        ("return_to_station", 1, 6), ("identify_accused", 5, 3), ("describe_accused", 2, 3),
    ),
    "investigation": (
        ("refer_summary", 9, 30), ("refer_indictment", 9, 45), ("no_ground", 4, 40), ("identify_accused", 3, 4),
        ("judge_no_ground", 2, 40),
        ("describe_accused", 2, 4), ("release", 1, 6), ("ban_travel", 1, 8),
    ),
    "shelved": ((None, 29, 0), ("reopen", 1, 200)),
    "no_ground": ((None, 27, 0), ("appeal_no_ground", 2, 1), ("reopen", 1, 200)),
    "order_appeal": (("uphold_no_ground", 3, 40), ("annul_no_ground", 1, 40)),
    "penal_order": (("become_final", 9, 12), ("cancel_penal_order", 1, 5)),
    "indictment": (
        ("chamber_to_felony_court", 9, 30), ("chamber_to_summary_court", 2, 30), ("chamber_no_ground", 2, 30),
    ),
    "trial_summary": (("rule", 12, 60), ("identify_accused", 1, 5), ("release", 1, 9)),
    "trial_felony": (("rule", 12, 120), ("identify_accused", 1, 5), ("release", 1, 9)),
    "ruled": (
        ("become_final", 12, 40), ("notify", 3, 9), ("appeal", 3, 6), ("appeal_cassation", 2, 30), ("object", 2, 6),
        ("retry", 1, 90),
    ),
    "objection": (("rule", 1, 50),),
    "appeal": (("rule", 1, 80),),
    "cassation": (("reject_cassation", 5, 200), ("quash_and_remand", 1, 200), ("quash_and_rule", 1, 200)),
    "remanded": (("rule", 1, 90),),
    "final_convicted": ((None, 5, 0), ("execute", 5, 15), ("suspend", 2, 10), ("pardon", 1, 300)),
    "final_acquitted": ((None, 1, 0),),
    "execution": (("complete", 8, 250), ("pardon", 1, 200), ("lift_travel_ban", 1, 100)),
    "suspended": (("suspension_kept", 3, 400),),
    "completed": ((None, 9, 0), ("rehabilitate", 1, 700)),
    "pardoned": ((None, 1, 0),),
    "rehabilitated": ((None, 1, 0),),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cast:
    """Who and what invented cases are about. people: national numbers; names: for accused nobody identified yet;
    offices: codes by kind; look_up: what an entry keeps of persons and offices (`resolve.resolved`)."""

    people: Sequence[str]
    names: Sequence[str]
    offices: Mapping[str, Sequence[str]]
    look_up: Callable[[CaseFile | None, CaseAction, Mapping[str, Any], tuple[str, ...], date, str], dict[str, Any]]


@dataclass(slots=True)
class Walk:
    """One history as it grows. identify: the id of entry `seq` of this file."""

    dice: random.Random
    cast: Cast
    rules: CaseRules
    identify: Callable[[int], str]
    until: datetime
    offence: tuple[str, ...]

    def history(self, case_id: str, number: str, office: str, at: datetime) -> tuple[CaseFile, list[Action]]:
        """The file opened by `office` at this moment and what became of it until now, with all its entries."""
        day = civil_day(at)
        kind = self.rules.lifecycle.actions["open"]
        body = self._opening(day)
        looked_up = self.cast.look_up(None, kind, body, (), day, office) | {"number": number}
        actions = [self._entry("open", 1, at, day, office, body, looked_up, ())]
        file = begin(case_id, number, actions[0], self.rules)
        while len(actions) < _MOST_STEPS and (taken := self._step(file)) is not None:
            file, action = taken
            actions.append(action)
        return file, actions

    def _step(self, file: CaseFile) -> tuple[CaseFile, Action] | None:
        """The next entry and the file after it; None: nothing more has happened until now."""
        if file.transfer is not None:
            name = "acknowledge" if self.dice.random() < 0.97 else "recall"
            return self._try(file, name, 1, file.transfer.receiver if name == "acknowledge" else file.holder)
        states = self.rules.lifecycle.states
        live = [m.state for m in file.matters.values() if not states[m.state].ended]
        state = self.dice.choice(live or [m.state for m in file.matters.values()])
        known = TENDENCIES.get(state)
        if known is None:
            return None
        for _ in range(_TRIES):
            ((move, _, days),) = self.dice.choices(known, [weight for _, weight, _ in known])
            if move is None:
                return None
            if (taken := self._try(file, move, days, file.holder)) is not None:
                return taken
        return None

    def _try(self, file: CaseFile, name: str, days: int, office: str) -> tuple[CaseFile, Action] | None:
        kind = self.rules.lifecycle.actions.get(name)
        if kind is None or (kind.four_eyes and not kind.as_history):
            return None
        at = file.updated_at + timedelta(minutes=5 + self.dice.expovariate(1) * days * 1440)
        matters = targets(file, name, (), self.rules)
        if not matters and on_matters(name, kind):
            fitting = [m.code for m in file.matters.values() if m.state in kind.from_states]
            if kind.whole_file or len(fitting) < 2:
                return None
            matters = (self.dice.choice(fitting),)
        for _ in range(_TRIES):
            if at > self.until:
                return None
            day = civil_day(at)
            body = self._body(file, kind, day)
            if body is None:
                return None
            looked_up = self.cast.look_up(file, kind, body, matters, day, office)
            action = self._entry(name, file.version + 1, at, day, office, body, looked_up, matters)
            if next(iter(faults(file, action, self.rules)), None) is None:
                return apply(file, action, self.rules), action
            if not kind.after:
                return None
            wait = self.dice.randint(5, 60) * (30 if kind.after == "waiting" else 1)
            at += timedelta(days=wait)  # its time has not come
        return None

    def _entry(
        self,
        name: str,
        seq: int,
        at: datetime,
        day: date,
        office: str,
        body: Mapping[str, Any],
        looked_up: Mapping[str, Any],
        matters: tuple[str, ...],
    ) -> Action:
        first = FIRST_OFFICER if self.rules.lifecycle.actions[name].four_eyes else None
        id_, role = self.identify(seq), None
        return Action(id_, seq, name, at, day, ACTOR, role, office, body, looked_up, matters, asked_by=first)

    def _opening(self, day: date) -> dict[str, Any]:
        dice = self.dice
        body = {
            "summary": dice.choice(_SUMMARIES),
            "place": dice.choice(_PLACES),
            "report_kind": dice.choice(tuple(self.rules.vocabularies["report_kinds"])),
            "offence": dice.choice(self.offence),
            "committed_on": _some_day_before(day, dice),
        }
        if dice.random() < 0.85:
            body["accused_name"] = dice.choice(self.cast.names)
        return body

    def _body(self, file: CaseFile, kind: CaseAction, day: date) -> dict[str, Any] | None:
        """Values for all the action asks for; None where the file has nothing to name."""
        body: dict[str, Any] = {}
        for field in kind.asks:
            value = self._value(field, file, kind, day)
            if value is None:
                return None
            body[field] = value
        if body.get("verdict") == "conviction" and "penalties" in kind.may:
            body["penalties"] = self._penalties()
        return body

    def _value(self, name: str, file: CaseFile, kind: CaseAction, day: date) -> Any:
        """A value for one field; None where there is none to give."""
        dice, field = self.dice, self.rules.lifecycle.fields[name]
        if name in _FREQUENT:
            return dice.choices(*_FREQUENT[name])[0]
        if name == "accused_name":
            return dice.choice(self.cast.names)
        if field.kind == "choice":
            return dice.choice(
                self.offence if name == "offence" else tuple(self.rules.vocabularies[field.vocabulary or ""])
            )
        if field.kind == "office":
            offices = [o for of in kind.hands_over for o in self.cast.offices.get(of, ()) if o != file.holder]
            return dice.choice(offices) if offices else None
        if field.kind == "accused":
            return self._accused(file, kind)
        plain: dict[str, Callable[[], Any]] = {
            "accused_list": lambda: [dice.choice(tuple(file.accused))],
            "charges": lambda: [dice.choice(tuple(file.charges))],
            "person": lambda: dice.choice(self.cast.people),
            "date": lambda: _some_day_before(day, dice),
            "moment": lambda: datetime.combine(day, time(), UTC).isoformat(),
            "dinars": lambda: dice.randint(1, 40) * 50,
            "text": lambda: _NOTE,
        }
        return plain[field.kind]() if field.kind in plain else None

    def _accused(self, file: CaseFile, kind: CaseAction) -> str | None:
        """Who is named: the identified stay who they are, the released were held."""
        held: Sequence[str] = tuple(file.accused)
        if "confirmation" in kind.asks or "accused_name" in kind.asks:
            held = [a.code for a in file.accused.values() if a.person_id is None]
        elif "custody_kind" in kind.asks:
            held = [code for code in file.accused if code not in file.custody]
        elif file.custody and "moment" in kind.asks:
            held = tuple(file.custody)
        return self.dice.choice(held) if held else None

    def _penalties(self) -> list[dict[str, Any]]:
        dice = self.dice
        if dice.random() < 0.2:
            return [{"kind": "imprisonment", "amount": dice.randint(3, 15), "unit": "years"}]
        detention = {"kind": "detention", "amount": dice.randint(1, 24), "unit": "months"}
        if dice.random() < 0.2:
            detention["suspended"] = True
        return [detention, {"kind": "fine", "amount": dice.randint(1, 40) * 50, "unit": "dinars"}]


def _some_day_before(day: date, dice: random.Random) -> str:
    return (day - timedelta(days=dice.randint(0, 9))).isoformat()
