"""What applicants see of their own application by its private code: where it stands, until when, what to bring.

No name, no number of a person or a book, no officer and nothing that officers wrote to each other goes through here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import select

from issuance.fees.public import PaymentView, payment_for, text
from issuance.passports.holds import open_holds
from issuance.passports.measures import measures_of, told_to_applicant
from issuance.passports.model import PassportApplication
from issuance.passports.way import ApplicationView, digest_of_code, subject_of, unknown, view_of, worded
from issuance.service import Service
from issuance.staff.public import OfficeFacts, offices_named
from specs.errors import NotFound
from specs.schema import Specification
from specs.schema.base import Bilingual


@dataclass(frozen=True, slots=True)
class Tracked:
    """waits: what is told of the holds that stand; payment: its fee, if one was due; fields: those that a return found
    wrong."""

    view: ApplicationView
    office: OfficeFacts
    waits: tuple[Bilingual, ...]
    payment: PaymentView | None
    fields: tuple[str, ...]

    def as_json(self, spec: Specification) -> dict[str, Any]:
        """For the applicant, and for whoever found the code: it tells of a matter, never of a person."""
        rules, view = spec.passport.office, self.view
        state = rules.states.entries[view.state]
        bring = rules.bring.entries.get(view.state, [])
        return {
            "kind": view.kind,
            "document_type": view.document_type,
            "office": {"code": self.office.code, "ar": self.office.arabic, "en": self.office.english},
            "state": {"code": view.state, "ar": state.title.ar, "en": state.title.en},
            "yours": state.owner == "applicant",
            "reason": worded(view.reason, rules),
            "since": view.since.isoformat(),
            "due_at": view.due_at.isoformat() if view.due_at else None,
            "waits": [{"ar": one.ar, "en": one.en} for one in self.waits],
            "fields": list(self.fields),
            "bring": [{"ar": one.ar, "en": one.en} for one in bring],
            "payment": self._due(spec),
        }

    def _due(self, spec: Specification) -> dict[str, Any] | None:
        """What is still to be paid, where."""
        if self.payment is None or self.view.state != "paying":
            return None
        owed = self.payment
        return {"reference": owed.reference, "amount": text(owed.amount), "currency": spec.fees.currency.code}


def tracked(service: Service, code: str) -> Tracked:
    """The application of a private code. Raises `NotFound`, the same for every code that is none."""
    with service.db.reading() as read:
        row = read.exec(select(PassportApplication).where(PassportApplication.tracking == digest_of_code(code))).first()
        if row is None:
            raise NotFound(unknown())
        view = view_of(read, row)
        last = view.steps[-1]
        fields = [str(one["field"]) for one in last.faults if one.get("field")] if last.after == "returned" else []
        holds, rules = open_holds(read, row.id), service.spec.passport.office
        measures = measures_of(read, row.person_id or "", holds, rules)
        return Tracked(
            view=view,
            office=offices_named(read, {row.office})[row.office],
            waits=tuple(told_to_applicant(holds, measures, rules)),
            payment=payment_for(read, subject_of(row.id)),
            fields=tuple(dict.fromkeys(fields)),
        )
