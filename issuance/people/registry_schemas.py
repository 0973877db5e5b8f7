"""Published shapes of the civil registry: a record as it comes in and is shown, marks, watches, imports."""

from __future__ import annotations

from typing import Any, get_args

from issuance.core.schema import (
    BILINGUAL,
    DAY,
    FAULT,
    FLAG,
    ID,
    MOMENT,
    REMOVED,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    Wrong,
    joined,
    listed,
    maybe,
    members,
    number,
    of_type,
    one_of,
    text,
    without,
    words,
)
from issuance.core.terms import BIRTH_DATE, arabic_names, national_number, sex
from issuance.people.registry_form import MOST_TRANSFERS, RecordForm
from specs.schema.civil_registry import HoldKind, MarkKind, RegistryState

_STATES, _MARKS = get_args(RegistryState), get_args(MarkKind)


def _record(source: Source) -> Schema:
    """As the program reads it; members it does not know are left alone."""
    references = source.spec.passport.registry.references
    short: dict[str, Any] = {name: maybe(national_number(source)) for name in ("father", "mother", "guardian")}
    return of_type(
        RecordForm,
        given=False,
        **short,
        national_number=national_number(source),
        sex=sex(source),
        birth_date=BIRTH_DATE,
        nationality=text(pattern="^[A-Z]{3}$"),
        registered_on=DAY,
        family_record=maybe(text(pattern=references.family_record_pattern)),
        under_review=maybe(text(pattern=references.pattern)),
        transfers=listed(_transfer(), MOST_TRANSFERS),
    )


def _transfer() -> Schema:
    return members({"from_office": text(80, least=1), "to_office": text(80, least=1), "on": DAY})


def _shown(source: Source) -> Schema:
    references = source.spec.passport.registry.references
    number_ = national_number(source)
    record = {
        "national_number": number_,
        "state": one_of(_STATES),
        "names": members({"arabic": arabic_names(source), "latin": maybe(members({"surname": TEXT, "given": TEXT}))}),
        "mother_arabic": TEXT,
        "sex": sex(source),
        "birth_date": BIRTH_DATE,
        "place_of_birth": members({"arabic": TEXT, "latin": TEXT}),
        "nationality": text(pattern="^[A-Z]{3}$"),
        "registered_on": DAY,
        "registered_late": FLAG,
        "family_record": maybe(text(pattern=references.family_record_pattern)),
        "transfers": listed(_transfer()),
        "under_review": maybe(text(pattern=references.pattern)),
        "father": maybe(number_),
        "mother": maybe(number_),
        "guardian": maybe(number_),
        "synthetic": FLAG,
    }
    hold = joined(
        members(
            {
                "kind": one_of(get_args(HoldKind)),
                "effect": one_of(("second_officer", "blocks")),
                "clause": TEXT,
                "on": maybe(DAY),
                "until": maybe(DAY),
                "reference": maybe(TEXT),
            }
        ),
        BILINGUAL,
    )
    return members({"record": members(record), "holds": listed(hold), "person": maybe(ID)})


def _look_up(source: Source) -> Schema:
    return members({"national_number": national_number(source)})


def _mark(source: Source) -> Schema:
    reference = text(pattern=source.spec.passport.registry.references.pattern)
    held = {"national_number": national_number(source), "kind": one_of(_MARKS), "reference": reference}
    return members(held, {"reason": TEXT})


def _marked(source: Source) -> Schema:
    del source
    return members(
        {
            "person": ID,
            "kind": one_of(_MARKS),
            "approval": maybe(ID),
            "state": one_of(_STATES),
            "under_review": maybe(TEXT),
        }
    )


def _watch(source: Source) -> Schema:
    references = source.spec.passport.registry.references
    return members(
        {
            "family_record": text(pattern=references.family_record_pattern),
            "case_reference": text(pattern=references.pattern),
            "reason": TEXT,
        }
    )


def _end(source: Source) -> Schema:
    return without(_watch(source), "family_record", "case_reference")


