"""What happens to single blanks inside another's transaction: drawn for a passport, spoiled; and a store cut off.

Rows and audit only; who may is the caller's to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlmodel import col, select

from issuance.core.uow import Tx
from issuance.stock.facts import Account, Line, fault, store
from issuance.stock.kinds import first_of_kind, numbers_of
from issuance.stock.ledger import Deed, digits, hold, place_of, post
from issuance.stock.model import StockAccount, StockBlank
from issuance.stock.ranges import Range
from specs.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from specs.load import load
from specs.schema.base import Bilingual

if TYPE_CHECKING:
    from collections.abc import Container

_ANY = Bilingual(ar="دفتر فارغ", en="any")


def draw(tx: Tx, location: str, passport_number: str, blank: str | None = None, *, kind: str | None = None) -> str:
    """Take `blank`, or the next one, from the store of `location` and tie it to the passport number: for ever, once the
    book is made (`give_back`). kind: of blank that is wanted, None: any.

    Returns its number. Raises `Refused` (`stock.empty`, `.frozen`, `.elsewhere`, `.kind`); `NotFound` for a
    number the ledger does not know; `Conflict` (`stock.tied`) when the passport number has a blank already.
    """
    held = store(location)
    hold(tx, (held, Account("consumed", location)))
    tied = tx.session.exec(select(StockBlank.number).where(StockBlank.passport == passport_number)).first()
    if tied is not None:
        words = "لهذا الجواز دفتر من قبل", "this passport number has a blank already"
        raise Conflict(fault("tied", *words, field="passport"))
    number = _next(tx, held, kind) if blank is None else _of_kind(tx, blank, kind)
    deed = Deed("consume", location, passport=passport_number)
    post(tx, deed, [Line(held, Account("consumed", location), (Range(number, number),))])
    tx.session.execute(
        update(StockBlank)
        .where(col(StockBlank.number) == number)
        .values(passport=passport_number)
        .execution_options(synchronize_session=False)
    )
    return printed(number)


def give_back(tx: Tx, passport_number: str) -> None:
    """Put the blank of a passport that was never made back into its store: nothing was written on it and it never left.

    The number stays void; the blank may be drawn again. Raises `NotFound`, `Refused` (spoiled).
    """
    row = tx.session.exec(select(StockBlank).where(StockBlank.passport == passport_number)).first()
    account = tx.session.get(StockAccount, row.account) if row is not None else None
    if row is None or account is None or account.office is None:
        words = "لا دفتر لهذا الرقم", "this number has no blank"
        raise NotFound(fault("untied", *words, field="passport"))
    deed = Deed("give_back", account.office, passport=passport_number)
    line = Line(Account("consumed", account.office), store(account.office), (Range(row.number, row.number),))
    post(tx, deed, [line])
    tx.session.execute(
        update(StockBlank)
        .where(col(StockBlank.number) == row.number)
        .values(passport=None)
        .execution_options(synchronize_session=False)
    )


def spoil(tx: Tx, blank: str, reason: str, by: tuple[str, str]) -> str:
    """Write a blank off, empty or made into a passport, to await destruction; the id of the movement.

    reason: a code of the specification; by: the accounts of the two people who saw it. Raises `Invalid` (reason),
    `NotAllowed` (one person alone), `NotFound`, `Refused` (it is spoiled, destroyed, missing or on the way; frozen).
    """
    require_reason(reason, load().passport.stock.spoiling.entries)
    require_two(by)
    row = place_of(tx.read, number_of(blank))
    account = tx.session.get(StockAccount, row.account)
    if account is None or account.office is None or account.kind not in ("store", "consumed"):
        words = (
            "لا يُثبت تلف إلا لدفتر في مخزن أو صُرف لجواز",
            "only a blank in a store or one made into a passport spoils",
        )
        raise Refused(fault("not_at_hand", *words, field="blank"))
    source = store(account.office) if account.kind == "store" else Account("consumed", account.office)
    deed = Deed("spoil", account.office, by[0], by[1], reason=reason, passport=row.passport)
    return post(tx, deed, [Line(source, Account("spoiled", account.office), (Range(row.number, row.number),))])


def destroy(tx: Tx, blank: str, by: tuple[str, str], document: str) -> None:
    """The book made of this blank was destroyed before two people: so is the blank, unless the ledger says so already.

    document: the protocol. Raises `NotAllowed` (one person alone), `NotFound`, `Refused` (no book was made of it; its
    store is frozen).
    """
    require_two(by)
    row = place_of(tx.read, number_of(blank))
    account = tx.session.get(StockAccount, row.account)
    if account is not None and account.kind == "destroyed":
        return
    if account is None or account.office is None or account.kind not in ("consumed", "spoiled"):
        words = "لم يُصنع من هذا الدفتر جواز", "no book was made of this blank"
        raise Refused(fault("not_made", *words, field="blank"))
    source = Account("consumed" if account.kind == "consumed" else "spoiled", account.office)
    deed = Deed("destroy", account.office, by[0], by[1], document=document[:80], passport=row.passport)
    post(tx, deed, [Line(source, Account("destroyed", account.office), (Range(row.number, row.number),))])


def freeze(tx: Tx, location: str, reason: str) -> int:
    """Cut a store off: nothing is drawn from it, sent, received, spoiled or destroyed; how many blanks it holds.

    A count may still say what is missing. Raises `Invalid` without a reason, `Conflict` when it is frozen already.
    """
    if not (said := reason.strip()):
        raise Invalid(fault("reason", "السبب مطلوب", "a reason is required", field="reason"))
    row = hold(tx, [store(location)])[store(location).id]
    if row.frozen_at is not None:
        raise Conflict(fault("frozen", f"مخزن {location} مجمد", f"the store of {location} is frozen", field="office"))
    row.frozen_at, row.frozen_by, row.frozen_reason = tx.now, tx.actor.id, said[:1000]
    tx.session.add(row)
    tx.audit("stock.freeze", f"stock:{location}", {"numbers": row.balance})
    return row.balance


def unfreeze(tx: Tx, location: str, reason: str) -> None:
    """Open a store again. Raises `Invalid` without a reason, `Conflict` when it is not frozen."""
    if not reason.strip():
        raise Invalid(fault("reason", "السبب مطلوب", "a reason is required", field="reason"))
    row = hold(tx, [store(location)])[store(location).id]
    if row.frozen_at is None:
        words = f"مخزن {location} غير مجمد", f"the store of {location} is not frozen"
        raise Conflict(fault("not_frozen", *words, field="office"))
    row.frozen_at = row.frozen_by = row.frozen_reason = None
    tx.session.add(row)
    tx.audit("stock.unfreeze", f"stock:{location}", {"numbers": row.balance})


def number_of(blank: str) -> int:
    """The number as the ledger keeps it. Raises `NotFound` for what is no blank's number."""
    if len(blank) != digits() or not blank.isascii() or not blank.isdigit():
        words = f"رقم الدفتر {digits()} رقماً", f"a blank's number has {digits()} digits"
        raise NotFound(fault("form", *words, field="blank"))
    return int(blank)


