"""The audit trail: one row for each thing that happened, each row hashing its predecessor.

Rows are written by `core.uow` in the transaction of the change they record; `core.audit_check` verifies them.
Details name things by their ids: no names of people, no national numbers, no images.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, col, select

from issuance.core.actor import Actor
from issuance.core.canonical import canonical
from issuance.db.session import lock
from issuance.db.tables import AuditRow
from specs.load import directory, load

GENESIS = "0" * 64
_DOMAIN = b"issuance audit row 1\n"
_ARABIC = re.compile(r"[\u0620-\u064a]")


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, before it has a place in the chain."""

    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raises `ValueError` for personal data, `TypeError` for values without a canonical form: both are bugs."""
        if holds_personal_data(canonical(dict(self.detail)).decode()):
            raise ValueError(f"the audit detail of {self.action} holds personal data")


def holds_personal_data(text: str) -> bool:
    """Whether there is Arabic (a name, a description) or a national number in what must hold ids and codes only."""
    return bool(_national_number(directory()).search(text) or _ARABIC.search(text))


@lru_cache(maxsize=4)
def _national_number(specification: Path) -> re.Pattern[str]:
    """Matches a national number; its digits inside one of our own ids (hexadecimal, dashes) are none."""
    rules = load(specification).identity_national_number
    digits = [r"\d"] * rules.shape.digits
    digits[rules.shape.sex_position - 1] = f"[{''.join(sorted(rules.sex.digits.values()))}]"
    return re.compile(rf"(?<![0-9a-f-]){''.join(digits)}(?![0-9a-f-])")


def append(session: Session, actor: Actor, reason: str, at: datetime, entries: Iterable[Entry]) -> None:
    """Chain `entries` after the last row. Call last in a transaction: it holds the tail until the transaction ends."""
    lock(session, "audit_rows")
    last = session.exec(select(AuditRow).order_by(col(AuditRow.seq).desc()).limit(1)).first()
    seq, previous = (last.seq, last.hash) if last is not None else (0, GENESIS)
    rows = []
    for entry in entries:
        seq += 1
        row = {
            "seq": seq,
            "at": at,
            "actor_id": actor.id,
            "actor_kind": actor.kind,
            "office": actor.office,
            "action": entry.action,
            "subject": entry.subject,
            "reason": reason,
            "detail": canonical(dict(entry.detail)).decode(),
            "previous_hash": previous,
        }
        row["hash"] = previous = _hash(row)
        rows.append(row)
    if rows:
        session.connection().execute(insert(AuditRow), rows)


def row_hash(row: AuditRow) -> str:
    """Hex SHA-256 over every column but `hash`; the moment in UTC with microseconds."""
    return _hash({name: getattr(row, name) for name in AuditRow.model_fields if name != "hash"})


def _hash(columns: Mapping[str, Any]) -> str:
    moment = columns["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return sha256(_DOMAIN + canonical({**columns, "at": moment})).hexdigest()
