"""A value edited in a draft changes book, amendment, validation and issued documents together, from the first day."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from issuance.passports import commands as passports
from issuance.passports import views as passport_views
from issuance.service import Service
from issuance.specification import drafts
from issuance.specification.amendment import amendment_pdf
from issuance.specification.book import render_book
from issuance.specification.views import judge
from specs.errors import Invalid
from tests.service import CLERK, NOW, application, portrait
from tests.unit.specification.drafting import STARTS, approver, author, edited, proposed


def text_of(pdf: bytes, folder: Path) -> str:
    (folder / "judged.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", folder / "judged.pdf", "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.mark.slow  # two booklets and two passports
def test_a_caption_and_a_period_of_a_draft_reach_book_amendment_and_passports(desk: Service, tmp_path: Path) -> None:
    view = edited(desk, proposed(desk), "data_page.yaml", "en: Place of birth", "en: Birthplace")
    view = edited(desk, view, "validity.yaml", "validity_years: 8", "validity_years: 10")
    view = edited(desk, view, "validity.yaml", "days_back_allowed: 30", "days_back_allowed: 0")
    judged = judge(desk, view)
    assert judged.spec is not None
    assert judged.difference is not None
    book = text_of(render_book(judged.spec, "2027", "en", signed_digest=None), tmp_path)
    assert "Birthplace" in book
    assert "10 years" in book
    amendment = text_of(amendment_pdf(judged.difference, judged.spec, "en"), tmp_path)
    assert "Birthplace" in amendment
    assert "10 years" in amendment

    before = passports.issue(desk, CLERK, application(), portrait(), NOW)
    assert "Place of birth" in page_text(desk, before.number, tmp_path)
    view = drafts.submit(desk, author(), view.id, "x", NOW)
    for name in ("first", "second"):
        view = drafts.approve(desk, approver(name), view.id, view.digest, "x", NOW)
    day = NOW + (STARTS - NOW.date())
    desk.clock = lambda: day
    made = passports.issue(desk, CLERK, application(), portrait(), day)
    assert (made.expires_on.year, before.expires_on.year) == (2036, 2034)
    assert "Birthplace" in page_text(desk, made.number, tmp_path)
    with pytest.raises(Invalid) as caught:
        passports.issue(desk, CLERK, application(issued_on=str(STARTS)), portrait(), day + timedelta(days=1))
    assert {fault.field for fault in caught.value.faults} == {"issued_on"}


def page_text(desk: Service, number: str, folder: Path) -> str:
    return text_of(passport_views.passport_file(desk, CLERK, number, "data_page.pdf")[0], folder)
