"""An approved draft becomes a signed edition: signed once outside any transaction, written down in one, then in force.

Whoever dies in between leaves an approved draft, which the next turn of upkeep publishes; an edition is never half
there, since its row carries all its files.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlmodel import select

from issuance.core.actor import system
from issuance.core.civil import civil_day
from issuance.core.ids import new_id
from issuance.core.uow import Tx, unit_of_work
from issuance.specification.editions import keep, signed_row, write_missing
from issuance.specification.manifest import Origin
from issuance.specification.model import SpecificationDraft, SpecificationDraftStep, SpecificationEdition
from issuance.specification.views import DraftView, judge, require_draft, view_of
from specs.errors import Conflict, IssuanceError, Unavailable

if TYPE_CHECKING:
    from issuance.service import Service

PUBLISHER: Final = system("publication")


def publish(service: Service, draft_id: str, now: datetime) -> DraftView:
    """Sign and publish an approved draft; one that is published already, or not approved, is answered as it is.

    What can no longer be published (its first day came, another edition was signed meanwhile) goes back to drafting.
    Raises `Unavailable` when there is no key or database; then it stays approved, and `publish_approved` repeats it.
    """
    with service.db.reading() as read:
        row = require_draft(read, draft_id)
        view, digest = view_of(service, read, row), row.digest
    if view.state != "approved":
        return view
    judged = judge(service, view)
    first = judged.spec.passport.editions[view.edition].booklet.in_force.from_date if judged.spec else None
    signed: SpecificationEdition | None = None
    if judged.spec is not None and not judged.faults and digest == view.digest and first and first > civil_day(now):
        files = {name: text.encode() for name, text in view.files.items()}
        origin = Origin(view.based_on, view.id, view.approved_by)
        signed = signed_row(service, judged.spec, view.edition, files, origin, PUBLISHER, now)
    try:
        done = _kept(service, draft_id, signed, now)
    except Conflict:  # signed meanwhile by another way
        done = _kept(service, draft_id, None, now)
    with suppress(Unavailable):  # what the disk does not take now, upkeep writes again
        write_missing(service.db, service.settings.editions)
    service.take_editions()
    return done


def publish_approved(service: Service, now: datetime) -> None:
    """Publish every draft that was approved and not yet published: what a crash or a missing key left."""
    with service.db.reading() as read:
        waiting = list(read.exec(select(SpecificationDraft.id).where(SpecificationDraft.state == "approved")))
    for draft_id in waiting:
        with suppress(IssuanceError):
            publish(service, draft_id, now)


def _kept(service: Service, draft_id: str, signed: SpecificationEdition | None, now: datetime) -> DraftView:
    with unit_of_work(service.db, PUBLISHER, "an approved edition is published", now) as tx:
        row = tx.session.get(SpecificationDraft, draft_id, with_for_update=True, populate_existing=True)
        if row is None or row.state != "approved":
            tx.audit("specification.publish_again", f"specification_draft:{draft_id}")
            return view_of(service, tx.read, require_draft(tx.read, draft_id))
        if signed is not None:
            keep(tx, signed)
            row.state, row.open = "published", None
            _step(tx, row, "published")
        else:
            row.state, row.version = "drafting", row.version + 1
            row.digest = row.first_approval = row.second_approval = None
            _step(tx, row, "lapsed")
        tx.session.add(row)
        tx.session.flush()
        return view_of(service, tx.read, row)


def _step(tx: Tx, row: SpecificationDraft, kind: str) -> None:
    tx.session.add(
        SpecificationDraftStep(
            id=new_id(), draft_id=row.id, kind=kind, account=tx.actor.id, digest=row.digest, at=tx.now
        )
    )
    tx.audit(f"specification.draft_{kind}", f"specification_draft:{row.id}", {"edition": row.edition})
