"""Drafting an edition: propose, edit, submit, approve by two others, send back, withdraw. Publishing is `publication`.

A draft never touches issuance. Whatever an editor types is kept, with every fault it has; what has a fault is not
submitted. An approval is bound to the digest of exactly what was shown, and void when the draft changes.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal

from sqlmodel import select

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import Tx, unit_of_work
from issuance.specification import rules
from issuance.specification.editions import PARTS, files_of, require_unsigned
from issuance.specification.manifest import CLAUSE
from issuance.specification.model import SpecificationDraft, SpecificationDraftFile, SpecificationDraftStep
from issuance.specification.publication import publish
from issuance.specification.rules import State, StepKind
from issuance.specification.views import DraftView, draft, judge, view_of
from specs.errors import Conflict, Fault, Invalid, NotAllowed, NotFound, Refused
from specs.load import SpecInvalid

if TYPE_CHECKING:
    from issuance.service import Service

APPROVE: Final = "specification.approve"


def propose(
    service: Service, actor: Actor, edition: str, based_on: str, from_date: date, words: str, now: datetime
) -> DraftView:
    """Begin a draft from the files of an edition in force. from_date: its first day; words: what it is for.

    Raises `NotAllowed`, `Invalid` with every fault, `Conflict` (it is signed, or another draft of it is open).
    """
    policy.require(actor, "specification.draft")
    known = service.spec.passport.editions
    found = [*_words_faults(words), *_day_faults(from_date, now)]
    if not re.fullmatch(r"[0-9]{4}", edition):
        found.append(_fault("name", "اسم الإصدارة سنة من أربعة أرقام", "an edition is called by a year", "edition"))
    elif edition in known:
        found.append(_fault("exists", "هذه الإصدارة قائمة", "this edition exists already", "edition"))
    if based_on not in known:
        ar, en = f"غير معروفة؛ المتاح: {'، '.join(known)}", f"one of {', '.join(known)}"
        found.append(_fault("base", ar, en, "based_on"))
    if found:
        raise Invalid(*found)
    require_unsigned(service.db, edition)
    held = {name: content.decode() for name, content in files_of(service.settings, based_on).items()}
    texts = rules.begun_from(held, service.spec.passport, based_on, from_date)
    with unit_of_work(service.db, actor, "an edition is drafted", now) as tx:
        if tx.session.exec(select(SpecificationDraft).where(SpecificationDraft.open == edition)).first() is not None:
            words_ = f"للإصدارة {edition} مسودة مفتوحة", f"edition {edition} has an open draft"
            raise Conflict(_fault("open", *words_, "edition"))
        row = SpecificationDraft(
            id=new_id(),
            edition=edition,
            open=edition,
            based_on=based_on,
            state="drafting",
            words=words.strip(),
            proposed_by=actor.id,
            proposed_at=now,
        )
        tx.session.add(row)
        tx.session.flush()
        for name, text in texts.items():
            tx.session.add(
                SpecificationDraftFile(draft_id=row.id, name=name, text=text, changed_by=actor.id, changed_at=now)
            )
        _step(tx, row, "proposed", words)
        tx.session.flush()
        return view_of(service, tx.read, row)


def put(
    service: Service, actor: Actor, draft_id: str, name: str, text: str, version: int | None, now: datetime
) -> DraftView:
    """Keep the text of one file, right or wrong; what was submitted goes back to drafting and its approvals are void.

    version: the one the editor saw, None: whatever stands. Raises `NotAllowed`, `NotFound`, `Invalid` (no such file,
    too long), `Conflict` (somebody changed the draft meanwhile, or it is decided).
    """
    text = text.replace("\r\n", "\n")
    if name not in PARTS:
        words = f"الملفات: {'، '.join(PARTS)}", f"one of {', '.join(PARTS)}"
        raise Invalid(_fault("file", *words, "file"))
    if len(text) > rules.FILE_MAXIMUM:
        words = "النص أطول من المسموح", f"at most {rules.FILE_MAXIMUM} characters"
        raise Invalid(_fault("long", *words, "text"))
    with unit_of_work(service.db, actor, "a drafted edition is edited", now) as tx:
        row, view = _held(service, tx, draft_id)
        policy.require(actor, "specification.draft", _still(view, {"drafting", "review"}).subject(actor.id))
        if version is not None and version != row.version:
            words = "غيّر زميل المسودة بعد أن فتحتها", "a colleague changed the draft since you opened it"
            raise Conflict(_fault("version", *words, "version"))
        if view.files.get(name) == text:
            tx.audit("specification.draft_kept", f"specification_draft:{row.id}", {"file": name})
            return view
        file = tx.session.get(SpecificationDraftFile, (row.id, name)) or SpecificationDraftFile(
            draft_id=row.id, name=name, text="", changed_by=actor.id, changed_at=now
        )
        file.text, file.changed_by, file.changed_at = text, actor.id, now
        tx.session.add(file)
        _step(tx, row, "changed", None, file=name)
        _moved(row, "drafting")
        tx.session.add(row)
        tx.session.flush()
        return view_of(service, tx.read, row)


def submit(service: Service, actor: Actor, draft_id: str, words: str, now: datetime) -> DraftView:
    """Ask two others to approve the draft as it stands; again when the time of an earlier request ran out.

    Raises `NotAllowed` (also: no person signed in), `NotFound`, `Conflict`, and `SpecInvalid` or `Invalid` with every
    fault of the draft.
    """
    view = draft(service, actor, draft_id)
    _require_ready(service, view, now)
    with unit_of_work(service.db, actor, "a drafted edition is submitted", now) as tx:
        row, held = _held(service, tx, draft_id)
        policy.require(actor, "specification.draft", _still(held, {"drafting", "review"}).subject(actor.id))
        if held.digest != view.digest:
            raise Conflict(_changed())
        if held.state == "review" and held.expires_at is not None and now < held.expires_at:
            raise Conflict(_fault("submitted", "المسودة معروضة للاعتماد", "the draft waits for approval", "draft"))
        asked = [
            approvals.ask(tx, APPROVE, _subject(row), held.digest, words, proposal={"edition": row.edition})
            for _ in range(2)
        ]
        _moved(row, "review")
        row.digest, (row.first_approval, row.second_approval) = held.digest, asked
        tx.session.add(row)
        _step(tx, row, "submitted", words, digest=held.digest)
        tx.session.flush()
        return view_of(service, tx.read, row)


def approve(service: Service, actor: Actor, draft_id: str, digest: str, words: str, now: datetime) -> DraftView:
    """Approve what was shown under `digest`; the second approval signs and publishes the edition.

    Raises `NotAllowed` (who drafted it or approved it already), `NotFound`, `Invalid` without words, `Conflict` (it
    changed, it expired), `Unavailable` (no key: then it is published as soon as there is one).
    """
    with unit_of_work(service.db, actor, "a drafted edition is approved", now) as tx:
        row, view = _held(service, tx, draft_id)
        _require_other(actor, _still(view, {"review"}))
        if digest != view.digest:
            raise Conflict(_changed())
        waiting = _waiting(tx, view)
        approvals.approve(tx, waiting[0], view.digest, words)
        _step(tx, row, "approved", words, digest=view.digest)
        if len(waiting) == 1:
            row.state = "approved"
            tx.session.add(row)
        tx.session.flush()
        done = view_of(service, tx.read, row)
    return publish(service, draft_id, now) if done.state == "approved" else done


def decline(
    service: Service,
    actor: Actor,
    draft_id: str,
    decision: Literal["returned", "rejected"],
    words: str,
    now: datetime,
) -> DraftView:
    """Send a draft back to its authors, or reject it for good, with the reason. Raises as `approve`."""
    with unit_of_work(service.db, actor, "a drafted edition is declined", now) as tx:
        row, view = _held(service, tx, draft_id)
        _require_other(actor, _still(view, {"review"}))
        for waiting in _waiting(tx, view):
            approvals.refuse(tx, waiting, words)
        _moved(row, "drafting" if decision == "returned" else "rejected")
        tx.session.add(row)
        _step(tx, row, decision, words)
        tx.session.flush()
        return view_of(service, tx.read, row)


def withdraw(service: Service, actor: Actor, draft_id: str, words: str, now: datetime) -> DraftView:
    """Give a draft up. Raises `NotAllowed`, `NotFound`, `Invalid` without words, `Conflict` (it is decided)."""
    if found := _words_faults(words):
        raise Invalid(*found)
    with unit_of_work(service.db, actor, "a drafted edition is withdrawn", now) as tx:
        row, view = _held(service, tx, draft_id)
        policy.require(actor, "specification.draft", _still(view, {"drafting", "review"}).subject(actor.id))
        _moved(row, "withdrawn")
        tx.session.add(row)
        _step(tx, row, "withdrawn", words)
        tx.session.flush()
        return view_of(service, tx.read, row)


def _require_ready(service: Service, view: DraftView, now: datetime) -> None:
    """Nothing is submitted that has a fault, begins too early or changes nothing."""
    judged = judge(service, view)
    if judged.faults or judged.spec is None or judged.difference is None:
        raise SpecInvalid(list(judged.faults))
    first = judged.spec.passport.editions[view.edition].booklet.in_force.from_date
    if found := _day_faults(first, now):
        raise Invalid(*found)
    latest = max(e.booklet.in_force.from_date for e in service.spec.passport.editions.values())
    if first <= latest:
        ar, en = f"تبدأ الإصدارة بعد {latest}", f"an edition begins after the ones before it, later than {latest}"
        raise Invalid(_fault("order", ar, en, "from_date"))
    if all(change.id in ("booklet.in_force", "series.number") for change in judged.difference.changes):
        words = "لا تغير المسودة شيئاً", "the draft changes nothing but its dates and numbers"
        raise Refused(_fault("empty", *words, "draft"))


def _held(service: Service, tx: Tx, draft_id: str) -> tuple[SpecificationDraft, DraftView]:
    """The row, held until the transaction ends, and how it stands."""
    row = tx.session.get(SpecificationDraft, draft_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound(_fault("unknown", "لا توجد مسودة بهذا المعرف", "there is no such draft", "draft"))
    return row, view_of(service, tx.read, row)


def _still(view: DraftView, states: set[State]) -> DraftView:
    if view.state not in states:
        words = "لم تعد المسودة في هذه المرحلة", f"the draft is {view.state}: this can no longer be done"
        raise Conflict(_fault("state", *words, "draft"))
    return view


def _require_other(actor: Actor, view: DraftView) -> None:
    policy.require(actor, APPROVE)
    if actor.id in view.concerned:
        words = "لا يعتمد المسودة من أعدها أو اعتمدها من قبل", "who drafted it or approved it already does not approve"
        raise NotAllowed(_fault("concerned", *words, "draft"))
    policy.require(actor, APPROVE, view.subject(actor.id))


def _waiting(tx: Tx, view: DraftView) -> list[str]:
    """Approvals of this submission that are not given yet."""
    return [held for held in view.approvals if approvals.approval(tx.read, held).decision is None]


def _moved(row: SpecificationDraft, state: State) -> None:
    """To another state, with no approvals asked for; a new version, so that no editor overwrites another."""
    row.state, row.version = state, row.version + 1
    row.digest = row.first_approval = row.second_approval = None
    if state not in rules.OPEN:
        row.open = None


def _step(
    tx: Tx,
    row: SpecificationDraft,
    kind: StepKind,
    words: str | None,
    *,
    file: str | None = None,
    digest: str | None = None,
) -> None:
    said = words.strip() if words else None
    tx.session.add(
        SpecificationDraftStep(
            id=new_id(),
            draft_id=row.id,
            kind=kind,
            account=tx.actor.id,
            words=said,
            file=file,
            digest=digest,
            at=tx.now,
        )
    )
    detail = {"edition": row.edition, "file": file, "digest": digest}
    tx.audit(f"specification.draft_{kind}", _subject(row), {k: v for k, v in detail.items() if v is not None})


def _subject(row: SpecificationDraft) -> str:
    return f"specification_draft:{row.id}"


def _words_faults(words: str) -> list[Fault]:
    if not words.strip():
        return [_fault("words", "اذكر السبب", "say what it is for", "words")]
    if len(words) > rules.WORDS_MAXIMUM:
        return [_fault("words", "ألف حرف على الأكثر", f"{rules.WORDS_MAXIMUM} characters at most", "words")]
    return []


def _day_faults(first: date, now: datetime) -> list[Fault]:
    """An edition begins on a later day than that of its publication: every office has it before it is used."""
    if first > (today := civil_day(now)):
        return []
    ar, en = f"تبدأ الإصدارة بعد اليوم ({today})", f"an edition begins after today ({today})"
    return [_fault("from_date", ar, en, "from_date")]


def _changed() -> Fault:
    return _fault("changed", "تغيرت المسودة بعد عرضها عليك", "the draft changed since you saw it", "digest")


def _fault(code: str, ar: str, en: str, field: str) -> Fault:
    return Fault(f"specification.draft.{code}", ar, en, field=field, clause=CLAUSE)
