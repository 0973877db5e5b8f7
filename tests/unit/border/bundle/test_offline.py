"""Without a server: a real book by its zone and its chip, a certificate by its seal, judged with a bundle alone."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from issuance.border.bundle import making
from issuance.border.bundle.opening import BundleKnowledge
from issuance.border.chip_files import Chip
from issuance.border.document import Given, inspect_document
from issuance.border.inspection import inspect_chip
from issuance.border.offline import with_knowledge
from issuance.border.verify import verify_text
from issuance.certificates import afterwards
from issuance.core.actor import system
from issuance.passports import reports
from issuance.service import Service
from keys.trust import TrustStore
from keys.verdict import Verdict
from specs.load import SHIPPED, load
from tests.passports import OFFICER, as_written, asked, enter_nth, walk
from tests.service import NOW, issued, request
from tests.unit.border.test_book_status import zone

SPEC = load(SHIPPED)
STALE = timedelta(hours=SPEC.border_bundle.freshness.good_hours, minutes=1)


@pytest.fixture(scope="module")
def number(desk: Service) -> str:
    """Of a book that was made, checked and handed over."""
    held = walk(desk).number
    assert held is not None
    return held


def knowledge(service: Service, path: Path, now: datetime = NOW) -> BundleKnowledge:
    """Of a post that was given our authorities by hand and then this bundle."""
    shutil.copy(making.current(service, system("post"), now, at_once=True).path, path)
    anchors = TrustStore(certificates=tuple(one.der for one in service.trust.anchors))
    return BundleKnowledge.open(path, anchors, SPEC)


def chip(service: Service, number: str, held: BundleKnowledge, at: datetime = NOW) -> Verdict:
    files, _ = as_written(service.db, number)
    read = {name.removesuffix(".bin"): content for name, content in files.items()}
    verdict = inspect_chip(Chip(files=read), held.trust, at, SPEC)
    return with_knowledge(verdict, held, at, SPEC)


def typed(number: str, held: BundleKnowledge, at: datetime = NOW) -> Verdict:
    return with_knowledge(verify_text(zone(number), held.trust, at, SPEC), held, at, SPEC)


def results(verdict: Verdict, name: str) -> list[str]:
    return [check.result for check in verdict.checks if check.id == name]


def test_a_book_is_valid_by_bundle_until_it_is_reported_stolen_and_never_by_a_stale_one(
    desk: Service, number: str, tmp_path: Path
) -> None:
    held = knowledge(desk, tmp_path / "a")
    for verdict in (chip(desk, number, held), typed(number, held)):
        assert verdict.status == "valid", [c for c in verdict.checks if c.result != "pass"]
        assert verdict.facts["book_status"] == "active"
    for at, name in ((NOW + STALE, "knowledge.age"), (NOW - timedelta(days=1), "knowledge.clock")):
        for verdict in (chip(desk, number, held, at), typed(number, held, at)):
            assert verdict.status != "valid"
            assert results(verdict, name) == ["unknown"]
    assert chip(desk, number, held, NOW + STALE).status == "indeterminate"

    reports.report(desk, OFFICER, number, "stolen", "PV-1/2026", "", NOW)
    for verdict in (chip(desk, number, held), typed(number, held)):
        assert verdict.status == "valid", "the old bundle cannot know"
    newer = knowledge(desk, tmp_path / "b", NOW + timedelta(hours=1))
    for verdict in (chip(desk, number, newer), typed(number, newer)):
        assert verdict.status == verdict.levels()["policy"] == "invalid"
        assert results(verdict, "passport.status") == ["fail"]
    assert chip(desk, number, newer).levels()["crypto"] == "valid"


def test_the_three_questions_are_answered_by_bundle_but_for_travel_which_no_bundle_tells(
    desk: Service, tmp_path: Path
) -> None:
    other = walk(desk, wanted=asked(enter_nth(desk, 7))).number
    assert other is not None
    files, _ = as_written(desk.db, other)
    given = Given(chip=Chip(files={name.removesuffix(".bin"): content for name, content in files.items()}))

    def told(held: BundleKnowledge, at: datetime = NOW) -> list[str]:
        answer = inspect_document(given, held, at, SPEC)
        assert answer.knowledge["kind"] == "bundle"
        return [question.status for question in answer.questions]

    held = knowledge(desk, tmp_path / "a")
    assert told(held) == ["valid", "valid", "indeterminate"]
    assert told(held, NOW + STALE)[1:] == ["indeterminate", "indeterminate"]
    reports.report(desk, OFFICER, other, "lost", "PV-9/2026", "", NOW)
    newer = knowledge(desk, tmp_path / "b", NOW + timedelta(hours=2))
    assert told(newer) == ["valid", "invalid", "indeterminate"]
    assert inspect_document(given, held, NOW + STALE, SPEC).status == "indeterminate"


def test_an_invented_number_of_our_series_is_warned_of_and_a_foreign_one_is_not_looked_up(
    desk: Service, number: str, tmp_path: Path
) -> None:
    held = knowledge(desk, tmp_path / "a")
    invented = f"LB{'Z' * 7}"
    assert results(typed(invented, held), "passport.status") == ["warning"]
    assert results(typed("B7654321", held), "passport.status") == []
    foreign = with_knowledge(verify_text(zone(number, "UTO"), held.trust, NOW, SPEC), held, NOW, SPEC)
    assert results(foreign, "passport.status") == []
    assert results(foreign, "knowledge.age") == ["pass"]


def test_a_certificate_is_valid_by_bundle_until_it_is_withdrawn(desk: Service, tmp_path: Path) -> None:
    made = issued(desk, request())

    def judged(held: BundleKnowledge) -> Verdict:
        return with_knowledge(verify_text(made.seal, held.trust, NOW, SPEC), held, NOW, SPEC)

    held = knowledge(desk, tmp_path / "a")
    assert judged(held).status == "valid", [c for c in judged(held).checks if c.result != "pass"]
    afterwards.withdraw_at_console(desk, system("console"), made.number, "court_order", NOW, "عاجل")
    newer = judged(knowledge(desk, tmp_path / "b", NOW + timedelta(minutes=1)))
    assert (newer.status, newer.facts["status"], newer.levels()["crypto"]) == ("invalid", "withdrawn", "valid")
