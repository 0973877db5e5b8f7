"""Access asked of the tables: what a person answers for today, and which rows of a list they may see."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, false, or_, true
from sqlmodel import col

from issuance.cases.access import READ, Access
from issuance.cases.case_rules import CaseRules
from issuance.cases.model import CaseOffice, CaseRow
from issuance.core import policy
from issuance.core.actor import Actor
from issuance.db.session import ReadSession
from issuance.staff.public import reach_of
from specs.schema.roles import ActionName


def access_of(read: ReadSession, actor: Actor, day: date, rules: CaseRules) -> Access:
    """What `actor` may see and do on `day`, with the offices of that day."""
    grants = [g for role in actor.roles & rules.roles.roles.keys() for g in rules.roles.grants_of(role)]
    territory = any(g.scope == "territory" and any(a.startswith("cases.") for a in g.actions) for g in grants)
    return Access(actor, reach_of(read, actor.office, day, territory=territory), rules)


def readable_rows(access: Access) -> ColumnElement[bool]:
    """A condition on `CaseRow`: the files that `access.readable` admits, no more and no fewer."""
    return and_(allowed_rows(access, READ), unlocked_rows(access))


def unlocked_rows(access: Access) -> ColumnElement[bool]:
    """A condition on `CaseRow`: the files that neither classification nor seal closes to this person."""
    reading = access.rules.reading
    open_to_all = [name for name, needs in reading.classifications.needs.items() if not needs]
    classified = [
        and_(col(CaseRow.classification) == name, *(allowed_rows(access, action) for action in needs))
        for name, needs in reading.classifications.needs.items()
        if needs
    ]
    sealed = and_(*(allowed_rows(access, action) for action in reading.sealed.needs))
    return and_(
        or_(col(CaseRow.classification).in_(open_to_all), *classified),
        or_(col(CaseRow.sealed).is_(False), sealed),
    )


def allowed_rows(access: Access, action: ActionName) -> ColumnElement[bool]:
    """A condition on `CaseRow`: the files on which `access.allowed(action, ...)`."""
    scopes = policy.scopes(access.actor, action, access.rules.roles)
    if "everywhere" in scopes:
        return true()
    own, territory = sorted(access.reach.own), sorted(access.reach.territory)
    found: list[ColumnElement[bool]] = [false()]
    if "territory" in scopes:
        found.append(col(CaseRow.holder).in_(territory))
    if "own_office" in scopes:
        found.append(col(CaseRow.holder).in_(own))
    if "receiving_office" in scopes:
        found.append(col(CaseRow.awaiting).in_(own))
    if "assigned" in scopes:
        found.append(col(CaseRow.assigned) == access.actor.id)
    if "involved" in scopes:
        part = (col(CaseOffice.case_id) == col(CaseRow.id), col(CaseOffice.office).in_(own))
        found.append(exists().where(*part).correlate(CaseRow))
    return or_(*found)
