"""Cases from another register: every row's fate, nothing twice, nothing half, and whatever comes in the file."""

from __future__ import annotations

import io
import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import func, select

from issuance.cases import exchange_import
from issuance.cases.case_rules import CaseRules
from issuance.cases.exchange_import import Counts, Fate, Import, import_cases
from issuance.cases.exchange_rows import LONGEST_ROW, MOST_STEPS, Form, rows_in
from issuance.cases.history import file_of
from issuance.cases.model import CaseAction, CaseRow
from issuance.cases.public import rulings_of
from issuance.cases.rebuild import rebuild
from issuance.core.actor import Actor
from issuance.people.public import require_person
from issuance.service import Service
from issuance.staff.office_import import import_offices
from issuance.staff.office_orders import Order, close
from specs.errors import Conflict, Invalid, NotAllowed
from specs.load import load
from tests.casework import THEFT, with_case_offices
from tests.service import CLERK, NOW, PERSON, ROOT, assert_complete, trail

OPEN: dict[str, Any] = {"row": "1", "action": "open", "office": "ST-TIP", "happened_on": "2026-01-11", "body": THEFT}
SEND: dict[str, Any] = {
    "row": "2", "opened_by": "1", "action": "send_to_prosecution", "office": "ST-TIP", "happened_on": "2026-01-12",
    "body": {"to_office": "PR-TIP"},
}  # fmt: skip
RULES = CaseRules.of(load())


def _take(
    service: Service, content: bytes | list[Any], form: Form = "jsonl", actor: Actor = CLERK, **more: Any
) -> tuple[Counts, list[Fate]]:
    fates: list[Fate] = []
    raw = content if isinstance(content, bytes) else b"".join(json.dumps(row).encode() + b"\n" for row in content)
    what = Import(io.BytesIO(raw), form, "court-1", fates.append, lambda done: None, **more)
    counts = import_cases(service, actor, what, NOW)
    for fate in fates:
        json.dumps(fate.as_json())
        for fault in fate.faults:
            assert_complete(fault)
    return counts, fates


def _documented_offices(service: Service) -> None:
    import_offices(
        service.db, CLERK, (ROOT / "docs/offices.example.csv").read_bytes(), service.spec, NOW, dry_run=False
    )


def _codes(fates: list[Fate]) -> list[list[str]]:
    return [[fault.code for fault in fate.faults] for fate in fates]


def _counted(service: Service) -> tuple[int, int]:
    with service.db.reading() as read:
        files = read.exec(select(func.count()).select_from(CaseRow)).one()
        return files, read.exec(select(func.count()).select_from(CaseAction)).one()


def test_the_documented_jsonl_example_is_taken_in(service: Service) -> None:
    _documented_offices(service)
    counts, fates = _take(service, (ROOT / "docs/cases-import.example.jsonl").read_bytes())
    assert (counts.accepted, counts.refused, _codes(fates)) == (5, 0, [[]] * 5)
    assert fates[0].case == fates[3].case == "STSOU-2026-000001"
    with service.db.reading() as read:
        file = file_of(read, "STSOU-2026-000001", RULES)
        ruling = rulings_of(read, require_person(read, PERSON["national_number"]).id)[0]
    assert {code: matter.state for code, matter in file.matters.items()} == {
        "A1/C1": "at_prosecution",
        "A1/C2": "at_prosecution",
        "A2/C1": "shelved",
    }
    assert (file.holder, file.opened_on, file.version) == ("PRTIP", date(2026, 1, 11), 6)
    assert (ruling.case_number, ruling.final_on) == ("99/2010", date(2010, 6, 1))
    assert [(effect.kind, effect.effective_on) for effect in ruling.effects] == [("amnesty", date(2012, 5, 2))]
    assert trail(service.db).count("cases.import") == 1
    assert rebuild(service, CLERK, NOW, lambda done, total: None, only_check=True).found == 0


def test_the_documented_csv_example_is_taken_in(service: Service) -> None:
    _documented_offices(service)
    counts, fates = _take(service, (ROOT / "docs/cases-import.example.csv").read_bytes(), "csv")
    assert (counts.accepted, _codes(fates)) == (5, [[]] * 5)
    assert [fate.line for fate in fates] == [2, 3, 4, 5, 6]
    with service.db.reading() as read:
        file = file_of(read, fates[0].case or "", RULES)
    assert (file.matters["A1/C1"].state, file.matters["A1/C2"].state) == ("at_prosecution", "shelved")


