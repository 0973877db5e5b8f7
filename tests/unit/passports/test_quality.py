"""A scan shows the page as ordered, or it does not, or it has to be taken again: found by its picture and its text."""

from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from issuance.core.actor import Actor
from issuance.documents import readback
from issuance.documents.page_compare import compare_pages
from issuance.mrtd.data_groups.dg2 import build_dg2, read_dg2
from issuance.mrtd.face import portrait_face
from issuance.passports import quality, read_back
from issuance.passports.way import ApplicationView
from issuance.service import Service
from specs.errors import Invalid, NotAllowed
from tests.faces import portrait
from tests.passports import CONTROLLER, as_written, asked, book, duty, enter_nth, look, walk
from tests.service import NOW, enter

Grey = NDArray[np.uint8]


def grey(page: bytes) -> Grey:
    return np.asarray(Image.open(io.BytesIO(page)).convert("L"))


def scanned(page: Grey, turn: float = 1.3, scale: float = 1.1, blur: float = 0.8, bed: int = 40) -> bytes:
    """The page as a flat scanner gives it: askew on a dark bed, a little soft, with noise, as JPEG."""
    page = cv2.copyMakeBorder(page, 90, 90, 90, 90, cv2.BORDER_CONSTANT, value=[bed])  # type: ignore[assignment]
    high, wide = page.shape
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), turn, scale)
    matrix[:, 2] += np.array([wide, high]) * (scale - 1) / 2
    laid = cv2.warpAffine(page, matrix, (round(wide * scale), round(high * scale)), borderValue=[bed])
    soft = cv2.GaussianBlur(laid, (0, 0), blur).astype(np.float64)
    noisy = 255 * (soft / 255) ** 1.1 + np.random.default_rng(1).normal(0, 5, soft.shape)
    out = io.BytesIO()
    Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)).save(out, "JPEG", quality=80)
    return out.getvalue()


@pytest.fixture(scope="module")
def ours(desk: Service) -> ApplicationView:
    """The application of the book that is checked."""
    return walk(desk, "quality", asked(enter_nth(desk, 301)))


@pytest.fixture(scope="module")
def theirs(desk: Service) -> tuple[dict[str, bytes], bytes]:
    """Chip files and page of another person's book."""
    names = {
        "arabic": {"first": "ليلى", "father": "عمر", "grandfather": "سعيد", "family": "الزنتاني"},
        "latin": {"surname": "ALZINTANI", "given": "LAYLA OMAR SAEED"},
        "latin_confirmed": True,
    }
    person = {"national_number": "219909000302", "sex": "F", "names": names}
    enter(desk, **person)
    view = walk(desk, "quality", asked(person))
    return as_written(desk.db, view.number or "")


def found(desk: Service, number: str, chip: dict[str, bytes], page: bytes) -> list[str]:
    """The files in which a check of the book finds a difference; a program checks, so nothing is asked for. A page that
    is too poor to be read does not hide what the chip says."""
    program = Actor("client:station", "client", frozenset({"quality_controller"}), "PTIP")
    return sorted({one.file for one in quality.check(desk, program, number, chip, page, NOW).differences})


def test_the_portrait_of_another_person_on_the_chip_is_named_by_quality_control(
    desk: Service, ours: ApplicationView
) -> None:
    chip, page = as_written(desk.db, ours.number or "")
    poor = scanned(grey(page), blur=9)
    rules, face = desk.spec.passport.editions["2026"].chip, portrait(3)
    another = build_dg2(portrait_face(face.image, face.width_px, face.height_px, rules.face), rules)
    assert (len(read_dg2(another)), another != chip["DG2.bin"]) == (1, True)  # a sound file, of somebody else
    assert found(desk, ours.number or "", chip | {"DG2.bin": another}, poor) == ["DG2.bin"]


def test_forgotten_chip_files_are_asked_for_and_spoil_no_book(desk: Service, ours: ApplicationView) -> None:
    _, page = as_written(desk.db, ours.number or "")
    with pytest.raises(Invalid) as caught:
        quality.check(desk, CONTROLLER, ours.number or "", {}, page, NOW)
    assert [(fault.field, fault.code) for fault in caught.value.faults] == [("chip", "passports.quality.chip")]


def test_another_books_page_around_the_right_chip_is_a_difference(
    desk: Service, ours: ApplicationView, theirs: tuple[dict[str, bytes], bytes]
) -> None:
    chip, _ = as_written(desk.db, ours.number or "")
    assert found(desk, ours.number or "", chip, theirs[1]) == ["page"]


def test_another_books_chip_under_the_right_page_differs_in_every_file_that_names_its_holder(
    desk: Service, ours: ApplicationView, theirs: tuple[dict[str, bytes], bytes]
) -> None:
    ordered, _ = as_written(desk.db, ours.number or "")
    differing = {one.file for one in read_back.chip_differences(ordered, theirs[0])}
    assert differing >= {"DG1.bin", "DG11.bin", "DG15.bin", "EF_SOD.bin"}


