"""Holders whose names, ages and dates are unlike most: each from the registry to the hand-over, and right documents.

Expected by hand: zones by Doc 9303-4 §4.2 (names §4.2.3, the worked example of Part 4 among them), unknown dates by
Doc 9303-3 §3.8 (page), §4.8 (zone) and 9303-10 table 45 (DG11), the scheme by the table of 9303-3 §6.C. Read back by
PassportEye and pdftotext. `ISSUANCE_SHOTS=folder` keeps the pages to look at.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from issuance.documents import passporteye_child
from issuance.passports import deciding, delivering, enrol, producing, quality
from issuance.passports.document_form import form_of
from issuance.passports.model import Passport, PassportEvent, PassportFile
from issuance.people.birth_date import BirthDate
from issuance.people.public import person_of
from issuance.people.registry_import import import_records
from issuance.service import Service
from specs.load import load
from tests.passports import (
    AT_THE_DESK,
    CONTROLLER,
    DELIVERER,
    ENROLLER,
    MAKER,
    OFFICER,
    approve,
    as_written,
    book,
    filled,
    look,
    pay,
    swift,
)
from tests.service import CLERK, NOW, portrait

pytestmark = pytest.mark.slow
ADULT, CHILD = date(2034, 11, 21), date(2030, 11, 21)  # issued on 22 November 2026: 8 or 4 years, less a day
FATHER = "119859009519"
DIRECTION = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
LOOKALIKES = {"<": "<KCESLX", "0": "0OQD", "1": "1I", "2": "2Z", "5": "5S", "6": "6G", "8": "8B"}
"""What an optical reader takes for a filler, or for a digit where the format has no letter."""


@dataclass(frozen=True, slots=True)
class Holder:
    """arabic: first, father, grandfather, family; name: the name field of the zone without its closing fillers, None:
    judged by the rules of truncation alone; born: zone, page, DG11; held: lifted by an officer."""

    number: str
    arabic: tuple[str, str, str, str]
    latin: tuple[str, str]
    name: str | None
    birth: str
    born: tuple[str, str, str]
    scheme: str
    national: str
    until: date = ADULT
    asked: tuple[tuple[str, Any], ...] = ()
    held: tuple[str, ...] = ()
    receiver: str = "holder"

    @property
    def sex(self) -> str:
        return "M" if self.number[0] == "1" else "F"


GUARDIAN = {"national_number": FATHER, "relation": "father", "proof": "KA-1"}
HOLDERS = {
    "child with the consent of the father": Holder(
        "120199009011",
        ("يوسف", "خالد", "عمر", "الترهوني"),
        ("ALTARHOUNI", "YOUSEF KHALED OMAR"),
        "ALTARHOUNI<<YOUSEF<KHALED<OMAR",
        "2019-03-05",
        ("190305", "05 03 2019", "20190305"),
        "YWSF<XKHALD<EMR<ALTRHWNY",
        "الترهوني<<يوسف<خالد<عمر",
        CHILD,
        (("guardians", [GUARDIAN]),),
        (),
        "guardian",
    ),
    "newborn by order of the court": Holder(
        "220269009022",
        ("آية", "نور الدين", "عبد الرحمن", "القماطي"),
        ("ELGAMATI", "AYA NURADDIN ABDURRAHMAN"),
        "ELGAMATI<<AYA<NURADDIN<ABDURRAHMAN",
        "2026-11-01",
        ("261101", "01 11 2026", "20261101"),
        "XAAYXAH<NWR<ALDYN<EBD<ALRXHMN<ALQMAXTTY",
        "القماطي<<آية<نور<الدين<عبد<الرحمن",
        CHILD,
        (("court_order", "Tripoli 77/2026"),),
        ("guardianship",),
        "guardian",
    ),
    "old, with the two digits of a child": Holder(
        "219199009033",
        ("خديجة", "محمد", "صالح", "بن عامر"),
        ("BEN AMER", "KHADIJA MOHAMED SALEH"),
        "BEN<AMER<<KHADIJA<MOHAMED<SALEH",
        "1919-02-14",
        ("190214", "14 02 1919", "19190214"),
        "XKHDYJXAH<MXHMD<XSSALXH<BN<EAMR",
        "بن<عامر<<خديجة<محمد<صالح",
    ),
    "day of birth unknown": Holder(
        "119509009044",
        ("مفتاح", "سعد", "ميلاد", "الورفلي"),
        ("ALWERFALLI", "MEFTAH SAAD MILAD"),
        "ALWERFALLI<<MEFTAH<SAAD<MILAD",
        "1950-07-00",
        ("5007<<", "XX 07 1950", "19500700"),
        "MFTAXH<SED<MYLAD<ALWRFLY",
        "الورفلي<<مفتاح<سعد<ميلاد",
    ),
    "month and day of birth unknown": Holder(
        "219489009055",
        ("حليمة", "حمد", "جبريل", "الزوي"),
        ("EZZWAI", "HALIMA HAMAD JIBRIL"),
        "EZZWAI<<HALIMA<HAMAD<JIBRIL",
        "1948-00-00",
        ("48<<<<", "XX XX 1948", "19480000"),
        "XHLYMXAH<XHMD<JBRYL<ALZWY",
        "الزوي<<حليمة<حمد<جبريل",
    ),
    "ninety letters": Holder(
        "119819009066",
        ("عبد الرحمن", "أبو القاسم", "صلاح الدين", "البراغيثي المغربي"),
        ("BEN ABDULMUTTALIB ALBARAGHITHI ALAWAQIRI ALMAGHRABI", "ABDURRAHMAN ABULQASIM NURADDIN SALAHADDIN MUNIR"),
        None,
        "1981-09-30",
        ("810930", "30 09 1981", "19810930"),
        "EBD<ALRXHMN<XAEBW<ALQASM<XSSLAXH<ALDYN<ALBRAGYXTHY<ALMGRBY",
        "البراغيثي<المغربي<<عبد<الرحمن<أبو<القاسم<صلاح<الدين",
    ),
    "worked example of Part 4, secondary identifier cut": Holder(
        "119709009077",
        ("طه", "آدم", "إدريس", "هلال"),
        ("NILAVADHANANANDA", "CHAYAPA DEJTHAMRONG KRASUANG"),
        "NILAVADHANANANDA<<CHAYAPA<DEJTHAMRONG<K",
        "1970-06-15",
        ("700615", "15 06 1970", "19700615"),
        "XTTH<XAADM<IDRYS<HLAL",
        "هلال<<طه<آدم<إدريس",
    ),
    "apostrophes and hyphens": Holder(
        "119779009088",
        ("رضاء", "عبد الحكيم", "المؤتمن", "الشعري"),
        ("AL-SHA'ARI", "RIDA’ ABD-ALHAKIM D'ARCY"),
        "AL<SHAARI<<RIDA<ABD<ALHAKIM<DARCY",
        "1977-12-31",
        ("771231", "31 12 1977", "19771231"),
        "RXDZAXE<EBD<ALXHKYM<ALMUTMN<ALXSHERY",
        "الشعري<<رضاء<عبد<الحكيم<المؤتمن",
    ),
    "a woman's compound name, cut in the secondary alone": Holder(
        "219959009099",
        ("فاطمة الزهراء", "عبد الرحمن", "أبو القاسم", "بنت المدني"),
        ("BINT ALMADANI", "FATIMA ALZAHRA ABDURRAHMAN ABULQASIM"),
        "BINT<ALMADANI<<FATIMA<ALZAHRA<ABDURRA<A",
        "1995-03-01",
        ("950301", "01 03 1995", "19950301"),
        "FAXTTMXAH<ALZHRAXE<EBD<ALRXHMN<XAEBW<ALQASM<BNT<ALMDNY",
        "بنت<المدني<<فاطمة<الزهراء<عبد<الرحمن<أبو<القاسم",
    ),
    "a compound name that fills the field and is not cut, born on 29 February": Holder(
        "120009009101",
        ("نور الدين", "عبد السلام", "أبو بكر", "أبو القاسم"),
        ("ABULQASIM", "NUR-ALDIN ABDULSALAM ABUBAKR"),
        "ABULQASIM<<NUR<ALDIN<ABDULSALAM<ABUBAKR",
        "2000-02-29",
        ("000229", "29 02 2000", "20000229"),
        "NWR<ALDYN<EBD<ALSLAM<XAEBW<BKR<XAEBW<ALQASM",
        "أبو<القاسم<<نور<الدين<عبد<السلام<أبو<بكر",
    ),
}
EVERY = pytest.mark.parametrize("name", HOLDERS)


@dataclass(frozen=True, slots=True)
class Made:
    """What one holder's way left: the book, its files, what PassportEye and pdftotext say of the page."""

    row: Passport
    files: dict[str, bytes]
    read: list[str]
    text: str

    @property
    def zone(self) -> list[str]:
        return self.row.mrz.split("\n")


