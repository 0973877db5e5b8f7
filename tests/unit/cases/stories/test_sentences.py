"""What follows a ruling or ends an action: suspension, amnesty, pardon, death; children, custody, bans.

Stories of cases that law makes hard, named by the rule (LIBYA.md 4 and 5.1).
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from issuance.cases.case_rules import CaseRules
from issuance.cases.legal import legal_moves
from issuance.cases.public import rulings_of
from issuance.certificates.rules import Question, why_left_out
from issuance.people.birth_date import BirthDate
from issuance.people.public import require_person
from issuance.service import Service
from specs.errors import Invalid, Refused
from tests.casework import (
    CHIEF_PROSECUTOR,
    DETENTION,
    EXECUTION_OFFICER,
    PROSECUTION,
    PROSECUTOR,
    SUMMARY,
    SUMMARY_REGISTRAR,
    at_prosecution,
    before_summary_court,
    officer,
    step,
)
from tests.service import PERSON, TODAY
from tests.unit.cases.stories.telling import (
    CONVICTED,
    by_two,
    finally_convicted,
    on_matter,
    read,
    record_final,
    state,
)


def test_a_sentence_suspended_by_the_court_is_not_executed_but_suspended_until_that_is_revoked(
    register: Service,
) -> None:
    execution = officer("execution_officer", SUMMARY)
    file = before_summary_court(register)
    penalties = [DETENTION[0] | {"suspended": True}]
    file = step(register, SUMMARY_REGISTRAR, file, "rule", date(2026, 3, 1), **CONVICTED | {"penalties": penalties})
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", date(2026, 4, 10))
    moves = legal_moves(file, CaseRules.of(register.spec))
    assert "suspend" in moves
    assert "execute" not in moves
    with pytest.raises(Refused, match="Suspend the sentence"):
        step(register, execution, file, "execute", date(2026, 4, 12))
    file = step(register, execution, file, "suspend", date(2026, 4, 12), legal_basis="المادة 112")
    with pytest.raises(Refused, match="two officers"):
        step(register, execution, file, "revoke_suspension", date(2026, 5, 1), legal_basis="المادة 115")
    judge = officer("judge", SUMMARY)
    file = by_two(register, execution, judge, file, "revoke_suspension", date(2026, 5, 1), legal_basis="المادة 115")
    assert state(file) == "execution"


def test_a_suspension_kept_five_years_from_finality_counts_as_if_not_convicted(register: Service) -> None:
    """Final on 1 April 2026, suspended on 1 June: the five years end with 1 April 2031, however late it was entered."""
    execution = officer("execution_officer", SUMMARY)
    suspended = CONVICTED | {"penalties": [DETENTION[0] | {"suspended": True}]}
    file = step(register, SUMMARY_REGISTRAR, before_summary_court(register), "rule", date(2026, 3, 1), **suspended)
    file = step(register, SUMMARY_REGISTRAR, file, "become_final", TODAY)
    assert record_final(file) == date(2026, 4, 1)
    file = step(register, execution, file, "suspend", TODAY, legal_basis="المادة 112")
    late, basis = datetime(2031, 5, 1, 9, tzinfo=UTC), {"legal_basis": "المادة 117"}
    with pytest.raises(Invalid, match="2031-04-02"):
        step(register, execution, file, "suspension_kept", date(2031, 4, 1), late, **basis)
    file = step(register, execution, file, "suspension_kept", date(2031, 4, 2), late, **basis)
    assert state(file) == "completed"
    with register.db.reading() as session:
        person = require_person(session, PERSON["national_number"])
        (ruling,) = [r for r in rulings_of(session, person.id) if r.case_number == file.number]
    born, rule = BirthDate(1990, 5, 17), register.spec.certificate_disclosure.version("2026-2")
    assert why_left_out(ruling, born, rule, Question("person", "employment", date(2031, 4, 2))) == "suspension_kept"
    assert why_left_out(ruling, born, rule, Question("person", "employment", date(2031, 4, 1))) is None


def test_only_the_court_suspends_and_does_so_in_its_ruling(register: Service) -> None:
    file = finally_convicted(register)
    with pytest.raises(Refused, match="suspended no penalty in its ruling"):
        step(register, officer("execution_officer", SUMMARY), file, "suspend", TODAY, legal_basis="المادة 112")


def test_the_same_detention_ordered_again_runs_from_the_first_order(register: Service) -> None:
    """CCP Art 176: six days of the prosecution; a term of the summary judge is a new one with each order."""
    file, basis = at_prosecution(register), {"accused": "A1", "legal_basis": "المادة 176"}
    for kind, day, since in (
        ("prosecution_detention", 14, 14),
        ("prosecution_detention", 18, 14),
        ("summary_judge_detention", 20, 20),
        ("summary_judge_detention", 30, 30),
    ):
        said = {"custody_kind": kind, "moment": f"2026-01-{day}T10:00:00+02:00"}
        file = step(register, PROSECUTOR, file, "detain", date(2026, 1, day), **said, **basis)
        assert file.custody["A1"].since.day == since


def test_an_amnesty_before_a_ruling_ends_the_action_and_its_revocation_brings_it_back(register: Service) -> None:
    file = at_prosecution(register)
    general = officer("attorney_general", PROSECUTION)
    with pytest.raises(Refused, match="two officers"):
        step(register, CHIEF_PROSECUTOR, file, "amnesty", date(2026, 2, 1), legal_basis="القانون 6/2015")
    file = by_two(register, CHIEF_PROSECUTOR, general, file, "amnesty", date(2026, 2, 1), legal_basis="القانون 6/2015")
    assert state(file) == "amnestied"
    file = by_two(register, CHIEF_PROSECUTOR, general, file, "revoke_amnesty",
                  date(2026, 5, 1), legal_basis="القانون 35/2012 المادة 3")  # fmt: skip
    assert state(file) == "at_prosecution"


def test_an_amnesty_after_a_pardon_is_revoked_and_then_the_pardon_can_be_too(register: Service) -> None:
    file = finally_convicted(register)
    file = step(register, SUMMARY_REGISTRAR, file, "hand_over", TODAY, to_office=PROSECUTION, note="للتنفيذ")
    file = step(register, EXECUTION_OFFICER, file, "acknowledge", TODAY)
    general = officer("attorney_general", PROSECUTION)
    file = by_two(register, CHIEF_PROSECUTOR, general, file, "pardon", TODAY, legal_basis="المادة 126")
    file = by_two(register, CHIEF_PROSECUTOR, general, file, "amnesty", TODAY, legal_basis="القانون 6/2015")
    file = by_two(register, CHIEF_PROSECUTOR, general, file, "revoke_amnesty", TODAY, legal_basis="المادة 3")
    assert (state(file), file.matters["A1/C1"].previous) == ("pardoned", ("final_convicted",))
    assert "revoke_pardon" in legal_moves(file, CaseRules.of(register.spec))
    effects = file.matters["A1/C1"].rulings[-1].effects
    assert [(e.kind, e.revoked_on) for e in effects] == [("pardon", None), ("amnesty", TODAY)]


def test_death_ends_every_charge_of_the_accused_and_his_custody_and_can_be_found_untrue(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_charge", date(2026, 1, 13), offence="fraud",
                committed_on="2026-01-10", accused_list=["A1"])  # fmt: skip
    file = step(register, PROSECUTOR, file, "detain", date(2026, 1, 14), accused="A1",
                custody_kind="prosecution_detention", moment="2026-01-14T08:00:00+02:00",
                legal_basis="المادة 176")  # fmt: skip
    died = date(2026, 2, 1)
    with pytest.raises(Invalid, match="all of that accused"):
        by_two(register, PROSECUTOR, CHIEF_PROSECUTOR, file, "record_death", died, matters=["A1/C1"], note="شهادة وفاة")
    file = by_two(register, PROSECUTOR, CHIEF_PROSECUTOR, file, "record_death", died, note="شهادة وفاة")
    assert ({m.state for m in file.matters.values()}, file.custody) == ({"extinguished"}, {})
    file = by_two(register, CHIEF_PROSECUTOR, officer("attorney_general", PROSECUTION), file, "revoke_extinction",
                  date(2026, 5, 1), matters=["A1/C1", "A1/C2"], legal_basis="الشهادة تخص غيره")  # fmt: skip
    assert {m.state for m in file.matters.values()} == {"at_prosecution"}


def test_a_childs_file_is_sealed_and_an_adults_part_of_it_is_not(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="فتى", charges=["C1"],
                accused_birth_date="2010-01-11")  # fmt: skip
    assert file.sealed  # fifteen on the day of the act
    chief = officer("attorney_general", PROSECUTION)
    file = on_matter(register, chief, file, "split", date(2026, 1, 14), "A1/C1", note="بالغ")
    assert (file.sealed, read(register, file.links[-1].number).sealed) == (True, False)


def test_the_travel_ban_goes_with_the_accused_whose_charges_leave_one_by_one(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, PROSECUTOR, file, "add_accused", date(2026, 1, 13), accused_name="خالد", charges=["C1"])
    file = step(register, PROSECUTOR, file, "add_charge", date(2026, 1, 13), offence="fraud",
                committed_on="2026-01-10", accused_list=["A1"])  # fmt: skip
    file = step(register, CHIEF_PROSECUTOR, file, "ban_travel", date(2026, 1, 14), accused="A1", legal_basis="أمر")
    for matter in ("A1/C1", "A1/C2"):
        file = on_matter(register, CHIEF_PROSECUTOR, file, "split", date(2026, 1, 15), matter, note="فصل")
    with pytest.raises(Invalid, match="went to another file"):
        step(register, CHIEF_PROSECUTOR, file, "lift_travel_ban", date(2026, 1, 16), accused="A1", legal_basis="أمر")
    last = read(register, file.links[-1].number)
    last = step(register, CHIEF_PROSECUTOR, last, "lift_travel_ban", date(2026, 1, 16), accused="A1", legal_basis="أمر")
    assert [ban.lifted_on for ban in last.travel_bans] == [date(2026, 1, 16)]


def test_a_ban_past_its_last_day_is_over_and_cannot_be_lifted(register: Service) -> None:
    file = at_prosecution(register)
    file = step(register, CHIEF_PROSECUTOR, file, "ban_travel", date(2026, 2, 1), accused="A1", legal_basis="أمر",
                until="2026-03-01")  # fmt: skip
    with pytest.raises(Invalid, match="no ban"):
        step(register, CHIEF_PROSECUTOR, file, "lift_travel_ban", date(2026, 3, 2), accused="A1", legal_basis="أمر")
