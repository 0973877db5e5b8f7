"""The booklet's diagrams, not to scale: pages, positions of the MRZ, files of the chip, keys over time. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from issuance.specification.drawings import Drawing, Line, Mark, Rect, Table, Text, Words, number
from specs.schema import PassportEdition, Specification
from specs.schema.base import Bilingual
from specs.schema.pki import Pki

_WIDE = 165.0
_YEAR_DAYS = 365.25
_RESERVED = Bilingual(ar="محجوز، لا يُكتب", en="reserved, not written")
_TINTS = ("zone", "security")


def page_plan(edition: PassportEdition) -> Drawing:
    """Every page of the book in its place, tinted by its use."""
    size, a_row = edition.booklet.closed_size, 16
    step = _WIDE / a_row
    high = step * size.height_mm / size.width_mm
    marks: list[Mark] = []
    rows: list[tuple[Words, ...]] = []
    planned = edition.page_plan.of_book(edition.booklet.pages.count)
    for n, (held, first, last) in enumerate(planned):
        style = "picture" if held.id == "data_page" else "optional" if held.pages_taken is None else _TINTS[n % 2]
        rows.append((_range(first, last), held.title, f"page_plan.page_ranges.{held.id}", held.content))
        for page in range(first, last + 1):
            x, y = (page - 1) % a_row * step, (page - 1) // a_row * (high + 2.5)
            marks.append(Rect(x + 0.4, y, step - 0.8, high, style))
            marks.append(Text(x + 0.4, y, step - 0.8, high, str(page), 2.4, "number"))
    head = (
        Bilingual(ar="الصفحات", en="Pages"),
        Bilingual(ar="الاستعمال", en="Use"),
        Bilingual(ar="البند", en="Clause"),
        Bilingual(ar="المحتوى", en="Content"),
    )
    last_page = max(last for _, _, last in planned)
    title = Bilingual(ar=f"خطة الصفحات ({last_page})", en=f"Plan of the {last_page} pages")
    down = -(-last_page // a_row) * (high + 2.5)
    return Drawing("page_plan", "page_plan", title, None, _WIDE, down, tuple(marks), Table(head, tuple(rows)))


def mrz_positions(spec: Specification, edition: PassportEdition, lines: tuple[str, ...]) -> Drawing:
    """The cells of each line with the specimen's characters, and which field each belongs to."""
    layout = spec.text_mrz.formats[edition.mrz.format.name]
    step, cell = _WIDE / layout.line_characters, 5.2
    fields = sorted(_fields(layout.model_dump(exclude={"source", "status", "composite_covers"})))
    marks: list[Mark] = []
    for n, line in enumerate(lines):
        top = n * 19 + 4
        for i, character in enumerate(line):
            marks += [
                Rect(i * step, top, step, cell, "cell"),
                Text(i * step, top, step, cell, character, 3.1, "mrz"),
            ]
            if (i + 1) % 5 == 0 or i == 0:
                marks.append(Text(i * step - 2, top - 3, step + 4, 2.6, str(i + 1), 1.9, "measure"))
        for k, (at, first, last, _) in enumerate(fields, 1):
            if at == n + 1:
                marks += _bracket(k, (first - 1) * step, last * step, top + cell)
    rows = tuple(
        (str(k), Bilingual(ar=spec.labels.of(name, "ar")[0], en=_english(spec, name)), str(at), _range(first, last))
        for k, (at, first, last, name) in enumerate(fields, 1)
    )
    head = (
        Bilingual(ar="الرقم", en="No."),
        Bilingual(ar="الحقل", en="Field"),
        Bilingual(ar="السطر", en="Line"),
        Bilingual(ar="المواضع", en="Positions"),
    )
    title = Bilingual(
        ar=f"مواضع المنطقة المقروءة آلياً ({edition.mrz.format.name}) على النموذج",
        en=f"Positions of the MRZ ({edition.mrz.format.name}), on the specimen",
    )
    high = (len(lines) - 1) * 19 + 4 + cell + 8
    return Drawing("mrz_positions", "mrz", title, None, _WIDE, high, tuple(marks), Table(head, rows))


