"""A name is found by its spelling variants and its Latin spellings, and two different names stay two."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from issuance.jobs.synthetic import _FAMILY, _FEMALE, _MALE
from issuance.people.name_keys import MAXIMUM_PROBE_KEYS, name_keys, named_units, person_keys, probes
from issuance.people.name_words import MAXIMUM_SOUNDS, MAXIMUM_TEXTS, fold, standing_search_tables, units_of
from tests.unit.people.spellings import arabic_spellings, latin_spellings

NAMES = [arabic for arabic, _ in (*_MALE, *_FEMALE, *_FAMILY)] + [
    *("القذافي", "معمر", "عبد الرحمن", "أبو بكر", "أبو القاسم", "صلاح الدين", "فتح الله", "ضياء", "ظافر", "غيث"),
    *("قيس", "ثريا", "ذكرى", "هبة الله", "بن عمران", "مؤمن", "رؤى", "يحيى", "لؤي", "آية", "علاء", "إلياس", "إلهام"),
    *(
        "عبد اللطيف",
        "عبد ربه",
        "ممدوح",
        "فتحي",
        "أدهم",
        "إسحاق",
        "خلود",
        "مدحت",
        "حياة",
        "طه",
        "صالح",
        "نزيه",
        "الأمين",
    ),
]


def meet(one: str, other: str) -> bool:
    """Whether a query for `one` finds a person called `other`."""
    held = person_keys([other], "")
    return all(any(key in held for key in probe.keys) for probe in probes(units_of(one)) if len(probe.keys) > 0)


def same_sound(one: str, other: str) -> bool:
    (left,), (right,) = units_of(one), units_of(other)
    return not set(left.sounds).isdisjoint(right.sounds)


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("إبراهيم", "ابراهيم"),
        ("أحمد", "احمد"),
        ("آمنة", "امنه"),
        ("مصطفى", "مصطفي"),
        ("فاطمة", "فاطمه"),
        ("مُحَمَّد", "محمد"),
        ("محـــمد", "محمد"),
        ("عبد السلام", "عبدالسلام"),
        ("عبدالله", "عبد الله"),
        ("الورفلي", "ورفلي"),
        ("أبو بكر", "ابو بكر"),
        ("صلاح الدين", "صلاحالدين"),
        ("عائشة", "عايشه"),
        ("رؤوف", "رووف"),
        ("بن غشير", "غشير"),
        ("ابن غشير", "بن غشير"),
        ("على", "علي"),
        ("ﻣﺤﻤﺪ", "محمد"),
    ],
)
def test_one_name_in_two_arabic_spellings_is_one(kept: str, asked: str) -> None:
    assert same_sound(kept, asked)


@pytest.mark.parametrize(
    ("arabic", "spellings"),
    [
        ("محمد", "Mohamed Muhammad Mohammed Mohamad Muhammed MOHAMMAD Mohammad Mhamed Muḥammad"),
        ("القذافي", "Gaddafi Qaddafi Kadhafi Gathafi Gadhafi Qadhdhafi Kaddafi Al-Gaddafi ElGaddafi Alqathafi Geddafi"),
        ("حسين", "Hussein Husain Hossein Hussain Housseine Hüseyin"),
        ("خالد", "Khaled Khalid Kaled"),
        ("يوسف", "Yousef Yusuf Youssef Yousif Youcef"),
        ("عبد الرحمن", "Abdulrahman Abdurrahman Abdelrahman Abderrahmane Abd-al-Rahman"),
        ("عبد القادر", "Abdelkader Abdulqader Abdul-Gader AbdelGadir"),
        ("أبو القاسم", "Abulqasim Abu-Al-Qasim Abou-lgasem Belgasem Abolkasim"),
        ("صلاح الدين", "Salaheddin Salahuddin Salah-Eddine Salah-ud-Din"),
        ("فتحي", "Fathi Fathy Fatthi"),
        ("إسحاق", "Ishaq Ishak Is'haq"),
        ("أدهم", "Adham Adhem"),
        ("فاطمة", "Fatima Fatma Fatimah Fatmah"),
        ("نجاة", "Najat Nagat Naja"),
        ("الشريف", "Alsharif Sharif Ash-Sharif Esharif El-Shareef Cherif"),
        ("الزاوي", "Azzawi Alzawi Zawi Al-Zaoui Ezzawi"),
        ("رمضان", "Ramadan Ramadhan Ramzan Ramathan"),
        ("مفتاح", "Muftah Meftah Moftah"),
        ("عثمان", "Othman Osman Uthman Etman"),
        ("ممدوح", "Mamdouh Mamduh"),
        ("بن غشير", "Benghashir Ben-Ghashir Bin-Ghasheer Ghashir"),
        ("عيسى", "Essa Issa Eisa Aissa"),
    ],
)
def test_the_usual_latin_spellings_find_the_arabic_name(arabic: str, spellings: str) -> None:
    assert [latin for latin in spellings.split() if not meet(latin, arabic)] == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("محمد", "محمود"), ("سالم", "سليم"), ("حسن", "حسين"), ("أحمد", "حامد"), ("علي", "علاء")],
)
def test_names_of_one_sound_keep_their_own_spelling(one: str, other: str) -> None:
    assert same_sound(one, other)
    assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("محمد", "سالم"),
        ("أحمد", "محمد"),
        ("خالد", "وليد"),
        ("عمر", "معمر"),
        ("علي", "ليلى"),
        ("طارق", "طريف"),
        ("سعد", "سعود"),
    ],
)
def test_different_names_seldom_meet(one: str, other: str) -> None:
    assert same_sound(one, other) == ((one, other) == ("سعد", "سعود"))


def test_a_spelling_of_several_words_gives_one_unit_for_each_name() -> None:
    for text in (
        "محمد عبد السلام بن علي الورفلي",
        "Mohamed Abd al Salam ben Ali Werfalli",
        "محمد Abdulsalam علي WERFALLI",
    ):
        assert len(units_of(text)) == 4, text


def test_a_latin_spelling_that_no_table_explains_is_kept_by_its_letters() -> None:
    keys = person_keys(["جورج"], "GEORGE WASHINGTON")
    assert any(key in keys for probe in probes(units_of("Washington")) for key in probe.keys)
    assert "~WSHNGTN" not in keys, "vowels and half vowels are no letters to search by"


@pytest.mark.parametrize("text", ["", "   ", "119909000012", "!?-<>", "\u0640\u0651", "名前", "\u202e"])
def test_text_without_a_name_has_no_keys(text: str) -> None:
    assert name_keys(text) == ()


@given(text=st.text(max_size=500) | st.text(alphabet="DHKSGTZabdulعبدال ةه", max_size=500))
@settings(deadline=None)
def test_any_text_gives_bounded_keys(text: str) -> None:
    for unit in units_of(text):
        assert 1 <= len(unit.sounds) <= 2 * MAXIMUM_TEXTS * MAXIMUM_SOUNDS
    found = probes(units_of(text))
    assert len(found) <= 8 + 8 + 28
    assert all(0 < len(probe.keys) <= MAXIMUM_PROBE_KEYS for probe in found)


@given(data=st.data(), name=st.sampled_from(NAMES))
@settings(max_examples=100, deadline=None)
def test_every_arabic_spelling_the_tables_allow_has_the_key_of_the_name(data: st.DataObject, name: str) -> None:
    spelling = data.draw(arabic_spellings(name, standing_search_tables().part))
    assert meet(spelling, name), (spelling, name)


@pytest.mark.heavy
@given(data=st.data(), name=st.sampled_from(NAMES))
@settings(max_examples=200, deadline=None)
def test_every_latin_spelling_the_tables_allow_has_the_key_of_the_name(data: st.DataObject, name: str) -> None:
    spelling = data.draw(latin_spellings(name, standing_search_tables().part))
    assert meet(spelling, name), (spelling, name)


def test_a_part_of_several_words_is_found_whole_and_by_each_word() -> None:
    keys = person_keys(["سيف الإسلام", "سالم", "علي", "الورفلي"], "")
    for asked in ("سيف الاسلام", "سيفالاسلام", "Saifalislam", "Seif al-Islam", "سيف", "الإسلام"):
        assert all(any(key in keys for key in probe.keys) for probe in probes(units_of(asked))[-1:]), asked
    assert [unit.fold for unit in named_units(["سيف الإسلام"])] == ["سيف", "اسلام", "سيفاسلام"]


def test_an_ordinary_name_takes_fourteen_keys() -> None:
    assert len(person_keys(["سالم", "علي", "محمد", "المبروك"], "ALMABROUK SALEM ALI MOHAMED")) == 4 + 4 + 6


@pytest.mark.parametrize("text", ["عبد " * 100, "عبدال" * 80, "ADHGKS" * 60, "ABD " * 100, "بن عبد ه " * 40])
def test_a_hostile_query_takes_no_time(text: str) -> None:
    started = time.perf_counter()
    probes(units_of(text))
    assert time.perf_counter() - started < 1
