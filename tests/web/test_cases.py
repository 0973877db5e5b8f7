"""The case register as its officers meet it, in real Chromium and in Arabic: whole lives of cases, role by role."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.api.world import PERSON
from tests.casework import FELONY, FIRST, PROSECUTION, SUMMARY
from tests.web.casework import Desk, Sit, officers, signed_in, sit, state, title  # noqa: F401 - fixtures
from tests.web.pages import CONTRAST

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SIX_MONTHS = {"kind": "detention", "amount": "6", "unit": "months"}
FINE = {"kind": "fine", "amount": "500", "unit": "dinars"}
FIVE_YEARS = {"kind": "imprisonment", "amount": "5", "unit": "years"}


def sent_to_prosecution(sit: Sit, **fields: str) -> str:  # noqa: F811
    """A file of the station that the prosecution has received, its accused identified; its number."""
    station = sit("station")
    number = station.open_case(**fields)
    station.do(
        "identify_accused",
        "2026-01-11",
        accused="A1",
        national_number=str(PERSON["national_number"]),
        confirmation="fingerprints",
        note="مطابقة البصمات",
    )
    station.do("send_to_prosecution", "2026-01-12", to_office=PROSECUTION)
    expect(station.page.locator("#transfer")).to_contain_text("نيابة طرابلس")
    sit("prosecutor").receive(number, "2026-01-12")
    return number


def ruled(sit: Sit) -> str:  # noqa: F811
    """A theft on which the summary court has ruled; its number."""
    number = sent_to_prosecution(sit)
    sit("prosecutor").do("refer_summary", "2026-01-20", to_office=SUMMARY)
    court = sit("summary")
    court.receive(number, "2026-01-20")
    court.rule("2026-03-01", "conviction", SIX_MONTHS, FINE)
    return number


def test_a_misdemeanour_goes_from_the_station_to_completed_execution(sit: Sit) -> None:  # noqa: F811
    number = ruled(sit)
    court = sit("summary")
    expect(court.matters).to_contain_text("الحبس 6 أشهر والغرامة 500 دينار")
    expect(court.matters).to_contain_text(state("ruled"))
    over = court.page.locator("#clocks tr", has_text="الاستئناف").first  # ten days from 1 March, long ago
    expect(over.locator(".level-100")).to_have_text("انتهى")
    court.do("become_final", "2026-05-01")
    expect(court.matters).to_contain_text(state("final_convicted"))
    court.do("hand_over", "2026-05-02", to_office=PROSECUTION, note="للتنفيذ")
    execution = sit("execution")
    execution.receive(number, "2026-05-03")
    execution.do("execute", "2026-05-03")
    execution.do("complete", "2026-11-03")
    expect(execution.matters).to_contain_text(state("completed"))
    expect(execution.page.locator(".timeline > li")).to_have_count(12)
    left = execution.page.locator("#clocks tbody tr")  # nothing but the waiting for rehabilitation, counted from here
    expect(left).to_have_count(1)
    expect(left).to_contain_text("رد الاعتبار")


def test_a_felony_goes_through_the_chamber_to_a_final_ruling(sit: Sit) -> None:  # noqa: F811
    number = sent_to_prosecution(sit, offence="murder", summary="واقعة قتل")
    prosecutor = sit("prosecutor")
    prosecutor.do("investigate", "2026-01-13")
    prosecutor.do(
        "detain",
        "2026-01-13",
        accused="A1",
        custody_kind="prosecution_detention",
        moment="2026-01-13 09:30",
        legal_basis="خشية الهرب",
    )
    expect(prosecutor.page.locator("main")).to_contain_text("2026-01-13 09:30")
    prosecutor.do("refer_indictment", "2026-01-30", to_office=FIRST)
    chamber = sit("chamber")
    chamber.receive(number, "2026-01-31")
    chamber.do("chamber_to_felony_court", "2026-02-10", to_office=FELONY)
    court = sit("felony")
    court.receive(number, "2026-02-10")
    court.rule("2026-03-01", "conviction", FIVE_YEARS)
    expect(court.matters).to_contain_text("السجن 5 سنوات")
    court.do("become_final", "2026-07-01")
    expect(court.matters).to_contain_text(state("final_convicted"))
    for role in ("وكيل", "غرفة الاتهام"):
        expect(court.page.locator(".timeline")).to_contain_text(role)


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(sit: Sit) -> None:  # noqa: F811
    ruled(sit)
    court = sit("summary")
    court.begin("become_final")
    court.fill({"note": "لم يطعن أحد", "happened_on": "2026-03-05"})
    court.page.keyboard.press("Enter")
    field = court.page.locator(".field.wrong:has(#happened_on)")  # 10 days and the Attorney General's have not lapsed
    expect(field.locator(".fault").first).to_be_visible()
    expect(court.page.locator("#note")).to_have_value("لم يطعن أحد")
    court.fill({"happened_on": "5/3"})
    court.page.keyboard.press("Enter")
    expect(field.locator(".fault").first).to_contain_text("سنة-شهر-يوم")


def test_a_sentence_may_have_more_parts_than_the_form_begins_with(sit: Sit) -> None:  # noqa: F811
    number = sent_to_prosecution(sit)
    sit("prosecutor").do("refer_summary", "2026-01-20", to_office=SUMMARY)
    court = sit("summary")
    court.receive(number, "2026-01-20")
    court.begin("rule")
    rows = court.page.locator(".penalty")
    before = rows.count()
    court.fill({"presence": "in_presence", "verdict": "conviction", "penalties.0.kind": "confiscation"})
    court.page.get_by_role("button", name="عقوبة أخرى").press("Enter")
    expect(rows).to_have_count(before + 1)
    expect(court.page.locator("#verdict")).to_have_value("conviction")
    court.fill({f"penalties.{before}.{name}": value for name, value in FINE.items()} | {"penalties.1.kind": "fine"})
    court.fill({"happened_on": "2026-03-01"})
    court.page.keyboard.press("Enter")  # a fine without an amount
    expect(court.page.locator(".penalty.wrong")).to_have_count(1)
    court.fill({"penalties.1.kind": "", "happened_on": "2026-03-01"})
    court.page.keyboard.press("Enter")
    expect(court.matters).to_contain_text("المصادرة والغرامة 500 دينار")


def test_a_stale_screen_shows_what_happened_meanwhile_and_keeps_what_was_typed(sit: Sit) -> None:  # noqa: F811
    number = sent_to_prosecution(sit)
    prosecutor, chief = sit("prosecutor"), sit("chiefprosecutor")
    prosecutor.begin("ban_travel")
    chief.take_up(number)
    chief.begin("shelve")
    prosecutor_fields = {"accused": "A1", "legal_basis": "قرار النيابة", "happened_on": "2026-01-14"}
    prosecutor.fill(prosecutor_fields)
    other = Desk(prosecutor.page.context.new_page())
    other.page.goto(f"/cases/{number}")
    other.do("investigate", "2026-01-13")
    prosecutor.page.keyboard.press("Enter")
    expect(prosecutor.page.locator("#stale")).to_contain_text(title("investigate"))
    expect(prosecutor.page.locator("#legal_basis")).to_have_value("قرار النيابة")
    prosecutor.page.locator("#happened_on").press("Enter")
    expect(prosecutor.page.locator(".note.good")).to_contain_text(title("ban_travel"))

    chief.fill({"shelving_reason": "no_offence", "happened_on": "2026-01-14"})
    chief.page.keyboard.press("Enter")  # an investigation is not shelved
    expect(chief.page.locator("#stale")).to_contain_text(title("ban_travel"))
    expect(chief.page.locator("#move")).to_have_count(0)


def test_a_correction_is_made_by_two_officers_who_see_the_old_and_the_new(sit: Sit) -> None:  # noqa: F811
    number = ruled(sit)
    court, judge = sit("summary"), sit("judge")
    court.page.locator(".timeline > li", has_text=title("rule")).get_by_role("link", name="تصحيح").first.press("Enter")
    court.fill({"corrected.presence": "in_absentia", "note": "سهو في القيد"})
    court.page.get_by_role("button", name="طلب الاعتماد").press("Enter")
    court.page.wait_for_url("**/proposals/*")
    row = court.page.locator("#changes tbody tr")
    expect(row).to_have_count(1)
    expect(row.locator("del")).to_have_text("حضوري")
    expect(row.locator("ins")).to_have_text("غيابي")
    expect(court.page.get_by_role("button", name="اعتماد")).to_have_count(0)

    judge.page.goto("/cases")
    judge.page.locator("#approve tr", has_text=number).get_by_role("link").press("Enter")
    judge.page.get_by_role("button", name="اطلاع").press("Enter")  # it asks for what, first
    expect(judge.page.locator("#changes ins")).to_have_text("غيابي")
    judge.fill({"reason": "طابق الأصل"})
    judge.page.get_by_role("button", name="اعتماد").press("Enter")
    expect(judge.matters).to_contain_text("غيابي")
    newest = judge.page.locator(".timeline > li").first
    expect(newest.locator("del")).to_have_text("حضوري")
    expect(newest).to_contain_text("Test summary")


def test_a_case_is_read_for_a_purpose_and_a_supervisor_sees_who_looked(sit: Sit) -> None:  # noqa: F811
    number = sit("station").open_case()
    stranger = sit("elsewhere").page
    stranger.goto(f"/cases/{number}")
    expect(stranger.locator("h1")).to_have_text("غرض الاطلاع")
    stranger.select_option("#purpose", "related_case")
    stranger.get_by_role("button", name="اطلاع").press("Enter")
    expect(stranger.locator(".field.wrong:has(#purpose_words) .fault")).to_be_visible()
    stranger.fill("#purpose_words", "قضية مشابهة")
    stranger.keyboard.press("Enter")
    expect(stranger.locator("h1")).not_to_contain_text(number)  # as a number nobody holds
    supervisor = sit("supervisor").page
    supervisor.goto("/cases/looks")
    supervisor.fill("[name=number]", number)
    supervisor.keyboard.press("Enter")
    rows = supervisor.locator("#looks tbody tr")
    expect(rows.first).to_contain_text("قضية مشابهة")
    expect(rows.first.locator(".tag.fail")).to_have_text("رُفض")
    expect(rows.last).to_contain_text("Test station")


def test_a_purpose_ends_with_the_sign_in_that_stated_it(sit: Sit) -> None:  # noqa: F811
    station = sit("station")
    number = station.open_case()
    page = station.page
    page.goto(f"/cases/{number}/purpose")
    held = [cookie for cookie in page.context.cookies() if cookie["name"] == "issuance_purpose"]
    assert [(cookie["path"], cookie["httpOnly"]) for cookie in held] == [(f"/cases/{number}", True)]
    page.context.clear_cookies(name=re.compile("session"))
    page.goto(f"/cases/{number}")
    expect(page.locator("#username")).to_be_visible()


def test_evidence_is_taken_in_handed_over_and_fetched_as_it_was(sit: Sit) -> None:  # noqa: F811
    station = sit("station")
    page = station.page
    station.open_case()
    pdf = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
    page.locator(".moves").get_by_role("link", name=title("add_evidence"), exact=True).press("Enter")
    file = {"name": "../محضر.pdf", "mimeType": "application/pdf", "buffer": pdf}
    page.set_input_files("#evidence_file", [file])  # type: ignore[list-item]
    station.fill({"description": "محضر المعاينة", "note": "ضبط في المكان", "captured_on": "2026-01-11"})
    page.keyboard.press("Enter")
    expect(page.locator(".note.good")).to_contain_text(title("add_evidence"))
    station.begin("hand_evidence")
    page.get_by_role("checkbox", name="محضر المعاينة").check()
    station.fill({"evidence_keeper": "خبير الخطوط", "evidence_place": "المعمل", "note": "للفحص"})
    page.locator("#happened_on").press("Enter")
    page.get_by_role("link", name="محضر المعاينة").press("Enter")
    expect(page.locator("#chain tbody tr")).to_have_count(2)
    expect(page.locator("#chain tbody tr").last).to_contain_text("خبير الخطوط")
    expect(page.locator("main")).to_contain_text(sha256(pdf).hexdigest())
    with page.expect_download() as download:
        page.locator(".facts a").click()
    assert Path(download.value.path()).read_bytes() == pdf


def test_a_case_is_found_by_the_name_of_its_accused_for_a_purpose(sit: Sit) -> None:  # noqa: F811
    number = sit("station").open_case(accused_name="خليفة عمران الفيتوري")
    page = sit("station").page
    page.goto("/cases/search")
    page.fill("#name", "خليفه الفيتورى")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_contain_text(number)
    assert "%D8" not in page.url  # no name in an address
    page.get_by_role("button", name=number).press("Enter")
    expect(page.locator("h1")).to_contain_text(number)


def test_statistics_show_charts_with_a_table_that_says_the_same(sit: Sit) -> None:  # noqa: F811
    for _ in range(5):
        sit("station").open_case()
    page = sit("counter").page
    page.goto("/cases/statistics")
    figure = page.locator("section.figure", has=page.locator("#title-opened"))
    counted = figure.locator("tbody tr").first.locator("td").inner_text()
    assert int(counted) >= 5
    expect(figure.locator(".chart bdi")).to_have_text(counted)
    assert float(figure.locator("rect.fill").first.get_attribute("width") or 0) == 1000


@pytest.mark.parametrize("language", ["ar", "en"])
def test_every_page_of_cases_fits_a_phone_and_has_the_contrast_of_wcag_aa(sit: Sit, language: str) -> None:  # noqa: F811
    number = ruled(sit)
    pages = {
        "summary": (
            "/cases",
            "/cases/open",
            "/cases/search",
            f"/cases/{number}",
            f"/cases/{number}/purpose",
            f"/cases/{number}/moves/appeal",
            f"/cases/{number}/moves/correct?corrects=6",
        ),
        "supervisor": ("/cases/looks", f"/cases/looks?number={number}"),
        "counter": ("/cases/statistics",),
    }
    for desk, addresses in pages.items():
        page = sit(desk).page
        page.set_viewport_size({"width": 360, "height": 740})
        page.goto(f"/?lang={language}")
        for address in addresses:
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
            assert page.evaluate(CONTRAST) == [], address
            labelled = "fields => fields.every(f => f.type === 'hidden' || f.hidden || f.labels.length > 0)"
            assert page.eval_on_selector_all("input, select, textarea", labelled), address