def _watches(source: Source) -> Schema:
    held = {"id": ID, "asked_by": ID, "approved_by": ID, "since": MOMENT, "ended_at": maybe(MOMENT)}
    return members({"watches": listed(joined(without(_watch(source), "reason"), members(held)))})


def _approvals(source: Source) -> Schema:
    del source
    held = {
        "approval": ID,
        "action": TEXT,
        "subject": ID,
        "kind": maybe(one_of(_MARKS)),
        "family_record": maybe(TEXT),
        "reference": maybe(TEXT),
        "asked_by": ID,
        "asked_at": MOMENT,
        "expires_at": MOMENT,
        "reason": TEXT,
    }
    return members({"approvals": listed(members(held))})


def _decision(source: Source) -> Schema:
    del source
    return members({"decision": one_of(("approve", "refuse")), "reason": TEXT})


def _decided(source: Source) -> Schema:
    del source
    return members({"approval": ID, "action": TEXT, "decision": one_of(("approved", "refused"))})


def _imported(source: Source) -> Schema:
    del source
    fate = members(
        {
            "line": number(1),
            "fate": one_of(("entered", "changed", "same", "refused")),
            "person": maybe(ID),
            "kinds": listed(TEXT),
            "faults": listed(FAULT),
        }
    )
    return members({"dry_run": FLAG, "rows": listed(fate)})


DOCUMENTS = (
    Document(
        "registry-record",
        1,
        words("قيد كما يقوله السجل المدني", "A record as the civil registry tells it"),
        _record,
        beyond=words(
            "يُفحص فوق الشكل أن الرقم يوافق الجنس وسنة الميلاد، وأن الأسماء والأماكن بحروفها",
            "Checked besides the shape: that the number agrees with sex and year of birth, that names and places are "
            "in their letters",
        ),
        wrong=(
            Wrong(("state",), "alive", words("حالة غير معروفة", "no such state")),
            Wrong(("registered_on",), REMOVED, words("تاريخ القيد مطلوب", "the day of the entry is needed")),
        ),
    ),
    Document("registry-look-up", 1, words("سؤال عن قيد", "A record asked for"), _look_up),
    Document("registry-answer", 1, words("قيد وما يوقف عليه طلباً", "A record, and what holds an application"), _shown),
    Document("registry-mark", 1, words("علامة على قيد", "A mark on a record"), _mark),
    Document("registry-marked", 1, words("ما صار إليه تعليم قيد", "What became of a mark"), _marked),
    Document("registry-watch", 1, words("طلب متابعة قيد عائلي", "A family record to watch"), _watch),
    Document("registry-watch-end", 1, words("طلب إنهاء متابعة", "A watch to end"), _end),
    Document("registry-watches", 1, words("قيود عائلية تحت المتابعة", "Watched family records"), _watches),
    Document("registry-approvals", 1, words("ما ينتظر ضابطاً ثانياً", "What waits for a second officer"), _approvals),
    Document("registry-decision", 1, words("البت في طلب", "A decision of the second officer"), _decision),
    Document("registry-decided", 1, words("ما بُت فيه", "What was decided"), _decided),
    Document("registry-import", 1, words("مصير كل سطر من ملف", "The fate of each row of a file"), _imported),
)
ROUTES = {
    "POST /v1/registry/records": Exchange("registry-look-up", "registry-answer"),
    "POST /v1/registry/marks": Exchange("registry-mark", "registry-marked"),
    "GET /v1/registry/watches": Exchange(gives="registry-watches"),
    "POST /v1/registry/watches": Exchange("registry-watch", "approval-asked"),
    "POST /v1/registry/watches/{watch_id}/end": Exchange("registry-watch-end", "approval-asked"),
    "GET /v1/registry/approvals": Exchange(gives="registry-approvals"),
    "POST /v1/registry/approvals/{approval}": Exchange("registry-decision", "registry-decided"),
}
COMMANDS = {
    "people registry": Exchange(gives="registry-answer"),
    "people mark": Exchange(gives="registry-marked"),
    "people watches": Exchange(gives="registry-watches"),
    "people import-registry": Exchange(gives="registry-import"),
}