class House:
    """One installation in which every holder stands in the civil registry; each way is gone once, when asked for."""

    def __init__(self, service: Service, folder: Path) -> None:
        self.service, self.folder, self.made = service, folder, dict[str, Made]()
        rows = [record(holder) for holder in HOLDERS.values()]
        father = HOLDERS["old, with the two digits of a child"]
        rows += [record(father) | {"national_number": FATHER, "sex": "M", "birth_date": "1985-01-01"}]
        content = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()
        fates = import_records(service, CLERK, content, "jsonl", NOW)
        assert [fate.fate for fate in fates] == ["entered"] * len(rows), fates
        filled(service)

    def of(self, name: str) -> Made:
        """The holder's book, handed over."""
        if name not in self.made:
            self.made[name] = self._way(name, HOLDERS[name])
        return self.made[name]

    def _way(self, name: str, holder: Holder) -> Made:
        service = self.service
        begun = enrol.draft(service, ENROLLER, wanted(holder), NOW).view
        enrol.attach(service, ENROLLER, begun.id, "portrait", portrait(), "image/jpeg", NOW)
        pay(service, enrol.submit(service, ENROLLER, begun.id, NOW))
        shown = deciding.docket(service, OFFICER, begun.id, NOW)
        assert tuple(hold.kind for hold in shown.holds) == holder.held
        for hold in shown.holds:
            deciding.lift(service, OFFICER, hold.id, "the paper was seen", NOW)
        approve(service, begun.id)
        number = producing.produce(service, MAKER, begun.id, NOW).number
        quality.written(service, MAKER, number, NOW)
        chip, page = as_written(service.db, number)
        assert quality.check(service, CONTROLLER, number, chip, page, NOW).as_json()["differences"] == []
        delivering.hand_over(service, DELIVERER, number, identity(holder), NOW)
        assert look(service, begun.id).state == "handed_over"
        kept = Path(os.environ.get("ISSUANCE_SHOTS") or self.folder) / f"{'_'.join(re.findall('[A-Za-z]+', name))}.pdf"
        with service.db.reading() as read:
            query = select(PassportFile.content).where(PassportFile.passport_number == number)
            kept.write_bytes(read.exec(query.where(PassportFile.name == "data_page.pdf")).one())
        subprocess.run(["pdftoppm", "-r", "200", "-png", "-singlefile", kept, kept.with_suffix("")], check=True)
        spoken = subprocess.run(["pdftotext", "-layout", kept, "-"], capture_output=True, check=True).stdout
        read_back = passporteye_child.lines(kept.with_suffix(".png").read_bytes())
        return Made(book(service, number), chip, read_back, DIRECTION.sub("", spoken.decode()))


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("holders")
    (folder / "issuance.db").write_bytes(sqlite_template.read_bytes())
    service = swift(folder)
    yield House(service, folder)
    service.close()


