"""The specification on the web: everybody may read it, by lasting links, in two languages, and search it."""

from __future__ import annotations

import re
from html import unescape

import pytest
from fastapi.testclient import TestClient
from playwright.sync_api import Page, expect

from specs.clauses import numbered
from specs.load import load
from tests.api.conftest import sqlite_client, sqlite_world
from tests.web.conftest import Served

__all__ = ["sqlite_client", "sqlite_world"]
NUMBER = "/specification/2026/clauses/series.number"


def test_every_clause_of_every_edition_has_a_page_in_both_languages(sqlite_client: TestClient) -> None:
    for edition in load().passport.editions:
        chapters = [c for c in numbered(load(), edition) if c.level == 1]
        for head in chapters:
            path = f"/specification/{edition}/chapters/{head.id.removeprefix('chapter.')}"
            for lang in ("ar", "en"):
                shown = sqlite_client.get(path, params={"lang": lang})
                assert shown.status_code == 200, path
                anchors = re.findall(r' id="([^"]+)"><', shown.text)
                inside = [c.id for c in numbered(load(), edition) if c.number.startswith(f"{head.number}.")]
                assert [a for a in anchors if a in inside] == inside
    for clause in numbered(load(), "2026")[::7]:
        shown = sqlite_client.get(f"/specification/2026/clauses/{clause.id}")
        assert shown.status_code == 200, clause.id
        assert all(unescape_in(shown.text, text) for text in (clause.title.ar, clause.id)), clause.id


def unescape_in(page: str, text: str) -> bool:
    return text in unescape(page)


def test_a_clause_says_value_unit_tolerance_source_status_proof_and_day(sqlite_client: TestClient) -> None:
    text = unescape(sqlite_client.get("/specification/2026/clauses/booklet.closed_size", params={"lang": "en"}).text)
    for said in ("125 ± 0.75", "mm", "Doc 9303-4 §2.1 (TD3)", "2026-01-01", ">standard"):
        assert said in text
    assert "/specification/2026/clauses/booklet.closed_size" in text


def test_a_clause_names_what_the_other_edition_says_otherwise(sqlite_client: TestClient) -> None:
    text = unescape(sqlite_client.get("/specification/2026/clauses/mrz.document_code", params={"lang": "en"}).text)
    assert "<del><bdi>P</bdi></del>" in text
    assert "<ins><bdi>PP</bdi></ins>" in text
    same = sqlite_client.get("/specification/2026/clauses/mrz.format", params={"lang": "en"}).text
    assert "<del>" not in same


def test_a_section_shows_the_drawings_of_the_booklet_and_how_many_of_its_clauses_differ(
    sqlite_client: TestClient,
) -> None:
    text = sqlite_client.get("/specification/2026/clauses/data_page", params={"lang": "en"}).text
    assert text.count('<figure class="drawing">') == 1
    assert ">125 ± 0.75</text>" in text
    assert "style=" not in text
    shown = sqlite_client.get("/specification/2026/clauses/mrz", params={"lang": "en"}).text
    assert "clauses below it that differ: 1" in shown


def test_a_clause_names_code_and_tests_that_stand_on_it(sqlite_client: TestClient) -> None:
    text = unescape(sqlite_client.get("/specification/2026/clauses/data_page.dates").text)
    assert "issuance.documents.data_page:_printed_date" in text
    assert "tests/unit/documents/test_data_page.py::" in text


def test_a_search_counts_marks_and_leads_to_the_clause(sqlite_client: TestClient) -> None:
    found = unescape(sqlite_client.get("/specification/2026/search", params={"q": "رقم الجواز"}).text)
    assert "<mark>رقم</mark>" in found
    assert 'href="/specification/2026/clauses/data_page.fields.number"' in found
    none = sqlite_client.get("/specification/2026/search", params={"q": "zzzz"})
    assert (none.status_code, "<mark>" in none.text) == (200, False)
    assert "<script>" not in sqlite_client.get("/specification/2026/search", params={"q": "<script>"}).text
    assert sqlite_client.get("/specification/2026/search", params={"q": "x" * 101}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/specification/1999",
        "/specification/2026/chapters/none",
        "/specification/2026/clauses/none",
        "/specification/x/search",
    ],
)
def test_what_does_not_exist_is_not_found(sqlite_client: TestClient, path: str) -> None:
    assert sqlite_client.get(path, params={"q": "x"}).status_code == 404


def test_programs_read_the_same_clauses(sqlite_client: TestClient) -> None:
    get = sqlite_client.get
    held = get("/v1/specification/editions").json()
    assert held["current"] == "2026"
    assert [one["edition"] for one in held["editions"]] == ["2021", "2026"]
    everything = get("/v1/specification/2026/clauses").json()["clauses"]
    assert [c["id"] for c in everything] == [c.id for c in numbered(load(), "2026")]
    laws = get("/v1/specification/2026/clauses", params={"status": "law"}).json()["clauses"]
    assert {c["clause"]["status"] for c in laws} == {"law"}
    chapter = get("/v1/specification/2026/clauses", params={"chapter": "data_page"}).json()["clauses"]
    assert chapter[0]["id"] == "chapter.data_page"
    assert len({c["number"].partition(".")[0] for c in chapter}) == 1
    size = get("/v1/specification/2026/clauses/booklet.closed_size").json()
    [width] = [v for v in size["values"] if v["path"][-1] == "width_mm"]
    assert (width["value"], width["tolerance"], width["unit"]) == (125, 0.75, {"ar": "مم", "en": "mm"})
    dates = get("/v1/specification/2026/clauses/data_page.dates").json()
    assert "format" in dates["code"]["issuance.documents.data_page:_printed_date"]
    found = get("/v1/specification/2026/search", params={"q": "passport no"}).json()
    assert found["found"][0]["id"] == "data_page.fields.number"
    unknown = get("/v1/specification/2026/clauses/no.such")
    assert (unknown.status_code, unknown.json()["faults"][0]["code"]) == (404, "specification.clause")
    assert get("/v1/specification/2026/clauses", params={"status": "x"}).status_code == 422


@pytest.mark.browser
@pytest.mark.slow
def test_from_contents_to_a_clause_to_a_search_to_the_other_edition(page: Page, served: Served) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto("/")
    page.locator('.tiles a[href="/specification"]').click()
    page.locator('.tiles a[href="/specification/2026"]').click()
    page.locator('a[href="/specification/2026/chapters/numbering"]').first.click()
    page.locator('a[href$="/clauses/series.number"]').click()
    expect(page).to_have_url(f"{served.address}{NUMBER}")
    expect(page.locator("#link input")).to_have_value(re.compile(re.escape(NUMBER) + "$"))
    page.locator('#others a[href="/specification/2021/clauses/series.number"]').click()
    expect(page.locator("#others del").first).to_contain_text("LB")
    expect(page.locator("#others ins").first).to_contain_text("LA")
    page.goto("/specification/2021")
    page.get_by_role("searchbox").fill("الاصدار")
    page.get_by_role("searchbox").press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    for path in ("/specification/2026", NUMBER, "/specification/2026/chapters/pki", page.url):
        for lang in ("ar", "en"):
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={lang}")
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, (path, lang)
