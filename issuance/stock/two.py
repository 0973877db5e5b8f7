"""What two people do: receive a delivery, write blanks off, destroy them, take found ones back.

One keeper asks and names the numbers, another one of the same office (or a supervisor) confirms; the confirmation moves
them, or when they are no longer where they were, nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from issuance.core import approvals, policy
from issuance.core.actor import Actor
from issuance.core.approvals import Approval
from issuance.core.policy import Subject
from issuance.core.uow import Tx, unit_of_work
from issuance.db.session import ReadSession
from issuance.service import Service
from issuance.stock.blanks import require_reason
from issuance.stock.facts import SUPPLIER, Account, Line, Movement, fault, store
from issuance.stock.ledger import Deed, digits, post, standing
from issuance.stock.look import movements_of
from issuance.stock.ranges import Range, size, written
from issuance.stock.where import named, require_store, subject
from specs.errors import Invalid, NotAllowed, NotFound, Refused
from specs.schema import Specification
from specs.schema.stock import MovementKind

APPROVE: Final = "stock.approve"
ACTIONS: Final[Mapping[str, str]] = {
    "receive": "stock.receive",
    "spoil": "stock.spoil",
    "destroy": "stock.destroy",
    "find": "stock.count",
}
"""The movements two people make, and what permits asking for them."""
_DOCUMENT: Final = 80


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. kind: of the movement; ranges: as written; count: how many a receiver counted; document:
    delivery note or protocol; reason: a code of the specification."""

    kind: str
    office: str
    ranges: tuple[str, ...]
    document: str = ""
    reason: str = ""
    count: int | None = None


def ask(service: Service, actor: Actor, wanted: Wanted, words: str, now: datetime) -> str:
    """Ask another person for a movement; the id of the approval wanted. Nothing moves yet.

    Raises `NotAllowed`, `NotFound`, `Invalid` (numbers, count, document, reason, words), `Refused` (numbers elsewhere).
    """
    with unit_of_work(service.db, actor, "ask for a movement of blanks", now) as tx:
        ranges = _judged(service, tx, actor, wanted, now)
        proposal = {
            "kind": wanted.kind,
            "office": wanted.office,
            "ranges": written(ranges, digits()),
            "document": wanted.document.strip(),
            "reason": wanted.reason,
        }
        action = f"stock.{wanted.kind}"
        state = _digest(tx.read, proposal, ranges)
        return approvals.ask(
            tx, action, f"stock:{wanted.office}", state, words, proposal=proposal, office=wanted.office
        )


