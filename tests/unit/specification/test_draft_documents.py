"""What is typeset of a draft is set by another process: whatever an editor typed ends only that one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from issuance.documents.children import answer_of
from issuance.passports import commands as passports
from issuance.passports.views import passport_file
from issuance.service import Service
from issuance.specification import drafts
from issuance.specification.draft_documents import document_of
from issuance.specification.schemas import schema
from issuance.specification.views import draft
from specs.errors import Invalid, NotFound, Unavailable
from tests.properties.test_specification_drives_documents import text_of
from tests.service import CLERK, NOW, application, found, portrait, service
from tests.unit.specification.drafting import STARTS, approver, author, edited, proposed, ready

__all__ = ["service"]

pytestmark = pytest.mark.slow


def test_the_amendment_and_the_page_of_a_draft_are_set(service: Service) -> None:
    view = ready(service)
    assert document_of(service, view, "amendment", "ar").startswith(b"%PDF-")
    assert document_of(service, view, "page", "ar").startswith(b"\x89PNG")


def test_a_draft_that_cannot_be_read_or_set_is_said_to_be_so(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    view = ready(service)
    monkeypatch.setattr("issuance.specification.draft_documents._MEMORY_BYTES", 64 * 1024**2)
    with pytest.raises(Unavailable):
        document_of(service, view, "book", "en")
    broken = edited(service, view, "booklet.yaml", "count: 48", "count: x")
    with pytest.raises(NotFound):
        document_of(service, draft(service, author(), broken.id), "book", "en")


def test_a_child_that_aborts_answers_nothing() -> None:
    asked = json.dumps({"kind": "book"}).encode()
    assert answer_of("issuance.specification.draft_child", asked, seconds=20, memory_bytes=2 * 1024**3) is None


def test_a_value_edited_in_a_draft_changes_booklet_schema_validation_and_issued_page_together(
    service: Service, tmp_path: Path
) -> None:
    view = edited(service, proposed(service), "data_page.yaml", "en: Passport No.", "en: Book No.")
    view = edited(service, view, "data_page.yaml", "maximum_characters: 60", "maximum_characters: 9")
    booklet = text_of(document_of(service, view, "book", "en"), tmp_path)
    assert "Book No." in booklet
    assert "Passport No." not in booklet
    view = drafts.submit(service, author(), view.id, "جاهزة", NOW)
    for name in ("first", "second"):
        view = drafts.approve(service, approver(name), view.id, view.digest, "صحيح", NOW)

    def longest(edition: str) -> int:
        made = schema(service.spec, "passport-application", f"1-{edition}", "https://issuance.example")
        return int(made["properties"]["names"]["properties"]["latin"]["properties"]["surname"]["maxLength"])

    assert (longest("2026"), longest("2027")) == (60, 9)
    day = NOW + (STARTS - NOW.date())
    service.clock = lambda: day
    asked = application()
    longer = asked["names"] | {"latin": {"surname": "ALMABROUKI", "given": "SALEM"}}
    with pytest.raises(Invalid) as caught:
        passports.issue(service, CLERK, asked | {"names": longer}, portrait(), day)
    assert found(caught.value) == {("names.latin.surname", "passports.no_room")}
    made = passports.issue(service, CLERK, asked, portrait(), day)
    page = text_of(passport_file(service, CLERK, made.number, "data_page.pdf")[0], tmp_path)
    assert "Book No." in page
