"""Random orders of actions by many officers: whatever happens, a file is lawful, its tables equal its entries,
and nothing that was written is ever changed.

Expected here: the entries before are a prefix of the entries after; one action is one entry, one version; no ruling is
final before the days the law gives; what needs two officers has two.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import SQLModel, col, select

from issuance.cases.access import Access
from issuance.cases.act import Move, act
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import CaseFile
from issuance.cases.fold import fold
from issuance.cases.four_eyes import approve, propose
from issuance.cases.history import actions_of, broken_links, file_of, rows_of_case
from issuance.cases.legal import legal_moves
from issuance.cases.model import CaseRow, Ruling, RulingEffect
from issuance.cases.projection import TABLES, erase, rows_of
from issuance.cases.rebuild import rebuild
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.db.session import ReadSession
from issuance.db.tables import OutboxRow
from issuance.service import Service
from issuance.staff.public import reach_of
from specs.errors import IssuanceError, NotAllowed
from tests.casework import (
    CASE_OFFICES,
    DETENTION,
    at_prosecution,
    before_felony_court,
    before_summary_court,
    officer,
    opened,
    with_case_offices,
)
from tests.service import CLERK, NOW, PERSON, TODAY, enter

ROLES = (
    *("station_officer", "station_chief", "prosecutor", "chief_prosecutor", "attorney_general", "investigating_judge"),
    *("indictment_chamber", "court_registrar", "judge", "supreme_court_registrar", "execution_officer"),
    *("case_supervisor", "records_officer"),
)
SECOND = "219950000015"
SHORTEST = {"summary": 10, "objection": 10, "penal_order": 10, "appeal": 30, "felony": 30, "appeal_objection": 30}
STEPS = 12
ENDINGS = {"amnesty", "decriminalise", "record_death"}  # drawn less often than what leads on
WITH_FILES = {"add_evidence", "hand_evidence"}  # evidence has a store and tests of its own


@pytest.fixture(scope="module")
def register(desk: Service) -> Service:
    enter(desk, national_number=SECOND, sex="F", birth_date="1995-03-01")
    return with_case_offices(desk)


@dataclass
class Life:
    """One file on its random way. day: when the last thing happened; kept: its entries as they were last seen."""

    service: Service
    rules: CaseRules
    draw: Any
    number: str
    day: date
    kept: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> CaseFile:
        with self.service.db.reading() as read:
            return file_of(read, self.number, self.rules)

    def officers(self, file: CaseFile, name: str, *, approving: bool = False) -> list[Actor]:
        """Everybody who may do this to the file now."""
        if self.rules.lifecycle.actions[name].internal:
            return []
        offices = dict.fromkeys([file.holder, *([file.transfer.receiver] if file.transfer is not None else [])])
        with self.service.db.reading() as read:
            reaches = {office: reach_of(read, office, TODAY, territory=True) for office in offices}
        everybody = [Access(officer(role, office), reaches[office], self.rules) for office in offices for role in ROLES]
        if approving:
            return [one.actor for one in everybody if one.readable(file) and one.allowed("cases.approve", file)]
        return [one.actor for one in everybody if one.readable(file) and one.allowed(f"cases.{name}", file)]

    def step(self) -> None:
        file = self.read()
        legal = [name for name in legal_moves(file, self.rules) if name not in WITH_FILES]
        moving = [name for name in legal if self.rules.lifecycle.actions[name].moves and name not in ENDINGS]
        anything = st.sampled_from([*self.rules.lifecycle.actions])
        names = st.sampled_from(moving or legal) | st.sampled_from(moving or legal) | st.sampled_from(legal) | anything
        name = self.draw(st.just("acknowledge") | names if file.transfer is not None else names)
        people = self.officers(file, name)
        if name in legal and file.classification == "public" and not file.sealed:  # else it may wait for an assignment
            assert people, (name, file.holder, [m.state for m in file.matters.values()])
        actor = self.draw(st.sampled_from(people or [officer("prosecutor", file.holder)]))
        self.day = min(TODAY, self.day + timedelta(days=self.draw(st.sampled_from([0, 0, 1, 7, 11, 40, 90]))))
        matters = legal_moves(file, self.rules).get(name, ())
        some = tuple(self.draw(st.lists(st.sampled_from(matters), unique=True))) if matters else ()
        basis = self.draw(st.sampled_from(["", "عذر قهري"]))
        move = Move(name, self.body(file, name), some, self.day, basis)
        with suppress(_Refused):
            self.check(file, self.carry_out(file, actor, move), move)
        self.hold(self.read())

    def carry_out(self, file: CaseFile, actor: Actor, move: Move) -> CaseFile:
        kind = self.rules.lifecycle.actions[move.name]
        try:
            if not kind.four_eyes:
                return act(self.service, actor, self.number, move, NOW, expected=file.version)
            asked = propose(self.service, actor, self.number, move, "سبب", NOW)
            with pytest.raises((NotAllowed, IssuanceError)):
                approve(self.service, actor, asked, "نعم", NOW)
            others = [one for one in self.officers(file, move.name, approving=True) if one.id != actor.id]
            assert others, (move.name, file.holder)
            return approve(self.service, others[0], asked, "نعم", NOW)
        except IssuanceError as error:
            assert all(fault.code and fault.ar and fault.en for fault in error.faults)
            raise _Refused from error

    def body(self, file: CaseFile, name: str) -> dict[str, Any]:
        kind = self.rules.lifecycle.actions[name]
        if name == "correct":
            return self.correction(file)
        asked = [*kind.asks, *(one for one in kind.may if self.draw(st.booleans()))]
        return {one: value for one in asked if (value := self.value(file, name, one)) is not None}

    def correction(self, file: CaseFile) -> dict[str, Any]:
        """Another value for something that an entry of the file asks for, or another day."""
        seq = self.draw(st.integers(1, file.version))
        entry = self.kept[seq - 1]["name"]
        kind = self.rules.lifecycle.actions[entry]
        asked = self.draw(st.sampled_from(["happened_on", *kind.asks, *kind.may]))
        value = self.day.isoformat() if asked == "happened_on" else self.value(file, entry, asked)
        return {"corrects": seq, "corrected": {asked: value}, "note": "سهو"}

    def value(self, file: CaseFile, name: str, asked: str) -> Any:
        spec = self.rules.lifecycle.fields[asked]
        match spec.kind:
            case "office":
                kinds = self.rules.lifecycle.actions[name].hands_over
                return self.draw(
                    st.sampled_from(
                        [o.code for o in CASE_OFFICES if o.kind in kinds and o.code != file.holder] or [file.holder]
                    )
                )
            case "choice":
                codes = [*self.rules.vocabularies[spec.vocabulary or ""]]
                return self.draw(st.sampled_from(codes))
            case "accused":
                return self.draw(st.sampled_from([*file.accused, "A9"]))
            case "accused_list":
                return self.draw(st.lists(st.sampled_from([*file.accused]), min_size=1, max_size=2))
            case "charges":
                return self.draw(st.lists(st.sampled_from([*file.charges]), min_size=1, max_size=2))
            case "date":
                return (self.day - timedelta(days=self.draw(st.integers(-30, 300)))).isoformat()
            case "moment":
                return f"{self.day}T06:00:00+02:00"
            case "person":
                return self.draw(st.sampled_from([PERSON["national_number"], SECOND]))
            case "penalties":
                return DETENTION
            case "dinars":
                return self.draw(st.integers(1, 500))
            case "case":
                return self.draw(st.sampled_from([link.number for link in file.links] or ["none"]))
            case "text":
                return "نص"
            case _:
                return None

    def check(self, before: CaseFile, after: CaseFile, move: Move) -> None:
        assert after == self.read()
        assert after.version == before.version + 1
        last = self.kept[-1:] and self.entries(after)[-1]
        if self.rules.lifecycle.actions[move.name].four_eyes:
            assert last and last["asked_by"] not in (None, last["actor_id"])

    def hold(self, file: CaseFile) -> None:
        """What is true after every step, done or refused."""
        entries = self.entries(file)
        assert entries[: len(self.kept)] == self.kept
        assert len(entries) - len(self.kept) in (0, 1) or not self.kept
        self.kept = entries
        states = self.rules.lifecycle.states
        for matter in file.matters.values():
            assert matter.state in states
            assert {*matter.previous} <= {*states}
            for ruling in matter.rulings:
                if ruling.final_by == "lapsed" and ruling.final_on is not None:
                    absent = ruling.presence == "in_absentia" and ruling.verdict == "acquittal"  # nothing to object to
                    from_ruling = ruling.presence == "in_presence" or absent
                    begins = ruling.ruled_on if from_ruling else ruling.notified_on
                    assert begins is not None
                    assert ruling.final_on > begins + timedelta(days=SHORTEST[ruling.instance])
        with self.service.db.reading() as read:
            rows = rows_of_case(read, file.id)
            assert list(broken_links(file.id, rows)) == []
            assert fold(file.id, file.number, actions_of(read, file.id), self.rules) == file
            assert kept_rows(read, file) == wanted_rows(file, self.rules)

    def entries(self, file: CaseFile) -> list[dict[str, Any]]:
        with self.service.db.reading() as read:
            return [row.model_dump() for row in rows_of_case(read, file.id)]


class _Refused(Exception):
    """The register refused the step, with its reasons."""


def wanted_rows(file: CaseFile, rules: CaseRules) -> list[tuple[str, str]]:
    return sorted((table.__name__, _told(row)) for table, row in rows_of(file, rules))


def _told(row: dict[str, Any]) -> str:
    """A moment reads the same whatever made it: what a split carried was text on the way."""
    in_utc = {name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in row.items()}
    return repr(sorted(in_utc.items()))


def kept_rows(read: ReadSession, file: CaseFile) -> list[tuple[str, str]]:
    """Every projected row of the file as the database holds it."""
    kept: list[SQLModel] = []
    for table in TABLES:
        columns: Any = table
        if table is RulingEffect:
            of_file = select(Ruling.id).where(Ruling.case_id == file.id)
            kept += read.exec(select(table).where(col(RulingEffect.ruling_id).in_(of_file))).all()
        else:
            key = columns.case_id if hasattr(table, "case_id") else columns.id
            kept += read.exec(select(table).where(key == file.id)).all()
    return sorted((type(row).__name__, _told(row.model_dump())) for row in kept)


def live(service: Service, draw: Any, steps: int) -> None:
    """One file through so many random steps, then its sisters and the feed."""
    rules = CaseRules.of(service.spec)
    begin = draw(st.sampled_from([opened, at_prosecution, before_summary_court, before_felony_court]))
    life = Life(service, rules, draw, begin(service).number, date(2026, 2, 10))
    file = life.read()
    life.hold(file)
    for _ in range(steps):
        life.step()
    for link in life.read().links:
        sister = Life(service, rules, draw, link.number, life.day)
        sister.hold(sister.read())
    with service.db.reading() as read:
        places = read.exec(select(OutboxRow.seq).order_by(col(OutboxRow.seq))).all()
    assert places == list(range(1, len(places) + 1))
    hold_rebuilt(service)


def hold_rebuilt(service: Service) -> None:
    """Every table of cases lost, and made anew from the entries by the real command, row for row as it was."""
    before, now = every_row(service), service.clock()
    assert rebuild(service, CLERK, now, lambda done, total: None, only_check=True).differences == []
    with unit_of_work(service.db, CLERK, "the tables are lost", now) as tx:
        erase(tx.session, tx.read.exec(select(CaseRow.id)).all())
        tx.audit("cases.rebuild", "cases")
    lost = every_row(service)
    assert lost["cases"] == lost["case_matters"] == []
    outcome = rebuild(service, CLERK, now, lambda done, total: None)
    assert outcome.mended == outcome.files == len(before["cases"])
    assert every_row(service) == before


def every_row(service: Service) -> dict[str, list[str]]:
    """What stands in each table that is made from entries, whatever file it is of."""
    with service.db.reading() as read:
        return {
            str(table.__tablename__): sorted(repr(sorted(row.model_dump().items())) for row in read.exec(select(table)))
            for table in TABLES
        }


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_order_of_actions_breaks_a_file(register: Service, data: Any) -> None:
    live(register, data.draw, STEPS)


@pytest.mark.slow
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_long_order_of_actions_breaks_a_file(register: Service, data: Any) -> None:
    live(register, data.draw, 40)


@pytest.mark.slow
@settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_order_of_actions_breaks_a_file_of_either_database(service: Service, data: Any) -> None:
    with suppress(IssuanceError):
        with_case_offices(service)
        enter(service, national_number=SECOND, sex="F", birth_date="1995-03-01")
    live(service, data.draw, STEPS)
