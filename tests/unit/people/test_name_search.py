"""People are proposed by name from an index, with the reason, for a stated purpose; the register is never scanned."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import select

from issuance.core.actor import PUBLIC
from issuance.core.purpose import Purpose
from issuance.db.migrate import downgrade, migrate
from issuance.db.session import Database
from issuance.db.tables import AuditRow
from issuance.people import commands
from issuance.people.model import PersonLook, PersonNameKey
from issuance.people.name_candidates import candidates, sharing
from issuance.people.name_index import rebuild
from issuance.people.name_keys import probes
from issuance.people.name_ranges import people_ranges
from issuance.people.name_words import standing_search_tables, units_of
from issuance.people.search import MAXIMUM_PROPOSALS, propose, search_people
from issuance.service import Service
from specs.errors import Invalid, NotAllowed
from tests.crowd import crowd, enter_crowd
from tests.service import CLERK, NOW, PERSON, found, replaced, trail
from tests.unit.people.spellings import arabic_spellings, latin_spellings

PEOPLE = 1_500
DUTY = Purpose("duty")
PARTS = ("first", "father", "grandfather", "family")
KEYS: Any = PersonNameKey.__table__  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def town(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("town") / "issuance.db"
    path.write_bytes(sqlite_template.read_bytes())
    db = Database(f"sqlite:///{path}")
    enter_crowd(db, PEOPLE)
    yield db
    db.close()


TOWN = list(crowd(PEOPLE))


def proposed(db: Database, query: str) -> list[str]:
    with db.reading() as read:
        return [
            proposal.person.id for proposal in propose(read, units_of(query, asked=True), MAXIMUM_PROPOSALS).proposals
        ]


def enter(service: Service, number: str, arabic: str, surname: str, given: str) -> str:
    record = replaced(PERSON, "names.arabic", dict(zip(PARTS, arabic.split("|"), strict=True)))
    record = replaced(record, "names.latin", {"surname": surname, "given": given}) | {"national_number": number}
    return commands.register(service, CLERK, record, None, NOW).id


def keys(db: Database) -> set[tuple[str, str]]:
    with db.reading() as read:
        return {(row.person_id, row.key) for row in read.exec(select(PersonNameKey))}


@given(data=st.data(), person=st.sampled_from(TOWN))
@settings(max_examples=40, deadline=None)
def test_anyone_registered_is_proposed_for_any_spelling_of_the_whole_name(
    town: Database, data: st.DataObject, person: dict[str, Any]
) -> None:
    tables = standing_search_tables().part
    script = data.draw(st.sampled_from([arabic_spellings, latin_spellings]))
    query = " ".join(data.draw(script(person[f"arabic_{part}"], tables)) for part in PARTS)
    assert person["id"] in proposed(town, query), query


@given(person=st.sampled_from(TOWN))
@settings(max_examples=25, deadline=None)
def test_anyone_is_proposed_by_the_spelling_of_the_passport(town: Database, person: dict[str, Any]) -> None:
    assert person["id"] in proposed(town, f"{person['latin_given']} {person['latin_surname']}")


@given(data=st.data(), person=st.sampled_from(TOWN))
@settings(max_examples=25, deadline=None)
def test_three_right_names_of_four_are_enough(town: Database, data: st.DataObject, person: dict[str, Any]) -> None:
    names = [person[f"arabic_{part}"] for part in PARTS]
    names[data.draw(st.integers(0, 3))] = "قرنفل"
    assert person["id"] in proposed(town, " ".join(names))


def test_the_reason_says_which_part_and_how(service: Service) -> None:
    enter(service, "119909000020", "إبراهيم|محمود|عبد السلام|القذافي", "ALGADDAFI", "IBRAHIM MAHMOUD ABDULSALAM")
    asked = (
        ("ابراهيم القذافي", [("first", "spelling"), ("family", "same")], 98),
        ("Ibrahim Gathafi", [("first", "latin"), ("family", "sound")], None),
        ("إبراهيم محمد", [("first", "same"), ("father", "sound")], None),
        ("عبدالسلام", [("grandfather", "same")], 100),
        ("القدافي", [("family", "sound")], None),
    )
    for query, reasons, percent in asked:
        answer = search_people(service, CLERK, query, DUTY, NOW)
        best = answer.proposals[0].like
        assert [(match.part, match.how) for match in best.matches] == reasons, query
        assert best.percent == percent or (percent is None and 50 <= best.percent < 100), query
        assert answer.narrow is None


def test_the_order_is_by_score_then_name(service: Service) -> None:
    enter(service, "119909000020", "محمود|سالم|علي|الورفلي", "ALWERFALLI", "MAHMOUD SALEM ALI")
    enter(service, "119909000038", "محمد|يوسف|علي|الورفلي", "ALWERFALLI", "MOHAMED YOUSEF ALI")
    enter(service, "119909000046", "محمد|حسن|علي|الورفلي", "ALWERFALLI", "MOHAMED HASSAN ALI")
    answer = search_people(service, CLERK, "محمد الورفلي", DUTY, NOW)
    assert [p.person.arabic.full for p in answer.proposals] == [
        "محمد حسن علي الورفلي",
        "محمد يوسف علي الورفلي",
        "محمود سالم علي الورفلي",
    ]
    scores = [p.like.percent for p in answer.proposals]
    assert scores[0] == scores[1] == 100 > scores[2]


def test_a_search_is_audited_with_its_purpose_and_without_a_name(service: Service) -> None:
    answer = search_people(service, CLERK, "سالم المبروك", Purpose("identity", "مطابقة متهم"), NOW)
    with service.db.reading() as read:
        row = read.exec(select(AuditRow).order_by(AuditRow.seq.desc())).first()  # type: ignore[attr-defined]
        look = read.exec(select(PersonLook)).one()
    assert row is not None
    assert (row.action, row.subject) == ("people.search", "people")
    assert json.loads(row.detail) == {"look": look.id, "purpose": "identity", "found": 1}
    assert (look.account, look.purpose, look.words) == (CLERK.id, "identity", "مطابقة متهم")
    assert look.found == [proposal.person.id for proposal in answer.proposals]


@pytest.mark.parametrize(
    ("query", "purpose", "field"),
    [
        ("سالم", Purpose(""), "purpose"),
        ("سالم", Purpose("curiosity"), "purpose"),
        ("سالم", Purpose("identity"), "purpose_words"),
        ("12 !", Purpose("duty"), "query"),
    ],
)
def test_a_search_without_purpose_or_name_is_refused(desk: Service, query: str, purpose: Purpose, field: str) -> None:
    before = trail(desk.db)
    with pytest.raises(Invalid) as caught:
        search_people(desk, CLERK, query, purpose, NOW)
    assert {f for f, _ in found(caught.value)} == {field}
    assert trail(desk.db) == before


def test_the_public_may_not_search(desk: Service) -> None:
    with pytest.raises(NotAllowed):
        search_people(desk, PUBLIC, "سالم", DUTY, NOW)


def test_a_name_of_many_is_answered_in_part_and_says_so(town: Database) -> None:
    with town.reading() as read:
        many = propose(read, units_of("محمد", asked=True), MAXIMUM_PROPOSALS)
        one = propose(read, units_of(" ".join(TOWN[3][f"arabic_{part}"] for part in PARTS), asked=True), 50)
    assert len(many.proposals) == MAXIMUM_PROPOSALS
    assert many.narrow is not None
    assert many.narrow.code == "people.search.narrow"
    assert one.narrow is None


def test_whoever_answers_all_is_found_though_every_name_is_common() -> None:
    """Ten thousand share each two of the three names, one person has all three."""
    ranges = {pair: [f"{pair}{n}" for n in range(10_000)] + ["the one"] for pair in ("a", "b", "c")}
    asked = units_of("محمد سالم علي", asked=True)
    of_probe = dict(zip((probe.keys for probe in probes(asked) if probe.names == 2), ranges.values(), strict=True))

    class Ranges:
        def held(self, keys: Any, most: int) -> list[str]:
            return of_probe[keys][:most]

        def count(self, keys: Any, most: int) -> int:
            return len(self.held(keys, most))

    held = candidates(asked, Ranges())
    assert held.ids[0] == "the one"
    assert held.whole


def test_a_name_without_the_rare_part_is_found_among_the_bearers_of_the_common_ones() -> None:
    """Ten thousand share each two of three names; few have the fourth. One has the three and not the fourth."""
    asked = units_of("محمد سالم علي زلطن", asked=True)
    common = [probe.keys for probe in probes(asked[:3]) if probe.names == 2]

    class Ranges:
        def held(self, keys: Any, most: int) -> list[str]:
            if keys not in common:
                return ["another"][:most]
            return [*(f"{common.index(keys)}-{n}" for n in range(10_000)), "the one"][:most]

        def count(self, keys: Any, most: int) -> int:
            return len(self.held(keys, most))

    assert "the one" not in candidates(asked, Ranges()).ids, "the rarest two decide who answers all four"
    found = sharing(asked, 3, Ranges())
    assert {"the one", "another"} <= set(found.ids)
    assert found.whole


def test_the_index_is_asked_and_never_scanned(database: Database) -> None:
    enter_crowd(database, 3_000)
    plans: list[str] = []

    def explained(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if "person_name_keys" in statement and not statement.startswith("EXPLAIN"):
            prefix = "EXPLAIN QUERY PLAN " if database.dialect == "sqlite" else "EXPLAIN "
            cursor = connection.connection.cursor()
            plans.append(" ".join(str(row) for row in cursor.execute(prefix + statement, values).fetchall()))
            cursor.close()

    event.listen(database.engine, "before_cursor_execute", explained)
    try:
        for query in ("محمد", "محمد الورفلي", "Khaled Werfalli"):  # hundreds of keys may scan a table this small
            with database.reading() as read:
                candidates(units_of(query, asked=True), people_ranges(read))
    finally:
        event.remove(database.engine, "before_cursor_execute", explained)
    assert len(plans) >= 4
    for plan in plans:
        if database.dialect == "sqlite":
            assert "SEARCH person_name_keys USING PRIMARY KEY (key=?)" in plan, plan
        assert "Seq Scan" not in plan and "SCAN " not in plan, plan


def test_the_migration_indexes_everyone_who_is_held_already(service: Service) -> None:
    enter(service, "119909000020", "إبراهيم|محمود|عبد السلام|القذافي", "ALGADDAFI", "IBRAHIM MAHMOUD ABDULSALAM")
    before = keys(service.db)
    downgrade(service.db, "0008")
    migrate(service.db)
    assert keys(service.db) == before != set()


def test_the_index_made_anew_equals_the_one_written_with_each_person(service: Service) -> None:
    enter(service, "119909000020", "صلاح الدين|محمود|عبد السلام|بن غشير", "BENGHASHIR", "SALAHEDDIN MAHMOUD ABDULSALAM")
    before, told = keys(service.db), []
    with service.db.writing() as session:
        session.connection().execute(KEYS.delete().where(KEYS.c.key.like("~%")))
        session.connection().execute(KEYS.insert(), [{"key": "باق", "person_id": next(iter(before))[0]}])
    assert rebuild(service, CLERK, NOW, lambda done, total: told.append((done, total))) == 2
    assert keys(service.db) == before
    assert told == [(2, 2)]
    with pytest.raises(NotAllowed):
        rebuild(service, PUBLIC, NOW)
