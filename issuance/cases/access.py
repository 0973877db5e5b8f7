"""Who may see a case file and do what in it. Pure: it reads no rows and asks no clock.

A file is closed by layers: a reader needs `cases.read`, and for a restricted, secret or sealed file the actions that
`cases/reading.yaml` names, each in a scope in which the reader stands to the file. Nobody acts on what they may not
read, and who may not read a file gets the answer of a number that nobody holds. `access_rows` says the same in SQL.
"""

from __future__ import annotations

from dataclasses import dataclass

from issuance.cases.case_rules import CaseRules
from issuance.cases.file import CaseFile
from issuance.cases.legal import illegal, legal_moves
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.policy import Subject
from issuance.staff.public import Reach
from specs.errors import Fault, NotFound, Refused
from specs.schema.roles import ActionName, Scope

READ: ActionName = "cases.read"
READ_REPORTER: ActionName = "cases.read_reporter"
NOT_FOUND = Fault(
    "cases.not_found", "لا توجد قضية بهذا الرقم", "there is no case of this number", "number", "specs/roles.yaml"
)


@dataclass(frozen=True, slots=True)
class Access:
    """A person, the offices that person answers for today, and the rules. Made by `access_rows.access_of`."""

    actor: Actor
    reach: Reach
    rules: CaseRules

    def within(self, file: CaseFile) -> frozenset[Scope]:
        """Every scope in which the person stands to the file; `everywhere` goes without saying."""
        found: set[Scope] = set()
        if file.holder in self.reach.own:
            found.add("own_office")
        if file.holder in self.reach.territory:
            found.add("territory")
        if file.transfer is not None and file.transfer.receiver in self.reach.own:
            found |= {"receiving_office", "involved"}
        if not self.reach.own.isdisjoint(file.offices):
            found.add("involved")
        if file.assigned == self.actor.id:
            found.add("assigned")
        return frozenset(found)

    def allowed(self, action: ActionName, file: CaseFile) -> bool:
        """Whether a role grants the action in one of those scopes; whatever state the file is in."""
        return policy.allowed(self.actor, action, self._subject(file), self.rules.roles)

    def readable(self, file: CaseFile) -> bool:
        """Whether this person may know that the file exists."""
        return all(self.allowed(action, file) for action in needs(file, self.rules))

    def shows_reporter(self, file: CaseFile) -> bool:
        """Whether the identity of those who reported is shown (Decree 273: it is confidential)."""
        return self.readable(file) and self.allowed(READ_REPORTER, file)

    def moves(self, file: CaseFile) -> dict[str, tuple[str, ...]]:
        """Action -> matters: what the life cycle admits now and this person may do."""
        if not self.readable(file):
            return {}
        legal = legal_moves(file, self.rules)
        return {name: matters for name, matters in legal.items() if self.allowed(f"cases.{name}", file)}

    def require_readable(self, file: CaseFile) -> None:
        """Raises `NotFound`, in the words for a number that nobody holds."""
        if not self.readable(file):
            raise NotFound(NOT_FOUND)

    def require(self, action: ActionName, file: CaseFile) -> None:
        """Raises `NotFound` for who may not know of the file, `NotAllowed`."""
        self.require_readable(file)
        policy.require(self.actor, action, self._subject(file), self.rules.roles)

    def require_move(self, name: str, file: CaseFile) -> None:
        """Raises as `require`, and `Refused` with the legal moves for what is not legal now."""
        self.require(f"cases.{name}", file)
        if name not in legal_moves(file, self.rules):
            raise Refused(illegal(file, name, self.rules))

    def require_opening(self, name: str) -> None:
        """Raises `NotAllowed` for who may not open a file, also when their office is closed or they have none."""
        here: frozenset[Scope] = frozenset({"own_office"} if self.actor.office in self.reach.own else ())
        policy.require(self.actor, f"cases.{name}", Subject("case", "new", within=here), self.rules.roles)

    def _subject(self, file: CaseFile) -> Subject:
        return Subject("case", file.id, within=self.within(file))


def needs(file: CaseFile, rules: CaseRules) -> tuple[ActionName, ...]:
    """The actions a reader of this file must all be allowed."""
    closed = rules.reading.classifications.needs[file.classification]
    return (READ, *closed, *(rules.reading.sealed.needs if file.sealed else ()))
