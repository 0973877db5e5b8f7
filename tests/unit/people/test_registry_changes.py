"""Who changes the registry's own table: one officer, two, or a file; what each leaves behind. LIBYA 1.3 [S24-S26]."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from issuance.core.actor import Actor
from issuance.core.outbox import events_after
from issuance.people import registry_marks as marks
from issuance.people import registry_watch as watch
from issuance.people.public import family_members, find_person, registry_holds, resolve, watched_family
from issuance.people.registry_import import Fate, import_records
from issuance.people.registry_model import RegistryChange, WatchedFamily
from issuance.service import Service
from specs.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from tests.service import CLERK, NOW, TODAY, enter, found, trail
from tests.unit.people.registry_server import record

DIRECTOR, SECOND = (Actor(name, "staff", frozenset({"registry_officer"}), "CTIP") for name in ("director", "second"))
OFFICER = Actor("issuer", "staff", frozenset({"passport_officer"}), "PTIP")


def state(service: Service, number: str) -> str:
    """Live, or why no document is issued to this number."""
    try:
        return resolve(service, CLERK, number, NOW)[1].state
    except Refused as error:
        return error.faults[0].code.removeprefix("people.registry.")


def asked(service: Service, number: str, kind: str, actor: Actor = DIRECTOR) -> str:
    """The id of the approval that a mark waits for."""
    done = marks.mark(service, actor, number, kind, "JUD/2026/5", "by judgment", NOW)
    assert done.approval is not None
    return done.approval


def two(service: Service, number: str, kind: str) -> None:
    marks.decide(service, SECOND, asked(service, number, kind), "read the judgment", NOW, approved=True)


def told(service: Service, person: str) -> list[str]:
    """What other systems were told of a person."""
    with service.db.reading() as read:
        return [one.body["change"] for one in events_after(read, CLERK, 0, 500) if one.subject == f"person:{person}"]


@pytest.mark.parametrize(
    ("serial", "kind"), list(enumerate(["nationality_withdrawn", "number_withdrawn", "cleared", "restored"]))
)
def test_a_director_alone_neither_withdraws_nor_clears_s26(desk: Service, serial: int, kind: str) -> None:
    number = f"11990900500{serial}"
    person = enter(desk, national_number=number)
    if kind == "cleared":
        marks.mark(desk, DIRECTOR, number, "under_review", "REV/1", "", NOW)
    if kind == "restored":
        marks.mark(desk, DIRECTOR, number, "deceased", "DTH/1", "", NOW)
    before = state(desk, number), told(desk, person.id)
    approval = asked(desk, number, kind)
    for alone in (DIRECTOR, OFFICER, CLERK):
        with pytest.raises(NotAllowed):
            marks.decide(desk, alone, approval, "I agree with myself", NOW, approved=True)
    with pytest.raises(NotAllowed):
        marks.mark(desk, CLERK, number, kind, "JUD/1", "the console is no officer", NOW)
    assert (state(desk, number), told(desk, person.id)) == before
    assert approval in {one["approval"] for one in marks.waiting(desk, SECOND, NOW)}
    assert approval not in {one["approval"] for one in marks.waiting(desk, DIRECTOR, NOW)}
    marks.decide(desk, SECOND, approval, "read the judgment", NOW, approved=True)
    assert state(desk, number) == ("live" if kind in ("cleared", "restored") else kind)
    assert told(desk, person.id) == [*before[1], kind]
    with desk.db.reading() as read:
        last = read.exec(select(RegistryChange).where(RegistryChange.person_id == person.id)).all()[-1]
    assert (last.kind, last.reference, last.approval, last.by) == (kind, "JUD/2026/5", approval, "second")


def test_a_refused_mark_changes_nothing(desk: Service) -> None:
    enter(desk, national_number="119909005010")
    approval = asked(desk, "119909005010", "number_withdrawn")
    marks.decide(desk, SECOND, approval, "no such judgment", NOW, approved=False)
    assert state(desk, "119909005010") == "live"


def test_an_approval_is_void_when_the_record_changed_meanwhile(desk: Service) -> None:
    enter(desk, national_number="119909005011")
    approval = asked(desk, "119909005011", "nationality_withdrawn")
    marks.mark(desk, SECOND, "119909005011", "deceased", "DTH/2", "", NOW)
    with pytest.raises(Conflict):
        marks.decide(desk, SECOND, approval, "late", NOW, approved=True)
    assert state(desk, "119909005011") == "deceased"


def test_one_officer_does_not_turn_a_withdrawn_record_into_a_dead_one(desk: Service) -> None:
    enter(desk, national_number="119909005012")
    two(desk, "119909005012", "number_withdrawn")
    with pytest.raises(Conflict):
        marks.mark(desk, DIRECTOR, "119909005012", "deceased", "DTH/3", "", NOW)


def test_under_review_blocks_by_its_reference_and_is_no_state_of_the_person_s25(service: Service) -> None:
    number = "119909000012"
    marks.mark(service, DIRECTOR, number, "under_review", "REV/2026/17", "", NOW)
    _, held = resolve(service, CLERK, number, NOW)
    with service.db.reading() as read:
        (reason,) = registry_holds(read, held, service.spec.passport.registry, TODAY)
    assert (held.state, reason.kind, reason.blocks, reason.reference) == ("live", "under_review", True, "REV/2026/17")
    with pytest.raises(Conflict):
        marks.mark(service, DIRECTOR, number, "under_review", "REV/2026/18", "", NOW)


@pytest.mark.parametrize(
    ("number", "kind", "reference", "error", "field"),
    [
        ("119909005099", "deceased", "DTH/1", NotFound, "national_number"),
        ("119909000012", "guilty", "DTH/1", Invalid, "kind"),
        ("119909000012", "deceased", "", Invalid, "reference"),
        ("119909000012", "deceased", "119909000012", Invalid, "reference"),
        ("119909000012", "deceased", "حكم 5", Invalid, "reference"),
        ("1199", "deceased", "DTH/1", Invalid, "national_number"),
        ("119909000012", "cleared", "REV/9", Conflict, "kind"),
        ("119909000012", "restored", "REV/9", Conflict, "kind"),
    ],
)
def test_a_mark_that_cannot_be_says_why(
    desk: Service, number: str, kind: str, reference: str, error: type[Exception], field: str
) -> None:
    with pytest.raises(error) as caught:
        marks.mark(desk, DIRECTOR, number, kind, reference, "why", NOW)
    assert {name for name, _ in found(caught.value)} == {field}  # type: ignore[arg-type]


def test_a_family_record_is_watched_by_two_once_and_ended_by_two_s24(service: Service) -> None:
    number = "119909000012"
    import_records(service, CLERK, lines(record(number, family_record="F-61")), "jsonl", NOW)
    approval = watch.ask_watch(service, DIRECTOR, "F-61", "PP/SRT/598", "forged numbers", NOW)
    again = watch.ask_watch(service, SECOND, "F-61", "PP/SRT/599", "the same", NOW)
    with service.db.reading() as read:
        assert watched_family(read, "F-61") is None
    with pytest.raises(NotAllowed):
        marks.decide(service, DIRECTOR, approval, "mine", NOW, approved=True)
    marks.decide(service, SECOND, approval, "read the file", NOW, approved=True)
    with pytest.raises(Conflict):
        marks.decide(service, DIRECTOR, again, "twice", NOW, approved=True)
    _, held = resolve(service, CLERK, number, NOW)
    with service.db.reading() as read:
        assert len(family_members(read, "F-61")) == 1
        (reason,) = registry_holds(read, held, service.spec.passport.registry, TODAY)
    assert (reason.kind, reason.reference) == ("watched_family_record", "PP/SRT/598")
    (standing,) = watch.watches(service, DIRECTOR, now=NOW)
    ending = watch.ask_end(service, SECOND, standing.id, "closed", NOW)
    with pytest.raises(NotAllowed):
        marks.decide(service, SECOND, ending, "mine", NOW, approved=True)
    marks.decide(service, DIRECTOR, ending, "closed indeed", NOW, approved=True)
    assert watch.watches(service, DIRECTOR, now=NOW) == []
    assert [one.id for one in watch.watches(service, DIRECTOR, now=NOW, ended=True)] == [standing.id]
    with service.db.reading() as read:
        assert read.exec(select(WatchedFamily.standing)).all() == [None]
    assert "F-61" not in json.dumps(trail(service.db))


def lines(*rows: Any) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def fates(service: Service, content: bytes, form: Any = "jsonl", **more: Any) -> list[Fate]:
    return import_records(service, DIRECTOR, content, form, NOW, **more)


def test_each_row_of_an_import_has_its_fate_and_a_dry_run_says_the_same_and_keeps_nothing(desk: Service) -> None:
    names = {"arabic": dict(record()["names"]["arabic"], family="الزاوي")}
    first = (
        lines(
            record("119909005020", family_record="F-20"),
            record("119909005021", state="deceased"),
            {"national_number": "119909005022"},
            "not a row",
            record("119909005020"),
            record("219909005023"),
            record("119909005024", father="12"),
        )
        + b"\n{"
    )
    dry = fates(desk, first, dry_run=True)
    with desk.db.reading() as read:
        assert find_person(read, "119909005020") is None
    done = fates(desk, first)
    said = ["entered", "entered", *["refused"] * 6]
    assert [one.fate for one in done] == [one.fate for one in dry] == said
    assert [one.line for one in done] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert all(fault.field for one in done for fault in one.faults)
    assert (state(desk, "119909005020"), state(desk, "119909005021")) == ("live", "deceased")
    second = lines(
        record("119909005020", family_record="F-20"),
        record("119909005021", state="deceased", under_review="REV/3"),
        record("119909005021", state="deceased"),
    )
    assert [(one.fate, one.kinds) for one in fates(desk, second)] == [
        ("same", ()),
        ("changed", ("under_review",)),
        ("refused", ()),
    ]
    moved = [{"from_office": "Ubari", "to_office": "Hun", "on": "2026-02-01"}]
    third = lines(record("119909005020", family_record="F-61", transfers=moved, names=names))
    (one,) = fates(desk, third)
    assert (one.fate, set(one.kinds)) == ("changed", {"moved", "corrected"})
    assert one.person is not None
    assert set(told(desk, one.person)) == {"moved", "corrected"}


@pytest.mark.parametrize(
    ("serial", "before", "after"),
    [
        (0, {}, {"state": "nationality_withdrawn"}),
        (1, {}, {"state": "number_withdrawn"}),
        (2, {"state": "deceased"}, {}),
        (3, {"under_review": "REV/4"}, {}),
        (4, {"state": "number_withdrawn"}, {"state": "deceased"}),
        (5, {"state": "number_withdrawn"}, {"state": "unregistered"}),
    ],
)
def test_a_file_is_no_way_round_the_second_officer_s26(
    desk: Service, serial: int, before: dict[str, Any], after: dict[str, Any]
) -> None:
    number = f"11990900504{serial}"
    assert fates(desk, lines(record(number, **before)))[0].fate == "entered"
    (one,) = fates(desk, lines(record(number, **after)))
    assert (one.fate, {fault.code for fault in one.faults}) == ("refused", {"people.registry.two_people"})
    assert state(desk, number) == before.get("state", "live")


def test_a_csv_says_the_same_as_json_lines(desk: Service) -> None:
    row = {
        "national_number": "119909005030",
        "state": "live",
        "arabic_first": "سالم",
        "arabic_father": "علي",
        "arabic_grandfather": "محمد",
        "arabic_family": "المبروك",
        "mother_arabic": "فاطمة حسن",
        "sex": "M",
        "birth_date": "1990-05-17",
        "birth_place_arabic": "طرابلس",
        "birth_place_latin": "TRIPOLI",
        "nationality": "LBY",
        "registered_on": "1990-06-01",
        "registered_late": "no",
        "family_record": "F-1001",
        "transfers": "Ubari>Hun@2013-05-01; Hun>Sokna@2014-06-02",
        "synthetic": "yes",
    }
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, row)
    writer.writeheader()
    writer.writerow(row)
    writer.writerow(row | {"national_number": "119909005031", "transfers": "Ubari", "registered_late": "perhaps"})
    good, bad = fates(desk, out.getvalue().encode("utf-8-sig"), "csv")
    assert (good.fate, good.line, bad.fate, bad.line) == ("entered", 2, "refused", 3)
    assert {fault.field for fault in bad.faults} == {
        "registered_late",
        "transfers.0.from_office",
        "transfers.0.to_office",
        "transfers.0.on",
    }
    transfers = [
        {"from_office": "Ubari", "to_office": "Hun", "on": "2013-05-01"},
        {"from_office": "Hun", "to_office": "Sokna", "on": "2014-06-02"},
    ]
    names = record()["names"] | {"latin": None}
    same = record("119909005030", family_record="F-1001", transfers=transfers, names=names)
    assert fates(desk, lines(same))[0].fate == "same"


@pytest.mark.parametrize(
    ("content", "form"),
    [
        (b"\xff\xfea", "csv"),
        (b"", "csv"),
        (b"state\nlive", "csv"),
        (b"national_number,x\n1,2", "csv"),
        (b"\xd8", "jsonl"),
    ],
)
def test_a_file_that_is_no_such_file_is_refused_whole(desk: Service, content: bytes, form: str) -> None:
    with pytest.raises(Invalid) as caught:
        fates(desk, content, form)
    assert {field for field, _ in found(caught.value)} == {"file"}


def test_only_registry_officers_change_the_registry(desk: Service) -> None:
    for attempt in (
        lambda: marks.mark(desk, OFFICER, "119909000012", "deceased", "DTH/1", "", NOW),
        lambda: import_records(desk, OFFICER, b"", "jsonl", NOW),
        lambda: watch.ask_watch(desk, OFFICER, "F-1", "PP/1", "why", NOW),
        lambda: watch.watches(desk, OFFICER, now=NOW),
        lambda: marks.waiting(desk, OFFICER, NOW),
    ):
        with pytest.raises(NotAllowed):
            attempt()


def test_where_another_body_keeps_the_registry_it_alone_changes_it(desk: Service) -> None:
    elsewhere = desk.settings.model_copy(update={"civil_registry_url": "https://registry.example"})
    asking = replace(desk, settings=elsewhere)
    for attempt in (
        lambda: marks.mark(asking, DIRECTOR, "119909000012", "deceased", "DTH/1", "", NOW),
        lambda: import_records(asking, DIRECTOR, b"", "jsonl", NOW),
    ):
        with pytest.raises(Refused) as caught:
            attempt()
        found(caught.value)


def test_an_approval_expires(desk: Service) -> None:
    enter(desk, national_number="119909005050")
    approval = asked(desk, "119909005050", "number_withdrawn")
    with pytest.raises(Conflict):
        marks.decide(desk, SECOND, approval, "late", NOW + timedelta(days=400), approved=True)
