"""The drawings follow the specification: a value changed there moves what is drawn."""

from __future__ import annotations

from typing import Any

import pytest

from issuance.specification.book_drawings import closed_book, data_page, drawings, mrz_zone, portrait
from issuance.specification.drawings import Drawing, Line, Rect, Text, as_json
from specs.load import load
from specs.schema import PassportEdition

SPEC = load()
EDITION = SPEC.passport.editions["2026"]


def texts(drawing: Drawing) -> list[str]:
    return [
        mark.words if isinstance(mark.words, str) else mark.words.en for mark in drawing.marks if isinstance(mark, Text)
    ]


def rects(drawing: Drawing, style: str) -> list[Rect]:
    return [mark for mark in drawing.marks if isinstance(mark, Rect) and mark.style == style]


def changed(part: str, clause: str, **values: Any) -> PassportEdition:
    held = getattr(EDITION, part)
    own = getattr(held, clause).model_copy(update=values)
    return EDITION.model_copy(update={part: held.model_copy(update={clause: own})})


def test_the_closed_book_is_drawn_at_true_size_with_its_tolerance() -> None:
    drawing = closed_book(EDITION)
    (cover,) = rects(drawing, "cover")
    assert drawing.scale == 1
    assert (cover.width, cover.height, cover.radius) == (125, 88, 3.18)  # ISO/IEC 7810 ID-3
    outer, inner = rects(drawing, "tolerance")
    assert outer.width - cover.width == pytest.approx(2 * 0.75)
    assert cover.height - inner.height == pytest.approx(2 * 0.75)
    assert {"125 ± 0.75", "88 ± 0.75", "R 3.18 ± 0.3"} <= set(texts(drawing))


def test_another_size_draws_another_book() -> None:
    drawing = closed_book(changed("booklet", "closed_size", width_mm=120.0))
    (cover,) = rects(drawing, "cover")
    assert cover.width == 120
    assert "120 ± 0.75" in texts(drawing)
    assert "125 ± 0.75" not in texts(drawing)


def test_every_field_of_the_data_page_stands_where_the_specification_puts_it() -> None:
    drawing = data_page(EDITION)
    (paper,) = rects(drawing, "paper")
    drawn = {(r.x - paper.x, r.y - paper.y, r.width, r.height) for r in rects(drawing, "zone")}
    for field in EDITION.data_page.fields:
        box = field.box
        near = [d for d in drawn if d == pytest.approx((box.x_mm, box.y_mm, box.width_mm, box.height_mm))]
        assert near, field.id
    assert drawing.table is not None
    assert [row[2] for row in drawing.table.rows][1] == "data_page.fields.document_code"


def test_mrz_cells_are_one_tenth_of_an_inch_and_44_a_line() -> None:
    cells = rects(mrz_zone(EDITION), "cell")
    assert len(cells) == 2 * 44
    assert {round(cell.width, 4) for cell in cells} == {2.54}
    assert cells[1].x - cells[0].x == pytest.approx(2.54)


def test_the_drawn_head_is_as_tall_as_the_rules_aim_at() -> None:
    (head,) = rects(portrait(EDITION), "head")
    assert head.height / 2 == pytest.approx(45 * 0.75)  # drawn at 2:1
    smaller = changed("portrait", "head_size", target_share=0.72)
    assert rects(portrait(smaller), "head")[0].height / 2 == pytest.approx(45 * 0.72)


def test_the_chip_shows_every_file_with_its_id() -> None:
    drawing = next(one for one in drawings(SPEC, "2026") if one.id == "chip_files")
    said = texts(drawing)
    for file in EDITION.chip.files:
        assert f"EF.{file.name}" in said
        assert file.file_id_hex in said


def test_positions_of_the_mrz_are_those_of_doc_9303_4() -> None:
    drawing = next(one for one in drawings(SPEC, "2026") if one.id == "mrz_positions")
    assert drawing.table is not None
    held = {(str(row[2]), str(row[3])) for row in drawing.table.rows}
    # Doc 9303-4 §4.2.2: number 1-9 and its digit, nationality 11-13, birth 14-19, sex 21, expiry 22-27, composite 44
    assert {
        ("2", "1 – 9"),
        ("2", "10"),
        ("2", "11 – 13"),
        ("2", "14 – 19"),
        ("2", "21"),
        ("2", "22 – 27"),
        ("2", "44"),
    } <= held
    assert ("1", "6 – 44") in held


@pytest.mark.parametrize("edition", sorted(SPEC.passport.editions))
def test_nothing_is_drawn_outside_its_drawing(edition: str) -> None:
    for drawing in drawings(SPEC, edition):
        for mark in drawing.marks:
            corners = (
                mark.points
                if isinstance(mark, Line)
                else ((mark.x, mark.y), (mark.x + mark.width, mark.y + mark.height))
            )
            over = 4.5 if isinstance(mark, Text) else 0.5  # words are centred in a box wider than they are
            for x, y in corners:
                assert -over <= x <= drawing.width + over, (drawing.id, mark)
                assert -over <= y <= drawing.height + over, (drawing.id, mark)


def test_a_drawing_speaks_the_language_of_the_book() -> None:
    arabic, english = (as_json(data_page(EDITION), language) for language in ("ar", "en"))
    assert arabic["title"] != english["title"]
    assert any(mark.get("words") == "اللقب" for mark in arabic["marks"])
    assert any(mark.get("words") == "Surname" for mark in english["marks"])
