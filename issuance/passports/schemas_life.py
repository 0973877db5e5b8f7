"""Published shapes of what becomes of books: how one stands, invalidations, offices cut off, INTERPOL, defects."""

from __future__ import annotations

from typing import get_args

from issuance.core.schema import (
    BASE64,
    DAY,
    ID,
    MOMENT,
    SHA256,
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
    of_type,
    one_of,
    text,
    words,
)
from issuance.core.terms import office, worded_code
from issuance.passports.defects import Conditions, Entry
from issuance.passports.delivering import Identity
from issuance.passports.invalidating import Scope
from specs.schema.passport_office import DocumentState, Report

_STATE = one_of(get_args(DocumentState))
_BOOK = text(pattern="^[A-Z0-9]{6,9}$")
_REFERENCE = text(120, least=1)
_WORDS = text(1000)
_ABOUT: Schema = {"anyOf": [number(0, 10_000), text(80, pattern=r"^[0-9]+(\.[0-9]+)+$")]}
_BOOLEAN: Schema = {"type": "boolean"}


def _approval(source: Source) -> Schema:
    del source
    return members({"approval": maybe(ID)})


def _said(source: Source) -> Schema:
    del source
    return members({"words": _WORDS})


def _decision(source: Source) -> Schema:
    del source
    return members({"decision": one_of(("approve", "refuse")), "words": _WORDS})


def _identity(source: Source) -> Schema:
    del source
    return of_type(Identity, given=False, national_number=maybe(text(40)), proof=text(200, least=1))


def _report(source: Source) -> Schema:
    del source
    return members({"kind": one_of(get_args(Report)), "reference": _REFERENCE}, {"words": _WORDS})


def _holder_report(source: Source) -> Schema:
    del source
    return members({"code": text(80, least=1), "kind": one_of(get_args(Report)), "reference": _REFERENCE})


def _holder_told(source: Source) -> Schema:
    del source
    return members({"state": _STATE, "ar": TEXT, "en": TEXT})


def _holder_ended(source: Source) -> Schema:
    known = source.spec.passport.office.life.registry_events
    return members({"change": one_of(known), "reference": _REFERENCE})


def _numbers(source: Source) -> Schema:
    del source
    return members({"numbers": listed(_BOOK)})


def _number(source: Source) -> Schema:
    del source
    return members({"number": _BOOK})


def _standing_parts(source: Source) -> dict[str, Schema]:
    rules = source.spec.passport.office
    event = {
        "kind": _STATE,
        "at": MOMENT,
        "on": DAY,
        "office": maybe(TEXT),
        "reason": maybe(text(120)),
        "other": maybe(_BOOK),
    }
    return {
        "number": _BOOK,
        "state": worded_code(_STATE),
        "since": DAY,
        "travel": _BOOLEAN,
        "listed": _BOOLEAN,
        "sltd": maybe(one_of(rules.sltd.categories)),
        "events": listed(members(event)),
    }


def _link(source: Source) -> Schema:
    return members(
        {
            "number": _BOOK,
            "ours": _BOOLEAN,
            "document_type": maybe(TEXT),
            "office": maybe(office(source)),
            "issued_on": maybe(DAY),
            "state": maybe(_STATE),
        }
    )


def standing(source: Source) -> Schema:
    """How a book stands: state, events, and the books it follows where they were asked for."""
    return members(_standing_parts(source), {"chain": listed(_link(source))})


def _scope(source: Source) -> Schema:
    return of_type(Scope, given=False, office=maybe(office(source)), numbers=listed(_BOOK))


def _invalidating(source: Source) -> Schema:
    return members({"scope": _scope(source)}, {"dry_run": _BOOLEAN, "case_reference": text(120), "words": _WORDS})


def _affected(source: Source) -> Schema:
    affected = members(
        {
            "scope": _scope(source),
            "books": number(),
            "by_state": keyed(number()),
            "numbers": listed(_BOOK),
            "left": listed(_BOOK),
            "formerly": listed(_BOOK),
            "digest": SHA256,
        }
    )
    return members({"approval": maybe(ID), "affected": affected})


def _invalidation(source: Source) -> Schema:
    return members(
        {
            "id": ID,
            "case_reference": _REFERENCE,
            "scope": _scope(source),
            "books": number(),
            "at": MOMENT,
            "undone_at": maybe(MOMENT),
        }
    )


def _invalidated(source: Source) -> Schema:
    return members({"invalidation": maybe(_invalidation(source))})


def _invalidations(source: Source) -> Schema:
    waiting = {
        "approval": ID,
        "case_reference": maybe(TEXT),
        "scope": maybe(_scope(source)),
        "books": maybe(number()),
        "reinstates": maybe(ID),
        "asked_at": MOMENT,
        "words": TEXT,
    }
    return members({"invalidations": listed(_invalidation(source)), "waiting": listed(members(waiting))})


def _cutting_off(source: Source) -> Schema:
    return members({"office": office(source), "reason": _WORDS})


def _cut_off(source: Source) -> Schema:
    return members({"id": ID, "office": office(source), "blanks": number()})


