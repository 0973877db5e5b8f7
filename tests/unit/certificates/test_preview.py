"""What an officer sees before deciding, and the level that is printed. Issue 5, faces and the way."""

from __future__ import annotations

import io
import subprocess

import numpy as np
import pytest
from PIL import Image

from issuance.cases import commands as cases
from issuance.certificates import requests, review
from issuance.certificates.model import Certificate
from issuance.documents.barcodes import read_barcodes
from issuance.documents.raster import page_count, page_png
from issuance.service import Service
from specs.errors import Conflict, NotFound
from tests.service import CLERK, NOW, enter, numbers, officer, request
from tests.unit.cases.test_commands import RULING


def marked(pdf: bytes) -> int:
    """Pixels of the red in which a page is marked across."""
    with Image.open(io.BytesIO(page_png(pdf, dpi=50))) as page:
        held = np.asarray(page.convert("RGB")).astype(int)
    return int(((held[..., 0] - held[..., 1] > 25) & (held[..., 1] > 120)).sum())


def words(pdf: bytes) -> str:
    return subprocess.run(["pdftotext", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()


@pytest.fixture(scope="module")
def pending(desk: Service) -> str:
    enter(desk, national_number="119909000861")
    cases.record_ruling(desk, CLERK, "119909000861", RULING, NOW)
    return requests.open_at_office(desk, CLERK, request(national_number="119909000861"), NOW).id


def test_a_preview_shows_what_is_printed_without_number_code_attachment_or_signature(
    desk: Service, pending: str
) -> None:
    before = numbers(desk.db)
    pdf = review.preview(desk, officer("a"), pending, NOW)
    text = words(pdf)
    assert "2015/123" in text
    assert "The person himself" in text
    assert "CS2026" not in text
    assert b"/EmbeddedFile" not in pdf
    assert b"/ByteRange" not in pdf
    assert page_count(pdf) == 1
    assert read_barcodes(page_png(pdf)) == []
    assert numbers(desk.db) == before
    with pytest.raises(NotFound):
        review.preview(desk, officer("x", "PTIP"), pending, NOW)


def test_a_decided_request_has_no_preview_and_the_paper_names_its_level(desk: Service, pending: str) -> None:
    mark = marked(review.preview(desk, officer("a"), pending, NOW))
    review.decide_issue(desk, officer("a"), pending, "صحيح", NOW)
    approval = review.docket(desk, officer("b"), pending, NOW).approval
    assert approval is not None
    made = review.approve(desk, officer("b"), approval.id, "صحيح", NOW)
    with pytest.raises(Conflict):
        review.preview(desk, officer("a"), pending, NOW)
    with desk.db.reading() as read:
        row = read.get(Certificate, made.number)
    assert row is not None
    text = words(row.pdf)
    assert mark > 2 * marked(row.pdf)
    assert "Disclosed to" in text
    assert "The person himself" in text
