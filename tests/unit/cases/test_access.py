"""Who may see a case file, in every combination; lists show exactly what single files show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from sqlmodel import select

from issuance.cases.access import Access
from issuance.cases.access_rows import access_of, readable_rows
from issuance.cases.act import Move, act, open_case
from issuance.cases.case_rules import CaseRules
from issuance.cases.file import Accused, CaseFile, Charge, Matter, Transfer
from issuance.cases.model import CaseRow
from issuance.cases.projection import write_many
from issuance.core.actor import Actor
from issuance.core.uow import unit_of_work
from issuance.service import Service
from issuance.staff.office_orders import Order, close, merge
from issuance.staff.offices import OfficeEntry, register_office
from issuance.staff.public import Reach
from specs.errors import IssuanceError, NotAllowed, NotFound
from specs.load import load
from tests.casework import (
    CHIEF_PROSECUTOR,
    FOUNDED,
    PROSECUTION,
    PROSECUTOR,
    STATION,
    STATION_CHIEF,
    STATION_OFFICER,
    SUMMARY,
    THEFT,
    at_prosecution,
    officer,
    opened,
    step,
    with_case_offices,
)
from tests.service import CLERK, NOW, TODAY

SPEC = load()
RULES = CaseRules.of(SPEC)
BENGHAZI = "ST-BEN"
GENERAL = "AG-TIP"


@pytest.fixture
def register(service: Service) -> Service:
    return with_case_offices(service)


def file(**changed: object) -> CaseFile:
    """A theft held by the prosecution, which the station had before."""
    held = CaseFile(
        id="case",
        number="N",
        version=1,
        opened_at=NOW,
        opened_on=TODAY,
        updated_at=NOW,
        holder=PROSECUTION,
        offices=(STATION, PROSECUTION),
        summary="",
        place="",
        region=None,
        accused={"A1": Accused("A1", None, None, None)},
        charges={"C1": Charge("C1", "theft", "misdemeanour", "سرقة", "Theft", date(2026, 1, 10))},
        matters={"A1/C1": Matter("A1/C1", "A1", "C1", "at_prosecution", TODAY)},
    )
    return replace(held, **changed)  # type: ignore[arg-type]


def access(actor: Actor, *more: str) -> Access:
    """The access of somebody whose office answers for itself and `more`."""
    own = frozenset({actor.office} if actor.office else ())
    return Access(actor, Reach(own | {*more}, own | {*more}), RULES)


def waiting(receiver: str) -> Transfer:
    return Transfer("id", "refer_summary", PROSECUTION, receiver, NOW, NOW.date(), ())


@pytest.mark.parametrize(
    ("actor", "changed", "expected"),
    [
        (PROSECUTOR, {}, True),
        (STATION_OFFICER, {}, True),  # its office had a part
        (officer("station_officer", BENGHAZI), {}, False),
        (officer("prosecutor", "PR-BEN"), {}, False),
        (officer("court_registrar", SUMMARY), {}, False),
        (officer("court_registrar", SUMMARY), {"transfer": waiting(SUMMARY)}, True),
        (officer("prosecutor", None), {}, False),
        (officer("prosecutor", None, "me"), {"assigned": "me"}, False),  # without an office there is no post to act in
        (PROSECUTOR, {"classification": "restricted"}, False),
        (PROSECUTOR, {"classification": "restricted", "assigned": PROSECUTOR.id}, True),
        (PROSECUTOR, {"classification": "secret", "assigned": PROSECUTOR.id}, True),
        (PROSECUTOR, {"classification": "secret"}, False),
        (CHIEF_PROSECUTOR, {"classification": "secret"}, True),
        (STATION_CHIEF, {"classification": "restricted"}, False),  # the file left the station
        (STATION_CHIEF, {"classification": "restricted", "holder": STATION}, True),
        (STATION_CHIEF, {"classification": "secret", "holder": STATION}, False),
        (PROSECUTOR, {"sealed": True}, False),
        (PROSECUTOR, {"sealed": True, "assigned": PROSECUTOR.id}, True),
        (CHIEF_PROSECUTOR, {"sealed": True, "classification": "secret"}, True),
        (officer("judge", SUMMARY), {"sealed": True, "holder": SUMMARY}, True),
        (officer("execution_officer", PROSECUTION), {"sealed": True}, False),
        (officer("attorney_general", GENERAL), {"sealed": True, "classification": "secret"}, True),
        (officer("case_supervisor", GENERAL), {}, False),
        (officer("statistics_officer", PROSECUTION), {}, False),
        (officer("certificate_officer", PROSECUTION), {}, False),
        (officer("administrator", PROSECUTION), {}, False),
        (officer("auditor", PROSECUTION), {}, False),
        (CLERK, {"sealed": True, "classification": "secret"}, True),
    ],
)
def test_table_of_who_reads_what(actor: Actor, changed: dict[str, object], expected: bool) -> None:
    held = file(**changed)
    assert access(actor).readable(held) is expected
    if not expected:
        assert access(actor).moves(held) == {}
        with pytest.raises(NotFound):
            access(actor).require_move("shelve", held)


def test_an_office_above_reads_what_its_territory_holds_and_acts_on_nothing() -> None:
    chief = officer("chief_prosecutor", "PR-SENIOR")
    above = Access(chief, Reach(frozenset({"PR-SENIOR"}), frozenset({"PR-SENIOR", PROSECUTION})), RULES)
    assert above.readable(file())
    assert not above.readable(file(classification="restricted"))
    assert above.moves(file()) == {}
    general = replace(above, actor=officer("attorney_general", "PR-SENIOR"))
    assert {"shelve", "assign", "classify"} <= general.moves(file()).keys()
    assert "acknowledge" not in general.moves(file(transfer=waiting(SUMMARY)))


@pytest.mark.parametrize(
    ("actor", "holder", "expected"),
    [
        (STATION_OFFICER, STATION, False),
        (STATION_CHIEF, STATION, True),
        (STATION_CHIEF, PROSECUTION, False),
        (PROSECUTOR, PROSECUTION, True),
        (officer("execution_officer", PROSECUTION), PROSECUTION, False),
        (officer("judge", SUMMARY), SUMMARY, False),
        (officer("court_registrar", SUMMARY), SUMMARY, False),
        (officer("attorney_general", GENERAL), STATION, True),
    ],
)
def test_who_reported_is_shown_to_the_chief_of_the_station_and_the_prosecutor(
    actor: Actor, holder: str, expected: bool
) -> None:
    assert access(actor).shows_reporter(file(holder=holder)) is expected


def every_file() -> Iterator[CaseFile]:
    """Holders, parts, hand-overs, assignment, classification and sealing, all combined."""
    offices = (STATION, PROSECUTION, SUMMARY)
    given = product(offices, offices, (None, *offices), (None, "me"), ("public", "restricted", "secret"), (False, True))
    for index, (holder, part, receiver, assigned, classification, sealed) in enumerate(given):
        yield file(
            id=f"case-{index}",
            number=f"N-{index}",
            holder=holder,
            offices=tuple(dict.fromkeys((part, holder))),
            transfer=waiting(receiver) if receiver else None,
            assigned=assigned,
            classification=classification,
            sealed=sealed,
        )


def test_a_list_shows_exactly_the_files_that_each_person_may_read(register: Service) -> None:
    register_office(register.db, CLERK, OfficeEntry("PR-SUB", "نيابة", "Sub", "prosecution", FOUNDED), SPEC, NOW)
    order = Order(TODAY, "one prosecution", "test")
    merge(register.db, CLERK, order, [SUMMARY], "ST-BEN", NOW)  # who sits at ST-BEN answers for what SUMMARY held
    files = list(every_file())
    with unit_of_work(register.db, CLERK, "test", NOW) as tx:
        write_many(tx.session, files, RULES)
        tx.audit("cases.import", "file:test")
    offices = (STATION, PROSECUTION, SUMMARY, "ST-BEN", None)
    with register.db.reading() as read:
        for role, office in product(RULES.roles.roles, offices):
            held = access_of(read, officer(role, office, "me"), TODAY, RULES)
            listed = set(read.exec(select(CaseRow.id).where(readable_rows(held))))
            assert listed == {f.id for f in files if held.readable(f)}, (role, office)


def test_the_successor_of_a_closed_station_acts_on_its_files_and_the_closed_station_no_more(register: Service) -> None:
    held = opened(register)
    close(register.db, CLERK, Order(TODAY, "merged", "test"), STATION, BENGHAZI, NOW)
    heir = officer("station_officer", BENGHAZI)
    with pytest.raises(NotFound):
        step(register, STATION_OFFICER, held, "begin_evidence", TODAY)
    with pytest.raises(NotAllowed):
        open_case(register, STATION_OFFICER, Move("open", THEFT), NOW)
    assert step(register, heir, held, "begin_evidence", TODAY).version == 2
    before = NOW - timedelta(days=1)
    with register.db.reading() as read:
        assert access_of(read, STATION_OFFICER, before.date(), RULES).readable(held)
        assert not access_of(read, heir, before.date(), RULES).readable(held)


def test_who_may_not_read_gets_the_very_answer_of_a_number_that_nobody_holds(register: Service) -> None:
    held = at_prosecution(register)
    stranger = officer("prosecutor", "PR-BEN")

    def answer(number: str, move: Move, expected: int | None = None) -> object:
        with pytest.raises(IssuanceError) as caught:
            act(register, stranger, number, move, NOW, expected=expected)
        return type(caught.value), caught.value.faults

    for move in (
        Move("shelve", {"shelving_reason": "no_crime"}),
        Move("refer_summary", {"to_office": SUMMARY}),
        Move("assign", {"account": "x"}),
    ):
        for expected in (None, 1):  # a stale version tells nothing either
            assert answer(held.number, move, expected) == answer("N-1", move, expected)


def test_a_file_is_opened_only_from_an_office(register: Service) -> None:
    with pytest.raises(NotAllowed):
        open_case(register, officer("station_officer", None), Move("open", THEFT), NOW)


def test_another_persons_request_id_shows_nothing_of_their_file(register: Service) -> None:
    request = "0197d0c0-0000-7000-8000-000000000001"
    held = opened(register)
    done = act(register, STATION_OFFICER, held.number, Move("begin_evidence"), NOW, request_id=request)
    again = act(register, STATION_OFFICER, held.number, Move("begin_evidence"), NOW, request_id=request)
    assert again.version == done.version == 2
    with pytest.raises(IssuanceError, match="request"):
        act(
            register, officer("station_officer", BENGHAZI), held.number, Move("begin_evidence"), NOW, request_id=request
        )
