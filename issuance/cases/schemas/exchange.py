"""Published shapes of cases in bulk: a row that is taken in, its fate, a whole exported file, the exported list."""

from __future__ import annotations

from typing import get_args

from issuance.cases.exchange_export import COLUMNS
from issuance.cases.exchange_import import Outcome
from issuance.cases.exchange_rows import FILE_FORM, MOST_STEPS
from issuance.cases.schemas.files import CASE_NUMBER, MATTER
from issuance.cases.schemas.moves import body
from issuance.core.schema import (
    BASE64,
    DAY,
    FAULT,
    ID,
    MOMENT,
    SHA256,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    joined,
    keyed,
    listed,
    maybe,
    members,
    number,
    one_of,
    text,
    words,
)

_NAME = text(100, least=1)


def _step(source: Source) -> Schema:
    return members(
        {"action": one_of(source.spec.cases_lifecycle.actions)},
        {
            "office": maybe(_NAME),
            "happened_on": maybe(DAY),
            "matters": maybe(listed(TEXT)),
            "basis": maybe(text(2000)),
            "body": body(source),
        },
    )


def _row(source: Source) -> Schema:
    """A line of the JSON Lines form."""
    named = members({"row": _NAME}, {"case": maybe(_NAME), "opened_by": maybe(_NAME)})
    then = members({}, {"then": listed(_step(source), MOST_STEPS)})
    both = {"not": {"properties": {"case": {"type": "string"}, "opened_by": {"type": "string"}}}}
    return joined(named, _step(source), then) | {
        "if": {"required": ["case", "opened_by"]},
        "then": both,
    }


def _fate(source: Source) -> Schema:
    del source
    return members(
        {
            "line": number(1),
            "row": maybe(TEXT),
            "fate": one_of(get_args(Outcome)),
            "case": maybe(CASE_NUMBER),
            "version": maybe(number(1)),
            "unsigned": listed(number(1)),
            "faults": listed(FAULT),
        }
    )


def _file(source: Source) -> Schema:
    """digest and receipt are null where the reader may not know who reported: such a file proves nothing."""
    entry = {
        "id": text(36, least=1),
        "name": one_of(source.spec.cases_lifecycle.actions),
        "role": maybe(text(40)),
        "office": maybe(text(16)),
        "basis": TEXT,
        "asked_by": maybe(text(80)),
        "at": MOMENT,
        "happened_on": DAY,
        "actor": text(80, least=1),
        "matters": listed(MATTER),
        "evidence": listed(ID),
        "body": keyed({}),
        "resolved": keyed({}),
        "digest": maybe(SHA256),
        "receipt": maybe(BASE64),
    }
    return members(
        {
            "form": {"const": FILE_FORM},
            "id": text(36, least=1),
            "number": CASE_NUMBER,
            "entries": listed(members(entry), least=1),
        }
    )


def _list_row(source: Source) -> Schema:
    flag, life = one_of(("true", "false")), source.spec.cases_lifecycle
    narrowed = {
        "state": one_of(life.states),
        "stage": one_of(life.stages.entries),
        "ended": flag,
        "sealed": flag,
        "opened_on": DAY,
        "version": text(pattern="^[1-9][0-9]*$"),
    }
    needed = ("number", "state", "stage", "ended", "kind", "holder", "classification", "sealed", "opened_on", "version")
    shapes = {name: narrowed.get(name, text(least=1)) for name in COLUMNS}
    return members({n: shapes[n] for n in needed}, {n: s for n, s in shapes.items() if n not in needed})


DOCUMENTS = (
    Document(
        "case-import-row",
        1,
        words("سطر قضية يدخل السجل (JSON Lines)", "A row of cases that is taken in (JSON Lines)"),
        _row,
        beyond=words(
            "يُذكر رقم القضية أو السطر الذي فتحها، لا كلاهما؛ وتلزم كل صف دورة حياة القضية في ذلك اليوم",
            "It names the case or the row that opened it, never both; the life cycle of a case holds on that day",
        ),
        wrong=(
            Wrong(("row",), "", words("لكل سطر معرف", "every row has an id")),
            Wrong(("then",), {}, words("قائمة إجراءات", "a list of actions")),
        ),
    ),
    Document("case-import-fate", 1, words("مصير سطر", "The fate of a row"), _fate),
    Document(
        "case-file-export",
        1,
        words("ملف قضية كامل (ly.issuance.case/1)", "A whole case file (ly.issuance.case/1)"),
        _file,
        beyond=words("كل قيد يحمل بصمة ما قبله", "Every entry hashes the one before it"),
        wrong=(Wrong(("form",), "ly.issuance.case/2", words("صيغة أخرى", "another form")),),
    ),
    Document("case-list-row", 1, words("سطر من قائمة القضايا", "A row of the exported list"), _list_row, table=True),
)
ROUTES: dict[str, Exchange] = {}
COMMANDS: dict[str, Exchange] = {}
