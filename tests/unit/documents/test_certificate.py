from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from issuance.documents import typesetting
from issuance.documents.certificate import BilingualText, disclosed_national_number
from issuance.documents.typesetting import require_fonts
from specs.errors import Invalid, Unavailable
from specs.load import load
from tests.unit.documents.samples import NOW, certificate, render

SPEC = load().certificate_certificate


def fields(caught: pytest.ExceptionInfo[Invalid]) -> set[str | None]:
    return {f.field for f in caught.value.faults}


def test_equal_facts_give_equal_bytes() -> None:
    assert render(certificate(rulings=2)) == render(certificate(rulings=2))


def test_a_second_thread_renders_too() -> None:
    with ThreadPoolExecutor(2) as pool:
        made = list(pool.map(render, [certificate()] * 4))
    assert len(set(made)) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": "CS2026-TRP-000123-1"}, "number"),
        ({"arabic_name": ("فاطمة", "محمد", "المبروك")}, "name"),
        ({"expires_on": date(2026, 11, 21)}, "expires_on"),
        ({"outcome": "entries"}, "outcome"),
        ({"rulings": 2, "outcome": "clear"}, "outcome"),
        ({"rulings": 61}, "rulings"),
        ({"birth_date": "1990-02-30"}, "birth_date"),
        ({"birth_date": "17/05/1990"}, "birth_date"),
        ({"latin_name": ""}, "name.en"),
        ({"addressee": BilingualText("س" * 201)}, "addressee.ar"),
        ({"purpose": BilingualText("تأشيرة\u202e")}, "purpose.ar"),
        ({"purpose": BilingualText("تأشيرة\x00")}, "purpose.ar"),
    ],
)
def test_a_fact_that_cannot_stand_on_paper_is_refused_by_name(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        render(certificate(**changes))
    assert field in fields(caught)


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        render(certificate(number="x", latin_name="", birth_date="?"))
    assert {"number", "name.en", "birth_date"} <= fields(caught)


def test_a_character_without_a_glyph_is_refused_without_repeating_it() -> None:
    with pytest.raises(Invalid) as caught:
        render(certificate(addressee=BilingualText("سفارة 漢")))
    assert "漢" not in str(caught.value)


@pytest.mark.parametrize("picture", [b"", b"not a picture", b"\xff\xd8\xff\xe0" + b"\0" * 100])
def test_a_broken_portrait_is_refused(picture: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        render(certificate(), portrait=picture)
    assert fields(caught) == {"portrait"}


def test_a_seal_too_long_for_a_code_is_refused() -> None:
    with pytest.raises(Invalid):
        render(certificate(), seal_url="x" * 3000)


def test_a_missing_font_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typesetting, "_installed", lambda: frozenset({"Liberation Sans"}))
    with pytest.raises(Unavailable) as caught:
        require_fonts(["Amiri", "Liberation Sans"])
    assert "fonts-hosny-amiri" in caught.value.faults[0].en


def test_masked_number_shows_only_its_last_digits() -> None:
    masked = SPEC.model_copy(update={"disclosure": SPEC.disclosure.model_copy(update={"national_number": "masked"})})
    assert disclosed_national_number("219909000017", masked) == "••••••••0017"
    assert disclosed_national_number("219909000017", SPEC) == "219909000017"


def test_the_timestamp_is_the_creation_date() -> None:
    assert b"D:20261122090000" in render(certificate())
    assert render(certificate(), timestamp=NOW.replace(hour=10)) != render(certificate())
