"""The audit trail shows every way to falsify it."""

from __future__ import annotations

import hmac
import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from issuance.core.actor import PUBLIC, system
from issuance.core.audit import Entry
from issuance.core.audit_check import verify_audit
from issuance.core.checkpoints import write_checkpoint
from issuance.core.uow import unit_of_work
from issuance.db.session import Database
from keys.verdict import Check, Verdict
from specs.errors import NotAllowed
from specs.load import SHIPPED

pytestmark = pytest.mark.heavy

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ACTOR = system("test")
SECRET = b"stands in for the signing key"


def sign(reference: str, payload: bytes) -> bytes:
    assert reference.startswith("checkpoint:")
    return hmac.digest(SECRET, payload, "sha256") + payload


def open_signed(artefact: bytes) -> tuple[Verdict, bytes]:
    payload = artefact[32:]
    good = hmac.compare_digest(hmac.digest(SECRET, payload, "sha256"), artefact[:32])
    return Verdict.of([Check("record.signature", "crypto", "pass" if good else "fail", "", "", "test")]), payload


@pytest.fixture
def trail(database: Database, tmp_path: Path) -> tuple[Database, Path]:
    """Six rows with a checkpoint over them (row 7 records it), then two rows more."""
    file = tmp_path / "audit" / "checkpoints.jsonl"
    for number in range(6):
        with unit_of_work(database, ACTOR, "test", NOW) as tx:
            tx.audit("people.register", f"person:{number}", {"n": number})
    write_checkpoint(database, file, ACTOR, sign, NOW)
    for number in range(2):
        with unit_of_work(database, ACTOR, "test", NOW) as tx:
            tx.audit("people.read", f"person:{number}")
    return database, file


def tamper(db: Database, *statements: str) -> None:
    with db.writing() as session:
        for statement in statements:
            session.connection().exec_driver_sql(statement)


def failed(db: Database, file: Path) -> set[str]:
    return {check.id for check in verify_audit(db, file, open_signed).failed()}


def test_untouched_trail_is_valid(trail: tuple[Database, Path]) -> None:
    verdict = verify_audit(*trail, open_signed)
    assert verdict.status == "valid"
    assert verdict.facts == {"kind": "audit", "rows": 9, "checkpoints": 1, "rows_after_checkpoint": 3}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_id", "'system:other'"),
        ("actor_kind", "'staff'"),
        ("office", "'TRP'"),
        ("action", "'people.x'"),
        ("subject", "'person:99'"),
        ("reason", "'other'"),
        ("detail", "'{\"n\":9}'"),
        ("at", "'2026-11-22 09:00:00.000001+00:00'"),
        ("hash", "'" + "0" * 64 + "'"),
    ],
)
def test_edited_row_is_found(trail: tuple[Database, Path], column: str, value: str) -> None:
    db, file = trail
    if db.dialect == "sqlite":
        value = value.replace("+00:00", "")
    tamper(db, f"UPDATE audit_rows SET {column} = {value} WHERE seq = 3")
    assert "audit.content" in failed(db, file)


def test_edited_row_whose_hash_was_made_again_breaks_the_chain(trail: tuple[Database, Path]) -> None:
    db, file = trail
    rehash(db, 3, "UPDATE audit_rows SET reason = 'other' WHERE seq = 3")
    assert failed(db, file) == {"audit.chain"}


def rehash(db: Database, seq: int, statement: str) -> None:
    from issuance.core.audit import row_hash
    from issuance.db.tables import AuditRow

    tamper(db, statement)
    with db.writing() as session:
        row = session.get_one(AuditRow, seq)
        row.hash = row_hash(row)


def test_deleted_row_is_found(trail: tuple[Database, Path]) -> None:
    db, file = trail
    tamper(db, "DELETE FROM audit_rows WHERE seq = 4")
    assert {"audit.sequence", "audit.chain"} <= failed(db, file)


def test_first_row_deleted_is_found(trail: tuple[Database, Path]) -> None:
    db, file = trail
    tamper(db, "DELETE FROM audit_rows WHERE seq = 1")
    assert "audit.sequence" in failed(db, file)


