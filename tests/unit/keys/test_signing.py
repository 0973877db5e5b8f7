"""prepare and issue: an intent before, a result after, one signature each, and nothing unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from keys import Keys, Purpose, Signer, issue, prepare
from keys.intents import MemoryIntentLog
from keys.record import RecordRequest
from keys.record_verify import verify_record
from keys.signing import Intent, Outcome
from keys.sod import SodRequest
from keys.verdict import Check
from specs.errors import Conflict, Fault, Invalid, Refused, Unavailable
from specs.schema.pki import Pki
from tests.unit.keys.conftest import NOW


@dataclass
class Spoiled:
    """A request whose draft fails where the test wants it."""

    lint_found: Sequence[Check] = ()
    verify_found: Sequence[Check] = ()
    purpose: Purpose = Purpose.record_signer
    reference: str = "test:1"
    to_be_signed: bytes = field(default=b"bytes")

    def draft(self, signer: Signer, now: datetime) -> Spoiled:
        return self

    def lint(self) -> list[Check]:
        return list(self.lint_found)

    def finish(self, signature: bytes) -> bytes:
        return signature

    def verify(self, artefact: bytes) -> list[Check]:
        return list(self.verify_found)


FAIL = Check("test.rule", "profile", "fail", "a rule is broken", "قاعدة مخالفة", "clause")
WARNING = Check("test.habit", "profile", "warning", "unusual", "غير معتاد", "clause")


def test_intent_stands_before_the_signature_and_the_result_after(
    keys: Keys, intents: MemoryIntentLog, data_groups: dict[int, bytes], pki: Pki
) -> None:
    prepared = prepare(keys, SodRequest("passport:LB2222222", data_groups, "PP", pki), NOW)
    (intent,) = intents.open_intents()
    assert (intent.reference, intent.purpose) == ("passport:LB2222222", "document_signer")
    signed = issue(prepared, NOW)
    assert intents.open_intents() == [] and intents.results[signed.intent_id].outcome == "signed"


def test_each_signature_counts_as_a_use_of_its_key(
    keys: Keys, intents: MemoryIntentLog, data_groups: dict[int, bytes], pki: Pki
) -> None:
    key_id = keys.signer(Purpose.document_signer, NOW).key_id
    for _ in range(3):
        issue(prepare(keys, SodRequest("passport:x", data_groups, "PP", pki), NOW), NOW)
    assert intents.uses(key_id) == 3


def test_a_permission_to_sign_is_good_for_one_signature(keys: Keys) -> None:
    prepared = prepare(keys, Spoiled(), NOW)
    issue(prepared, NOW)
    with pytest.raises(Conflict):
        issue(prepared, NOW)


def test_what_fails_the_linter_is_refused_without_an_intent(keys: Keys, intents: MemoryIntentLog) -> None:
    with pytest.raises(Refused) as refused:
        prepare(keys, Spoiled(lint_found=[FAIL, WARNING]), NOW)
    assert [f.code for f in refused.value.faults] == ["test.rule"] and intents.intents == {}


def test_a_warning_is_kept_and_does_not_stop(keys: Keys) -> None:
    assert prepare(keys, Spoiled(lint_found=[WARNING]), NOW).warnings == (WARNING,)


def test_what_does_not_verify_never_leaves(keys: Keys, intents: MemoryIntentLog) -> None:
    prepared = prepare(keys, Spoiled(verify_found=[FAIL]), NOW)
    with pytest.raises(Unavailable):
        issue(prepared, NOW)
    assert intents.results[prepared.intent.id].outcome == "failed"
    with pytest.raises(Conflict):
        issue(prepared, NOW)


class _Dying(MemoryIntentLog):
    """The process (or its database) dies after the signature, before the result is recorded."""

    def record_result(self, intent_id: str, outcome: Outcome, result_sha256: bytes | None, at: datetime) -> None:
        raise KeyboardInterrupt


def test_a_death_between_intent_and_result_leaves_the_intent_open_and_the_permission_spent(keys: Keys) -> None:
    log = _Dying()
    keys.intents = log
    prepared = prepare(keys, Spoiled(), NOW)
    with pytest.raises(KeyboardInterrupt):
        issue(prepared, NOW)
    assert [i.id for i in log.open_intents()] == [prepared.intent.id] and log.uses(prepared.signer.key_id) == 1
    with pytest.raises(Conflict):
        issue(prepared, NOW)


class _Full(MemoryIntentLog):
    def record_intent(self, intent: Intent) -> None:
        raise Unavailable(Fault("test.disk", "القرص ممتلئ", "the disk is full"))


def test_no_permission_without_a_recorded_intent(keys: Keys) -> None:
    keys.intents = _Full()
    with pytest.raises(Unavailable):
        prepare(keys, Spoiled(), NOW)


def test_a_key_signs_only_inside_its_usage_period(keys: Keys) -> None:
    since, until = keys.period(keys.signer(Purpose.document_signer, NOW).key_id)
    assert until - since == timedelta(days=90)  # Doc 9303-12: up to three months
    for at in (since - timedelta(seconds=1), until):
        with pytest.raises(Unavailable) as unavailable:
            prepare(keys, Spoiled(purpose=Purpose.document_signer), at)
        assert unavailable.value.faults[0].code == "keys.none_usable"


def test_a_permission_outlived_by_its_key_is_void(keys: Keys) -> None:
    prepared = prepare(keys, Spoiled(), NOW)
    with pytest.raises(Unavailable):
        issue(prepared, keys.period(prepared.signer.key_id)[1])


def test_a_key_serves_one_purpose(keys: Keys) -> None:
    ids = {purpose: keys.signer(purpose, NOW).key_id for purpose in Purpose}
    assert len(set(ids.values())) == len(Purpose)


def test_a_signed_record_gives_its_payload_back(keys: Keys, pki: Pki) -> None:
    record = issue(prepare(keys, RecordRequest("checkpoint:1", b"row hash", pki), NOW), NOW).artefact
    read = verify_record(record, keys.trust(), NOW)
    assert (read.verdict.status, read.payload, read.signed_at) == ("valid", b"row hash", NOW)


@pytest.mark.slow
def test_a_changed_byte_of_a_signed_record_is_invalid(keys: Keys, pki: Pki) -> None:
    record = issue(prepare(keys, RecordRequest("checkpoint:1", b"row hash", pki), NOW), NOW).artefact
    trust = keys.trust()
    for i in range(len(record)):
        changed = record[:i] + bytes([record[i] ^ 1]) + record[i + 1 :]
        assert verify_record(changed, trust, NOW, pki=pki).verdict.status == "invalid", i
    assert verify_record(record + b"\0", trust, NOW, pki=pki).verdict.status == "invalid"


def test_an_empty_or_oversized_record_is_refused(keys: Keys, pki: Pki) -> None:
    for size in (0, pki.signed_record.maximum_payload_bytes + 1):
        with pytest.raises(Invalid):
            prepare(keys, RecordRequest("x", bytes(size), pki), NOW)
