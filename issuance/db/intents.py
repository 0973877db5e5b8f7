"""Signing intents on a table: what `keys.signing.IntentLog` asks for. Each call is its own committed transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, insert, update
from sqlmodel import col, select

from issuance.db.session import Database, ReadSession
from issuance.db.tables import SigningIntent
from keys.signing import Intent, Outcome, Result
from specs.errors import Conflict, Fault, NotFound


class TableIntentLog:
    """Implements `keys.signing.IntentLog`."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def record_intent(self, intent: Intent) -> None:
        """Committed when this returns. Raises `Conflict` when the id exists, `Unavailable` when nothing was kept."""
        with self._db.writing() as session:
            if session.get(SigningIntent, intent.id) is not None:
                raise Conflict(
                    Fault(
                        code="keys.intent.exists",
                        clause="keys/signing.py",
                        ar="طلب التوقيع هذا مسجل من قبل",
                        en="This signing intent exists already",
                    )
                )
            session.add(
                SigningIntent(
                    id=intent.id,
                    purpose=intent.purpose,
                    reference=intent.reference,
                    key_id=intent.key_id,
                    to_be_signed_sha256=intent.to_be_signed_sha256.hex(),
                    created_at=intent.created_at,
                )
            )

    def record_result(self, intent_id: str, outcome: Outcome, result_sha256: bytes | None, at: datetime) -> None:
        """Raises `NotFound` for an unknown intent, `Conflict` when it has a result: one intent, one use of the key."""
        with self._db.writing() as session:
            query = select(SigningIntent).where(SigningIntent.id == intent_id).with_for_update()
            row = session.exec(query).first()
            if row is None:
                raise NotFound(
                    Fault(
                        code="keys.intent.unknown",
                        clause="keys/signing.py",
                        ar="لا يوجد طلب توقيع بهذا المعرف",
                        en="There is no signing intent with this id",
                    )
                )
            if row.outcome is not None:
                raise Conflict(
                    Fault(
                        code="keys.intent.resolved",
                        clause="keys/signing.py",
                        ar="لطلب التوقيع هذا نتيجة مسجلة من قبل",
                        en="The signing intent already has a result",
                    )
                )
            row.outcome = outcome
            row.result_sha256 = None if result_sha256 is None else result_sha256.hex()
            row.resolved_at = at

    def record_intents(self, intents: Sequence[Intent]) -> None:
        """In one transaction. Raises `Conflict` when an id exists, `Unavailable` when nothing was kept."""
        rows = [
            {
                "id": intent.id,
                "purpose": intent.purpose,
                "reference": intent.reference,
                "key_id": intent.key_id,
                "to_be_signed_sha256": intent.to_be_signed_sha256.hex(),
                "created_at": intent.created_at,
            }
            for intent in intents
        ]
        with self._db.writing() as session:
            session.connection().execute(insert(SigningIntent), rows)

    def record_results(self, results: Sequence[Result]) -> None:
        """In one transaction. Raises `Conflict` when one of the intents is unknown or has a result: none is kept."""
        of_open = col(SigningIntent.id) == bindparam("intent"), col(SigningIntent.outcome).is_(None)
        rows = [
            {
                "intent": one.intent_id,
                "to": one.outcome,
                "digest": None if one.sha256 is None else one.sha256.hex(),
                "moment": one.at,
            }
            for one in results
        ]
        done = (
            update(SigningIntent)
            .where(*of_open)
            .values(outcome=bindparam("to"), result_sha256=bindparam("digest"), resolved_at=bindparam("moment"))
        )
        with self._db.writing() as session:
            if session.connection().execute(done, rows).rowcount != len(rows):
                words = "طلب توقيع مجهول أو له نتيجة", "A signing intent is unknown or has a result already"
                raise Conflict(Fault("keys.intent.resolved", *words, clause="keys/signing.py"))

    def uses(self, key_id: str) -> int:
        """How many intents name the key: each counts as one use, for a signature may have left."""
        with self._db.reading() as read:
            counted = select(func.count()).select_from(SigningIntent).where(SigningIntent.key_id == key_id)
            return read.exec(counted).one()


def unresolved(read: ReadSession, created_before: datetime) -> Sequence[SigningIntent]:
    """For the sweep: intents without a result, oldest first."""
    query = (
        select(SigningIntent)
        .where(col(SigningIntent.outcome).is_(None), col(SigningIntent.created_at) < created_before)
        .order_by(col(SigningIntent.created_at))
    )
    return read.exec(query).all()
