"""What the booklet draws of an edition: closed book, data page, machine readable zone, portrait, chip, keys. Pure.

Every length, position, count and period is read from the specification; this module knows only how far a dimension
line stands from what it measures.
"""

from __future__ import annotations

from collections.abc import Iterator

from issuance.specification.book_diagrams import chip_files, keys_and_periods, mrz_positions, page_plan
from issuance.specification.book_specimen import specimen_lines
from issuance.specification.drawings import (
    Drawing,
    Line,
    Mark,
    Rect,
    Table,
    Text,
    Words,
    measured_across,
    measured_down,
    moved,
    number,
)
from specs.schema import PassportEdition, Specification
from specs.schema.base import Bilingual
from specs.schema.data_page import Box

_PLACED_HEAD = (
    Bilingual(ar="الرقم", en="No."),
    Bilingual(ar="المنطقة", en="Zone"),
    Bilingual(ar="البند", en="Clause"),
    Bilingual(ar="من اليسار (مم)", en="from left (mm)"),
    Bilingual(ar="من الأعلى (مم)", en="from top (mm)"),
    Bilingual(ar="العرض (مم)", en="width (mm)"),
    Bilingual(ar="الارتفاع (مم)", en="height (mm)"),
)
_ROOM = 20.0  # beside a drawing, for its dimension lines


def drawings(spec: Specification, edition: str) -> tuple[Drawing, ...]:
    """Every drawing of the edition, in the order of the parts of the book."""
    held = spec.passport.editions[edition]
    return (
        closed_book(held),
        cover(held),
        page_plan(held),
        data_page(held),
        mrz_zone(held),
        mrz_positions(spec, held, specimen_lines(spec, held)),
        portrait(held),
        chip_files(held),
        keys_and_periods(spec),
    )


def closed_book(edition: PassportEdition) -> Drawing:
    """Front and fore edge, the tolerance as a dashed outline inside and outside."""
    size, corners, thick = edition.booklet.closed_size, edition.booklet.corners, edition.booklet.thickness
    wide, high, radius = size.width_mm, size.height_mm, corners.radius_mm
    (dx, dy), left, top = (size.width_tolerance_mm, size.height_tolerance_mm), _ROOM, 12.0
    cover = edition.booklet.cover
    marks: list[Mark] = [
        Rect(left - dx, top - dy, wide + 2 * dx, high + 2 * dy, "tolerance", radius + max(dx, dy)),
        Rect(left, top, wide, high, "cover", radius),
        Rect(left + dx, top + dy, wide - 2 * dx, high - 2 * dy, "tolerance", max(0.0, radius - max(dx, dy))),
        Text(left, top + high / 2 - 8, wide, 7, cover.title, 5, "strong"),
        Text(left, top + high / 2, wide, 5, edition.data_page.header.state, 3.4),
        *measured_across(left, left + wide, top - 6, top - dy, number(wide, dx)),
        *measured_down(top, top + high, left - 8, left - dx, number(high, dy)),
        Line(((left + radius, top + high - radius), (left + radius * 0.3, top + high - radius * 0.3)), "measure"),
        Text(left + radius + 1, top + high - radius - 4, 24, 3, f"R {number(radius, corners.radius_tolerance_mm)}",
             style="measure", align="left"),
    ]  # fmt: skip
    edge = left + wide + 9
    marks += [
        Rect(edge, top, thick.maximum_mm, high, "leaves"),
        *measured_across(edge, edge + thick.maximum_mm, top - 6, top, f"≤ {number(thick.maximum_mm)}"),
    ]
    title = Bilingual(ar="الدفتر مغلقاً: المقاس والأركان والسماكة", en="The closed book: size, corners, thickness")
    return Drawing("closed_book", "booklet", title, 1, edge + thick.maximum_mm + 24, top + high + 5, tuple(marks))


