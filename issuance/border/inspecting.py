"""The command of a border post: inspect a document, count it, and keep of the look what the specification orders."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from issuance.border.counts import Counts
from issuance.border.document import Given, Inspected, inspect_document
from issuance.border.numbers import ours
from issuance.border.pictures import given_of
from issuance.border.posts import Posts
from issuance.border.register import RegisterKnowledge
from issuance.border.sent import Sent
from issuance.cases.public import record_look
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.purpose import Purpose
from issuance.core.uow import unit_of_work
from issuance.db.session import Readable
from issuance.service import Service

FOR_A_BORDER: Final = Purpose("border")


class Desk:
    """What the posts of one service share in this process. Safe to use from several threads."""

    def __init__(self, service: Service) -> None:
        rules = service.spec.border_inspections
        self._service = service
        self._posts = Posts(service.db, rules.posts)
        self.counts = Counts(service.db, rules.record.flush_seconds)

    def require_post(self, actor: Actor, now: datetime) -> str:
        """As `Posts.require`."""
        return self._posts.require(actor, self._service.spec.roles, now)

    def inspect_sent(self, actor: Actor, sent: Sent, now: datetime, register: Readable | None = None) -> Inspected:
        """As `inspect`, of what was sent; its picture is read for a post alone. Raises also `Unavailable` when too many
        pictures wait."""
        self.require_post(actor, now)
        return self.inspect(actor, given_of(sent, self._service.trust, now, self._service.spec), now, register)

    def inspect(self, actor: Actor, given: Given, now: datetime, register: Readable | None = None) -> Inspected:
        """The answer of the register for the actor's post. register: the snapshot that is open, if one is. Raises as
        `Posts.require`; `Unavailable` where a look must be kept and cannot be."""
        post = self.require_post(actor, now)
        service = self._service
        rules = service.spec.border_inspections.record
        knowledge = RegisterKnowledge(register or service.db, service.trust, now, service.spec, of_holders=True)
        told = inspect_document(given, knowledge, now, service.spec)
        if rules.travel_ban_looks != "none":
            self._keep_look(actor, told, knowledge, now)
        if rules.inspections == "counted":
            self.counts.add(post, civil_day(now), told.status)
        return told

    def _keep_look(self, actor: Actor, told: Inspected, knowledge: RegisterKnowledge, now: datetime) -> None:
        """Before the answer leaves: what could not be kept is not told."""
        every = self._service.spec.border_inspections.record.travel_ban_looks == "every"
        shown = told.questions[2].status == "invalid"
        numbers = {ours(self._service.spec).number_of(route.fields) for route in told.routes} - {None}
        people = {knowledge.person_of(number) for number in numbers if number is not None} - {None}
        if not people or not (every or shown):
            return
        with unit_of_work(self._service.db, actor, "a travel document is inspected", now) as tx:
            for person in sorted(filter(None, people)):
                record_look(tx, person, int(shown), FOR_A_BORDER)

    def close(self) -> None:
        """Write what was counted."""
        self.counts.close()
