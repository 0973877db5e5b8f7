"""Nobody acts in their own matter: officers whose person is known, and the person an application is for.

Known is what an administrator said of an account (`staff set-holder`) and the family record the civil registry keeps.
Of whom nothing is said nothing is refused: the anomaly report says how many that are.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

from issuance.db.session import ReadSession
from issuance.people.public import family_members, record_of
from issuance.staff.public import holders
from specs.errors import Fault, NotAllowed

CLAUSE: Final = "specs/passport/office.yaml"
Relation = Literal["self", "family"]


def family_of(read: ReadSession, person_id: str) -> frozenset[str]:
    """Who stands with this person under one family record, the person left out."""
    family = record_of(read, person_id).family_record
    return frozenset() if family is None else frozenset(family_members(read, family)) - {person_id}


def relations(read: ReadSession, accounts: Collection[str], person_id: str) -> dict[str, Relation]:
    """Account -> what its person is to this one, of those of `accounts` that are anything."""
    known = holders(read, accounts)
    family = family_of(read, person_id) if known else frozenset()
    kin: dict[str, Relation] = {account: "family" for account, person in known.items() if person in family}
    return kin | {account: "self" for account, person in known.items() if person == person_id}


def require_not_own(read: ReadSession, accounts: Collection[str], person_id: str, *, family: bool) -> None:
    """Raises `NotAllowed` when one of `accounts` is the applicant's, or where `family`, a relative's."""
    found = set(relations(read, accounts, person_id).values())
    if "self" in found:
        words = "لا يعمل أحد في طلب لنفسه؛ يتولاه موظف آخر", "nobody works on an application of their own: another does"
        raise NotAllowed(_fault("own", *words))
    if family and found:
        words = (
            "صاحب الطلب من القيد العائلي للموظف؛ يتولاه ضابط آخر",
            "the applicant is of the officer's family record: another officer takes it",
        )
        raise NotAllowed(_fault("family", *words))


def _fault(code: str, ar: str, en: str) -> Fault:
    return Fault(f"passports.own_matters.{code}", ar, en, field="application", clause=CLAUSE)