def cover(edition: PassportEdition) -> Drawing:
    """The front of the book held upright, what is stamped on it in its place."""
    size = edition.booklet.closed_size
    wide, high = sorted((size.width_mm, size.height_mm))
    marks: list[Mark] = [Rect(0, 0, wide, high, "cover", edition.booklet.corners.radius_mm)]
    rows: list[tuple[Words, ...]] = []
    for n, one in enumerate(edition.cover.cover_elements, 1):
        box = one.box
        marks.append(Rect(box.x_mm, box.y_mm, box.width_mm, box.height_mm, "security"))
        marks.append(Text(box.x_mm + 0.5, box.y_mm + 0.3, 4, 2.6, str(n), 2.2, "number", "left"))
        marks.append(
            Text(box.x_mm + 4, box.y_mm, box.width_mm - 4.5, box.height_mm, one.text or one.title, 3.2, "strong")
        )
        beside = wide + 6 + 9 * (n - 1)
        marks += measured_down(0, box.y_mm, beside, box.x_mm + box.width_mm + 0.5, number(box.y_mm))
        place = (box.x_mm, box.y_mm, box.width_mm, box.height_mm)
        rows.append(
            (
                str(n),
                one.title,
                f"cover.cover_elements.{one.id}",
                *(number(value, one.position_tolerance_mm) for value in place[:2]),
                *map(number, place[2:]),
            )
        )
    marks += [
        *measured_across(0, wide, -5, -0.5, number(wide)),
        *measured_down(0, high, -6, -0.5, number(high)),
    ]
    room = 9.0 * len(rows) + 12
    title = Bilingual(ar="وجه الغلاف والدفتر قائم", en="The front cover, the book held upright")
    table = Table(_PLACED_HEAD, tuple(rows))
    return Drawing("cover", "cover", title, 1, wide + 16 + room, high + 12, moved(tuple(marks), 12, 10), table)


def data_page(edition: PassportEdition) -> Drawing:
    """Every zone at true size, numbered as in the table below it."""
    spec = edition.data_page
    page, margin = spec.page, spec.page.bleed_free_margin_mm
    wide, high = page.width_mm, page.height_mm
    zone, portrait, mrz = spec.mrz_box(), spec.portrait.box, spec.mrz
    placed = _placed(edition)
    marks: list[Mark] = [
        Rect(0, 0, wide, high, "paper", edition.booklet.corners.radius_mm),
        Rect(0, zone.y_mm, wide, zone.height_mm, "mrz"),
        Rect(margin, margin, wide - 2 * margin, high - 2 * margin, "margin"),
    ]
    for n, (_, title, box, style) in enumerate(placed, 1):
        marks.append(Rect(box.x_mm, box.y_mm, box.width_mm, box.height_mm, style))
        marks.append(Text(box.x_mm + 0.5, box.y_mm + 0.3, 4, 2.6, str(n), 2.2, "number", "left"))
        marks.append(Text(box.x_mm + 4, box.y_mm + 0.3, box.width_mm - 4.5, box.height_mm - 0.6, title, 2.4))
    for centre in mrz.line_centres_from_bottom_mm:
        top = high - centre - mrz.character_height_mm / 2
        marks.append(Rect(mrz.first_character_left_mm, top, mrz.characters * mrz.pitch_mm, mrz.character_height_mm,
                          "line"))  # fmt: skip
    marks += [
        *measured_across(0, wide, -5, -0.5, number(wide, edition.booklet.closed_size.width_tolerance_mm)),
        *measured_down(0, high, -9, -0.5, number(high, edition.booklet.closed_size.height_tolerance_mm)),
        *measured_down(zone.y_mm, high, wide + 5, wide + 0.5, number(mrz.zone_height_mm, mrz.zone_height_tolerance_mm)),
        *measured_down(portrait.y_mm, portrait.y_mm + portrait.height_mm, -3.5, portrait.x_mm,
                       number(portrait.height_mm)),
        *measured_across(portrait.x_mm, portrait.x_mm + portrait.width_mm, high + 5, high + 0.5,
                         number(portrait.width_mm)),
        *measured_across(0, mrz.first_character_left_mm, high + 11, high + 0.5, number(mrz.first_character_left_mm)),
    ]  # fmt: skip
    title = Bilingual(ar="صفحة البيانات ومناطقها", en="The data page and its zones")
    return Drawing(
        "data_page", "data_page", title, 1, wide + 2 * _ROOM, high + 24, moved(tuple(marks), _ROOM, 10), _boxes(edition)
    )