def test_quality_control_tells_another_portrait_and_a_letter_for_a_filler_from_a_poor_scan(
    desk: Service, ours: ApplicationView
) -> None:
    view, number = ours, ours.number or ""
    chip, ordered = as_written(desk.db, number)
    page = grey(ordered)
    assert compare_pages(ordered, scanned(page)).differing == ()
    assert compare_pages(ordered, scanned(page, turn=-2, scale=0.85)).differing == ()
    assert not compare_pages(ordered, scanned(page, blur=9)).fit
    clipped = io.BytesIO()
    Image.fromarray(page[:, : page.shape[1] * 3 // 4]).save(clipped, "PNG")
    assert not compare_pages(ordered, clipped.getvalue()).fit

    box, mm = desk.spec.passport.editions["2026"].data_page.portrait.box, page.shape[1] / 125
    rows, columns = (
        slice(round(start * mm), round((start + size) * mm))
        for start, size in ((box.y_mm, box.height_mm), (box.x_mm, box.width_mm))
    )
    other = page.copy()
    other[rows, columns] = page[rows, columns][:, ::-1]
    assert compare_pages(ordered, scanned(other)).differing

    lines = book(desk, number).mrz.split("\n")
    zone = desk.spec.passport.editions["2026"].data_page.mrz_box()
    letter, filler = lines[0].index("K"), 38  # OCR-B stands at ten characters an inch
    first_line = slice(round(zone.y_mm * mm), round((zone.y_mm + zone.height_mm / 2) * mm))
    step = round(2.54 * mm)
    start = _ink_left(page[first_line]) + letter * step - step // 6
    forged = page.copy()
    cell = page[first_line, start : start + step]
    forged[first_line, start + (filler - letter) * step : start + (filler - letter + 1) * step] = cell
    assert compare_pages(ordered, scanned(forged)).differing

    with pytest.raises(NotAllowed):
        quality.check(desk, duty("quality_controller", "personaliser"), number, chip, ordered, NOW)
    again = quality.check(desk, CONTROLLER, number, chip, scanned(page, blur=9), NOW)
    assert (again.passed, again.scan_again, again.approval) == (False, True, None)
    assert look(desk, view.id).state == "quality"
    passed = quality.check(desk, CONTROLLER, number, chip, scanned(page, turn=0.4), NOW)
    assert passed.differences == ()
    assert passed.passed


def _ink_left(rows: Grey) -> int:
    return int(np.flatnonzero((rows < 90).any(axis=0))[0])


def test_one_bit_of_any_file_is_a_difference_and_names_the_file_and_the_place() -> None:
    ordered = {
        "EF_COM.bin": b"com",
        "DG1.bin": b"one",
        "DG2.bin": b"portrait",
        "EF_SOD.bin": b"sod",
        "package.json": b"",
    }
    chip = {name: content for name, content in ordered.items() if name.endswith(".bin")}
    assert read_back.chip_differences(ordered, chip) == []
    for name, content in chip.items():
        for place in range(len(content)):
            flipped = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
            [found] = read_back.chip_differences(ordered, chip | {name: flipped})
            assert (found.file, found.kind, found.at) == (name, "differs", place)
    without = {name: content for name, content in chip.items() if name != "DG2.bin"}
    assert [(d.file, d.kind) for d in read_back.chip_differences(ordered, without)] == [("DG2.bin", "missing")]
    more = chip | {"DG3.bin": b"prints"}
    assert [(d.file, d.kind) for d in read_back.chip_differences(ordered, more)] == [("DG3.bin", "not_ordered")]


# As PassportEye read right pages of unusual holders, each once taken for a difference: (ordered, read).
MISREAD = [
    ("PPLBYALWERFALLI<<MEFTAH<SAAD<MILAD<<<<<<<<<<", "PPLBYALWERFALLI<<MEFTAH<KSAADKMILAD<<<<<<<<K<K<"),
    ("PPLBYELGAMATI<<AYA<NURADDIN<ABDURRAHMAN<<<<<", "PPLBYELGAMATI<<AYA<NURADDIN<ABDURRAHMANK<X<<<<"),
    ("PPLBYAL<SHAARI<<RIDA<ABD<ALHAKIM<DARCY<<<<<<", "PPLBYAL<SHAARI<<RIDA<ABD<KALHAKIM<KDARCY<<<<<<"),
    ("LB22222226LBY48<<<<2F3411218<<<<<<<<<<<<<<<4", "LB22222226LBY48<<<<2F3411218<<<<<KKKEKEK4"),
    ("LB22222226LBY5007<<4M3411218<<<<<<<<<<<<<<<6", "LB22222226LBY5007<<4M3411218<<<<<<<S<KKKK<<<G"),
    ("LB22222259LBY5007<<4M3411218<<<<<<<<<<<<<<<0", "LB22222259LBY5007<<4M3411218<<<<<<<S<KKK"),
]


@pytest.mark.parametrize(("ordered", "seen"), MISREAD)
def test_a_right_page_is_not_spoiled_for_what_the_reader_does_to_fillers(ordered: str, seen: str) -> None:
    upper, lower = MISREAD[0][0], MISREAD[-1][0]
    lines = ([ordered, lower], [seen, lower]) if ordered[0] == "P" else ([upper, ordered], [upper, seen])
    assert readback.first_misread(*lines) is None


def test_another_letter_or_digit_anywhere_in_the_zone_is_a_difference() -> None:
    ordered = [MISREAD[2][0], MISREAD[-1][0]]
    whole = "".join(ordered)
    for place, character in enumerate(whole):
        other = ("7" if character in "04" else "4") if character.isdigit() else "W" if character == "M" else "M"
        changed = whole[:place] + other + whole[place + 1 :]
        found = readback.first_misread(ordered, [changed[:44], changed[44:]])
        assert found is not None if character == "<" else found == place, (place, character, found)
    for lost in (["", ""], [ordered[0], ""], [ordered[0][:20], ordered[1]], [ordered[0] + "Z", ordered[1]]):
        assert readback.first_misread(ordered, lost) is not None
