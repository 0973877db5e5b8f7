"""Which border post somebody inspects at: their own office, where it is a post that is open and not cut off."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from threading import Lock
from typing import Final

from issuance.core import policy
from issuance.core.actor import Actor
from issuance.core.civil import civil_day
from issuance.core.policy import Subject
from issuance.db.session import Database
from issuance.staff.public import require_not_cut_off, require_office
from specs.errors import Fault, NotAllowed, Refused
from specs.schema.border_inspections import Posts as Rules
from specs.schema.roles import Roles

CHECK: Final = "border.check"
_CLAUSE: Final = "border/inspections.yaml posts"
_MOST: Final = 4096


class Posts:
    """Posts that were found in order, each for a few seconds: two hundred travellers a second are of few posts."""

    def __init__(self, db: Database, rules: Rules, timer: Callable[[], float] = time.monotonic) -> None:
        self._db, self._rules, self._timer = db, rules, timer
        self._known: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def require(self, actor: Actor, roles: Roles, now: datetime) -> str:
        """Code of the post the actor inspects at. Raises `NotAllowed`; `NotFound`, `Refused` of an office that is no
        post, is closed or is cut off."""
        policy.require(actor, CHECK, roles=roles)
        if actor.office is None:
            words = "لا منفذ لهذا الحساب", "this account is of no border post"
            raise NotAllowed(Fault("border.post.none", *words, clause=_CLAUSE))
        policy.require(actor, CHECK, Subject("border_post", actor.office, actor.office), roles)
        with self._lock:
            if self._known.get(actor.office, 0.0) > self._timer():
                return actor.office
        self._look(actor.office, now)
        with self._lock:
            self._known[actor.office] = self._timer() + self._rules.known_for_seconds
            while len(self._known) > _MOST:
                self._known.popitem(last=False)
        return actor.office

    def _look(self, code: str, now: datetime) -> None:
        with self._db.reading() as read:
            office = require_office(read, code, civil_day(now))
            require_not_cut_off(read, code)
        if office.kind not in self._rules.kinds:
            words = "مكتبك ليس منفذاً", "your office is no border post"
            raise Refused(Fault("border.post.kind", *words, field="office", clause=_CLAUSE))