def mrz_zone(edition: PassportEdition) -> Drawing:
    """The zone at true size: cells, centres of the lines, margins."""
    spec = edition.data_page
    mrz, wide, high = spec.mrz, spec.page.width_mm, spec.mrz.zone_height_mm
    left, half = mrz.first_character_left_mm, mrz.character_height_mm / 2
    marks: list[Mark] = [Rect(0, 0, wide, high, "mrz")]
    for n, centre in enumerate(mrz.line_centres_from_bottom_mm):
        y = high - centre
        cells = (left + i * mrz.pitch_mm for i in range(mrz.characters))
        marks += [Rect(x, y - half, mrz.pitch_mm, mrz.character_height_mm, "cell") for x in cells]
        marks.append(Line(((0, y), (wide, y)), "centre"))
        marks += measured_down(y, high, wide + 5 + 8 * n, wide + 0.5, number(centre))
    first = high - mrz.line_centres_from_bottom_mm[0]
    marks += [
        *measured_down(0, high, -9, -0.5, number(high, mrz.zone_height_tolerance_mm)),
        *measured_down(first - half, first + half, -3, left - 0.5, number(mrz.character_height_mm)),
        *measured_across(0, left, high + 5, high + 0.5, number(left)),
        *measured_across(left, mrz.line_width_mm(), high + 11, high + 0.5,
                         f"{mrz.characters} × {number(mrz.pitch_mm)} = {number(mrz.characters * mrz.pitch_mm)}"),
        *measured_across(left, left + mrz.pitch_mm, -4, first - half - 0.3, number(mrz.pitch_mm)),
    ]  # fmt: skip
    title = Bilingual(ar="المنطقة المقروءة آلياً: الخانات ومحاور السطور", en="The MRZ: cells and centres of the lines")
    return Drawing("mrz_zone", "mrz", title, 1, wide + 2 * _ROOM + 6, high + 26, moved(tuple(marks), _ROOM + 6, 9))


def portrait(edition: PassportEdition) -> Drawing:
    """The frame twice its size: how large the head is, where eyes and centre lie."""
    rules, scale = edition.portrait, 2.0
    wide, high = rules.frame.width_mm * scale, rules.frame.height_mm * scale
    head, eyes, centre = rules.head_size, rules.eye_line, rules.centre
    eye_y = high * (1 - eyes.target_share)
    chin = min(high, eye_y + high * head.target_share / 2)
    crown = chin - high * head.target_share
    tall, middle = chin - crown, wide * centre.target_share
    marks: list[Mark] = [
        Rect(0, 0, wide, high, "paper"),
        Rect(0, high * (1 - eyes.maximum_share), wide, high * (eyes.maximum_share - eyes.minimum_share), "band"),
        Rect(wide * centre.minimum_share, 0, wide * (centre.maximum_share - centre.minimum_share), high, "band"),
        Rect(middle - tall * 0.36, crown, tall * 0.72, tall, "head", tall * 0.36),
        Line(((0, eye_y), (wide, eye_y)), "centre"),
        Line(((middle, 0), (middle, high)), "centre"),
        *measured_across(0, wide, -5, -0.5, number(rules.frame.width_mm)),
        *measured_down(0, high, -6, -0.5, number(rules.frame.height_mm)),
        *measured_down(crown, chin, wide + 6, middle, _share(head.minimum_share, head.maximum_share)),
        *measured_down(eye_y, high, wide + 16, wide + 0.5, _share(eyes.minimum_share, eyes.maximum_share)),
        *measured_across(0, middle, high + 6, high + 0.5, _share(centre.minimum_share, centre.maximum_share)),
    ]
    title = Bilingual(
        ar="إطار الصورة: طول الرأس وخط العينين والمحور", en="The portrait's frame: height of the head, eyes, centre"
    )
    return Drawing("portrait", "portrait", title, scale, wide + 50, high + 20, moved(tuple(marks), 16, 10))


def _share(low: float, high: float) -> str:
    return f"{low * 100:g} – {high * 100:g} %"


def _placed(edition: PassportEdition) -> Iterator[tuple[str, Bilingual, Box, str]]:
    """Id of the clause, title, box and style of everything that stands on the page."""
    spec = edition.data_page
    header = Bilingual(
        ar=f"{spec.header.state.ar} · {spec.header.document.ar}",
        en=f"{spec.header.state.en} · {spec.header.document.en}",
    )
    yield "data_page.header", header, spec.header.box, "zone"
    for field in spec.fields:
        yield f"data_page.fields.{field.id}", field.caption, field.box, "zone"
    yield "data_page.portrait", spec.portrait.label, spec.portrait.box, "picture"
    yield "data_page.signature", spec.signature.caption, spec.signature.box, "picture"
    mrz = Bilingual(ar="المنطقة المقروءة آلياً", en="Machine readable zone")
    yield "data_page.mrz", mrz, spec.mrz_box(), "bare"


def _boxes(edition: PassportEdition) -> Table:
    rows: list[tuple[Words, ...]] = []
    for n, (clause, title, box, _) in enumerate(_placed(edition), 1):
        rows.append((str(n), title, clause, *map(number, (box.x_mm, box.y_mm, box.width_mm, box.height_mm))))
    return Table(_PLACED_HEAD, tuple(rows))