def _cut_offs(source: Source) -> Schema:
    one = {"id": ID, "office": office(source), "at": MOMENT, "reason": TEXT, "ended_at": maybe(MOMENT)}
    return members({"cut_offs": listed(members(one))})


def _restored(source: Source) -> Schema:
    return members({"office": office(source)})


def export(source: Source) -> Schema:
    """Records that leave together, as INTERPOL takes them: the columns are ours."""
    record = {
        "action": one_of(("add", "withdraw")),
        "document_number": text(pattern="^[A-Z0-9]{6,12}$"),
        "document_type": text(2, least=1),
        "issuing_state": text(pattern="^[A-Z<]{3}$"),
        "category": one_of(source.spec.passport.office.sltd.categories),
        "date": DAY,
    }
    return members(
        {
            "format": {"const": "sltd-export/1"},
            "sequence": number(1),
            "made_at": MOMENT,
            "times": number(1),
            "sha256": SHA256,
            "acknowledged_at": maybe(MOMENT),
            "reference": maybe(TEXT),
            "records": listed(members(record)),
        }
    )


def _exports(source: Source) -> Schema:
    return members({"waiting": number(), "exports": listed(export(source))})


def _acknowledging(source: Source) -> Schema:
    del source
    return members({"sha256": SHA256, "reference": _REFERENCE})


def _conditions(source: Source) -> Schema:
    return of_type(Conditions, given=False, office=maybe(office(source)), numbers=listed(_BOOK))


def _entry(source: Source) -> Schema:
    return of_type(
        Entry,
        given=False,
        title=text(200, least=1),
        deviation=text(80, least=1),
        about=maybe(_ABOUT),
        words=text(1000, least=1),
        conditions=_conditions(source),
    )


def _defect(source: Source) -> Schema:
    return members(
        {
            "id": ID,
            "title": TEXT,
            "deviation": TEXT,
            "about": maybe(_ABOUT),
            "words": TEXT,
            "conditions": _conditions(source),
            "at": MOMENT,
        }
    )


def _defects(source: Source) -> Schema:
    return members({"defects": listed(_defect(source))})


def _carriers(source: Source) -> Schema:
    documents = members({}, {"signer": TEXT, "issued": listed(DAY), "numbers": listed(_BOOK)})
    description = members({"deviation": TEXT, "text": TEXT, "about": maybe(_ABOUT)})
    entry = members({"documents": documents, "descriptions": listed(description)})
    return members(
        {
            "defect": _defect(source),
            "books": number(),
            "numbers": listed(_BOOK),
            "proposal": maybe(members({"deviations": listed(entry)})),
        }
    )


def _status_list(source: Source) -> Schema:
    digest = text(pattern=f"^[0-9a-f]{{{2 * source.spec.passport.office.status_list.digest_bytes}}}$")
    head = {
        "format": {"const": "passport-status-list/1"},
        "issued_at": MOMENT,
        "good_until": MOMENT,
        "digest": TEXT,
        "books": number(),
        "entries_sha256": SHA256,
    }
    entries = members({}, dict.fromkeys(get_args(DocumentState), listed(digest)))
    return members({"head": members(head), "entries": entries, "signature": BASE64})


