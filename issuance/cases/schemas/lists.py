"""Published shapes of lists over the register: work, what a search found, who looked, alarms, statistics."""

from __future__ import annotations

from issuance.cases.alarms import Alarm
from issuance.cases.looks import LookView
from issuance.cases.schemas.files import stage, state
from issuance.cases.schemas.moves import awaited
from issuance.cases.search import FoundFile
from issuance.cases.statistics import Duration, Table
from issuance.cases.work import NearestClock, WorkItem
from issuance.core.schema import (
    BILINGUAL,
    CODED,
    MOMENT,
    TEXT,
    Document,
    Exchange,
    Schema,
    Source,
    joined,
    keyed,
    listed,
    maybe,
    members,
    number,
    of_type,
    words,
)

_AFTER = {"after": maybe(TEXT)}


def _work(source: Source) -> Schema:
    clock = joined(of_type(NearestClock), members({"title": BILINGUAL}))
    coded = {"state": state(source), "stage": stage(source), "kind": CODED}
    item = joined(of_type(WorkItem), members({**coded, "offence": maybe(CODED), "clock": maybe(clock)}))
    return members({"cases": listed(item), "approvals": listed(awaited(source)), **_AFTER})


def _found(source: Source) -> Schema:
    coded = {"state": state(source), "stage": stage(source), "kind": CODED}
    file = joined(of_type(FoundFile), members(coded))
    note = members({"code": TEXT, "ar": TEXT, "en": TEXT})
    return members({"cases": listed(file), "note": maybe(note)})


def _looks(source: Source) -> Schema:
    del source
    return members({"looks": listed(of_type(LookView)), **_AFTER})


def _alarms(source: Source) -> Schema:
    del source
    alarm = joined(of_type(Alarm), members({"title": BILINGUAL, "role_title": BILINGUAL}))
    return members({"alarms": listed(alarm), **_AFTER})


def _statistics(source: Source) -> Schema:
    del source
    names = ("open_files", "open_by_place", "open_by_age", "open_by_kind", "breached_clocks", "opened", "final")
    return members(
        {
            "at": MOMENT,
            "year": number(1953, 2200),
            "offices": maybe(listed(TEXT)),
            **dict.fromkeys(names, of_type(Table)),
            "percents": listed(number(0, 100)),
            "days_to_final": listed(of_type(Duration)),
            "titles": keyed(BILINGUAL),
        }
    )


DOCUMENTS = (
    Document("case-work", 1, words("عملي حسب المواعيد", "My work, by deadline"), _work),
    Document("cases-found", 1, words("ما وجده البحث", "What a search found"), _found),
    Document("looks", 1, words("من اطلع", "Who looked"), _looks),
    Document("case-alarms", 1, words("تنبيهات المواعيد", "Alarms of clocks that run"), _alarms),
    Document(
        "case-statistics",
        1,
        words("إحصاءات بلا أشخاص", "Statistics without persons"),
        _statistics,
        beyond=words("القيمة null عدد صغير لم يُنشر", "null is a small count that is left out"),
    ),
)
ROUTES = {
    "GET /v1/cases": Exchange(gives="case-work"),
    "GET /v1/cases/search": Exchange(gives="cases-found"),
    "GET /v1/cases/statistics": Exchange(gives="case-statistics"),
    "GET /v1/cases/alarms": Exchange(gives="case-alarms"),
    "GET /v1/cases/{number}/looks": Exchange(gives="looks"),
    "GET /v1/people/{national_number}/looks": Exchange(gives="looks"),
}
COMMANDS = {
    "cases work": Exchange(gives="case-work"),
    "cases search": Exchange(gives="cases-found"),
    "cases statistics": Exchange(gives="case-statistics"),
}