def test_inserted_row_is_found(trail: tuple[Database, Path]) -> None:
    db, file = trail
    tamper(
        db,
        "UPDATE audit_rows SET seq = seq + 100 WHERE seq > 3",
        "INSERT INTO audit_rows SELECT 4, at, actor_id, actor_kind, office, action, subject, reason, detail,"
        " previous_hash, hash FROM audit_rows WHERE seq = 3",
        "UPDATE audit_rows SET seq = seq - 99 WHERE seq > 100",
    )
    assert {"audit.content", "audit.chain", "audit.tail"} <= failed(db, file)


def test_reordered_rows_are_found(trail: tuple[Database, Path]) -> None:
    db, file = trail
    tamper(
        db,
        "UPDATE audit_rows SET seq = 1000 WHERE seq = 2",
        "UPDATE audit_rows SET seq = 2 WHERE seq = 3",
        "UPDATE audit_rows SET seq = 3 WHERE seq = 1000",
    )
    assert {"audit.content", "audit.chain"} <= failed(db, file)


def test_tail_cut_behind_a_checkpoint_is_found(trail: tuple[Database, Path]) -> None:
    db, file = trail
    tamper(db, "DELETE FROM audit_rows WHERE seq >= 6")
    assert failed(db, file) == {"audit.tail"}


def test_whole_trail_written_anew_is_found(trail: tuple[Database, Path]) -> None:
    db, file = trail
    tamper(db, "DELETE FROM audit_rows")
    for number in range(9):
        with unit_of_work(db, ACTOR, "test", NOW) as tx:
            tx.audit("people.register", f"person:{number}", {"forged": True})
    assert failed(db, file) == {"audit.tail"}


def test_emptied_trail_is_found(trail: tuple[Database, Path]) -> None:
    db, file = trail
    tamper(db, "DELETE FROM audit_rows")
    assert failed(db, file) == {"audit.tail"}


def test_deleted_row_of_the_last_checkpoint_is_not_valid_until_the_next_checkpoint(
    trail: tuple[Database, Path],
) -> None:
    db, file = trail
    tamper(db, "DELETE FROM audit_rows WHERE seq >= 7")
    verdict = verify_audit(db, file, open_signed)
    assert (verdict.status, list(verdict.failed())) == ("indeterminate", [])
    assert [check.id for check in verdict.checks if check.result == "unknown"] == ["audit.checkpoints.recorded"]
    made = write_checkpoint(db, file, ACTOR, sign, NOW)
    assert made is not None and (made.number, made.seq) == (2, 7)
    assert verify_audit(db, file, open_signed).status == "valid"


def test_row_a_crash_kept_from_the_trail_is_added_behind_what_came_after(trail: tuple[Database, Path]) -> None:
    db, file = trail
    tamper(db, "DELETE FROM audit_rows WHERE seq >= 7")
    with unit_of_work(db, ACTOR, "test", NOW) as tx:
        tx.audit("people.read", "person:1")
    made = write_checkpoint(db, file, ACTOR, sign, NOW)
    assert made is not None and made.seq == 8
    assert verify_audit(db, file, open_signed).status == "valid"


def test_checkpoint_other_than_the_newest_without_its_row_is_invalid(trail: tuple[Database, Path]) -> None:
    db, file = trail
    write_checkpoint(db, file, ACTOR, sign, NOW)
    tamper(db, "DELETE FROM audit_rows WHERE seq >= 7")
    assert failed(db, file) == {"audit.tail", "audit.checkpoints.recorded"}


def test_checkpoint_file_cut_or_removed_is_found(trail: tuple[Database, Path]) -> None:
    db, file = trail
    write_checkpoint(db, file, ACTOR, sign, NOW)
    file.write_bytes(file.read_bytes().splitlines(keepends=True)[0])
    assert failed(db, file) == {"audit.checkpoint_file"}
    file.unlink()
    assert failed(db, file) == {"audit.checkpoint_file"}


