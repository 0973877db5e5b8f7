"""What is typeset of a draft is set by another process: whatever an editor typed ends only that one."""

from __future__ import annotations

import json

import pytest

from issuance.documents.children import answer_of
from issuance.service import Service
from issuance.specification.draft_documents import document_of
from issuance.specification.views import draft
from specs.errors import NotFound, Unavailable
from tests.service import service
from tests.unit.specification.drafting import author, edited, ready

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