def _fields(layout: dict[str, object]) -> Iterator[tuple[int, int, int, str]]:
    """Line, first and last position and name of each field of a format."""
    for name, value in layout.items():
        for place in value if isinstance(value, (list, tuple)) else [value]:
            line, colon, span = str(place).partition(":")
            first, _, last = span.partition("-")
            if colon and line.isdigit() and first.isdigit():
                yield int(line), int(first), int(last or first), name


def _range(first: int, last: int) -> str:
    return f"{first}" if first == last else f"{first} – {last}"


def _bracket(k: int, left: float, right: float, top: float) -> list[Mark]:
    # A field of one cell has its number a step lower, clear of its neighbours'.
    low = 2.6 if right - left < 5 else 0.0
    (x1, x2), (y1, y2) = (left + 0.3, right - 0.3), (top + 0.6, top + 1.8)
    return [
        Line(((x1, y1), (x1, y2), (x2, y2), (x2, y1)), "bracket"),
        Text((left + right) / 2 - 4, top + 2.2 + low, 8, 2.8, str(k), 2.2, "number"),
    ]


def chip_files(edition: PassportEdition) -> Drawing:
    """Who may read, the application, the files in it: id, whether it must be there, the most bytes it may have."""
    chip, reserved = edition.chip, edition.chip_interface.reserved_files
    row, left, top = 8.5, 30.0, 34.0
    must = {"required": Bilingual(ar="إلزامي", en="required"), "optional": Bilingual(ar="اختياري", en="optional")}
    files: list[tuple[str, str, Bilingual, int, str]] = [
        (file.name, file.file_id_hex, must[file.presence], file.maximum_bytes,
         "optional" if file.presence == "optional" else "zone")
        for file in chip.files
    ]  # fmt: skip
    files += [(one.id, one.file_id_hex, _RESERVED, one.maximum_bytes, "optional") for one in reserved]
    room, largest = _WIDE - left - 94, max(size for *_, size, _ in files)
    marks: list[Mark] = [*_access(edition)]
    marks += [
        Rect(0, 20, 84, 9, "strong"),
        Text(2, 20, 80, 9, f"LDS {chip.lds.lds_version} · AID {chip.lds.application_id_hex}", 3, "inverse"),
    ]
    for n, (name, file_id, presence, size, style) in enumerate(files):
        y = top + n * row
        marks += [
            Line(((12, 29 if n == 0 else y - row + 3.2), (12, y + 3.2), (left, y + 3.2)), "tree"),
            Rect(left, y, 88, 6.4, style),
            Text(left + 2, y, 18, 6.4, f"EF.{name}", 2.9, "strong", "left"),
            Text(left + 20, y, 12, 6.4, file_id, 2.7, "code", "left"),
            Text(left + 32, y, 28, 6.4, presence, 2.7),
            Text(left + 60, y, 26, 6.4, f"≤ {size} B", 2.7, "code", "right"),
            Rect(left + 92, y + 1.6, max(0.4, room * size / largest), 3.2, "bar"),
        ]
    title = Bilingual(
        ar="الشريحة: من يقرأ، والملفات ومعرّفاتها وحدودها", en="The chip: who reads, its files, their ids and limits"
    )
    return Drawing("chip_files", "chip", title, None, _WIDE, top + len(files) * row, tuple(marks))