def test_checkpoint_taken_out_of_the_middle_is_found(trail: tuple[Database, Path]) -> None:
    db, file = trail
    for _ in range(2):
        with unit_of_work(db, ACTOR, "test", NOW) as tx:
            tx.audit("people.read", "person:1")
        write_checkpoint(db, file, ACTOR, sign, NOW)
    first, _second, third = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(first + third)
    assert failed(db, file) == {"audit.checkpoints.chain", "audit.checkpoint_file"}


@pytest.mark.parametrize(
    "spoil", [b"x", b"{}\n", b"[" * 50_000 + b"\n", b'{"cms": 3}\n', b'{"cms": "!!"}\n', b"\xff\n"]
)
def test_garbage_in_the_checkpoint_file_is_a_verdict(trail: tuple[Database, Path], spoil: bytes) -> None:
    db, file = trail
    file.write_bytes(file.read_bytes() + spoil)
    assert failed(db, file) == (set() if spoil == b"x" else {"audit.checkpoints.signature"})


def test_forged_checkpoint_is_found(trail: tuple[Database, Path]) -> None:
    db, file = trail
    held = json.loads(file.read_text())
    held["cms"] = "A" + held["cms"][1:] if held["cms"][0] != "A" else "B" + held["cms"][1:]
    file.write_text(json.dumps(held) + "\n")
    assert "audit.checkpoints.signature" in failed(db, file)


def test_trail_without_any_checkpoint_is_indeterminate(sqlite_database: Database, tmp_path: Path) -> None:
    with unit_of_work(sqlite_database, ACTOR, "test", NOW) as tx:
        tx.audit("people.read", "person:1")
    assert verify_audit(sqlite_database, tmp_path / "none.jsonl", open_signed).status == "indeterminate"


def test_nothing_new_needs_no_checkpoint(trail: tuple[Database, Path]) -> None:
    db, file = trail
    assert write_checkpoint(db, file, ACTOR, sign, NOW) is not None
    size = file.stat().st_size
    assert write_checkpoint(db, file, ACTOR, sign, NOW) is None
    assert file.stat().st_size == size


def test_line_a_crash_cut_is_replaced_by_the_next_checkpoint(trail: tuple[Database, Path]) -> None:
    db, file = trail
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"number": 2, "cms": "AAA')
    write_checkpoint(db, file, ACTOR, sign, NOW)
    assert file.read_bytes().startswith(whole)
    assert verify_audit(db, file, open_signed).status == "valid"


def test_only_a_security_officer_or_the_service_signs_checkpoints(sqlite_database: Database, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        write_checkpoint(sqlite_database, tmp_path / "c.jsonl", PUBLIC, sign, NOW)


@pytest.mark.parametrize("detail", [{"id": "119850900001"}, {"name": "محمد"}, {"deep": [{"x": "no 219850900001."}]}])
def test_personal_data_never_enters_an_audit_detail(detail: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="personal data"):
        Entry("people.read", "person:1", detail)


def test_national_number_of_the_specification_in_force_never_enters_a_detail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "specs"
    shutil.copytree(SHIPPED, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    rules = copy / "identity" / "national_number.yaml"
    rules.write_text(rules.read_text("utf-8").replace("{M: '1', F: '2'}", "{M: '7', F: '8'}"), "utf-8")
    monkeypatch.setenv("ISSUANCE_SPECS", str(copy))
    with pytest.raises(ValueError, match="personal data"):
        Entry("people.read", "person:1", {"id": "719850900001"})
    assert Entry("people.read", "person:1", {"id": "119850900001"}).detail


@pytest.mark.parametrize("build", [lambda: {"x": 1.5}, lambda: {"x": b"1"}, lambda: {1: "x"}])
def test_detail_without_a_canonical_form_is_refused(build: Callable[[], dict[str, object]]) -> None:
    with pytest.raises(TypeError):
        Entry("people.read", "person:1", build())


@pytest.mark.parametrize(
    "own_id", ["01997aa0-119850900001", "a119850900001b", "0199-7119-198509000012", "ff219850900001"]
)
def test_digits_inside_our_own_ids_are_no_personal_data(own_id: str) -> None:
    assert Entry("passports.issue", "passport:LB2222222", {"intent": own_id}).detail["intent"] == own_id