def record(holder: Holder) -> dict[str, Any]:
    """The holder as the civil registry sends it."""
    first, father, grandfather, family = holder.arabic
    return {
        "national_number": holder.number,
        "state": "live",
        "names": {
            "arabic": {"first": first, "father": father, "grandfather": grandfather, "family": family},
            "latin": {"surname": holder.latin[0], "given": holder.latin[1]},
        },
        "mother_arabic": "مريم سالم",
        "sex": holder.sex,
        "birth_date": holder.birth,
        "place_of_birth": {"arabic": "سيدي خليفة", "latin": "SIDI KHALIFA"},
        "nationality": "LBY",
        "registered_on": "2026-11-10" if holder.birth > "2026" else "2019-04-01",
        "registered_late": False,
        "father": FATHER if "guardians" in dict(holder.asked) else None,
        "synthetic": True,
    }


def wanted(holder: Holder) -> dict[str, Any]:
    held = record(holder)
    names = held["names"] | {"latin_confirmed": True}
    kept = {key: held[key] for key in ("national_number", "sex", "birth_date", "place_of_birth", "nationality")}
    content = kept | {"names": names, "document_type": "ORDINARY", "office": "PTIP"}
    return {"kind": "first", "application": content} | dict(holder.asked)


def identity(holder: Holder) -> dict[str, object]:
    if holder.receiver == "holder":
        return dict(AT_THE_DESK)
    return AT_THE_DESK | {"receiver": holder.receiver, "national_number": FATHER}


def digit(characters: str) -> str:
    """Doc 9303-3 §4.9: weights 7, 3, 1; a filler counts 0, A is 10."""
    values = [0 if c == "<" else int(c, 36) for c in characters]
    return str(sum(v * (7, 3, 1)[i % 3] for i, v in enumerate(values)) % 10)


def fields(content: bytes) -> dict[str, bytes]:
    """Tag -> value of a data group, template and all, by the rules of BER; a tag that comes twice is a fault."""
    out: dict[str, bytes] = {}
    at = 0
    while at < len(content):
        wide = 2 if content[at] & 0x1F == 0x1F else 1
        tag, size = content[at : at + wide].hex().upper(), content[at + wide]
        begin = at + wide + 1
        if size > 0x80:
            begin, size = begin + size - 0x80, int.from_bytes(content[begin : begin + size - 0x80], "big")
        assert tag not in out and begin + size <= len(content)
        out[tag] = content[begin : begin + size]
        at = begin + size
    return out


