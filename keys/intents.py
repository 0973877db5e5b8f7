"""An `IntentLog` that lives as long as the process: for ceremonies, tests and demonstrations without a database."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from keys.signing import Intent, Outcome, Result
from specs.errors import Conflict, Fault, NotFound


@dataclass(frozen=True, slots=True)
class RecordedResult:
    outcome: Outcome
    result_sha256: bytes | None
    at: datetime


class MemoryIntentLog:
    """Keeps everything in memory; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._uses: Counter[str] = Counter()
        self.intents: dict[str, Intent] = {}
        self.results: dict[str, RecordedResult] = {}

    def record_intent(self, intent: Intent) -> None:
        with self._lock:
            if intent.id in self.intents:
                raise Conflict(
                    Fault("keys.intent.exists", "قصد التوقيع مسجل من قبل", "this intent is recorded already")
                )
            self.intents[intent.id] = intent
            self._uses[intent.key_id] += 1

    def record_result(self, intent_id: str, outcome: Outcome, result_sha256: bytes | None, at: datetime) -> None:
        with self._lock:
            if intent_id not in self.intents:
                raise NotFound(Fault("keys.intent.unknown", "لا قصد توقيع بهذا الرقم", "there is no such intent"))
            if intent_id in self.results:
                raise Conflict(
                    Fault("keys.intent.settled", "نتيجة القصد مسجلة من قبل", "the intent has its result already")
                )
            self.results[intent_id] = RecordedResult(outcome, result_sha256, at)

    def record_intents(self, intents: Sequence[Intent]) -> None:
        for intent in intents:
            self.record_intent(intent)

    def record_results(self, results: Sequence[Result]) -> None:
        for one in results:
            self.record_result(one.intent_id, one.outcome, one.sha256, one.at)

    def uses(self, key_id: str) -> int:
        return self._uses[key_id]

    def open_intents(self) -> list[Intent]:
        """Intents without a result, oldest first."""
        return [intent for intent in self.intents.values() if intent.id not in self.results]