def printed(number: int) -> str:
    """The number as it stands in the book."""
    return f"{number:0{digits()}d}"


def require_reason(reason: str, known: Container[str]) -> None:
    """Raises `Invalid`."""
    if reason not in known:
        raise Invalid(fault("reason", "سبب غير معروف", "this reason is not known", field="reason"))


def require_two(by: tuple[str, str]) -> None:
    """Raises `NotAllowed` unless two people are named."""
    if by[0] == by[1] or not all(by):
        raise NotAllowed(fault("two_people", "يلزم شخصان", "two people are needed", field="second"))


def _next(tx: Tx, held: Account, kind: str | None) -> int:
    number = first_of_kind(tx.read, held, kind)
    if number is None:
        title = _title(kind)
        words = f"لا {title.ar} في مخزن {held.office}", f"the store of {held.office} holds no blank: {title.en}"
        raise Refused(fault("empty", *words, field="office"))
    return number


def _title(kind: str | None) -> Bilingual:
    """What a blank of the kind is called."""
    return load().passport.stock.blanks.entries[kind].title if kind is not None else _ANY


def _of_kind(tx: Tx, blank: str, kind: str | None) -> int:
    number = place_of(tx.read, number_of(blank)).number
    if not any(one.first <= number <= one.last for one in numbers_of(kind)):
        title = _title(kind)
        words = f"يلزم {title.ar}، وهذا الرقم لغيره", f"this is the number of another kind than: {title.en}"
        raise Refused(fault("kind", *words, field="blank"))
    return number
