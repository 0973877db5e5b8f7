"""Published shapes of an inspection at a border post: what is sent, what is answered, how many there were."""

from __future__ import annotations

from typing import get_args

from issuance.border.cross_check import ORDER
from issuance.border.knowledge import KnowledgeKind
from issuance.border.routes import FIELDS
from issuance.border.schemas import CHECK, STATUS, page_reading
from issuance.core.schema import (
    BASE64,
    DAY,
    FLAG,
    MOMENT,
    REMOVED,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    keyed,
    listed,
    maybe,
    members,
    number,
    one_of,
    text,
    words,
)
from keys.verdict import LEVELS
from specs.schema.passport_office import DocumentState

_HEX = text(pattern="^([0-9A-Fa-f]{2})+$")
_TOLD = {"text": text(least=1), "text_ar": text(least=1)}


def _request(source: Source) -> Schema:
    limits = source.spec.border_inspections.limits
    record = {"aa_challenge": _HEX, "aa_response": _HEX, "ca_record": keyed({})}
    asked = members(
        {},
        {
            "mrz": listed(text(limits.mrz_maximum_characters)),
            "page": BASE64,
            "chip": keyed(BASE64),
            "chip_record": members({}, record),
            "seal": text(limits.seal_maximum_characters),
        },
    )
    return asked | {"minProperties": 1}


def _fields() -> Schema:
    return {"type": "object", "properties": dict.fromkeys(FIELDS, TEXT), "additionalProperties": False}


def _question(**more: Schema) -> Schema:
    return members({"status": STATUS, "applies": FLAG, "reason": text(least=1), "reason_ar": text(least=1), **more})


def _route(**more: Schema) -> Schema:
    levels = members(dict.fromkeys(LEVELS, STATUS))
    return members({"status": STATUS, "levels": levels, "fields": _fields(), **more})


def _inspection(source: Source) -> Schema:
    spec = source.spec
    compared = [
        *spec.border_inspections.comparison.checked_fields,
        *spec.border_inspections.comparison.unchecked_fields,
    ]
    difference = {"field": one_of(compared), "routes": listed(one_of(ORDER), 2, 2)}
    chip = {"facts": keyed({}), "steps": listed(keyed({})), "deviations": listed(keyed({})), "advice": members(_TOLD)}
    routes = {
        "mrz": _route(format=maybe(one_of(spec.text_mrz.formats))),
        "page": _route(reading=page_reading(source)),
        "chip": _route(**chip),
        "seal": _route(facts=keyed({})),
    }
    asked = {
        "genuine": _question(),
        "current": _question(state=maybe(one_of(get_args(DocumentState))), since=maybe(DAY)),
        "travel": _question(authority=maybe(TEXT), authority_ar=maybe(TEXT), call=maybe(TEXT)),
    }
    return members(
        {
            "status": STATUS,
            "document": _fields(),
            "questions": members(asked),
            "routes": members({}, routes),
            "differences": listed(members({**difference, "reason": text(least=1), "reason_ar": text(least=1)})),
            "checks": listed(CHECK),
            "advice": members(_TOLD),
            "knowledge": members({"kind": one_of(get_args(KnowledgeKind)), "as_of": MOMENT}),
        }
    )


def _counts(source: Source) -> Schema:
    del source
    row = {"post": text(least=1), "on": DAY, "outcome": STATUS, "inspections": number(1)}
    return members({"from": DAY, "to": DAY, "counts": listed(members(row))})


def _access_keys(source: Source) -> Schema:
    del source

    def key(length: int) -> Schema:
        return text(pattern=f"^[0-9A-F]{{{2 * length}}}$")

    password = members({"triple_des": key(16), "aes128": key(16), "aes192": key(24), "aes256": key(32)})
    return members(
        {
            "mrz_information": text(pattern="^[A-Z0-9<]{24,}$"),
            "bac": members({"seed": key(16), "encryption": key(16), "authentication": key(16)}),
            "pace": members({"mrz": password}, {"can": password}),
        }
    )


DOCUMENTS = (
    Document(
        "inspection-request",
        1,
        words("ما قُرئ من وثيقة لفحصها في المنفذ", "What was read of a document, to be inspected at a border post"),
        _request,
        beyond=words(
            "يلزم عضو واحد على الأقل؛ وما في الوثيقة يُجاب عنه بنتيجة لا بخطأ",
            "One member at least; whatever a document holds is answered by a verdict, not by an error",
        ),
        wrong=(Wrong(("mrz",), "PPLBY", words("الأسطر قائمة", "the lines are a list")),),
    ),
    Document(
        "inspection",
        1,
        words("نتيجة فحص وثيقة في منفذ", "Answer to the inspection of a document at a border post"),
        _inspection,
        wrong=(Wrong(("questions", "travel"), REMOVED, words("الأسئلة الثلاثة معاً", "all three questions")),),
    ),
    Document(
        "access-keys",
        1,
        words("مفاتيح يفتح بها القارئ الشريحة", "Keys by which a reader opens a chip (BAC, PACE)"),
        _access_keys,
    ),
    Document("border-counts", 1, words("أعداد الفحوص في المنافذ", "How many documents posts inspected"), _counts),
)
ROUTES = {
    "POST /v1/border/inspections": Exchange("inspection-request", "inspection"),
    "GET /v1/border/counts": Exchange(gives="border-counts"),
}
COMMANDS = {
    "inspect document": Exchange(gives="inspection"),
    "inspect mrz": Exchange(gives="inspection"),
    "inspect keys": Exchange(gives="access-keys"),
}
