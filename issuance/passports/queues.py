"""Applications that wait for somebody, the nearest deadline first, whatever their number. Reads alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, literal_column
from sqlmodel import col, func, select

from issuance.db.session import ReadSession
from issuance.passports.model import PassportApplication
from specs.schema.passport_office import State

_NEVER = datetime.max.replace(tzinfo=UTC)


def nearest(
    read: ReadSession, states: Iterable[State], limit: int, *narrowed: ColumnElement[bool]
) -> list[PassportApplication]:
    """The first `limit` of those in these states, by deadline. narrowed: what else holds of them.

    One query a state: of each the index gives the first in order, where all together would be read and sorted.
    """
    due, id_ = col(PassportApplication.due_at), col(PassportApplication.id)
    rows: list[PassportApplication] = []
    for state in states:
        query = select(PassportApplication).where(PassportApplication.state == state, *narrowed)
        rows += read.exec(query.order_by(due, id_).limit(limit))
    return sorted(rows, key=lambda row: (row.due_at or _NEVER, row.id))[:limit]


def handed_over_at(offices: Iterable[str]) -> ColumnElement[bool]:
    """Whose book is handed over at one of these offices: where it was asked for, else where it was applied for.

    In the words of the index `ix_passport_applications_delivery`.
    """
    wanted: ColumnElement[str] = literal_column("asked ->> 'delivery_office'")
    return func.coalesce(wanted, col(PassportApplication.office)).in_(offices)