def approve(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> Movement:
    """As the second person: the blanks move now. Raises as `approvals.approve`, and `NotFound`, `Refused`."""
    with unit_of_work(service.db, actor, "confirm a movement of blanks", now) as tx:
        asked = _asked(tx.read, actor, approval_id)
        held = asked.proposal
        ranges = named(service, held["ranges"])
        approvals.approve(tx, approval_id, _digest(tx.read, held, ranges), words)
        deed = Deed(
            kind=cast(MovementKind, held["kind"]),
            office=held["office"],
            by=asked.asked_by,
            second=actor.id,
            approval=asked.id,
            reason=held["reason"] or None,
            document=held["document"] or None,
        )
        return _posted(tx, deed, _line(service.spec, tx.read, held, ranges))


def refuse(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> None:
    """As the second person: no. Raises as `approvals.refuse`, and `NotFound`."""
    with unit_of_work(service.db, actor, "refuse a movement of blanks", now) as tx:
        _asked(tx.read, actor, approval_id)
        approvals.refuse(tx, approval_id, words)


def withdraw(service: Service, actor: Actor, approval_id: str, words: str, now: datetime) -> None:
    """Take back what one asked for oneself. Raises as `approvals.withdraw`, and `NotFound`."""
    with unit_of_work(service.db, actor, "withdraw a movement of blanks", now) as tx:
        if approval_id not in {one.id for one in _own(tx.read, actor, now)}:
            raise NotFound(fault("approval", "لا طلب بهذا المعرف", "there is no such request", field="approval"))
        approvals.withdraw(tx, approval_id, words)


def receive_at_console(service: Service, actor: Actor, wanted: Wanted, now: datetime) -> Movement:
    """Receive blanks where nobody is signed in, for trials: one step, and never in production.

    Raises `NotAllowed` for anybody else, and as `ask`.
    """
    if actor.kind != "system" or service.settings.production or wanted.kind != "receive":
        words = (
            "الاستلام موظفان من الصفحة أو الواجهة؛ ومن الطرفية للتجربة وحدها",
            "two people receive, on the pages or by the API; the console does so for trials alone",
        )
        raise NotAllowed(fault("two_people", *words, field="second"))
    with unit_of_work(service.db, actor, "blanks for a trial", now) as tx:
        ranges = _judged(service, tx, actor, wanted, now)
        deed = Deed("receive", wanted.office, document=wanted.document)
        return _posted(tx, deed, Line(SUPPLIER, store(wanted.office), ranges))


def waiting(service: Service, actor: Actor, now: datetime) -> list[Approval]:
    """Movements this person may confirm, the oldest first; none they asked for themselves. Raises nothing."""
    if not policy.allowed(actor, APPROVE):
        return []
    scope = policy.offices_in_scope(actor, APPROVE)
    with service.db.reading() as read:
        actions = [f"stock.{kind}" for kind in ACTIONS]
        return list(approvals.awaiting(read, actor.id, now, actions=actions, offices=scope))


def own(service: Service, actor: Actor, now: datetime) -> list[Approval]:
    """What this person asked for and nobody decided on, the newest first. Raises nothing."""
    with service.db.reading() as read:
        return _own(read, actor, now)


def _own(read: ReadSession, actor: Actor, now: datetime) -> list[Approval]:
    actions = [f"stock.{kind}" for kind in ACTIONS]
    mine = approvals.asked_by(read, actor.id)
    return [one for one in mine if one.action in actions and one.state(now) == "pending"]


def _judged(service: Service, tx: Tx, actor: Actor, wanted: Wanted, now: datetime) -> tuple[Range, ...]:
    """The numbers, when every field is right and they are where they are to leave."""
    if wanted.kind not in ACTIONS:
        raise Invalid(fault("kind", "نوع الحركة غير معروف", f"one of {', '.join(ACTIONS)}", field="kind"))
    require_store(service, tx.read, actor, ACTIONS[wanted.kind], wanted.office, now)
    ranges = named(service, wanted.ranges)
    document = wanted.document.strip()
    if wanted.kind in ("receive", "destroy") and not 0 < len(document) <= _DOCUMENT:
        words = (
            f"رقم المحضر أو إشعار التسليم مطلوب، {_DOCUMENT} حرفاً على الأكثر",
            f"1 to {_DOCUMENT} characters name the paper",
        )
        raise Invalid(fault("document", *words, field="document"))
    if wanted.kind == "receive" and wanted.count != size(ranges):
        words = (
            f"المديات {size(ranges)} رقماً والمعدود {wanted.count}",
            f"the ranges hold {size(ranges)} numbers and {wanted.count} were counted",
        )
        raise Invalid(fault("count", *words, field="count"))
    rules = service.spec.passport.stock
    if wanted.kind == "spoil":
        require_reason(wanted.reason, rules.spoiling.entries)
    if wanted.kind == "find":
        require_reason(wanted.reason, rules.finding.entries)
    held = standing(tx.read, ranges)
    if wanted.kind == "receive" and held:
        raise Refused(fault("known", "أرقام دخلت العهدة من قبل", "numbers that came into the ledger before", "ranges"))
    if wanted.kind != "receive":
        proposed = {"kind": wanted.kind, "office": wanted.office, "reason": wanted.reason}
        source = _line(service.spec, tx.read, proposed, ranges).source.id
        if held != {source: size(ranges)}:
            words = f"أرقام ليست في {source}", f"numbers that are not in {source}: {held or 'in no account'}"
            raise Refused(fault("elsewhere", *words, field="ranges"))
    return ranges


def _line(spec: Specification, read: ReadSession, held: Mapping[str, Any], ranges: tuple[Range, ...]) -> Line:
    """From where to where the numbers go."""
    office = held["office"]
    spoiled = Account("spoiled", office)
    match held["kind"]:
        case "receive":
            return Line(SUPPLIER, store(office), ranges)
        case "spoil":
            return Line(_at_hand(read, office, ranges), spoiled, ranges)
        case "destroy":
            return Line(spoiled, Account("destroyed", office), ranges)
    way = spec.passport.stock.finding.entries[held["reason"]]
    return Line(Account("missing", office), Account(way.becomes, office), ranges)


def _at_hand(read: ReadSession, office: str, ranges: tuple[Range, ...]) -> Account:
    """Empty books spoil in the store, made ones where they were made."""
    consumed = Account("consumed", office)
    return consumed if consumed.id in standing(read, ranges) else store(office)


def _posted(tx: Tx, deed: Deed, line: Line) -> Movement:
    return movements_of(tx.read, [post(tx, deed, [line])])[0]


def _asked(read: ReadSession, actor: Actor, approval_id: str) -> Approval:
    """The request, of an office in which this person approves. Raises `NotAllowed`, `NotFound`."""
    policy.require(actor, APPROVE)
    asked = approvals.approval(read, approval_id)
    own: Subject = subject(asked.office or "")
    if asked.action.removeprefix("stock.") not in ACTIONS or not policy.allowed(actor, APPROVE, own):
        raise NotFound(fault("approval", "لا طلب بهذا المعرف", "there is no such request", field="approval"))
    return asked


def _digest(read: ReadSession, proposal: Mapping[str, Any], ranges: tuple[Range, ...]) -> str:
    return approvals.digest_of({"proposal": dict(proposal), "standing": standing(read, ranges)})