DOCUMENTS = (
    Document("passport-standing", 1, words("حال الجواز", "How a passport stands"), standing),
    Document(
        "passport-identity-check",
        1,
        words("التحقق عند التسليم", "Identity check at the hand-over"),
        _identity,
        beyond=words(
            "جواز القاصر يستلمه ولي مذكور في الطلب، والوكيل والبريد لمن طلبهما",
            "a child's book goes to a guardian the application names; proxy and post to who asked for them",
        ),
        wrong=(Wrong(("receiver",), "neighbour", words("صاحبه أو وليه أو وكيله", "the holder, a guardian, a proxy")),),
    ),
    Document("passport-report", 1, words("بلاغ عن جواز", "Report of a passport"), _report),
    Document("passport-report-by-holder", 1, words("بلاغ صاحب الجواز", "Report by the holder"), _holder_report),
    Document("passport-report-taken", 1, words("البلاغ المسجل", "Report as taken"), _holder_told),
    Document("passport-holder-ended", 1, words("وفاة أو زوال جنسية", "Death or end of nationality"), _holder_ended),
    Document("passport-numbers", 1, words("أرقام جوازات", "Numbers of passports"), _numbers),
    Document("passport-number", 1, words("رقم جواز", "Number of a passport"), _number),
    Document("passport-approval", 1, words("طلب ينتظر شخصاً ثانياً", "What waits for a second person"), _approval),
    Document("passport-life-words", 1, words("ما يقوله الموظف", "What an officer says"), _said),
    Document("passport-second-decision", 1, words("قرار الشخص الثاني", "Decision of the second person"), _decision),
    Document("passport-invalidation-asked", 1, words("طلب إلغاء جوازات", "Invalidation asked for"), _invalidating),
    Document("passport-invalidation-affected", 1, words("ما يشمله الإلغاء", "What it affects"), _affected),
    Document("passport-invalidation-done", 1, words("إلغاء تم", "An invalidation made"), _invalidated),
    Document("passport-invalidations", 1, words("الإلغاءات الجماعية", "Invalidations"), _invalidations),
    Document("office-cut-off-asked", 1, words("إيقاف مكتب", "An office to be cut off"), _cutting_off),
    Document("office-cut-off", 1, words("مكتب أوقف", "An office cut off"), _cut_off),
    Document("office-cut-offs", 1, words("المكاتب الموقوفة", "Offices cut off"), _cut_offs),
    Document("office-restored", 1, words("مكتب أعيد", "An office restored"), _restored),
    Document("sltd-export", 1, words("تصدير للإنتربول", "Export for INTERPOL"), export),
    Document("sltd-exports", 1, words("تصديرات الإنتربول", "Exports for INTERPOL"), _exports),
    Document("sltd-acknowledgement", 1, words("إقرار بالاستلام", "Acknowledgement"), _acknowledging),
    Document("passport-defect-entry", 1, words("إدخال عيب", "A defect to be entered"), _entry),
    Document("passport-defect", 1, words("عيب في جوازات", "A defect of passports"), _defect),
    Document("passport-defects", 1, words("عيوب الجوازات", "Defects of passports"), _defects),
    Document("passport-defect-carriers", 1, words("الجوازات التي تحمل عيباً", "Passports with a defect"), _carriers),
    Document("passport-status-list", 1, words("قائمة الحالة", "Status list"), _status_list),
)
ROUTES = {
    "GET /v1/passports/status-list": Exchange(gives="passport-status-list"),
    "POST /v1/passports/reports": Exchange("passport-report-by-holder", "passport-report-taken"),
    "GET /v1/passports/invalidations": Exchange(gives="passport-invalidations"),
    "POST /v1/passports/invalidations": Exchange("passport-invalidation-asked", "passport-invalidation-affected"),
    "POST /v1/passports/invalidations/{approval}": Exchange("passport-second-decision", "passport-invalidation-done"),
    "POST /v1/passports/invalidations/{invalidation}/reinstatement": Exchange(
        "passport-life-words", "passport-approval"
    ),
    "GET /v1/passports/cut-offs": Exchange(gives="office-cut-offs"),
    "POST /v1/passports/cut-offs": Exchange("office-cut-off-asked", "office-cut-off"),
    "POST /v1/passports/cut-offs/{cut_off_id}/restoring": Exchange("passport-life-words", "passport-approval"),
    "POST /v1/passports/cut-offs/restoring/{approval}": Exchange("passport-life-words", "office-restored"),
    "GET /v1/passports/sltd": Exchange(gives="sltd-exports"),
    "POST /v1/passports/sltd/exports": Exchange(gives="sltd-export"),
    "POST /v1/passports/sltd/exports/{sequence}/acknowledgement": Exchange("sltd-acknowledgement"),
    "GET /v1/passports/defects": Exchange(gives="passport-defects"),
    "POST /v1/passports/defects": Exchange("passport-defect-entry", "passport-defect"),
    "GET /v1/passports/defects/{defect}": Exchange(gives="passport-defect-carriers"),
    "GET /v1/passports/{number}/standing": Exchange(gives="passport-standing"),
    "POST /v1/passports/{number}/reports": Exchange("passport-report", "passport-standing"),
    "POST /v1/passports/{number}/holder": Exchange("passport-holder-ended", "passport-numbers"),
    "POST /v1/passports/{number}/arrival": Exchange(),
    "POST /v1/passports/{number}/hand-over": Exchange("passport-identity-check", "passport-standing"),
    "POST /v1/passports/{number}/return": Exchange("passport-life-words", "passport-standing"),
    "POST /v1/passports/{number}/return/receipt": Exchange("passport-life-words", "passport-number"),
    "POST /v1/passports/{number}/destruction": Exchange("passport-life-words", "passport-approval"),
    "POST /v1/passports/destructions/{approval}": Exchange("passport-life-words", "passport-number"),
}
COMMANDS = {
    "passports hand-over": Exchange(gives="passport-standing"),
    "passports receive": Exchange(gives="passport-number"),
    "passports send-back": Exchange(gives="passport-number"),
    "passports take-back": Exchange(gives="passport-number"),
    "passports destroy": Exchange(gives="passport-approval"),
    "passports destroyed": Exchange(gives="passport-number"),
    "passports report": Exchange(gives="passport-standing"),
    "passports holder-ended": Exchange(gives="passport-numbers"),
    "passports standing": Exchange(gives="passport-standing"),
    "passports invalidate": Exchange(gives="passport-invalidation-affected"),
    "passports cut-off": Exchange(gives="office-cut-off"),
    "passports defects": Exchange(gives="passport-defects"),
    "passports carriers": Exchange(gives="passport-defect-carriers"),
    "passports sltd": Exchange(gives="sltd-export"),
    "passports sltd-acknowledge": Exchange(gives="sltd-exports"),
}
