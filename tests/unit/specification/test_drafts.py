"""Drafting an edition: faults are told and kept, two others approve exactly what was shown, then it is in force."""

from __future__ import annotations

import json
from datetime import date

import pytest

from issuance.passports import commands as passports
from issuance.service import Service, open_service
from issuance.specification import drafts, editions
from issuance.specification.views import draft, judge, signed_editions
from specs.errors import Conflict, Invalid, IssuanceError, NotAllowed, NotFound, Refused
from specs.load import SHIPPED, SpecInvalid, faults
from tests.service import CLERK, NOW, application, found, portrait, service, trail
from tests.unit.specification.drafting import (
    STARTS,
    approved_once,
    approver,
    author,
    edited,
    proposed,
    published,
    ready,
)

__all__ = ["service"]


def refused(error: pytest.ExceptionInfo[IssuanceError]) -> set[str]:
    return {code.rpartition(".")[2] for _, code in found(error.value)}


def test_a_draft_begins_sound_with_its_dates_and_a_free_series(service: Service) -> None:
    view = proposed(service)
    told = judge(service, view)
    assert told.faults == ()
    assert told.difference is not None
    assert {change.id for change in told.difference.changes} == {"booklet.in_force", "series.number"}
    assert told.spec is not None
    drafted = told.spec.passport.editions["2027"]
    assert (drafted.booklet.in_force.from_date, drafted.booklet.in_force.until_date) == (STARTS, None)
    assert drafted.series.number.prefix not in {"LA", "LB"}


def test_what_is_proposed_wrongly_is_told_at_once(service: Service) -> None:
    with pytest.raises(Invalid) as caught:
        drafts.propose(service, author(), "next", "1999", NOW.date(), " ", NOW)
    assert refused(caught) == {"name", "base", "from_date", "words"}
    with pytest.raises(Invalid) as caught:
        drafts.propose(service, author(), "2026", "2026", STARTS, "x", NOW)
    assert refused(caught) == {"exists"}
    proposed(service)
    with pytest.raises(Conflict) as conflict:
        proposed(service)
    assert refused(conflict) == {"open"}


def test_a_broken_file_is_kept_told_with_every_fault_and_not_submitted(service: Service) -> None:
    view = edited(service, proposed(service), "validity.yaml", "validity_years: 8", "validity_years: eight")
    view = edited(service, view, "booklet.yaml", "count: 48", "count: 47")
    told = judge(service, draft(service, author(), view.id))
    assert [(fault.file.rpartition("/")[2], fault.path) for fault in told.faults] == [
        ("booklet.yaml", "pages.count"),
        ("validity.yaml", "rules.1.validity_years"),
    ]
    assert all(fault.line > 1 and fault.right for fault in told.faults)
    assert "validity_years: eight" in draft(service, author(), view.id).files["validity.yaml"]
    with pytest.raises(SpecInvalid) as caught:
        drafts.submit(service, author(), view.id, "x", NOW)
    assert len(caught.value.faults) == 2


def test_a_draft_that_changes_nothing_is_not_submitted(service: Service) -> None:
    with pytest.raises(Refused) as caught:
        drafts.submit(service, author(), proposed(service).id, "x", NOW)
    assert refused(caught) == {"empty"}


def test_an_editor_does_not_overwrite_what_a_colleague_changed(service: Service) -> None:
    view = proposed(service)
    edited(service, view, "validity.yaml", "validity_years: 8", "validity_years: 9", by="colleague")
    with pytest.raises(Conflict) as caught:
        edited(service, view, "validity.yaml", "validity_years: 8", "validity_years: 10")
    assert refused(caught) == {"version"}


def test_nobody_who_had_a_hand_in_it_approves_and_nobody_approves_twice(service: Service) -> None:
    view = edited(
        service, proposed(service), "validity.yaml", "validity_years: 8", "validity_years: 10", by="colleague"
    )
    view = drafts.submit(service, author(), view.id, "x", NOW)
    for name in ("author", "colleague"):
        with pytest.raises(NotAllowed):
            drafts.approve(service, approver(name), view.id, view.digest, "x", NOW)
    with pytest.raises(NotAllowed):
        drafts.approve(service, author("third"), view.id, view.digest, "x", NOW)
    drafts.approve(service, approver("first"), view.id, view.digest, "x", NOW)
    with pytest.raises(NotAllowed) as caught:
        drafts.approve(service, approver("first"), view.id, view.digest, "x", NOW)
    assert refused(caught) == {"concerned"}
    assert draft(service, author(), view.id).state == "review"


def test_an_approval_is_bound_to_what_was_shown_and_void_when_the_draft_changes(service: Service) -> None:
    seen = approved_once(service)
    changed = edited(service, seen, "validity.yaml", "validity_years: 10", "validity_years: 9")
    assert (changed.state, changed.approved_by) == ("drafting", ())
    again = drafts.submit(service, author(), changed.id, "x", NOW)
    with pytest.raises(Conflict) as caught:
        drafts.approve(service, approver("second"), again.id, seen.digest, "x", NOW)
    assert refused(caught) == {"changed"}
    first = drafts.approve(service, approver("second"), again.id, again.digest, "x", NOW)
    assert (first.state, first.approved_by) == ("review", ("second",))


def test_a_request_for_approval_expires_and_is_asked_again(service: Service) -> None:
    view = ready(service)
    assert view.expires_at is not None
    late = view.expires_at
    with pytest.raises(Conflict) as caught:
        drafts.approve(service, approver("first"), view.id, view.digest, "x", late)
    assert refused(caught) == {"expired"}
    again = drafts.submit(service, author(), view.id, "x", late)
    assert drafts.approve(service, approver("first"), again.id, again.digest, "x", late).approved_by == ("first",)


