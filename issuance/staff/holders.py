"""Whose account it is: the person of the civil registry behind it, so that nobody is judge in their own matter.

Kept is the registry's id of the person, which tells no name and no number; of whom it is not said nothing is known.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlmodel import col, select

from issuance.core.actor import Actor
from issuance.core.policy import Subject, require
from issuance.core.uow import unit_of_work
from issuance.db.session import Database, ReadSession
from issuance.people.public import require_person
from issuance.staff.commands import managed_account
from issuance.staff.model import Account


def set_holder(db: Database, actor: Actor, account_id: str, national_number: str, now: datetime) -> None:
    """Say who has the account, by national number; empty: nobody known. Nobody says it of their own account.

    Raises `NotAllowed`, `Invalid` (no such number), `NotFound` (account, person).
    """
    require(actor, "staff.manage", Subject("account", account_id))
    with unit_of_work(db, actor, "who has an account", now) as tx:
        account = managed_account(tx.session, actor, account_id)
        account.person = require_person(tx.read, national_number).id if national_number.strip() else None
        tx.audit("staff.set_holder", f"account:{account_id}", {"known": account.person is not None})


def holders(read: ReadSession, accounts: Collection[str]) -> dict[str, str]:
    """Account -> id of its person, of those of `accounts` of which it is said."""
    query = select(Account.id, Account.person).where(col(Account.id).in_(accounts), col(Account.person).is_not(None))
    return {account: person for account, person in read.exec(query) if person is not None}
