"""Published shapes of the register of offices: a row of the file that is taken in, and its fate."""

from __future__ import annotations

from issuance.core.schema import DAY, Document, Exchange, Schema, Source, Wrong, members, one_of, text, words
from issuance.core.terms import office
from issuance.staff.office_import import COLUMNS, NEEDED


def _row(source: Source) -> Schema:
    rules = source.spec.staff_offices
    narrowed = {
        "code": office(source),
        "kind": one_of(rules.kinds.names),
        "region": one_of(rules.regions.names),
        "authority": one_of(rules.authorities.names),
        "parent": office(source),
        "successor": office(source),
        "valid_from": DAY,
        "valid_to": DAY,
    }
    shapes = {name: narrowed.get(name, text(least=1)) for name in COLUMNS}
    return members({n: shapes[n] for n in NEEDED}, {n: s for n, s in shapes.items() if n not in NEEDED})


DOCUMENTS = (
    Document(
        "office-row",
        1,
        words("سطر من ملف المكاتب", "A row of the file of offices"),
        _row,
        table=True,
        beyond=words(
            "يوجد المكتب الأعلى والخلف في السجل أو في الملف، ولا يسبق الانتهاء البداية.",
            "Parent and successor stand in the register or in the file; no office ends before it begins.",
        ),
        wrong=(
            Wrong(("kind",), "bakery", words("نوع غير معروف", "no such kind of office")),
            Wrong(("code",), "مكتب", words("الرمز بحروف لاتينية كبيرة", "a code is in Latin capitals")),
        ),
    ),
)
ROUTES: dict[str, Exchange] = {}
COMMANDS: dict[str, Exchange] = {}