def legally_cut(name: str, surname: list[str], given: list[str], width: int = 39) -> bool:
    """Doc 9303-4 §4.2.3: the field is full, ends in a letter, keeps `<<` and a letter of the secondary identifier,
    and what is left of each component is its beginning, in order."""
    first, separator, second = name.partition("<<")
    parts = [(first.split("<"), surname), (second.split("<"), given)]
    whole = all(kept and len(kept) <= len(of) and all(map(_begins, kept, of)) for kept, of in parts)
    return len(name) == width and name[-1].isalpha() and bool(separator) and whole


def _begins(kept: str, whole: str) -> bool:
    return bool(kept) and whole.startswith(kept)


@EVERY
def test_the_zone_says_the_name_the_dates_and_their_check_digits_as_doc_9303_writes_them(
    house: House, name: str
) -> None:
    holder, made = HOLDERS[name], house.of(name)
    upper, lower = made.zone
    assert upper[:5] == "PPLBY" and len(upper) == len(lower) == 44
    if holder.name is None:
        assert sum(c.isalpha() for c in "".join(holder.latin)) == 90
        assert legally_cut(upper[5:], holder.latin[0].split(), holder.latin[1].split())
    else:
        assert upper[5:] == holder.name.ljust(39, "<")
    number, born, until = made.row.number.ljust(9, "<"), holder.born[0], f"{holder.until:%y%m%d}"
    dates = f"{born}{digit(born)}{holder.sex}{until}{digit(until)}"
    covered = f"{number}{digit(number)}LBY{dates}{'<' * 15}"
    assert lower == covered + digit(covered[:10] + covered[13:20] + covered[21:])
    assert made.row.expires_on == holder.until


@EVERY
def test_chip_and_zone_say_the_same_and_the_whole_arabic_name_is_on_the_chip(house: House, name: str) -> None:
    holder, made = HOLDERS[name], house.of(name)
    assert fields(fields(made.files["DG1.bin"])["61"]) == {"5F1F": "".join(made.zone).encode()}
    details = fields(fields(made.files["DG11.bin"])["6B"])
    assert details["5F0E"].decode() == holder.national
    assert details["5F2B"] == holder.born[2].encode()
    with house.service.db.reading() as read:
        assert person_of(read, made.row.person_id).scheme_name == holder.scheme


@EVERY
def test_the_page_prints_names_and_dates_in_both_scripts_as_they_are_read(house: House, name: str) -> None:
    holder, made = HOLDERS[name], house.of(name)
    arabic, (surname, given) = holder.arabic, holder.latin
    lines = [" ".join(line.split()) for line in made.text.splitlines()]
    for printed in (surname, given, arabic[3], " ".join(arabic[:3])):
        assert any(printed in line for line in lines), (printed, lines)
    assert any(holder.born[1] in line for line in lines)
    assert any(f"22 11 2026 {holder.until:%d %m %Y}" in line for line in lines)


@EVERY
def test_passporteye_reads_from_the_page_what_the_chip_says(house: House, name: str) -> None:
    made = house.of(name)
    assert len(made.read) == 2
    for line, seen in zip(made.zone, made.read, strict=True):
        assert re.fullmatch("".join(map(_as_read, re.findall("<+|[^<]", line))) + "?", seen), (line, seen)


def _as_read(run: str) -> str:
    """What PassportEye may make of it; the digit after the long run of the lower line it often does not see."""
    return f"[{LOOKALIKES.get(run[0], run[0])}]" + ("+" if run[0] == "<" else "")


def test_a_childs_book_is_given_to_its_guardian_alone(house: House) -> None:
    made = house.of("child with the consent of the father")
    with house.service.db.reading() as read:
        events = read.exec(select(PassportEvent).where(PassportEvent.number == made.row.number)).all()
    assert events[-1].reason == "guardian:document"
    assert FATHER in (events[-1].words or "")


@pytest.mark.parametrize(
    ("birth", "until"),
    [
        ("2008-11-22", ADULT),  # eighteen that day
        ("2008-11-23", CHILD),
        ("2008-11-00", CHILD),  # perhaps not before the 30th
        ("2008-10-00", ADULT),
        ("2008-00-00", CHILD),
        ("2007-00-00", ADULT),
        ("0000-00-00", ADULT),
        ("1919-02-14", ADULT),
    ],
)
def test_validity_goes_by_the_least_age_the_birth_date_allows(birth: str, until: date) -> None:
    form = form_of(load().passport.editions["2026"], "ORDINARY")
    assert form.last_day(date(2026, 11, 22), BirthDate.parse(birth)) == until