def test_a_file_sent_again_adds_nothing(service: Service) -> None:
    with_case_offices(service)
    first, _ = _take(service, [OPEN, SEND])
    before = _counted(service)
    again, fates = _take(service, [OPEN, SEND])
    assert (first.accepted, again.accepted, again.already_there) == (2, 0, 2)
    assert [fate.case for fate in fates] == ["ST-TIP-2026-000001"] * 2
    assert _counted(service) == before


def test_a_run_killed_in_the_middle_is_run_again_and_nothing_is_twice(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_case_offices(service)
    monkeypatch.setattr(exchange_import, "BATCH", 3)
    rows = [OPEN | {"row": str(place)} for place in range(10)]
    raw = b"".join(json.dumps(row).encode() + b"\n" for row in rows)

    def killed(fate: Fate) -> None:
        if fate.row == "4":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_cases(service, CLERK, Import(io.BytesIO(raw), "jsonl", "court-1", killed, lambda done: None), NOW)
    assert _counted(service) == (6, 6)
    counts, fates = _take(service, raw)
    assert (counts.already_there, counts.accepted) == (6, 4)
    assert _counted(service) == (10, 10)
    assert len({fate.case for fate in fates}) == 10


def test_a_batch_that_cannot_be_kept_leaves_nothing_of_it(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with_case_offices(service)
    original = exchange_import._fate

    def killed(tx: Any, held: Any, actor: Any, row: Any, source: str, rules: Any) -> Fate:
        if row.row == "2":
            raise KeyboardInterrupt
        return original(tx, held, actor, row, source, rules)

    monkeypatch.setattr(exchange_import, "_fate", killed)
    with pytest.raises(KeyboardInterrupt):
        _take(service, [OPEN, SEND])
    assert _counted(service) == (0, 0)


def test_a_dry_run_tells_every_fate_and_keeps_nothing(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    with_case_offices(service)
    monkeypatch.setattr(exchange_import, "BATCH", 1)
    before = trail(service.db)
    counts, fates = _take(service, [OPEN, SEND, SEND | {"row": "3", "opened_by": "nobody"}], dry_run=True)
    assert (counts.accepted, counts.refused) == (2, 1)
    assert fates[1].case == "ST-TIP-2026-000001"
    assert _counted(service) == (0, 0)
    assert trail(service.db) == before


def test_a_row_stands_or_falls_whole_and_its_neighbours_stand(service: Service) -> None:
    with_case_offices(service)
    bad = OPEN | {"row": "bad", "then": [{"action": "shelve", "body": {"shelving_reason": "unimportant"}}]}
    counts, fates = _take(service, [OPEN | {"row": "a"}, bad, OPEN | {"row": "b"}])
    assert (counts.accepted, counts.refused) == (2, 1)
    assert _codes(fates)[1] == ["cases.illegal"]
    assert _counted(service) == (2, 2)
    assert [fate.case for fate in fates] == ["ST-TIP-2026-000001", None, "ST-TIP-2026-000002"]
    assert rebuild(service, CLERK, NOW, lambda done, total: None, only_check=True).found == 0


def test_a_row_that_changed_since_it_was_taken_in_is_refused(service: Service) -> None:
    with_case_offices(service)
    _take(service, [OPEN])
    _, fates = _take(service, [OPEN | {"body": THEFT | {"summary": "غير ذلك"}}, OPEN | {"happened_on": "2026-01-12"}])
    assert _codes(fates) == [["cases.import.changed"]] * 2


@pytest.mark.parametrize(
    ("row", "field", "code"),
    [
        (OPEN | {"row": None}, "row", "cases.import.form"),
        (OPEN | {"row": "x" * 101}, "row", "cases.import.form"),
        (OPEN | {"surprise": 1}, "surprise", "cases.import.unknown"),
        (OPEN | {"action": 7}, "action", "cases.import.form"),
        (OPEN | {"action": "fly"}, "action", "cases.import.unknown"),
        (OPEN | {"action": "open_by_split"}, "action", "cases.import.unknown"),
        (OPEN | {"happened_on": "11/01/2026"}, "happened_on", "cases.import.form"),
        (OPEN | {"matters": "A1/C1"}, "matters", "cases.import.form"),
        (OPEN | {"body": []}, "body", "cases.import.form"),
        (OPEN | {"basis": 5}, "basis", "cases.import.form"),
        (OPEN | {"office": ["ST-TIP"]}, "office", "cases.import.form"),
        (OPEN | {"then": {}}, "then", "cases.import.form"),
        (OPEN | {"then": [{}] * (MOST_STEPS + 1)}, "then", "cases.import.form"),
        (OPEN | {"then": [{"fly": 1, "action": "shelve"}]}, "then.0.fly", "cases.import.unknown"),
        (OPEN | {"body": THEFT | {"offence": "piracy"}}, "offence", "cases.field.choice"),
        (OPEN | {"case": "ST-TIP-2026-000009"}, "case", "cases.import.opens"),
        (SEND | {"opened_by": None}, "case", "cases.import.missing"),
        (SEND | {"opened_by": "none"}, "opened_by", "cases.import.unknown"),
        (SEND | {"case": "ST-TIP-2026-000001"}, "case", "cases.import.both"),
        (SEND | {"opened_by": None, "case": "NO-2026-000001"}, "number", "cases.not_found"),
        (
            SEND | {"action": "correct", "body": {"corrects": 1, "corrected": {}, "note": "x"}, "opened_by": "1"},
            "opened_by",
            "cases.import.unknown",
        ),
    ],
)
def test_what_is_wrong_with_a_row_is_said_of_its_field(desk: Service, row: Any, field: str, code: str) -> None:
    with suppress(Conflict):  # there since the first of these rows
        with_case_offices(desk)
    counts, fates = _take(desk, [row])
    assert (counts.accepted, counts.refused) == (0, 1)
    assert (field, code) in {(fault.field, fault.code) for fault in fates[0].faults}


def test_a_row_speaks_for_an_office_that_stood_or_stands_and_for_no_other(service: Service) -> None:
    with_case_offices(service)
    _, fates = _take(service, [OPEN | {"row": "x", "office": "NO-ONE"}])
    assert _codes(fates) == [["cases.import.office_unknown"]]
    close(service.db, CLERK, Order(date(2026, 3, 1), "دمج", "قرار"), "ST-BEN", "ST-TIP", NOW)
    _, fates = _take(service, [OPEN | {"row": "then", "office": "ST-BEN"}])
    assert _codes(fates) == [[]]
    late = OPEN | {"row": "late", "office": "ST-BEN", "happened_on": "2026-03-01"}
    assert _codes(_take(service, [late])[1]) == [["cases.import.office_closed"]]


def test_a_hand_over_that_comes_without_a_signed_receipt_is_listed_in_its_fate(service: Service) -> None:
    with_case_offices(service)
    received = SEND | {"row": "3", "action": "acknowledge", "office": "PR-TIP", "body": {}}
    counts, fates = _take(service, [OPEN, SEND, received])
    assert [fate.unsigned for fate in fates] == [(), (2,), (3,)]
    assert (counts.accepted, counts.unsigned) == (3, 2)
    assert fates[1].as_json()["unsigned"] == [2]


def test_an_action_of_two_officers_is_not_imported(service: Service) -> None:
    with_case_offices(service)
    body = {"corrects": 1, "corrected": {"place": "x"}, "note": "خطأ"}
    _, fates = _take(service, [OPEN, SEND | {"action": "correct", "body": body}])
    assert _codes(fates) == [[], ["cases.import.four_eyes"]]


def test_a_connected_system_imports_for_its_own_office_what_its_role_allows(service: Service) -> None:
    with_case_offices(service)
    system = Actor("station-system", "client", frozenset({"case_system"}), "ST-TIP")
    other = OPEN | {"row": "other", "office": "ST-BEN"}
    counts, fates = _take(service, [OPEN, SEND, other], actor=system)
    assert _codes(fates) == [[], ["core.policy.not_allowed"], ["cases.import.office"]]
    assert counts.accepted == 1
    with pytest.raises(NotAllowed):
        _take(service, [OPEN], actor=Actor("x", "staff", frozenset({"prosecutor"}), "PR-TIP"))


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "cases.import.json"),
        (b"[1]", "cases.import.form"),
        (b'"x"', "cases.import.form"),
        (b"\xff\xc3\x28", "cases.import.encoding"),
        ("{\"row\": \"سالم\"}".encode("windows-1256"), "cases.import.encoding"),
        (b'{"row": "\\ud800", "action": "open"}', "cases.import.encoding"),
        (b'{"row": "1", "body": {"x": NaN}}', "cases.import.json"),
        (b"[" * 100_000, "cases.import.json"),
        (b'{"row": "' + b"x" * LONGEST_ROW + b'"}', "cases.import.too_long"),
        (b"x" * (3 * LONGEST_ROW + 5), "cases.import.too_long"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_refused_and_the_next_is_read(desk: Service, line: bytes, code: str) -> None:
    good = json.dumps(OPEN | {"row": "good", "office": "NOWHERE"}).encode()
    _, fates = _take(desk, b"\xef\xbb\xbf" + line + b"\r\n\r\n" + good)
    assert _codes(fates) == [[code], ["staff.office.unknown"]] or _codes(fates)[0] == [code]
    assert [fate.line for fate in fates] == [1, 3]


@pytest.mark.parametrize(
    ("content", "form", "field"),
    [
        ("{}".encode("utf-16"), "jsonl", "file"),
        (b"\x00{}", "jsonl", "file"),
        (b"row,action,fly\n", "csv", "file"),
        (b"row,row,action\n", "csv", "file"),
        (b"row,office\n", "csv", "file"),
        (b"", "csv", "file"),
        (b"row,then,action\n", "csv", "file"),
    ],
)
def test_a_file_of_another_kind_is_refused_whole(desk: Service, content: bytes, form: Form, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        _take(desk, content, form)
    assert [fault.field for fault in caught.value.faults] == [field]


def test_cells_that_cannot_be_read_are_named(desk: Service) -> None:
    head = b"row,action,office,fine_dinars,penalties,foreign_judgment\n"
    lines = b'1,rule,X,many,,\n2,rule,X,,{,\n3,rule\n4,rule,X,"open\n'
    _, fates = _take(desk, head + lines, "csv")
    assert _codes(fates) == [
        ["cases.import.cell"],
        ["cases.import.cell"],
        ["cases.import.cells"],
        ["cases.import.too_long"],
    ]


def test_a_sender_has_a_plain_name(desk: Service) -> None:
    for source in ("", "محكمة", "a/b", "x" * 61):
        with pytest.raises(Invalid):
            import_cases(desk, CLERK, Import(io.BytesIO(), "jsonl", source, print, print), NOW)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400), form=st.sampled_from(["jsonl", "csv"]))
def test_any_bytes_end_in_rows_or_typed_faults(content: bytes, form: Form) -> None:
    try:
        for row in rows_in(io.BytesIO(content), form, RULES):
            assert row.faults or row.steps or row.file is not None
    except Invalid as error:
        assert error.faults[0].field == "file"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda held: st.lists(held, max_size=3) | st.dictionaries(st.sampled_from([*OPEN, "then", "form", "x"]), held),
    max_leaves=8,
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(row=st.dictionaries(st.sampled_from([*OPEN, "then", "form", "entries", "id"]), JSON, max_size=6))
def test_any_row_has_a_fate(desk: Service, row: dict[str, Any]) -> None:
    raw = json.dumps({"form": "ly.issuance.case/1", **row} if "form" in row else row).encode()
    counts, fates = _take(desk, raw + b"\n", dry_run=True)
    assert counts.refused == len(fates) <= 1


def test_rows_are_read_one_at_a_time(tmp_path: Path) -> None:
    """Memory does not follow the file: a row is given before the next is read."""
    stream = io.BytesIO(b"".join(json.dumps(OPEN | {"row": str(i)}).encode() + b"\n" for i in range(2_000)))
    rows = rows_in(stream, "jsonl", RULES)
    next(rows)
    assert stream.tell() < 2_000


def test_two_systems_of_one_source_name_learn_nothing_of_each_other(service: Service) -> None:
    with_case_offices(service)
    row = OPEN
    first, second = (Actor(f"client-{n}", "client", frozenset({"case_system"}), "ST-TIP") for n in (1, 2))
    (one,), (again,) = (_take(service, [row], actor=first)[1] for _ in range(2))
    assert (one.outcome, again.outcome, one.case) == ("accepted", "already_there", again.case)
    (other,) = _take(service, [row | {"body": THEFT | {"summary": "واقعة أخرى"}}], actor=second)[1]
    assert other.outcome == "accepted"
    assert other.case not in (None, one.case)