def _access(edition: PassportEdition) -> Iterator[Mark]:
    """The protocols a reader has to pass, over the application."""
    held = edition.chip_interface.access_controls
    step = _WIDE / len(held)
    for n, one in enumerate(held):
        style = {"required": "security", "allowed": "optional", "forbidden": "bare"}[one.presence]
        yield Rect(n * step + 0.5, 0, step - 1, 14, style)
        yield Text(n * step + 2, 1, step - 4, 6, one.title, 2.9, "strong")
        yield Text(n * step + 2, 7.5, step - 4, 5, one.presence_named, 2.3)
    yield Line(((12, 14), (12, 20)), "tree")


def keys_and_periods(spec: Specification) -> Drawing:
    """Who certifies whom, and for how long a key signs (full) and its certificate lives (pale), in years."""
    pki = spec.pki_profiles
    order = [*_below(pki, None, 0)]
    left, row, top = 82.0, 7.4, 12.0
    longest = max(pki.profiles[name].certificate_days for name, _ in order)
    years = int(longest / _YEAR_DAYS) + 1
    step = (_WIDE - left) / years
    high = top + len(order) * row
    marks: list[Mark] = []
    for year in range(years + 1):
        x = left + year * step
        marks.append(Line(((x, top - 2), (x, high)), "help"))
        if year % 5 == 0 or year == years:
            marks.append(Text(x - 4, top - 6, 8, 3, str(year), 2.3, "measure"))
    marks.append(Text(left, top - 11, _WIDE - left, 4, Bilingual(ar="السنوات", en="years"), 2.6, "measure"))
    at: dict[str, float] = {}
    for n, (name, depth) in enumerate(order):
        profile, y = pki.profiles[name], top + n * row
        x = depth * 6.0
        at[name] = y
        if depth:
            parent = at[profile.issuer]
            marks.append(Line(((x - 3, parent + 5.6), (x - 3, y + 2.8), (x, y + 2.8)), "tree"))
        label = Bilingual(ar=spec.labels.of(name, "ar")[0], en=_english(spec, name))
        marks += [
            Rect(x, y, left - x - 4, 5.6, "strong" if depth == 0 else "zone"),
            Text(x + 1.5, y, left - x - 7, 5.6, label, 2.8, "inverse" if depth == 0 else "text", "left"),
            Rect(left, y + 0.6, step * profile.certificate_days / _YEAR_DAYS, 4.4, "bar"),
            Rect(left, y + 0.6, max(0.5, step * profile.private_key_usage_days / _YEAR_DAYS), 4.4, "key"),
        ]
    rows = tuple(
        (
            Bilingual(ar=spec.labels.of(name, "ar")[0], en=_english(spec, name)),
            profile.common_name,
            f"{pki.algorithm_of(name).key} / {pki.algorithm_of(name).scheme}",
            number(profile.private_key_usage_days),
            number(profile.certificate_days),
        )
        for name, profile in ((name, pki.profiles[name]) for name, _ in order)
    )
    head = (
        Bilingual(ar="الشهادة", en="Certificate"),
        Bilingual(ar="الاسم فيها", en="Name in it"),
        Bilingual(ar="الخوارزمية", en="Algorithm"),
        Bilingual(ar="استعمال المفتاح (يوم)", en="Key use (days)"),
        Bilingual(ar="الشهادة (يوم)", en="Certificate (days)"),
    )
    title = Bilingual(
        ar="المفاتيح والشهادات: من يصدّق من، ومدة كل منها", en="Keys and certificates: who certifies whom, and periods"
    )
    return Drawing("keys_and_periods", "pki/profiles", title, None, _WIDE, high + 2, tuple(marks), Table(head, rows))


def _below(pki: Pki, issuer: str | None, depth: int) -> Iterator[tuple[str, int]]:
    """The profiles below `issuer` with their depth, roots first."""
    for name, profile in pki.profiles.items():
        if pki.is_root(name) if issuer is None else (profile.issuer == issuer and name != issuer):
            yield name, depth
            yield from _below(pki, name, depth + 1)


def _english(spec: Specification, name: str) -> str:
    text = spec.labels.of(name, "en")[0]
    return text[:1].upper() + text[1:]
