"""Whatever is done to books in whatever order: one of a type travels for a person, what is listed stays listed."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from issuance.passports import delivering, invalidating, reports, sltd
from issuance.passports.model import Passport, PassportEvent
from issuance.service import Service
from specs.errors import IssuanceError
from tests.passport_books import SECOND, SUPERVISOR, put_book
from tests.passports import AT_THE_DESK, DELIVERER, OFFICER
from tests.service import NOW, enter

_people, _books = count(1), count(1)
ACTIONS = ("make", "hand_over", "lost", "stolen", "found", "damaged", "deceased", "invalidate", "reinstate")


@given(st.lists(st.tuples(st.sampled_from(ACTIONS), st.integers(0, 3)), min_size=4, max_size=14))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_person_travels_on_one_book_of_a_type_and_what_is_listed_stays_so(
    desk: Service, steps: list[tuple[str, int]]
) -> None:
    person = enter(desk, national_number=f"1199092{next(_people):05d}").id
    mine: list[str] = []
    rules, made = desk.spec.passport.office.documents.entries, None
    for action, which in [("make", 0), ("make", 0), *steps]:
        if action == "make":
            mine.append(put_book(desk, f"H{next(_books):07d}", "passed", person=person))
            continue
        number = mine[which % len(mine)]
        work: Callable[[], object]
        if action == "hand_over":
            work = lambda n=number: delivering.hand_over(desk, DELIVERER, n, dict(AT_THE_DESK), NOW)  # noqa: E731
        elif action == "deceased":
            work = lambda: reports.follow_registry(desk, person, "deceased", "file", NOW)  # noqa: E731
        elif action == "invalidate":
            work = lambda n=number: invalidating.approve(  # noqa: E731
                desk, SECOND, invalidating.ask(desk, SUPERVISOR, {"numbers": [n]}, "9/2026", "x", NOW), "x", NOW
            )
        elif action == "reinstate":
            if made is None:
                continue
            work = lambda i=made: invalidating.approve(  # noqa: E731
                desk, SECOND, invalidating.ask_reinstatement(desk, SUPERVISOR, i, "x", NOW), "x", NOW
            )
        else:
            work = lambda n=number, a=action: reports.report(desk, OFFICER, n, a, "PV-1", "", NOW)  # noqa: E731
        with contextlib.suppress(IssuanceError):
            done = work()
            made = done.id if isinstance(done, invalidating.InvalidationView) and action == "invalidate" else made

    with desk.db.reading() as read:
        books = {b.number: b.state for b in read.exec(select(Passport).where(Passport.person_id == person))}
        assert sum(rules[state].travel for state in books.values()) <= 1  # type: ignore[index]
        told = sltd.standing(read, list(books))
        assert told == {n: rules[s].sltd for n, s in books.items() if rules[s].sltd is not None}  # type: ignore[index]
        for number in books:
            query = select(PassportEvent).where(PassportEvent.number == number).order_by(PassportEvent.seq)  # type: ignore[arg-type]
            listed = False
            for event in read.exec(query):
                now = rules[event.kind].listed  # type: ignore[index]
                assert now or not listed or (event.reason or "").startswith("invalidation:"), "only two people undo it"
                listed = now
