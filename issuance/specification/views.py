"""Drafts of editions as they are read: their files, history and approvals; what they would change; what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlmodel import col, select

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.policy import Subject
from issuance.db.session import ReadSession
from issuance.specification import rules
from issuance.specification.editions import files_of, root_of
from issuance.specification.manifest import CLAUSE
from issuance.specification.model import (
    SpecificationDraft,
    SpecificationDraftFile,
    SpecificationDraftStep,
    SpecificationEdition,
)
from issuance.specification.rules import State, StepKind
from specs.difference import Difference, difference
from specs.drafted import with_edition
from specs.errors import Fault, NotFound
from specs.schema import Specification
from specs.schema.base import SpecFault
from specs.signed_editions import digest_of, digests

if TYPE_CHECKING:
    from issuance.service import Service


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to a draft, by whom."""

    kind: StepKind
    account: str
    words: str | None
    file: str | None
    digest: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft as it stands. files: name -> text; version: counts changes; digest: what an approval now would bind;
    approvals: the two requests of the present submission; approved_by: accounts that approved it so far."""

    id: str
    edition: str
    based_on: str
    state: State
    version: int
    words: str
    proposed_by: str
    proposed_at: datetime
    files: dict[str, str]
    digest: str
    steps: tuple[Step, ...]
    approvals: tuple[str, ...]
    approved_by: tuple[str, ...]
    expires_at: datetime | None

    @property
    def concerned(self) -> frozenset[str]:
        """Who had a hand in it, and who approved it already: none of them approves it (again)."""
        return frozenset({s.account for s in self.steps if s.kind in rules.EDITORS} | set(self.approved_by))

    def subject(self, account: str) -> Subject:
        """For `policy.require`, as this account stands to it."""
        allowed = rules.permitted(self.state, account, self.concerned)
        return Subject("specification_draft", self.id, permitted=allowed)

    def as_json(self, *, files: bool = True) -> dict[str, Any]:
        """The wire form; lists leave the texts out."""
        told: dict[str, Any] = {
            "id": self.id,
            "edition": self.edition,
            "based_on": self.based_on,
            "state": self.state,
            "version": self.version,
            "words": self.words,
            "proposed_by": self.proposed_by,
            "proposed_at": self.proposed_at.isoformat(),
            "digest": self.digest,
            "approved_by": list(self.approved_by),
            "expires_at": self.expires_at.isoformat() if self.expires_at is not None else None,
        }
        if files:
            told["files"] = self.files
            told["steps"] = [
                {
                    "kind": step.kind,
                    "account": step.account,
                    "words": step.words,
                    "file": step.file,
                    "digest": step.digest,
                    "at": step.at.isoformat(),
                }
                for step in self.steps
            ]
        return told


@dataclass(frozen=True, slots=True)
class Judged:
    """spec: the specification in force with the draft in it, None while a file cannot be read; faults: every one;
    difference: to the edition it is based on, None while it cannot be told."""

    spec: Specification | None
    faults: tuple[SpecFault, ...]
    difference: Difference | None

    def as_json(self) -> dict[str, Any]:
        """The wire form."""
        return {
            "valid": not self.faults,
            "faults": [
                {"file": f.file, "line": f.line, "path": f.path, "wrong": f.wrong, "right": f.right}
                for f in self.faults
            ],
            "difference": self.difference.as_json() if self.difference is not None else None,
        }


def draft(service: Service, actor: Actor, draft_id: str) -> DraftView:
    """One draft. Raises `NotAllowed`, `NotFound`."""
    policy.require(actor, "specification.read_drafts")
    with service.db.reading() as read:
        return view_of(service, read, require_draft(read, draft_id))


def drafts(service: Service, actor: Actor) -> Sequence[DraftView]:
    """Every draft, the newest first. Raises `NotAllowed`."""
    policy.require(actor, "specification.read_drafts")
    with service.db.reading() as read:
        rows = read.exec(select(SpecificationDraft).order_by(col(SpecificationDraft.id).desc()).limit(200))
        return [view_of(service, read, row) for row in list(rows)]


def signed_editions(service: Service) -> dict[str, SpecificationEdition]:
    """What was signed here, by edition."""
    with service.db.reading() as read:
        rows = read.exec(select(SpecificationEdition).order_by(SpecificationEdition.edition))
        return {row.edition: row for row in rows}


def judge(service: Service, view: DraftView) -> Judged:
    """Every fault of the draft, and what it changes; of a draft that was published, as it was then."""
    texts = tuple(sorted(view.files.items()))
    return _judged(service.spec, view.edition, view.based_on, texts, root_of(service.settings))


@lru_cache(maxsize=8)
def _judged(spec: Specification, edition: str, based_on: str, texts: tuple[tuple[str, str], ...], root: Path) -> Judged:
    files = {name: text.encode() for name, text in texts}
    drafted, found = with_edition(spec, edition, files, root)
    if drafted is None:
        return Judged(None, tuple(found), None)
    return Judged(drafted, tuple(found), difference((spec, based_on), (drafted, edition)))


def require_draft(read: ReadSession, draft_id: str) -> SpecificationDraft:
    """The row. Raises `NotFound`."""
    row = read.get(SpecificationDraft, draft_id)
    if row is None:
        words = "لا توجد مسودة بهذا المعرف", "there is no such draft"
        raise NotFound(Fault("specification.draft.unknown", *words, field="draft", clause=CLAUSE))
    return row


def view_of(service: Service, read: ReadSession, row: SpecificationDraft) -> DraftView:
    """The draft of a row, read in that transaction."""
    texts = read.exec(select(SpecificationDraftFile).where(SpecificationDraftFile.draft_id == row.id))
    files = {held.name: held.text for held in sorted(texts, key=lambda held: held.name)}
    query = select(SpecificationDraftStep).where(SpecificationDraftStep.draft_id == row.id)
    steps = [
        Step(s.kind, s.account, s.words, s.file, s.digest, s.at)  # type: ignore[arg-type]
        for s in read.exec(query.order_by(col(SpecificationDraftStep.id)))
    ]
    asked = [approvals.approval(read, held) for held in (row.first_approval, row.second_approval) if held is not None]
    return DraftView(
        id=row.id,
        edition=row.edition,
        based_on=row.based_on,
        state=row.state,  # type: ignore[arg-type]
        version=row.version,
        words=row.words,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        files=files,
        digest=digest_shown(service, row, files),
        steps=tuple(steps),
        approvals=tuple(one.id for one in asked),
        approved_by=tuple(one.decided_by for one in asked if one.decision == "approved" and one.decided_by),
        expires_at=min((one.expires_at for one in asked), default=None),
    )


def digest_shown(service: Service, row: SpecificationDraft, files: dict[str, str]) -> str:
    """What an approval binds: the draft's files, its edition, and the very edition the difference is told against."""
    base = digest_of(digests(files_of(service.settings, row.based_on)))
    own = digest_of(digests({name: text.encode() for name, text in files.items()}))
    named = {"draft": row.id, "edition": row.edition, "based_on": row.based_on, "base": base, "files": own}
    return approvals.digest_of(named)
