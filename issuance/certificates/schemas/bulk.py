"""Published shapes of certificates in bulk: the rows of a file, the fate of each, webhooks and what they are told."""

from __future__ import annotations

from typing import get_args

from issuance.certificates.bulk_report import COLUMNS as REPORT_COLUMNS
from issuance.certificates.bulk_report import FATES
from issuance.certificates.bulk_rows import COLUMNS, NEEDED
from issuance.certificates.webhooks import BULK, REQUEST
from issuance.core.schema import (
    FAULT,
    ID,
    MOMENT,
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
    one_of,
    text,
    words,
)
from issuance.core.terms import BIRTH_DATE, any_passport_number, office, paper_number, worded_code
from specs.schema.certificate_requests import State

_REFERENCE = text(pattern="^[A-Za-z0-9][A-Za-z0-9._/-]{0,59}$")


def _row(source: Source) -> Schema:
    spec = source.spec.certificate_certificate
    digits = source.spec.identity_national_number.shape.digits
    levels = source.spec.certificate_requests.channels.entries["authority"].levels
    narrowed = {
        "reference": _REFERENCE,
        "national_number": text(pattern=f"^[0-9]{{{digits}}}$"),
        "birth_date": BIRTH_DATE,
        "purpose": one_of(item.id for item in spec.purposes.items),
        "level": one_of(levels),
        "passport_number": any_passport_number(source),
    }
    shapes = {name: narrowed.get(name, text(400, least=1)) for name in COLUMNS}
    needed = {name: shapes.pop(name) for name in NEEDED}
    return members(needed, shapes) | {"anyOf": [{"required": ["consent"]}, {"required": ["legal_basis"]}]}


def _fate(source: Source) -> Schema:
    return members(
        {
            "line": number(1),
            "reference": maybe(TEXT),
            "fate": worded_code(one_of(FATES)),
            "request": maybe(ID),
            "number": maybe(paper_number(source)),
            "faults": listed(FAULT),
        }
    )


def _bulk(source: Source) -> Schema:
    return members(
        {
            "id": ID,
            "office": office(source),
            "rows": number(1),
            "settled": number(),
            "refused": number(),
            "requested_at": MOMENT,
            "ended_at": maybe(MOMENT),
        }
    )


def _report(source: Source) -> Schema:
    counts = keyed(number(), key=f"^({'|'.join(FATES)})$")
    return members({"bulk": _bulk(source), "counts": counts, "rows": listed(_fate(source))})


def _foretold(source: Source) -> Schema:
    return members({"dry_run": {"const": True}, "rows": listed(_fate(source))})


def _report_row(source: Source) -> Schema:
    del source
    shapes = {name: text(least=1) for name in REPORT_COLUMNS} | {
        "fate": one_of(FATES),
        "line": text(pattern="^[0-9]+$"),
    }
    needed = ("line", "fate", "fate_ar")
    return members({n: shapes[n] for n in needed}, {n: s for n, s in shapes.items() if n not in needed})


def _webhook(source: Source) -> Schema:
    del source
    return members(
        {
            "id": ID,
            "client": ID,
            "url": text(400, pattern="^https?://"),
            "registered_at": MOMENT,
            "closed_at": maybe(MOMENT),
            "waiting": number(),
            "given_up": number(),
        }
    )


def _webhooks(source: Source) -> Schema:
    return members({"webhooks": listed(_webhook(source))})


def _registered(source: Source) -> Schema:
    return joined(_webhook(source), members({"secret": text(pattern="^whsec_[A-Za-z0-9+/]+={0,2}$")}))


def _new_webhook(source: Source) -> Schema:
    del source
    return members({"client": text(least=1), "url": text(400, pattern="^https?://")})


def _call(source: Source) -> Schema:
    """Standard Webhooks: what is posted, signed in the headers."""
    told = {
        "bulk": ID,
        "reference": TEXT,
        "request": ID,
        "state": one_of(get_args(State)),
        "number": maybe(paper_number(source)),
    }
    ended = {"bulk": ID, "state": {"const": "ended"}, "rows": number(1), "refused": number()}
    return either(
        *(
            members({"type": {"const": kind}, "id": ID, "timestamp": MOMENT, "data": members(data)})
            for kind, data in ((REQUEST, told), (BULK, ended))
        )
    )


DOCUMENTS = (
    Document(
        "certificate-bulk-row",
        1,
        words("سطر من ملف طلبات جهة", "A row of an authority's file of requests"),
        _row,
        table=True,
        beyond=words(
            "يُذكر السند أو موافقة صاحب الشأن، ولا يتكرر المرجع في الملف.",
            "It names the law or the person's consent; no reference stands twice in a file.",
        ),
        wrong=(
            Wrong(("reference",), "سطر 1", words("المرجع بحروف لاتينية", "a reference is in Latin letters")),
            Wrong(("purpose",), "holiday", words("غرض غير معروف", "no such purpose")),
        ),
    ),
    Document("certificate-bulk", 1, words("ملف طلبات", "A file of requests, how far it is"), _bulk),
    Document("certificate-bulk-report", 1, words("مصير كل سطر", "The fate of every row"), _report),
    Document("certificate-bulk-dry-run", 1, words("ما سيُرفض من ملف", "What would be refused"), _foretold),
    Document("certificate-bulk-report-row", 1, words("سطر من التقرير", "A row of the report"), _report_row, table=True),
    Document("webhook", 1, words("عنوان إشعار", "An address that is told"), _webhook),
    Document("webhooks", 1, words("عناوين الإشعار", "Addresses that are told"), _webhooks),
    Document("webhook-registered", 1, words("عنوان سُجل وسره", "An address and its secret"), _registered),
    Document(
        "webhook-registration",
        1,
        words("تسجيل عنوان إشعار", "An address to be registered"),
        _new_webhook,
        beyond=words(
            "https، بلا مستخدم، وليس عنواناً داخلياً", "https, without a user, and no address of an inside network"
        ),
        wrong=(Wrong(("url",), "ftp://a.example", words("عنوان https", "an https address")),),
    ),
    Document("webhook-call", 1, words("ما يُرسل إلى عنوان الإشعار", "What an address is told"), _call),
)
ROUTES = {
    "POST /v1/certificate-bulk": Exchange("certificate-bulk-row", "certificate-bulk"),
    "POST /v1/certificate-bulk/dry-run": Exchange("certificate-bulk-row", "certificate-bulk-dry-run"),
    "GET /v1/certificate-bulk/{bulk_id}": Exchange(gives="certificate-bulk"),
    "GET /v1/certificate-bulk/{bulk_id}/report": Exchange(gives="certificate-bulk-report"),
    "GET /v1/certificate-bulk/{bulk_id}/papers/{number}": Exchange(),
    "GET /v1/certificate-webhooks": Exchange(gives="webhooks"),
    "POST /v1/certificate-webhooks": Exchange("webhook-registration", "webhook-registered"),
    "DELETE /v1/certificate-webhooks/{webhook_id}": Exchange(),
}
COMMANDS = {
    "certificates bulk status": Exchange(gives="certificate-bulk"),
    "certificates bulk report": Exchange(gives="certificate-bulk-report"),
    "certificates webhooks add": Exchange(gives="webhook-registered"),
    "certificates webhooks list": Exchange(gives="webhooks"),
}
