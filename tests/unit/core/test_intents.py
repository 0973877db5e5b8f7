"""Signing intents are kept before, results after, once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from issuance.db.intents import TableIntentLog, unresolved
from issuance.db.session import Database
from keys.signing import Intent, IntentLog
from specs.errors import Conflict, NotFound

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


def intent(name: str, key_id: str = "ds-1") -> Intent:
    return Intent(name, "document_signer", "passport:LB2222222", key_id, b"\x01" * 32, NOW)


def test_table_log_is_an_intent_log(database: Database) -> None:
    log: IntentLog = TableIntentLog(database)
    log.record_intent(intent("a"))
    with pytest.raises(Conflict):
        log.record_intent(intent("a"))
    log.record_result("a", "signed", b"\x02" * 32, NOW)
    with pytest.raises(Conflict):
        log.record_result("a", "failed", None, NOW)
    with pytest.raises(NotFound):
        log.record_result("b", "signed", b"\x02" * 32, NOW)


def test_every_intent_counts_as_a_use_of_its_key(database: Database) -> None:
    log = TableIntentLog(database)
    for name in ("a", "b", "c"):
        log.record_intent(intent(name))
    log.record_intent(intent("d", "ds-2"))
    log.record_result("a", "failed", None, NOW)
    assert (log.uses("ds-1"), log.uses("ds-2"), log.uses("ds-3")) == (3, 1, 0)


def test_sweep_lists_intents_without_a_result(database: Database) -> None:
    log = TableIntentLog(database)
    log.record_intent(intent("a"))
    log.record_intent(intent("b"))
    log.record_result("a", "signed", b"\x02" * 32, NOW)
    with database.reading() as read:
        assert [row.id for row in unresolved(read, NOW + timedelta(seconds=1))] == ["b"]
        assert list(unresolved(read, NOW)) == []
