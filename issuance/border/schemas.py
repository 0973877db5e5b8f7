"""Published shapes of verification: verdicts, an inspected chip, zones, what a terminal recorded, trust for others."""

from __future__ import annotations

from typing import get_args

from issuance.border.reading.arbitration import PageStatus
from issuance.border.reading.judged_codes import CodeKind
from issuance.border.reading.repair import LONGEST, Why
from issuance.border.steps import StepResult
from issuance.core.schema import (
    BASE64,
    DAY,
    MOMENT,
    SHA256,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    either,
    joined,
    keyed,
    listed,
    maybe,
    members,
    number,
    of_type,
    one_of,
    text,
    words,
)
from issuance.mrtd.mrz.build import FIELDS
from keys.deviations import DEVIATIONS
from keys.verdict import LEVELS, Level, Result, Status
from specs.schema.seal import SealFeature

STATUS = one_of(get_args(Status))
_OID = text(pattern=r"^[0-2](\.[0-9]+)+$")
_HEX = text(pattern="^([0-9A-Fa-f]{2})*$")
_PAIR = {"text": text(least=1), "text_ar": text(least=1)}
CHECK = members(
    {
        "id": text(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"),
        "level": one_of(get_args(Level)),
        "result": one_of(get_args(Result)),
        "reason": text(least=1),
        "reason_ar": text(least=1),
        "clause": TEXT,
    },
    {"deviation": _OID},
)
_LEVELS = members(dict.fromkeys(LEVELS, STATUS))
_FOUND = members({"field": TEXT, "code": text(least=1), "message": TEXT})


def verdict(source: Source) -> Schema:
    """As `keys.verdict.Verdict` is written out."""
    return members(
        {"status": STATUS, "levels": _LEVELS, "checks": listed(CHECK), "facts": keyed({})}, _inspected(source)
    )


def _verdicts(source: Source) -> Schema:
    return members({"status": STATUS, "documents": listed(joined(verdict(source), members({"path": TEXT})), least=2)})


def _inspected(source: Source) -> dict[str, Schema]:
    """What a verdict on a chip holds besides."""
    steps = source.spec.border_inspection.steps.inspection
    results = dict.fromkeys(name for part in get_args(StepResult) for name in get_args(part) or (part,))
    step = {"number": number(1, len(steps)), "id": one_of(s.id for s in steps), **_PAIR, "result": one_of(results)}
    return {
        "steps": listed(members(step), len(steps), len(steps)),
        "deviations": listed(members({"oid": _OID, **_PAIR})),
        "advice": members(_PAIR),
    }


def _inspection(source: Source) -> Schema:
    return members(
        {"status": STATUS, "document": keyed({}), "levels": _LEVELS, "checks": listed(CHECK), **_inspected(source)}
    )


def _asked(source: Source) -> Schema:
    del source
    return either(members({"seal": TEXT}), members({"mrz": listed(TEXT)}))


def _zone(source: Source) -> Schema:
    form = source.spec.text_mrz.formats.values()
    longest, most = max(f.line_characters for f in form), max(f.lines for f in form)
    return members({"lines": listed(text(longest, pattern="^[A-Z0-9<]*$"), most, 2)})


def _zone_report(source: Source) -> Schema:
    fields = {"type": "object", "properties": dict.fromkeys(FIELDS, TEXT), "additionalProperties": False}
    return members(
        {
            "valid": {"type": "boolean"},
            "format": maybe(one_of(source.spec.text_mrz.formats)),
            "fields": fields,
            "errors": listed(_FOUND),
            "warnings": listed(_FOUND),
        }
    )


def _zone_fields(source: Source) -> Schema:
    return members(
        {"format": one_of(source.spec.text_mrz.formats)}, dict.fromkeys((name for name in FIELDS), maybe(text(400)))
    )


def _zone_lines(source: Source) -> Schema:
    form = source.spec.text_mrz.formats.values()
    lines = sorted({f.line_characters for f in form})
    line = text(pattern=f"^([A-Z0-9<]{{{'}|[A-Z0-9<]{'.join(map(str, lines))}}})$")
    return either(
        members({"lines": listed(line, max(f.lines for f in form), 2), "truncated": {"type": "boolean"}}),
        members({"errors": listed(_FOUND, least=1)}),
    )


def _chip_record(source: Source) -> Schema:
    del source
    optional = {name: maybe(_HEX) for name in ("response", "nonce", "token")}
    secret = text(pattern="^[0-9A-Fa-f]+$")
    counters = dict.fromkeys(("send_sequence_counter", "key_id"), maybe(number(0, (1 << 128) - 1)))
    return members(
        {"terminal_public": maybe(_HEX)},
        {**optional, **counters, "terminal_private": maybe(secret), "protocol": maybe(text())},
    )


def _deviations(source: Source) -> Schema:
    """What `issuance keys deviation-list` takes."""
    del source
    name = text(pattern=f"^({'|'.join(sorted(held.name for held in DEVIATIONS.values()))}|[0-2](\\.[0-9]+)+)$")
    documents = {
        "document_type": TEXT,
        "signer": maybe(TEXT),
        "issued": maybe(listed(DAY, 2, 2)),
        "numbers": maybe(listed(TEXT)),
    }
    about = {"type": ["integer", "string", "null"]}
    entry = {
        "documents": members({}, documents),
        "descriptions": listed(members({"deviation": name}, {"text": TEXT, "about": about})),
    }
    return members({"deviations": listed(members(entry))})


_CERTIFICATE = members(
    {
        "subject": TEXT,
        "valid_from": MOMENT,
        "valid_to": MOMENT,
        "certificate_sha256": SHA256,
        "certificate": BASE64,
    }
)


def _trust(source: Source) -> Schema:
    del source
    named = members({"signer": text(pattern="^[A-Z0-9]{4}$"), "reference": text(pattern="^[0-9A-F]+$")})
    key = {
        "state": one_of(("good", "unknown")),
        "curve": TEXT,
        "hash": one_of(("SHA-256", "SHA-384", "SHA-512")),
        "public_key_spki": BASE64,
    }
    signers = either(
        joined(_CERTIFICATE, named, members(key)),
        joined(_CERTIFICATE, named, members({"state": {"const": "unsupported"}})),
    )
    return members(
        {"at": MOMENT, "anchors": listed(_CERTIFICATE), "crls": listed(BASE64), "seal_signers": listed(signers)}
    )


def _seal_format(source: Source) -> Schema:
    spec = source.spec.certificate_seal
    byte = number(0, 255)
    return members(
        {
            "issuer": one_of([spec.definition.issuer]),
            "seal_version": byte,
            "definition": byte,
            "category": byte,
            "editions": listed(number(0, 255)),
            "features": listed(of_type(SealFeature)),
            "outcomes": members({name: {"const": code} for name, code in spec.outcomes.codes.items()}),
            "utc_offset_minutes": number(-720, 840),
            "address": text(least=1),
        }
    )


_CODE = members(
    {
        "symbology": text(least=1),
        "kind": of_type(CodeKind),
        "status": STATUS,
        "text": TEXT,
        "readers": listed(one_of(("zxing", "zbar"))),
        "reason": text(least=1),
        "reason_ar": text(least=1),
    }
)


def page_reading(source: Source) -> Schema:
    """As `issuance.border.reading.page_reading.PageReading` is written out."""
    form, limits = source.spec.text_mrz.formats, source.spec.border_reading
    most = max(f.lines for f in form.values())
    line = text(LONGEST, pattern="^[A-Z0-9<]*$")
    edit = {
        "line": number(1, most),
        "position": number(1, LONGEST),
        "from": TEXT,
        "to": TEXT,
        "why": of_type(Why),
        "reason": text(least=1),
        "reason_ar": text(least=1),
    }
    reader = text(pattern="^[a-z][a-z0-9-]*$")
    code = {"type": "object", "properties": _CODE["properties"] | {"verdict": verdict(source)}}
    return members(
        {
            "status": of_type(PageStatus),
            "format": maybe(one_of(form)),
            "lines": listed(line, most),
            "fields": {"type": "object", "properties": dict.fromkeys(FIELDS, TEXT), "additionalProperties": False},
            "edits": listed(members(edit)),
            "confirmed_by": listed(reader),
            "readers": listed(members({"name": reader, "lines": listed(line, most)})),
            "errors": listed(joined(_FOUND, members({"message_ar": text(least=1)}))),
            "barcodes": listed(
                code | {"required": _CODE["required"], "additionalProperties": False},
                limits.barcodes.most * limits.intake.pdf_pages,
            ),
        }
    )


def page_readings(source: Source) -> Schema:
    return members({"pages": listed(joined(page_reading(source), members({"path": TEXT})), least=2)})


DOCUMENTS = (
    Document(
        "verification-request",
        1,
        words("طلب تحقق: نص ختم أو منطقة مقروءة آلياً", "What is to be verified: a seal's text, or a zone"),
        _asked,
        wrong=(Wrong((), {"seal": 7}, words("نص الختم نص", "a seal is text")),),
    ),
    Document(
        "verdict",
        1,
        words("نتيجة التحقق من وثيقة", "Verdict on a document"),
        verdict,
        wrong=(Wrong(("status",), "genuine", words("حالة غير معروفة", "no such status")),),
    ),
    Document(
        "verdicts",
        1,
        words("نتائج التحقق من عدة وثائق، وأسوؤها", "Verdicts on several documents, and the worst"),
        _verdicts,
    ),
    Document("chip-inspection", 1, words("نتيجة فحص شريحة", "Verdict on a chip, in numbered steps"), _inspection),
    Document(
        "mrz-check-request",
        1,
        words("منطقة مقروءة آلياً للفحص", "A machine readable zone to be checked"),
        _zone,
        beyond=words(
            "كل ما يُرسل يُجاب بتقرير؛ ويُفحص فيه التنسيق والرموز والتواريخ والأسماء وأرقام التحقق",
            "Whatever is sent gets a report; it judges format, codes, dates, names and check digits",
        ),
        wrong=(Wrong(("lines",), ["p<lby"], words("سطران بحروف كبيرة", "two lines of capital letters")),),
    ),
    Document("mrz-report", 1, words("تقرير المنطقة المقروءة آلياً", "Report on a zone"), _zone_report),
    Document(
        "mrz-fields",
        1,
        words("حقول منطقة مقروءة آلياً لكتابتها", "Fields of a zone to be written"),
        _zone_fields,
        wrong=(Wrong(("format",), "TD4", words("تنسيق غير معروف", "no such format")),),
    ),
    Document("mrz-lines", 1, words("منطقة مقروءة آلياً مكتوبة", "A written zone, or why there is none"), _zone_lines),
    Document(
        "chip-authentication-record",
        1,
        words("سجل طرفية لمصادقة الشريحة (ca_record.json)", "What a terminal recorded (ca_record.json)"),
        _chip_record,
        wrong=(Wrong(("terminal_public",), "xy", words("نص ست عشري", "hexadecimal text")),),
    ),
    Document(
        "deviation-list-input",
        1,
        words("انحرافات تُعلن للدول", "Deviations that other States are told of"),
        _deviations,
        beyond=words("يُسمى الموقع بمعرف مفتاح هنا", "A signer is the id of a key of this installation"),
        wrong=(
            Wrong(("deviations", 0, "descriptions", 0, "deviation"), "Strange", words("لا انحراف", "no deviation")),
        ),
    ),
    Document(
        "page-reading",
        1,
        words("ما قُرئ من صورة صفحة: المنطقة المقروءة آلياً والرموز", "What was read from a page: its zone and barcodes"),
        page_reading,
        wrong=(Wrong(("status",), "good", words("حالة غير معروفة", "no such status")),),
    ),
    Document("page-readings", 1, words("ما قُرئ من عدة صفحات", "What was read from several pages"), page_readings),
    Document("trust", 1, words("شهادات الثقة وقوائمها", "Anchors, lists and seal signers"), _trust),
    Document("seal-format", 1, words("صيغة ختم الشهادة", "How to read the certificate's seal"), _seal_format),
)
ROUTES = {
    "POST /v1/verifications": Exchange("verification-request", "verdict"),
    "POST /v1/border/pages": Exchange(gives="page-reading"),
    "GET /v1/trust": Exchange(gives="trust"),
    "GET /v1/seal-format": Exchange(gives="seal-format"),
}
COMMANDS = {
    "verify": Exchange(gives=("verdict", "verdicts")),
    "inspect chip": Exchange("chip-authentication-record", "chip-inspection"),
    "inspect page": Exchange(gives=("page-reading", "page-readings")),
    "mrz check": Exchange("mrz-check-request", "mrz-report"),
    "mrz build": Exchange("mrz-fields", "mrz-lines"),
}
