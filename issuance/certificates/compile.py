"""What a certificate rests on: the facts of one person at one snapshot, kept as text, decided by the rule.

The text holds every input of the rule and its version, so that any certificate can be computed again to the same
content, by whoever doubts it and long after the register has changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from issuance.cases.facts import RulingFacts
from issuance.cases.public import rehabilitation_by_law, rulings_of, unconfirmed_namesakes
from issuance.certificates.rules import Disclosed, Question, disclose
from issuance.core.canonical import canonical
from issuance.db.session import ReadSession
from issuance.passports.public import contradicts
from issuance.people.birth_date import BirthDate
from issuance.people.public import PersonFacts
from specs.schema import Specification
from specs.schema.disclosure import Disclosure, Level

FORMAT = "certificate-inputs/1"
_RULINGS: TypeAdapter[tuple[RulingFacts, ...]] = TypeAdapter(tuple[RulingFacts, ...])


@dataclass(frozen=True, slots=True)
class Compiled:
    """asked: for whom and what; rulings: all on the person; namesakes: accused of like name, not identified.

    passport_differs: the passport named goes against the register of passports; the paper waits for an officer.
    by_law: id of a ruling -> the day from which the law itself rehabilitates, by the periods as they were configured.
    """

    person_id: str
    born: BirthDate
    asked: Question
    rule_version: str
    rulings: tuple[RulingFacts, ...]
    namesakes: int
    by_law: Mapping[str, date] = field(default_factory=dict)
    passport_differs: bool = False

    def disclosed(self, rules: Disclosure) -> Disclosed:
        """The answer, by the version of the rule that this was compiled for. Raises `LookupError` when it is gone."""
        return disclose(self.rulings, self.born, rules.version(self.rule_version), self.asked)

    def doubts(self, rules: Disclosure) -> tuple[str, ...]:
        """Why an officer looks first: codes of `doubts` in `certificate/disclosure.yaml`; none: nobody needs to."""
        disclosed = self.disclosed(rules)
        found = (
            *(("namesake",) if self.namesakes else ()),
            *(("passport",) if self.passport_differs else ()),
            *(("rehabilitation_due",) if any(self._due(one, rules) for one in disclosed.shown) else ()),
        )
        return (*disclosed.doubts, *found)

    def _due(self, ruling: RulingFacts, rules: Disclosure) -> bool:
        """Whether it is shown only because nobody entered the rehabilitation that the law gives, for a level that heeds
        it."""
        level = rules.version(self.rule_version).levels[self.asked.level]
        day = self.by_law.get(ruling.id)
        return "rehabilitation" in level.removed_by and day is not None and day <= self.asked.on

    def text(self) -> str:
        """Canonical JSON of everything here; `of_text` reads it back."""
        return canonical(self._facts() | {"on": self.asked.on.isoformat()}).decode()

    def digest(self) -> str:
        """Hex SHA-256 of all but the day: the same while nothing changed in the register."""
        return sha256(canonical(self._facts())).hexdigest()

    def _facts(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "person": self.person_id,
            "born": self.born.iso(),
            "level": self.asked.level,
            "purpose": self.asked.purpose,
            "rule_version": self.rule_version,
            "rulings": _RULINGS.dump_python(self.rulings, mode="json"),
            "namesakes": self.namesakes,
            **({"passport_differs": True} if self.passport_differs else {}),
            **({"by_law": {id_: day.isoformat() for id_, day in self.by_law.items()}} if self.by_law else {}),
        }


def compile_facts(
    read: ReadSession,
    spec: Specification,
    person: PersonFacts,
    level: Level,
    purpose: str,
    on: date,
    passport: str | None = None,
) -> Compiled:
    """Read the register as it stands in `read`, one snapshot. passport: the number that the request names, if any."""
    like = spec.certificate_requests.namesakes
    rulings = rulings_of(read, person.id)
    by_law = ((one.id, rehabilitation_by_law(one, spec)) for one in rulings)
    return Compiled(
        person_id=person.id,
        born=person.birth_date,
        asked=Question(level, purpose, on),
        rule_version=spec.certificate_disclosure.on(on).rule_version,
        rulings=rulings,
        namesakes=unconfirmed_namesakes(read, person, like.percent, like.minimum_names),
        by_law={id_: day for id_, day in by_law if day is not None},
        passport_differs=passport is not None and contradicts(read, person.id, passport),
    )


def of_text(text: str) -> Compiled:
    """What `text` wrote. Raises `ValueError` for anything else: these rows are ours."""
    held = json.loads(text)
    if held.get("format") != FORMAT:
        raise ValueError(f"not of the format {FORMAT}")
    return Compiled(
        person_id=held["person"],
        born=BirthDate.parse(held["born"]),
        asked=Question(held["level"], held["purpose"], date.fromisoformat(held["on"])),
        rule_version=held["rule_version"],
        rulings=_RULINGS.validate_python(held["rulings"]),
        namesakes=held["namesakes"],
        by_law={id_: date.fromisoformat(day) for id_, day in held.get("by_law", {}).items()},
        passport_differs=held.get("passport_differs", False),
    )
