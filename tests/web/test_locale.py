"""The pages say the same things in both languages."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from issuance.web.language import language
from issuance.web.pages import TILES

ROOT = Path(__file__).parents[2]
WORDS = {code: json.loads((ROOT / "templates" / "locale" / f"{code}.json").read_text("utf-8")) for code in ("ar", "en")}
TEMPLATES = sorted((ROOT / "templates" / "web").glob("*.html"))
ARABIC = re.compile(r"[\u0600-\u06ff]")


def test_both_languages_have_the_same_keys() -> None:
    assert sorted(WORDS["ar"]) == sorted(WORDS["en"])


def test_both_languages_fill_the_same_places() -> None:
    def places(text: str) -> set[str]:
        return set(re.findall(r"\{(\w+)\}", text))

    assert [key for key in WORDS["ar"] if places(WORDS["ar"][key]) != places(WORDS["en"][key])] == []


def test_each_language_is_written_in_its_own_script() -> None:
    own_name_of_the_other = {"site.switch"}
    assert [k for k, v in WORDS["en"].items() if ARABIC.search(v) and k not in own_name_of_the_other] == []
    latin_only = [k for k, v in WORDS["ar"].items() if not ARABIC.search(v) and k not in own_name_of_the_other]
    assert latin_only == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_key_a_template_names_has_words(template: Path) -> None:
    named = set(re.findall(r"\bt\('([^'~]+)'[,)]", template.read_text("utf-8")))
    assert sorted(named - set(WORDS["ar"])) == []


def test_every_tile_of_the_home_page_says_what_it_is_for() -> None:
    named = {words for key, _, _ in TILES for words in (key, f"{key}.why")}
    assert sorted(named - set(WORDS["ar"])) == []


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_scripts_styles_or_handlers_of_its_own(template: Path) -> None:
    text = template.read_text("utf-8")
    scripts = [s for s in re.findall(r"<script[^>]*>", text) if "src=" not in s and "application/json" not in s]
    assert scripts == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text) == []


def test_words_stand_in_the_locale_files_not_in_templates() -> None:
    """Arabic letters in a template would be words that the English page shows too."""
    assert [path.name for path in TEMPLATES if ARABIC.search(path.read_text("utf-8"))] == []


def test_the_style_sheet_knows_no_left_and_right() -> None:
    """Logical properties only, so that one sheet serves both directions."""
    text = (ROOT / "templates" / "web" / "static" / "site.css").read_text("utf-8")
    found = re.findall(r"(?:margin|padding|border)-(?:left|right)|(?<![-\w])(?:left|right)\s*:|float\s*:", text)
    assert found == []


def test_a_date_among_arabic_words_is_isolated_and_keeps_its_order() -> None:
    """Unicode bidi (UAX #9, W2 and W7): digits after Arabic letters are Arabic numbers, which hyphens do not join."""
    assert language("ar").pick({"ar": "صالحة حتى 2026-11-22"}) == "صالحة حتى \u20662026-11-22\u2069"
    assert language("ar").pick({"ar": "12 رقماً"}) == "12 رقماً"