def test_a_draft_is_sent_back_rejected_or_withdrawn_with_a_reason(service: Service) -> None:
    view = ready(service)
    with pytest.raises(Invalid):
        drafts.decline(service, approver("first"), view.id, "returned", " ", NOW)
    back = drafts.decline(service, approver("first"), view.id, "returned", "المدة أطول من القانون", NOW)
    assert (back.state, back.steps[-1].words) == ("drafting", "المدة أطول من القانون")
    drafts.submit(service, author(), view.id, "x", NOW)
    assert drafts.decline(service, approver("first"), view.id, "rejected", "لا", NOW).state == "rejected"
    other = proposed(service)
    assert drafts.withdraw(service, author(), other.id, "أعيدت صياغتها", NOW).state == "withdrawn"
    with pytest.raises(Conflict):
        drafts.put(service, author(), other.id, "chip.yaml", "", None, NOW)
    assert list(service.spec.passport.editions) == ["2021", "2026"]


def test_two_approvals_sign_and_publish_and_issuance_picks_it_from_its_first_day(service: Service) -> None:
    view = published(service)
    assert view.state == "published"
    assert [step.kind for step in view.steps] == [
        "proposed", "changed", "submitted", "approved", "approved", "published",
    ]  # fmt: skip
    assert list(service.spec.passport.editions) == ["2021", "2026", "2027"]
    assert faults(SHIPPED, service.settings.editions) == []
    still = passports.issue(service, CLERK, application(), portrait(), NOW)
    assert still.edition == "2026"
    day = NOW + (STARTS - NOW.date())
    service.clock = lambda: day
    made = passports.issue(service, CLERK, application(), portrait(), day)
    assert (made.edition, made.expires_on) == ("2027", date(2036, 12, 14))
    assert made.number.startswith("LC")
    assert [action for action in trail(service.db) if action.startswith("specification.")] == [
        "specification.draft_proposed", "specification.draft_changed", "specification.draft_submitted",
        "specification.draft_approved", "specification.draft_approved", "specification.sign",
        "specification.draft_published",
    ]  # fmt: skip


def test_the_manifest_says_what_was_signed_and_by_whose_approval(service: Service) -> None:
    view = published(service)
    row = signed_editions(service)["2027"]
    told = json.loads(row.manifest)
    assert (told["draft"], told["approved_by"], told["based_on"]) == (view.id, ["first", "second"], "2026")
    assert (told["from_date"], told["until_date"]) == ("2026-12-15", None)
    assert set(told["files"]) == set(editions.PARTS)
    assert "pki/profiles.yaml" in told["shared"]
    editions.require_signatures(service.settings, service.spec, service.trust)


def test_a_changed_file_of_a_signed_edition_stops_issuance_and_start_until_it_is_restored(service: Service) -> None:
    published(service)
    file = service.settings.editions / "2027" / "validity.yaml"
    file.write_text(file.read_text("utf-8").replace("validity_years: 10", "validity_years: 30"), "utf-8")
    with pytest.raises(SpecInvalid) as caught:
        passports.issue(service, CLERK, application(), portrait(), NOW)
    assert [fault.field for fault in caught.value.faults] == ["passport/editions/2027/validity.yaml:1:"]
    with pytest.raises(SpecInvalid):
        open_service(service.settings)
    editions.restore(service.db, service.settings.editions, "2027")
    assert passports.issue(service, CLERK, application(), portrait(), NOW).edition == "2026"


def test_a_manifest_this_house_did_not_sign_is_refused_at_the_start(service: Service) -> None:
    published(service)
    file = service.settings.editions / "2027" / "edition.json"
    held = json.loads(file.read_text("utf-8"))
    held["manifest"]["approved_by"] = ["somebody"]
    file.write_text(json.dumps(held), "utf-8")
    with pytest.raises(Invalid) as caught:
        open_service(service.settings)
    assert {fault.code for fault in caught.value.faults} == {"specification.edition.signature"}


def test_another_node_takes_a_published_edition_from_the_database(service: Service) -> None:
    published(service)
    home = service.settings.home.with_name("other")
    other = open_service(service.settings.model_copy(update={"home": home}), service.clock)
    assert list(other.spec.passport.editions) == ["2021", "2026", "2027"]
    assert (home / "editions/2027/edition.json").read_bytes() == (
        service.settings.editions / "2027/edition.json"
    ).read_bytes()
    other.close()


def test_an_edition_that_came_with_the_program_is_signed_once(service: Service) -> None:
    editions.sign_edition(service, CLERK, "2026", NOW)
    assert faults(SHIPPED, service.settings.editions) == []
    with pytest.raises(Conflict) as caught:
        editions.sign_edition(service, CLERK, "2026", NOW)
    assert refused(caught) == {"signed"}
    with pytest.raises(NotFound):
        editions.sign_edition(service, CLERK, "1999", NOW)
    with pytest.raises(NotAllowed):
        editions.sign_edition(service, author(), "2021", NOW)


def test_a_draft_whose_first_day_came_is_not_submitted(service: Service) -> None:
    view = approved_once(service)
    late = NOW + (STARTS - NOW.date())
    with pytest.raises(Conflict):  # the request expired long before
        drafts.approve(service, approver("second"), view.id, view.digest, "x", late)
    with pytest.raises(Invalid) as caught:
        drafts.submit(service, author(), view.id, "x", late)
    assert refused(caught) == {"from_date"}
